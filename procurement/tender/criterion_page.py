"""What the draft's page shows and does with criteria: rows moved, weights summed, points previewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flask_babel import gettext

from procurement.scoring.arithmetic import DecimalRefused, exact_text, parse_decimal
from procurement.scoring.formula import HIGHER, MIN_MAX, STEPS
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.formula_words import formula_lines
from procurement.scoring.method import FORMULA, PRICE, REQUIREMENT
from procurement.scoring.preview import Sample, of_formula, of_price
from procurement.tender import criterion_fields
from procurement.tender.criteria import MOST_CRITERIA
from procurement.tender.criterion_fields import plain
from procurement.tender.reader import Problem

# The drawing's own units: the area of the points, and room for the words below and beside it.
_LEFT, _TOP, _WIDTH, _HEIGHT = 56, 24, 400, 120


@dataclass(frozen=True)
class Mark:
    """One sample in the drawing, with its place."""

    sample: Sample
    x: float
    y: float


@dataclass(frozen=True)
class Preview:
    """What a criterion would give: its words, the samples as a table, and as a drawing.

    `path` joins the marks; `is_price` and `is_relative` tell what the values are.
    """

    lines: tuple[str, ...]
    unit: str
    most: str
    marks: tuple[Mark, ...]
    path: str
    is_price: bool
    is_relative: bool


def rearrange(rows: list[dict[str, Any]], verb: str, at: int | None) -> None:
    """Add a row, or drop or move the one at `at`; a row that is gone already is left alone."""
    if verb == "add" and len(rows) <= MOST_CRITERIA:
        rows.append({"kind": "points", "step": "0.5"})
    elif at is None or not 0 <= at < len(rows):
        return
    elif verb == "drop":
        del rows[at]
    else:
        other = at + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]


def weights(form: Any) -> dict[str, Any]:
    """Return the weights typed so far: parts for the bar and their sum; what is no number counts as nothing."""
    parts = []
    for entry in form.criteria:
        row: Any = entry.form
        weight = _weight(row)
        if row["kind"].data != REQUIREMENT and weight is not None:
            parts.append((row["title"].data or gettext("Without a name"), weight))
    total = sum((weight for _title, weight in parts), Fraction(0))
    # The bar is only a drawing; the sum beside it is exact.
    drawn = [(title, float(weight)) for title, weight in parts]
    return {"parts": drawn, "sum": exact_text(total), "is_whole": total == 100}


def previews(form: Any, language: str) -> list[Preview | None]:
    """Return for each criterion what it would give, where that can be computed from what is typed."""
    places = int(form.places.data) if (form.places.data or "").isdecimal() else 2
    return [_preview(entry.form, places, language) for entry in form.criteria]


def _preview(row: Any, places: int, language: str) -> Preview | None:
    weight = _weight(row)
    if weight is None or weight <= 0:
        return None
    if row["kind"].data == PRICE:
        return _drawn((), "", weight, of_price(weight, places), is_price=True)
    if row["kind"].data != FORMULA:
        return None
    problems: list[Problem] = []
    typed = criterion_fields.read(row, "", problems)["formula"]
    formula = None if problems else formula_of(typed, weight)
    if formula is None:
        return None
    lines = formula_lines(formula, weight, language)
    samples = of_formula(formula, weight, places)
    drawn = _drawn(lines, formula.unit, weight, samples, is_relative=formula.type == MIN_MAX)
    # Between two thresholds nothing changes: a stair, not a slope. A lower value that is better keeps its points
    # up to its threshold, a higher one from its threshold on.
    return replace(drawn, path=_stair(drawn.marks, formula.direction)) if formula.type == STEPS else drawn


def _drawn(
    lines: tuple[str, ...],
    unit: str,
    weight: Fraction,
    samples: Sequence[Sample],
    *,
    is_price: bool = False,
    is_relative: bool = False,
) -> Preview:
    low, high = samples[0].at, samples[-1].at
    marks = tuple(
        Mark(
            one,
            round(_LEFT + float((one.at - low) / (high - low or 1)) * _WIDTH, 1),
            round(_TOP + float(1 - one.points / weight) * _HEIGHT, 1),
        )
        for one in samples
    )
    path = "M" + " L".join(f"{one.x} {one.y}" for one in marks)
    return Preview(lines, unit, exact_text(weight), marks, path, is_price, is_relative)


def _stair(marks: Sequence[Mark], direction: str) -> str:
    parts = [f"M{marks[0].x} {marks[0].y}"]
    for one in marks[1:]:
        parts.append(f"H{one.x} V{one.y}" if direction == HIGHER else f"V{one.y} H{one.x}")
    return " ".join(parts)


def _weight(row: Any) -> Fraction | None:
    try:
        return parse_decimal(plain(row["weight"].data))
    except DecimalRefused:
        return None
