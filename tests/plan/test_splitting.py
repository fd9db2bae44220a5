"""The arithmetic of the check against splitting, case by case, and the digest that a decision names."""

from __future__ import annotations

import dataclasses

import pytest

from procurement.plan.splitting import Figures, Purchase, figures, group_of

LIMITS = {"goods": 2_000_000_00, "services": 2_000_000_00}


def bought(ref: str, yuan: str, code: str = "A02010105", procedure: str = "inquiry", category: str = "goods") -> Purchase:
    whole, _, part = yuan.partition(".")
    return Purchase(ref, f"采购 {ref}", category, code, int(whole) * 100 + int(part.ljust(2, "0") or 0), procedure)


def looked(*purchases: Purchase, limits: dict[str, int] = LIMITS, length: int = 5) -> tuple[Figures, ...]:
    return figures(
        purchases,
        authority="O-000001",
        year=2027,
        length=length,
        open_procedures=("open", "framework"),
        limits=limits,
    )


CASES = {
    # name: purchases, (group, counted, sum, suspicious) of the first group
    "two together above": ((bought("P1", "1100000"), bought("P2", "900000.01")), ("A0201", 2, 200000001, True)),
    "exactly the threshold": ((bought("P1", "1100000"), bought("P2", "900000")), ("A0201", 2, 200000000, False)),
    "one alone above": ((bought("P1", "2500000"),), ("A0201", 1, 250000000, False)),
    "an open one does not count": (
        (bought("P1", "1900000"), bought("P2", "1900000", procedure="open")),
        ("A0201", 1, 190000000, False),
    ),
    "a framework does not count": (
        (bought("P1", "1900000"), bought("P2", "1900000", procedure="framework")),
        ("A0201", 1, 190000000, False),
    ),
    "invited tender counts": (
        (bought("P1", "1900000"), bought("P2", "1900000", procedure="selective")),
        ("A0201", 2, 380000000, True),
    ),
    "other end of the code": (
        (bought("P1", "1900000", "A02010105"), bought("P2", "1900000", "a0201-9")),
        ("A0201", 2, 380000000, True),
    ),
    "without a code by category": (
        (bought("P1", "1900000", ""), bought("P2", "1900000", "", category="services")),
        ("goods", 1, 190000000, False),
    ),
    "the same purchase twice": ((bought("P1", "1900000"), bought("P1", "1900000")), ("A0201", 1, 190000000, False)),
    "no threshold for works": (
        (bought("P1", "9000000", "B01", category="works"), bought("P2", "9000000", "B01", category="works")),
        ("B01", 2, 1800000000, False),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_arithmetic(name: str) -> None:
    purchases, (group, counted, total, suspicious) = CASES[name]
    first = looked(*purchases)[0]
    assert (first.group, len(first.counted), first.sum, first.is_suspicious) == (group, counted, total, suspicious)


def test_of_two_categories_the_lower_threshold_counts() -> None:
    limits = {"goods": 5_000_000_00, "services": 2_000_000_00}
    one, two = bought("P1", "1500000"), bought("P2", "1500000", category="services")
    assert [each.is_suspicious for each in looked(one, two, limits=limits)] == [True]


def test_suspicious_groups_come_first_and_groups_do_not_mix() -> None:
    found = looked(
        bought("P1", "9000000", "C01", procedure="open"),
        bought("P2", "1500000", "A0201"),
        bought("P3", "1500000", "A0201"),
        bought("P4", "1900000", "A0202"),
    )
    assert [(one.group, one.is_suspicious) for one in found] == [("A0201", True), ("A0202", False), ("C01", False)]
    assert group_of(bought("P9", "1", "A02010105"), 3) == "A02"


def test_other_figures_have_another_digest_and_titles_change_nothing() -> None:
    one, two = bought("P1", "1500000"), bought("P2", "1500000")
    (found,) = looked(two, one)
    assert looked(one, dataclasses.replace(two, title="另一个名字"))[0].digest() == found.digest()
    others = (
        looked(one, dataclasses.replace(two, amount=two.amount + 1)),
        looked(one, dataclasses.replace(two, procedure="negotiation")),
        looked(one, two, bought("P3", "1")),
        looked(one, two, limits={"goods": 1_000_000_00}),
    )
    assert found.digest() not in {each[0].digest() for each in others}
    assert found.as_json()["sum"] == "3000000.00"
