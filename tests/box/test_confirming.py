"""Sealed bids when their tender is amended: confirmed or sealed anew by their owner, or they stay shut."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from bidding.box import ceremony, confirming, operations, queries
from bidding.box.models import Bid, Confirmation
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.trail import proofs
from supervision.trail import queries as trail
from supervision.trail.act import Actor, acting
from tests.builders.amending import amended, form_of
from tests.builders.bids import a_bid, as_supplier, open_lot, owner_of, sealed, whole
from tests.builders.people import People, people
from tests.builders.tenders import a_tender


def _amend(who: People, ref: str, **changes: Any) -> None:
    amended(who, ref, {**form_of(ref), **changes})


def _quantity(ref: str, quantity: str) -> list[dict[str, Any]]:
    lots: list[dict[str, Any]] = form_of(ref)["lots"]
    lots[0]["items"][0]["quantity"] = quantity
    return lots


def _confirm(supplier: Organisation, bid: str) -> Confirmation:
    with as_supplier(supplier) as act:
        version = operations.confirm(act, queries.by_ref(bid), owner_of(supplier)).version
    return confirming.confirmation(queries.by_ref(bid), version)


def _seal(ref: str, supplier: Organisation, folder: Path) -> Any:
    """Seal as the sealing page does: by the notice and its amendments."""
    return whole(owner_of(supplier), sealed(tenders.by_ref(ref), "1", supplier, folder))


def test_what_is_neither_confirmed_nor_sealed_anew_stays_shut(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    bids = [a_bid(tenders.by_ref(ref), "1", supplier).ref for supplier in who.suppliers]
    early = _seal(ref, who.suppliers[0], tmp_path / "early")
    _amend(who, ref, description="更换 90 所学校的照明。")
    assert [confirming.is_standing(queries.by_ref(bid)) for bid in bids] == [False] * 4
    # An envelope that was sealed before the amendment and submitted after it is refused.
    with pytest.raises(Refusal, match=r"bid\.other_version"), as_supplier(who.suppliers[0]) as act:
        operations.submit(act, early, owner_of(who.suppliers[0]))
    made = _confirm(who.suppliers[0], bids[0])
    # Nobody but the owner, not twice, and its entry tells nothing.
    with pytest.raises(Refusal, match=r"bid\.unknown"), as_supplier(who.suppliers[1]) as act:
        operations.confirm(act, queries.by_ref(bids[0]), owner_of(who.suppliers[1]))
    with pytest.raises(Refusal, match=r"bid\.stands"):
        _confirm(who.suppliers[0], bids[0])
    entry = parse(trail.by_index(made.entry_index).body)
    assert (entry["kind"], entry["actor"], set(entry["facts"])) == ("sealed", {"kind": "sealed"}, {"commitment"})
    assert bids[0] not in json.dumps(entry)
    receipt = queries.confirmation_receipt(queries.by_ref(bids[0]), made.version)
    status = proofs.verify(receipt, trail.signer().verifier)
    assert status.reveals and status.intact and status.valid
    _confirm(who.suppliers[1], bids[1])
    anew = a_bid(tenders.by_ref(ref), "1", who.suppliers[2])
    assert (anew.version, queries.by_ref(bids[2]).state) == (2, "replaced")
    # Whoever can write into the database confirms nothing with a row that the trail does not know.
    with acting(Actor("operator")) as act:
        forged = Confirmation(bid_id=queries.by_ref(bids[3]).id, version=2, notice_sha256="0" * 64, salt="0" * 64)
        forged.confirmed_at, forged.entry_index = act.now, 0
        act.session.add(forged)
        act.record("test.forged", "test", {})
    lot = open_lot(clock, tenders.by_ref(ref))
    assert lot.state == "opened"
    assert sorted(bid.ref for bid in queries.opened_bids(lot)) == sorted([bids[0], bids[1], anew.ref])
    shut = queries.by_ref(bids[3])
    assert (shut.state, shut.cause, shut.offer) == ("unopenable", "bid.unconfirmed", None)
    said = notices.content(notices.of_tender(ref, kind="opening")[0])
    assert [one["cause"] for one in said["unopenable"]] == ["bid.unconfirmed"]
    told = [one["value"] for one in said["sealed_entries"] if one["value"]["act"] == "bid.confirm"]
    assert {one["bid"] for one in told} >= {bids[0], bids[1]} and all(one["version"] == 2 for one in told)
    with pytest.raises(Refusal, match=r"bid\.confirm\.not_now"):
        _confirm(who.suppliers[3], bids[3])


def test_a_changed_quantity_asks_for_a_new_envelope(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    first = a_bid(tenders.by_ref(ref), "1", who.suppliers[0]).ref
    _amend(who, ref, lots=_quantity(ref, "5000"))
    with pytest.raises(Refusal, match=r"bid\.seal_anew"):
        _confirm(who.suppliers[0], first)
    # The same again, after a further change that a confirmation would have done for.
    _amend(who, ref, description="更换 90 所学校的照明。")
    with pytest.raises(Refusal, match=r"bid\.seal_anew"):
        _confirm(who.suppliers[0], first)
    anew = [a_bid(tenders.by_ref(ref), "1", supplier).ref for supplier in who.suppliers[:3]]
    # What was sealed by version 3 and confirmed for version 4 is measured by version 4, its own price by its quantity.
    _amend(who, ref, qualifications="具有独立承担民事责任的能力，且信用良好。")
    for supplier, bid in zip(who.suppliers, anew, strict=False):
        assert _confirm(supplier, bid).version == 4
    lot = open_lot(clock, tenders.by_ref(ref))
    bids = queries.opened_bids(lot)
    assert len(bids) == 3 and all(bid.offer["items"][0]["item"] == "1" for bid in bids if bid.offer)
    price = float(bids[0].offer["items"][0]["unit_price"]) if bids[0].offer else 0
    assert bids[0].offer and float(bids[0].offer["items"][0]["amount"]) == price * 5000


def test_a_confirmation_at_the_deadline_is_late_and_unconfirmed_bids_make_no_competition(
    app: Flask, clock: FixedClock
) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    bids = [a_bid(tenders.by_ref(ref), "1", supplier).ref for supplier in who.suppliers[:3]]
    _amend(who, ref, description="更换 90 所学校的照明。")
    for supplier, bid in zip(who.suppliers[:2], bids, strict=False):
        _confirm(supplier, bid)
    deadline = tenders.by_ref(ref).closes_at
    assert deadline is not None
    clock.set(deadline)
    with pytest.raises(Refusal, match=r"bid\.before_the_deadline"):
        _confirm(who.suppliers[2], bids[2])
    lot = open_lot(clock, tenders.by_ref(ref))
    # Three came, two stand: the lot fails unopened, and the record explains every sealed entry.
    assert lot.state == "failed"
    said = notices.content(notices.of_tender(ref, kind="failure")[0])
    acts = [one["value"]["act"] for one in said["sealed_entries"]]
    assert (acts.count("bid.submit"), acts.count("bid.confirm")) == (3, 2)


def test_no_row_of_a_confirmation_names_anybody(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    bid = a_bid(tenders.by_ref(ref), "1", who.suppliers[0]).ref
    _amend(who, ref, description="更换 90 所学校的照明。")
    _confirm(who.suppliers[0], bid)
    supplier, account = who.suppliers[0], who.bidders[0]
    rows = db.session.execute(text("SELECT * FROM bid_confirmation")).mappings().all()
    said = " ".join(str(value) for row in rows for value in row.values())
    assert len(rows) == 1
    for secret in (supplier.ref, supplier.name, supplier.number or "-", account.ref, account.email):
        assert secret not in said
    # Nor does a changed row make an old bid a new one: the trail committed to the version.
    with acting(Actor("operator")) as act:
        act.session.execute(update(Bid).where(Bid.ref == bid).values(version=3))
        act.record("test.forged", "test", {})
    with pytest.raises(Refusal, match=r"bid\.not_as_recorded"):
        ceremony.demand_as_recorded(queries.by_ref(bid))


def test_an_envelope_says_for_which_version_it_was_made(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    with tempfile.TemporaryDirectory() as folder:
        one = sealed(tenders.by_ref(ref), "1", who.suppliers[0], Path(folder))
    assert "version" not in one.claims.as_json() and "version" not in one.manifest.as_json()
    _amend(who, ref, lots=_quantity(ref, "5000"))
    with tempfile.TemporaryDirectory() as folder:
        two = sealed(tenders.by_ref(ref), "1", who.suppliers[0], Path(folder))
    assert two.claims.as_json()["version"] == two.manifest.as_json()["version"] == 2
    assert two.claims.notice == one.claims.notice
