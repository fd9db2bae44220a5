"""Reading a formula strictly: every problem at once, and no formula that could not mean what it says."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from procurement.scoring.arithmetic import exact_text
from procurement.scoring.fields import Fields
from procurement.scoring.formula import DIRECTIONS, HIGHER, LINEAR, LOWER, MIN_MAX, STEPS, TYPES, Formula, Threshold
from procurement.scoring.method import Problem

FORMULA_MEMBERS = ("type", "unit", "direction", "steps", "zero", "full", "note")
MOST_STEPS = 12
LONGEST_UNIT = 40

_MEMBERS = {
    STEPS: ("type", "unit", "direction", "steps", "note"),
    LINEAR: ("type", "unit", "zero", "full", "note"),
    MIN_MAX: ("type", "unit", "direction", "note"),
}


def formula_problems(value: object, weight: Fraction | None) -> tuple[Problem, ...]:
    """Return what is wrong with a formula alone (parsed JSON); pointers begin at the formula."""
    problems: list[Problem] = []
    fields = Fields(value, "", problems, FORMULA_MEMBERS)
    if fields.is_object:
        read_formula(fields, weight)
    return tuple(problems)


def formula_of(value: object, weight: Fraction | None) -> Formula | None:
    """Return a formula from parsed JSON, or None where `formula_problems` finds something."""
    problems: list[Problem] = []
    fields = Fields(value, "", problems, FORMULA_MEMBERS)
    found = read_formula(fields, weight) if fields.is_object else None
    return None if problems else found


def read_formula(fields: Fields, weight: Fraction | None) -> Formula | None:
    """Read the formula of a criterion that gives at most `weight` points; None where it has a problem."""
    before = len(fields.problems)
    kind = fields.choice("type", TYPES)
    if len(fields.problems) > before:
        return None
    for name in fields.value:
        if name not in _MEMBERS[kind] and not name.startswith("x_"):
            fields.refuse("formula.member", name, type=kind)
    unit = fields.text("unit", "", LONGEST_UNIT)
    if kind == LINEAR:
        zero, full = fields.decimal("zero"), fields.decimal("full")
        if zero is not None and full is not None and zero == full:
            fields.refuse("formula.flat", "full")
        if len(fields.problems) > before or zero is None or full is None:
            return None
        return Formula(kind, HIGHER if full > zero else LOWER, unit, zero=zero, full=full)
    direction = fields.choice("direction", DIRECTIONS, HIGHER)
    steps = _steps(fields, direction, weight) if kind == STEPS else ()
    return None if len(fields.problems) > before else Formula(kind, direction, unit, steps)


def _steps(fields: Fields, direction: str, weight: Fraction | None) -> tuple[Threshold, ...]:
    bound = "least" if direction == HIGHER else "most"
    rows = fields.each("steps", (bound, "points", "note"))
    if not 1 <= len(rows) <= MOST_STEPS and isinstance(fields.value.get("steps"), list):
        fields.refuse("formula.steps_count", "steps", most=str(MOST_STEPS))
    before = len(fields.problems)
    read = [(row, row.decimal(bound), row.decimal("points")) for row in rows]
    found = [(row, Threshold(at, points)) for row, at, points in read if at is not None and points is not None]
    for row, one in found:
        if one.points < 0:
            row.refuse("formula.points_negative", "points", points=exact_text(one.points))
        elif weight is not None and one.points > weight:
            row.refuse(
                "formula.points_above_weight", "points", points=exact_text(one.points), weight=exact_text(weight)
            )
    if len(fields.problems) > before or not found:
        return ()
    found.sort(key=lambda pair: pair[1].at, reverse=direction == LOWER)
    for (_row, worse), (row, better) in pairwise(found):
        if worse.at == better.at:
            row.refuse("formula.step_twice", bound, value=exact_text(better.at))
        elif worse.points >= better.points:
            row.refuse("formula.not_rising", "points", points=exact_text(better.points))
    best = found[-1][1].points
    if weight is not None and len(fields.problems) == before and best != weight:
        fields.refuse("formula.never_full", "steps", points=exact_text(best), weight=exact_text(weight))
    return tuple(one for _row, one in found)
