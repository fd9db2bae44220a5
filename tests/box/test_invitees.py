"""Invited stages and withheld records: who may bid, what nobody learns early, and what a changed list comes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select

from bidding.box import duties, operations, queries
from bidding.box.models import BidFile, Opening
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from foundation.models import OutboxMail
from procurement.notices import queries as notices
from procurement.tender import invitees, letters
from procurement.tender import queries as tenders
from procurement.tender.models import Invitee, LotKey
from supervision.trail.act import PLATFORM, acting
from supervision.trail.models import Entry
from tests.builders.bids import a_bid, as_supplier, open_lot, owner_of, sealed, upload, whole
from tests.builders.people import People, log_in, people
from tests.builders.stages import a_stage, bid_all, open_and_judge
from tests.builders.tenders import a_tender


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def facts_of(kind: str, ref: str) -> list[dict[str, Any]]:
    db.session.rollback()
    wanted = select(Entry.body).where(Entry.kind == kind, Entry.subject.like(f"tender/{ref}%")).order_by(Entry.index)
    return [parse(body)["facts"] for body in db.session.execute(wanted).scalars()]


def test_only_the_invited_bid_and_nobody_else_learns_who_they_are(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    ref = a_stage(who, clock, "single_source", invitees=[who.suppliers[0].ref]).ref
    invited, outsider = who.suppliers[0], who.suppliers[1]
    envelope = sealed(tenders.by_ref(ref), "1", outsider, tmp_path / "outsider")
    with pytest.raises(Refusal) as begun:
        upload(owner_of(outsider), envelope)
    assert (begun.value.rule, begun.value.status) == ("bid.not_invited", 403)
    # Nor does an upload that somebody else began help.
    other = whole(owner_of(invited), sealed(tenders.by_ref(ref), "1", invited, tmp_path / "invited"))
    with as_supplier(outsider) as act, pytest.raises(Refusal) as submitted:
        operations.submit(act, other, owner_of(outsider))
    assert (submitted.value.rule, submitted.value.status) == ("bid.not_invited", 403)
    letters.invite(tenders.by_ref(ref))
    db.session.rollback()
    mails = db.session.execute(select(OutboxMail.to)).scalars().all()
    assert mails == [who.bidders[0].email]
    mine = log_in(app.test_client(), invited).get("/bids?lang=en").get_data(as_text=True)
    assert "You are invited" in mine and ref in mine
    own_page = log_in(app.test_client(), invited).get(f"/tenders/{ref}?lang=en").get_data(as_text=True)
    assert "Your organisation is invited" in own_page and f"/bids/{ref}/1/seal" in own_page
    shut = log_in(app.test_client(), outsider)
    assert ref not in shut.get("/bids?lang=en").get_data(as_text=True)
    page = shut.get(f"/tenders/{ref}?lang=en").get_data(as_text=True)
    assert "Only invited suppliers may bid" in page and f"/bids/{ref}/1/seal" not in page
    answer = shut.get(f"/bids/{ref}/1/seal?lang=en")
    assert answer.status_code == 403 and "Only the suppliers that were invited" in answer.get_data(as_text=True)
    notice = tenders.by_ref(ref).notice_ref
    for client in (app.test_client(), shut, log_in(app.test_client(), who.operator)):
        for address in (f"/tenders/{ref}", f"/openings/{ref}/1", f"/openings/{ref}/1/state", f"/notices/{notice}.json"):
            assert invited.name not in client.get(address).get_data(as_text=True), address
    a_bid(tenders.by_ref(ref), "1", invited)
    assert open_lot(clock, tenders.by_ref(ref)).state == "opened"
    told = notices.content(notices.of_tender(ref, kind="opening")[0])["invitees"]
    assert [one["name"] for one in told["list"]] == [invited.name]


def test_a_stage_for_everyone_asks_nothing_more_at_a_submission(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    ref = a_tender(who, clock).ref
    supplier = who.suppliers[0]
    ready = whole(owner_of(supplier), sealed(tenders.by_ref(ref), "1", supplier, tmp_path))
    said: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        with as_supplier(supplier) as act:
            operations.submit(act, ready, owner_of(supplier))
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    assert said and not any("invitee" in statement for statement in said)


def test_a_list_that_was_changed_in_the_database_opens_nothing(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_stage(who, clock, "single_source", invitees=[who.suppliers[0].ref]).ref
    a_bid(tenders.by_ref(ref), "1", who.suppliers[0])
    with acting(PLATFORM) as act:
        tender = tenders.by_ref(ref)
        row = Invitee(tender_id=tender.id, organisation_id=who.suppliers[1].id, origin="named", salt="0" * 64)
        act.session.add(row)
        act.record("test.change", f"tender/{ref}")
    # The one who was put on the list may hand in an envelope; nothing of it is ever opened.
    a_bid(tenders.by_ref(ref), "1", who.suppliers[1])
    for _ring in range(2):
        lot = open_lot(clock, tenders.by_ref(ref))
        assert lot.state == "open"
    assert facts_of("opening.refuse", ref) == [{"rule": "opening.invitees_changed"}]
    assert set(db.session.execute(select(LotKey.released_at)).scalars()) == {None}
    with acting(PLATFORM) as act:
        act.session.execute(delete(Invitee).where(Invitee.salt == "0" * 64))
        act.record("test.restore", f"tender/{ref}")
    duties.open_due()
    content = notices.content(notices.of_tender(ref, kind="opening")[0])
    assert [one["supplier"]["name"] for one in content["bids"]] == [who.suppliers[0].name]
    assert [one["cause"] for one in content["unopenable"]] == ["bid.not_invited"]


def test_a_withheld_record_is_told_to_nobody_until_the_procurement_ends(
    app: Flask, clock: FixedClock, who: People
) -> None:
    ref = a_stage(who, clock, "selective").ref
    bid_all(tenders.by_ref(ref), who, (0, 1))
    lot = open_lot(clock, tenders.by_ref(ref))
    assert lot.state == "opened" and queries.is_withheld(lot)
    names = [who.suppliers[0].name, who.suppliers[1].name]
    content = notices.content(notices.of_tender(ref, kind="opening")[0])
    assert set(content["withheld"]) == {"commitment"} and "bids" not in content and "earlier" not in content
    assert facts_of("opening.release", ref) == [{}]
    assert set(facts_of("opening.record", ref)[0]) == {"notice"}
    file = db.session.execute(select(BidFile.ref)).scalars().first()
    everyone = [log_in(app.test_client(), one) for one in (who.officer, who.approver, who.inspector, who.operator)]
    for client in (app.test_client(), log_in(app.test_client(), who.bidders[3]), *everyone):
        for address in (f"/openings/{ref}/1", f"/openings/{ref}/1/state", f"/tenders/{ref}"):
            answer = client.get(f"{address}?lang=en")
            assert answer.status_code == 200
            assert not any(name in answer.get_data(as_text=True) for name in names), address
        assert client.get(f"/bids/files/{file}").status_code in (302, 401, 403)
    assert json.loads(app.test_client().get(f"/openings/{ref}/1/state").data)["bids"] == []
    desk = everyone[2].get(f"/desk/tenders/{ref}/lots/1/offers?lang=en")
    assert desk.status_code == 409 and "withheld" in desk.get_data(as_text=True)
    # Its own bidder reads what it handed in, as ever.
    assert log_in(app.test_client(), who.bidders[0]).get("/bids").status_code == 200
    # Two applicants are fewer than three: the lot fails, and what was withheld is told.
    assert open_and_judge(who, clock, tenders.by_ref(ref)).state == "failed"
    duties.reveal_ended()
    duties.reveal_ended()
    first, last = notices.of_tender(ref, kind="opening")
    told = notices.content(last)
    assert sorted(one["supplier"]["name"] for one in told["bids"]) == sorted(names)
    assert [one["price"] for one in told["bids"]] == [None, None]
    assert told["previous"]["sha256"] == first.sha256 and told["earlier"][0]["notice"] == first.ref
    opening = db.session.execute(select(Opening)).scalar_one()
    assert opening.revealed_ref == last.ref and not queries.is_withheld(tenders.lot_of(tenders.by_ref(ref), "1"))
    assert names[0] in app.test_client().get(f"/openings/{ref}/1?lang=en").get_data(as_text=True)


def test_a_digest_of_a_list_depends_on_every_part(app: Flask, clock: FixedClock, who: People) -> None:
    one = {"organisation": "O-1", "origin": "named", "salt": "1" * 64}
    found = {
        invitees.commitment_of("T-1", [one]),
        invitees.commitment_of("T-2", [one]),
        invitees.commitment_of("T-1", [{**one, "organisation": "O-2"}]),
        invitees.commitment_of("T-1", [{**one, "salt": "2" * 64}]),
        invitees.commitment_of("T-1", [{**one, "origin": "advanced"}]),
        invitees.commitment_of("T-1", [one, one]),
    }
    assert len(found) == 6 and all(len(each) == 64 for each in found)
