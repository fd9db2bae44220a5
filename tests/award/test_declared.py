"""The winner's declarations in the award notice: published as asked, demanded where they counted, on page and paper."""

from __future__ import annotations

import re
from typing import Any

import pytest

from foundation.canonical import canonical
from foundation.papers import award_notice
from procurement.award import declared, notice
from procurement.rules.ruleset import load
from tests.documents.award import a_notice

pytestmark = pytest.mark.one_engine
RULES = load("cn-gp-2026")
SME = [{"item": "1", "name": "甲厂", "size": "micro", "industry": "industry", "staff": "12", "revenue": "850.5"}]
DOMESTIC = [{"item": "1", "domestic": True, "share": "82.5"}]
PARTNERS = {"members": [{"name": "乙公司", "number": "9131", "share": "30.5", "enterprise_size": "small"}]}
EVERYTHING = {"enterprise_size": "large", "sme": SME, "domestic": DOMESTIC, "consortium": PARTNERS}
LOT = {"lot": "1", "items": [{"item": "1", "title": "课桌"}]}


def published(policies: dict[str, Any] | None, declarations: dict[str, Any], *rules: str) -> dict[str, Any]:
    tender = {"category": "goods", **({"policies": policies} if policies is not None else {})}
    bids = [{"bid": "A", "deductions": [{"rule": rule, "rate": "10", "article": "a", "base": "1.00"} for rule in rules]}]
    return declared.published(
        {"declarations": declarations}, bid="A", tender=tender, lot=LOT, document={"bids": bids}, rules=RULES
    )


def test_published_is_what_the_tender_asked_for() -> None:
    assert published(None, EVERYTHING) == {} and published({"sme_reserve": "none"}, {}) == {}
    found = published({"sme_rate": "10", "domestic_rate": "20"}, EVERYTHING, "policy.domestic_deduction")
    assert found["declarations"]["sme"][0]["title"] == "课桌"
    assert found["declarations"]["sme"][0]["industry_name"]["zh_Hans"] == "工业"
    assert set(found["declarations"]) == {"sme", "domestic", "consortium"} and "reserved" not in found
    assert found["deductions"] == [{"rule": "policy.domestic_deduction", "rate": "10", "article": "a"}]
    only = published({"sme_reserve": "whole"}, EVERYTHING)
    assert set(only["declarations"]) == {"sme", "consortium"} and only["reserved"] == "whole"


SAID = {"sme": SME}
BACKED = [
    ("nobody was favoured", {"enterprise_size": ""}, False, True),
    ("helped before there were policies", {"enterprise_size": "small"}, True, True),
    ("helped without a size", {"enterprise_size": ""}, True, False),
    ("helped as a large firm", {"enterprise_size": "large"}, True, False),
    ("a large seller of small makers' goods", {"enterprise_size": "large", "declarations": SAID, "deductions": [{"rule": "policy.sme_deduction"}]}, True, True),
    ("the wrong declaration", {"enterprise_size": "large", "declarations": SAID, "deductions": [{"rule": "policy.domestic_deduction"}]}, True, False),
    ("one of two", {"enterprise_size": "small", "declarations": SAID, "deductions": [{"rule": "policy.sme_deduction"}, {"rule": "policy.domestic_deduction"}]}, True, False),
    ("partners", {"enterprise_size": "large", "declarations": {"consortium": PARTNERS["members"]}, "deductions": [{"rule": "policy.sme_consortium_deduction"}]}, True, True),
    ("reserved and declared", {"enterprise_size": "large", "declarations": SAID, "reserved": "whole"}, False, True),
    ("reserved and silent", {"enterprise_size": "large", "reserved": "whole"}, False, False),
]


@pytest.mark.parametrize(("winner", "helped", "backed"), [pytest.param(*case[1:], id=case[0]) for case in BACKED])
def test_what_counted_must_be_declared(winner: dict[str, Any], helped: bool, backed: bool) -> None:
    assert declared.is_backed(winner, helped=helped) is backed


def test_the_notice_lacks_a_declaration_that_counted() -> None:
    said = a_notice()
    said["award"]["ranking"][0]["outcome"] = "won"
    assert "declaration" not in notice.lacking(said, ["declaration"])
    said["award"]["winner"]["enterprise_size"] = "large"
    assert notice.lacking(said, ["declaration"]) == ["declaration"]


@pytest.mark.parametrize(("lang", "wanted"), [("zh-CN", "甲厂，微型企业，工业；从业人员 12 人，营业收入 850.5 万元，资产总额 – 万元"), ("zh-TW", "乙公司（9131）：小型企業，承擔契約的 30.5%"), ("en", "domestic product, 82.5 % of the whole cost")])
def test_the_paper_prints_them(lang: str, wanted: str) -> None:
    said = a_notice()
    said["award"]["winner"] |= published({"sme_rate": "10", "domestic_rate": "20"}, EVERYTHING, "policy.sme_deduction")
    text = re.sub(r"<[^>]+>", "", award_notice(canonical(said), lang=lang, verify_url="https://example.test/n").html)
    assert wanted in text
