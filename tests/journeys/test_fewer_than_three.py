"""Two bids where the rule asks for three: the lot fails, the envelopes stay shut for good, and the notice is signed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from flask import Flask

from bidding.box import duties, queries, uploads
from foundation.clock import FixedClock
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from tests.box.carrier import Carrier, an_envelope
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import Person, export_of, verified


def test_too_few_bids_are_never_opened(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who, public = people(app), Person(app)
    ref = a_tender(who, clock).ref
    receipts, bids = [], []
    for number in range(2):
        supplier = who.suppliers[number]
        envelope = an_envelope(tenders.by_ref(ref), supplier, tmp_path / str(number), prices={"1": "150", "2": "400"})
        answer = Carrier(app.test_client(), supplier, tenders.by_ref(ref)).hand_in(envelope).get_json()
        receipts.append(tmp_path / f"receipt-{number}.json")
        receipts[-1].write_text(json.dumps(answer["receipt"]))
        bids.append(answer["location"].split("/")[2])
    clock.forward(hours=1)
    # Ringing again, and later, opens nothing either.
    for hours in (0, 1, 48):
        clock.forward(hours=hours)
        duties.open_due()
        duties.clean_up()
    assert not notices.of_tender(ref, kind="opening")
    (failure,) = notices.of_tender(ref, kind="failure")
    content = notices.content(failure)
    assert (content["bids_received"], content["rule"]["value"]) == (2, 3)
    for address in (f"/openings/{ref}/1", f"/notices/{failure.ref}", f"/tenders/{ref}"):
        shown = public.page(address)
        assert not any(supplier.name in shown for supplier in who.suppliers), address
    (tmp_path / "failure.json").write_bytes(public.data(f"/notices/{failure.ref}.json"))
    (tmp_path / "failure.p7s").write_bytes(public.data(f"/notices/{failure.ref}.p7s"))
    (tmp_path / "ca.pem").write_bytes(public.data("/trail/platform-ca.pem"))
    given = ("-in", "failure.p7s", "-content", "failure.json", "-CAfile", "ca.pem", "-out", "judged")
    command = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", *given, "-purpose", "any", "-no_check_time")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    # The envelopes lie there whole and shut; each owner sees that, and the office sees no name.
    for number, bid in enumerate(bids):
        row = queries.by_ref(bid)
        assert (row.state, row.supplier_id, row.price) == ("unopened", None, None)
        assert uploads.files().path(row.bid_key).is_file()
        assert "Left shut" in Person(app, who.bidders[number]).page("/bids")
    office = Person(app, who.officer).page(f"/office/tenders/{ref}")
    assert not any(supplier.name in office for supplier in who.suppliers)
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    assert lot.state == "failed" and queries.opening_of(lot) is None
    kinds = {entry.kind for entry in trail.of_subject(f"tender/{ref}")}
    assert "lot.fail" in kinds and "opening.release" not in kinds
    code, told = verified(export_of(app, tmp_path), "--receipt", *receipts)
    assert code == 0, told
