"""The page on which an officer brings in what an agency has: a spreadsheet of its backlog, or a file of open data."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy import select

from foundation.canonical import parse
from foundation.database import db
from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.models import Account, Organisation
from identity.rights import Right
from procurement.plan.models import BudgetLine, Project
from procurement.tender import backlog, backlog_template, importing, ocds
from procurement.tender.backlog_reading import MOST_BYTES, MOST_FAULTS, MOST_ROWS
from procurement.tender.board import blueprint, language, now
from procurement.tender.models import Tender
from supervision.trail.models import Entry

_ROOMS: tuple[tuple[str, Any, str], ...] = (
    ("B", BudgetLine, "plan.line"),
    ("P", Project, "plan.project"),
    ("T", Tender, "tender.show"),
)


@blueprint.get("/office/import")
@open_to(Right.DRAFT)
def bring_in() -> Any:
    """Show how a backlog or a release is brought in, with the template."""
    return _page()


@blueprint.get("/office/import/template.xlsx")
@open_to(Right.DRAFT)
def backlog_file() -> Response:
    """Give the empty spreadsheet."""
    answer = Response(backlog_template.workbook(backlog.choices(now())), content_type=backlog_template.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="sunseal-backlog.xlsx"'
    return answer


@blueprint.post("/office/import/backlog")
@open_to(Right.DRAFT)
def bring_backlog() -> Any:
    """Take a spreadsheet: everything in it, or nothing with every fault told."""
    try:
        data = _uploaded("backlog", MOST_BYTES)
        prepared = backlog.prepare(data, now(), _who()[0])
        with act_now() as act:
            authority, account = _who()
            backlog.make(act, prepared, authority=authority, account=account)
    except Refusal as refused:
        if refused.rule == "backlog.already":
            return redirect(url_for("tender.brought_in", sha256=prepared.sha256, again=1), 303)
        if not refused.rule.startswith(("backlog.", "import.")):
            raise
        return _page(refused, "backlog")
    return redirect(url_for("tender.brought_in", sha256=prepared.sha256), 303)


@blueprint.post("/office/import/release")
@open_to(Right.DRAFT)
def bring_release() -> Any:
    """Take an OCDS release: a project of the plan, or the draft of a tender."""
    try:
        data = _uploaded("release", ocds.MOST_BYTES)
        with act_now() as act:
            authority, account = _who()
            made = importing.make(act, data, authority=authority, account=account)
    except Refusal as refused:
        if not refused.rule.startswith(("import.", "tender.invalid", "plan.invalid")):
            raise
        return _page(refused, "release")
    to = "plan.project" if made.kind == importing.PROJECT else "tender.show"
    if not made.left_out:
        return redirect(url_for(to, ref=made.ref), 303)
    return render_template("tender/brought_in.html", made=_found([made.ref]), again=False, left_out=made.left_out)


@blueprint.get("/office/import/<sha256>")
@open_to(Right.DRAFT)
def brought_in(sha256: str) -> Any:
    """List what a file has become."""
    authority, _account = _who()
    wanted = select(Entry.body).where(
        Entry.subject == backlog.subject_of(authority, sha256[:64]), Entry.kind == backlog.KIND
    )
    body = db.session.execute(wanted.limit(1)).scalar_one_or_none()
    if body is None:
        raise Refusal("import.unknown", 404)
    refs = parse(body)["facts"]["made"]
    return render_template(
        "tender/brought_in.html", made=_found(refs), again=bool(request.args.get("again")), left_out=()
    )


def _found(refs: list[str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return reference, title and address of what was made, by the letter of its kind; what is gone has no address."""
    found = []
    for letter, table, endpoint in _ROOMS:
        named = [ref for ref in refs if ref.startswith(f"{letter}-")]
        wanted = select(table.ref, table.title).where(table.ref.in_(named))
        titles = {str(ref): str(title) for ref, title in db.session.execute(wanted)}
        rows = [(ref, titles.get(ref, ""), url_for(endpoint, ref=ref) if ref in titles else "") for ref in named]
        if rows:
            found.append((letter, rows))
    return found


def _page(refused: Refusal | None = None, of: str = "") -> Any:
    faults = [_told(one) for one in refused.reasons] if refused is not None else []
    count = int(refused.facts.get("count", len(faults))) if refused is not None else 0
    summary = ""
    if refused is not None:
        summary = sentence(refused.rule, refused.facts)
        if refused.rule == "backlog.invalid" or faults:
            summary = ngettext(
                "Nothing was imported: %(num)s thing in the file needs correction.",
                "Nothing was imported: %(num)s things in the file need correction.",
                count,
            )
    page = render_template(
        "tender/backlog.html",
        of=of,
        summary=summary,
        faults=faults,
        more=max(0, count - MOST_FAULTS),
        most_rows=MOST_ROWS,
        most_size=MOST_BYTES,
    )
    return page, refused.status if refused is not None else 200


def _told(one: Any) -> dict[str, str]:
    """Return a fault for the table: where it stands, what is wrong, its rule."""
    place = one.place(language()) if hasattr(one, "place") else one.pointer
    return {"place": place, "sentence": sentence(one.rule, dict(one.facts)), "rule": one.rule}


def _uploaded(name: str, most: int) -> bytes:
    given = request.files.get(name)
    if given is None or not given.filename:
        raise Refusal("import.missing")
    return given.stream.read(most + 1)


def _who() -> tuple[Organisation, Account]:
    organisation, account = visitor().organisation, visitor().account
    if organisation is None or account is None:
        raise Refusal("door.not_yours", 403)
    return organisation, account
