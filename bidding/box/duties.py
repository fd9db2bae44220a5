"""What time brings to the box: openings, covers, and the removal of what nobody submitted."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from flask import current_app
from sqlalchemy import exists, select

from bidding.box import ceremony, operations, revealing, uploads
from bidding.box.models import Bid, Opening
from foundation.database import db
from foundation.errors import Refusal
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender
from supervision.trail.act import PLATFORM, acting

log = logging.getLogger("sunseal.box")

# Covers come at random, this many seconds apart on average while any lot is open, whatever else happens. With the ring
# of one second each ring is a fair draw, so that moments and gaps tell nothing.
COVER_MEAN = 300


def open_due() -> None:
    """Release what is due, then finish what was released, now or by a worker that died."""
    for lot_id in [lot.id for lot in tenders.due_lots(_now())]:
        _harmless(_release, lot_id)
    unfinished = select(Opening.id).where(Opening.state == "opening").order_by(Opening.id)
    db.session.rollback()
    for opening_id in list(db.session.execute(unfinished).scalars()):
        _harmless(ceremony.finish, opening_id)


def add_cover() -> None:
    """Now and then add a cover to one of the open lots."""
    if secrets.randbelow(COVER_MEAN):
        return
    wanted = select(Lot.id).join(Tender).where(Lot.state == "open", Tender.closes_at > _now())
    lots = list(db.session.execute(wanted).scalars())
    if lots:
        with acting(PLATFORM) as act:
            operations.cover(act, act.session.get_one(Lot, secrets.choice(lots)))


def leave_cancelled_shut() -> None:
    """Leave the envelopes of cancelled lots shut, on record."""
    waiting = exists().where(Bid.lot_id == Lot.id, Bid.state == "sealed")
    cancelled = select(Lot.id).where(Lot.state == "cancelled", waiting)
    for lot_id in list(db.session.execute(cancelled).scalars()):
        with acting(PLATFORM) as act:
            operations.abandon(act, act.session.get_one(Lot, lot_id))


def reveal_ended() -> None:
    """Tell the withheld records of procurements that ended before a further opening."""
    for opening_id in revealing.waiting():
        opening = db.session.get(Opening, opening_id)
        if opening is not None and revealing.has_ended(opening.lot):
            with acting(PLATFORM) as act:
                revealing.reveal(act, act.session.get_one(Opening, opening_id))


def clean_up() -> None:
    """Remove uploads that expired and, every now and then, parts without a row."""
    uploads.remove_expired(_now())
    ceremony.tidy()
    if not secrets.randbelow(3600):
        uploads.remove_orphans(_now())


DUTIES = (open_due, add_cover, leave_cancelled_shut, reveal_ended, clean_up)


def _release(lot_id: int) -> None:
    try:
        with acting(PLATFORM) as act:
            operations.release(act, act.session.get_one(Lot, lot_id))
    except Refusal as refusal:
        if refusal.rule == "opening.invitees_changed":
            with acting(PLATFORM) as act:
                operations.refuse_opening(act, act.session.get_one(Lot, lot_id), refusal.rule)
            raise
        # The clock that decides may be a little behind the one that rang.
        if refusal.rule != "opening.too_early":
            raise


def _harmless(step: Callable[[int], None], key: int) -> None:
    """Do one step; a fault in it must not keep the other lots shut."""
    try:
        step(key)
    except Exception:
        log.exception("A step of an opening failed and will be tried again.")
        db.session.rollback()


def _now() -> datetime:
    now: datetime = current_app.extensions["clock"].now()
    return now
