"""Reads of tenders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.notices import queries as published
from procurement.tender.content import local_text
from procurement.tender.models import Document, Lot, Tender


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


def notice_content(tender: Tender) -> dict[str, Any]:
    """Return what the tender notice says with its amendments applied.

    The deadline in force stands in ``tender.closes_at`` and ``tender.opens_at``; ``amendments`` lists ref, moment and
    text of each. The signed notice itself stays what it was: envelopes name the original.
    """
    if tender.notice_ref is None:
        raise Refusal("tender.unknown", 404, ref=tender.ref)
    content = published.content(published.by_ref(tender.notice_ref))
    zone = current_app.config["SETTINGS"].time_zone
    content["tender"]["closes_at"] = content["tender"]["opens_at"] = local_text(tender.closes_at, zone)
    said = [published.content(one) for one in published.of_tender(tender.ref, kind="amendment")]
    content["amendments"] = [
        {"ref": one["ref"], "issued_at": one["issued_at"], "text": one["text"], "closes_at": one["closes_at"]}
        for one in said
    ]
    return content


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
