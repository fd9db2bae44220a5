"""Sessions and failed log-ins: working tables, so nothing here is an act and nothing stands in the trail.

A session is a random token in a cookie whose digest stands in a row. Moments are coarse on purpose: before an opening
no session row may tell when a bidder was at work.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from foundation.database import db, noting
from identity import tokens
from identity.models import FailedLogin, LoginSession, OneTimeToken

SEEN_EVERY = timedelta(minutes=10)
# Rows of sessions that ended longer ago than this are removed.
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Pace:
    """After `failures` failed log-ins for one address within `window`, further tries wait. Nobody is shut out for good:
    the wait ends by itself, a link by mail goes past it, and a browser that signed in before is counted apart."""

    failures: int = 5
    window: timedelta = timedelta(minutes=15)


PACE = Pace()


def start(account_id: int, membership_id: int, now: datetime) -> str:
    """Begin a session and return the token for the cookie. Always a new one, whatever the browser brought along."""
    token = tokens.new()
    with noting() as session:
        session.add(
            LoginSession(
                token_digest=tokens.digest(token),
                account_id=account_id,
                membership_id=membership_id,
                created_at=coarse(now),
                seen_at=coarse(now),
            )
        )
    return token


def switch(session_id: int, membership_id: int) -> str:
    """Go on in another membership, under a new token because the rights change with it."""
    token = tokens.new()
    with noting() as session:
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == session_id)
            .values(membership_id=membership_id, token_digest=tokens.digest(token))
        )
    return token


def end(account_id: int, now: datetime, *, only: int | None = None, but: int | None = None) -> None:
    """End an account's sessions: `only` one, or all `but` one."""
    wanted = update(LoginSession).where(LoginSession.account_id == account_id, LoginSession.revoked_at.is_(None))
    if only is not None:
        wanted = wanted.where(LoginSession.id == only)
    if but is not None:
        wanted = wanted.where(LoginSession.id != but)
    with noting() as session:
        session.execute(wanted.values(revoked_at=coarse(now)))


def see(found: LoginSession, now: datetime) -> None:
    """Note that a session is in use, at most once in ten minutes."""
    if now - found.seen_at < SEEN_EVERY:
        return
    with noting() as session:
        session.execute(update(LoginSession).where(LoginSession.id == found.id).values(seen_at=coarse(now)))


def coarse(moment: datetime) -> datetime:
    """Return the moment rounded down to ten minutes."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def handle(found: LoginSession) -> str:
    """Return the public name of a session on its owner's page."""
    return found.token_digest[:16]


def failure_key(secret: str, email: str, device: str = "") -> str:
    """Return the keyed digest under which failures for an address are counted, one per browser that is known."""
    return hmac.new(secret.encode(), f"{email}\n{device}".encode(), hashlib.sha256).hexdigest()


def wait_until(key: str, now: datetime, pace: Pace = PACE) -> datetime | None:
    """Return when a further try is allowed, or None where one is allowed now."""
    recent = (
        db.session.execute(
            select(FailedLogin.at)
            .where(FailedLogin.email_digest == key, FailedLogin.at > now - pace.window)
            .order_by(FailedLogin.at.desc())
            .limit(pace.failures)
        )
        .scalars()
        .all()
    )
    return recent[-1] + pace.window if len(recent) >= pace.failures else None


def note_failure(key: str, now: datetime) -> None:
    """Count one failure."""
    with noting() as session:
        session.add(FailedLogin(email_digest=key, at=now))


def forget_failures(key: str) -> None:
    """Begin counting anew after a right password."""
    with noting() as session:
        session.execute(delete(FailedLogin).where(FailedLogin.email_digest == key))


def clean(now: datetime) -> int:
    """Remove failures out of every window, used and expired links, and long ended sessions; return how many rows."""
    stale = (
        (FailedLogin, FailedLogin.at < now - 4 * PACE.window),
        (OneTimeToken, OneTimeToken.expires_at < now),
        (LoginSession, LoginSession.seen_at < now - KEPT),
    )
    # Looking first keeps the duty from taking the write lock for nothing.
    found = sum(
        db.session.execute(select(func.count()).select_from(table).where(old)).scalar_one() for table, old in stale
    )
    if found:
        with noting() as session:
            for table, old in stale:
                session.execute(delete(table).where(old))
    return found
