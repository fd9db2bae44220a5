"""Formulas that turn a stated value, such as years of warranty, into points. Pure and exact.

Three types: ``steps`` (thresholds), ``linear`` (between two values, the same beyond them) and ``min_max`` (between the
lowest and the highest value among the bids that are ranked). The least are 0 points, the most are the weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

STEPS = "steps"
LINEAR = "linear"
MIN_MAX = "min_max"
TYPES = (STEPS, LINEAR, MIN_MAX)

HIGHER = "higher"
LOWER = "lower"
DIRECTIONS = (HIGHER, LOWER)


@dataclass(frozen=True)
class Threshold:
    """One step: whoever reaches `at` (at least or at most, by the direction) has earned `points`."""

    at: Fraction
    points: Fraction


@dataclass(frozen=True)
class Formula:
    """How a value becomes points. `steps` come from the worst to the best; `zero` and `full` are of ``linear``."""

    type: str
    direction: str
    unit: str
    steps: tuple[Threshold, ...] = ()
    zero: Fraction = Fraction(0)
    full: Fraction = Fraction(0)

    def reached(self, value: Fraction) -> int:
        """Return how many of the steps a value reaches."""
        return sum(value >= one.at if self.direction == HIGHER else value <= one.at for one in self.steps)

    def points(self, value: Fraction, weight: Fraction, among: Sequence[Fraction] = ()) -> Fraction:
        """Return the points of an accepted value, not rounded; `among` are all accepted values (for ``min_max``).

        Where all values of ``min_max`` are equal nobody is worse than another, and each earns the whole weight.
        """
        if self.type == STEPS:
            count = self.reached(value)
            return self.steps[count - 1].points if count else Fraction(0)
        zero, full = self.zero, self.full
        if self.type == MIN_MAX:
            ends = min(among), max(among)
            zero, full = ends if self.direction == HIGHER else (ends[1], ends[0])
            if zero == full:
                return weight
        share = (value - zero) / (full - zero)
        return min(max(share, Fraction(0)), Fraction(1)) * weight
