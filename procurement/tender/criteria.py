"""The criteria of a draft as plain data (see `drafting`), and what is wrong with a formula or its evidence.

A formula is `{}` or in the shape of the evaluation (``docs/formats/evaluation.md``)::

    {"type": "steps", "unit", "direction": "higher", "steps": [{"least", "points"}]}
    {"type": "steps", "unit", "direction": "lower", "steps": [{"most", "points"}]}
    {"type": "linear", "unit", "zero", "full"}         {"type": "min_max", "unit", "direction"}

Evidence is `[{"title", "required": bool}]`: what bidders upload as proof. Values are exact decimals as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text
from procurement.scoring.formula import DIRECTIONS, HIGHER, LINEAR, MIN_MAX, STEPS, TYPES
from procurement.scoring.formula_reading import LONGEST_UNIT, MOST_STEPS, formula_problems
from procurement.scoring.method import FORMULA, KINDS, LOWEST_PRICE, POINTS, PRICE, REQUIREMENT
from procurement.scoring.sentences import sentence
from procurement.tender.models import Criterion, Tender
from procurement.tender.reader import Reader

MOST_CRITERIA, MOST_BANDS, MOST_EVIDENCE = 60, 12, 12

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")


def read(row: Reader, index: int, method_id: str) -> dict[str, Any]:
    """Return one criterion with its defaults filled in."""
    kind = row.choice("kind", KINDS, POINTS)
    # In the lowest-price method the price is all that counts, so its weight is not a question.
    absent = "100" if kind == PRICE and method_id == LOWEST_PRICE else "0"
    return {
        "code": row.matching("code", _NUMBER, f"C{index + 1}", "draft.number"),
        "kind": kind,
        "title": row.line("title", 300),
        "guidance": row.text("guidance", 4000),
        "weight": row.decimal("weight", absent) if kind != REQUIREMENT else "0",
        "step": row.decimal("step", "0.5", positive=True) if kind == POINTS else "0.5",
        "bands": row.each("bands", MOST_BANDS, _band) if kind == POINTS else [],
        "formula": _formula(row.inside("formula")) if kind == FORMULA else {},
        "evidence": row.each("evidence", MOST_EVIDENCE, _evidence) if kind != PRICE else [],
    }


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what makes a formula senseless, unfair or hard to verify."""
    for index, one in enumerate(tender.criteria):
        if one.kind == FORMULA and "criteria.formula" in ruleset:
            yield from _of_formula(one, f"/criteria/{index}", ruleset)


def _of_formula(one: Criterion, at: str, ruleset: RuleSet) -> Iterator[Finding]:
    name = one.title or one.code
    weight = Fraction(one.weight)
    problems = formula_problems(one.formula or {"type": STEPS, "steps": []}, weight if weight > 0 else None)
    for problem in problems:
        # A line of steps is one field of the page, so what is wrong inside it is told there.
        place = problem.pointer.split("/")[1] if problem.pointer else "type"
        told = [sentence(problem.rule, problem.facts, language).rstrip("。.") for language in ("zh", "zh-TW", "en")]
        yield finding(ruleset.rule("criteria.formula"), f"{at}/formula/{place}", criterion=name, problem=Text(*told))
    if one.formula.get("type") == MIN_MAX and "criteria.formula_relative" in ruleset:
        yield finding(ruleset.rule("criteria.formula_relative"), f"{at}/formula/type", criterion=name)
    if not one.evidence and "criteria.evidence" in ruleset:
        yield finding(ruleset.rule("criteria.evidence"), f"{at}/evidence", criterion=name)


def _band(row: Reader, _index: int) -> dict[str, str]:
    least, most = row.decimal("least", "0"), row.decimal("most", "0")
    if Decimal(least) > Decimal(most):
        row.refuse("draft.bands", "least")
    return {"least": least, "most": most, "text": row.line("text", 500)}


def _formula(row: Reader) -> dict[str, Any]:
    """Return a formula without what does not belong to its type; an unfinished one lacks what is not given."""
    kind = row.choice("type", TYPES, STEPS)
    found: dict[str, Any] = {"type": kind}
    unit = row.line("unit", LONGEST_UNIT)
    if unit:
        found["unit"] = unit
    if kind == LINEAR:
        ends = {name: row.decimal(name, "") for name in ("zero", "full")}
        return found | {name: value for name, value in ends.items() if value}
    found["direction"] = row.choice("direction", DIRECTIONS, HIGHER)
    if kind == STEPS:
        bound = "least" if found["direction"] == HIGHER else "most"
        found["steps"] = row.each("steps", MOST_STEPS, lambda step, _at: _step(step, bound))
    return found


def _step(row: Reader, bound: str) -> dict[str, str]:
    return {bound: row.decimal(bound, "0"), "points": row.decimal("points", "0")}


def _evidence(row: Reader, _index: int) -> dict[str, Any]:
    title = row.line("title", 200)
    if not title:
        row.refuse("draft.evidence", "title")
    return {"title": title, "required": row.flag("required")}
