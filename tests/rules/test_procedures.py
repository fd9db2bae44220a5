"""Procedures as data: what each stage swaps in, what a faulty table is told, which law a purchase falls under."""

from __future__ import annotations

from datetime import date

import pytest

from procurement.rules.choosing import choose
from procurement.rules.compare import compare, differences
from procurement.rules.faults import RulesError
from procurement.rules.ruleset import RuleSet, load
from procurement.rules.wording import LOCALES

CN, DEMO, WORKS = load("cn-gp-2026"), load("demo-2026"), load("cn-works-2026")
TODAY = date(2026, 11, 20)
# Rules that only a stage has; every other general rule that a stage swaps must exist, or its name is a slip.
ONLY_OF_STAGES = {
    "invitees.min", "invitees.max", "criteria.price_ceiling_goods", "criteria.price_ceiling_services", "tender.after_sale",
}  # fmt: skip

# Procedure, stage → admits, origin, priced, judged, outcome, follows; then some rules as they read in the stage.
STAGES = {
    ("open", "bids"): ("all", "", True, "method", "award", ()),
    ("selective", "prequalification"): ("all", "", False, "requirements", "advance", ()),
    ("selective", "bids"): ("invited", "advanced", True, "method", "award", ("prequalification",)),
    ("negotiation", "response"): ("all", "", True, "requirements", "advance", ()),
    ("negotiation", "round"): ("invited", "advanced", True, "requirements", "advance", ("response", "round")),
    ("negotiation", "last_offer"): ("invited", "advanced", True, "method", "award", ("response", "round")),
    ("consultation", "response"): ("all", "", True, "requirements", "advance", ()),
    ("consultation", "round"): ("invited", "advanced", True, "requirements", "advance", ("response", "round")),
    ("consultation", "last_offer"): ("invited", "advanced", True, "method", "award", ("response", "round")),
    ("inquiry", "bids"): ("all", "", True, "method", "award", ()),
    ("single_source", "bids"): ("invited", "named", True, "method", "award", ()),
    ("framework", "admission"): ("all", "", True, "method", "agreement", ()),
    ("framework", "direct"): ("invited", "agreement", True, "method", "award", ("admission",)),
    ("framework", "second_price"): ("invited", "agreement", True, "method", "award", ("admission",)),
    ("framework", "rotation"): ("invited", "agreement", True, "method", "award", ("admission",)),
}
# Prices of a negotiation stay secret until its last offers are opened (法38), applicants until the bids are.
WITHHELD = {
    (one, stage) for one in ("negotiation", "consultation") for stage in ("response", "round")
} | {("selective", "prequalification")}
READS = {
    ("open", "bids"): {"tender.min_period": 20, "opening.min_bids": 3, "panel.min_size": 5, "invitees.min": None},
    ("selective", "prequalification"): {
        "tender.min_period": 5, "opening.min_bids": None, "evaluation.min_effective": 3,
        "method.allowed": ("qualification",), "criteria.single_price": None, "clarification.before_deadline": 3,
    },
    ("selective", "bids"): {"tender.min_period": 20, "invitees.min": 3, "notice.period": None},
    ("negotiation", "response"): {
        "tender.min_period": 3, "tender.document_period": None, "notice.period": 3, "panel.min_size": 3,
        "panel.large_min_size": 5, "panel.draw_earliest": None, "opening.min_bids": 3,
    },
    ("negotiation", "round"): {"tender.min_period": None, "invitees.min": 3, "opening.min_bids": None},
    ("negotiation", "last_offer"): {"method.allowed": ("lowest_price",), "opening.min_bids": 3},
    ("consultation", "response"): {"tender.min_period": 10, "tender.document_period": 5, "panel.large_budget": None},
    ("consultation", "last_offer"): {
        "method.allowed": ("weighted_points",), "criteria.price_floor_goods": 30, "criteria.price_ceiling_goods": 60,
        "criteria.price_floor_services": 10, "criteria.price_ceiling_services": 30,
    },
    ("inquiry", "bids"): {"tender.min_period": 3, "method.allowed": ("lowest_price",), "panel.draw_earliest": 2},
    ("single_source", "bids"): {
        "tender.min_period": None, "opening.min_bids": 1, "evaluation.min_effective": 1, "panel.min_size": None,
        "invitees.min": 1, "invitees.max": 1,
    },
    ("framework", "admission"): {"tender.min_period": 20, "opening.min_bids": 2, "evaluation.min_effective": 2},
    ("framework", "direct"): {"opening.min_bids": 1, "invitees.min": 1, "panel.odd": None},
    ("framework", "second_price"): {"opening.min_bids": 2, "invitees.min": 2},
    ("framework", "rotation"): {"opening.min_bids": 1, "evaluation.min_effective": 1},
}  # fmt: skip


@pytest.mark.parametrize(("procedure", "stage"), STAGES)
def test_a_stage_says_who_how_and_by_which_rules(procedure: str, stage: str) -> None:
    one = CN.procedure(procedure).stage(stage)
    assert (one.admits, one.origin, one.priced, one.judged, one.outcome, one.follows) == STAGES[procedure, stage]
    assert (one.record == "withheld") == ((procedure, stage) in WITHHELD)
    read = CN.under(procedure, stage)
    for id, value in READS.get((procedure, stage), {}).items():
        assert (read.rule(id).value if id in read else None) == value, id
        if value is None:
            with pytest.raises(RulesError, match=r"rules\.unknown_rule"):
                read.rule(id)
    assert read.digest() == CN.digest() and read.as_json() == CN.as_json()


def test_every_procedure_is_whole() -> None:
    assert {(one.id, stage.id) for one in CN.procedures for stage in one.stages} == set(STAGES)
    for ruleset in (CN, DEMO, WORKS):
        ids = {rule.id for rule in ruleset.rules}
        for one in ruleset.procedures:
            assert one.first.id == one.stages[0].id
            words = [one.name, one.article, *dict(one.grounds).values(), *(stage.name for stage in one.stages)]
            assert all(text.template(locale).strip() for text in words for locale in LOCALES)
            assert set(one.methods) <= set(ruleset.rule("method.allowed").items)
            for stage in one.stages:
                assert {general for general, _own in stage.rules} <= ids | ONLY_OF_STAGES
                assert f"notice.{stage.notice}_contents" in ids or stage.notice == "tender"
        assert not ruleset.procedure("open").grounds
    assert CN.procedure("single_source").before == ("single_source.publicity",)
    assert CN.procedure("inquiry").kinds == ("goods",) and "works" in CN.procedure("negotiation").kinds
    assert "works" not in CN.tendered and WORKS.tendered == ("works",)
    with pytest.raises(RulesError, match=r"rules\.unknown_procedure"):
        CN.under("auction", "bids")
    with pytest.raises(RulesError, match=r"rules\.unknown_stage"):
        CN.under("open", "round")


def test_the_demonstration_can_play_every_procedure_within_minutes() -> None:
    for one in DEMO.procedures:
        for stage in one.stages:
            read = DEMO.under(one.id, stage.id)
            for id in ("tender.min_period", "tender.document_period", "notice.period", "clarification.before_deadline"):
                assert id not in read or read.rule(id).unit == "minutes", (one.id, stage.id, id)
            assert "panel.min_size" not in read or read.rule("panel.min_size").whole == 3


def test_a_set_of_the_first_format_keeps_its_digest_and_has_no_procedures() -> None:
    data = CN.as_json()
    del data["procedures"]
    data["format"] = "sunseal-rule-set/1"
    old = RuleSet.from_json(data)
    assert old.under("open", "bids") is old and old.as_json() == data
    with pytest.raises(RulesError, match="format is not"):
        RuleSet.from_json(data | {"format": "sunseal-rule-set/2"})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"follows": ["nowhere"]}, "follows nowhere, which is no stage"),
        ({"origin": ""}, "such a stage needs one"),
        ({"admits": "all"}, "origin is for a stage that admits only the invited"),
        ({"outcome": "advance"}, "exactly if it is judged by requirements"),
        ({"rules": {"tender.min_period": "no.rule"}}, "rules names no.rule, which the set does not have"),
        ({"rules": {"Tender": ""}}, "the general rule Tender is not written like"),
        ({"priced": "yes"}, "priced is not true or false"),
        ({"follows": []}, "it does not begin with exactly one stage"),
        ({"colour": "red"}, "unknown field colour"),
    ],
)
def test_a_faulty_stage_is_refused(changes, fault: str) -> None:
    data = CN.as_json()
    one = next(each for each in data["procedures"] if each["id"] == "selective")
    one["stages"][1].update(changes)
    with pytest.raises(RulesError) as refused:
        RuleSet.from_json(data)
    assert any(fault in found for found in refused.value.faults), refused.value.faults


@pytest.mark.parametrize(
    ("kind", "yuan", "procedure", "chosen", "rule"),
    [
        ("goods", "9000000.00", None, "cn-gp-2026", "procedure.kinds"),
        ("services", "1.00", "framework", "cn-gp-2026", "procedure.kinds"),
        ("works", "4000000.00", None, "cn-works-2026", "tender.threshold_works"),
        ("works", "3999999.99", None, "cn-gp-2026", "works.not_tendered"),
        ("works", "3999999.99", "consultation", "cn-gp-2026", "works.not_tendered"),
        ("works", "3999999.99", "open", "cn-gp-2026", "procedure.kinds"),
        ("works", "4000000.00", "negotiation", "cn-works-2026", "tender.threshold_works"),
    ],
)
def test_a_purchase_falls_under_one_law(kind: str, yuan: str, procedure, chosen: str, rule: str) -> None:
    # A tender for works of free will is still a tender, and falls under the law of tenders.
    chosen = "cn-works-2026" if (kind, procedure) == ("works", "open") else chosen
    fen = int(yuan.replace(".", ""))
    found = choose(kind, fen, TODAY, procedure=procedure)
    assert (found.ruleset.id, found.rule.id) == (chosen, rule)
    demo = choose(kind, fen, TODAY, procedure=procedure, demonstration=True)
    assert demo.ruleset.demonstration and demo.ruleset.regime == found.ruleset.regime
    for locale in LOCALES:
        assert found.article.template(locale) in found.sentence(locale)
        assert found.ruleset.name.template(locale) in found.sentence(locale)
    (other,) = found.others
    assert other.ruleset.id != chosen and other.ruleset.name.en in other.reason.en
    if rule == "tender.threshold_works":
        assert "negotiation" not in found.procedures and "4,000,000.00" in found.sentence("en")


def test_no_law_for_a_kind_or_a_day() -> None:
    for kind, on in (("boats", TODAY), ("works", date(2025, 1, 1))):
        with pytest.raises(RulesError, match=r"rules\.none_for_kind"):
            choose(kind, 1, on)


def test_a_comparison_names_every_field_that_changes() -> None:
    assert compare(CN, RuleSet.from_json(CN.as_json())).is_same
    data = CN.as_json()
    rules = {one["id"]: one for one in data["rules"]}
    rules["tender.min_period"]["value"] = 25
    rules["panel.recusal"]["labels"]["kin"]["en"] = "kin"
    data["rules"] = [one for one in data["rules"] if one["id"] != "notice.free"]
    data["rules"].append(rules["notice.free"] | {"id": "notice.gratis"})
    stage = next(one for one in data["procedures"] if one["id"] == "selective")["stages"][1]
    stage["rules"]["opening.min_bids"] = "evaluation.min_effective"
    found = compare(CN, RuleSet.from_json(data))
    assert not found.is_same and found.fields == ()
    assert found.rules.added == ("notice.gratis",) and found.rules.removed == ("notice.free",)
    said = {one.id: [(each.path, each.before, each.after) for each in one.differences] for one in found.rules.changed}
    assert said["tender.min_period"] == [(("value",), 20, 25)]
    assert [path for path, _before, _after in said["panel.recusal"]] == [("labels", "kin")]
    (changed,) = found.procedures.changed
    assert [one.path for one in changed.differences] == [("stages", "bids", "rules", "opening.min_bids")]
    assert changed.differences[0].before is None
    assert found.as_json()["rules"]["removed"] == ["notice.free"]
    assert differences({"a": []}, {"a": ["x"], "b": None}) == differences({"a": []}, {"a": ["x"]})
    assert {one.id for one in compare(CN, DEMO).rules.changed} == {
        rule.id for rule in DEMO.rules if rule != CN.rule(rule.id)
    }
