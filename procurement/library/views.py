"""The library's pages: search, one piece with its history, two side by side, a clause to write. For officers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.models import Organisation
from identity.rights import Right
from procurement.library import content, operations, queries, shelf
from procurement.library.forms import ClauseForm
from procurement.library.models import Piece

blueprint = Blueprint("library", __name__)


@blueprint.get("/office/library")
@open_to(Right.DRAFT)
def shelves() -> Any:
    """List the authority's pieces, found by words and kind, and the templates that come with the house."""
    words, kind = request.args.get("q", "").strip()[:100], request.args.get("kind", "")
    kind = kind if kind in content.KINDS else ""
    return render_template(
        "library/shelves.html",
        pieces=queries.current(_authority(), kind=kind, words=words),
        templates=[] if words or kind not in ("", content.TEMPLATE) else shelf.templates(),
        words=words,
        kind=kind,
        locale=_locale(),
        **_vocabulary(),
    )


@blueprint.get("/office/library/<ref>")
@open_to(Right.DRAFT)
def piece(ref: str) -> Any:
    """Show a piece in its current version, or the one asked for by ``?version=``, with its history."""
    found = _piece(ref, request.args.get("version", ""))
    return render_template(
        "library/piece.html",
        piece=found,
        lines=content.lines(found.content, g.tongue),
        versions=queries.versions(found),
        others=[one for one in queries.current(_authority(), kind=found.kind) if one.ref != found.ref],
        **_vocabulary(),
    )


@blueprint.get("/office/library/templates/<name>")
@open_to(Right.DRAFT)
def template(name: str) -> Any:
    """Show a template that comes with the house."""
    found = shelf.template(name)
    if found is None:
        raise Refusal("library.unknown", 404, ref=name)
    lines = content.lines(found.content, g.tongue)
    return render_template("library/template.html", template=found, lines=lines, locale=_locale(), **_vocabulary())


@blueprint.get("/office/library/compare")
@open_to(Right.DRAFT)
def compare() -> Any:
    """Show two pieces, or two versions of one, side by side: ``?left=L-2026-000001@1&right=L-2026-000002``."""
    left, right = (_named(request.args.get(side, "")) for side in ("left", "right"))
    rows = content.compared(left.content, right.content, g.tongue)
    return render_template("library/compare.html", left=left, right=right, rows=rows, **_vocabulary())


@blueprint.route("/office/library/clauses/new", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def new_clause() -> Any:
    """Write a clause."""
    return _clause(None)


@blueprint.route("/office/library/<ref>/edit", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def edit_clause(ref: str) -> Any:
    """Write the next version of a clause. Criteria and templates are changed in a draft and kept again."""
    found = _piece(ref)
    if found.kind != content.CLAUSE:
        return redirect(url_for("library.piece", ref=ref), 303)
    return _clause(found)


def _clause(before: Piece | None) -> Any:
    form = ClauseForm()
    if before is not None and not form.is_submitted():
        form.title.data, form.category.data = before.title, before.category
        form.place.data, form.text.data = content.place_of(before.content), content.text_of(before.content)
    if form.validate_on_submit():
        ref = before.ref if before is not None else ""
        try:
            with act_now() as act:
                kept = _kept(act, form, ref)
                ref = kept.ref
        except Refusal as refused:
            field = {"library.title": form.title, "library.content": form.text}.get(refused.rule)
            if field is None:
                raise
            field.errors = [sentence(refused.rule, refused.facts)]
        else:
            flash(_("Kept in the library."), "ok")
            return redirect(url_for("library.piece", ref=ref), 303)
    page = render_template("library/clause.html", form=form, piece=_piece(before.ref) if before is not None else None)
    return page, 422 if form.is_submitted() else 200


def _kept(act: Any, form: ClauseForm, ref: str) -> Piece:
    account = visitor().account
    if account is None:
        raise Refusal("door.not_yours", 403)
    place, text = form.place.data or content.QUALIFICATIONS, (form.text.data or "").replace("\r\n", "\n").strip()
    filled = {content.QUALIFICATIONS: text} if place == content.QUALIFICATIONS else {"terms": {place: text}}
    return operations.keep(
        act,
        authority=_authority(),
        account=account,
        kind=content.CLAUSE,
        category=form.category.data or "",
        title=form.title.data or "",
        content=filled,
        ref=ref,
    )


def _authority() -> Organisation:
    organisation = visitor().organisation
    if organisation is None:
        raise Refusal("library.not_an_authority", 403)
    return organisation


def _piece(ref: str, version: str = "") -> Piece:
    number = int(version) if version.isdecimal() and len(version) < 6 else None
    return queries.by_ref(_authority(), ref, number)


def _named(text: str) -> Piece:
    ref, _at, version = text[:40].partition("@")
    return _piece(ref, version)


def _locale() -> str:
    return str(get_locale() or "zh_Hans")


def _vocabulary() -> dict[str, Any]:
    return {"kinds": content.KIND_WORDS, "categories": content.CATEGORY_WORDS}
