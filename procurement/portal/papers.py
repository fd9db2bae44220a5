"""Notices and documents as files: the signed bytes exactly, their signature, their PDF, and the tender's documents."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, render_template, request
from flask_babel import get_locale

from foundation.errors import Refusal
from foundation.storage import Store
from identity.guard import open_to
from identity.rights import Right
from procurement.notices import changed
from procurement.notices import queries as published
from procurement.notices.models import Notice, Rendition
from procurement.portal import words
from procurement.portal.board import blueprint
from procurement.portal.seals import verdict_on
from procurement.tender import attaching
from procurement.tender import queries as tenders_of
from procurement.tender.downloads import file_answer, preview_of
from procurement.tender.models import TENDER_DOCUMENT, Document

# What is published never changes, so a copy may be kept for good.
FOREVER = "public, max-age=31536000, immutable"
# Kinds of notices that change an earlier one.
_CHANGING = ("amendment", "cancellation", "correction", "termination")
_PDF_LOCALES = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}


@blueprint.get("/notices/<ref>")
@open_to(Right.READ_PUBLIC)
def notice(ref: str) -> str:
    """Show a notice as a sheet, with what proves it."""
    found = published.by_ref(ref)
    # Notices of a tender form one chain; only some of them change what the one before, or the first, says.
    later = [
        one
        for one in published.of_tender(found.tender_ref)
        if one.kind in _CHANGING and (one.previous_id == found.id or (one.id > found.id and found.previous_id is None))
    ]
    return render_template(
        "portal/notice.html",
        notice=found,
        content=published.content(found),
        verdict=verdict_on(found),
        rendition=_rendition(found, ""),
        later=later,
        changed=changed.shown(changed.of_amendment(found)),
        words=words,
    )


@blueprint.get("/notices/<ref>.json")
@open_to(Right.READ_PUBLIC)
def notice_json(ref: str) -> Response:
    """Give the canonical bytes that were signed, exactly."""
    found = published.by_ref(ref)
    return _file(found.body, "application/json", f"{found.ref}.json", found.sha256)


@blueprint.get("/notices/<ref>.p7s")
@open_to(Right.READ_PUBLIC)
def notice_p7s(ref: str) -> Response:
    """Give the detached CMS signature over the canonical bytes."""
    found = published.by_ref(ref)
    return _file(found.signature, "application/pkcs7-signature", f"{found.ref}.json.p7s", "")


@blueprint.get("/notices/<ref>.pdf")
@open_to(Right.READ_PUBLIC)
def notice_pdf(ref: str) -> Response:
    """Give the sealed PDF in the asked language, or in the one there is."""
    found = published.by_ref(ref)
    rendition = _rendition(found, request.args.get("language", ""))
    if rendition is None:
        raise Refusal("notice.no_pdf", 404, ref=ref)
    store: Store = current_app.extensions["store"]
    data = b"".join(store.pieces(rendition.storage_key))
    return _file(data, "application/pdf", f"{found.ref}-{rendition.locale}.pdf", rendition.sha256)


@blueprint.get("/documents/<ref>")
@open_to(Right.READ_PUBLIC)
def document(ref: str) -> Any:
    """Give a document of a published tender, whole or the range that is asked for. No login, no note of who asked."""
    answer = file_answer(_public(ref), inline=request.args.get("show") == "1")
    answer.headers["Cache-Control"] = FOREVER
    return answer


@blueprint.get("/documents/<ref>/about")
@open_to(Right.READ_PUBLIC)
def about_document(ref: str) -> str:
    """Tell a document's facts: size, pages, digest and how to check it, its versions, and how it begins."""
    found = _public(ref)
    chains = attaching.chains(found.tender.documents, found.kind)
    return render_template(
        "portal/document.html",
        document=found,
        versions=next(chain for chain in chains if found in chain),
        preview=preview_of(found),
        is_generated=found.kind == TENDER_DOCUMENT,
    )


def _public(ref: str) -> Document:
    found = tenders_of.document_by_ref(ref)
    if found.tender.published_at is None:
        raise Refusal("document.unknown", 404, ref=ref)
    return found


def _rendition(notice: Notice, wanted: str) -> Rendition | None:
    """Return the PDF in the asked language, else the reader's, else the first there is, else None."""
    by_locale = {one.locale: one for one in notice.renditions}
    reader = str(get_locale())
    for locale in (wanted, _PDF_LOCALES.get(reader, ""), reader, g.get("tongue", "")):
        if locale in by_locale:
            return by_locale[locale]
    return notice.renditions[0] if notice.renditions else None


def _file(data: bytes, media_type: str, name: str, sha256: str) -> Response:
    answer = Response(data, content_type=media_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if sha256:
        answer.headers["ETag"] = f'"{sha256}"'
    return answer

