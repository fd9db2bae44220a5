"""Exact numbers: decimal text in, fractions in between, decimal text out. No float and no hidden precision.

Every value is a `fractions.Fraction`. Python's `decimal` rounds silently to the precision of a
context, so it is not used for arithmetic at all; text is built from integers.
"""

from __future__ import annotations

import re
from fractions import Fraction

MAX_WHOLE_DIGITS = 24
MAX_DECIMAL_DIGITS = 12
SHOWN_PLACES = 6

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_EXACT = re.compile(r"-?[0-9]+(?:\.[0-9]+|/[1-9][0-9]*)?")


class DecimalRefused(ValueError):
    """The text is no decimal of the format: ``decimal.type``, ``decimal.form`` or ``decimal.too_long``."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def parse_decimal(value: object) -> Fraction:
    """Read a decimal string such as ``"2386800.00"`` or ``"-3"`` exactly.

    Refused: anything but a string (so that no reader turns a JSON number into a float), an
    exponent, a plus sign, leading zeros, separators, digits other than ASCII, more than 24 digits
    before or 12 after the point.
    """
    if not isinstance(value, str):
        raise DecimalRefused("decimal.type")
    found = _DECIMAL.fullmatch(value)
    if found is None:
        raise DecimalRefused("decimal.form")
    whole, decimals = found.group(1), found.group(2) or ""
    if len(whole) > MAX_WHOLE_DIGITS or len(decimals) > MAX_DECIMAL_DIGITS:
        raise DecimalRefused("decimal.too_long")
    magnitude = Fraction(int(whole + decimals), 10 ** len(decimals))
    return -magnitude if value.startswith("-") else magnitude


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Round to `places` decimals; exactly half goes away from zero (commercial rounding, 四舍五入)."""
    scaled = abs(value) * 10**places
    magnitude = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)
    return -magnitude if value < 0 else magnitude


def fixed_text(value: Fraction, places: int) -> str:
    """Return `value`, rounded half-up, with exactly `places` decimals: ``28.04``."""
    scaled = round_half_up(value, places) * 10**places
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def exact_text(value: Fraction, least_places: int = 0) -> str:
    """Return `value` without any loss.

    A terminating decimal is written with as few decimals as it needs, but never fewer than
    `least_places`; any other value as numerator, slash, denominator in lowest terms: ``17.5``,
    ``2148120.00``, ``100/3``.
    """
    places = _places_needed(value)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    return fixed_text(value, max(places, least_places))


def parse_exact(text: str) -> Fraction:
    """Read what `exact_text` wrote. Raises ValueError for anything else."""
    if not _EXACT.fullmatch(text):
        raise ValueError("exact.form")
    return Fraction(text)


def shown_text(value: Fraction, least_places: int = 0) -> str:
    """Return `value` for a formula that people read: exact up to six decimals, else cut and marked ``…``."""
    places = _places_needed(value)
    if places is not None and places <= SHOWN_PLACES:
        return fixed_text(value, max(places, least_places))
    scale = 10**SHOWN_PLACES
    cut = Fraction(abs(value.numerator) * scale // value.denominator, scale)
    return f"{'-' if value < 0 else ''}{fixed_text(cut, SHOWN_PLACES)}…"


def _places_needed(value: Fraction) -> int | None:
    """Return how many decimals `value` has, or None if they never end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None
