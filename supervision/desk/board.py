"""The desk's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, request
from flask_babel import get_locale

from procurement.notices import queries as notices
from procurement.tender.models import Tender
from supervision.desk import periods, queries
from supervision.desk.periods import Period

blueprint = Blueprint("desk", __name__)


def now() -> datetime:
    """Return the moment of the page."""
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def language() -> str:
    """Return the reader's language in the words of the rule sets."""
    return str(get_locale() or "zh_Hans")


def place(name: str = "before") -> int | None:
    """Return the index below which a list goes on; a wrong one begins anew."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) < 16 else None


def clocks_of(tender: Tender) -> list[Period]:
    """Return a published tender's periods, the most pressing first."""
    return periods.of_tender(
        tender,
        amended=[one.issued_at for one in notices.of_tender(tender.ref, kind="amendment")],
        evaluated=queries.evaluated_at(tender),
        decided=queries.decided_at(tender),
        now=now(),
        zone=current_app.config["SETTINGS"].time_zone,
    )
