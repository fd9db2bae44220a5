"""The documents of a tender: changed freely in a draft; once public, a version only ends when the next one comes."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from foundation.errors import Refusal
from foundation.storage import Stored
from procurement.tender.lifecycle import TENDER
from procurement.tender.models import ATTACHMENT, Document, Tender
from procurement.tender.ownership import demand_draft, demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act


def add_document(
    act: Act,
    tender: Tender,
    title: str,
    file_name: str,
    media_type: str,
    stored: Stored,
    *,
    pages: int | None = None,
) -> Document:
    """Add a document whose bytes were stored, and found harmless (`documents.admit`), before the act."""
    demand_draft(act, tender)
    document = _row(act, tender, title, file_name, media_type, stored, pages)
    act.record("tender.add_document", subject_of(tender), {"document": document.ref, "sha256": stored.sha256})
    return document


def redraft_document(
    act: Act,
    tender: Tender,
    ref: str,
    title: str,
    file_name: str,
    media_type: str,
    stored: Stored,
    *,
    pages: int | None = None,
) -> str:
    """Put another file in the place of a draft's document, as its next version.

    An empty title keeps the old one. Returns the key of the old file, to be removed after the act: nothing of a draft
    was public, so nothing of it has to stay.
    """
    demand_draft(act, tender)
    document = _of(act, tender, ref)
    old = document.storage_key
    document.title = _title(title) or document.title
    document.file_name, document.media_type, document.pages = file_name, media_type, pages
    document.size, document.sha256, document.storage_key = stored.size, stored.sha256, stored.key
    document.version += 1
    facts = {"document": document.ref, "sha256": stored.sha256, "version": document.version}
    act.record("tender.change_document", subject_of(tender), facts)
    return old


def remove_document(act: Act, tender: Tender, ref: str) -> str:
    """Take a document off a draft; returns the key of its file, to be removed after the act."""
    demand_draft(act, tender)
    document = _of(act, tender, ref)
    key = document.storage_key
    act.session.execute(delete(Document).where(Document.id == document.id))
    act.session.expire(tender, ["documents"])
    act.record("tender.remove_document", subject_of(tender), {"document": ref})
    return key


def replace_document(
    act: Act,
    tender: Tender,
    document: Document,
    title: str,
    file_name: str,
    media_type: str,
    stored: Stored,
    *,
    pages: int | None = None,
) -> Document:
    """Give a published document its next version, inside the act of an amendment; both stay open to everyone.

    The bytes were stored and found harmless before the act, as for `add_document`. An empty title keeps the old one.
    Writes the entry ``tender.replace_document``. Refuses ``document.unknown`` (another tender's) and
    ``document.replaced`` (409: there is a newer version already), and as amending does.
    """
    _demand_open(act, tender)
    if document.tender_id != tender.id or document.kind != ATTACHMENT:
        raise Refusal("document.unknown", 404, ref=document.ref)
    if document.ended_at is not None:
        raise Refusal("document.replaced", 409, ref=document.ref)
    document.ended_at = act.now
    found = _row(act, tender, title or document.title, file_name, media_type, stored, pages, replaces=document)
    facts = {"document": found.ref, "replaces": document.ref, "sha256": stored.sha256, "version": found.version}
    act.record("tender.replace_document", subject_of(tender), facts)
    return found


def enclose_document(
    act: Act,
    tender: Tender,
    title: str,
    file_name: str,
    media_type: str,
    stored: Stored,
    *,
    pages: int | None = None,
) -> Document:
    """Add a document to an open tender, inside the act of an amendment."""
    _demand_open(act, tender)
    document = _row(act, tender, title, file_name, media_type, stored, pages)
    act.record("tender.enclose_document", subject_of(tender), {"document": document.ref, "sha256": stored.sha256})
    return document


def chains(documents: list[Document], kind: str = ATTACHMENT) -> list[list[Document]]:
    """Return the documents of a kind in their places, each with its versions, the newest first."""
    after = {one.replaces_id: one for one in documents if one.replaces_id is not None}
    found = []
    for one in documents:
        if one.kind != kind or one.replaces_id is not None:
            continue
        chain = [one]
        while chain[0].id in after:
            chain.insert(0, after[chain[0].id])
        found.append(chain)
    return found


def current(documents: list[Document]) -> list[Document]:
    """Return the attachments in force, in their places."""
    return [chain[0] for chain in chains(documents)]


def _demand_open(act: Act, tender: Tender) -> None:
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "amend", act)


def _of(act: Act, tender: Tender, ref: str) -> Document:
    found = act.session.execute(
        select(Document).where(Document.tender_id == tender.id, Document.ref == ref)
    ).scalar_one_or_none()
    if found is None:
        raise Refusal("document.unknown", 404, ref=ref)
    return found


def _row(
    act: Act,
    tender: Tender,
    title: str,
    file_name: str,
    media_type: str,
    stored: Stored,
    pages: int | None,
    *,
    replaces: Document | None = None,
) -> Document:
    document = Document(
        ref=secrets.token_hex(8),
        tender_id=tender.id,
        title=_title(title) or file_name,
        file_name=file_name,
        media_type=media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=stored.key,
        pages=pages,
        created_at=act.now,
        kind=ATTACHMENT,
        version=replaces.version + 1 if replaces is not None else 1,
        replaces_id=replaces.id if replaces is not None else None,
    )
    act.session.add(document)
    act.session.flush()
    act.session.expire(tender, ["documents"])
    return document


def _title(given: str) -> str:
    return " ".join(given.split())[:300]
