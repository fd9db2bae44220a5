"""What policies make of declarations: who gets which deduction on which part of the price, and why somebody does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from foundation.canonical import canonical
from procurement.evaluation.preference_words import CAUSES, reason, said
from procurement.evaluation.preferences import preferences
from procurement.rules.ruleset import RuleSet, load
from procurement.scoring.ranking import evaluate

CN = load("cn-gp-2026")
ON = date(2026, 11, 20)
NAMES = {"policy.sme_deduction": "sme", "policy.sme_consortium_deduction": "partners", "policy.domestic_deduction": "domestic"}
NAMES |= {"policy.sme_works_deduction": "sme", "policy.sme_works_consortium_deduction": "partners"}
LOT = {"lot": "1", "items": [{"item": "1"}, {"item": "2"}]}
ALL = {"sme_rate": "10", "sme_consortium_rate": "4", "domestic_rate": "20"}


def makers(*sizes: str) -> list[dict[str, str]]:
    return [{"item": str(at), "name": "甲", "size": size, "industry": "industry"} for at, size in enumerate(sizes, 1)]


def domestic(*lines: str) -> list[dict[str, Any]]:
    """Return lines such as "yes 60" (domestic, 60 % of the cost)."""
    split = [line.split() for line in lines]
    return [
        {"item": str(at), "domestic": one[0] == "yes", **({"share": one[1]} if len(one) > 1 else {})}
        for at, one in enumerate(split, 1)
    ]


def partners(*parts: str) -> dict[str, Any]:
    """Return members such as "small 30"."""
    split = [part.split() for part in parts]
    return {"members": [{"name": "乙", "number": "1", "enterprise_size": one[0], "share": one[1]} for one in split]}


def an_offer(size: str = "", **declared: Any) -> dict[str, Any]:
    items = [{"item": "1", "amount": "60000.00"}, {"item": "2", "amount": "40000.00"}]
    return {"total": "100000.00", "items": items, "declarations": {"enterprise_size": size or None, **declared}}


# A bid from abroad beside each case, so that domestic products have somebody to compete with.
ABROAD = an_offer("large")


def outcome(
    policies: dict[str, Any], offer: dict[str, Any], *, category: str = "goods", rules: RuleSet = CN, other: Any = ABROAD
) -> tuple[list[str], list[str], str]:
    tender = {"category": category, "policies": policies}
    offers = {"A": offer, "Z": other} if other else {"A": offer}
    found = preferences(offers, tender=tender, lot=LOT, rules=rules, on=ON)["A"]
    given = [f"{NAMES[one['rule']]} {one['rate']} of {one['base']}" for one in found.deductions]
    refused = [f"{NAMES[one['rule']]} {one['cause']}" for one in found.refused]
    return given, refused, found.invalid["rule"] if found.invalid else ""


SMALL_ITEMS = {"sme": makers("small", "micro")}
CASES = [
    ("no policies", {}, an_offer("small"), {}, [], []),
    ("goods count by their maker, not by who sells", {"sme_rate": "10"}, an_offer("large", **SMALL_ITEMS), {}, ["sme 10 of 100000.00"], []),
    ("the size of the bidder alone is no declaration", {"sme_rate": "10"}, an_offer("small"), {}, [], ["sme not_declared"]),
    ("one item of a medium maker breaks it", {"sme_rate": "10"}, an_offer("small", sme=makers("small", "medium")), {}, [], ["sme item_not_small"]),
    ("one item left out breaks it", {"sme_rate": "10"}, an_offer("small", sme=makers("small")), {}, [], ["sme item_not_declared"]),
    ("services need a small bidder too", {"sme_rate": "10"}, an_offer("large", **SMALL_ITEMS), {"category": "services"}, [], ["sme bidder_not_small"]),
    ("services of a small bidder", {"sme_rate": "20"}, an_offer("micro", **SMALL_ITEMS), {"category": "services"}, ["sme 20 of 100000.00"], []),
    ("works have their own range", {"sme_rate": "5"}, an_offer("small", **SMALL_ITEMS), {"category": "works"}, ["sme 5 of 100000.00"], []),
    ("the rate of goods is outside that of works", {"sme_rate": "10"}, an_offer("small", **SMALL_ITEMS), {"category": "works"}, [], ["sme rate"]),
    ("a rate outside the range gives nothing", {"sme_rate": "21"}, an_offer("small", **SMALL_ITEMS), {}, [], ["sme rate"]),
    ("a large firm with small partners", {"sme_consortium_rate": "6"}, an_offer("large", consortium=partners("small 29", "micro 1")), {}, ["partners 6 of 100000.00"], []),
    ("partners below the share", {"sme_consortium_rate": "6"}, an_offer("large", consortium=partners("small 29.99")), {}, [], ["partners partners_share"]),
    ("partners that are not small", {"sme_consortium_rate": "6"}, an_offer("large", consortium=partners("medium 40")), {}, [], ["partners no_partners"]),
    ("a small bidder's own part counts", {"sme_consortium_rate": "4"}, an_offer("small", consortium=partners("large 65", "micro 5")), {}, ["partners 4 of 100000.00"], []),
    ("all small: the full rate, once", ALL, an_offer("small", consortium=partners("micro 40"), **SMALL_ITEMS), {}, ["sme 10 of 100000.00"], ["partners all_small", "domestic not_declared"]),
    ("a larger partner leaves the lower rate", ALL, an_offer("small", consortium=partners("large 40", "small 5"), **SMALL_ITEMS), {}, ["partners 4 of 100000.00"], ["sme partner_not_small", "domestic not_declared"]),
    ("domestic and small stack on the original price", ALL, an_offer("small", domestic=domestic("yes 50", "yes 50"), **SMALL_ITEMS), {}, ["sme 10 of 100000.00", "domestic 20 of 100000.00"], ["partners all_small"]),
    ("the package: 80 % of the cost is enough for the whole", {"domestic_rate": "20"}, an_offer(domestic=domestic("yes 80", "no 20")), {}, ["domestic 20 of 100000.00"], []),
    ("the package: below 80 %", {"domestic_rate": "20"}, an_offer(domestic=domestic("yes 79.99", "no 20.01")), {}, [], ["domestic cost_share"]),
    ("parts of the cost that do not sum", {"domestic_rate": "20"}, an_offer(domestic=domestic("yes 80", "no 30")), {}, [], ["domestic cost_unknown"]),
    ("all domestic needs no parts", {"domestic_rate": "20"}, an_offer(domestic=domestic("yes", "yes")), {}, ["domestic 20 of 100000.00"], []),
    ("nothing domestic", {"domestic_rate": "20"}, an_offer(domestic=domestic("no 50", "no 50")), {}, [], ["domestic not_domestic"]),
    ("nobody to compete with", {"domestic_rate": "20"}, an_offer(domestic=domestic("yes", "yes")), {"other": None}, [], ["domestic no_competition"]),
    ("a rate that is not the rule's", {"domestic_rate": "15"}, an_offer(domestic=domestic("yes", "yes")), {}, [], ["domestic rate"]),
    ("reserved in part: no deduction", {"sme_reserve": "part", "sme_share": "40", "sme_rate": "10"}, an_offer("small", **SMALL_ITEMS), {}, [], ["sme reserved"]),
    ("reserved: no deduction", {"sme_reserve": "whole", "sme_rate": "10"}, an_offer("small", **SMALL_ITEMS), {}, [], ["sme reserved"]),
]


@pytest.mark.one_engine
@pytest.mark.parametrize(("policies", "offer", "more", "given", "refused"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_deductions(policies: dict[str, Any], offer: dict[str, Any], more: dict[str, Any], given: list[str], refused: list[str]) -> None:
    assert outcome(policies, offer, **more) == (given, refused, "")


WHOLE, PART = {"sme_reserve": "whole"}, {"sme_reserve": "part", "sme_share": "40"}
OUT = [
    ("a large service firm", WHOLE, an_offer("large", sme=makers("small", "small")), {"category": "services"}, "size_large"),
    ("a large firm that declares nothing more", WHOLE, an_offer("large"), {}, "size_large"),
    ("goods of a large maker", WHOLE, an_offer("small", sme=makers("small", "large")), {}, "item_large"),
    ("no declaration at all", WHOLE, an_offer(), {}, "no_size"),
    ("an item without its maker", WHOLE, an_offer("small", sme=makers("small")), {}, "item_not_declared"),
    ("too small a part for small firms", PART, an_offer("large", consortium=partners("medium 39")), {}, "reserved_share"),
    ("medium goods by a large seller", WHOLE, an_offer("large", sme=makers("medium", "medium")), {}, ""),
    ("a small firm has the reserved part itself", PART, an_offer("medium"), {}, ""),
    ("a large firm gives the reserved part", PART, an_offer("large", consortium=partners("medium 40")), {}, ""),
    ("a large seller of small makers' goods", PART, an_offer("large", sme=makers("small", "medium")), {}, ""),
]


@pytest.mark.one_engine
@pytest.mark.parametrize(("policies", "offer", "more", "cause"), [pytest.param(*case[1:], id=case[0]) for case in OUT])
def test_reserved_tenders(policies: dict[str, Any], offer: dict[str, Any], more: dict[str, Any], cause: str) -> None:
    tender = {"category": more.get("category", "goods"), "policies": policies}
    found = preferences({"A": offer}, tender=tender, lot=LOT, rules=CN, on=ON)["A"]
    assert found.deductions == []
    if not cause:
        assert found.invalid is None
        return
    assert found.invalid is not None and found.invalid["x_facts"]["cause"]["cause"] == cause
    for locale in ("zh_Hans", "zh_Hant", "en"):
        assert "{" not in reason(CN.rule(found.invalid["rule"]), found.invalid["x_facts"], locale)
    assert found.invalid["article"] == "财库〔2020〕46号" and "中小企业" in found.invalid["reason"]


@pytest.mark.one_engine
def test_imports_that_are_not_approved_are_out_and_count_for_nothing() -> None:
    offer = an_offer("small", imported=[{"item": "1", "imported": False}, {"item": "2", "imported": True}])
    assert outcome({"imported": "no", **ALL}, offer) == ([], [], "policy.imported_bid")
    assert outcome({"imported": "approved"}, offer) == ([], [], "")
    # An invalid bid from abroad is nobody to compete with.
    only = an_offer(domestic=domestic("yes", "yes"))
    assert outcome({"imported": "no", "domestic_rate": "20"}, only, other=offer)[1] == ["domestic no_competition"]


@pytest.mark.one_engine
def test_the_rule_decides_whether_a_part_of_the_price_counts_and_whether_it_is_in_force() -> None:
    data = CN.as_json()
    next(one for one in data["rules"] if one["id"] == "policy.domestic_items")["value"] = True
    rules = RuleSet.from_json(data)
    mixed = an_offer(domestic=domestic("yes 70", "no 30"))
    assert outcome({"domestic_rate": "20"}, mixed, rules=rules)[0] == ["domestic 20 of 60000.00"]
    next(one for one in data["rules"] if one["id"] == "policy.domestic_deduction")["effective_until"] = "2026-11-19"
    assert outcome({"domestic_rate": "20"}, mixed, rules=RuleSet.from_json(data)) == ([], [], "")


@pytest.mark.one_engine
def test_what_was_decided_is_computed_and_said() -> None:
    offers = {"A": an_offer("small", domestic=domestic("yes 70", "no 30"), **SMALL_ITEMS), "B": an_offer("small", sme=makers("small", "large"))}
    data = CN.as_json()
    next(one for one in data["rules"] if one["id"] == "policy.domestic_items")["value"] = True
    tender = {"category": "goods", "policies": {"sme_rate": "10", "domestic_rate": "20"}}
    found = preferences(offers, tender=tender, lot=LOT, rules=RuleSet.from_json(data), on=ON)
    bids = [
        {"bid": name, "price": "100000.00", "deductions": one.deductions, "x_not_deducted": one.refused} for name, one in found.items()
    ]
    document = {
        "format": "sunseal-evaluation/1", "tender": "T", "lot": "1", "method": {"id": "lowest_price"}, "bids": bids,
        "criteria": [{"criterion": "C1", "kind": "price", "weight": "100"}],
    }
    canonical(document)
    result = {one["bid"]: one for one in evaluate(document)["bids"]}
    # 100000 − 10 % × 100000 − 20 % × 60000, not 100000 × 0.9 × 0.8.
    assert result["A"]["evaluated_price"] == "78000.00"
    assert [one["amount"] for one in result["A"]["deductions"]] == ["10000.00", "12000.00"]
    assert result["B"]["evaluated_price"] == "100000.00"
    (first, second) = found["B"].refused
    assert said(first, "en") == "item 2 is not made or carried out by a small or micro enterprise"
    assert said(first, "zh-CN") == "标的2不是由小微企业制造或承接" and second["cause"] == "not_declared"


@pytest.mark.one_engine
def test_every_cause_has_the_same_fields_in_each_language() -> None:
    for cause in CAUSES.values():
        assert cause.zh_Hans and cause.zh_Hant and cause.en.isascii()
        assert len({frozenset(part.split("}")[0] for part in one.split("{")[1:]) for one in cause.as_json().values()}) == 1
