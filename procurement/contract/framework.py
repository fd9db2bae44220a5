"""The arithmetic of a framework agreement: its longest period, ceilings of unit prices, turns, who is left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any


@dataclass(frozen=True)
class Above:
    """A unit price above what the agreement allows for this item."""

    item: str
    price: Decimal
    ceiling: Decimal


def latest_end(starts_on: date, years: int) -> date:
    """Return the last day of a period of `years`: one year from 1 December 2026 ends on 30 November 2027."""
    try:
        after = starts_on.replace(year=starts_on.year + years)
    except ValueError:
        after = date(starts_on.year + years, 3, 1)
    return after - timedelta(days=1)


def ceilings(prices: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Return a member's unit prices by item."""
    return {str(one["item"]): Decimal(one["unit_price"]) for one in prices}


def highest(members: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, Decimal]:
    """Return for each item the highest unit price among members.

    The ceiling of a call-off is made from it: one member's own price would tell before the opening who is asked.
    """
    found: dict[str, Decimal] = {}
    for prices in members:
        for item, price in ceilings(prices).items():
            found[item] = max(price, found.get(item, price))
    return found


def above(offered: Iterable[Mapping[str, Any]], allowed: Mapping[str, Decimal]) -> list[Above]:
    """Return the offered unit prices above the allowed ones; equal is allowed, and an unknown item has none."""
    found = []
    for one in offered:
        price = Decimal(one["unit_price"])
        ceiling = allowed.get(str(one["item"]), Decimal(0))
        if price > ceiling:
            found.append(Above(str(one["item"]), price, ceiling))
    return found


def amount(quantities: Mapping[str, str], prices: Mapping[str, Decimal]) -> int:
    """Return the sum of quantity times price in fen, rounded up so that no lawful offer is above it."""
    total = sum((Decimal(quantity) * prices[item] for item, quantity in quantities.items()), Decimal(0))
    return int((total * 100).to_integral_value(ROUND_UP))


def next_turn(places: Sequence[int], last: int | None) -> int | None:
    """Return whose turn is next among the places that are left: the first after `last`, else the first of all."""
    left = sorted(places)
    if not left:
        return None
    return next((place for place in left if last is not None and place > last), left[0])


def percent_left(left: int, began: int) -> Decimal:
    """Return the share of members that is left, in per cent with one place."""
    return (Decimal(left) * 100 / Decimal(began)).quantize(Decimal("0.1")) if began else Decimal(0)
