"""Findings: refused when their words could not be told, complete in three languages when they can."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from procurement.rules.counting import earliest_deadline
from procurement.rules.faults import RulesError
from procurement.rules.findings import blocking, finding
from procurement.rules.ruleset import load

CN = load("cn-gp-2026")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def too_early():
    deadline = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    earliest = earliest_deadline(NOW, CN).ends_at
    return finding(CN.rule("tender.min_period"), "/closes_at", deadline=deadline, earliest=earliest)


def test_a_finding_says_what_why_and_how() -> None:
    found = too_early()
    assert found.as_json("en") == {
        "rule": "tender.min_period",
        "article": "Government Procurement Law art. 35",
        "confidence": "read",
        "severity": "blocks",
        "pointer": "/closes_at",
        "sentence": (
            "The deadline Tue 1 December 2026, 09:30 is too early: at least 20 days must pass after "
            "publication, so the earliest is Thu 10 December 2026, 10:00 "
            "(Government Procurement Law art. 35)."
        ),
        "remedy": "Set the deadline to Thu 10 December 2026, 10:00 or later.",
    }
    assert "最早为2026年12月10日（周四）10:00（政府采购法第35条）" in found.sentence("zh-CN")
    assert "最早為2026年12月10日（週四）10:00（政府採購法第35條）" in found.sentence("zh-TW")


def test_findings_are_values() -> None:
    assert too_early() == too_early() and len({too_early(), too_early()}) == 1


def test_missing_and_unknown_facts_are_told_together() -> None:
    with pytest.raises(RulesError) as refused:
        finding(CN.rule("tender.min_period"), "/closes_at", deadline=NOW, colour="red")
    assert refused.value.rule == "findings.facts"
    assert refused.value.faults == (
        "tender.min_period: earliest is missing",
        "tender.min_period: colour is not a fact of the rule",
    )


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(RulesError, match=r"findings\.pointer"):
        finding(CN.rule("criteria.weights_sum"), "lots/0", lot="1", sum=90)


def test_lists_and_warnings() -> None:
    rule = CN.rule("notice.tender_contents")
    missing = tuple(rule.label_text(key) for key in ("budget", "documents"))
    lacking = finding(rule, "", missing=missing)
    assert "budget; how, when, where and at what price to get the documents" in lacking.sentence("en")
    assert "預算金額；獲取招標文件的時間、地點、方式及售價" in lacking.sentence("zh-TW")
    warning = finding(CN.rule("tender.deadline_workday"), "/closes_at", deadline=NOW)
    assert blocking([warning, lacking]) == (lacking,)
