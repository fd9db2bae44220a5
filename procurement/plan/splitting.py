"""The check against splitting a purchase to avoid an open tender (化整为零): plain values in, figures out.

Purchases of one authority and year that share the beginning of their catalogue code are one group (without a code:
one category). Those bought by another procedure than the open ones are added up. Two or more of them together above
the threshold are a suspicion, and a person decides on the figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from foundation.canonical import canonical
from foundation.canonical import digest as sha256
from foundation.money import to_text


@dataclass(frozen=True)
class Purchase:
    """A project of the plan or a published tender. `amount` is whole fen; `line` is the budget line it is paid from."""

    ref: str
    title: str
    category: str
    classification: str
    amount: int
    procedure: str
    line: str = ""


@dataclass(frozen=True)
class Figures:
    """A group with what counts in it.

    `counted` are the purchases by other procedures than the open ones, `apart` all others of the group; `limit` is
    the threshold in whole fen, None where the law has none for the group's categories.
    """

    authority: str
    year: int
    group: str
    counted: tuple[Purchase, ...]
    apart: tuple[Purchase, ...]
    limit: int | None

    @property
    def sum(self) -> int:
        """What the counted purchases add up to, in whole fen."""
        return sum(one.amount for one in self.counted)

    @property
    def is_suspicious(self) -> bool:
        """Tell whether a person has to look: bought in parts, and together above the threshold."""
        return self.limit is not None and len(self.counted) > 1 and self.sum > self.limit

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON value; titles and states are left out, for they decide nothing."""
        return {
            "authority": self.authority,
            "year": self.year,
            "group": self.group,
            "counted": [
                {"ref": one.ref, "amount": to_text(one.amount), "procedure": one.procedure, "line": one.line}
                for one in self.counted
            ],
            "sum": to_text(self.sum),
            "limit": None if self.limit is None else to_text(self.limit),
        }

    def digest(self) -> str:
        """Return the SHA-256 of the figures, which a decision names: other figures ask anew."""
        return sha256(canonical(self.as_json()))


def group_of(purchase: Purchase, length: int) -> str:
    """Return the group of a purchase: the first `length` characters of its code, or its category without a code."""
    return purchase.classification[:length].upper() or purchase.category


def figures(
    purchases: Iterable[Purchase],
    *,
    authority: str,
    year: int,
    length: int,
    open_procedures: Collection[str],
    limits: Mapping[str, int],
) -> tuple[Figures, ...]:
    """Return the figures of every group, the suspicious first, then by sum downwards.

    `limits` gives the threshold of a category in whole fen; of a group with several categories the lowest counts.
    A purchase that comes twice (a project, and the tender begun from it) counts once.
    """
    groups: dict[str, dict[str, Purchase]] = {}
    for one in purchases:
        groups.setdefault(group_of(one, length), {}).setdefault(one.ref, one)
    found = []
    for group, members in groups.items():
        inside = sorted(members.values(), key=lambda one: one.ref)
        known = [limits[one.category] for one in inside if one.category in limits]
        found.append(
            Figures(
                authority,
                year,
                group,
                tuple(one for one in inside if one.procedure not in open_procedures),
                tuple(one for one in inside if one.procedure in open_procedures),
                min(known, default=None),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.is_suspicious, -one.sum, one.group)))
