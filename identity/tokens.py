"""Links sent by mail. The token is in the mail only; its digest is in the table, and it works once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from foundation.database import db, noting
from foundation.errors import Refusal
from identity.models import Account, OneTimeToken
from supervision.trail.act import Act

# How long a link of each purpose works.
LASTS = {"email": timedelta(days=2), "password": timedelta(hours=1)}
# A person gets at most one mail of a purpose in this span, so that nobody can flood another's mailbox.
PAUSE = timedelta(minutes=5)


def new() -> str:
    """Return a fresh token of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token. It is random, so a plain digest cannot be tried."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(account_id: int, purpose: str, now: datetime) -> str | None:
    """Note a new token and return it, or None where a mail with one left within the last minutes."""
    with noting() as session:
        recent = session.execute(
            select(OneTimeToken.id).where(
                OneTimeToken.account_id == account_id,
                OneTimeToken.purpose == purpose,
                OneTimeToken.used_at.is_(None),
                OneTimeToken.expires_at > now + LASTS[purpose] - PAUSE,
            )
        ).first()
        if recent is not None:
            return None
        token = new()
        session.add(
            OneTimeToken(
                purpose=purpose,
                account_id=account_id,
                token_digest=digest(token),
                expires_at=now + LASTS[purpose],
            )
        )
    return token


def look(token: str, purpose: str, now: datetime) -> OneTimeToken:
    """Return a token that still works. Refuses with ``link.unknown``, ``link.used`` or ``link.expired``."""
    found = db.session.execute(
        select(OneTimeToken).where(OneTimeToken.token_digest == digest(token), OneTimeToken.purpose == purpose)
    ).scalar_one_or_none()
    if found is None:
        raise Refusal("link.unknown", 404)
    if found.used_at is not None:
        raise Refusal("link.used", 409)
    if found.expires_at <= now:
        raise Refusal("link.expired", 409)
    return found


def use(act: Act, token: str, purpose: str) -> Account:
    """Use a token up inside the act and return its account; the act's lock lets only one succeed."""
    found = look(token, purpose, act.now)
    found.used_at = act.now
    account = act.session.get_one(Account, found.account_id)
    if not account.is_active:
        raise Refusal("link.unknown", 404)
    return account


def void(act: Act, account: Account) -> None:
    """Let every unused link of an account end."""
    act.session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.account_id == account.id, OneTimeToken.used_at.is_(None))
        .values(used_at=act.now)
    )
