"""One rule of law as data: value and unit, article and source, how sure we are of it, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from procurement.rules.faults import RulesError
from procurement.rules.wording import Text, has_unit, period

PERIODS = frozenset({"minutes", "days", "workdays", "years"})


@dataclass(frozen=True)
class Range:
    """Two exact bounds, both included ("以上" and "以下" include the number, 87令86)."""

    least: Decimal
    most: Decimal

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | Decimal | Fraction) and self.least <= number <= self.most

    def as_json(self) -> dict[str, str]:
        return {"least": str(self.least), "most": str(self.most)}


Value = int | Decimal | Fraction | Range | bool | tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A law, regulation or order.

    `in_force_from` is the day on which the text named took effect, where known.
    """

    id: str
    name: Text
    number: str
    in_force_from: date | None

    def as_json(self) -> dict[str, Any]:
        day = self.in_force_from.isoformat() if self.in_force_from else None
        return {"id": self.id, "name": self.name.as_json(), "number": self.number, "in_force_from": day}


@dataclass(frozen=True)
class Rule:
    """One rule of law as data.

    `value` by `unit`: days, workdays, minutes, years, count: int; percent: Decimal or Range of
    hundredths; amount: Decimal of the currency's main unit; share: Fraction; flag: bool; list:
    keys, each with a label.
    `bound` is at_least, at_most or exactly. `counting` (periods only) is ``elapsed`` (to the same
    time of the last day) or ``full_days`` (to the end of the last day). `confidence` is read (the
    text was read), secondary or to_confirm. `time_zone` is the set's. `severity` of a finding is
    blocks or warns. `consequence` names what follows of itself, if anything.
    """

    id: str
    number: str
    value: Value
    unit: str
    bound: str
    counting: str | None
    kinds: tuple[str, ...]
    articles: Text
    source: str
    confidence: str
    effective_from: date
    effective_until: date | None
    severity: str
    consequence: str | None
    labels: tuple[tuple[str, Text], ...]
    note: str
    titles: Text
    sentences: Text
    remedies: Text
    time_zone: str

    def title(self, locale: str) -> str:
        """Return the rule in one line, with its value."""
        return self.titles.fill(locale, self._own(locale, {}), self.zone)

    def sentence(self, locale: str, **facts: Any) -> str:
        """Return what is wrong, with article and facts. Raises RulesError for a fact that is missing."""
        return self.sentences.fill(locale, self._own(locale, facts), self.zone)

    def remedy(self, locale: str, **facts: Any) -> str:
        """Return what to do about it. Raises RulesError for a fact that is missing."""
        return self.remedies.fill(locale, self._own(locale, facts), self.zone)

    def facts(self) -> frozenset[str]:
        """Return the names of the facts that `sentence` and `remedy` need from the caller."""
        return (self.sentences.fields() | self.remedies.fields()) - set(self._own("en", {}))

    def label(self, key: str, locale: str) -> str:
        """Return the words for one key of a list rule. Raises RulesError ``rules.unknown_key``."""
        return self.label_text(key).template(locale)

    def label_text(self, key: str) -> Text:
        """Return the label of a key in all languages, fit to be given as a fact. Raises RulesError."""
        for known, label in self.labels:
            if known == key:
                return label
        raise RulesError("rules.unknown_key", f"{self.id}: {key}")

    def applies_to(self, kind: str) -> bool:
        """Tell whether the rule is for tenders of `kind` (goods, services, works)."""
        return kind in self.kinds

    def is_in_force(self, on: date) -> bool:
        """Tell whether the rule is in force on a day; both ends are included."""
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)

    @property
    def article(self) -> str:
        """The article as the law's own language cites it; `cite` gives it in others."""
        return self.articles.zh_Hans

    def cite(self, locale: str) -> str:
        """Return the article in a language."""
        return self.articles.template(locale)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the rule counts days and tells moments."""
        return ZoneInfo(self.time_zone)

    @property
    def is_period(self) -> bool:
        """Tell whether the value is a length of time."""
        return self.unit in PERIODS

    @property
    def whole(self) -> int:
        """The value of a period or a count."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        raise self._wrong("a whole number")

    @property
    def decimal(self) -> Decimal:
        """The value of a percentage or an amount."""
        if isinstance(self.value, Decimal):
            return self.value
        raise self._wrong("one exact decimal")

    @property
    def share(self) -> Fraction:
        """The value of a share of a whole."""
        if isinstance(self.value, Fraction):
            return self.value
        raise self._wrong("a share")

    @property
    def range(self) -> Range:
        """The value of a percentage with two bounds."""
        if isinstance(self.value, Range):
            return self.value
        raise self._wrong("a range")

    @property
    def items(self) -> tuple[str, ...]:
        """The keys of a list."""
        if isinstance(self.value, tuple):
            return self.value
        raise self._wrong("a list")

    @property
    def is_on(self) -> bool:
        """The value of a flag."""
        if isinstance(self.value, bool):
            return self.value
        raise self._wrong("a flag")

    def as_json(self) -> dict[str, Any]:
        """Return the rule as a JSON value without floats; absent things are null."""
        return {
            "id": self.id,
            "number": self.number,
            "value": value_as_json(self.value),
            "unit": self.unit,
            "bound": self.bound,
            "counting": self.counting,
            "kinds": list(self.kinds),
            "article": self.articles.as_json(),
            "source": self.source,
            "confidence": self.confidence,
            "effective_from": self.effective_from.isoformat(),
            "effective_until": self.effective_until.isoformat() if self.effective_until else None,
            "severity": self.severity,
            "consequence": self.consequence,
            "labels": {key: label.as_json() for key, label in self.labels},
            "note": self.note,
            "title": self.titles.as_json(),
            "sentence": self.sentences.as_json(),
            "remedy": self.remedies.as_json(),
        }

    def _own(self, locale: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {"article": self.articles, "value": self.value}
        if isinstance(self.value, Range):
            own |= {"least": self.value.least, "most": self.value.most}
        elif isinstance(self.value, tuple):
            own["value"] = tuple(self.label_text(key) for key in self.value)
        elif has_unit(self.unit) and isinstance(self.value, int | Decimal):
            own["period"] = period(self.value, self.unit, locale)
        return own | dict(facts)

    def _wrong(self, wanted: str) -> RulesError:
        return RulesError("rules.wrong_value", f"{self.id} ({self.unit}) is not {wanted}")


def value_as_json(value: Value) -> Any:
    """Return a rule's value as JSON: whole numbers, flags and lists as they are, exact numbers as strings."""
    if isinstance(value, Range):
        return value.as_json()
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool | int):
        return value
    return str(value)
