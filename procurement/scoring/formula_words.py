"""A formula in words of three languages, a line for each thing it says, so that all pages and papers say the same."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from procurement.scoring.arithmetic import DecimalRefused, exact_text, parse_decimal
from procurement.scoring.formula import HIGHER, LINEAR, STEPS, Formula
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.words import Words, index_of

_STEP: Words = ("{sign} {value}：{points} 分", "{sign} {value}：{points} 分", "{sign} {value}: {points} points")
_NONE: Words = (
    "未达到任何一档、没有填报或者不被认可：0 分",
    "未達到任何一級、沒有填報或者不被認可：0 分",
    "No step reached, nothing stated or not accepted: 0 points",
)
_LINE: Words = (
    "{zero} 得 0 分，{full} 得 {points} 分，其间按比例计算，超出部分不再增减",
    "{zero} 得 0 分，{full} 得 {points} 分，其間按比例計算，超出部分不再增減",
    "{zero} earns 0 points, {full} earns {points}; in proportion between them, the same beyond them",
)
_HIGHEST: Words = (
    "参加排名的各投标中，数值最高的得 {points} 分，最低的得 0 分，其间按比例计算",
    "參加排名的各投標中，數值最高的得 {points} 分，最低的得 0 分，其間按比例計算",
    "Among the ranked bids the highest value earns {points} points, the lowest 0; in proportion between them",
)
_LOWEST: Words = (
    "参加排名的各投标中，数值最低的得 {points} 分，最高的得 0 分，其间按比例计算",
    "參加排名的各投標中，數值最低的得 {points} 分，最高的得 0 分，其間按比例計算",
    "Among the ranked bids the lowest value earns {points} points, the highest 0; in proportion between them",
)
_REFUSED: Words = (
    "没有填报或者不被认可：0 分",
    "沒有填報或者不被認可：0 分",
    "Nothing stated or not accepted: 0 points",
)


def formula_lines(formula: Formula, weight: Fraction, language: str) -> tuple[str, ...]:
    """Return what a formula of a criterion with this weight says, the best value first."""
    at = index_of(language)
    points = exact_text(weight)

    def measured(value: Fraction) -> str:
        return f"{exact_text(value)} {formula.unit}".strip()

    if formula.type == STEPS:
        sign = "≥" if formula.direction == HIGHER else "≤"
        steps = (
            _STEP[at].format(sign=sign, value=measured(one.at), points=exact_text(one.points))
            for one in reversed(formula.steps)
        )
        return (*steps, _NONE[at])
    if formula.type == LINEAR:
        line = _LINE[at].format(zero=measured(formula.zero), full=measured(formula.full), points=points)
        return (line, _REFUSED[at])
    return ((_HIGHEST if formula.direction == HIGHER else _LOWEST)[at].format(points=points), _REFUSED[at])


def criterion_lines(criterion: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """Return what the formula of a criterion of a notice says; nothing where it has none that can be read."""
    if not criterion.get("formula"):
        return ()
    try:
        weight = parse_decimal(criterion.get("weight"))
    except DecimalRefused:
        return ()
    formula = formula_of(criterion["formula"], weight)
    return formula_lines(formula, weight, language) if formula is not None else ()
