"""What comes when: a public calendar of deadlines and openings, the same as iCalendar feeds, and notices by kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask_babel import gettext
from icalendar import Calendar, Event
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from foundation.database import db
from foundation.errors import Refusal
from identity.guard import open_to
from identity.rights import Right
from procurement.notices.models import Notice
from procurement.portal import queries, words
from procurement.portal.board import blueprint
from procurement.rules.calendar import china
from procurement.tender import queries as tenders_of
from procurement.tender.models import Tender

FIRST_YEAR, LAST_YEAR = 2000, 2200
# A feed reaches back and ahead by so many days; a calendar asks for it again and again.
BACK, AHEAD = 31, 400
MOST_EVENTS = 2000


@blueprint.get("/calendar")
@open_to(Right.READ_PUBLIC)
def calendar() -> Any:
    """Show the deadlines of one month, day by day; ``?month=2026-11&category=goods``."""
    zone, now = current_app.config["SETTINGS"].time_zone, current_app.extensions["clock"].now()
    today = now.astimezone(zone).date()
    first = _month(request.args.get("month", ""), today)
    category = request.args.get("category", "")
    following = (first + timedelta(days=32)).replace(day=1)
    start, end = (datetime.combine(one, time(0), zone) for one in (first, following))
    days: dict[date, list[Tender]] = {}
    found = _closing(start, end, category)
    for tender in found:
        if tender.closes_at is not None:
            days.setdefault(tender.closes_at.astimezone(zone).date(), []).append(tender)
    return render_template(
        "portal/calendar.html",
        first=first,
        before=_named((first - timedelta(days=1)).replace(day=1)),
        after=_named(following),
        days=sorted(days.items()),
        weeks=_weeks(first, following, days, today),
        is_cut=len(found) == MOST_EVENTS,
        category=category,
        categories=words.CATEGORIES,
        feed=url_for("portal.calendar_feed", category=category or None, _external=True),
        now=now,
    )


@blueprint.get("/calendar.ics")
@open_to(Right.READ_PUBLIC)
def calendar_feed() -> Response:
    """Give the deadlines and openings of all tenders, or of one category, as iCalendar (RFC 5545)."""
    now = current_app.extensions["clock"].now()
    found = _closing(now - timedelta(days=BACK), now + timedelta(days=AHEAD), request.args.get("category", ""))
    return _feed(found, gettext("Deadlines and openings"))


@blueprint.get("/tenders/<ref>.ics")
@open_to(Right.READ_PUBLIC)
def tender_feed(ref: str) -> Response:
    """Give the deadline and opening of one tender, so that a calendar follows every amendment of it."""
    return _feed([tenders_of.published_by_ref(ref)], ref)


@blueprint.get("/notices")
@open_to(Right.READ_PUBLIC)
def notices() -> Any:
    """List everything that was made public, newest first, of one kind if asked; ``?kind=amendment&after=…``."""
    kind, after = request.args.get("kind", ""), request.args.get("after", "")
    if kind and kind not in words.NOTICES:
        raise Refusal("notice.unknown_kind", 404)
    wanted = select(Notice).order_by(Notice.id.desc()).limit(queries.PAGE + 1)
    if kind:
        wanted = wanted.where(Notice.kind == kind)
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(Notice.id < int(after))
    found = list(db.session.execute(wanted).scalars())
    more = len(found) > queries.PAGE
    following = url_for("portal.notices", kind=kind or None, after=found[queries.PAGE - 1].id) if more else None
    return render_template(
        "portal/notices.html",
        notices=found[: queries.PAGE],
        kind=kind,
        kinds=words.NOTICES,
        words=words,
        following=following,
        first=url_for("portal.notices", kind=kind or None) if after else None,
    )


def _closing(start: datetime, end: datetime, category: str) -> list[Tender]:
    wanted = (
        select(Tender)
        .options(joinedload(Tender.authority))
        .where(Tender.state.in_(queries.STATES), Tender.closes_at >= start, Tender.closes_at < end)
        .order_by(Tender.closes_at, Tender.id)
        .limit(MOST_EVENTS)
    )
    if category in queries.CATEGORIES:
        wanted = wanted.where(Tender.category == category)
    return list(db.session.execute(wanted).scalars())


def _feed(tenders: Sequence[Tender], name: str) -> Response:
    made = Calendar()
    made.add("prodid", "-//Sunseal//Sunseal//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    host = current_app.config["SETTINGS"].log_origin
    changed = _last_changes([one.ref for one in tenders])
    for tender in tenders:
        if tender.closes_at is None:
            continue
        event = Event()
        event.add("uid", f"{tender.ref}@{host}")
        event.add("dtstamp", changed[tender.ref])
        event.add("last-modified", changed[tender.ref])
        event.add("sequence", tender.version - 1)
        event.add("dtstart", tender.closes_at)
        event.add("dtend", tender.closes_at)
        event.add("summary", gettext("Deadline and opening: %(title)s", title=tender.title))
        event.add("description", f"{tender.ref} · {tender.authority.name}")
        event.add("url", url_for("portal.tender", ref=tender.ref, _external=True))
        event.add("status", "CANCELLED" if tender.state == "cancelled" else "CONFIRMED")
        made.add_component(event)
    return Response(made.to_ical(), mimetype="text/calendar")


def _last_changes(refs: Sequence[str]) -> dict[str, datetime]:
    """Return for each tender the moment of its last notice."""
    found: dict[str, datetime] = {}
    for first in range(0, len(refs), 500):
        wanted = (
            select(Notice.tender_ref, func.max(Notice.issued_at))
            .where(Notice.tender_ref.in_(refs[first : first + 500]))
            .group_by(Notice.tender_ref)
        )
        found.update({ref: at for ref, at in db.session.execute(wanted)})
    return found


def _month(asked: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{asked}-01") if asked else today.replace(day=1)
    except ValueError:
        found = today.replace(day=1)
    return found if FIRST_YEAR <= found.year < LAST_YEAR else today.replace(day=1)


def _named(day: date) -> str:
    return f"{day:%Y-%m}"


def _weeks(first: date, following: date, days: dict[date, list[Tender]], today: date) -> list[list[dict[str, Any]]]:
    """Return the month as weeks from Monday; a day outside the month is empty."""
    at = first - timedelta(days=first.weekday())
    weeks = []
    while at < following:
        week = []
        for day in (at + timedelta(days=number) for number in range(7)):
            is_in = first <= day < following
            week.append(
                {
                    "day": day if is_in else None,
                    "count": len(days.get(day, ())) if is_in else 0,
                    "is_today": day == today,
                    "is_rest": not china().is_workday(day),
                }
            )
        weeks.append(week)
        at += timedelta(days=7)
    return weeks
