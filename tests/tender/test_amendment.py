"""Amendments and cancellations: new signed notices, before the deadline only, never at the bidders' expense."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.notices import queries as notices
from procurement.tender import operations, queries
from tests.builders.amending import form_of, proposed, published, saved
from tests.builders.people import people
from tests.builders.tenders import a_tender, as_approver, as_officer


def test_an_amendment_is_a_new_notice_that_names_the_one_before(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock)
    ref, first, before = tender.ref, tender.notice_ref, tender.closes_at
    assert first is not None and before is not None
    original = notices.by_ref(first).sha256
    for number, hours in ((1, 1), (2, 2)):
        clock.forward(minutes=1)
        with as_officer(everyone) as act:
            operations.amend(
                act, queries.by_ref(ref), text=f"第 {number} 次更正", closes_at=before + timedelta(hours=hours)
            )
    said = [notices.content(one) for one in notices.of_tender(ref)]
    assert [one["kind"] for one in said] == ["tender", "amendment", "amendment"]
    assert said[1]["previous"]["sha256"] == original and said[2]["previous"]["ref"] == said[1]["ref"]
    assert said[1]["issuer"] == said[0]["issuer"] and said[1]["rule_set"] == said[0]["rule_set"]
    assert said[1]["closed_at_before"] == "2026-11-20T10:00:00+08:00"
    in_force = queries.notice_content(queries.by_ref(ref))
    assert in_force["tender"]["closes_at"] == in_force["tender"]["opens_at"] == "2026-11-20T12:00:00+08:00"
    assert [one["text"] for one in in_force["amendments"]] == ["第 1 次更正", "第 2 次更正"]
    # The signed notice, which envelopes name, is what it was.
    assert notices.by_ref(first).sha256 == original
    assert said[0]["tender"]["closes_at"] == "2026-11-20T10:00:00+08:00"
    assert queries.due_lots(before) == []


def test_a_change_near_the_deadline_must_move_it(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock, closes_in=timedelta(minutes=10))
    ref, before = tender.ref, tender.closes_at
    assert before is not None
    clock.set(before - timedelta(seconds=30))
    form = form_of(ref)
    saved(everyone, ref, form, affects_bids=True, text="更正")
    with pytest.raises(Refusal, match=r"amendment\.too_near") as refused:
        proposed(everyone, ref)
    earliest = refused.value.facts["earliest"]
    assert earliest == clock.now() + timedelta(minutes=1)
    assert refused.value.facts["article"] and refused.value.reasons[0].rule_id == "clarification.before_deadline"
    saved(everyone, ref, {**form, "closes_at": earliest - timedelta(seconds=1)}, affects_bids=True, text="更正")
    with pytest.raises(Refusal, match=r"amendment\.too_near"):
        proposed(everyone, ref)
    saved(everyone, ref, {**form, "closes_at": earliest}, affects_bids=True, text="更正")
    proposed(everyone, ref)
    published(everyone, ref)
    assert queries.by_ref(ref).closes_at == earliest


def test_an_amendment_never_shortens_and_always_says_something(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock)
    ref, before = tender.ref, tender.closes_at
    assert before is not None
    with pytest.raises(Refusal, match=r"amendment\.earlier"), as_officer(everyone) as act:
        operations.amend(act, queries.by_ref(ref), text="更正", closes_at=before - timedelta(minutes=1))
    with pytest.raises(Refusal, match=r"amendment\.text_missing"), as_officer(everyone) as act:
        operations.amend(act, queries.by_ref(ref), text=" \n ")
    assert len(notices.of_tender(ref)) == 1


def test_at_the_deadline_nothing_can_be_changed_any_more(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock)
    ref, before = tender.ref, tender.closes_at
    assert before is not None
    clock.set(before)
    with pytest.raises(Refusal, match=r"tender\.before_the_deadline"), as_officer(everyone) as act:
        operations.amend(act, queries.by_ref(ref), text="更正", closes_at=before + timedelta(days=1))
    with pytest.raises(Refusal, match=r"tender\.before_the_deadline"), as_approver(everyone) as act:
        operations.cancel(act, queries.by_ref(ref), "不再需要")


def test_a_cancellation_ends_every_lot(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, lots=2).ref
    with as_approver(everyone) as act:
        operations.cancel(act, queries.by_ref(ref), "采购需求发生重大变化。")
    tender = queries.by_ref(ref)
    assert (tender.state, {lot.state for lot in tender.lots}) == ("cancelled", {"cancelled"})
    last = notices.content(notices.of_tender(ref)[-1])
    assert (last["kind"], last["reason"]) == ("cancellation", "采购需求发生重大变化。")
    assert tender.closes_at is not None and queries.due_lots(tender.closes_at) == []
    with pytest.raises(Refusal, match=r"tender\.amend\.not_now"), as_officer(everyone) as act:
        operations.amend(act, queries.by_ref(ref), text="更正")


def test_the_first_lot_past_the_deadline_closes_the_tender(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock, lots=2)
    ref = tender.ref
    assert tender.closes_at is not None
    clock.set(tender.closes_at)
    with as_officer(everyone) as act:
        operations.release_lot(act, queries.lot_of(queries.by_ref(ref), "1"))
        operations.fail_lot(act, queries.lot_of(queries.by_ref(ref), "2"), "opening.min_bids")
    tender = queries.by_ref(ref)
    assert (tender.state, [lot.state for lot in tender.lots]) == ("closed", ["opening", "failed"])
    assert tender.lots[0].keys[0].released_at == clock.now() and tender.lots[1].keys[0].released_at is None
