"""The room's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app

from procurement.tender.models import Tender

blueprint = Blueprint("clarification", __name__)


def now() -> datetime:
    """Return the moment of the page."""
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def takes(tender: Tender) -> bool:
    """Tell whether a tender takes bids, and with them questions and answers."""
    return tender.state == "open" and tender.closes_at is not None and now() < tender.closes_at


def page_of(tender_ref: str) -> str:
    """Return the address of a tender's page. The portal stands above this room: it is known, not asked for."""
    return f"/tenders/{tender_ref}"
