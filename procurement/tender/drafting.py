"""The form of a draft as plain data: read strictly, with every problem told at once and the place where it is.

A draft may be unfinished (that is what readiness looks at), but what is given must have one clear meaning. The shape::

    {"title", "description", "qualifications", "category": "goods" | "services" | "works", "currency": "CNY",
     "budget": fen, "closes_at": aware datetime or None, "rule_set_id", "contact", "phone", "accepts_consortium": bool,
     "method": {"id", "rounding", "order_by", "tie_break", "requirement_fails_by"},
     "lots": [{"number", "title", "ceiling": fen, "items": [{"number", "title", "quantity", "unit", "spec",
               "scheme", "classification", "is_substantive": bool}]}],
     "criteria": [{"code", "kind": "requirement" | "price" | "points", "title", "guidance", "weight", "step",
                   "bands": [{"least", "most", "text"}]}],
     "source": object or None}

Quantities, weights, steps and bands are exact decimals as text. Everything but the title may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from foundation.errors import Refusal
from procurement.scoring.method import KINDS, LOWEST_PRICE, METHODS, POINTS, PRICE, WEIGHTED_POINTS
from procurement.scoring.reading import problems_of_rules

CATEGORIES = ("goods", "services", "works")
MOST_FEN = 10**15
FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_LOTS, MOST_ITEMS, MOST_CRITERIA, MOST_BANDS = 50, 300, 60, 12
TIE_BREAKS = {
    WEIGHTED_POINTS: ["price", "technical", "draw"],
    LOWEST_PRICE: ["bid_price", "draw"],
}

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")
_CURRENCY = re.compile(r"[A-Z]{3}")
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
    "draft.currency": "A currency is three capital letters, such as CNY.",
    "draft.moment": "This is not a date and time, such as 2026-12-11 09:30.",
    "draft.rule_set": "This rule set is not in force or not allowed on this installation.",
    "draft.method": "The method cannot be used like this: {cause}.",
    "draft.too_many": "There are more than {most} of these.",
    "draft.band_line": "Write a band as: 18-20 what earns it. This line cannot be read: {line}",
    "draft.bands": "Bands run from a lower to a higher number of points.",
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


def checked(data: Mapping[str, Any], *, rule_sets: Collection[str], rule_set: str) -> dict[str, Any]:
    """Return the form with every default filled in.

    `rule_sets` are the ids allowed here, `rule_set` is the one for a form that names none. Raises `Refusal`
    ``tender.invalid`` whose `reasons` are all `Problem` values.
    """
    reader = _Reader(data, "", [])
    category = reader.choice("category", CATEGORIES, "goods")
    method_id = _method_id(data)
    form: dict[str, Any] = {
        "title": reader.line("title", 300),
        "description": reader.text("description", 20000),
        "qualifications": reader.text("qualifications", 20000),
        "category": category,
        "currency": reader.matching("currency", _CURRENCY, "CNY", "draft.currency"),
        "budget": reader.money("budget"),
        "closes_at": reader.moment("closes_at"),
        "rule_set_id": data.get("rule_set_id") or rule_set,
        "contact": reader.line("contact", 200),
        "phone": reader.line("phone", 60),
        "accepts_consortium": reader.flag("accepts_consortium"),
        "method": _method(reader, method_id),
        "lots": reader.each("lots", MOST_LOTS, _lot),
        "criteria": reader.each("criteria", MOST_CRITERIA, lambda row, at: _criterion(row, at, method_id)),
        "source": data.get("source"),
    }
    if not form["title"]:
        reader.refuse("draft.title", "title")
    if form["rule_set_id"] not in rule_sets:
        reader.refuse("draft.rule_set", "rule_set_id")
    reader.unique("lots", [lot["number"] for lot in form["lots"]], "number")
    reader.unique("criteria", [criterion["code"] for criterion in form["criteria"]], "code")
    if reader.problems:
        raise Refusal("tender.invalid", reasons=tuple(reader.problems), count=len(reader.problems))
    return form


class _Reader:
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

    def decimal(self, name: str, default: str, rule: str = "draft.decimal", *, positive: bool = False) -> str:
        found = self.value.get(name)
        if found is None or found == "":
            return default
        if not isinstance(found, str) or not _DECIMAL.fullmatch(found) or (positive and not Decimal(found)):
            self.refuse(rule, name)
            return default
        return found

    def each(self, name: str, most: int, read: Callable[[_Reader, int], Any]) -> list[Any]:
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
            read(_Reader(row, f"{self.at}/{name}/{index}", self.problems), index) for index, row in enumerate(found)
        ]

    def unique(self, name: str, numbers: list[str], column: str) -> None:
        for index, number in enumerate(numbers):
            if number in numbers[:index]:
                self.refuse("draft.number_twice", f"{name}/{index}/{column}", number=number)


def _lot(row: _Reader, index: int) -> dict[str, Any]:
    items = row.each("items", MOST_ITEMS, _item)
    row.unique("items", [item["number"] for item in items], "number")
    return {
        "number": row.matching("number", _NUMBER, str(index + 1), "draft.number"),
        "title": row.line("title", 300),
        "ceiling": row.money("ceiling"),
        "items": items,
    }


def _item(row: _Reader, index: int) -> dict[str, Any]:
    return {
        "number": row.matching("number", _NUMBER, str(index + 1), "draft.number"),
        "title": row.line("title", 300),
        "scheme": row.line("scheme", 20),
        "classification": row.line("classification", 40),
        "quantity": row.decimal("quantity", "", "draft.quantity", positive=True),
        "unit": row.line("unit", 40),
        "spec": row.text("spec", 4000),
        "is_substantive": row.flag("is_substantive"),
    }


def _criterion(row: _Reader, index: int, method_id: str) -> dict[str, Any]:
    kind = row.choice("kind", KINDS, POINTS)
    # In the lowest-price method the price is all that counts, so its weight is not a question.
    absent = "100" if kind == PRICE and method_id == LOWEST_PRICE else "0"
    return {
        "code": row.matching("code", _NUMBER, f"C{index + 1}", "draft.number"),
        "kind": kind,
        "title": row.line("title", 300),
        "guidance": row.text("guidance", 4000),
        "weight": row.decimal("weight", absent) if kind in (PRICE, POINTS) else "0",
        "step": row.decimal("step", "0.5", positive=True) if kind == POINTS else "0.5",
        "bands": row.each("bands", MOST_BANDS, _band) if kind == POINTS else [],
    }


def _band(row: _Reader, _index: int) -> dict[str, str]:
    least, most = row.decimal("least", "0"), row.decimal("most", "0")
    if Decimal(least) > Decimal(most):
        row.refuse("draft.bands", "least")
    return {"least": least, "most": most, "text": row.line("text", 500)}


def _method_id(data: Mapping[str, Any]) -> str:
    given = data.get("method")
    named = given.get("id") if isinstance(given, Mapping) else None
    return named if named in METHODS else WEIGHTED_POINTS


def _method(reader: _Reader, method_id: str) -> dict[str, Any]:
    given = reader.value.get("method")
    if given is not None and not isinstance(given, Mapping):
        reader.refuse("draft.type", "method", expected="object")
        given = None
    # `articles` come from the rule set at publication and are no part of the form.
    found = {name: value for name, value in (given or {}).items() if name != "articles"}
    method = {
        "id": method_id,
        "rounding": {"places": 2, "mode": "half_up", "stage": "each"},
        "order_by": "rounded",
        "tie_break": list(TIE_BREAKS[method_id]),
        "requirement_fails_by": "majority",
        **{name: value for name, value in found.items() if value is not None},
    }
    for problem in problems_of_rules(method, []):
        if problem.pointer.startswith("/method"):
            reader.refuse("draft.method", problem.pointer[1:], cause=problem.rule)
    return method


def _printable(sign: str) -> bool:
    return sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127 and not 0xD800 <= ord(sign) <= 0xDFFF)
