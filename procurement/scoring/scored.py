"""What is computed about bids, as frozen values: scores, what orders a bid, its place, the values of a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from procurement.scoring.method import BidInput, Criterion


@dataclass(frozen=True)
class Stated:
    """What a bid states for a formula criterion (None: nothing), and what each expert thinks of it."""

    criterion: Criterion
    value: Fraction | None
    verdicts: Mapping[str, bool]
    is_accepted: bool

    @property
    def used(self) -> Fraction | None:
        """Return the value that goes into the formula: the stated one, if it is accepted."""
        return self.value if self.is_accepted else None


@dataclass(frozen=True)
class Score:
    """One criterion's score of one bid: exact, and as it is used.

    `scores` are those of the experts (none for the price and a formula), `stated` is what a formula was given, and
    `among` are the accepted values of all bids that are ranked.
    """

    criterion: Criterion
    scores: Mapping[str, Fraction]
    exact: Fraction
    used: Fraction
    stated: Stated | None = None
    among: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Scored:
    """One bid that is ranked, with everything that orders it. `total` is None where only the price orders."""

    bid: BidInput
    price: Fraction
    evaluated: Fraction
    scores: tuple[Score, ...]
    total: Fraction | None
    technical: Fraction


@dataclass(frozen=True)
class Place:
    """Where a bid stands, whether it shares the place, and which rule parted it from its neighbours."""

    rank: int
    is_tie: bool
    decided_by: str | None
