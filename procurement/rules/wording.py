"""Texts in the three languages, and the forms of numbers, periods and dates inside them.

A text is filled by named fields only (``{deadline}``): no positions, attributes, indices,
conversions or format codes, so that a rule file can never reach into a value. The words themselves
stand in ``data/wording.toml``.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from procurement.rules.faults import RulesError

LOCALES = ("zh_Hans", "zh_Hant", "en")
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Text:
    """One sentence in simplified Chinese, traditional Chinese and English, with the same fields in each."""

    zh_Hans: str
    zh_Hant: str
    en: str

    def fields(self) -> frozenset[str]:
        """Return the names of the fields in the text."""
        return fields_of(self.zh_Hans) | fields_of(self.zh_Hant) | fields_of(self.en)

    def template(self, locale: str) -> str:
        """Return the unfilled text in `locale` (any spelling that `locale_of` knows)."""
        return str(getattr(self, locale_of(locale)))

    def fill(self, locale: str, facts: Mapping[str, Any], zone: ZoneInfo) -> str:
        """Return the text with `facts` shown in `locale`, moments in `zone`.

        Raises RulesError for missing ones.
        """
        missing = sorted(self.fields() - set(facts))
        if missing:
            raise RulesError("wording.missing_facts", *missing)
        return self.template(locale).format(
            **{name: show(value, locale, zone) for name, value in facts.items()}
        )

    def as_json(self) -> dict[str, str]:
        """Return the three texts by locale."""
        return {locale: str(getattr(self, locale)) for locale in LOCALES}


def locale_of(name: str) -> str:
    """Return the house's name of a locale: ``zh-CN`` is zh_Hans, ``zh-TW`` is zh_Hant, ``en-GB`` is en.

    Raises RulesError ``wording.unknown_locale`` for a language that the rules are not written in.
    """
    parts = name.replace("-", "_").lower().split("_")
    if parts[0] == "en":
        return "en"
    if parts[0] == "zh":
        return "zh_Hant" if {"hant", "tw", "hk", "mo"} & set(parts[1:]) else "zh_Hans"
    raise RulesError("wording.unknown_locale", name)


def fields_of(template: str) -> frozenset[str]:
    """Return the named fields of a template. Raises RulesError for a field that is more than a plain name."""
    found = set()
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise RulesError("wording.bad_template", str(error)) from None
    for _literal, name, code, conversion in parsed:
        if name is None:
            continue
        if not name.isidentifier() or not name.isascii() or code or conversion:
            raise RulesError("wording.bad_template", f"the field {{{name}}} is not a plain name")
        found.add(name)
    return frozenset(found)


def show(value: Any, locale: str, zone: ZoneInfo) -> str:
    """Return a fact as people read it: dates with weekday, moments in `zone`, exact numbers, lists joined.

    Raises RulesError for a float and for a moment without time zone.
    """
    locale = locale_of(locale)
    words = _words()
    if isinstance(value, bool):
        return str(words["truth"][locale]["yes" if value else "no"])
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise RulesError("wording.naive", "a moment without time zone cannot be told")
        value = value.astimezone(zone)
        moment = f"{value:%H:%M}" if not value.second else f"{value:%H:%M:%S}"
        return str(words["moments"][locale]).format(date=show(value.date(), locale, zone), time=moment)
    if isinstance(value, date):
        return str(words["dates"][locale]).format(
            year=value.year,
            month=value.month,
            day=value.day,
            weekday=words["weekdays"][locale][value.weekday()],
            month_name=words["months"]["en"][value.month - 1],
        )
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Text):
        return value.template(locale)
    if isinstance(value, float):
        raise RulesError("wording.float", "facts hold exact numbers, never floats")
    if isinstance(value, tuple | list | frozenset):
        parts = sorted(value) if isinstance(value, frozenset) else value
        shown = [show(part, locale, zone) for part in parts]
        joints = words["lists"][locale]
        nested = any(joints["plain"].strip() in part for part in shown)
        return str(joints["nested" if nested else "plain"]).join(shown)
    return str(value)


def period(number: int | Decimal, unit: str, locale: str) -> str:
    """Return a number with its unit, such as ``5 workdays``.

    Units: days, workdays, minutes, years, percent.
    """
    forms = _words()["units"][unit][locale_of(locale)]
    return str(forms["one" if number == 1 else "other"]).format(
        number=f"{number:f}" if isinstance(number, Decimal) else str(number)
    )


def has_unit(unit: str) -> bool:
    """Tell whether `period` has words for `unit`."""
    return unit in _words()["units"]


def counting_text(key: str) -> Text:
    """Return an explanation of counting: days, workdays, minutes, years, backward, rolled or estimate."""
    return Text(**_words()["counting"][key])


def kind_text(kind: str) -> Text:
    """Return the word for a kind of purchase: goods, services or works."""
    return Text(**_words()["kinds"][kind])


def choice_text(key: str) -> Text:
    """Return why a rule set applies or does not (see `choosing`)."""
    return Text(**_words()["choice"][key])


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads((DATA / "wording.toml").read_text(encoding="utf-8"))
