"""What time makes due: the tender documents of what was published or amended, a few at each ring."""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import current_app
from sqlalchemy import exists, func, or_, select

from foundation.database import db
from foundation.documents import available, prepare_fonts
from foundation.errors import Refusal
from procurement.notices.models import Notice
from procurement.tender import document_paper
from procurement.tender.models import TENDER_DOCUMENT, Document, Tender
from supervision.trail.act import PLATFORM, acting

log = logging.getLogger("sunseal.tender")

# A ring must not keep the openings waiting, so that no more is begun after this many seconds.
MOST_SECONDS = 0.4


def render_documents() -> None:
    """Make the tender documents that are missing or older than their notices, the newest first.

    Where PDF cannot be made (no Pango) nothing is done; the notices' duty says so. A document that cannot be made is
    logged and left alone until the next start.
    """
    memory: dict[str, Any] = current_app.extensions.setdefault("tender_documents", {"above": 0, "passed": set()})
    if "off" not in memory:
        memory["off"] = available()
        if not memory["off"]:
            prepare_fonts(current_app.config["SETTINGS"].instance / "fonts")
    if memory["off"]:
        return
    begun = time.monotonic()
    newest = db.session.execute(select(func.coalesce(func.max(Notice.id), 0))).scalar_one()
    for key in _noticed_above(memory["above"]):
        if key in memory["passed"]:
            continue
        if time.monotonic() - begun > MOST_SECONDS:
            return
        try:
            if not _make(key):
                memory["passed"].add(key)
        except Refusal as refusal:
            # No room on the disk, or a frozen trail: this passes, so it is tried again.
            log.warning("A tender document has to wait: %s", refusal)
            return
        except Exception:
            memory["passed"].add(key)
            log.exception("The document of tender %s cannot be made.", key)
    # Everything up to the newest notice is looked at; later rings look only above it.
    memory["above"] = newest


def _noticed_above(key: int) -> list[int]:
    """The tenders that have a notice above this key which no document of theirs shows yet, the newest first."""
    shows = or_(Notice.ref == Tender.notice_ref, Notice.kind == "amendment")
    newer = Document.created_at >= Notice.issued_at
    made = exists().where(Document.tender_id == Tender.id, Document.kind == TENDER_DOCUMENT, newer)
    wanted = select(Tender.id, func.max(Notice.id)).join(Notice, Notice.tender_ref == Tender.ref)
    found = wanted.where(Notice.id > key, shows, ~made).group_by(Tender.id).order_by(func.max(Notice.id).desc())
    return [row[0] for row in db.session.execute(found)]


def _make(key: int) -> bool:
    """Make one document; False where the law of the tender asks for none."""
    tender = db.session.get_one(Tender, key)
    if not document_paper.is_asked_for(tender):
        return False
    made = document_paper.printed(tender)
    # The document took time, and no read may stay open while waiting for the lock.
    db.session.rollback()
    store = current_app.extensions["store"]
    try:
        with acting(PLATFORM) as act:
            document = document_paper.record(act, made)
    except Exception:
        store.remove(made.stored.key)
        raise
    if document is None:
        store.remove(made.stored.key)
    return True


# Making a document takes long, and nothing else may wait for it.
DUTIES = ()
SLOW_DUTIES = (render_documents,)
