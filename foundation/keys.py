"""The server's own keys on disk: made at first start, mode 0600, under the instance folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from foundation.storage import write_whole


def kept_text(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a key file, making it first where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, (make() + "\n").encode())
    return path.read_text().strip()
