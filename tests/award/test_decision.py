"""The award: proposed by one person, decided by another, and told in a signed notice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from identity.rights import Role
from procurement.award import operations, queries, timetable
from procurement.award.lifecycle import AWARD
from procurement.notices import queries as notices
from procurement.rules import ruleset
from procurement.tender import law
from supervision.trail.act import Actor, acting
from supervision.trail.models import Entry
from tests.builders import awards
from tests.builders.people import People, people
from tests.builders.tenders import acting_as, as_approver, as_officer


@pytest.fixture
def everyone(app: Flask) -> People:
    return people(app)


def entries(kind: str) -> list[dict[str, object]]:
    found = db.session.execute(select(Entry).where(Entry.kind == kind).order_by(Entry.index)).scalars()
    return [json.loads(one.body) for one in found]


def test_rank_one_is_proposed_and_decided(everyone: People, clock: FixedClock) -> None:
    lot = awards.evaluated(everyone, clock)
    ref = lot.tender.ref
    # By hand: price 40 × 880,000 ÷ 912,000 = 38.60; C2 (44 + 43.5 + 44) ÷ 3 = 43.83; C3 14.50; sum 96.93.
    awards.propose(everyone, ref, "B")
    award = queries.award_of(awards.the_lot(ref))
    assert award is not None and (award.state, award.lot.state) == ("proposed", "proposed")
    notice = awards.decide(everyone, ref)
    award = queries.award_of(awards.the_lot(ref))
    assert award is not None and (award.state, award.lot.state) == ("decided", "awarded")
    assert award.notice_ref == notice.ref
    said = parse(notice.body)
    assert said["kind"] == "award"
    won = said["award"]
    assert (won["winner"]["name"], won["winner"]["amount"]) == ("明日教育装备公司", "912000.00")
    assert [(one["rank"], one["bid"], one["total"], one["outcome"]) for one in won["ranking"]] == [
        (1, "B", "96.93", "won"),
        (2, "A", "93.83", "lost"),
        (3, "C", "77.34", "lost"),
    ]
    assert [one["unit_price"] for one in won["winner"]["items"]] == ["155.00", "420.00"]
    assert won["experts"] == [
        {"name": "专家1", "role": "member"},
        {"name": "专家2", "role": "member"},
        {"name": "专家3", "role": "representative"},
    ]
    assert won["evaluation"]["sha256"] == queries.evaluation_of(awards.the_lot(ref)).sha256
    assert won["reason"] is None and won["fee"] is None
    assert said["demonstration"] is True


def test_the_trail_tells_each_step_and_names_no_person(everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    (proposed,) = entries("award.propose")
    (decided,) = entries("award.decide")
    assert proposed["facts"]["rank"] == 1  # type: ignore[index]
    assert decided["facts"]["notice"] == notice.ref and decided["facts"]["sha256"] == notice.sha256  # type: ignore[index]
    told = json.dumps([proposed, decided], ensure_ascii=False)
    assert not any(name in told for name in ("李经办", "王审批", "专家", "示例市"))


def test_whoever_proposed_cannot_decide_or_return(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    # One person with both roles, as a small authority may have.
    with acting_as(everyone.approver, everyone.authority, Role.APPROVER) as act:
        lot = awards.the_lot(ref)
        operations.propose(act, lot, awards.the_bid(lot, "B"))
    for change in (operations.decide, lambda act, lot: operations.return_proposal(act, lot, "再看")):
        with pytest.raises(Refusal) as refused, as_approver(everyone) as act:
            change(act, awards.the_lot(ref))
        assert (refused.value.rule, refused.value.status) == ("award.by_a_second_person", 409)
    assert awards.the_lot(ref).state == "proposed"


def test_nobody_decides_without_being_a_person(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    with pytest.raises(Refusal) as refused, acting(Actor("operator")) as act:
        operations.decide(act, awards.the_lot(ref))
    assert refused.value.rule == "award.by_a_second_person"


def test_another_authority_sees_nothing_to_decide(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    with pytest.raises(Refusal) as refused, acting_as(everyone.approver, everyone.supervisor, Role.APPROVER) as act:
        operations.decide(act, awards.the_lot(ref))
    assert refused.value.status == 404


def test_another_rank_needs_a_reason_that_is_published(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    for nothing in ("", "  \n "):
        with pytest.raises(Refusal) as refused:
            awards.propose(everyone, ref, "A", nothing)
        assert refused.value.rule == "award.reason_missing"
        assert "条例第43条" in refused.value.facts["article"]
    awards.propose(everyone, ref, "A", "第一名书面放弃中标。")
    said = parse(awards.decide(everyone, ref).body)["award"]
    assert said["reason"] == "第一名书面放弃中标。"
    assert [one["outcome"] for one in said["ranking"]] == ["lost", "won", "lost"]
    assert said["winner"]["amount"] == "880000.00"


def test_a_tie_for_rank_one_needs_a_reason(everyone: People, clock: FixedClock) -> None:
    same = (("150.00", "400.00"), ("150.00", "400.00"), ("158.00", "450.00"))
    points = (("41", "13"), ("41", "13"), ("30", "10"))
    ref = awards.evaluated(everyone, clock, prices=same, points=points).tender.ref
    assert queries.evaluation_of(awards.the_lot(ref)).document["result"]["ranking"] == ["A", "B", "C"]
    with pytest.raises(Refusal) as refused:
        awards.propose(everyone, ref, "A")
    assert refused.value.rule == "award.reason_missing"
    awards.propose(everyone, ref, "B", "经公开抽签确定。")


def test_an_excluded_bid_cannot_be_proposed(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock, failing=(1,)).tender.ref
    with pytest.raises(Refusal) as refused:
        awards.propose(everyone, ref, "B", "技术最好")
    assert (refused.value.rule, refused.value.status) == ("award.bid_excluded", 409)
    awards.propose(everyone, ref, "A")
    said = parse(awards.decide(everyone, ref).body)["award"]
    assert [one["bidder"] for one in said["excluded"]] == ["明日教育装备公司"]
    assert "交货期" in said["excluded"][0]["reason"]


def _unverify(ref: str) -> None:
    with acting(Actor("operator")) as act:
        act.session.execute(update(Organisation).where(Organisation.ref == ref).values(state="claimed", number=None))
        act.record("test.unverify", f"organisation/{ref}", {})


def test_an_unverified_supplier_may_bid_but_not_win(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    _unverify(everyone.suppliers[1].ref)
    with pytest.raises(Refusal) as refused:
        awards.propose(everyone, ref, "B")
    assert (refused.value.rule, refused.value.status) == ("award.supplier_unverified", 409)
    assert refused.value.facts["supplier"] == "明日教育装备公司"


def test_a_supplier_that_lost_its_number_meanwhile_is_refused_at_the_decision(
    everyone: People, clock: FixedClock
) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    _unverify(everyone.suppliers[1].ref)
    with pytest.raises(Refusal) as refused:
        awards.decide(everyone, ref)
    assert refused.value.rule == "award.supplier_unverified"
    assert notices.latest(kind="award") == []


def test_a_returned_proposal_can_be_made_anew(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "A", "第一名放弃")
    with pytest.raises(Refusal) as refused, as_approver(everyone) as act:
        operations.return_proposal(act, awards.the_lot(ref), " ")
    assert refused.value.rule == "award.return_reason_missing"
    with as_approver(everyone) as act:
        operations.return_proposal(act, awards.the_lot(ref), "没有放弃声明的附件")
    award = queries.award_of(awards.the_lot(ref))
    assert award is not None and (award.state, award.lot.state) == ("returned", "evaluated")
    with pytest.raises(Refusal) as again:
        awards.decide(everyone, ref)
    assert again.value.rule == "award.decide.not_now"
    awards.propose(everyone, ref, "B")
    assert parse(awards.decide(everyone, ref).body)["award"]["reason"] is None
    assert [len(entries(f"award.{event}")) for event in ("propose", "return", "decide")] == [2, 1, 1]


def test_nothing_is_proposed_before_the_evaluation_or_after_the_award(everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    for call in (
        lambda: awards.propose(everyone, notice.tender_ref, "A", "x"),
        lambda: awards.decide(everyone, notice.tender_ref),
    ):
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.rule.endswith(".not_now")


def test_a_notice_that_would_lack_what_the_law_wants_is_not_published(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    with acting(Actor("operator")) as act:
        act.session.execute(update(Organisation).where(Organisation.ref == everyone.authority.ref).values(address=""))
        act.record("test.no_address", "organisation/x", {})
    with pytest.raises(Refusal) as refused:
        awards.decide(everyone, ref)
    assert refused.value.rule == "award.notice_incomplete"
    assert "采购人名称、地址和联系方式" in refused.value.reasons[0].sentence("zh_Hans")
    assert awards.the_lot(ref).state == "proposed"


def test_the_lifecycle_offers_what_it_allows(everyone: People, clock: FixedClock) -> None:
    awards.awarded(everyone, clock)
    award = queries.award_of(awards.the_lot("T-2026-000001"))
    assert award is not None
    assert AWARD.offered(award, ("draft", "approve")) == []


def test_the_standstill_counted_by_hand(everyone: People, clock: FixedClock) -> None:
    """The notice of Thursday 26 November 2026: one workday is Friday 27; seven workdays on from there are
    30 Nov, 1, 2, 3, 4, 7 and 8 December (no holiday between).
    """
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    clock.set(datetime(2026, 11, 26, 6, 0, 7, tzinfo=UTC))
    lot = awards.the_lot(ref)
    with as_approver(everyone) as act:
        # The tender was published under the demonstration set; the law's own set is put in its place.
        lot = awards.the_lot(ref)
        lot.tender.frozen = law.freeze(act, ruleset.load("cn-gp-2026"))
        act.session.flush()
        operations.decide(act, lot)
    award = queries.award_of(awards.the_lot(ref))
    assert award is not None and award.standstill_ends_on is not None
    assert award.standstill_ends_on.isoformat() == "2026-12-08"
    said = parse(notices.by_ref(str(award.notice_ref)).body)["award"]
    assert said["period"]["workdays"] == 1 and said["period"]["ends_on"] == "2026-11-27"
    assert said["challenge"]["ends_on"] == "2026-12-08" and said["standstill_ends_on"] == "2026-12-08"
    assert "政府采购法第52条" in said["challenge"]["article"]


def test_the_clocks_say_what_is_late() -> None:
    """An evaluation done Friday 20 November: report by Tuesday 24, decision by Friday 27 (five workdays)."""
    rules, zone = ruleset.load("cn-gp-2026"), ruleset.load("cn-gp-2026").rule("award.decision").zone
    done = datetime(2026, 11, 20, 17, 30, tzinfo=zone)

    def states(now: datetime, decided: datetime | None = None) -> list[str]:
        found = timetable.clocks(rules, evaluated_at=done, decided_at=decided, now=now, zone=zone)
        return [one.state for one in found]

    last = datetime(2026, 11, 27, 23, 59, tzinfo=zone)
    assert [
        one.due.isoformat() for one in timetable.clocks(rules, evaluated_at=done, decided_at=None, now=done, zone=zone)
    ] == ["2026-11-24", "2026-11-27"]
    assert states(last) == ["done", "running"]
    assert states(last + timedelta(minutes=1)) == ["done", "overdue"]
    assert states(last, last) == ["done", "done", "done"]
    assert states(last + timedelta(hours=1), last + timedelta(hours=1)) == ["done", "late", "done"]


def test_two_awards_of_one_lot_are_impossible(everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    with pytest.raises(Refusal) as refused:
        awards.propose(everyone, ref, "B")
    assert refused.value.rule == "lot.propose.not_now"
    with pytest.raises(Refusal) as other, as_officer(everyone) as act:
        lot = awards.the_lot(ref)
        operations.propose(act, lot, awards.the_bid(lot, "C"), "x")
    assert other.value.rule == "lot.propose.not_now"
