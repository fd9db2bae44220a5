"""Which tender follows which: the stages of one procurement, read from any of them."""

from __future__ import annotations

from sqlalchemy import select

from foundation.database import db
from procurement.tender.models import Lot, Tender

# Rows that somebody made to follow each other in a circle must not keep a page busy for ever.
MOST_STAGES = 100
# A stage that came to nothing does not stand in the way of another try.
_PUT_ASIDE = ("discarded", "cancelled")


def chain(tender: Tender) -> list[Tender]:
    """Return all stages of the procurement that a tender belongs to, in the order in which they were begun."""
    first = next(iter(before(tender)), tender)
    found, wanted = [first], [first.id]
    while wanted:
        rows = db.session.execute(select(Tender).where(Tender.follows_id.in_(wanted)).order_by(Tender.id)).scalars()
        later = [one for one in rows if one not in found]
        found += later
        wanted = [one.id for one in later]
    return sorted(found, key=lambda one: one.id)


def before(tender: Tender) -> list[Tender]:
    """Return the stages that a tender follows, the first one first."""
    found: list[Tender] = []
    while tender.follows is not None and tender.follows not in found and len(found) < MOST_STAGES:
        tender = tender.follows
        found.insert(0, tender)
    return found


def round_of(tender: Tender) -> int:
    """Return which round of its stage this is, beginning with 1."""
    return 1 + sum(one.stage == tender.stage for one in before(tender))


def follow_ups(lot: Lot) -> list[Tender]:
    """Return the tenders that take this lot on to a following stage, in the order in which they were begun."""
    wanted = (
        select(Tender)
        .join(Lot, Lot.tender_id == Tender.id)
        .where(Tender.follows_id == lot.tender_id, Lot.number == lot.number)
        .order_by(Tender.id)
    )
    return list(db.session.execute(wanted).scalars())


def living_follow_ups(lot: Lot) -> list[Tender]:
    """Return those of `follow_ups` that were not put aside."""
    return [one for one in follow_ups(lot) if one.state not in _PUT_ASIDE]
