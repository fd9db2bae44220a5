"""Documents on their way out: whole or in part, saved or shown, and never able to run anything in the house's name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import current_app, send_file

from foundation.storage import Store
from procurement.tender import previews
from procurement.tender.models import Document

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
# Types that a browser may show by itself; anything else is saved.
SHOWN = ("application/pdf", "image/png", "image/jpeg", "text/plain")


def file_answer(found: Document, *, inline: bool) -> Any:
    """Return a document's bytes from the disk, a range of them where that is asked for.

    It is saved under its own name unless `inline` and of a type that browsers show.
    """
    store: Store = current_app.extensions["store"]
    answer = send_file(store.path(found.storage_key), mimetype=found.media_type, conditional=True, etag=found.sha256)
    # The digest tells whether a copy is the same; the moment of the upload is nobody's business.
    answer.headers.pop("Last-Modified", None)
    manner = "inline" if inline and found.media_type in SHOWN else "attachment"
    answer.headers["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(found.file_name, safe='')}"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def preview_of(found: Document) -> previews.Preview:
    """Return what a page may show of a document."""
    store: Store = current_app.extensions["store"]
    return previews.preview(store.path(found.storage_key), found.media_type)
