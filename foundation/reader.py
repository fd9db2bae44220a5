"""Strict reading of a form's plain data: every problem is collected with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MOST_FEN = 10**15
FIRST_YEAR, LAST_YEAR = 2000, 2200

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")

# Rule name → English sentence with named facts. Pages translate them; the import command prints them as they are.
PROBLEMS = {
    "draft.title": "Give the tender a title.",
    "draft.text": "This text is longer than {most} characters or holds characters that cannot be printed.",
    "draft.type": "This is not of the expected kind: {expected}.",
    "draft.money": "This is not an amount between 0 and {most}, such as 2600000.00.",
    "draft.number": "A number has one to ten letters, digits, points or hyphens.",
    "draft.number_twice": "The number {number} stands twice.",
    "draft.quantity": "This is not a quantity above zero, such as 4800 or 12.5.",
    "draft.decimal": "This is not a plain number with at most six decimals.",
    "draft.choice": "Choose one of: {allowed}.",
    "draft.key": "This name is not known.",
    "draft.currency": "A currency is three capital letters, such as CNY.",
    "draft.moment": "This is not a date and time, such as 2026-12-11 09:30.",
    "draft.day": "This is not a day, such as 2026-12-11.",
    "draft.rule_set": "This rule set is not in force or not allowed on this installation.",
    "draft.method": "The method cannot be used like this: {cause}.",
    "draft.too_many": "There are more than {most} of these.",
    "draft.band_line": "Write a band as: 18-20 what earns it. This line cannot be read: {line}",
    "draft.days": "This is not a whole number of days, at most {most}.",
    "draft.percent": "A percentage is at most 100.",
    "draft.bond": "Give a percentage or an amount above zero, or choose that no bond is asked for.",
    "draft.policy_items": "Name items as lot/item, such as 1/2.",
    "draft.bands": "Bands run from a lower to a higher number of points.",
    "draft.step_line": "Write a step as: 5 = 10 (value, then points). This line cannot be read: {line}",
    "draft.step_sign": "This step is on the wrong side of the direction you chose: {line}",
    "draft.evidence": "Name the proof that bidders upload.",
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the form: a stable rule name, a JSON pointer into the form, the facts for the sentence."""

    rule: str
    pointer: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        words = PROBLEMS.get(self.rule, self.rule).format(**self.facts)
        return f"{self.pointer or '/'}: {words}"


class Reader:
    """Reads one object of the form; problems go to a list that all readers share."""

    def __init__(self, value: Any, at: str, problems: list[Problem]) -> None:
        self.at, self.problems = at, problems
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            problems.append(Problem("draft.type", at, {"expected": "object"}))

    def refuse(self, rule: str, name: str, **facts: Any) -> None:
        self.problems.append(Problem(rule, f"{self.at}/{name}", facts))

    def text(self, name: str, most: int) -> str:
        found = self.value.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            self.refuse("draft.type", name, expected="text")
            return ""
        found = found.replace("\r\n", "\n").strip()
        if len(found) > most or not all(_printable(sign) for sign in found):
            self.refuse("draft.text", name, most=most)
            return ""
        return found

    def line(self, name: str, most: int) -> str:
        return " ".join(self.text(name, most).split())

    def matching(self, name: str, pattern: re.Pattern[str], default: str, rule: str) -> str:
        found = self.line(name, 1000) or default
        if found and not pattern.fullmatch(found):
            self.refuse(rule, name)
            return default
        return found

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        found = self.value.get(name) or default
        if found not in allowed:
            self.refuse("draft.choice", name, allowed=", ".join(allowed))
            return default
        return str(found)

    def flag(self, name: str) -> bool:
        found = self.value.get(name)
        if found is not None and not isinstance(found, bool):
            self.refuse("draft.type", name, expected="yes or no")
        return found is True

    def money(self, name: str) -> int:
        found = self.value.get(name)
        if found is None:
            return 0
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_FEN:
            self.refuse("draft.money", name, most="10,000,000,000,000.00")
            return 0
        return found

    def moment(self, name: str) -> datetime | None:
        found = self.value.get(name)
        if found is None:
            return None
        if not isinstance(found, datetime) or found.utcoffset() is None:
            self.refuse("draft.moment", name)
            return None
        # Periods are counted on from a deadline, so the calendar's far ends are no moments of a tender.
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.refuse("draft.moment", name)
            return None
        return found.astimezone(UTC).replace(microsecond=0)

    def day(self, name: str) -> date | None:
        found = self.value.get(name)
        if found is None:
            return None
        if not isinstance(found, date) or isinstance(found, datetime) or not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.refuse("draft.day", name)
            return None
        return found

    def decimal(self, name: str, default: str, rule: str = "draft.decimal", *, positive: bool = False) -> str:
        found = self.value.get(name)
        if found is None or found == "":
            return default
        if not isinstance(found, str) or not _DECIMAL.fullmatch(found) or (positive and not Decimal(found)):
            self.refuse(rule, name)
            return default
        return found

    def each(self, name: str, most: int, read: Callable[[Reader, int], Any]) -> list[Any]:
        found = self.value.get(name)
        if found is None:
            return []
        if not isinstance(found, list | tuple):
            self.refuse("draft.type", name, expected="list")
            return []
        if len(found) > most:
            self.refuse("draft.too_many", name, most=most)
            return []
        return [
            read(Reader(row, f"{self.at}/{name}/{index}", self.problems), index) for index, row in enumerate(found)
        ]

    def inside(self, name: str) -> Reader:
        """Return a reader of an object inside this one; an absent object is an empty one."""
        found = self.value.get(name)
        return Reader({} if found is None else found, f"{self.at}/{name}", self.problems)

    def refs(self, name: str, most: int) -> list[str]:
        """Return a list of public references, each once."""
        found = self.value.get(name) or []
        if not isinstance(found, list | tuple) or not all(isinstance(one, str) and len(one) <= 20 for one in found):
            self.refuse("draft.type", name, expected="list of references")
            return []
        if len(found) > most:
            self.refuse("draft.too_many", name, most=most)
            return []
        return list(dict.fromkeys(found))

    def unique(self, name: str, numbers: list[str], column: str) -> None:
        for index, number in enumerate(numbers):
            if number in numbers[:index]:
                self.refuse("draft.number_twice", f"{name}/{index}/{column}", number=number)


def _printable(sign: str) -> bool:
    return sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127 and not 0xD800 <= ord(sign) <= 0xDFFF)
