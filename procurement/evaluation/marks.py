"""What an expert may give: verdicts on requirements and stated values, points on points criteria, reasons. Pure.

The rules are those of the signed notice. Prices are scored by the system, never by people; so are values stated for a
formula, of which people only say whether they accept them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from procurement.scoring.arithmetic import DecimalRefused, exact_text, parse_decimal
from procurement.scoring.formula import Formula
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.formula_words import formula_lines
from procurement.scoring.method import FORMULA, POINTS, REQUIREMENT

MOST_REASON = 1000

# Rule name → English sentence with named facts. Pages translate them.
SENTENCES = {
    "mark.not_a_number": "Bid {bid}, {title}: write the points as a number, such as {most}.",
    "mark.out_of_range": "Bid {bid}, {title}: {points} points are outside the range from 0 to {most}.",
    "mark.off_step": "Bid {bid}, {title}: {points} is no multiple of {step}, the step of the notice.",
    "mark.outside_band": "Bid {bid}, {title}: {points} points do not lie in the band you chose ({least} to {most}).",
    "mark.no_such_criterion": "Bid {bid}: the notice has no criterion {title} that experts judge.",
    "mark.verdict": "Bid {bid}, {title}: say whether the requirement is met or not.",
    "mark.value_verdict": "Bid {bid}, {title}: say whether the stated value is accepted or not.",
    "mark.reason_too_long": "Bid {bid}, {title}: the reason is longer than {most} characters.",
    "mark.missing_verdict": "Bid {bid}, {title}: not judged yet.",
    "mark.missing_value": "Bid {bid}, {title}: say whether the stated value is accepted.",
    "mark.missing_points": "Bid {bid}, {title}: no points yet.",
    "mark.missing_reason": "Bid {bid}, {title}: the reason is missing.",
}


@dataclass(frozen=True)
class Band:
    """One band of points with its words: from `least` to `most`, both included, as exact text."""

    least: str
    most: str
    text: str

    def holds(self, points: Fraction) -> bool:
        """Tell whether points lie in the band."""
        return parse_decimal(self.least) <= points <= parse_decimal(self.most)


@dataclass(frozen=True)
class Measure:
    """A criterion as it is judged by people: ``requirement``, ``points`` or ``formula``.

    `most` and `step` are exact text.
    """

    code: str
    kind: str
    title: str
    guidance: str
    most: str
    step: str
    bands: tuple[Band, ...]
    formula: Formula | None = None

    @property
    def is_points(self) -> bool:
        """Tell whether it takes points, else a verdict."""
        return self.kind == POINTS

    def says(self, language: str) -> tuple[str, ...]:
        """Return what the formula says, a line for each thing."""
        return formula_lines(self.formula, parse_decimal(self.most), language) if self.formula is not None else ()

    @property
    def is_value(self) -> bool:
        """Tell whether the verdict is on a value that the bid states."""
        return self.kind == FORMULA


@dataclass(frozen=True)
class Mark:
    """One mark as it is kept: points as exact text or a verdict, and the reason. Nothing given yet is None."""

    points: str | None = None
    verdict: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing wrong or missing: a stable rule name, the bid's letter, the criterion, the facts for the sentence."""

    rule: str
    bid: str
    criterion: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return SENTENCES[self.rule].format(**self.facts)


def measures_of(criteria: Iterable[Mapping[str, Any]]) -> tuple[Measure, ...]:
    """Return what people judge, in the order of the notice."""
    return tuple(
        Measure(
            code=one["criterion"],
            kind=one["kind"],
            title=one.get("title") or one["criterion"],
            guidance=one.get("guidance") or "",
            most=one.get("max") or one.get("weight") or "0",
            step=one.get("step") or "",
            bands=tuple(Band(b["least"], b["most"], b["text"]) for b in one.get("x_bands") or ()),
            formula=formula_of(one["formula"], parse_decimal(one["weight"])) if one["kind"] == FORMULA else None,
        )
        for one in criteria
        if one["kind"] in (REQUIREMENT, POINTS, FORMULA)
    )


def judged_of(measures: Iterable[Measure], values: Mapping[str, str]) -> tuple[Measure, ...]:
    """Return what of it is to be judged in one bid: a value that the bid does not state needs no verdict."""
    return tuple(one for one in measures if not one.is_value or one.code in values)


def read_marks(
    measures: Sequence[Measure], bid: str, given: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Mark], list[Problem]]:
    """Check marks on one bid against range and step; return those that are good, and every problem at once.

    `given` maps criteria to ``{"points" | "verdict", "reason", "band"}``; ``band`` (place of the chosen band) is looked
    at only to refuse points outside it. Empty points are no mark yet.
    """
    known = {one.code: one for one in measures}
    marks: dict[str, Mark] = {}
    problems: list[Problem] = []
    for code, value in given.items():
        if code not in known:
            problems.append(Problem("mark.no_such_criterion", bid, code, {"bid": bid, "title": str(code)[:40]}))
            continue
        found = _read_one(known[code], bid, value)
        if isinstance(found, Mark):
            marks[code] = found
        else:
            problems.append(found)
    return marks, problems


def missing_marks(measures: Sequence[Measure], bid: str, marks: Mapping[str, Mark]) -> list[Problem]:
    """Return everything that one sheet still lacks. Points, and a verdict that says no, need their reason."""
    problems = []
    for one in measures:
        mark = marks.get(one.code, Mark())
        facts = {"bid": bid, "title": one.title}
        if one.is_points and mark.points is None:
            problems.append(Problem("mark.missing_points", bid, one.code, facts))
        elif not one.is_points and mark.verdict is None:
            rule = "mark.missing_value" if one.is_value else "mark.missing_verdict"
            problems.append(Problem(rule, bid, one.code, facts))
        elif not mark.reason and (one.is_points or mark.verdict is False):
            problems.append(Problem("mark.missing_reason", bid, one.code, facts))
    return problems


def sheet_value(bid: str, marks: Mapping[str, Mark]) -> dict[str, Any]:
    """Return one sheet as it stands in the published evaluation, and as the trail's digests commit to it."""
    return {
        "bid": bid,
        "verdicts": {code: one.verdict for code, one in sorted(marks.items()) if one.verdict is not None},
        "scores": {code: one.points for code, one in sorted(marks.items()) if one.points is not None},
        "reasons": {code: one.reason for code, one in sorted(marks.items()) if one.reason},
    }


def _read_one(measure: Measure, bid: str, value: Mapping[str, Any]) -> Mark | Problem:
    facts = {"bid": bid, "title": measure.title}

    def refuse(rule: str, **more: str) -> Problem:
        return Problem(rule, bid, measure.code, {**facts, **more})

    reason = _one_line(str(value.get("reason") or ""))
    if len(reason) > MOST_REASON:
        return refuse("mark.reason_too_long", most=str(MOST_REASON))
    if not measure.is_points:
        verdict = value.get("verdict")
        if verdict is not None and not isinstance(verdict, bool):
            return refuse("mark.value_verdict" if measure.is_value else "mark.verdict")
        return Mark(verdict=verdict, reason=reason)
    text = unicodedata.normalize("NFKC", str(value.get("points") or "")).strip()
    if not text:
        return Mark(reason=reason)
    try:
        points = parse_decimal(text)
    except DecimalRefused:
        return refuse("mark.not_a_number", most=measure.most)
    shown = exact_text(points)
    if not 0 <= points <= parse_decimal(measure.most):
        return refuse("mark.out_of_range", points=shown, most=measure.most)
    if measure.step and points % parse_decimal(measure.step):
        return refuse("mark.off_step", points=shown, step=measure.step)
    chosen = str(value.get("band") or "")
    if chosen.isdecimal() and int(chosen) < len(measure.bands):
        band = measure.bands[int(chosen)]
        if not band.holds(points):
            return refuse("mark.outside_band", points=shown, least=band.least, most=band.most)
    return Mark(points=shown, reason=reason)


def _one_line(text: str) -> str:
    """Return a reason without control characters; lines of a text field become spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
