"""The arithmetic of frameworks by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from procurement.contract import framework


@pytest.mark.parametrize(
    ("starts_on", "years", "last"),
    [
        (date(2026, 12, 1), 1, date(2027, 11, 30)),
        (date(2026, 12, 1), 2, date(2028, 11, 30)),
        (date(2027, 1, 1), 1, date(2027, 12, 31)),
        # 29 February has no anniversary in the next year: the year is over with the last of February.
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
    ],
)
def test_the_last_day_of_a_period(starts_on: date, years: int, last: date) -> None:
    assert framework.latest_end(starts_on, years) == last


def test_ceilings_are_exact_and_equal_is_allowed() -> None:
    first = [{"item": "1", "unit_price": "100.005"}, {"item": "2", "unit_price": "7.00"}]
    second = [{"item": "1", "unit_price": "99.00"}, {"item": "2", "unit_price": "8.00"}]
    highest = framework.highest([first, second])
    assert highest == {"1": Decimal("100.005"), "2": Decimal("8.00")}
    # 3 × 100.005 = 300.015: rounded up to the fen, so that the full agreed price is still within the ceiling.
    assert framework.amount({"1": "3"}, highest) == 30002
    own = framework.ceilings(first)
    assert framework.above(first, own) == []
    assert [one.item for one in framework.above([{"item": "1", "unit_price": "100.006"}], own)] == ["1"]
    assert [one.item for one in framework.above([{"item": "9", "unit_price": "0.01"}], own)] == ["9"]


@pytest.mark.parametrize(
    ("places", "last", "turn"),
    [((1, 2, 3), None, 1), ((1, 2, 3), 1, 2), ((1, 2, 3), 3, 1), ((1, 3), 1, 3), ((2, 3), 1, 2), ((1,), 1, 1), ((), 1, None)],
)
def test_whose_turn_it_is(places: tuple[int, ...], last: int | None, turn: int | None) -> None:
    assert framework.next_turn(places, last) == turn


def test_the_share_that_is_left() -> None:
    assert framework.percent_left(2, 3) == Decimal("66.7") and framework.percent_left(7, 10) == Decimal("70.0")
