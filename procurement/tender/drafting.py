"""The form of a draft as plain data: read strictly, with every problem told at once and the place where it is.

A draft may be unfinished (that is what readiness looks at), but what is given must have one clear meaning. The shape::

    {"title", "description", "qualifications", "category": "goods" | "services" | "works", "currency": "CNY",
     "procedure", "ground", "ground_reason", "invitees": [organisation's ref], "plan_ref",
     "policies": object of `policies`, "terms": object of `terms`,
     "budget": fen, "closes_at": aware datetime or None, "rule_set_id", "contact", "phone", "accepts_consortium": bool,
     "method": {"id", "rounding", "order_by", "tie_break", "requirement_fails_by"},
     "lots": [{"number", "title", "ceiling": fen, "items": [{"number", "title", "quantity", "unit", "spec",
               "scheme", "classification", "is_substantive": bool}]}],
     "criteria": [objects of `criteria`: {"code", "kind": "requirement" | "price" | "points" | "formula", "title",
                  "guidance", "weight", "step", "bands": [{"least", "most", "text"}], "formula", "evidence"}],
     "source": object or None}

Quantities, weights, steps and bands are exact decimals as text. Everything but the title may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from foundation.errors import Refusal
from procurement.scoring.method import LOWEST_PRICE, METHODS, QUALIFICATION, WEIGHTED_POINTS
from procurement.scoring.reading import problems_of_rules
from procurement.tender import criteria, policies, terms
from procurement.tender.criteria import MOST_CRITERIA
from procurement.tender.reader import FIRST_YEAR, LAST_YEAR, PROBLEMS, Problem, Reader

__all__ = ["FIRST_YEAR", "LAST_YEAR", "MOST_CRITERIA", "PROBLEMS", "Problem", "checked"]

CATEGORIES = ("goods", "services", "works")
MOST_LOTS, MOST_ITEMS, MOST_INVITEES = 50, 300, 200
TIE_BREAKS = {
    WEIGHTED_POINTS: ["price", "technical", "draw"],
    LOWEST_PRICE: ["bid_price", "draw"],
    QUALIFICATION: [],
}

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def checked(data: Mapping[str, Any], *, rule_sets: Collection[str], rule_set: str) -> dict[str, Any]:
    """Return the form with every default filled in.

    `rule_sets` are the ids allowed here, `rule_set` is the one for a form that names none. Raises `Refusal`
    ``tender.invalid`` whose `reasons` are all `Problem` values.
    """
    reader = Reader(data, "", [])
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
        "procedure": reader.matching("procedure", _KEY, "open", "draft.key"),
        "ground": reader.matching("ground", _KEY, "", "draft.key"),
        "ground_reason": reader.text("ground_reason", 4000),
        "invitees": reader.refs("invitees", MOST_INVITEES),
        "plan_ref": reader.line("plan_ref", 20),
        "policies": policies.read(reader.inside("policies")),
        "terms": terms.read(reader.inside("terms"), category),
        "method": _method(reader, method_id),
        "lots": reader.each("lots", MOST_LOTS, _lot),
        "criteria": reader.each("criteria", MOST_CRITERIA, lambda row, at: criteria.read(row, at, method_id)),
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


def _lot(row: Reader, index: int) -> dict[str, Any]:
    items = row.each("items", MOST_ITEMS, _item)
    row.unique("items", [item["number"] for item in items], "number")
    return {
        "number": row.matching("number", _NUMBER, str(index + 1), "draft.number"),
        "title": row.line("title", 300),
        "ceiling": row.money("ceiling"),
        "items": items,
    }


def _item(row: Reader, index: int) -> dict[str, Any]:
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


def _method_id(data: Mapping[str, Any]) -> str:
    given = data.get("method")
    named = given.get("id") if isinstance(given, Mapping) else None
    return named if named in METHODS else WEIGHTED_POINTS


def _method(reader: Reader, method_id: str) -> dict[str, Any]:
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
