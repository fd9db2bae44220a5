"""The sections of a draft's page: where findings belong, and how each section stands."""

from __future__ import annotations

from typing import Any

import pytest

from procurement.tender.sections import SECTIONS, after, begun, section_of, standings

NOTHING: dict[str, Any] = {
    "title": "",
    "lots": [{"title": "", "items": [{"title": ""}]}],
    "criteria": [{"kind": "price", "title": "", "weight": ""}],
    "policies": {"sme_reserve": "none", "sme_rate": ""},
    "terms": {"delivery_place": "", "payment": "验收后付款。"},
}


@pytest.mark.parametrize(
    ("pointer", "section"),
    [
        ("", "basics"),
        ("/title", "basics"),
        ("/closes_at", "time"),
        ("/ground_reason", "time"),
        ("/lots/0/items/2/spec", "lots"),
        ("/method/id", "criteria"),
        ("/criteria/3/formula", "criteria"),
        ("/policies/sme_rate", "policies"),
        ("/terms/payment", "terms"),
        ("/documents", "documents"),
    ],
)
def test_a_finding_belongs_to_the_section_of_its_field(pointer: str, section: str) -> None:
    assert section_of(pointer) == section


def test_after_each_section_comes_the_next() -> None:
    assert [after(one) for one in ("", *SECTIONS)] == [*SECTIONS, SECTIONS[-1]]


def test_what_is_filled_in_beforehand_is_not_begun() -> None:
    assert begun(NOTHING, 0) == frozenset()
    typed = {
        **NOTHING,
        "title": "灯具",
        "lots": [{"title": "", "items": [{"title": "灯"}]}],
        "plan_ref": "P-2026-000001",
    }
    assert begun(typed, 1) == {"basics", "lots", "time", "documents"}
    told = {
        **NOTHING,
        "criteria": [{"weight": "40"}],
        "policies": {"sme_rate": "10"},
        "terms": {"delivery_time": "7 日"},
    }
    assert begun(told, 0) == {"criteria", "policies", "terms"}


def test_how_sections_stand() -> None:
    found = [
        {"pointer": "/title", "severity": "blocks"},
        {"pointer": "/budget", "severity": "blocks"},
        {"pointer": "/closes_at", "severity": "blocks"},
        {"pointer": "/criteria/0/weight", "severity": "warns"},
    ]
    told = {one.id: one for one in standings(found, frozenset({"basics"}), is_saved=True)}
    assert [one.number for one in told.values()] == list(range(1, 8))
    assert (told["basics"].state, told["basics"].faults) == ("change", 2)
    assert (told["time"].state, told["time"].faults) == ("empty", 1)
    assert (told["criteria"].state, told["criteria"].faults, told["criteria"].advice) == ("ready", 0, 1)
    fresh = {one.id: one.state for one in standings([], frozenset({"basics"}), is_saved=False)}
    assert (fresh["basics"], fresh["lots"]) == ("begun", "empty")
