"""How a file comes in from a form: streamed into the store in constant memory, judged by its bytes, then an act."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from foundation import filters, page_counts
from foundation.database import db
from foundation.errors import Refusal
from foundation.storage import Store, Stored
from foundation.web import csrf
from identity.guard import act_now
from procurement.tender import documents, operations
from procurement.tender.board import own
from procurement.tender.models import Document

# What the fields of the long form may have beside the file.
MOST_FIELDS = 4 << 20


def most() -> int:
    """Return how many bytes a tender document may have."""
    size: int = current_app.config["SETTINGS"].most_document
    return size


def admit_large_body() -> None:
    """Let a tender document through, and check the token of the form only now that its size is allowed.

    Refuses ``document.too_large`` (413) before the body is read. A body of 500 MB is spooled to disk by the server and
    by the form's parser, so that it never stands in memory.
    """
    request.max_content_length = most() + MOST_FIELDS
    request.max_form_memory_size = MOST_FIELDS
    request.max_form_parts = 20000
    if (request.content_length or 0) > request.max_content_length:
        raise _too_large()
    csrf.protect()


def store() -> Store:
    """Return the house's store of files."""
    found: Store = current_app.extensions["store"]
    return found


def stored(given: FileStorage) -> dict[str, Any]:
    """Store an upload and judge it by its bytes.

    Returns `file_name`, `media_type`, `stored` and `pages`, as `operations.add_document` takes them. Refuses
    ``document.missing``, ``document.file_name``, ``document.unsafe_type``, ``document.empty``, ``document.too_large``.
    """
    if not given.filename:
        raise Refusal("document.missing")
    name = documents.clean_name(given.filename)
    try:
        found: Stored = store().put(documents.pieces(given.stream), most=most())
    except Refusal as refused:
        raise _too_large() if refused.rule == "file.too_large" else refused from refused
    finally:
        given.close()
    path = store().path(found.key)
    try:
        media_type = documents.admit(path, name)
    except Refusal:
        store().remove(found.key)
        raise
    pages = page_counts.of_file(path, f".{name.rpartition('.')[2]}")
    return {"file_name": name, "media_type": media_type, "stored": found, "pages": pages}


def take_document(ref: str, given: FileStorage | None, title: str, *, instead_of: str = "") -> str:
    """Take one file for a draft, as a new document or in the place of one; returns its SHA-256."""
    if given is None or not given.filename:
        raise Refusal("document.missing")
    taken = stored(given)
    old = ""
    try:
        with act_now() as act:
            if instead_of:
                old = operations.redraft_document(act, own(ref), instead_of, title, **taken)
            else:
                operations.add_document(act, own(ref), title, **taken)
    except Exception:
        store().remove(taken["stored"].key)
        raise
    _forget(old)
    return str(taken["stored"].sha256)


def remove_document(ref: str, document: str) -> None:
    """Take a document off a draft, and its file with it."""
    with act_now() as act:
        key = operations.remove_document(act, own(ref), document)
    _forget(key)


def _forget(key: str) -> None:
    """Remove a file that no document names any more: the stages of a procurement share their files."""
    shared = select(Document.id).where(Document.storage_key == key).limit(1)
    if key and db.session.execute(shared).first() is None:
        store().remove(key)
        # What the lint read in it lies beside it.
        store().path(key).with_suffix(".words.json").unlink(missing_ok=True)


def _too_large() -> Refusal:
    return Refusal("document.too_large", 413, most=filters.size(most()))
