"""What the pages of the box show, in plain values: the state of an opening, its steps, and the checks of a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from bidding.box import blinded, queries
from bidding.box.models import Bid, Opening
from foundation.canonical import parse
from foundation.filters import clock
from foundation.money import to_text
from procurement.tender.models import Lot
from supervision.trail import proofs
from supervision.trail import queries as trail

# What a lot's state means for the page of its opening. Beyond these it is "opened".
_STATES = {"opening": "opening", "failed": "failed", "cancelled": "cancelled"}


def state_of(lot: Lot, now: datetime) -> str:
    """Return open, closed, opening, opened, failed or cancelled."""
    if lot.state == "open":
        closes_at = lot.tender.closes_at
        return "open" if closes_at is not None and now < closes_at else "closed"
    return _STATES.get(lot.state, "opened")


def key_of(lot: Lot, now: datetime) -> str:
    """Return what changes whenever the page of the opening has something new to show."""
    closes_at = lot.tender.closes_at
    return f"{state_of(lot, now)}/{closes_at.isoformat() if closes_at else ''}"


def public_state(lot: Lot, now: datetime) -> dict[str, Any]:
    """Return the opening as JSON. Before the record it says nothing but the state, of the same shape for every lot."""
    opening = queries.opening_of(lot)
    return {
        "tender": lot.tender.ref,
        "lot": lot.number,
        "state": state_of(lot, now),
        "key": key_of(lot, now),
        "server_now": now.isoformat(),
        "closes_at": lot.tender.closes_at.isoformat() if lot.tender.closes_at else None,
        "notice": opening.notice_ref if opening else None,
        "bids": [_public(bid) for bid in queries.public_bids(lot)],
    }


def _public(bid: Bid) -> dict[str, Any]:
    return {
        "letter": bid.letter or None,
        "bid": bid.ref,
        "supplier": bid.supplier.name if bid.supplier else None,
        "price": to_text(bid.price) if bid.price is not None else None,
        "submitted_at": bid.submitted_at.isoformat(),
        "envelope": bid.claims["files"],
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in bid.files],
        "cause": bid.cause or None,
    }


def steps(state: str, opening: Opening | None, lot: Lot) -> list[dict[str, str]]:
    """Return the steps of an opening for the step indicator."""
    reached = {"open": 0, "closed": 1, "opening": 2, "opened": 5, "failed": 2, "cancelled": 0}[state]
    released = clock(opening.released_at) if opening else ""
    recorded = clock(opening.recorded_at) if opening and opening.recorded_at else ""
    named = [
        (_("Bidding closes"), clock(lot.tender.closes_at)),
        (_("Envelopes counted"), released),
        (_("Key released"), released),
        (_("Opened together"), recorded),
        (_("Record signed"), recorded),
    ]
    if state == "failed":
        named = [named[0], (_("Envelopes counted"), ""), (_("Lot fails unopened"), "")]
    found = []
    for place, (title, note) in enumerate(named):
        where = "done" if place < reached else "now" if place == reached else "next"
        found.append({"title": title, "note": note, "state": where})
    return found


@dataclass(frozen=True)
class Happening:
    """A line of what happened at an opening."""

    at: datetime
    index: int
    title: str
    note: str = ""
    is_sealed: bool = True


def happenings(lot: Lot, subject: str) -> list[Happening]:
    """Return what the trail says of a lot since its deadline, the newest first."""
    found = []
    for entry in trail.of_subject(subject):
        if lot.tender.closes_at is None or entry.at < lot.tender.closes_at:
            continue
        said = _said(entry.kind, entry.body)
        if said:
            found.append(Happening(entry.at, entry.index, *said))
    return found[::-1]


def _said(kind: str, body: bytes) -> tuple[str, str, bool] | None:
    facts = parse(body)["facts"]
    if kind == "opening.release":
        if "bids" not in facts:
            return _("The key of this lot was released"), "", True
        count = int(facts["bids"])
        return (
            _("The key of this lot was released"),
            ngettext("%(num)s sealed bid counted before it", "%(num)s sealed bids counted before it", count),
            True,
        )
    if kind == "opening.record" and "opened" not in facts:
        return _("The bids were opened; their record is told with the next stage"), "", True
    if kind == "opening.reveal":
        return _("The withheld record was made public"), "", True
    if kind == "opening.record":
        count = int(facts["opened"])
        return (
            ngettext("%(num)s bid opened", "%(num)s bids opened together", count),
            ngettext("%(num)s could not be opened", "%(num)s could not be opened", int(facts["unopenable"])),
            True,
        )
    if kind == "opening.fail":
        return _("The lot failed; its envelopes stay shut"), "", True
    if kind == "bid.refuse" and facts.get("rule") == "bid.late":
        return _("A bid came late and was refused"), _("Its sender was told at once."), False
    return None


@dataclass(frozen=True)
class Check:
    """One of the four checks of a receipt: what is so, how it is known, and whether it holds."""

    title: str
    note: str
    holds: bool


def receipt_checks(bid: Bid, receipt: dict[str, Any]) -> list[Check]:
    """Return the four checks of a receipt, computed from what is stored."""
    status = proofs.verify(receipt, trail.signer().verifier)
    hashes = len(proofs.Receipt.from_value(receipt).proof.hashes)
    as_claimed = blinded.envelope_digest(bid.claims) == bid.claims_sha256
    return [
        Check(
            _("The bytes we hold are those you sealed"),
            _("Sizes and SHA-256 of both files are as your computer stated them"),
            as_claimed,
        ),
        Check(
            _("The entry speaks of this bid and no other"),
            _("The salt in your receipt opens its commitment; until the opening it is told to you alone"),
            status.reveals,
        ),
        Check(
            _("The entry stands in the trail"),
            ngettext("Proof of %(num)s step", "Proof of %(num)s steps", hashes),
            status.intact,
        ),
        Check(
            _("The trail is signed at this size"),
            _("Checkpoint of %(origin)s at %(size)s entries", origin=status.origin, size=f"{status.size:,}"),
            status.valid,
        ),
    ]


def lot_links(lot: Lot) -> dict[str, str]:
    """Return the addresses of a lot's pages in this room."""
    ref, number = lot.tender.ref, lot.number
    return {
        "seal": url_for("box.seal", tender=ref, lot=number),
        "opening": url_for("box.opening", tender=ref, lot=number),
    }
