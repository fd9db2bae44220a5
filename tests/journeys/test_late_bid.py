"""A bid that was uploaded in time and submitted a moment too late: refused, told to its owner, and never opened."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from flask import Flask

from bidding.box import duties, uploads
from foundation.clock import FixedClock
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from tests.box.carrier import Carrier, an_envelope, contents_of
from tests.builders.bids import a_bid
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import Person


def test_the_late_bid_stays_outside(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    late = who.suppliers[3]
    envelope = an_envelope(tenders.by_ref(ref), late, tmp_path)
    carrier = Carrier(app.test_client(), late, tenders.by_ref(ref))
    upload = carrier.carry(envelope.claims.as_json(), contents_of(envelope))
    closes_at = tenders.by_ref(ref).closes_at
    assert closes_at is not None
    # The scheduler sleeps: what is late does not depend on it.
    clock.set(closes_at)
    refused = carrier.submit(upload)
    told = refused.get_json()
    assert (refused.status_code, told["rule"]) == (409, "bid.late")
    assert "10:00:00" in told["detail"], "the refusal names the deadline"
    duties.open_due()
    (record,) = notices.of_tender(ref, kind="opening")
    content = notices.content(record)
    assert {one["supplier"]["name"] for one in content["bids"]} == {one.name for one in who.suppliers[:3]}
    assert late.name not in record.body.decode()
    # The public record says that a submission was refused, and not whose.
    own = Person(app, who.bidders[3])
    assert ref not in own.page("/bids")
    public = Person(app).page(f"/openings/{ref}/1")
    assert late.name not in public and who.suppliers[0].name in public
    (entry,) = trail.page(kind="bid.refuse")
    assert entry.at >= closes_at and late.ref not in entry.body.decode()
    assert json.loads(entry.body)["facts"]["rule"] == "bid.late"
    # What was carried here is cleared away unread, and trying again changes nothing.
    size = trail.tip().size
    assert carrier.submit(upload).status_code == 409 and trail.tip().size == size
    clock.forward(days=8)
    duties.clean_up()
    kept = list(uploads.files().folder.rglob("*"))
    sealed = contents_of(envelope)["bid.age"]
    assert not any(path.is_file() and path.read_bytes() == sealed for path in kept)


def test_the_next_try_is_for_the_next_tender(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    """An envelope is bound to its notice: what came too late for one tender opens for no other."""
    who = people(app)
    first = a_tender(who, clock).ref
    envelope = an_envelope(tenders.by_ref(first), who.suppliers[3], tmp_path)
    second = a_tender(who, clock, closes_in=timedelta(hours=3)).ref
    clock.forward(hours=2)
    carrier = Carrier(app.test_client(), who.suppliers[3], tenders.by_ref(second))
    answer = carrier.begin(envelope.claims.as_json())
    assert answer.status_code == 409 and answer.get_json()["rule"] == "bid.late"
