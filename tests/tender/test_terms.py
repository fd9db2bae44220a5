"""Terms of a draft: what is left out gets its default, what is given has one meaning, what the law asks for is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from procurement.rules import ruleset as rulesets
from procurement.tender import term_fields, terms
from procurement.tender.models import Lot, Tender
from procurement.tender.reader import Problem, Reader

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
LAW = rulesets.load("cn-gp-2026").under("open", "bids")
DELIVERY = {"delivery_place": "本市", "delivery_time": "30 日内"}


def read(given: Any, category: str = "goods") -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []
    return terms.read(Reader(given, "/terms", problems), category), problems


def found(given: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    lots = [Lot(number="1", title="x", ceiling=1_000_000_00)]
    tender = Tender(terms=read({**DELIVERY, **given})[0], budget=1_000_000_00, lots=lots, **more)
    return [(one.rule_id, one.pointer) for one in terms.findings(tender, LAW, NOW)]


def test_what_is_left_out_gets_its_text_and_what_is_emptied_stays_empty() -> None:
    usual, problems = read({})
    assert problems == [] and usual["validity_days"] == 90 and usual["english"] == {}
    assert {name for name in terms.TEXTS if not usual[name]} == {"delivery_place", "delivery_time"}
    assert read({"payment": ""})[0]["payment"] == ""
    assert read(usual)[0] == usual, "what was read is read the same again"


def test_the_model_contract_follows_the_category_until_a_word_is_changed() -> None:
    goods = read({})[0]["contract"]
    services = read({"contract": goods}, "services")[0]["contract"]
    assert services != goods and services == terms.usual_text("contract", "services")["zh"]
    own = goods.replace("乙方", "供方", 1)
    assert read({"contract": own}, "works")[0]["contract"] == own


def test_english_stands_beside_ours_and_beside_what_was_written() -> None:
    given = {"languages": "zh+en", "payment": "预付三成。", "english": {"other": "Mine."}}
    english = read(given)[0]["english"]
    assert english["acceptance"].startswith("The authority accepts") and english["other"] == "Mine."
    assert "payment" not in english, "a text of one's own has no English but its own"
    assert "acceptance" not in term_fields.shown(read(given)[0])["english"]


@pytest.mark.parametrize(
    ("given", "rule", "pointer"),
    [
        ({"validity_days": "ninety"}, "draft.days", "/terms/validity_days"),
        ({"validity_days": "-1"}, "draft.days", "/terms/validity_days"),
        ({"validity_days": True}, "draft.days", "/terms/validity_days"),
        ({"languages": "fr"}, "draft.choice", "/terms/languages"),
        ({"payment": 3}, "draft.type", "/terms/payment"),
        ({"bid_bond": {"basis": "percent", "value": "101"}}, "draft.percent", "/terms/bid_bond/value"),
        ({"bid_bond": {"basis": "amount", "value": "0.001"}}, "draft.decimal", "/terms/bid_bond/value"),
        ({"bid_bond": {"basis": "amount"}}, "draft.bond", "/terms/bid_bond/value"),
        ({"bid_bond": {"basis": "percent", "value": "1", "forms": ["cash"]}}, "draft.choice", "/terms/bid_bond/forms"),
        ({"performance_bond": {"basis": "amount", "value": "5"}}, "draft.choice", "/terms/performance_bond/basis"),
        ("all", "draft.type", "/terms"),
    ],
)
def test_what_has_no_one_meaning_is_told_with_its_place(given: Any, rule: str, pointer: str) -> None:
    assert (rule, pointer) in [(one.rule, one.pointer) for one in read(given)[1]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"delivery_time": "", "payment": " "}, ["delivery_time", "payment"]),
        ({"validity_days": ""}, ["validity_days"]),
        ({name: "" for name in terms.TEXTS}, [name for name in terms.TEXTS if name not in ("site_visit", "other")]),
    ],
)
def test_a_missing_part_is_told_at_its_field(given: dict[str, Any], expected: list[str]) -> None:
    assert sorted(found(given)) == sorted(("document.contents", f"/terms/{name}") for name in expected)


@pytest.mark.parametrize(
    ("bond", "name", "rule"),
    [
        ({"basis": "percent", "value": "2"}, "bid_bond", ""),
        ({"basis": "percent", "value": "2.01"}, "bid_bond", "bond.bid_cap"),
        ({"basis": "amount", "value": "20000"}, "bid_bond", ""),
        ({"basis": "amount", "value": "20000.01"}, "bid_bond", "bond.bid_cap"),
        ({"basis": "percent", "value": "10"}, "performance_bond", ""),
        ({"basis": "percent", "value": "10.01"}, "performance_bond", "bond.performance_cap"),
    ],
)
def test_a_bond_is_held_to_its_cap(bond: dict[str, str], name: str, rule: str) -> None:
    assert found({name: bond}) == ([(rule, f"/terms/{name}/value")] if rule else [])
