"""What is computed about bids, as frozen values: scores, what orders a bid, its place, the values of a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from procurement.scoring.method import BidInput, Criterion


@dataclass(frozen=True)
class Score:
    """One criterion's score of one bid: the experts' scores (none for the price), exact score, score used."""

    criterion: Criterion
    scores: Mapping[str, Fraction]
    exact: Fraction
    used: Fraction


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
