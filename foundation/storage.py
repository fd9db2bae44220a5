"""Files on disk: written whole or not at all, under random names that tell nothing.

Every write is temp file → fsync → rename → fsync of the folder; so written, 100 of 100 survived a power cut, and 0 of
100 without fsync (design/scale-and-faults).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foundation.errors import HouseFault, Refusal

PIECE = 1 << 20
# Below this much free space uploads are refused early, so that what was accepted can still be opened and recorded.
LEAST_FREE = 256 << 20


@dataclass(frozen=True)
class Stored:
    """A stored file: its random key, its size in bytes and its SHA-256 in hexadecimal."""

    key: str
    size: int
    sha256: str


class Store:
    """A folder of files, two hexadecimal digits a sub-folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, key: str) -> Path:
        """Return where the file of this key lies. Keys are 32 hexadecimal digits and nothing else."""
        if len(key) != 32 or any(letter not in "0123456789abcdef" for letter in key):
            raise HouseFault("This is no key of the store.")
        return self.folder / key[:2] / key

    def put(self, pieces: Iterable[bytes], *, most: int) -> Stored:
        """Store `pieces` under a new random key; more than `most` bytes is refused with ``file.too_large``."""
        with self.writing() as (key, target):
            total, running = 0, hashlib.sha256()
            for piece in pieces:
                total += len(piece)
                if total > most:
                    raise Refusal("file.too_large", 413, most=most)
                running.update(piece)
                target.write(piece)
        return Stored(key, total, running.hexdigest())

    @contextmanager
    def writing(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield a new key and a file to write; the file gets its name only when the block ends without an error."""
        self.demand_room()
        key = secrets.token_hex(16)
        path = self.path(key)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".part")
        try:
            with temporary.open("xb") as target:
                yield key, target
                target.flush()
                os.fsync(target.fileno())
            temporary.rename(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """Open a stored file for reading."""
        return self.path(key).open("rb")

    def pieces(self, key: str) -> Iterator[bytes]:
        """Yield a stored file in pieces of one mebibyte."""
        with self.open(key) as source:
            while piece := source.read(PIECE):
                yield piece

    def remove(self, key: str) -> None:
        """Remove a file that no row names any more."""
        with suppress(FileNotFoundError):
            self.path(key).unlink()

    def demand_room(self) -> None:
        """Refuse with ``storage.full`` before a disk that fills up could harm what was accepted."""
        room = os.statvfs(self.folder)
        if room.f_bavail * room.f_frsize < LEAST_FREE:
            raise Refusal("storage.full", 413)


def sync_folder(folder: Path) -> None:
    """Put the folder's own entries on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a small file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    temporary.rename(path)
    sync_folder(path.parent)
