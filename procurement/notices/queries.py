"""Reads of what was made public."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from foundation.canonical import parse
from foundation.database import db
from foundation.errors import Refusal
from procurement.notices.models import Notice, Rendition

# The kinds of notice with which a stage of a procurement begins; each names recipients of envelopes.
STAGE_KINDS = ("tender", "prequalification", "invitation", "round", "call_off")


def by_ref(ref: str) -> Notice:
    """Return one notice, or refuse with 404."""
    found = db.session.execute(select(Notice).where(Notice.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("notice.unknown", 404, ref=ref)
    return found


def content(notice: Notice) -> dict[str, Any]:
    """Return what the notice says, parsed from its signed bytes."""
    found: dict[str, Any] = parse(notice.body)
    return found


def of_tender(tender_ref: str, *, kind: str = "") -> list[Notice]:
    """Return a tender's notices in the order of their publication."""
    wanted = select(Notice).where(Notice.tender_ref == tender_ref).order_by(Notice.issued_at, Notice.id)
    if kind:
        wanted = wanted.where(Notice.kind == kind)
    return list(db.session.execute(wanted).scalars())


def latest(*, kind: str, most: int = 20) -> list[Notice]:
    """Return the newest notices of a kind."""
    wanted = select(Notice).where(Notice.kind == kind).order_by(Notice.issued_at.desc(), Notice.id.desc())
    return list(db.session.execute(wanted.limit(most)).scalars())


def rendition_of(notice: Notice, locale: str) -> Rendition:
    """Return the paper of a notice in a language (``zh-CN``, ``zh-TW``, ``en``), or refuse with 404."""
    wanted = select(Rendition).where(Rendition.notice_id == notice.id, Rendition.locale == locale)
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refusal("notice.no_paper", 404, ref=notice.ref)
    return found
