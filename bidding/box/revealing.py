"""Records that a stage withheld: told whole with the opening that follows, or when the procurement ends without one.

Until then a notice holds only the digest of such a record (法38: nobody tells a negotiating supplier of the others;
法34: nobody learns who is invited). Once told, the salt opens that digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bidding.box import records
from bidding.box.models import Opening
from foundation.database import db
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.tender import stages
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import subject_of
from supervision.trail.act import Act

_ENDED = ("failed", "cancelled")


def waiting_before(lot: Lot) -> list[Opening]:
    """Return the withheld records of the stages before this lot, of the same lot, that nobody was told of yet."""
    earlier = [one.id for one in stages.before(lot.tender)]
    if not earlier:
        return []
    wanted = (
        select(Opening)
        .join(Lot, Opening.lot_id == Lot.id)
        .where(Lot.tender_id.in_(earlier), Lot.number == lot.number)
        .where(Opening.withheld.is_not(None), Opening.revealed_ref.is_(None))
        .order_by(Opening.id)
    )
    return list(db.session.execute(wanted).scalars())


def earlier(openings: Sequence[Opening]) -> dict[str, Any]:
    """Return the member ``earlier`` of a notice that tells withheld records; nothing where there are none."""
    return {"earlier": [records.told_later(one) for one in openings]} if openings else {}


def mark(act: Act, openings: Sequence[Opening], notice: Notice) -> None:
    """Say that a notice has told these records."""
    for one in openings:
        one.revealed_ref = notice.ref
        act.record("opening.reveal", subject_of(one.lot), {"notice": notice.ref})
    act.session.flush()


def reveal(act: Act, opening: Opening) -> Notice | None:
    """Publish a withheld record whose procurement has ended without a further opening; None where it was told."""
    if opening.withheld is None or opening.revealed_ref is not None or not has_ended(opening.lot):
        return None
    tender = opening.lot.tender
    assert opening.notice_ref is not None, "A withheld record has the notice of its digest."
    notice = notices.publish(
        act,
        kind="opening",
        tender_ref=tender.ref,
        lot=opening.lot.number,
        title=tender.title,
        content={**opening.withheld, **earlier([opening])},
        previous=published.by_ref(opening.notice_ref),
    )
    mark(act, [opening], notice)
    return notice


def has_ended(lot: Lot) -> bool:
    """Tell whether no opening follows any more in which the record of this lot could be told."""
    if lot.state in _ENDED or published.of_tender(lot.tender.ref, kind="termination"):
        return True
    if lot.state not in stages.DECIDED:
        return False
    later = [one for one in stages.follow_ups(lot) if one.state != "discarded"]
    return bool(later) and all(_has_come_to_nothing(one, lot.number) for one in later)


def waiting() -> list[int]:
    """Return the keys of all openings whose record is withheld and untold."""
    wanted = select(Opening.id).where(Opening.withheld.is_not(None), Opening.revealed_ref.is_(None))
    return list(db.session.execute(wanted.order_by(Opening.id)).scalars())


def _has_come_to_nothing(tender: Tender, number: str) -> bool:
    lot = next((one for one in tender.lots if one.number == number), None)
    return lot is None or has_ended(lot)
