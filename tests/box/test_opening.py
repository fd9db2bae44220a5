"""The opening: who is opened, what is published, what is left shut, and that every sealed entry comes out."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bidding.box import blinded, ceremony, duties, operations, queries, uploads
from bidding.box.models import Bid, Opening
from bidding.seal.manifest import Supplier
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import HouseFault, Refusal
from foundation.signing import verify_detached
from procurement.notices import queries as notices
from procurement.tender import operations as changes
from procurement.tender import queries as tenders
from procurement.tender.models import LotKey
from supervision.trail import blinding
from supervision.trail.act import PLATFORM, acting
from supervision.trail.models import Entry
from tests.builders.bids import a_bid, an_opened_tender, as_supplier, open_lot, owner_of, sealed, upload, whole
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, as_approver


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def entries(kind: str) -> list[dict[str, Any]]:
    db.session.rollback()
    bodies = db.session.execute(select(Entry.body).where(Entry.kind == kind).order_by(Entry.index)).scalars()
    return [parse(body) for body in bodies]


def opening_notice(ref: str, kind: str = "opening") -> dict[str, Any]:
    return notices.content(notices.of_tender(ref, kind=kind)[0])


def test_an_opening_publishes_who_price_files_and_order(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock)
    lot = tenders.lot_of(tender, "1")
    bids = queries.opened_bids(lot)
    assert [bid.letter for bid in bids] == ["A", "B", "C"]
    assert [bid.claims_sha256 for bid in bids] == sorted(bid.claims_sha256 for bid in bids)
    assert lot.state == "opened" and tender.state == "closed"
    notice = notices.of_tender(tender.ref, kind="opening")[0]
    content = notices.content(notice)
    assert [one["price"] for one in content["bids"]] == [f"{bid.price / 100:.2f}" for bid in bids if bid.price]
    assert {one["supplier"]["name"] for one in content["bids"]} == {s.name for s in who.suppliers[:3]}
    for one, bid in zip(content["bids"], bids, strict=True):
        for said, file in zip(one["files"], bid.files, strict=True):
            stored = b"".join(uploads.files().pieces(file.storage_key))
            assert said == {"name": file.name, "size": len(stored), "sha256": hashlib.sha256(stored).hexdigest()}
    verdict = verify_detached(notice.body, notice.signature, [app.extensions["seal"].root])
    assert verdict.ok


def test_every_sealed_entry_comes_out_with_its_lot(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    first = a_bid(tenders.by_ref(ref), "1", who.suppliers[0]).ref
    with acting(PLATFORM) as act:
        operations.cover(act, tenders.lot_of(tenders.by_ref(ref), "1"))
    for supplier in who.suppliers:
        a_bid(tenders.by_ref(ref), "1", supplier)
    withdrawn = queries.own_sealed(owner_of(who.suppliers[3]), tenders.lot_of(tenders.by_ref(ref), "1"))
    assert withdrawn is not None
    gone = withdrawn.ref
    with as_supplier(who.suppliers[3]) as act:
        operations.withdraw(act, queries.by_ref(gone), owner_of(who.suppliers[3]))
    open_lot(clock, tenders.by_ref(ref))
    assert {queries.by_ref(first).state, queries.by_ref(gone).state} == {"replaced", "withdrawn"}
    content = opening_notice(ref)
    key, told = bytes.fromhex(content["cover_key"]), {one["entry"]: one for one in content["sealed_entries"]}
    found = []
    for entry in entries("sealed"):
        digest, index = entry["facts"]["commitment"], entry["index"]
        if index in told:
            assert blinding.is_opened_by(digest, told[index]["salt"], told[index]["value"])
            found.append(told[index]["value"]["act"])
            continue
        salt = hmac.new(key, str(index).encode(), hashlib.sha256).hexdigest()
        assert blinding.is_opened_by(digest, salt, {"act": "cover", "lot": f"{ref}/1", "index": index})
        found.append("cover")
    assert sorted(found) == ["bid.submit"] * 5 + ["bid.withdraw", "cover"]


def test_nothing_opens_before_the_deadline(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    closes_at = tenders.by_ref(ref).closes_at
    assert closes_at is not None
    duties.open_due()
    with pytest.raises(Refusal, match=r"^opening.too_early"), acting(PLATFORM) as act:
        operations.release(act, tenders.lot_of(tenders.by_ref(ref), "1"))
    assert tenders.lot_of(tenders.by_ref(ref), "1").state == "open"
    assert queries.opened_bids(tenders.lot_of(tenders.by_ref(ref), "1")) == []


def test_no_key_is_unwrapped_without_a_released_opening(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    forged = Opening(lot_id=lot.id, envelope=1, state="opening", released_at=clock.now())
    forged.lot = lot
    with pytest.raises(HouseFault):
        ceremony.unseal(forged)
    # Even a row written past the house opens nothing while the clock stands before the deadline.
    with acting(PLATFORM) as act:
        lot = tenders.lot_of(tenders.by_ref(ref), "1")
        lot.state = "opening"
        act.session.execute(update(LotKey).where(LotKey.lot_id == lot.id).values(released_at=act.now))
        act.session.add(Opening(lot_id=lot.id, envelope=1, state="opening", released_at=act.now))
        act.record("test.forgery", "test")
    opening = queries.opening_of(tenders.lot_of(tenders.by_ref(ref), "1"))
    assert opening is not None
    with pytest.raises(HouseFault, match="deadline"):
        ceremony.unseal(opening)


def test_fewer_bids_than_the_rule_asks_for_stay_shut(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People
) -> None:
    ref = a_tender(who, clock).ref
    shut = [a_bid(tenders.by_ref(ref), "1", supplier).ref for supplier in who.suppliers[:2]]
    lot = open_lot(clock, tenders.by_ref(ref))
    assert lot.state == "failed" and queries.opening_of(lot) is None
    assert {queries.by_ref(one).state for one in shut} == {"unopened"}
    assert all(queries.by_ref(one).supplier_id is None for one in shut)
    key = db.session.execute(select(LotKey).where(LotKey.lot_id == lot.id)).scalar_one()
    assert key.released_at is None
    content = opening_notice(ref, "failure")
    assert content["bids_received"] == 2 and content["rule"]["value"] == 3
    assert who.suppliers[0].name not in json.dumps(content, ensure_ascii=False)
    page = client.get(f"/openings/{ref}/1?lang=en").get_data(as_text=True)
    assert "fewer than 3" in page and "art. 36" in page and who.suppliers[0].name not in page
    who.log_in(client, who.suppliers[0])
    assert "Left shut" in client.get("/bids?lang=en").get_data(as_text=True)


def test_lots_open_each_by_itself(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock, lots=2).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    a_bid(tenders.by_ref(ref), "2", who.suppliers[0])
    open_lot(clock, tenders.by_ref(ref))
    assert [lot.state for lot in tenders.by_ref(ref).lots] == ["opened", "failed"]


def _spoil_payload(bid: Bid) -> None:
    path = uploads.files().path(bid.bid_key)
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)


def _lose_file(bid: Bid) -> None:
    uploads.files().path(bid.key_key).unlink()


def _move_moment(bid: Bid) -> None:
    _tamper(bid, submitted_at=bid.submitted_at.replace(hour=0))


def _swap_claims(bid: Bid) -> None:
    files = {**bid.claims["files"], "bid.age": {**bid.claims["files"]["bid.age"], "sha256": "0" * 64}}
    _tamper(bid, claims={**bid.claims, "files": files})


def _spoil_note(bid: Bid) -> None:
    _tamper(bid, owner_sealed=bid.owner_sealed[:-1] + b"\0")


def _tamper(bid: Bid, **values: Any) -> None:
    ref = bid.ref
    with acting(PLATFORM) as act:
        act.session.execute(update(Bid).where(Bid.ref == ref).values(**values))
        act.record("test.tamper", "test")


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (_spoil_payload, "envelope.digest"),
        (_lose_file, "envelope.lost"),
        (_move_moment, "bid.not_as_recorded"),
        (_swap_claims, "bid.not_as_recorded"),
        (_spoil_note, "bid.not_as_recorded"),
    ],
)
def test_a_bid_that_cannot_be_opened_harms_no_other(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, spoil: Any, cause: str
) -> None:
    ref = a_tender(who, clock).ref
    made = [a_bid(tenders.by_ref(ref), "1", supplier).ref for supplier in who.suppliers]
    spoil(queries.by_ref(made[1]))
    lot = open_lot(clock, tenders.by_ref(ref))
    assert lot.state == "opened"
    assert len(queries.opened_bids(lot)) == 3
    bad = queries.by_ref(made[1])
    assert (bad.state, bad.cause, bad.price, bad.letter) == ("unopenable", cause, None, "")
    content = opening_notice(ref)
    assert [one["bid"] for one in content["unopenable"]] == [made[1]]
    assert content["unopenable"][0]["cause"] == cause
    page = client.get(f"/openings/{ref}/1?lang=en").get_data(as_text=True)
    assert "Could not be opened" in page and "This is not possible now" not in page


def test_an_envelope_in_another_suppliers_name_is_not_opened(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    rival = who.suppliers[1]
    named = Supplier(rival.name, rival.number or "")
    forged = a_bid(tenders.by_ref(ref), "1", who.suppliers[0], named=named).ref
    for supplier in who.suppliers[1:]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    lot = open_lot(clock, tenders.by_ref(ref))
    assert queries.by_ref(forged).cause == "bid.other_supplier"
    assert len(queries.opened_bids(lot)) == 3


def test_an_envelope_of_one_lot_handed_in_for_another_is_not_opened(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    ref = a_tender(who, clock, lots=2).ref
    owner = owner_of(who.suppliers[0])
    envelope = sealed(tenders.by_ref(ref), "1", who.suppliers[0], tmp_path)
    claims = json.dumps({**envelope.claims.as_json(), "lot": "2"}).encode()
    ready = uploads.make_whole(upload(owner, envelope, claims))
    with as_supplier(who.suppliers[0]) as act:
        wrong = operations.submit(act, ready, owner).ref
    for supplier in who.suppliers[1:]:
        a_bid(tenders.by_ref(ref), "2", supplier)
    open_lot(clock, tenders.by_ref(ref))
    assert queries.by_ref(wrong).cause == "envelope.wrong_key"
    assert len(queries.opened_bids(tenders.lot_of(tenders.by_ref(ref), "2"))) == 3


def test_a_price_beyond_all_measure_cannot_stop_the_opening(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    prices = {"1": "999999999999.99", "2": "999999999999.99"}
    # The packer refuses it for the ceiling; a stranger's client need not.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bidding.seal.pack.remarks_on", lambda offer, terms: ())
        absurd = a_bid(tenders.by_ref(ref), "1", who.suppliers[0], prices=prices).ref
        above = a_bid(tenders.by_ref(ref), "1", who.suppliers[1], prices={"1": "900.00", "2": "1.00"}).ref
    for supplier in who.suppliers[2:]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    lot = open_lot(clock, tenders.by_ref(ref))
    assert lot.state == "opened"
    assert queries.by_ref(absurd).cause == "offer.price_out_of_range"
    remarks = {one["bid"]: one["remarks"] for one in opening_notice(ref)["bids"]}
    assert [one["rule"] for one in remarks[above]] == ["offer.ceiling"]


def test_recording_twice_records_once(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    clock.forward(hours=1)
    with acting(PLATFORM) as act:
        released = operations.release(act, tenders.lot_of(tenders.by_ref(ref), "1"))
        assert released is not None
        opening_id = released.id
    with acting(PLATFORM) as act:
        again = operations.release(act, tenders.lot_of(tenders.by_ref(ref), "1"))
        assert again is not None and again.id == opening_id
    results = ceremony.open_bids(db.session.get_one(Opening, opening_id))
    with pytest.raises(HouseFault), acting(PLATFORM) as act:
        operations.record(act, act.session.get_one(Opening, opening_id), results[:-1])
    for first in (True, False):
        with acting(PLATFORM) as act:
            notice = operations.record(act, act.session.get_one(Opening, opening_id), results)
            assert (notice is not None) is first
    assert len(entries("opening.record")) == 1 and len(notices.of_tender(ref, kind="opening")) == 1
    ceremony.finish(opening_id)
    assert not list((uploads.files().folder / "opening").iterdir())


def test_a_cancelled_tenders_envelopes_stay_shut(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    bid = a_bid(tenders.by_ref(ref), "1", who.suppliers[0]).ref
    with as_approver(who) as act:
        changes.cancel(act, tenders.by_ref(ref), "预算取消")
    duties.leave_cancelled_shut()
    assert queries.by_ref(bid).state == "unopened"
    told = entries("opening.abandon")
    assert len(told) == 1 and bid not in str(told)
    duties.leave_cancelled_shut()
    clock.forward(hours=2)
    duties.open_due()
    assert len(entries("opening.abandon")) == 1 and queries.by_ref(bid).state == "unopened"


def test_covers_come_while_a_lot_is_open_and_only_then(
    app: Flask, clock: FixedClock, who: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "COVER_MEAN", 1)
    duties.add_cover()
    assert entries("sealed") == []
    ref = a_tender(who, clock).ref
    duties.add_cover()
    duties.add_cover()
    assert len(entries("sealed")) == 2
    with acting(PLATFORM) as act:
        lot = tenders.lot_of(tenders.by_ref(ref), "1")
        clock.forward(hours=1)
        act.now = clock.now()
        operations.cover(act, lot)
    duties.add_cover()
    assert len(entries("sealed")) == 2


def test_a_cover_cannot_be_told_from_a_bid(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_tender(who, clock).ref
    a_bid(tenders.by_ref(ref), "1", who.suppliers[0])
    with acting(PLATFORM) as act:
        operations.cover(act, tenders.lot_of(tenders.by_ref(ref), "1"))
    bid, cover = entries("sealed")
    assert set(bid) == set(cover) and set(bid["facts"]) == set(cover["facts"]) == {"commitment"}
    for name in ("kind", "subject", "actor"):
        assert bid[name] == cover[name]


def test_tags_link_no_rows_across_lots(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    ref = a_tender(who, clock, lots=2).ref
    tags = {a_bid(tenders.by_ref(ref), lot, who.suppliers[0]).owner_tag for lot in ("1", "2")}
    owner = owner_of(who.suppliers[0])
    ready = whole(owner, sealed(tenders.by_ref(ref), "1", who.suppliers[0], tmp_path))
    tags.add(uploads.by_ref(owner, ready.upload).owner_tag)
    assert len(tags) == 3
    notes = [len(bid.owner_sealed) for bid in db.session.execute(select(Bid)).scalars()]
    assert len(set(notes)) == 1
    assert blinded.bid_tag(owner, ref, "1") in tags
