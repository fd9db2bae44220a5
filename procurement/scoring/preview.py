"""What values and prices would earn, for whoever writes a criterion: the engine's own figures on sample values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from procurement.scoring.arithmetic import exact_text, fixed_text
from procurement.scoring.formula import LINEAR, STEPS, Formula
from procurement.scoring.ranking import price_points

# Prices whose points are shown, as parts of the highest of them.
PRICES = (Fraction(80), Fraction(90), Fraction(100))
# Values for a formula that has none of its own.
VALUES = tuple(Fraction(value) for value in (0, 1, 2, 3, 5))
MOST_SAMPLES = 14


@dataclass(frozen=True)
class Sample:
    """A value and the points it would earn: exact, and as texts."""

    at: Fraction
    points: Fraction
    value: str
    earned: str


def of_price(weight: Fraction, places: int, prices: Sequence[Fraction] = PRICES) -> tuple[Sample, ...]:
    """Return what each price would earn if these were the evaluated prices of all bids."""
    lowest = min(prices)
    return tuple(_sample(price, price_points(lowest, price, weight), places) for price in prices)


def of_formula(formula: Formula, weight: Fraction, places: int) -> tuple[Sample, ...]:
    """Return what values around the formula's own would earn; all of them count as accepted."""
    values = _samples(formula)
    return tuple(_sample(value, formula.points(value, weight, values), places) for value in values)


def _samples(formula: Formula) -> list[Fraction]:
    if formula.type == STEPS:
        ends = sorted(one.at for one in formula.steps)
        gap = ends[-1] - ends[0] or ends[-1] or Fraction(1)
        chosen = {*ends, max(Fraction(0), ends[0] - gap / 4), ends[-1] + gap / 4}
    elif formula.type == LINEAR:
        low, high = sorted((formula.zero, formula.full))
        gap = high - low
        chosen = {low + gap * part / 4 for part in range(5)} | {max(Fraction(0), low - gap / 4), high + gap / 4}
    else:
        chosen = set(VALUES)
    return sorted(chosen)[:MOST_SAMPLES]


def _sample(at: Fraction, points: Fraction, places: int) -> Sample:
    return Sample(at, points, exact_text(at), fixed_text(points, places))
