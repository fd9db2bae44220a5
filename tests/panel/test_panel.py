"""The panel: composition by the frozen rules, who may not sit, declarations, replacement on the record, no names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity import operations as identity
from identity import queries as people_queries
from identity.rights import Role
from procurement.panel import operations, queries, readiness
from procurement.rules.findings import Finding
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from supervision.trail.act import Actor, acting
from supervision.trail.blinding import is_opened_by
from tests.builders.bids import an_opened_tender
from tests.builders.judging import a_panel, as_expert, declare, judged
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, as_officer


def assign(everyone: People, ref: str, number: int, capacity: str = "expert", reason: str = "高级工程师") -> None:
    with as_officer(everyone) as act:
        operations.assign(act, tenders.by_ref(ref), everyone.experts[number], capacity=capacity, reason=reason)


def blocking_rules(ref: str) -> set[str]:
    tender = tenders.by_ref(ref)
    return {one.rule_id for one in readiness.findings(tender, queries.members(tender)) if one.blocks}


def entries() -> list[dict[str, Any]]:
    return [json.loads(trail.by_index(index).body) for index in range(trail.tip().size)]


def test_every_fault_of_the_composition_is_told_at_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    assert "panel.min_size" in blocking_rules(ref)
    assign(everyone, ref, 0)
    assign(everyone, ref, 1, "representative")
    assert blocking_rules(ref) == {"panel.min_size", "panel.odd", "panel.expert_share"}
    assign(everyone, ref, 2)
    assert blocking_rules(ref) == set()
    tender = tenders.by_ref(ref)
    told = readiness.findings(tender, queries.members(tender))
    assert [one.rule_id for one in told] == ["panel.random_draw"] and "专家1" in told[0].sentence("zh-CN")


def test_the_panel_is_formed_between_publication_and_judgement(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    draft = a_tender(everyone, clock, open=False).ref
    with pytest.raises(Refusal, match=r"panel\.too_early"):
        assign(everyone, draft, 0)
    done = judged(everyone, clock).tender.ref
    with pytest.raises(Refusal, match=r"panel\.too_late"):
        assign(everyone, done, 4)


def test_who_may_not_sit(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    with pytest.raises(Refusal, match=r"panel\.not_registered"), as_officer(everyone) as act:
        operations.assign(act, tenders.by_ref(ref), everyone.bidders[0], capacity="expert", reason="x")
    with acting(Actor("operator")) as act:
        identity.add_member(act, everyone.experts[0], everyone.authority, Role.OFFICER)
        identity.add_member(act, everyone.experts[1], everyone.supervisor, Role.AUDITOR)
        identity.add_member(act, everyone.approver, everyone.supervisor, Role.EXPERT)
        identity.add_member(act, everyone.officer, everyone.supervisor, Role.EXPERT)
    assert excluded(everyone, ref, 0) == {"本单位人员以专家身份"}
    assert excluded(everyone, ref, 1) == {"财政部门监督人员"}
    assign(everyone, ref, 0, "representative")
    assert excluded(everyone, ref, 0) == {"本单位人员以专家身份", "同一人重复列入"}
    for own in (everyone.approver.ref, everyone.officer.ref):
        with pytest.raises(Refusal, match=r"panel\.own_tender"), as_officer(everyone) as act:
            account = people_queries.account_by_ref(own)
            operations.assign(act, tenders.by_ref(ref), account, capacity="representative", reason="x")


def excluded(everyone: People, ref: str, number: int) -> set[str]:
    with pytest.raises(Refusal, match=r"panel\.excluded") as refused:
        assign(everyone, ref, number)
    told = [one.sentence("zh-CN") for one in refused.value.reasons if isinstance(one, Finding)]
    known = ("本单位人员以专家身份", "财政部门监督人员", "同一人重复列入", "与投标人有利害关系者")
    return {words for words in known for one in told if words in one}


def test_only_the_authority_of_the_tender_forms_its_panel(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    with acting(Actor("operator")) as act:
        other = identity.create_organisation(act, kind="authority", name="另一机关", number="", verified=False).ref
    actor = Actor("account", everyone.officer.ref, "officer", other)
    with pytest.raises(Refusal, match=r"tender\.unknown") as refused, acting(actor) as act:
        operations.assign(act, tenders.by_ref(ref), everyone.experts[0], capacity="expert", reason="x")
    assert refused.value.status == 404


def test_a_relation_with_a_bidder_is_found_only_after_the_opening(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    with acting(Actor("operator")) as act:
        for number in (0, 3):
            identity.add_member(act, everyone.experts[number], everyone.suppliers[1], Role.SUPPLIER)
    sealed = a_tender(everyone, clock).ref
    assign(everyone, sealed, 0)
    with pytest.raises(Refusal, match=r"panel\.not_opened"):
        declare(everyone, tenders.by_ref(sealed), everyone.experts[0])
    ref = an_opened_tender(everyone, clock).ref
    assert excluded(everyone, ref, 3) == {"与投标人有利害关系者"}
    with pytest.raises(Refusal, match=r"panel\.related"):
        # Assigned while nobody knew the bidders.
        with as_officer(everyone) as act:
            member = operations.PanelMember(
                tender_id=tenders.by_ref(ref).id,
                account_id=everyone.experts[0].id,
                number=1,
                reason="x",
                salt="0" * 64,
                assigned_at=act.now,
            )
            act.session.add(member)
            act.session.flush()
            act.record("test.assign", "test")
        declare(everyone, tenders.by_ref(ref), everyone.experts[0])


def test_a_membership_that_ended_counts_for_three_years(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    with acting(Actor("operator")) as act:
        identity.add_member(act, everyone.experts[3], everyone.suppliers[1], Role.SUPPLIER)
    with acting(Actor("operator")) as act:
        found = people_queries.membership_of(everyone.suppliers[1], everyone.experts[3].ref, "supplier")
        identity.end_membership(act, found)
    ref = an_opened_tender(everyone, clock).ref
    tender = tenders.by_ref(ref)
    now = clock.now()
    reasons = [one.facts for one in readiness.exclusions(tender, everyone.experts[3], "expert", now)]
    assert len(reasons) == 1
    later = now.replace(year=now.year + 3, month=12)
    assert readiness.exclusions(tender, everyone.experts[3], "expert", later) == []


def test_after_the_opening_a_seat_is_only_replaced(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    assign(everyone, ref, 0)
    with as_officer(everyone) as act:
        operations.remove(act, queries.members(tenders.by_ref(ref))[0], "指派有误")
    assert queries.members(tenders.by_ref(ref)) == []
    ref = an_opened_tender(everyone, clock).ref
    assign(everyone, ref, 0)
    with pytest.raises(Refusal, match=r"panel\.only_replace"), as_officer(everyone) as act:
        operations.remove(act, queries.members(tenders.by_ref(ref))[0], "指派有误")
    with pytest.raises(Refusal, match=r"panel\.reason_missing"), as_officer(everyone) as act:
        operations.replace(act, queries.members(tenders.by_ref(ref))[0], everyone.experts[1], " ")
    with as_officer(everyone) as act:
        operations.replace(act, queries.members(tenders.by_ref(ref))[0], everyone.experts[1], "因病")
    one, two = queries.seats(tenders.by_ref(ref))
    assert (one.end_reason, two.replaces_id, two.number) == ("因病", one.id, 2)
    with pytest.raises(Refusal, match=r"panel\.ended"), as_officer(everyone) as act:
        operations.replace(act, queries.seat(tenders.by_ref(ref), 1), everyone.experts[2], "再换")


def test_whoever_steps_back_leaves_a_place_to_fill(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    with as_expert(everyone, everyone.experts[2]) as act:
        operations.recuse(act, queries.member_of(tenders.by_ref(ref), everyone.experts[2]), "kin", "姻亲")
    assert blocking_rules(ref) == {"panel.min_size", "panel.odd"}
    with pytest.raises(Refusal, match=r"panel\.not_a_member"):
        queries.member_of(tenders.by_ref(ref), everyone.experts[2])
    with as_officer(everyone) as act:
        operations.replace(act, queries.seat(tenders.by_ref(ref), 3), everyone.experts[3], "递补")
    assert blocking_rules(ref) == set()


def test_the_trail_names_seats_and_never_a_person(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = judged(everyone, clock).tender.ref
    refs = [one.ref for one in everyone.experts]
    told = [one for one in entries() if str(one["kind"]).startswith(("panel.", "evaluation.", "lot."))]
    assert {one["kind"] for one in told} >= {"panel.assign", "panel.declare", "evaluation.sign_off", "lot.evaluate"}
    assert [one for one in told if any(name in json.dumps(one) for name in refs)] == []
    assert {str(one["actor"]) for one in told if one["kind"] == "evaluation.sign_off"} == {
        str({"kind": "expert", "ref": f"seat-{number}"}) for number in (1, 2, 3)
    }
    # What the award notice reveals opens the digests.
    assigned = {one["facts"]["seat"]: one["facts"] for one in told if one["kind"] == "panel.assign"}
    for one in queries.reveal(tenders.by_ref(ref)):
        assert is_opened_by(assigned[one["seat"]]["member"], one["salt"], one["account"])


def test_an_approver_reads_the_panel_and_does_not_change_it(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    assign(everyone, ref, 0)
    client = everyone.log_in(app.test_client(), everyone.approver)
    assert client.get(f"/office/tenders/{ref}/panel?lang=en").status_code == 200
    assert client.get(f"/office/tenders/{ref}/panel/1/replace").status_code == 403
    for other in (everyone.experts[0], everyone.suppliers[0], everyone.inspector):
        answer = everyone.log_in(app.test_client(), other).get(f"/office/tenders/{ref}/panel")
        assert answer.status_code == 403
