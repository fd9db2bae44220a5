"""Until the deadline a bid may be replaced or withdrawn; nobody sees it happen, and every receipt still holds."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from bidding.box import duties
from foundation.clock import FixedClock
from foundation.money import to_text
from identity.models import Organisation
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from tests.box.carrier import Carrier, an_envelope
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import Person, export_of, verified


def test_replaced_and_withdrawn_bids_leave_their_receipts(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who, public = people(app), Person(app)
    ref = a_tender(who, clock).ref
    receipts: list[Path] = []

    def hand_in(supplier: Organisation, price: str) -> str:
        number = len(receipts)
        prices = {"1": price, "2": "400.00"}
        envelope = an_envelope(tenders.by_ref(ref), supplier, tmp_path / str(number), prices=prices)
        answer = Carrier(app.test_client(), supplier, tenders.by_ref(ref)).hand_in(envelope)
        assert answer.status_code == 201, answer.get_json()
        receipts.append(tmp_path / f"receipt-{number}.json")
        receipts[-1].write_text(json.dumps(answer.get_json()["receipt"]))
        location: str = answer.get_json()["location"]
        return location.split("/")[2]

    first = hand_in(who.suppliers[0], "170.00")
    second = hand_in(who.suppliers[0], "150.00")
    gone = hand_in(who.suppliers[3], "120.00")
    for supplier in who.suppliers[1:3]:
        hand_in(supplier, "160.00")
    owner = Person(app, who.bidders[3])
    before = public.page(f"/openings/{ref}/1/state")
    owner.send(f"/bids/{gone}/withdraw", action="/withdraw")
    assert public.page(f"/openings/{ref}/1/state") == before
    assert "Withdrawn" in owner.page("/bids")
    mine = Person(app, who.bidders[0])
    assert "Replaced" in mine.page("/bids")
    clock.forward(hours=1)
    duties.open_due()
    (record,) = notices.of_tender(ref, kind="opening")
    content = notices.content(record)
    prices = {one["supplier"]["name"]: one["price"] for one in content["bids"]}
    assert prices == {
        who.suppliers[0].name: to_text(4800 * 150_00 + 400 * 400_00),
        **{one.name: to_text(4800 * 160_00 + 400 * 400_00) for one in who.suppliers[1:3]},
    }
    # The names and prices of what was replaced or withdrawn are told to nobody, that they were there is told to all.
    assert who.suppliers[3].name not in record.body.decode()
    assert to_text(4800 * 170_00 + 400 * 400_00) not in record.body.decode()
    assert second in [one["bid"] for one in content["bids"]]
    acts = [one["value"]["act"] for one in content["sealed_entries"]]
    assert sorted(acts) == ["bid.submit"] * 5 + ["bid.withdraw"]
    for person, bid in ((mine, first), (mine, second), (owner, gone)):
        assert "receipt" in person.page(f"/bids/{bid}/receipt").lower()
    mine.page(f"/bids/{gone}/receipt", status=404)
    export = export_of(app, tmp_path / "after")
    code, told = verified(export, "--receipt", *receipts)
    assert code == 0, told
    forged = tmp_path / "forged.json"
    forged.write_text(receipts[0].read_text().replace('"bid.submit"', '"bid.withdraw"', 1))
    assert forged.read_text() != receipts[0].read_text()
    code, told = verified(export, "--receipt", forged)
    assert code == 1 and "forged.json" in told
