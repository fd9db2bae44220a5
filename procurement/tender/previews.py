"""The beginning of a stored document for a page: plain text that the page escapes, and nothing that could run."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

MOST_TEXT, MOST_LINES, MOST_COLUMNS = 1 << 14, 60, 16
_KINDS = {"application/pdf": "pdf", "image/png": "picture", "image/jpeg": "picture"}


@dataclass(frozen=True)
class Preview:
    """What a page may show of a document. `kind` is ``text``, ``table``, ``picture``, ``pdf`` or ``none``.

    `lines` are those of a text, `rows` those of a table; `is_cut` tells that there is more.
    """

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_cut: bool = False


def preview(path: Path, media_type: str) -> Preview:
    """Return what a page may show of a stored file of this type."""
    if media_type not in ("text/plain", "text/csv"):
        return Preview(_KINDS.get(media_type, "none"))
    text, is_cut = _beginning(path)
    lines = text.splitlines()
    is_cut = is_cut or len(lines) > MOST_LINES
    if media_type == "text/csv":
        try:
            rows = list(csv.reader(io.StringIO("\n".join(lines[:MOST_LINES]))))
        except csv.Error:
            rows = []
        if rows:
            return Preview("table", rows=tuple(tuple(row[:MOST_COLUMNS]) for row in rows), is_cut=is_cut)
    return Preview("text", lines=tuple(lines[:MOST_LINES]), is_cut=is_cut)


def _beginning(path: Path) -> tuple[str, bool]:
    with path.open("rb") as source:
        data = source.read(MOST_TEXT + 1)
    is_cut = len(data) > MOST_TEXT
    data = data[:MOST_TEXT]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), is_cut
        except UnicodeDecodeError as error:
            # The last sign may be cut in the middle.
            if is_cut and error.start > MOST_TEXT - 4:
                return data[: error.start].decode(encoding), is_cut
    return "", is_cut
