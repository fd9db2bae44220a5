"""All reads of the box. Before an opening only an owner finds a bid; after it the record is public."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bidding.box import blinded, confirming
from bidding.box.blinded import Owner
from bidding.box.models import Bid, BidFile, Opening
from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identity
from procurement.tender.models import Lot, Tender
from supervision.trail import queries as trail

# Lots whose bids carry no supplier in their rows yet, or never will.
_BLINDED = ("open", "opening", "failed", "cancelled")


def by_ref(ref: str) -> Bid:
    """Return a bid, or refuse with 404 ``bid.unknown``. The caller must know who may see it."""
    found = db.session.execute(select(Bid).where(Bid.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("bid.unknown", 404)
    return found


def own(owner: Owner, ref: str) -> Bid:
    """Return an owner's bid, or refuse with 404; another's bid is as unknown as none."""
    bid = by_ref(ref)
    if not blinded.owns(owner, bid):
        raise Refusal("bid.unknown", 404)
    return bid


def own_bids(owner: Owner, *, most: int = 200) -> list[Bid]:
    """Return an owner's bids on all lots, the newest first.

    Where rows name no supplier they are found by their tags: one for each lot that has envelopes.
    """
    with_bids = (
        select(Lot.id, Lot.number, Tender.ref)
        .join(Tender, Lot.tender_id == Tender.id)
        .where(Lot.state.in_(_BLINDED), Lot.id.in_(select(Bid.lot_id)))
    )
    tags = [blinded.bid_tag(owner, row.ref, row.number) for row in db.session.execute(with_bids)]
    found: dict[int, Bid] = {}
    for first in range(0, len(tags), 500):
        wanted = select(Bid).where(Bid.owner_tag.in_(tags[first : first + 500]))
        found.update({bid.id: bid for bid in db.session.execute(wanted).scalars()})
    organisation = identity.organisation_by_ref(owner.organisation)
    named = select(Bid).where(Bid.supplier_id == organisation.id).order_by(Bid.submitted_at.desc()).limit(most)
    found.update({bid.id: bid for bid in db.session.execute(named).scalars()})
    return sorted(found.values(), key=lambda bid: bid.submitted_at, reverse=True)[:most]


def own_sealed(owner: Owner, lot: Lot) -> Bid | None:
    """Return an owner's sealed bid on a lot, if there is one."""
    tag = blinded.bid_tag(owner, lot.tender.ref, lot.number)
    wanted = select(Bid).where(Bid.owner_tag == tag, Bid.lot_id == lot.id, Bid.state == "sealed")
    return db.session.execute(wanted).scalar_one_or_none()


def receipt(bid: Bid) -> dict[str, Any]:
    """Return the receipt of a bid with its private part. For its owner only."""
    return trail.receipt(bid.entry_index, blinded.submit_commitment(bid).private())


def confirmation_receipt(bid: Bid, version: int) -> dict[str, Any]:
    """Return the receipt of a bid's confirmation for a version, with its private part. For its owner only."""
    one = confirming.confirmation(bid, version)
    return trail.receipt(one.entry_index, dict(confirming.commitments(bid))[one.entry_index].private())


def opening_of(lot: Lot) -> Opening | None:
    """Return the opening of a lot, once it was released."""
    return db.session.execute(select(Opening).where(Opening.lot_id == lot.id)).scalar_one_or_none()


def opened_bids(lot: Lot) -> list[Bid]:
    """Return the opened bids of a lot by their letters A, B, C, …; none before the opening is on record."""
    if not _is_recorded(lot):
        return []
    wanted = select(Bid).where(Bid.lot_id == lot.id, Bid.state == "opened")
    return list(db.session.execute(wanted.order_by(func.length(Bid.letter), Bid.letter)).scalars())


def bids_of_lot_after_opening(lot: Lot) -> list[Bid]:
    """Return opened bids by letter, then those that could not be opened; none before the opening is on record."""
    if not _is_recorded(lot):
        return []
    wanted = select(Bid).where(Bid.lot_id == lot.id, Bid.state == "unopenable").order_by(Bid.claims_sha256)
    return opened_bids(lot) + list(db.session.execute(wanted).scalars())


def is_withheld(lot: Lot) -> bool:
    """Tell whether the lot was opened and its record is not public yet: it is told with the stage that follows."""
    opening = opening_of(lot)
    return opening is not None and opening.withheld is not None and opening.revealed_ref is None


def public_bids(lot: Lot) -> list[Bid]:
    """Return `bids_of_lot_after_opening` as far as the record is public."""
    return [] if is_withheld(lot) else bids_of_lot_after_opening(lot)


def bid_of_letter(lot: Lot, letter: str) -> Bid:
    """Return the opened bid of a letter, or refuse with 404."""
    for bid in opened_bids(lot):
        if bid.letter == letter:
            return bid
    raise Refusal("bid.unknown", 404)


def file_by_ref(ref: str) -> BidFile:
    """Return a file of an opened bid, or refuse with 404 ``bid.no_such_file``."""
    found = db.session.execute(select(BidFile).where(BidFile.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("bid.no_such_file", 404)
    return found


def _is_recorded(lot: Lot) -> bool:
    opening = opening_of(lot)
    return opening is not None and opening.recorded_at is not None
