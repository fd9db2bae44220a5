"""What the frame of every page shows: who asks, the rooms open to them, the trail's tip, the other languages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BuildError

from foundation.errors import HouseFault
from identity.guard import visitor
from identity.rights import Right
from supervision.trail import queries as trail

log = logging.getLogger("sunseal")


@dataclass(frozen=True)
class Room:
    """A link in the main navigation, and whether the page shown lies in it."""

    title: str
    href: str
    here: bool
    exact: bool


# Title, endpoint, rights of which one is needed (none: everyone), further beginnings of addresses that lie in the room.
_ROOMS: tuple[tuple[Any, str, frozenset[Right], tuple[str, ...]], ...] = (
    (lazy_gettext("Tenders"), "portal.tenders", frozenset(), ("/notices", "/openings")),
    (lazy_gettext("Results"), "portal.results", frozenset(), ("/evaluations", "/agreements")),
    (lazy_gettext("Verify"), "portal.verify", frozenset(), ("/trail",)),
    (lazy_gettext("Open data"), "portal.data", frozenset(), ()),
    (lazy_gettext("My bids"), "box.mine", frozenset({Right.BID}), ()),
    (lazy_gettext("Office"), "tender.desk", frozenset({Right.DRAFT, Right.APPROVE}), ()),
    (lazy_gettext("Plans"), "plan.year", frozenset({Right.DRAFT, Right.APPROVE, Right.READ_CASE}), ()),
    (lazy_gettext("Judging"), "evaluation.mine", frozenset({Right.SCORE}), ()),
    (lazy_gettext("Supervision"), "desk.home", frozenset({Right.READ_CASE}), ()),
    (lazy_gettext("Operation"), "identity.operator", frozenset({Right.OPERATE}), ()),
)


def link(endpoint: str, **values: Any) -> str | None:
    """Return the address of an endpoint, or None where the house has no such room yet."""
    if endpoint not in current_app.view_functions:
        return None
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def in_tongue(tag: str) -> str:
    """Return the address of the present page in another language."""
    given = {**request.args.to_dict(flat=False), "lang": [tag]}
    return f"{request.path}?{urlencode(given, doseq=True)}"


def rooms() -> list[Room]:
    """Return the rooms open to the visitor, in the order of the navigation."""
    found, rights = [], visitor().rights
    for title, endpoint, wanted, more in _ROOMS:
        href = link(endpoint)
        if href is None or (wanted and not wanted & rights):
            continue
        here = any(request.path == each or request.path.startswith(f"{each}/") for each in (href, *more))
        found.append(Room(title, href, here, request.path == href))
    return found


def tip() -> trail.Tip | None:
    """Return the trail's size and root from its one head row; a page must not fail where this cannot be read."""
    try:
        return trail.tip()
    except (SQLAlchemyError, HouseFault):
        log.exception("The trail's tip cannot be read for the foot of a page")
        return None


def frame() -> dict[str, Any]:
    """Return what `templates/base.html` needs on every page."""
    return {"visitor": visitor(), "link": link, "in_tongue": in_tongue, "rooms": rooms(), "trail_tip": tip()}
