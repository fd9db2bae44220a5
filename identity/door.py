"""What the pages of this room share: the blueprint, the cookies, and the ways in and out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, current_app, redirect, request, session, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Answer

from identity import sessions
from identity.guard import COOKIE, visitor
from identity.models import Membership
from identity.rights import Role

blueprint = Blueprint("identity", __name__)

# A browser that signed in before is known by this cookie. It opens nothing: failures in it are counted apart, so that
# nobody who tries passwords for an address can make its owner wait.
KNOWN_COOKIE = "sunseal_known"
KNOWN_SECONDS = 180 * 86400
# Every answer about an address takes this long at least, whether the address is known or not.
EVEN_SECONDS = 0.3

# Where each role begins its work.
FIRST_PAGES = {
    Role.OFFICER: "tender.desk",
    Role.APPROVER: "tender.desk",
    Role.SUPPLIER: "box.mine",
    Role.EXPERT: "evaluation.mine",
    Role.INSPECTOR: "desk.home",
    Role.AUDITOR: "desk.home",
    Role.OPERATOR: "identity.operator",
}


def now() -> datetime:
    """Return the present moment of the house's clock."""
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def let_in(membership: Membership, target: str = "") -> Answer:
    """Begin a session in this membership and lead on. The form token is new as well."""
    session.clear()
    before = visitor()
    if before.account is not None and before.session is not None:
        sessions.end(before.account.id, now(), only=before.session.id)
    token = sessions.start(membership.account_id, membership.id, now())
    first = FIRST_PAGES[Role(membership.role)]
    if first not in current_app.view_functions:
        first = "identity.account"
    answer = redirect(local_path(target) or url_for(first), 303)
    set_session_cookie(answer, token)
    answer.set_cookie(
        KNOWN_COOKIE,
        _known().dumps([membership.account.ref, secrets.token_hex(8)]),
        max_age=KNOWN_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=_is_secure(),
        path="/login",
    )
    return answer


def set_session_cookie(answer: Answer, token: str) -> None:
    """Put the session's token into the browser: out of scripts' reach, not sent from other sites' forms."""
    answer.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=_is_secure(), path="/")


def let_out(answer: Answer) -> Answer:
    """Take the session's cookie and the form token away."""
    session.clear()
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=_is_secure(), path="/")
    return answer


def device_of(ref: str) -> str:
    """Return the name of this browser where the account `ref` signed in from it before, else nothing."""
    try:
        owner, name = _known().loads(request.cookies.get(KNOWN_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(name) if ref and owner == ref else ""


def local_path(target: str) -> str:
    """Return `target` if it is a path of this house, else nothing: a log-in must not lead anyone elsewhere."""
    is_local = target.startswith("/") and not target.startswith("//")
    return target if is_local and "\\" not in target and target.isprintable() else ""


@contextmanager
def even_time() -> Iterator[None]:
    """Let the block take the same time at least, so that the clock on the wall does not tell what it found."""
    began = time.monotonic()
    yield
    time.sleep(max(0.0, EVEN_SECONDS - (time.monotonic() - began)))


def _known() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _is_secure() -> bool:
    secure: bool = current_app.config["SETTINGS"].is_production
    return secure
