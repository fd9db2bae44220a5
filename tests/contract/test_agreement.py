"""Framework agreements: two people conclude, the law limits, and nothing is ordered that the agreement does not give."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity.rights import Role
from procurement.award import selection
from procurement.contract import call_offs, duties, operations, queries
from procurement.evaluation import duties as evaluation
from procurement.evaluation import queries as evaluations
from procurement.notices import queries as notices
from procurement.rules.findings import Finding
from procurement.tender import content, readiness
from procurement.tender import operations as tender_operations
from procurement.tender import queries as tenders
from tests.builders.awards import evaluated, the_lot
from tests.builders.bids import a_bid, open_lot
from tests.builders.frameworks import FRAMEWORK, PRICES, concluded, judged_admission
from tests.builders.people import People, people
from tests.builders.tenders import acting_as, as_approver, as_officer, publish


def called(who: People, ref: str, clock: FixedClock, way: str = "direct", place: int = 0, **more: Any) -> str:
    """Begin a call-off as the officer; return the reference of its draft."""
    with as_officer(who) as act:
        agreement = queries.by_ref(ref)
        given: dict[str, Any] = {
            "quantities": {"1": "100"},
            "closes_at": clock.now() + timedelta(hours=1),
            "reason": "距离最近，三日内可送达。" if way == "direct" else "",
            "member": queries.member_at(agreement, place) if place else None,
            **more,
        }
        return call_offs.call_off(act, agreement, way=way, **given).tender.ref


def why_not(found: list[Finding]) -> set[str]:
    """Return the rules that block."""
    return {one.rule_id for one in found if one.blocks}


def test_an_agreement_is_concluded_within_the_law_by_a_second_person(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref, today = judged_admission(who, clock).tender.ref, date(2026, 11, 20)
    with as_officer(who) as act:
        selection.propose(act, the_lot(ref))
    terms: dict[str, Any] = {"starts_on": today, "ends_on": date(2027, 11, 19), "ways": ["direct", "second_price"]}
    with pytest.raises(Refusal, match=r"selection\.needs_agreement"), as_approver(who) as act:
        selection.decide(act, the_lot(ref))
    alone = acting_as(who.officer, who.authority, Role.APPROVER)
    with pytest.raises(Refusal, match=r"selection\.by_another_person"), alone as act:
        operations.conclude(act, the_lot(ref), **terms)
    for change, rule in (
        ({"ends_on": date(2027, 11, 20)}, "agreement.too_long"),
        ({"starts_on": date(2026, 11, 19)}, "agreement.in_the_past"),
        ({"ends_on": date(2026, 11, 19)}, "agreement.ends_first"),
        ({"ways": []}, "agreement.no_way"),
        # Rotation is for services, and these are goods.
        ({"ways": ["rotation"]}, "agreement.way_not_allowed"),
    ):
        with pytest.raises(Refusal) as refused, as_approver(who) as act:
            operations.conclude(act, the_lot(ref), **{**terms, **change})
        assert refused.value.rule == rule
        if rule == "agreement.too_long":
            assert refused.value.facts == {"years": 1, "latest": "2027-11-19", "article": "财政部令第110号"}
    assert the_lot(ref).state == "selecting" and queries.of_authority(who.authority) == []
    with as_approver(who) as act:
        made = operations.conclude(act, the_lot(ref), **terms).ref
    agreement = queries.by_ref(made)
    assert (agreement.state, the_lot(ref).state) == ("in_force", "agreed")
    assert [one.organisation.name for one in agreement.members] == [one.name for one in who.suppliers[:3]]
    said = notices.content(notices.by_ref(agreement.notice_ref or ""))["agreement"]
    assert [one["items"][0]["unit_price"] for one in said["members"]] == ["100.00", "110.00", "120.00"]
    assert [(one["bidder"], one["cause"]) for one in said["not_selected"]] == [(who.suppliers[3].name, "knock_out")]
    assert len(said["experts"]) == 3 and said["challenge"]["ends_at"] and said["ends_on"] == "2027-11-19"
    with pytest.raises(Refusal, match=r"selection\.decide\.not_now"), as_approver(who) as act:
        operations.conclude(act, the_lot(ref), **terms)


@pytest.mark.one_engine
def test_quality_first_has_its_own_share_and_no_price_round(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    points = [("41", "13"), ("44", "14.5"), ("30", "10"), ("20", "9")]
    ref = evaluated(who, clock, points=points, prices=PRICES[:4], **FRAMEWORK).tender.ref
    with as_officer(who) as act:
        tender = tenders.by_ref(ref)
        tender.method = {**tender.method, "x_knock_out": "quality"}
        act.record("test.quality_first", f"tender/{ref}", {})
    lot = the_lot(ref)
    found = selection.choice(lot)
    # 40 % of four is 1.6, and two go out.
    assert len(found.stay) == 2 and found.rule is not None and found.rule.id == selection.KNOCK_OUT_QUALITY
    assert list(operations.ways_of(lot.tender)) == ["direct"]


def test_nothing_is_ordered_that_the_agreement_does_not_give(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = concluded(who, clock).ref
    for change, rule in (
        ({"reason": " "}, "call_off.reason_missing"),
        ({"place": 0}, "call_off.member_missing"),
        ({"way": "rotation"}, "call_off.way_not_agreed"),
        ({"quantities": {"9": "1"}}, "call_off.unknown_item"),
        ({"quantities": {"1": "-1"}}, "call_off.quantity"),
        ({"quantities": {"1": "1e9"}}, "call_off.quantity"),
        ({"quantities": {"1": ""}}, "call_off.no_items"),
    ):
        with pytest.raises(Refusal) as refused:
            called(who, ref, clock, **{"place": 1, **change})
        assert refused.value.rule == rule
    stranger = acting_as(who.officer, who.supervisor, Role.OFFICER)
    with pytest.raises(Refusal) as unknown, stranger as act:
        call_offs.call_off(act, queries.by_ref(ref), way="second_price", quantities={"1": "1"})
    assert unknown.value.status == 404
    later = called(who, ref, clock, place=2)
    draft = tenders.by_ref(later)
    # The ceiling is that of the dearest member, since the one who is asked must stay secret.
    assert (draft.stage, draft.lots[0].ceiling, [one.organisation.ref for one in draft.invitees]) == (
        "direct",
        12_000_00,
        [who.suppliers[1].ref],
    )
    assert why_not(readiness.issues(draft, clock.now())) == set()
    form = content.form_of(draft)
    form["lots"][0]["ceiling"] = form["budget"] = 12_000_01
    form["lots"][0]["items"].append({"number": "7", "title": "另一种灯", "quantity": "1", "unit": "套", "spec": ""})
    with as_officer(who) as act:
        tender_operations.update(act, tenders.by_ref(later), form)
    assert why_not(readiness.issues(tenders.by_ref(later), clock.now())) == {"framework.call_items"}
    form["lots"][0]["items"].pop()
    form["closes_at"] = clock.now() + timedelta(days=400)
    with as_officer(who) as act:
        tender_operations.update(act, tenders.by_ref(later), form)
    found = why_not(readiness.issues(tenders.by_ref(later), clock.now()))
    assert found == {"framework.call_prices", "framework.call_period"}


def test_who_left_gets_no_order_and_an_open_offer_counts_no_more(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = concluded(who, clock).ref
    draft, open_round = called(who, ref, clock, place=1), called(who, ref, clock, "second_price")
    publish(who, open_round)
    # The first asks more than its own agreed 100.00, though less than the ceiling of the order.
    for number, price in enumerate(("100.00", "109.00", "115.00")):
        a_bid(tenders.by_ref(open_round), "1", who.suppliers[number], prices={"1": price})
    with pytest.raises(Refusal, match=r"agreement\.reason_missing"), as_approver(who) as act:
        operations.end_member(act, queries.member_at(queries.by_ref(ref), 1), " ")
    with as_approver(who) as act:
        notice = operations.end_member(act, queries.member_at(queries.by_ref(ref), 1), "两次拒绝供货。").ref
    said = notices.content(notices.by_ref(notice))
    assert (said["kind"], said["member"]["name"], said["reason"]) == ("termination", who.suppliers[0].name, "两次拒绝供货。")
    with pytest.raises(Refusal, match=r"agreement_member\.end\.not_now"), as_approver(who) as act:
        operations.end_member(act, queries.member_at(queries.by_ref(ref), 1), "再一次")
    with pytest.raises(Refusal, match=r"call_off\.member_ended"):
        called(who, ref, clock, place=1)
    assert why_not(readiness.issues(tenders.by_ref(draft), clock.now())) == {"framework.call_members"}
    top_up = queries.may_top_up(queries.by_ref(ref))
    assert top_up is None
    open_lot(clock, tenders.by_ref(open_round))
    evaluation.complete_due()
    lot = tenders.lot_of(tenders.by_ref(open_round), "1")
    found = evaluations.evaluation_of(lot)
    assert lot.state == "evaluated" and found is not None
    rules = {one["supplier"]["name"]: [why["rule"] for why in one["reasons"]] for one in found.document["result"]["bids"]}
    assert rules == {
        who.suppliers[0].name: ["framework.call_members"],
        who.suppliers[1].name: [],
        who.suppliers[2].name: [],
    }


def test_an_agreement_ends_by_its_date_and_is_summed_up(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = concluded(who, clock, days=10).ref
    draft = called(who, ref, clock, place=1)
    with pytest.raises(Refusal, match=r"agreement\.still_in_force"), as_approver(who) as act:
        operations.summarise(act, queries.by_ref(ref))
    clock.set(clock.now() + timedelta(days=10))
    duties.end_due()
    assert queries.by_ref(ref).state == "in_force"
    clock.set(clock.now() + timedelta(days=1))
    # The stored state is late; the date decides.
    with pytest.raises(Refusal, match=r"agreement\.not_in_force"):
        called(who, ref, clock, place=1)
    assert "framework.call_period" in why_not(readiness.issues(tenders.by_ref(draft), clock.now()))
    duties.end_due()
    duties.end_due()
    assert queries.by_ref(ref).state == "ended"
    with as_approver(who) as act:
        notice = operations.summarise(act, queries.by_ref(ref)).ref
    assert notices.content(notices.by_ref(notice))["calls"] == []
    with pytest.raises(Refusal, match=r"agreement\.summarised"), as_approver(who) as act:
        operations.summarise(act, queries.by_ref(ref))
