"""The form's fields of a draft's criteria, and their way to and from the plain data of `criteria`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Form, FormField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from procurement.scoring.formula import HIGHER, LINEAR, LOWER, MIN_MAX, STEPS
from procurement.scoring.method import FORMULA, POINTS, PRICE, REQUIREMENT
from procurement.tender.reader import Problem

_ = lazy_gettext

KINDS = [
    SelectChoice(REQUIREMENT, _("Pass or fail")),
    SelectChoice(PRICE, _("Price score")),
    SelectChoice(POINTS, _("Scored by experts")),
    SelectChoice(FORMULA, _("By a formula")),
]
TYPES = [
    SelectChoice(STEPS, _("Steps: each threshold earns its points")),
    SelectChoice(LINEAR, _("A line between two values")),
    SelectChoice(MIN_MAX, _("Between the lowest and the highest bid")),
]
DIRECTIONS = [SelectChoice(HIGHER, _("A higher value is better")), SelectChoice(LOWER, _("A lower value is better"))]

_NUMERIC = {"inputmode": "decimal", "class": "n"}
_LONGEST_LINE = 600
_PLAIN = r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?"
_BAND = re.compile(r"\s*(\S+?)\s*(?:–|—|~|～|-|至|到)\s*(\S+?)\s*(?:[:：]|\s)\s*(.*)")
_STEP = re.compile(
    rf"(≥|>=|≤|<=)?\s*({_PLAIN})\s*[^\d\s→=:：]{{0,20}}\s*(?:→|->|=|:|：)\s*({_PLAIN})\s*(?:分|points?)?"
)
_AT_LEAST, _AT_MOST = ("≥", ">="), ("≤", "<=")


class FormulaForm(Form):
    """How a stated value becomes points."""

    type = SelectField(_("How values earn points"), choices=TYPES, default=STEPS)
    unit = StringField(_("Unit"), description=_("Such as years, hours or kW."))
    direction = SelectField(_("Which way is better"), choices=DIRECTIONS, default=HIGHER)
    steps = TextAreaField(
        _("Steps"), description=_("One step a line, value and points: ≥ 5 → 10"), render_kw={"rows": 4}
    )
    zero = StringField(_("This value earns no points"), render_kw=_NUMERIC)
    full = StringField(_("This value earns all points"), render_kw=_NUMERIC)


class CriterionForm(Form):
    """A rule of judgement."""

    title = StringField(_("Criterion"))
    kind = SelectField(_("Kind"), choices=KINDS, default=POINTS)
    weight = StringField(_("Weight (points)"), render_kw=_NUMERIC)
    step = StringField(_("Steps of the score"), default="0.5", render_kw=_NUMERIC)
    guidance = TextAreaField(_("How it is judged"), render_kw={"rows": 3})
    bands = TextAreaField(_("Bands"), description=_("One band a line: 18-20 what earns it."), render_kw={"rows": 4})
    formula = FormField(FormulaForm)
    evidence = TextAreaField(
        _("Proof that bidders must upload"), description=_("One proof a line."), render_kw={"rows": 2}
    )
    evidence_optional = TextAreaField(
        _("Proof that bidders may add"), description=_("One proof a line."), render_kw={"rows": 2}
    )


def shown(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return one criterion of a draft as the fields show it."""
    evidence = one["evidence"]
    return {
        **{name: one[name] for name in ("title", "kind", "step", "guidance")},
        "weight": "" if one["kind"] == REQUIREMENT else one["weight"],
        "bands": "\n".join(f"{band['least']}-{band['most']} {band['text']}" for band in one["bands"]),
        "formula": _formula_shown(one["formula"]),
        "evidence": "\n".join(proof["title"] for proof in evidence if proof["required"]),
        "evidence_optional": "\n".join(proof["title"] for proof in evidence if not proof["required"]),
    }


def read(row: Any, at: str, problems: list[Problem]) -> dict[str, Any]:
    """Return one criterion as typed, only with what belongs to its kind; what cannot be read is told at `at`."""
    kind = row["kind"].data or POINTS
    found: dict[str, Any] = {
        "kind": kind,
        "title": row["title"].data or "",
        "guidance": row["guidance"].data or "",
        "weight": plain(row["weight"].data),
        "step": plain(row["step"].data),
        "bands": read_bands(row["bands"].data, f"{at}/bands", problems) if kind == POINTS else [],
        "evidence": [
            {"title": line, "required": required}
            for name, required in (("evidence", True), ("evidence_optional", False))
            for line in _lines(row[name].data)
        ],
    }
    if kind == FORMULA:
        found["formula"] = _formula_read(row["formula"].form, f"{at}/formula", problems)
    return found


def read_bands(text: str | None, at: str = "", problems: list[Problem] | None = None) -> list[dict[str, str]]:
    """Return the bands of a text, one a line; a line that cannot be read becomes a problem at `at`."""
    found = []
    for line in _lines(text):
        # The pattern's time grows with the square of a line's length.
        band = _BAND.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if band is None:
            if problems is not None:
                problems.append(Problem("draft.band_line", at, {"line": line[:60]}))
            continue
        found.append({"least": band[1], "most": band[2], "text": band[3]})
    return found


def plain(text: str | None) -> str:
    """Return a typed number without the separators people put into it."""
    return (text or "").replace(",", "").replace("，", "").strip()


def read_steps(text: str | None, direction: str, at: str, problems: list[Problem]) -> list[dict[str, str]]:
    """Return the steps of a text, one a line; what cannot be read, or is against the direction, becomes a problem."""
    bound, against = ("least", _AT_MOST) if direction == HIGHER else ("most", _AT_LEAST)
    found = []
    for line in _lines(text):
        step = _STEP.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if step is None:
            problems.append(Problem("draft.step_line", at, {"line": line[:60]}))
        elif step[1] in against:
            problems.append(Problem("draft.step_sign", at, {"line": line[:60]}))
        else:
            found.append({bound: step[2], "points": step[3]})
    return found


def _formula_shown(formula: Mapping[str, Any]) -> dict[str, Any]:
    direction = formula.get("direction", HIGHER)
    sign, bound = ("≥", "least") if direction == HIGHER else ("≤", "most")
    return {
        "type": formula.get("type", STEPS),
        "unit": formula.get("unit", ""),
        "direction": direction,
        "steps": "\n".join(f"{sign} {one[bound]} → {one['points']}" for one in formula.get("steps", ())),
        "zero": formula.get("zero", ""),
        "full": formula.get("full", ""),
    }


def _formula_read(row: Any, at: str, problems: list[Problem]) -> dict[str, Any]:
    kind, direction = row["type"].data or STEPS, row["direction"].data or HIGHER
    found: dict[str, Any] = {"type": kind, "unit": row["unit"].data or ""}
    if kind == LINEAR:
        return found | {name: plain(row[name].data) for name in ("zero", "full")}
    found["direction"] = direction
    if kind == STEPS:
        found["steps"] = read_steps(row["steps"].data, direction, f"{at}/steps", problems)
    return found


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
