"""How many pages an uploaded file says it has: PDF by pypdf, DOCX by its properties. In a process of its own.

A stranger's file may be made to run for ever, so `of_file` asks a child process with limits (as `foundation.texts`
does), and a file that cannot be read has no number. ``python -m foundation.page_counts FILE ENDING`` is that child.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

READABLE = (".pdf", ".docx")
MOST_BYTES = 100 << 20
MOST_PAGES = 100000
_MOST_SECONDS = 10
_MOST_MEMORY = 1 << 30
_MOST_PROPERTIES = 1 << 16
_PAGES = ".//{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}Pages"


def of_file(path: Path, ending: str) -> int | None:
    """Return the number of pages, None where the file does not say or cannot be read."""
    if ending not in READABLE or path.stat().st_size > MOST_BYTES:
        return None
    if ending == ".docx":
        found = _stated(path)
    else:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "foundation.page_counts", str(path)],
                cwd=Path(__file__).parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_MOST_SECONDS,
                check=True,
                text=True,
            )
        except (subprocess.SubprocessError, ValueError, OSError):
            return None
        found = done.stdout.strip()
    return int(found) if found.isascii() and found.isdigit() and 0 < int(found[:9]) <= MOST_PAGES else None


def _stated(path: Path) -> str:
    """Return what a DOCX says of itself; only its small properties are unpacked."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/app.xml") as source:
            text = source.read(_MOST_PROPERTIES + 1).decode()
        # A document type could name entities that grow without end.
        if len(text) > _MOST_PROPERTIES or "<!" in text:
            return ""
        found = ElementTree.fromstring(text).find(_PAGES)  # noqa: S314 (small, and without entities)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, OSError, ValueError, RuntimeError):
        return ""
    except (NotImplementedError, ElementTree.ParseError):
        return ""
    return (found.text or "").strip() if found is not None else ""


def _main(path: str) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    from pypdf import PdfReader

    # The root's own count: walking through the pages of a faulty file would be work without end.
    root: Any = PdfReader(path).trailer["/Root"]
    print(int(root["/Pages"]["/Count"]))


if __name__ == "__main__":
    _main(sys.argv[1])
