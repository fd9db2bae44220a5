"""Submitting over HTTP: what is accepted, what is refused and by which rule, and what each leaves in the trail."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bidding.box import queries, uploads
from bidding.box.models import Bid, Upload, UploadPart
from bidding.seal.layers import new_identity, wrap
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from identity import queries as identity
from procurement.tender import queries as tenders
from supervision.trail import proofs
from supervision.trail import queries as trail
from supervision.trail.act import Actor, acting
from supervision.trail.models import Entry
from tests.box.carrier import Carrier, an_envelope, contents_of
from tests.builders.bids import a_bid, open_lot, owner_of
from tests.builders.people import People, people
from tests.builders.tenders import a_tender


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def last_entry() -> dict[str, Any]:
    db.session.rollback()
    body = db.session.execute(select(Entry.body).order_by(Entry.index.desc()).limit(1)).scalar_one()
    found: dict[str, Any] = parse(body)
    return found


def size() -> int:
    db.session.rollback()
    return trail.tip().size


def test_a_bid_is_submitted_and_its_receipt_holds(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    answer = carrier.hand_in(an_envelope(tender, who.suppliers[0], tmp_path))
    assert answer.status_code == 201
    status = proofs.verify(answer.get_json()["receipt"], trail.signer().verifier)
    assert status.valid and status.reveals
    assert status.entry["kind"] == "sealed" and status.entry["subject"] == "sealed"
    assert status.entry["actor"] == {"kind": "sealed"} and set(status.entry["facts"]) == {"commitment"}
    page = client.get(answer.get_json()["location"] + "?lang=en")
    assert page.status_code == 200 and "Bid received and sealed" in page.get_data(as_text=True)
    saved = client.get(answer.get_json()["location"] + ".json")
    assert proofs.verify(saved.data, trail.signer().verifier).reveals


def test_the_same_upload_submitted_again_is_answered_alike(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    upload = carrier.carry(envelope.claims.as_json(), contents_of(envelope))
    first, before = carrier.submit(upload), size()
    clock.forward(hours=2)
    again = carrier.submit(upload)
    assert again.status_code == 201 and again.get_json()["location"] == first.get_json()["location"]
    assert size() == before


def test_equal_to_the_deadline_is_late_and_told_once(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    upload = carrier.carry(envelope.claims.as_json(), contents_of(envelope))
    tender = tenders.by_ref(tender.ref)
    assert tender.closes_at is not None
    clock.set(tender.closes_at)
    answer = carrier.submit(upload)
    assert (answer.status_code, answer.get_json()["rule"]) == (409, "bid.late")
    assert answer.content_type == "application/problem+json" and "27" in answer.get_json()["article"]
    assert "2026-11-20 10:00:00" in answer.get_json()["detail"]
    told = last_entry()
    assert told["kind"] == "bid.refuse" and told["facts"]["rule"] == "bid.late"
    assert told["actor"] == {"kind": "sealed"} and who.suppliers[0].ref not in str(told)
    before = size()
    assert carrier.submit(upload).status_code == 409 and size() == before
    assert db.session.execute(select(Bid)).first() is None


def test_a_microsecond_before_the_deadline_is_in_time(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    upload = carrier.carry(envelope.claims.as_json(), contents_of(envelope))
    tender = tenders.by_ref(tender.ref)
    assert tender.closes_at is not None
    clock.set(tender.closes_at - timedelta(microseconds=1))
    assert carrier.submit(upload).status_code == 201


def test_nothing_begins_after_the_deadline(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    clock.forward(hours=1)
    assert carrier.begin(envelope.claims.as_json()).get_json()["rule"] == "bid.late"
    page = client.get(f"/bids/{tender.ref}/1/seal?lang=en")
    assert page.status_code == 409 and "bid.late" in page.get_data(as_text=True)


def test_an_envelope_is_taken_once(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    assert Carrier(client, who.suppliers[0], tender).hand_in(envelope).status_code == 201
    again = Carrier(client, who.suppliers[0], tender).hand_in(envelope)
    assert (again.status_code, again.get_json()["rule"]) == (409, "bid.replayed")
    # A copied envelope under another reference and another name is the same envelope.
    claims = {**envelope.claims.as_json(), "reference": "0" * 32}
    thief = Carrier(app.test_client(), who.suppliers[1], tenders.by_ref(tender.ref))
    stolen = thief.submit(thief.carry(claims, contents_of(envelope)))
    assert stolen.get_json()["rule"] == "bid.replayed"
    assert last_entry()["kind"] == "sealed", "before the opening a refusal has the shape of a bid"


def _claims(contents: dict[str, bytes], like: dict[str, Any]) -> dict[str, Any]:
    files = {name: {"size": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in contents.items()}
    return {**like, "files": files}


def _plain(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {**contents, "bid.age": b"%PDF-1.7 a bid for everyone to read" * 200}


def _armored(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {**contents, "bid.age": b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b"A" * 400}


def _bad_header(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {**contents, "bid.age": contents["bid.age"].replace(b"-> X25519 ", b"-> X25519  ", 1)}


def _two_recipients(contents: dict[str, bytes]) -> dict[str, bytes]:
    record = b"{}".ljust(4096)
    return {**contents, "bid.key.age": wrap(record, [[new_identity()[1], new_identity()[1]]])}


def _unpadded(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {**contents, "bid.age": contents["bid.age"] + b"\0" * 33}


def _cut_key(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {**contents, "bid.key.age": contents["bid.key.age"][:600]}


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_plain, "envelope.not_encrypted"),
        (_armored, "envelope.armored"),
        (_bad_header, "envelope.header"),
        (_two_recipients, "envelope.stanzas"),
        (_unpadded, "envelope.padding"),
        (_cut_key, "envelope.size"),
    ],
)
def test_what_is_no_envelope_is_refused(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path, spoil: Any, rule: str
) -> None:
    tender = a_tender(who, clock)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    contents = spoil(contents_of(envelope))
    carrier = Carrier(client, who.suppliers[0], tender)
    before = size()
    answer = carrier.submit(carrier.carry(_claims(contents, envelope.claims.as_json()), contents))
    assert (answer.status_code, answer.get_json()["rule"]) == (422, rule)
    assert answer.get_json()["detail"] != "This is not possible now."
    assert size() == before + (rule == "envelope.not_encrypted")


def test_bytes_that_are_not_those_claimed_are_refused(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    contents = contents_of(envelope)
    changed = bytearray(contents["bid.age"])
    changed[-1] ^= 1
    carrier = Carrier(client, who.suppliers[0], tender)
    answer = carrier.submit(carrier.carry(envelope.claims.as_json(), {**contents, "bid.age": bytes(changed)}))
    assert answer.get_json()["rule"] == "envelope.digest"


def test_claims_are_checked_before_any_byte_travels(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock, lots=2)
    carrier = Carrier(client, who.suppliers[0], tender)
    good = an_envelope(tender, who.suppliers[0], tmp_path).claims.as_json()
    assert carrier.begin({**good, "notice": "0" * 64}).get_json()["rule"] == "bid.wrong_notice"
    assert carrier.begin({**good, "lot": "9"}).get_json()["rule"] == "bid.wrong_notice"
    assert carrier.begin(b"{").get_json()["rule"] == "claims.malformed"
    assert carrier.begin({**good, "supplier": "x"}).get_json()["rule"] == "claims.unknown_field"
    huge = {**good, "files": {**good["files"], "bid.age": {"size": 1 << 40, "sha256": "0" * 64}}}
    answer = carrier.begin(huge)
    assert (answer.status_code, answer.get_json()["rule"]) == (413, "bid.too_large")
    # An envelope sealed for lot 1 and claimed for lot 2 has that lot's claims but not its key: told at the opening.
    assert carrier.begin({**good, "lot": "2"}).status_code == 201


def test_parts_are_checked_one_by_one(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path, files={"a.bin": os.urandom(5 << 20)})
    contents, carrier = contents_of(envelope), Carrier(client, who.suppliers[0], tender)
    upload = carrier.begin(envelope.claims.as_json()).get_json()["upload"]
    first, second = contents["bid.age"][: 4 << 20], contents["bid.age"][4 << 20 :]
    assert carrier.put(upload, "bid.age", 0, first, "").get_json()["rule"] == "upload.digest_missing"
    assert carrier.put(upload, "bid.age", 0, first[:-1]).get_json()["rule"] == "upload.part_size"
    assert carrier.put(upload, "bid.age", 1, first).get_json()["rule"] == "upload.part_size"
    wrong = carrier.put(upload, "bid.age", 0, b"\0" * len(first), "sha-256=:" + "A" * 43 + "=:")
    assert wrong.get_json()["rule"] == "upload.digest"
    assert carrier.put(upload, "bid.age", 2, b"x").get_json()["rule"] == "upload.no_such_part"
    assert carrier.put(upload, "other", 0, b"x").get_json()["rule"] == "upload.no_such_part"
    assert carrier.put("0" * 32, "bid.age", 0, first).get_json()["rule"] == "upload.unknown"
    too_much = carrier.put(upload, "bid.age", 0, b"\0" * ((4 << 20) + 2))
    assert too_much.status_code == 413
    for _again in range(2):
        assert carrier.put(upload, "bid.age", 0, first).status_code == 204
    state = client.get(f"/bids/uploads/{upload}", headers=carrier.headers).get_json()
    assert state["files"] == {"bid.age": {"parts": 2, "have": [0]}, "bid.key.age": {"parts": 1, "have": []}}
    assert carrier.submit(upload).get_json()["rule"] == "upload.incomplete"
    assert carrier.put(upload, "bid.age", 1, second).status_code == 204
    assert carrier.put(upload, "bid.key.age", 0, contents["bid.key.age"]).status_code == 204
    state = client.get(f"/bids/uploads/{upload}", headers=carrier.headers).get_json()
    assert state["files"]["bid.age"]["have"] == [0, 1]
    assert carrier.submit(upload).status_code == 201
    assert db.session.execute(select(UploadPart)).first() is None
    assert not list(uploads.incoming().folder.glob("*/*"))


def test_an_upload_is_its_owners_alone(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    upload = Carrier(client, who.suppliers[0], tender).begin(envelope.claims.as_json()).get_json()["upload"]
    other = Carrier(app.test_client(), who.suppliers[1], tenders.by_ref(tender.ref))
    assert other.client.get(f"/bids/uploads/{upload}", headers=other.headers).get_json()["rule"] == "upload.unknown"
    assert other.submit(upload).get_json()["rule"] == "upload.unknown"
    assert other.submit(None).get_json()["rule"] == "request.malformed"


def test_without_the_sessions_token_nothing_is_taken(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock)
    carrier = Carrier(client, who.suppliers[0], tender)
    carrier.headers.pop("X-CSRFToken")
    answer = carrier.begin(an_envelope(tender, who.suppliers[0], tmp_path).claims.as_json())
    assert (answer.status_code, answer.get_json()["rule"]) == (403, "form.stale")


def test_replacing_leaves_the_last_one(app: Flask, client: FlaskClient, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock)
    first = a_bid(tender, "1", who.suppliers[0], prices={"1": "100.00", "2": "100.00"}).ref
    second = a_bid(tenders.by_ref(tender.ref), "1", who.suppliers[0], prices={"1": "90.00", "2": "100.00"}).ref
    for supplier in who.suppliers[1:3]:
        a_bid(tenders.by_ref(tender.ref), "1", supplier)
    assert queries.by_ref(first).state == "replaced"
    lot = open_lot(clock, tenders.by_ref(tender.ref))
    assert [b.price for b in queries.opened_bids(lot) if b.ref == second] == [472_000_00]
    assert first not in {bid.ref for bid in queries.bids_of_lot_after_opening(lot)}
    assert {bid.ref for bid in queries.own_bids(owner_of(who.suppliers[0]))} == {first, second}


def test_withdrawing_over_http_until_the_deadline(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People
) -> None:
    tender = a_tender(who, clock)
    bid = a_bid(tender, "1", who.suppliers[0]).ref
    other = a_bid(tenders.by_ref(tender.ref), "1", who.suppliers[1]).ref
    who.log_in(client, who.suppliers[0])
    assert client.get(f"/bids/{other}/withdraw").status_code == 404
    assert client.get(f"/bids/{other}/receipt").status_code == 404
    token = Carrier(client, who.suppliers[0], tenders.by_ref(tender.ref)).data["csrf"]
    answer = client.post(f"/bids/{bid}/withdraw", data={"csrf_token": token})
    assert answer.status_code == 302
    assert queries.by_ref(bid).state == "withdrawn" and last_entry()["kind"] == "sealed"
    again = client.post(f"/bids/{bid}/withdraw", data={"csrf_token": token})
    assert again.status_code == 409
    assert client.get(f"/bids/{bid}/receipt?lang=en").status_code == 200
    clock.forward(hours=1)
    who.log_in(client, who.suppliers[1])
    token = _token(client)
    late = client.post(f"/bids/{other}/withdraw", data={"csrf_token": token})
    assert late.status_code == 409 and "bid.before_the_deadline" in late.get_data(as_text=True)


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/bids").get_data(as_text=True))
    assert found
    return found[1]


def test_an_unverified_address_cannot_bid(app: Flask, client: FlaskClient, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock).ref
    ref = who.bidders[0].ref
    with acting(Actor("operator")) as act:
        identity.account_by_ref(ref).email_verified_at = None
        act.record("test.unverify", "account/test")
    who.log_in(client, who.suppliers[0])
    answer = client.get(f"/bids/{tender}/1/seal?lang=en")
    assert answer.status_code == 403 and "bid.email_unverified" in answer.get_data(as_text=True)


def test_expired_uploads_go_with_their_files(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock, closes_in=timedelta(days=30))
    envelope = an_envelope(tender, who.suppliers[0], tmp_path)
    carrier = Carrier(client, who.suppliers[0], tender)
    store = uploads.files().folder
    before = sorted(path for path in store.rglob("*") if path.is_file())
    carrier.carry(envelope.claims.as_json(), contents_of(envelope))
    half = {**envelope.claims.as_json(), "reference": "1" * 32}
    upload = carrier.begin(half).get_json()["upload"]
    carrier.put(upload, "bid.key.age", 0, contents_of(envelope)["bid.key.age"])
    db.session.rollback()
    assert uploads.remove_expired(clock.now()) == 0
    clock.forward(days=4)
    assert uploads.remove_expired(clock.now()) == 2
    db.session.rollback()
    assert db.session.execute(select(Upload)).first() is None
    assert sorted(path for path in store.rglob("*") if path.is_file()) == before


def test_a_submitted_envelope_outlives_its_upload(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock, closes_in=timedelta(days=30))
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(tender.ref), "1", supplier)
    clock.forward(days=20)
    assert uploads.remove_expired(clock.now()) == 3
    lot = open_lot(clock, tenders.by_ref(tender.ref))
    assert len(queries.opened_bids(lot)) == 3


def test_orphaned_parts_are_swept(app: Flask, clock: FixedClock, who: People) -> None:
    with uploads.incoming().writing() as (key, target):
        target.write(b"a part whose row was never written")
    path = uploads.incoming().path(key)
    os.utime(path, (0, 0))
    assert uploads.remove_orphans(clock.now()) == 1 and not path.exists()
