"""Publication: a second person, a signed notice that never changes, keys that open nothing but their lot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bidding.seal import platform
from bidding.seal.terms import terms_of
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.rights import Role
from procurement.notices import queries as notices
from procurement.rules.ruleset import load
from procurement.scoring.reading import problems_of_rules
from procurement.tender import law, operations, queries
from supervision.trail.queries import of_subject
from tests.builders.people import people
from tests.builders.tenders import a_form, a_tender, acting_as, as_approver, as_officer, publish, store_pdf


def test_an_open_tender_has_a_signed_notice_that_bids_can_be_measured_against(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock, lots=2)
    assert tender.state == "open" and [lot.state for lot in tender.lots] == ["open", "open"]
    notice = notices.by_ref(tender.notice_ref or "")
    said = notices.content(notice)
    assert said["kind"] == "tender" and said["rule_set"]["demonstration"] is True and said["mode"] == "timed"
    assert said["tender"]["closes_at"] == said["tender"]["opens_at"] == "2026-11-20T10:00:00+08:00"
    assert said["rule_set"]["digest"] == law.frozen_set(tender).digest() == load("demo-2026").digest()
    assert [one["sha256"] for one in said["documents"]] == [one.sha256 for one in tender.documents]
    for lot in said["tender"]["lots"]:
        assert problems_of_rules(lot["method"], lot["criteria"]) == ()
        terms = terms_of(notice.body, lot["lot"])
        assert terms.tender == tender.ref and set(terms.criteria) == {"R1", "C1", "C2", "C3"}
    recipients = [one["layers"][0]["recipients"][0] for one in said["envelopes"]]
    assert len(set(recipients)) == 2


def test_a_lots_key_opens_under_the_key_encryption_key_and_for_its_own_lot_only(app: Flask, clock: FixedClock) -> None:
    tender = a_tender(people(app), clock, lots=2)
    keys = platform.keys_of(app.config["SETTINGS"].key_encryption_key)
    one = tender.lots[0].keys[0]
    bound = {"tender": tender.ref, "envelope": 1, "recipient": one.recipient}
    assert platform.unwrap_identity(keys, one.wrapped or b"", lot="1", **bound).startswith("AGE-SECRET-KEY-1")
    with pytest.raises(Refusal, match=r"key\.unwrap"):
        platform.unwrap_identity(keys, one.wrapped or b"", lot="2", **bound)


def test_whoever_drafted_or_submitted_cannot_publish(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, open=False).ref
    with as_approver(everyone) as act:
        operations.submit(act, queries.by_ref(ref))
    prepared = operations.prepare_publication(queries.by_ref(ref))
    for who in (as_approver, as_officer):
        with pytest.raises(Refusal, match=r"tender\.by_a_second_person"), who(everyone) as act:
            operations.publish(act, queries.by_ref(ref), prepared)
    assert queries.by_ref(ref).state == "submitted" and queries.by_ref(ref).notice_ref is None


def test_publication_looks_at_readiness_again_at_its_own_moment(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, open=False, closes_in=timedelta(minutes=5)).ref
    clock.forward(minutes=4, seconds=30)
    with pytest.raises(Refusal, match=r"tender\.not_ready") as refused:
        publish(everyone, ref)
    assert {one.rule_id for one in refused.value.reasons} == {"tender.min_period", "tender.document_period"}
    tender = queries.by_ref(ref)
    assert tender.state == "submitted" and tender.frozen is None and tender.published_at is None


def test_a_preparation_for_other_lots_is_refused(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, open=False).ref
    prepared = operations.prepare_publication(queries.by_ref(ref))
    with as_officer(everyone) as act:
        operations.update(act, queries.by_ref(ref), a_form(clock.now() + timedelta(hours=1), lots=2))
    with as_officer(everyone) as act:
        operations.submit(act, queries.by_ref(ref))
    with pytest.raises(Refusal, match=r"tender\.changed"), as_approver(everyone) as act:
        operations.publish(act, queries.by_ref(ref), prepared)


@pytest.mark.parametrize("verb", ["UPDATE notice SET title = 'other'", "DELETE FROM notice"])
def test_a_published_notice_cannot_be_changed_in_the_database(app: Flask, clock: FixedClock, verb: str) -> None:
    everyone = people(app)
    a_tender(everyone, clock)
    with pytest.raises(DBAPIError), as_officer(everyone) as act:
        act.session.execute(text(verb))
        act.record("test.attempt", "test")
    db.session.rollback()


def test_a_tender_that_is_open_is_no_draft_any_more(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    stored = store_pdf(everyone)
    with pytest.raises(Refusal, match=r"tender\.not_a_draft"), as_officer(everyone) as act:
        operations.update(act, queries.by_ref(ref), a_form(None))
    with pytest.raises(Refusal, match=r"tender\.not_a_draft"), as_officer(everyone) as act:
        operations.add_document(act, queries.by_ref(ref), "x", "x.pdf", "application/pdf", stored)


def test_nobody_elses_tender(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, open=False).ref
    for change in (
        lambda act: operations.update(act, queries.by_ref(ref), a_form(None)),
        lambda act: operations.submit(act, queries.by_ref(ref)),
        lambda act: operations.discard(act, queries.by_ref(ref)),
    ):
        with (
            pytest.raises(Refusal, match=r"tender\.unknown") as refused,
            acting_as(everyone.officer, everyone.suppliers[0], Role.OFFICER) as act,
        ):
            change(act)
        assert refused.value.status == 404
    assert queries.by_ref(ref).state == "draft"


def test_a_return_keeps_its_reason_until_the_draft_is_submitted_again(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, open=False).ref
    with as_officer(everyone) as act:
        operations.submit(act, queries.by_ref(ref))
    with pytest.raises(Refusal, match=r"tender\.reason_missing"), as_approver(everyone) as act:
        operations.return_to_draft(act, queries.by_ref(ref), "  ")
    with as_approver(everyone) as act:
        operations.return_to_draft(act, queries.by_ref(ref), "请补充安装要求。")
    assert (queries.by_ref(ref).state, queries.by_ref(ref).reason) == ("draft", "请补充安装要求。")
    publish(everyone, ref)
    assert queries.by_ref(ref).state == "open"
    kinds = [entry.kind for entry in of_subject(f"tender/{ref}")]
    for kind in ("tender.create", "tender.submit", "tender.return", "tender.publish"):
        assert kind in kinds


def test_due_lots_are_those_whose_deadline_has_come(app: Flask, clock: FixedClock) -> None:
    tender = a_tender(people(app), clock, lots=2)
    assert tender.closes_at is not None
    assert queries.due_lots(tender.closes_at - timedelta(microseconds=1)) == []
    assert [lot.number for lot in queries.due_lots(tender.closes_at)] == ["1", "2"]
