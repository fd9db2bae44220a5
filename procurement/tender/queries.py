"""Reads of tenders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from bidding.seal.versions import in_force
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.tender.content import local_text
from procurement.tender.models import Amendment, Document, Lot, Tender


def by_ref(ref: str) -> Tender:
    """Return one tender in whatever state, or refuse with 404."""
    found = db.session.execute(select(Tender).where(Tender.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("tender.unknown", 404, ref=ref)
    return found


def published_by_ref(ref: str) -> Tender:
    """Return one tender that the public may see, or refuse with 404."""
    found = by_ref(ref)
    if found.published_at is None:
        raise Refusal("tender.unknown", 404, ref=ref)
    return found


def lot_of(tender: Tender, number: str) -> Lot:
    """Return a tender's lot by number, or refuse with 404."""
    for lot in tender.lots:
        if lot.number == number:
            return lot
    raise Refusal("lot.unknown", 404, lot=number)


def document_by_ref(ref: str) -> Document:
    """Return a document by its public reference, or refuse with 404."""
    found = db.session.execute(select(Document).where(Document.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("document.unknown", 404, ref=ref)
    return found


def content_in_force(tender: Tender) -> dict[str, Any]:
    """Return what the tender notice says with its amendments applied; ``closes_at`` is the deadline in force.

    The signed notice itself stays what it was: envelopes name the original.
    """
    if tender.notice_ref is None:
        raise Refusal("tender.unknown", 404, ref=tender.ref)
    notice = published.by_ref(tender.notice_ref)
    said = [published.content(one) for one in amendments_of(tender)]
    content: dict[str, Any] = in_force(published.content(notice), notice.sha256, said)[0]
    zone = current_app.config["SETTINGS"].time_zone
    content["tender"]["closes_at"] = content["tender"]["opens_at"] = local_text(tender.closes_at, zone)
    return content


def notice_content(tender: Tender) -> dict[str, Any]:
    """Return the content in force, with ``amendments``: ref, moment, text, deadline, version and changes of each."""
    content = content_in_force(tender)
    content["amendments"] = [
        {
            **{name: one[name] for name in ("ref", "issued_at", "text", "closes_at")},
            **{name: one[name] for name in ("version", "affects_bids", "changes") if name in one},
        }
        for one in (published.content(each) for each in amendments_of(tender))
    ]
    return content


def amendments_of(tender: Tender) -> list[Notice]:
    """Return a tender's amendments in the order of their publication."""
    return published.of_tender(tender.ref, kind="amendment")


def amendment_of(tender: Tender) -> Amendment | None:
    """Return the change of a tender that is being prepared or waits for its second person, if there is one."""
    wanted = select(Amendment).where(Amendment.tender_id == tender.id, Amendment.state.in_(("draft", "proposed")))
    return db.session.execute(wanted).scalar_one_or_none()


def of_authority(organisation: Organisation, *, most: int = 500) -> list[Tender]:
    """Return an authority's tenders in every state, the newest first."""
    wanted = select(Tender).where(Tender.authority_id == organisation.id).order_by(Tender.id.desc()).limit(most)
    return list(db.session.execute(wanted).scalars())


def due_lots(now: datetime) -> list[Lot]:
    """Return the lots whose deadline has come and that still take bids, the earliest deadline first."""
    wanted = (
        select(Lot).join(Tender).where(Lot.state == "open", Tender.closes_at <= now).order_by(Tender.closes_at, Lot.id)
    )
    return list(db.session.execute(wanted).scalars())
