"""The tender document as a paper: a preview of a draft, and the sealed PDF that follows a notice.

The signed JSON is the notice; this document shows it, carries it along and is made again from the notice and its
amendments in force. Rendering and sealing are no work for an act: `printed` before it, `record` in it.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from pypdf import PdfReader

from foundation import papers
from foundation.documents import Attached, render_html_to_pdf, sign_pdf
from foundation.paper_words import WORDS as PAPER_WORDS
from foundation.storage import Stored
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.tender import content, law, publishing, queries, tender_document
from procurement.tender.document_blocks import Said
from procurement.tender.document_words import WORDS
from procurement.tender.models import TENDER_DOCUMENT, Document, Tender
from procurement.tender.ownership import subject_of
from procurement.tender.tender_document import Case
from supervision.trail.act import Act

# The Chinese text is the one that counts; English stands beside it where the terms ask for both.
LANG = "zh-CN"
MOST_PDF = 64 << 20


@dataclass(frozen=True)
class Printed:
    """A tender document in the store, not yet recorded, and the notice it was made after."""

    tender_id: int
    notice: str
    stored: Stored
    pages: int
    name: str


def is_asked_for(tender: Tender) -> bool:
    """Tell whether the tender's rule set knows a tender document in this stage."""
    return tender_document.CONTENTS in law.rule_set_of(tender)


def preview(tender: Tender, now: datetime) -> bytes:
    """Return the document of a draft as it would be printed at this moment, marked as a draft and unsealed."""
    zone = current_app.config["SETTINGS"].time_zone
    said = content.notice_of(
        tender, law.rule_set_of(tender), at=now, zone=zone, keys=(), bundle=publishing.client_bundle()
    )
    return _render(tender, said, now, [], [])


def printed(tender: Tender) -> Printed:
    """Render, seal and store the document of a published tender as it is in force. To be called outside an act."""
    notices = _made_from(tender)
    said = queries.notice_content(tender)
    attached = [
        Attached(f"{one.ref}.json{ending}", data, kind, relation)
        for one in notices
        for ending, data, kind, relation in (
            ("", one.body, "application/json", "Source"),
            (".p7s", one.signature, "application/pkcs7-signature", "Supplement"),
        )
    ]
    plain = _render(tender, said, notices[-1].issued_at, notices, attached)
    at = current_app.extensions["clock"].now()
    words = PAPER_WORDS[papers.language(LANG)]
    seal = current_app.extensions["seal"]
    data = sign_pdf(plain, seal, moment=at, reason=words["seal_reason"], location=said["issuer"]["name"])
    name = tender_document.name_of(_case(tender, said)).zh
    stored = current_app.extensions["store"].put([data], most=MOST_PDF)
    return Printed(tender.id, notices[-1].ref, stored, _pages(plain), name)


def record(act: Act, made: Printed) -> Document | None:
    """Record a printed document as the next version; None, without an entry, where another worker was first.

    Its digest is an entry of the trail, so that the paper is bound to its notice as well as the notice to it.
    """
    tender = act.session.get_one(Tender, made.tender_id)
    before = latest(tender)
    if _made_from(tender)[-1].ref != made.notice or not is_stale(tender):
        return None
    if before is not None:
        before.ended_at = act.now
    version = before.version + 1 if before is not None else 1
    document = Document(
        ref=secrets.token_hex(8),
        tender_id=tender.id,
        kind=TENDER_DOCUMENT,
        title=made.name,
        file_name=f"{made.name}-{tender.ref}-{version}.pdf",
        media_type="application/pdf",
        size=made.stored.size,
        sha256=made.stored.sha256,
        storage_key=made.stored.key,
        pages=made.pages,
        created_at=act.now,
        version=version,
        replaces_id=before.id if before is not None else None,
    )
    act.session.add(document)
    act.session.flush()
    act.session.expire(tender, ["documents"])
    facts = {"notice": made.notice, "document": document.ref, "sha256": made.stored.sha256, "version": version}
    act.record("tender.render_document", subject_of(tender), facts)
    return document


def latest(tender: Tender) -> Document | None:
    """Return the tender document in force, None where it is not made yet."""
    made = [one for one in tender.documents if one.kind == TENDER_DOCUMENT]
    return made[-1] if made else None


def is_stale(tender: Tender) -> bool:
    """Tell whether the tender was published or amended since its document was made."""
    made = latest(tender)
    return made is None or made.created_at < _made_from(tender)[-1].issued_at


def _made_from(tender: Tender) -> list[Notice]:
    """The notice and the amendments that the document shows, in order."""
    return [published.by_ref(tender.notice_ref or ""), *queries.amendments_of(tender)]


def _case(tender: Tender, said: dict[str, Any]) -> Case:
    base = current_app.config["SETTINGS"].base_url
    return Case(said, law.rule_set_of(tender), base, f"{base}/tenders/{tender.ref}")


def _render(tender: Tender, said: dict[str, Any], at: datetime, made_from: list[Notice], attached: list[Any]) -> bytes:
    case = _case(tender, said)
    bilingual = case.terms.get("languages") == "zh+en"
    found = tender_document.parts(case)
    rule = case.ruleset.rule(tender_document.CONTENTS)
    zone = current_app.config["SETTINGS"].time_zone
    demonstration = bool(said["rule_set"].get("demonstration"))
    name = tender_document.name_of(case)
    base = current_app.config["SETTINGS"].base_url
    sheet = papers.paper(
        "tender-document",
        lang=LANG,
        title=lambda words: f"{said['tender']['title']} {name.zh}",
        sheet="tender-document.css",
        notice={**said, "demonstration": demonstration},
        parts=found,
        bilingual=bilingual,
        is_draft=not made_from,
        called=name,
        w=WORDS,
        asked_by=Said(rule.cite("zh_Hans"), rule.cite("en")),
        number=_number,
        closes_at=tender_document.moment_text(said["tender"].get("closes_at")),
        issued_at=at.astimezone(zone).isoformat(timespec="seconds"),
        made_from=made_from,
        verify_url=f"{base}/verify?notice={made_from[0].ref}" if made_from else "",
        entry=made_from[0].entry_index if made_from else None,
    )
    return render_html_to_pdf(
        sheet.html,
        sheet.css,
        title=sheet.title,
        lang=sheet.lang,
        static=papers.STATIC,
        moment=at,
        identifier=f"{tender.ref} {made_from[-1].ref if made_from else 'draft'} tender-document",
        attachments=attached,
    )


def _number(index: int) -> str:
    """The number of a part in Chinese, up to 99: 十六、"""
    digits = "零一二三四五六七八九十"
    tens, ones = divmod(index, 10)
    words = digits[index] if index <= 10 else f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
    return f"{words}、"


def _pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)
