"""Exact numbers, held against Python's `decimal` at a precision that cannot round."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.scoring.arithmetic import (
    DecimalRefused,
    exact_text,
    fixed_text,
    parse_decimal,
    parse_exact,
    round_half_up,
    shown_text,
)

DECIMALS = st.decimals(min_value=-(10**12), max_value=10**12, places=9, allow_nan=False, allow_infinity=False)
FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


@given(DECIMALS, st.integers(0, 10))
def test_rounding_agrees_with_decimal(value: Decimal, places: int) -> None:
    with localcontext(Context(prec=60)):
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert round_half_up(Fraction(value), places) == Fraction(expected)
    text = fixed_text(Fraction(value), places)
    assert Decimal(text) == expected
    assert len(text.partition(".")[2]) == places


@given(FRACTIONS)
def test_exact_text_loses_nothing(value: Fraction) -> None:
    assert parse_exact(exact_text(value)) == value


@given(FRACTIONS)
def test_shown_text_is_cut_and_never_rounded(value: Fraction) -> None:
    text = shown_text(value)
    if text.endswith("…"):
        shown = Fraction(text[:-1])
        assert abs(shown) < abs(value) < abs(shown) + Fraction(1, 10**6)
    else:
        assert Fraction(text) == value


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [("0.005", 2, "0.01"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.0049", 2, "0.00"), ("1", 3, "1.000")],
)
def test_half_goes_away_from_zero(value: str, places: int, text: str) -> None:
    assert fixed_text(parse_decimal(value), places) == text


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (1, "decimal.type"),
        (1.5, "decimal.type"),
        (True, "decimal.type"),
        ("", "decimal.form"),
        ("+1", "decimal.form"),
        ("01", "decimal.form"),
        ("1.", "decimal.form"),
        (".5", "decimal.form"),
        ("1e3", "decimal.form"),
        ("NaN", "decimal.form"),
        ("1 000", "decimal.form"),
        ("1\n", "decimal.form"),
        ("１", "decimal.form"),
        ("1/3", "decimal.form"),
        ("1" * 25, "decimal.too_long"),
        ("0." + "1" * 13, "decimal.too_long"),
    ],
)
def test_what_is_no_decimal_is_refused(value: object, rule: str) -> None:
    with pytest.raises(DecimalRefused) as refused:
        parse_decimal(value)
    assert refused.value.rule == rule
