"""Bids of a test: sealed by the Python packer, carried in parts and submitted through the box's own operations."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bidding.box import duties, operations, queries, uploads
from bidding.box.blinded import Owner
from bidding.box.models import Bid
from bidding.box.uploads import Whole
from bidding.seal.claims import FILES
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, Sealed, seal
from foundation.clock import FixedClock
from identity import queries as identity
from identity.models import Organisation
from identity.rights import Role
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Act
from tests.builders.people import People
from tests.builders.tenders import PDF, a_tender, acting_as

FILES_OF_A_BID = {"技术方案.pdf": PDF, "报价说明.txt": "含税含运费".encode()}


def as_supplier(organisation: Organisation) -> AbstractContextManager[Act]:
    """Return an act of the first member of a supplier."""
    return acting_as(identity.members(organisation)[0].account, organisation, Role.SUPPLIER)


def owner_of(organisation: Organisation) -> Owner:
    """Return a supplier as the owner of its bids."""
    return Owner(organisation.ref, identity.members(organisation)[0].account.ref)


def an_offer(notice: bytes, lot: str, prices: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """Return an offer as a supplier writes it: these unit prices by item, and every criterion answered."""
    terms = next(one for one in json.loads(notice)["tender"]["lots"] if one["lot"] == lot)
    asked = prices if terms.get("priced", True) else {}
    return {
        "items": [{"item": item, "unit_price": price, "brand": "示例"} for item, price in asked.items()],
        "answers": [
            {"criterion": one["criterion"], "answer": f"响应：{one['title']}", "complies": True}
            for one in terms["criteria"]
            if one["kind"] != "price"
        ],
        "declarations": {"enterprise_size": "small"},
        **changes,
    }


def usual_prices(supplier: Organisation) -> dict[str, str]:
    """Return unit prices of a supplier's own, below the ceiling of `tests.builders.tenders.a_form`."""
    number = int(supplier.ref.rpartition("-")[2])
    return {"1": f"{120 + 7 * number % 40}.50", "2": "480.25"}


def sealed(
    tender: Tender,
    lot: Lot | str,
    supplier: Organisation,
    folder: Path,
    *,
    prices: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    named: Supplier | None = None,
    **offer: Any,
) -> Sealed:
    """Seal a bid into `folder`. `named` puts another supplier's name into the envelope."""
    number = lot if isinstance(lot, str) else lot.number
    assert tender.notice_ref is not None
    notice = notices.by_ref(tender.notice_ref).body
    own = folder / "own"
    own.mkdir(parents=True)
    for name, data in (FILES_OF_A_BID if files is None else files).items():
        (own / name).write_bytes(data)
    listed = [PackFile.at(path) for path in sorted(own.iterdir())]
    written = an_offer(notice, number, prices or usual_prices(supplier), **offer)
    whose = named or Supplier(supplier.name, supplier.number or supplier.claimed_number)
    amendments = [one.body for one in tenders.amendments_of(tender)]
    return seal(notice, number, written, listed, whose, folder / "sealed", amendments=amendments)


def upload(owner: Owner, envelope: Sealed, claims: bytes | None = None) -> uploads.Upload:
    """Carry an envelope to the box in parts and return the upload."""
    made = operations.start_upload(owner, claims or json.dumps(envelope.claims.as_json()).encode())
    for name, path in zip(FILES, (envelope.bid_path, envelope.key_path), strict=True):
        data = path.read_bytes()
        for number in range(uploads.parts_of(made, name)):
            part = data[number * uploads.PART_SIZE : (number + 1) * uploads.PART_SIZE]
            operations.put_part(made, name, number, io.BytesIO(part), content_digest(part))
    return uploads.by_ref(owner, made.ref)


def content_digest(data: bytes) -> str:
    """Return the header of RFC 9530 for a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def whole(owner: Owner, envelope: Sealed) -> Whole:
    """Carry an envelope to the box and join it, ready to be submitted."""
    return uploads.make_whole(upload(owner, envelope))


def a_bid(
    tender: Tender,
    lot: Lot | str,
    supplier: Organisation,
    *,
    prices: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    named: Supplier | None = None,
    **offer: Any,
) -> Bid:
    """Seal, upload and submit a bid. `prices` are unit prices by item, `files` contents by name."""
    owner = owner_of(supplier)
    with tempfile.TemporaryDirectory() as folder:
        envelope = sealed(tender, lot, supplier, Path(folder), prices=prices, files=files, named=named, **offer)
        ready = whole(owner, envelope)
    with as_supplier(supplier) as act:
        ref = operations.submit(act, ready, owner).ref
    return queries.by_ref(ref)


def open_lot(clock: FixedClock, tender: Tender, lot: Lot | str = "1") -> Lot:
    """Let the deadline pass, ring the duty that opens, and return the lot (opened or failed)."""
    number = lot if isinstance(lot, str) else lot.number
    ref = tender.ref
    assert tender.closes_at is not None
    if clock.now() < tender.closes_at:
        clock.set(tender.closes_at + timedelta(seconds=1))
    duties.open_due()
    return tenders.lot_of(tenders.by_ref(ref), number)


def an_opened_tender(
    people: People, clock: FixedClock, *, prices: Sequence[Mapping[str, str]] | None = None, bids: int = 3, **more: Any
) -> Tender:
    """Return a tender whose lots were opened with `bids` bids each, or one bid for each of `prices`.

    `more` goes to `a_tender` (lots, method, …).
    """
    ref = a_tender(people, clock, **more).ref
    offered: Sequence[Mapping[str, str] | None] = prices or [None] * bids
    for number in [lot.number for lot in tenders.by_ref(ref).lots]:
        for supplier, given in zip(people.suppliers, offered, strict=False):
            a_bid(tenders.by_ref(ref), number, supplier, prices=given)
    open_lot(clock, tenders.by_ref(ref))
    return tenders.by_ref(ref)
