"""How many of the ranked bids a framework agreement leaves out, and which (110号令). Pure.

The law asks that *at least* a share of those who qualified goes out, and at least one. So the number that goes out is
rounded up: of six bids 20 % is 1.2, and two go out; with one the share would be 16.7 % only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True)
class Cut:
    """The ids that stay, those that go out, and those of one rank between which the cut would fall."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    tied: tuple[str, ...]
    # How many of `tied` have to go out.
    open_places: int


def number_out(qualified: int, percent: Fraction, least: int) -> int:
    """Return how many of `qualified` bids go out: `percent` of them rounded up, and `least` at least."""
    return min(qualified, max(least, ceil(qualified * percent / 100)))


def cut(ranked: Sequence[tuple[str, int]], percent: Fraction, least: int) -> Cut:
    """Cut ``(id, rank)`` pairs, best first, so that enough go out from the end.

    Bids of equal rank are treated alike where that leaves the number exact; where the cut falls between them, they are
    `tied` and people decide by the rule of the document.
    """
    out = number_out(len(ranked), percent, least)
    stay = len(ranked) - out
    if not 0 < stay < len(ranked) or ranked[stay - 1][1] != ranked[stay][1]:
        names = tuple(name for name, _rank in ranked)
        return Cut(names[:stay], names[stay:], (), 0)
    shared = ranked[stay][1]
    kept = tuple(name for name, rank in ranked if rank < shared)
    tied = tuple(name for name, rank in ranked if rank == shared)
    dropped = tuple(name for name, rank in ranked if rank > shared)
    return Cut(kept, dropped, tied, out - len(dropped))
