"""Who is asking, and whether the door is open to them. A view that declares no right is shut."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from foundation.database import db
from foundation.errors import Refusal
from foundation.web import wants_problem
from identity import carrying, sessions
from identity.models import Account, LoginSession, Membership, Organisation
from identity.rights import RIGHTS, Right, Role
from supervision.trail.act import Act, Actor, acting

COOKIE = "sunseal_session"
IDLE = timedelta(hours=8)

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Visitor:
    """Who asks: the public, or an account in its present membership."""

    role: Role
    account: Account | None = None
    membership: Membership | None = None
    session: LoginSession | None = None

    @property
    def organisation(self) -> Organisation | None:
        """Return the organisation of the present membership."""
        return self.membership.organisation if self.membership else None

    @property
    def rights(self) -> frozenset[Right]:
        """Return the rights of the present role."""
        return RIGHTS[self.role]

    def has(self, right: Right) -> bool:
        """Tell whether this visitor holds the right."""
        return right in self.rights

    def actor(self) -> Actor:
        """Return the visitor in the words of the trail."""
        if self.account is None:
            return Actor("public")
        organisation = self.organisation.ref if self.organisation else ""
        return Actor("account", self.account.ref, self.role.value, organisation)


PUBLIC = Visitor(Role.PUBLIC)


def open_to(*rights: Right) -> Callable[[View], View]:
    """Declare that a view is open to whoever holds any one of `rights`."""

    def declare(view: View) -> View:
        view.open_to = frozenset(rights)  # type: ignore[attr-defined]
        return view

    return declare


def visitor() -> Visitor:
    """Return who is asking in this request."""
    found: Visitor = g.get("visitor", PUBLIC)
    return found


@contextmanager
def act_now() -> Iterator[Act]:
    """Run an act in the name of the visitor; see `supervision.trail.act.acting`.

    The lock empties the session, so rows that were loaded before it are read again inside. The visitor's own rows
    are read again too: a session that was revoked, a membership that ended or an account that was closed meanwhile
    refuses.
    """
    who = visitor().actor()
    with acting(who) as act:
        session, membership, account = visitor().session, visitor().membership, visitor().account
        if (
            (session is not None and session.revoked_at is not None)
            or (membership is not None and membership.ended_at is not None)
            or (account is not None and not account.is_active)
        ):
            raise Refusal("session.ended", 403)
        act.account_id = account.id if account is not None else None
        yield act


def set_up(app: Flask) -> None:
    """Put the guard before every request."""
    app.before_request(_guard)


def _guard() -> Any:
    # Static files name no view of ours and hold nothing that is not public.
    if request.endpoint == "static":
        return None
    g.visitor = _read_visitor()
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    wanted: frozenset[Right] | None = getattr(view, "open_to", None)
    if wanted is None:
        raise Refusal("door.shut", 403)
    if g.visitor.rights & wanted:
        return None
    # A script that asks for JSON is told; a person is led to the log-in and back.
    if g.visitor.account is None and request.method in ("GET", "HEAD") and not wants_problem():
        return redirect(url_for("identity.log_in", next=request.full_path.rstrip("?")))
    # A browser that was signed in keeps what its person typed meanwhile.
    if g.visitor.account is None and COOKIE in request.cookies and carrying.is_ours() and not wants_problem():
        return carrying.asked_again()
    raise Refusal("door.not_yours", 403)


def _read_visitor() -> Visitor:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return PUBLIC
    found = db.session.execute(
        select(LoginSession)
        .where(LoginSession.token_digest == hashlib.sha256(token.encode()).hexdigest())
        .options(
            joinedload(LoginSession.account),
            joinedload(LoginSession.membership).joinedload(Membership.organisation),
        )
    ).scalar_one_or_none()
    now = current_app.extensions["clock"].now()
    if found is None or found.revoked_at is not None or not found.account.is_active:
        return PUBLIC
    # What is kept is rounded down, so that much is given back.
    if found.seen_at + IDLE + sessions.SEEN_EVERY < now:
        return PUBLIC
    membership = found.membership
    if membership is None or membership.ended_at is not None:
        return PUBLIC
    sessions.see(found, now)
    return Visitor(Role(membership.role), found.account, membership, found)
