"""Policies of a tender: read strictly, held to the rule set with article and remedy, and explained in the form."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from foundation.reader import Reader
from procurement.rules.ruleset import load
from procurement.tender import policies, policy_fields
from procurement.tender.models import Item, Lot, Tender

pytestmark = pytest.mark.one_engine
CN = load("cn-gp-2026")
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
SOUND = {"sme_rate": "10", "industry": "industry"}


def read(given: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    reader = Reader({"policies": given}, "", [])
    found = policies.read(reader.inside("policies"))
    return found, [(one.rule, one.pointer) for one in reader.problems]


def found(category: str = "goods", method: dict[str, Any] | None = None, **given: Any) -> list[tuple[str, str]]:
    lot = Lot(number="1", title="一", items=[Item(number="1", title="灯"), Item(number="2", title="桌")])
    tender = Tender(category=category, method=method or {}, procedure="open", stage="bids", policies=read(given)[0])
    tender.lots = [lot]
    told = list(policies.findings(tender, CN, NOW))
    for one in told:
        for locale in ("zh_Hans", "zh_Hant", "en"):
            said = one.as_json(locale)
            assert said["sentence"] and said["remedy"] and said["article"] and "{" not in said["sentence"]
    return [(one.rule_id, one.pointer.removeprefix("/policies/")) for one in told]


CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("sound", SOUND, []),
    ("nothing for small enterprises", {}, [("policy.sme_expected", "sme_rate")]),
    ("a rate in the method, as before there were policies", {"method": {"x_sme_rate": "10"}}, []),
    ("both bounds of the range", {**SOUND, "sme_rate": "20", "sme_consortium_rate": "4"}, []),
    ("rates outside the range", {**SOUND, "sme_rate": "20.01", "sme_consortium_rate": "3.99"}, [("policy.sme_deduction", "sme_rate"), ("policy.sme_consortium_deduction", "sme_consortium_rate")]),
    ("the range of works", {**SOUND, "category": "works", "sme_rate": "5", "sme_consortium_rate": "2"}, []),
    ("the range of goods for works", {**SOUND, "category": "works", "sme_consortium_rate": "4"}, [("policy.sme_works_deduction", "sme_rate"), ("policy.sme_works_consortium_deduction", "sme_consortium_rate")]),
    ("no industry", {"sme_rate": "10"}, [("policy.industries", "industry")]),
    ("an unknown industry", {"sme_rate": "10", "industry": "mining"}, [("policy.industries", "industry")]),
    ("reserved", {"sme_reserve": "whole", "industry": "industry", "sme_small": "60"}, []),
    ("reserved and deducted", {**SOUND, "sme_reserve": "whole", "sme_consortium_rate": "4"}, [("policy.reserved_no_deduction", "sme_rate"), ("policy.reserved_no_deduction", "sme_consortium_rate")]),
    ("reserved for too small a part", {"sme_reserve": "part", "sme_share": "29.9", "sme_small": "59", "industry": "industry"}, [("policy.sme_reserve", "sme_share"), ("policy.sme_reserve_small", "sme_small")]),
    ("reserved in part without a share", {"sme_reserve": "part", "industry": "industry"}, [("policy.sme_reserve", "sme_share")]),
    ("another rate for domestic products", {**SOUND, "domestic_rate": "15"}, [("policy.domestic_deduction", "domestic_rate")]),
    ("policies of goods in a tender of services", {**SOUND, "category": "services", "domestic_rate": "20", "energy": "priority", "energy_list": "1", "imported": "approved", "imported_approval": "2"}, [("policy.goods_only", name) for name in ("energy", "domestic_rate", "imported")]),
    ("imports without approval", {**SOUND, "imported": "approved"}, [("policy.imports_approved", "imported_approval")]),
    ("a label without list, on items that are not there", {**SOUND, "energy": "mandatory", "energy_items": ["1/2", "1/3"]}, [("policy.label_number", "energy_list"), ("policy.label_items", "energy_items")]),
]


@pytest.mark.parametrize(("given", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_findings(given: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    assert sorted(found(**given)) == sorted(wanted)


def test_reading_is_strict_and_keeps_only_what_a_choice_needs() -> None:
    empty, problems = read({})
    assert problems == [] and read(empty) == (empty, [])
    kept = read({"sme_share": "30", "sme_small": "60", "imported_approval": "1", "energy_list": "2", "sme_rate": "0"})[0]
    assert kept == empty
    wrong = {"sme_reserve": "half", "sme_rate": "-1", "industry": "A B", "energy": "mandatory", "energy_items": ["1-2"], "imported": True}
    assert {pointer for _rule, pointer in read(wrong)[1]} == {
        f"/policies/{name}" for name in ("sme_reserve", "sme_rate", "industry", "energy_items", "imported")
    }
    assert read({"environment": "priority", "environment_items": "1/1"})[1] == [("draft.type", "/policies/environment_items")]


def test_the_form_begins_with_the_rule_sets_rates_and_says_what_they_mean(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        begun = policy_fields.defaults(CN, "goods")
        assert (begun["sme_rate"], begun["sme_consortium_rate"], begun["domestic_rate"]) == ("10", "4", "20")
        assert policy_fields.defaults(CN, "services")["domestic_rate"] == ""
        assert policy_fields.defaults(CN, "works")["sme_rate"] == "3"
        typed = MultiDict({**begun, "industry": "industry", "sme_rate": "20 ％", "energy": "mandatory", "energy_items": "1/1，1／2 "})
        form = policy_fields.PolicyForm(typed)
        data = policy_fields.read(form, "/policies", [])
        assert data["sme_rate"] == "20" and data["energy_items"] == ["1/1", "1/2"]
        assert policy_fields.shown(read(data)[0])["energy_items"] == "1/1, 1/2"
        form = policy_fields.PolicyForm(MultiDict({**begun, "sme_rate": "20"}))
        assert list(policy_fields.previews(form)) == [
            ("sme", Decimal("80.00")),
            ("consortium", Decimal("96.00")),
            ("domestic", Decimal("80.00")),
            ("both", Decimal("60.00")),
        ]
        form = policy_fields.PolicyForm(MultiDict({"sme_reserve": "whole", "sme_rate": "20", "domestic_rate": "x"}))
        assert list(policy_fields.previews(form)) == []
        hints = policy_fields.hints(CN, "works")
        assert "3 % to 5 %" in hints["sme_rate"] and "Caiku [2020] 46" in hints["sme_rate"]
        assert {choice.value for choice in policy_fields.industries()} > {"", "industry", "software"}
