"""Who may read the files of an opened bid. Rooms above push their own readers down; the box never asks upward."""

from __future__ import annotations

from collections.abc import Callable

from bidding.box import queries
from bidding.box.models import Bid
from identity.guard import Visitor
from identity.rights import Right

Check = Callable[[Visitor, Bid], bool]
_FURTHER: list[Check] = []


def also(check: Check) -> Check:
    """Let a room above add readers, as the panel does for its experts. May be used as a decorator."""
    if check not in _FURTHER:
        _FURTHER.append(check)
    return check


def is_own(visitor: Visitor, bid: Bid) -> bool:
    """Tell whether the opened bid is the visitor's organisation's."""
    organisation = visitor.organisation
    return organisation is not None and visitor.has(Right.BID) and bid.supplier_id == organisation.id


def may_read(visitor: Visitor, bid: Bid) -> bool:
    """Tell whether a visitor may read the files of a bid.

    Nobody before its opening. Afterwards its supplier, inspectors and auditors (not while the record is withheld),
    whoever a room above named, and after the award the authority: the signed notice promises these moments under
    ``who_reads``.
    """
    if bid.state != "opened":
        return False
    if is_own(visitor, bid):
        return True
    if visitor.has(Right.READ_CASE):
        return not queries.is_withheld(bid.lot)
    organisation, tender = visitor.organisation, bid.lot.tender
    if visitor.has(Right.READ_TENDER) and organisation is not None and organisation.id == tender.authority_id:
        return bid.lot.state in ("awarded", "agreed")
    return any(check(visitor, bid) for check in _FURTHER)
