"""Two laws that never mix: tendered works run to their award under 招标投标法, and 政府采购法 refuses to tender them."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.award import queries as awards
from procurement.award import timetable
from procurement.notices import queries as notices
from procurement.rules.ruleset import load
from procurement.tender import law
from procurement.tender import queries as tenders
from supervision.desk import audit
from tests.builders.awards import decide, propose, the_best, the_lot
from tests.builders.people import people
from tests.builders.stages import a_stage, bid_all, open_and_judge

pytestmark = pytest.mark.one_engine
WORKS = {
    "category": "works",
    "rule_set_id": "demo-works-2026",
    "budget": 6_000_000_00,
    "policies": {},
}


def test_works_are_tendered_to_a_signed_award(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    tender = a_stage(who, clock, "open", **WORKS)
    bid_all(tenders.by_ref(tender.ref), who, (0, 1, 2))
    assert open_and_judge(who, clock, tenders.by_ref(tender.ref)).state == "evaluated"
    propose(who, tender.ref, the_best(the_lot(tender.ref)))
    said = json.loads(decide(who, tender.ref).body)
    rules = law.rule_set_of(tenders.by_ref(tender.ref))
    assert said["rule_set"] == {"id": "demo-works-2026", "digest": load("demo-works-2026").digest()}
    # Objections run together with the publication of the candidates, not after it (招标投标法实施条例54).
    assert said["award"]["challenge"]["ends_at"] == said["award"]["period"]["ends_at"]
    assert "条例第54条" in said["award"]["challenge"]["article"]
    award = awards.award_of(the_lot(tender.ref))
    assert award is not None and award.decided_at is not None
    # This law sets no time for report, decision and notice, so nothing of the kind is shown.
    now, zone = clock.now(), rules.rule("counting.days").zone
    assert timetable.clocks(rules, evaluated_at=now, decided_at=award.decided_at, now=now, zone=zone) == []
    assert notices.of_tender(tender.ref, kind="award") and list(audit.faults()) == []


def test_government_procurement_refuses_to_tender_works(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    works = {**WORKS, "rule_set_id": "demo-2026"}
    with pytest.raises(Refusal) as refused:
        a_stage(who, clock, "open", **works)
    found = {one.rule_id: one for one in refused.value.reasons}
    assert {"procedure.kinds", "procedure.own_kinds"} & set(found)
    with pytest.raises(Refusal) as refused:
        a_stage(who, clock, "open", **{**works, "rule_set_id": "demo-works-2026", "category": "goods"})
    assert "procedure.kinds" in {one.rule_id for one in refused.value.reasons}
