"""Which files may become tender documents: judged by their bytes, never by what the browser says of them.

Whatever a browser could run in the reader's name (HTML, SVG, scripts) and whatever a computer could run (programs,
macros, archives that hold either) is refused.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from foundation.errors import Refusal

PIECE = 1 << 20

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
    ".zip": "application/zip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain",
    ".csv": "text/csv",
}

# The part that makes a ZIP container what its ending says.
_HEART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".ofd": "OFD.xml"}
_FIRST_BYTES = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_RUNS = re.compile(
    r"(\.(html?|xhtml|mht|mhtml|svgz?|xml|js|mjs|jse|vbs|vbe|wsf|hta|ps1|sh|bat|cmd|com|exe|msi|dll|scr|pif|cpl|jar|"
    r"apk|app|dmg|deb|rpm|lnk|url|reg|docm|xlsm|pptm|xlam|php|py|pl|rb)|vbaproject\.bin)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|svg|script|iframe|object|embed|\?xml|\?php)", re.IGNORECASE)
_MOST_PARTS = 20000
# A container's list of parts is read into memory, so its size is looked at first: in the last record of the file.
_MOST_LIST = 4 << 20
_END, _END_64, _END_SIZE = b"PK\x05\x06", b"PK\x06\x07", 22


def clean_name(given: str) -> str:
    """Return a file's name without folders and unprintable signs; refuses one without a known ending."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    # Signs of the categories C and Z are invisible or turn the direction of reading, so that an ending may lie.
    name = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    name = " ".join(name.split()).lstrip(".")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip():
        raise Refusal("document.file_name")
    if f".{ending.lower()}" not in TYPES:
        raise Refusal("document.unsafe_type")
    return f"{stem[:180]}.{ending.lower()}"


def admit(path: Path, name: str) -> str:
    """Return the media type of a stored file named `name` (see `clean_name`).

    Refuses ``document.unsafe_type`` where the bytes are not what the ending says or could run, ``document.empty``.
    """
    ending = f".{name.rpartition('.')[2]}"
    if path.stat().st_size == 0:
        raise Refusal("document.empty")
    if ending in _FIRST_BYTES:
        with path.open("rb") as source:
            sound = source.read(8).startswith(_FIRST_BYTES[ending])
    elif ending in (".txt", ".csv"):
        sound = _is_plain_text(path)
    else:
        sound = _is_harmless_container(path, _HEART.get(ending))
    if not sound:
        raise Refusal("document.unsafe_type")
    return TYPES[ending]


def pieces(source: IO[bytes]) -> Iterator[bytes]:
    """Yield an upload piece by piece, for the store."""
    while piece := source.read(PIECE):
        yield piece


def _is_harmless_container(path: Path, heart: str | None) -> bool:
    try:
        with path.open("rb") as source:
            # A program with an archive behind it is still a program.
            if source.read(4) not in (b"PK\x03\x04", _END) or not _has_a_short_list(source):
                return False
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    if len(names) > _MOST_PARTS or (heart is not None and heart not in names):
        return False
    if heart is None:
        # Windows drops points and spaces at the end of a name.
        return not any(_RUNS.search(one.rstrip(". ")) for one in names)
    return not any(one.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for one in names)


def _has_a_short_list(source: IO[bytes]) -> bool:
    """Tell whether an archive states a list of parts that may be read; the 64-bit form has no use at these sizes."""
    source.seek(0, 2)
    source.seek(max(0, source.tell() - (1 << 16) - _END_SIZE))
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or _END_64 in tail or len(tail) - at < _END_SIZE:
        return False
    return int.from_bytes(tail[at + 12 : at + 16], "little") <= _MOST_LIST


def _is_plain_text(path: Path) -> bool:
    return any(_reads_as(path, encoding) for encoding in ("utf-8-sig", "gb18030"))


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    beginning = ""
    try:
        with path.open("rb") as source:
            for piece in pieces(source):
                text = decoder.decode(piece)
                if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\f" for sign in text):
                    return False
                beginning = (beginning + text)[: 1 << 16]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not beginning.startswith("#!") and not _MARKUP.search(beginning)
