"""What time brings to questions and followers: questions that nobody answered end, and every follower is told once."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from foundation.database import db, noting
from foundation.models import OutboxMail
from procurement.clarification import following, letters, operations, queries
from procurement.clarification.models import Follow, Question
from procurement.clarification.timeline import timeline
from procurement.notices.models import Notice
from procurement.tender import queries as tenders
from supervision.trail.act import PLATFORM, acting

log = logging.getLogger("sunseal.clarification")

# So many letters are queued at one ring: a popular tender must not keep the papers waiting.
BATCH = 50


def lapse_unanswered() -> None:
    """End the questions that nobody answered before the deadline, with what explains their sealed entries."""
    for key in queries.forsaken(_now()):
        with acting(PLATFORM) as act:
            question = act.session.get_one(Question, key)
            if question.state == "asked":
                operations.lapse(act, question)


def forget_unconfirmed() -> None:
    """Forget addresses that were never confirmed."""
    following.forget_unconfirmed()


def tell_followers() -> None:
    """Queue a letter to everyone who follows a tender with notices that were not told yet.

    The letter and the note of what was told are one transaction, so that a killed process neither forgets nor repeats.
    """
    memory: dict[str, Any] = current_app.extensions.setdefault("told_followers", {"above": -1})
    newest = db.session.execute(select(func.coalesce(func.max(Notice.id), 0))).scalar_one()
    if newest == memory["above"]:
        return
    last = (
        select(func.max(Notice.entry_index)).where(Notice.tender_ref == Follow.tender_ref).correlate(Follow)
    ).scalar_subquery()
    wanted = select(Follow.id).where(Follow.confirmed_at.is_not(None), Follow.told_index < last)
    found = list(db.session.execute(wanted.order_by(Follow.id).limit(BATCH)).scalars())
    failed = 0
    for key in found:
        try:
            _tell(key)
        except Exception:
            failed += 1
            db.session.rollback()
            log.exception("A letter to a follower could not be written.")
            _skip(key)
    if len(found) < BATCH and not failed:
        # Nobody is left; the next ring looks only when something new was published.
        memory["above"] = newest


def _tell(key: int) -> None:
    follow = db.session.get_one(Follow, key)
    before = follow.told_index
    tender = tenders.published_by_ref(follow.tender_ref)
    told = timeline(tender, lambda notice: notice.entry_index > before)
    if not told:
        return
    address = following.address_of(follow)
    subject, body = letters.of_notices(follow, tender.title, told)
    index, now = max(one.index for one in told), _now()
    db.session.rollback()
    with noting() as session:
        here = update(Follow).where(Follow.id == key, Follow.told_index == before).values(told_index=index)
        if session.execute(here.returning(Follow.id)).first() is not None:
            session.add(OutboxMail(to=address, subject=subject, body=body, created_at=now))


def _skip(key: int) -> None:
    """Let a follower whose letter cannot be written wait for the next notice, so that the others are not kept."""
    last = select(func.max(Notice.entry_index)).join(Follow, Follow.tender_ref == Notice.tender_ref)
    index = db.session.execute(last.where(Follow.id == key)).scalar_one_or_none()
    db.session.rollback()
    if index is not None:
        with noting() as session:
            session.execute(update(Follow).where(Follow.id == key).values(told_index=index))


def _now() -> datetime:
    now: datetime = current_app.extensions["clock"].now()
    return now


DUTIES = (lapse_unanswered, forget_unconfirmed)
SLOW_DUTIES = (tell_followers,)
