"""A project and a budget line as plain data: read strictly, with every problem at once.

A project::

    {"title", "need", "budget_line": "B-…", "year": 2026, "category", "classification", "quantity", "unit",
     "amount": fen, "procedure", "rule_set_id", "begins_on": date, "sme_reserve": "none" | "whole" | "part",
     "sme_share", "sme_small", "sme_reason", "urgency", "survey": [{"supplier", "price": fen, "source", "on": date,
     "words"}]}

Everything but the title may be left out; amounts are whole fen, shares and quantities exact decimals as text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.errors import Refusal
from foundation.money import to_text
from foundation.reader import FIRST_YEAR, LAST_YEAR, Problem, Reader

__all__ = ["CATEGORIES", "Problem", "line", "project"]

CATEGORIES = ("goods", "services", "works")
RESERVES = ("none", "whole", "part")
SCHEME = "CN-GPC"
MOST_SURVEY = 20

_KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")


def project(data: Mapping[str, Any], *, rule_sets: Collection[str]) -> dict[str, Any]:
    """Return a project's form with every default filled in.

    `rule_sets` are the ids allowed here; a form may name none and leave the choice to the law. Raises `Refusal`
    ``plan.invalid`` whose `reasons` are all `Problem` values.
    """
    reader = Reader(data, "", [])
    classification = reader.matching("classification", _CODE, "", "plan.code").upper()
    begins_on = reader.day("begins_on")
    form: dict[str, Any] = {
        "title": reader.line("title", 300),
        "need": reader.text("need", 4000),
        "budget_line": reader.line("budget_line", 20),
        "year": _year(reader),
        "category": reader.choice("category", CATEGORIES, "goods"),
        "scheme": SCHEME if classification else "",
        "classification": classification,
        "quantity": reader.decimal("quantity", "", "draft.quantity", positive=True),
        "unit": reader.line("unit", 40),
        "amount": reader.money("amount"),
        "procedure": reader.matching("procedure", _KEY, "open", "draft.key"),
        "rule_set_id": data.get("rule_set_id") or "",
        # The month counts; a day would promise more than a plan knows.
        "begins_on": begins_on.replace(day=1) if begins_on else None,
        "sme_reserve": reader.choice("sme_reserve", RESERVES, "none"),
        "sme_share": _percent(reader, "sme_share"),
        "sme_small": _percent(reader, "sme_small"),
        "sme_reason": reader.text("sme_reason", 2000),
        "urgency": reader.text("urgency", 2000),
        "survey": reader.each("survey", MOST_SURVEY, _survey),
    }
    if not form["title"]:
        reader.refuse("plan.title", "title")
    if form["rule_set_id"] and form["rule_set_id"] not in rule_sets:
        reader.refuse("draft.rule_set", "rule_set_id")
    if form["sme_reserve"] == "part":
        share = Decimal(form["sme_share"] or 0)
        if not 0 < share < 100 and not any(one.pointer == "/sme_share" for one in reader.problems):
            reader.refuse("plan.part", "sme_share")
    else:
        form["sme_share"] = ""
        form["sme_small"] = form["sme_small"] if form["sme_reserve"] == "whole" else ""
    _raise(reader.problems)
    return form


def line(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a budget line's form: ``year``, ``code``, ``title``, ``funding``, ``amount``. Raises ``plan.invalid``."""
    reader = Reader(data, "", [])
    form = {
        "year": _year(reader),
        "code": reader.matching("code", _CODE, "", "plan.code"),
        "title": reader.line("title", 300),
        "funding": reader.line("funding", 200),
        "amount": reader.money("amount"),
    }
    if not form["code"] and not any(one.pointer == "/code" for one in reader.problems):
        reader.refuse("plan.code", "code")
    if not form["title"]:
        reader.refuse("plan.line_title", "title")
    if not form["amount"] and not any(one.pointer == "/amount" for one in reader.problems):
        reader.refuse("plan.line_amount", "amount")
    _raise(reader.problems)
    return form


def _survey(row: Reader, _index: int) -> dict[str, str]:
    on: date | None = row.day("on")
    found = {
        "supplier": row.line("supplier", 200),
        "price": to_text(row.money("price")),
        "source": row.line("source", 300),
        "on": on.isoformat() if on else "",
        "words": row.text("words", 1000),
    }
    if not found["supplier"]:
        row.refuse("plan.survey_supplier", "supplier")
    return found


def _year(reader: Reader) -> int:
    found = reader.value.get("year")
    if isinstance(found, bool) or not isinstance(found, int) or not FIRST_YEAR <= found <= LAST_YEAR:
        reader.refuse("plan.year", "year")
        return 0
    return found


def _percent(reader: Reader, name: str) -> str:
    found = reader.decimal(name, "", "plan.percent")
    if found and Decimal(found) > 100:
        reader.refuse("plan.percent", name)
        return ""
    return found


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise Refusal("plan.invalid", reasons=tuple(problems), count=len(problems))
