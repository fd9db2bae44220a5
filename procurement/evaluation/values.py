"""Values that bids state for formula criteria, and the points that such a value would give. Pure.

What an opened offer states is read once more: a value that is no plain decimal counts as not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from procurement.scoring.arithmetic import DecimalRefused, exact_text, fixed_text, parse_decimal
from procurement.scoring.formula import MIN_MAX
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.method import FORMULA


@dataclass(frozen=True)
class Worth:
    """What a stated value is worth if it is accepted: `value` with its `unit`, and `points` of `most`.

    `is_relative` tells that the points hang on the values of all bids; then they hold only if all are accepted.
    """

    value: str
    unit: str
    points: str
    most: str
    is_relative: bool


def stated(offer: Mapping[str, Any] | None, criteria: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the values that an offer states for the formula criteria of the notice, as exact text by criterion."""
    asked = {one["criterion"] for one in criteria if one["kind"] == FORMULA}
    found: dict[str, str] = {}
    for answer in (offer or {}).get("answers") or ():
        if answer.get("criterion") in asked and answer.get("value") is not None:
            try:
                found[answer["criterion"]] = exact_text(parse_decimal(answer["value"]))
            except DecimalRefused:
                continue
    return found


def worth(
    criterion: Mapping[str, Any], value: str, among: Iterable[str], rounding: Mapping[str, Any] | None
) -> Worth | None:
    """Return what a value is worth; `among` are the values of all bids to judge. None where the formula is unreadable.

    Points are shown as the method rounds each criterion's score.
    """
    weight = parse_decimal(criterion["weight"])
    formula = formula_of(criterion.get("formula"), weight)
    if formula is None:
        return None
    values = [parse_decimal(one) for one in among] or [parse_decimal(value)]
    points: Fraction = formula.points(parse_decimal(value), weight, values)
    places = int((rounding or {}).get("places", 2))
    return Worth(value, formula.unit, fixed_text(points, places), criterion["weight"], formula.type == MIN_MAX)
