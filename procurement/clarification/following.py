"""Following a tender by e-mail: anyone may, bidder or not, and each address proves itself by the link it is sent.

The rows are working notes: a keyed digest of the address, and the address sealed for the platform's letters. Nothing in
the house asks who follows what, so that a mail tells nobody who bids.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, delete, func, select, update

from bidding.box.blinded import box_keys
from bidding.seal import platform
from foundation.canonical import canonical
from foundation.database import db, noting
from foundation.errors import Refusal
from foundation.messages import DEFAULT, TONGUES
from procurement.clarification.models import Follow
from procurement.notices.models import Notice

# How long a link that confirms is good for, how soon a second one is sent, and how many wait at most for theirs.
CONFIRM_WITHIN = timedelta(days=2)
AGAIN_AFTER = timedelta(minutes=10)
MOST_WAITING = 2000


def begin(tender_ref: str, address: str, tongue: str) -> str | None:
    """Note that an address asks to follow a tender. Returns the token of the link to send, or None to send nothing.

    None where one was sent a few minutes ago, or where the address follows already: the page says the same in each
    case, since whoever typed an address need not be its owner. Refuses ``follow.too_many``.
    """
    now, tag = _now(), tag_of(tender_ref, address)
    token = token_of(tender_ref, tag)
    db.session.rollback()
    found = db.session.execute(_row(tender_ref, tag)).scalar_one_or_none()
    if found is not None and (found.confirmed_at is not None or found.created_at > now - AGAIN_AFTER):
        return None
    with noting() as session:
        if found is not None:
            session.execute(update(Follow).where(Follow.id == found.id).values(created_at=now, locale=_kept(tongue)))
            return token
        waiting = select(func.count()).where(Follow.confirmed_at.is_(None))
        if session.execute(waiting).scalar_one() >= MOST_WAITING:
            raise Refusal("follow.too_many", 409)
        sealed = platform.seal_owner(box_keys(), {"address": address}, reference=f"follow/{tag}")
        session.add(
            Follow(
                tender_ref=tender_ref,
                tag=tag,
                address_sealed=sealed,
                locale=_kept(tongue),
                token_sha256=_sha256(token),
                created_at=now,
                told_index=-1,
            )
        )
    return token


def by_token(token: str) -> Follow:
    """Return what a link stands for, or refuse with 404 ``follow.unknown``."""
    # Rows are noted in transactions of their own, which a read that began before them would not see.
    db.session.rollback()
    wanted = select(Follow).where(Follow.token_sha256 == _sha256(token[:200]))
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None or (found.confirmed_at is None and found.created_at < _now() - CONFIRM_WITHIN):
        raise Refusal("follow.unknown", 404)
    return found


def confirm(token: str) -> str:
    """Begin to tell an address of notices, from the next one on; returns the tender's reference."""
    found, now = by_token(token), _now()
    key, ref = found.id, found.tender_ref
    db.session.rollback()
    with noting() as session:
        last = session.execute(_newest(ref)).scalar_one()
        here = update(Follow).where(Follow.id == key, Follow.confirmed_at.is_(None))
        session.execute(here.values(confirmed_at=now, told_index=last))
    return ref


def end(token: str) -> str:
    """Forget an address; returns the tender's reference."""
    found = by_token(token)
    key, ref = found.id, found.tender_ref
    db.session.rollback()
    with noting() as session:
        session.execute(delete(Follow).where(Follow.id == key))
    return ref


def forget_unconfirmed() -> None:
    """Forget the addresses whose owners did not open the link in time."""
    db.session.rollback()
    late = select(Follow.id).where(Follow.confirmed_at.is_(None), Follow.created_at < _now() - CONFIRM_WITHIN)
    found = list(db.session.execute(late.limit(500)).scalars())
    db.session.rollback()
    if found:
        with noting() as session:
            session.execute(delete(Follow).where(Follow.id.in_(found)))


def address_of(follow: Follow) -> str:
    """Return the address of a follower, for a letter."""
    found: str = platform.open_owner(box_keys(), follow.address_sealed, reference=f"follow/{follow.tag}")["address"]
    return found


def tag_of(tender_ref: str, address: str) -> str:
    """Return the keyed digest by which an address is found among those who follow one tender."""
    message = canonical(["sunseal-follow/1", tender_ref, address.strip().lower()])
    return hmac.new(box_keys().tag, message, hashlib.sha256).hexdigest()


def token_of(tender_ref: str, tag: str) -> str:
    """Return the token of a follower's links: derived, so that each later letter can carry the one that ends it."""
    message = canonical(["sunseal-follow-token/1", tender_ref, tag])
    return hmac.new(box_keys().owner, message, hashlib.sha256).hexdigest()


def _newest(tender_ref: str) -> Select[Any]:
    return select(func.coalesce(func.max(Notice.entry_index), -1)).where(Notice.tender_ref == tender_ref)


def _row(tender_ref: str, tag: str) -> Select[Any]:
    return select(Follow).where(Follow.tender_ref == tender_ref, Follow.tag == tag)


def _kept(tongue: str) -> str:
    """Return a language of the house by its key (``zh-CN``); letters are written in it."""
    return tongue if tongue in TONGUES else DEFAULT


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    now: datetime = current_app.extensions["clock"].now()
    return now
