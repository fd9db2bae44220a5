"""Documents on their way out: whole or in part, saved or shown, and never able to run anything in the house's name."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, current_app, request

from foundation.storage import PIECE, Store
from procurement.tender import previews
from procurement.tender.models import Document

SANDBOX = "sandbox; default-src 'none'"
# Types that a browser may show by itself; anything else is saved.
SHOWN = ("application/pdf", "image/png", "image/jpeg", "text/plain")


def file_answer(found: Document, *, inline: bool) -> Response:
    """Return a document's bytes from the disk, a range of them where that is asked for.

    It is saved under its own name unless `inline` and of a type that browsers show.
    """
    store: Store = current_app.extensions["store"]
    answer = Response(_Pieces(store.path(found.storage_key)), content_type=found.media_type, direct_passthrough=True)
    answer.set_etag(found.sha256)
    manner = "inline" if inline and found.media_type in SHOWN else "attachment"
    answer.headers["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(found.file_name, safe='')}"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.make_conditional(request, accept_ranges=True, complete_length=found.size)
    return answer


class _Pieces:
    """A file read piece by piece from where a range begins; opened when it is read, and closed at its end."""

    def __init__(self, path: Path) -> None:
        self._path, self._start = path, 0
        self._source: BinaryIO | None = None

    def __iter__(self) -> _Pieces:
        return self

    def __next__(self) -> bytes:
        if self._source is None:
            self._source = self._path.open("rb")
            self._source.seek(self._start)
        piece = self._source.read(PIECE)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def seekable(self) -> bool:
        return True

    def seek(self, start: int) -> None:
        self._start = start

    def tell(self) -> int:
        return self._start

    def close(self) -> None:
        if self._source is not None:
            self._source.close()


def preview_of(found: Document) -> previews.Preview:
    """Return what a page may show of a document."""
    store: Store = current_app.extensions["store"]
    return previews.preview(store.path(found.storage_key), found.media_type)
