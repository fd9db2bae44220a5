"""A disk ruins one envelope before the deadline: the others are judged, and its owner can prove what happened."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from bidding.box import duties, queries, uploads
from foundation.clock import FixedClock
from procurement.award import queries as award_queries
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from tests.box.carrier import Carrier, an_envelope, contents_of
from tests.builders import awards
from tests.builders.bids import a_bid
from tests.builders.judging import judge
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import Person, export_of, verified


def test_a_ruined_envelope_stops_nobody_else(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who, public = people(app), Person(app)
    ref = a_tender(who, clock).ref
    unlucky = who.suppliers[0]
    envelope = an_envelope(tenders.by_ref(ref), unlucky, tmp_path / "own")
    kept = contents_of(envelope)
    answer = Carrier(app.test_client(), unlucky, tenders.by_ref(ref)).hand_in(envelope).get_json()
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(answer["receipt"]))
    bid = answer["location"].split("/")[2]
    for supplier in who.suppliers[1:]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    stored = uploads.files().path(queries.by_ref(bid).bid_key)
    stored.write_bytes(stored.read_bytes()[:-1] + b"\0")
    clock.forward(hours=1)
    duties.open_due()
    (record,) = notices.of_tender(ref, kind="opening")
    content = notices.content(record)
    assert {one["supplier"]["name"] for one in content["bids"]} == {one.name for one in who.suppliers[1:]}
    (lost,) = content["unopenable"]
    assert (lost["bid"], lost["cause"]) == (bid, "envelope.digest")
    assert "Could not be opened" in public.page(f"/openings/{ref}/1")
    own = Person(app, who.bidders[0])
    assert "Could not be opened" in own.page("/bids")
    # The receipt names the digest of what was handed in: the copy at home is that, the one on the disk is not.
    private = json.dumps(answer["receipt"])
    assert envelope.claims.as_json()["files"]["bid.age"]["sha256"] in private
    assert kept["bid.age"] != stored.read_bytes()
    lot = judge(who, tenders.by_ref(ref))
    assert lot.state == "evaluated"
    awards.propose(who, ref, awards.the_best(lot))
    notice = notices.content(awards.decide(who, ref))
    assert notice["award"]["winner"]["name"] != unlucky.name
    award = award_queries.award_of(awards.the_lot(ref))
    assert award is not None and award.state == "decided"
    result = own.page(f"/bids/{ref}/1/result")
    assert "Your envelope could not be opened, so it was not judged." in result
    code, told = verified(export_of(app, tmp_path), "--receipt", receipt)
    assert code == 0, told
