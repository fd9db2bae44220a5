"""Reading the words of uploaded files: PDF by pypdf, DOCX by python-docx, plain text. In a process of its own.

A stranger's file may be made to run for ever or to fill the memory, so `of_file` reads it in a child process with
limits, and a file that cannot be read gives no words instead of an error. ``python -m foundation.texts FILE ENDING``
is that child: it writes a JSON list of pages to standard output.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_PAGES = 1000
MOST_WORDS = 4_000_000
MOST_SECONDS = 40
MOST_MEMORY = 1 << 30
MOST_BYTES = 100 << 20

READABLE = (".pdf", ".docx", ".txt", ".csv")


def of_file(path: Path, ending: str) -> list[str]:
    """Return the text of each page (one for DOCX and plain text); an empty list where nothing can be read."""
    if ending not in READABLE or path.stat().st_size > MOST_BYTES or _is_wordless(path, ending):
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-m", "foundation.texts", str(path), ending],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MOST_SECONDS,
            check=True,
        )
        pages = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError, OSError):
        return []
    return [str(one) for one in pages] if any(str(one).strip() for one in pages) else []


def _is_wordless(path: Path, ending: str) -> bool:
    """Tell of a small PDF without a font, and without packed objects that could hold one, that it shows no words."""
    if ending != ".pdf" or path.stat().st_size > 1 << 20:
        return False
    data = path.read_bytes()
    return b"/Font" not in data and b"/ObjStm" not in data


def _pages(path: Path, ending: str) -> Iterator[str]:
    if ending == ".pdf":
        from pypdf import PdfReader

        for page in PdfReader(path).pages[:MOST_PAGES]:
            yield page.extract_text()
    elif ending == ".docx":
        import docx

        document = docx.Document(str(path))
        lines = [one.text for one in document.paragraphs]
        # A cell that spans columns is listed once for each of them.
        for table in document.tables:
            for row in table.rows:
                lines += dict.fromkeys(cell.text for cell in row.cells)
        yield "\n".join(lines)
    else:
        data = path.read_bytes()
        try:
            yield data.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield data.decode("gb18030", errors="replace")


def _bounded(pages: Iterator[str]) -> list[str]:
    found, left = [], MOST_WORDS
    for page in pages:
        found.append(page[:left])
        left -= len(found[-1])
        if left <= 0:
            break
    return found


def _main(path: str, ending: str) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    json.dump(_bounded(_pages(Path(path), ending)), sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
