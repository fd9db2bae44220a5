"""The documents of a draft in the office: files put in, changed, looked at, taken off; the tender document."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, render_template, request, url_for
from flask import redirect as redirect_to
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import csrf, sentence, wants_problem
from identity.guard import open_to
from identity.rights import Right
from procurement.tender import document_paper, intake, queries
from procurement.tender.board import blueprint, now, own
from procurement.tender.downloads import file_answer, preview_of
from procurement.tender.models import Document


@blueprint.post("/office/tenders/<ref>/documents")
@open_to(Right.DRAFT)
@csrf.exempt
def add_document(ref: str) -> Any:
    """Take one document (fields `document_title` and `document`) for a draft."""
    return _taken(ref, "")


@blueprint.post("/office/tenders/<ref>/documents/<document>/replace")
@open_to(Right.DRAFT)
@csrf.exempt
def replace_document(ref: str, document: str) -> Any:
    """Put another file in the place of a draft's document, as its next version."""
    return _taken(ref, document)


@blueprint.post("/office/tenders/<ref>/documents/<document>/remove")
@open_to(Right.DRAFT)
def remove_document(ref: str, document: str) -> Any:
    """Take a document off a draft."""
    own(ref)
    intake.remove_document(ref, document)
    return redirect_to(_documents_of(ref), 303)


@blueprint.get("/office/tenders/<ref>/documents/<document>")
@open_to(Right.READ_TENDER)
def document(ref: str, document: str) -> Any:
    """Give a document of the authority's own tender, published or not."""
    answer = file_answer(_of(ref, document), inline=request.args.get("show") == "1")
    # A draft is nobody else's business.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/office/tenders/<ref>/documents/<document>/preview")
@open_to(Right.READ_TENDER)
def preview_document(ref: str, document: str) -> str:
    """Show what can be told of a document without running anything in it."""
    found = _of(ref, document)
    return render_template(
        "tender/document.html",
        tender=found.tender,
        document=found,
        preview=preview_of(found),
    )


@blueprint.get("/office/tenders/<ref>/tender-document.pdf")
@open_to(Right.READ_TENDER)
def tender_document(ref: str) -> Any:
    """Give the tender document as it would be printed now, marked as a draft."""
    tender = own(ref)
    if tender.published_at is not None:
        raise Refusal("document.published", 409)
    answer = make_response(document_paper.preview(tender, now()))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{tender.ref}-draft.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _taken(ref: str, instead_of: str) -> Any:
    intake.admit_large_body()
    own(ref)
    given, title = request.files.get("document"), request.form.get("document_title", "")
    try:
        sha256 = intake.take_document(ref, given, title, instead_of=instead_of)
    except Refusal as refused:
        # A script is told by its answer, a person by the page that follows.
        if wants_problem() or not refused.rule.startswith(("document.", "storage.")) or refused.status == 404:
            raise
        flash(sentence(refused.rule, refused.facts), "bad")
        return redirect_to(_documents_of(ref), 303)
    flash(gettext("The file was taken. Its digest (SHA-256) is %(digest)s.", digest=sha256), "ok")
    if wants_problem():
        return {"sha256": sha256, "location": _documents_of(ref)}, 201
    return redirect_to(_documents_of(ref), 303)


def _of(ref: str, document: str) -> Document:
    found = queries.document_by_ref(document)
    if found.tender_id != own(ref).id:
        raise Refusal("document.unknown", 404, ref=document)
    return found


def _documents_of(ref: str) -> str:
    return url_for("tender.show", ref=ref, _anchor="documents")
