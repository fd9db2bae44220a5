"""Reads for the public pages: lists by key instead of by offset, so that the last page is as fast as the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from foundation.database import db
from procurement.notices.models import Notice
from procurement.tender import search
from procurement.tender.models import Tender

PAGE = 20
STATES = ("open", "closed", "cancelled")
CATEGORIES = ("goods", "services", "works")


@dataclass(frozen=True)
class Page:
    """Some tenders in order; `next` is the key of the page that follows, None on the last one."""

    tenders: list[Tender]
    next: str | None


def tenders(*, words: str = "", state: str = "", category: str = "", after: str = "", most: int = PAGE) -> Page:
    """Return published tenders: those that take bids by their deadline, all others newest first.

    `words` asks for tenders that hold all of them; `after` is a key that an earlier page gave (a wrong one begins
    anew).
    """
    wanted: Select[Tender] = select(Tender).options(joinedload(Tender.authority))
    if category in CATEGORIES:
        wanted = wanted.where(Tender.category == category)
    wanted = wanted.where(Tender.state == state) if state in STATES else wanted.where(Tender.published_at.is_not(None))
    if search.asked(words):
        return _newest(wanted, words, after, most)
    if words.strip():
        return Page([], None)
    if state == "open":
        return _closing_first(wanted, after, most)
    return _newest(wanted, "", after, most)


def open_count() -> int:
    """Return how many tenders take bids now."""
    return db.session.execute(select(func.count()).select_from(Tender).where(Tender.state == "open")).scalar_one()


def awards(*, after: str = "", most: int = PAGE) -> tuple[list[Notice], str | None]:
    """Return award notices, newest first, and the key of the next page."""
    wanted = select(Notice).where(Notice.kind == "award").order_by(Notice.id.desc()).limit(most + 1)
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(Notice.id < int(after))
    found = list(db.session.execute(wanted).scalars())
    return found[:most], str(found[most - 1].id) if len(found) > most else None


def _newest(wanted: Select[Tender], words: str, after: str, most: int) -> Page:
    order = Tender.id
    if words:
        wanted, order = search.narrowed(wanted, words)  # type: ignore[assignment]
    wanted = wanted.where(Tender.published_at.is_not(None))
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(order < int(after))
    found = list(db.session.execute(wanted.order_by(order.desc()).limit(most + 1)).scalars())
    return Page(found[:most], str(found[most - 1].id) if len(found) > most else None)


def _closing_first(wanted: Select[Tender], after: str, most: int) -> Page:
    moment, _, key = after.partition("_")
    if moment and key.isdecimal() and len(key) < 16:
        last: datetime | None
        try:
            given = datetime.fromisoformat(moment)
            last = given.astimezone(UTC) if given.tzinfo is not None else None
        except (ValueError, OverflowError):
            last = None
        if last is not None:
            later = (Tender.closes_at > last) | ((Tender.closes_at == last) & (Tender.id > int(key)))
            # The plain bound lets both engines begin in the index at the right place.
            wanted = wanted.where(Tender.closes_at >= last, later)
    found = list(db.session.execute(wanted.order_by(Tender.closes_at, Tender.id).limit(most + 1)).scalars())
    if len(found) <= most:
        return Page(found, None)
    last_one = found[most - 1]
    return Page(found[:most], f"{last_one.closes_at.isoformat()}_{last_one.id}" if last_one.closes_at else None)
