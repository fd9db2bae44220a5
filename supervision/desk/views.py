"""The pages of the desk: the overview, a tender's case, and matter whose reading is recorded before it is shown."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from bidding.box import queries as box
from foundation import web
from foundation.errors import Refusal
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.notices import queries as notices
from procurement.panel import queries as panels
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import subject_of
from supervision.desk import operations, queries, timeline, words
from supervision.desk.board import blueprint, clocks_of, language, now, place
from supervision.trail import queries as trail

# The module below adds its addresses to the blueprint when it is loaded.
from supervision.desk import trail_views  # noqa: F401  isort: skip

__all__ = ["blueprint"]

CASE_PAGE = 100


@blueprint.get("/desk")
@open_to(Right.READ_CASE)
def home() -> str:
    """Show in a minute what is open, being opened, being judged and decided, and which periods run."""
    found = queries.overview(now())
    beyond = {lot.tender.ref: lot.tender for lot in found.judged}
    for notice in found.decided:
        if notice.kind == "award" and notice.tender_ref not in beyond:
            beyond[notice.tender_ref] = tenders.by_ref(notice.tender_ref)
    clocks = [one for tender in beyond.values() for one in clocks_of(tender) if one.state in ("overdue", "running")]
    clocks.sort(key=lambda one: (one.state != "overdue", -one.share))
    kept = queries.kept_checkpoints(most=1)
    return render_template(
        "desk/home.html",
        found=found,
        clocks=clocks[:6],
        overdue=sum(one.state == "overdue" for one in clocks),
        tip=trail.tip(),
        checkpoint=kept[0] if kept else None,
        now=now(),
        language=language(),
    )


@blueprint.get("/desk/tenders/<ref>")
@open_to(Right.READ_CASE)
def case(ref: str) -> str:
    """Tell a tender's whole story from the trail, newest first, with its periods."""
    tender = tenders.published_by_ref(ref)
    subject, before = subject_of(tender), place()
    told = queries.revealed(tender)
    known = {index: one for index, one in told.items() if before is None or index < before}
    entries = queries.entries(subject=subject, before=before, most=CASE_PAGE)
    entries += queries.entries_at(known)
    entries.sort(key=lambda one: one.index, reverse=True)
    more, entries = len(entries) > CASE_PAGE, entries[:CASE_PAGE]
    who = queries.names(timeline.organisations_in(entries))
    lines = [timeline.line(entry, who, told.get(entry.index)) for entry in entries]
    last = entries[-1].index if entries else 0
    more = more or bool(queries.entries(subject=subject, before=last, most=1))
    published = notices.of_tender(tender.ref)
    return render_template(
        "desk/case.html",
        tender=tender,
        moments=timeline.moments(lines),
        count=queries.count_about(subject) + len(told),
        following=url_for("desk.case", ref=ref, before=last) if more else None,
        first=url_for("desk.case", ref=ref) if before is not None else None,
        clocks=clocks_of(tender),
        notices=published,
        names=words.NOTICE_NAMES,
        openings={lot.number: box.opening_of(lot) for lot in tender.lots},
        evaluated=queries.evaluated_at(tender),
        awards={one.lot: one for one in published if one.kind == "award"},
        now=now(),
        language=language(),
    )


@blueprint.route("/desk/tenders/<ref>/panel", methods=["GET", "POST"])
@open_to(Right.READ_CASE)
def panel(ref: str) -> Any:
    """Show who sits on the panel and why, once the reading is recorded."""
    tender = tenders.published_by_ref(ref)
    if request.method == "POST":
        return _record(ref, "", "panel")
    if not _is_read(tender, "panel"):
        return _ask(tender, None, "panel")
    seats = panels.seats(tender)
    numbers = {seat.id: seat.number for seat in seats}
    return render_template("desk/panel.html", tender=tender, seats=seats, numbers=numbers)


@blueprint.route("/desk/tenders/<ref>/lots/<lot>/offers", methods=["GET", "POST"])
@open_to(Right.READ_CASE)
def offers(ref: str, lot: str) -> Any:
    """Show the opened offers of a lot, once the reading is recorded."""
    tender, found = _lot(ref, lot)
    if request.method == "POST":
        return _record(ref, lot, "offers")
    if not _is_read(found, "offers"):
        return _ask(tender, found, "offers")
    content = tenders.notice_content(tender)["tender"]
    criteria = {one["criterion"]: one["title"] for each in content["lots"] for one in each["criteria"]}
    items = {one["item"]: one for each in content["lots"] if each["lot"] == lot for one in each["items"]}
    return render_template(
        "desk/offers.html",
        tender=tender,
        lot=found,
        bids=box.bids_of_lot_after_opening(found),
        criteria=criteria,
        items=items,
        cause=lambda rule: web.sentence(rule, {}) if rule in web.SENTENCES else rule,
    )


@blueprint.route("/desk/tenders/<ref>/lots/<lot>/sheets", methods=["GET", "POST"])
@open_to(Right.READ_CASE)
def sheets(ref: str, lot: str) -> Any:
    """Show each expert's score sheets of a lot, once the reading is recorded."""
    tender, found = _lot(ref, lot)
    if request.method == "POST":
        return _record(ref, lot, "sheets")
    if not _is_read(found, "sheets"):
        return _ask(tender, found, "sheets")
    pages = queries.sheets(found)
    content = tenders.notice_content(tender)["tender"]
    criteria = {one["criterion"]: one for each in content["lots"] if each["lot"] == lot for one in each["criteria"]}
    return render_template(
        "desk/sheets.html",
        tender=tender,
        lot=found,
        seats=panels.seats(tender),
        pages=pages,
        marks=queries.marks(pages),
        signed=queries.signed(found),
        criteria=criteria,
    )


def _lot(ref: str, number: str) -> tuple[Tender, Lot]:
    """Return a lot whose opening is on record, or refuse."""
    tender = tenders.published_by_ref(ref)
    lot = tenders.lot_of(tender, number)
    operations.demand_readable(lot, language())
    return tender, lot


def _session() -> str:
    """Return the tag of the visitor's session."""
    session = visitor().session
    if session is None:
        raise Refusal("session.ended", 403)
    return operations.session_tag(session.token_digest)


def _is_read(about: Tender | Lot, matter: str) -> bool:
    return queries.has_read(subject_of(about), matter, visitor().actor().ref, _session())


def _ask(tender: Tender, lot: Lot | None, matter: str) -> str:
    """Say that the reading is recorded, before anything is shown."""
    return render_template(
        "desk/reading.html", tender=tender, lot=lot, matter=words.MATTERS[matter], form=FlaskForm(), now=now()
    )


def _record(ref: str, number: str, matter: str) -> Any:
    session = _session()
    with act_now() as act:
        tender = tenders.published_by_ref(ref)
        about = tenders.lot_of(tender, number) if number else tender
        if isinstance(about, Lot):
            operations.demand_readable(about, language())
        operations.read(act, about, matter, session)
    return redirect(request.path, 303)
