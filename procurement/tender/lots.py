"""The moves of a lot. Upper rooms call these; what each move means is decided there."""

from __future__ import annotations

from typing import Any

from foundation.lifecycle import Lifecycle
from procurement.tender.lifecycle import LOT, TENDER
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import demand_member, subject_of
from supervision.trail.act import Act


def release_lot(act: Act, lot: Lot) -> Lot:
    """Begin the opening of a lot: its keys count as released from this act on."""
    _move(act, lot, "release")
    for key in lot.keys:
        key.released_at = act.now
    _close(act, lot.tender)
    return lot


def fail_lot(act: Act, lot: Lot, reason: str) -> Lot:
    """Let a lot fail, for a reason that may be public (never before the deadline)."""
    _move(act, lot, "fail", {"reason": reason})
    _close(act, lot.tender)
    return lot


def open_lot(act: Act, lot: Lot) -> Lot:
    """Say that a lot's envelopes have been opened and recorded."""
    return _move(act, lot, "open")


def evaluate_lot(act: Act, lot: Lot) -> Lot:
    """Say that a lot's evaluation is complete."""
    return _move(act, lot, "evaluate")


def propose_lot(act: Act, lot: Lot) -> Lot:
    """Say that an award was proposed. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "propose")


def return_lot(act: Act, lot: Lot) -> Lot:
    """Say that a proposal was given back. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "return_proposal")


def award_lot(act: Act, lot: Lot) -> Lot:
    """Say that a lot is awarded. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "award")


def propose_selection_lot(act: Act, lot: Lot) -> Lot:
    """Say that it was proposed who goes on from a stage. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "select")


def return_selection_lot(act: Act, lot: Lot) -> Lot:
    """Say that a selection was given back. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "return_selection")


def advance_lot(act: Act, lot: Lot) -> Lot:
    """Say that it is decided who goes on to the following stage. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "advance")


def agree_lot(act: Act, lot: Lot) -> Lot:
    """Say that it is decided with whom a framework agreement is made. For members of the authority only."""
    demand_member(act, lot.tender.authority)
    return _move(act, lot, "agree")


def cancel_lots(act: Act, tender: Tender) -> None:
    """Cancel every lot of a tender that is being cancelled."""
    for lot in tender.lots:
        _move(act, lot, "cancel")


def _move(act: Act, lot: Lot, event: str, facts: dict[str, Any] | None = None) -> Lot:
    table: Lifecycle = LOT
    table.make(act, lot, event, subject_of(lot), facts)
    return lot


def _close(act: Act, tender: Tender) -> None:
    """With its first lot past the deadline a tender stops taking bids."""
    if tender.state == "open" and tender.closes_at is not None and act.now >= tender.closes_at:
        TENDER.make(act, tender, "close", subject_of(tender))
