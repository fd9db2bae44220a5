"""The payload: a ustar tar written in one way only, and a reader that takes no other.

POSIX.1-1988 ustar: a 512-byte header for each file, its bytes, zeros to the next 512; two zero blocks; then
zeros up to the padded length. Since every field of a header follows from name and size, the reader builds
the header that should stand there and compares all 512 bytes: no links, no devices, no extensions, no
second reading.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bidding.seal.manifest import LARGEST_FILE, Manifest, SealedFile
from bidding.seal.offer import LARGEST_OFFER
from bidding.seal.padding import padme
from foundation.errors import Refusal

BLOCK = 512
OFFER = "offer.json"
_PIECE = 256 * 1024
_ZEROS = bytes(_PIECE)


def header_of(name: str, size: int) -> bytes:
    """Return the 512 bytes of the only header that a file of this ASCII name and size may have."""
    if not 0 <= size <= LARGEST_FILE or len(name) > 99:
        raise ValueError("A name has at most 99 bytes and a file less than 8 GiB.")
    block = bytearray(BLOCK)

    def put(at: int, field: bytes) -> None:
        block[at : at + len(field)] = field

    put(0, name.encode("ascii"))
    put(100, b"0000644\0")
    put(108, b"0000000\0")
    put(116, b"0000000\0")
    put(124, b"%011o\0" % size)
    put(136, b"00000000000\0")
    put(148, b"        ")
    put(156, b"0")
    put(257, b"ustar\x0000")
    put(148, b"%06o\0 " % sum(block))
    return bytes(block)


def tar_size(sizes: Sequence[int]) -> int:
    """Return the length of the tar of files of these sizes, without padding."""
    return sum(BLOCK + _rounded(size) for size in sizes) + 2 * BLOCK


class PayloadReader:
    """Gives the padded payload piece by piece to whoever reads; holds no file in memory.

    `sources` are the paths of the people's files in the order of `files`. A file that is no longer what
    `files` says raises `Refusal` ``pack.file_changed``.
    """

    def __init__(self, offer: bytes, files: Sequence[SealedFile], sources: Sequence[Path]) -> None:
        self.size = tar_size([len(offer), *(one.size for one in files)])
        self.padded = padme(self.size)
        self._pieces = self._all(offer, files, sources)
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, b"" at the end; a negative size reads all that is left."""
        if size < 0:
            held, self._held = self._held, b""
            return held + b"".join(self._pieces)
        if not self._held:
            self._held = next(self._pieces, b"")
        given, self._held = self._held[:size], self._held[size:]
        return given

    def _all(self, offer: bytes, files: Sequence[SealedFile], sources: Sequence[Path]) -> Iterator[bytes]:
        yield header_of(OFFER, len(offer)) + offer + bytes(_rounded(len(offer)) - len(offer))
        for one, source in zip(files, sources, strict=True):
            yield header_of(one.path, one.size)
            yield from _contents(one, source)
            if one.size % BLOCK:
                yield bytes(BLOCK - one.size % BLOCK)
        left = 2 * BLOCK + self.padded - self.size
        while left:
            piece = min(left, _PIECE)
            yield bytes(piece)
            left -= piece


@dataclass
class _Member:
    """One file on its way to the disk."""

    name: str
    size: int
    sha256: str
    rule: str


class Unpacker:
    """Takes a payload in pieces of any length (`write`) and lays its files into `folder`, checking all.

    `folder` gets "offer.json" and "files/1", …; each file's digest is compared with the manifest's. After
    the last piece `finish` must be called. Raises `Refusal`: ``envelope.payload`` (fact `at`: byte offset)
    for anything that is not the one right form, ``envelope.offer_digest``, ``envelope.file_digest`` (fact
    `path`).
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._manifest, self._folder = manifest, folder
        self._waiting = [_Member(OFFER, -1, manifest.offer, "envelope.offer_digest")]
        self._waiting += [_Member(f.path, f.size, f.sha256, "envelope.file_digest") for f in manifest.files]
        self._waiting.reverse()
        self._member: _Member | None = None
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._left = 0
        self._zeros = 0
        self._seen = 0
        (folder / "files").mkdir()

    def write(self, data: bytes) -> int:
        """Take the next piece; return its length."""
        view = memoryview(data)
        if self._seen + len(view) > self._manifest.payload_padded:
            raise self._wrong("longer than the manifest says")
        while view:
            taken = self._take(view)
            self._seen += taken
            view = view[taken:]
        return len(data)

    def finish(self) -> None:
        """Check that the payload is whole, after the last piece."""
        if self._waiting or self._member or self._seen != self._manifest.payload_padded:
            raise self._wrong("shorter than the manifest says")

    def close(self) -> None:
        """Close a file left open by a failure."""
        if self._file is not None:
            self._file.close()

    def _take(self, view: memoryview) -> int:
        """Take a part of the view that belongs to one field: zeros, contents or a header."""
        if self._zeros or not (self._member or self._waiting):
            part = view[: self._zeros] if self._zeros else view
            self._check_zeros(part)
            self._zeros -= len(part) if self._zeros else 0
            return len(part)
        if self._member:
            part = view[: self._left]
            self._hash.update(part)
            if self._file is not None:
                self._file.write(part)
            self._left -= len(part)
            if not self._left:
                self._end_member(self._member)
            return len(part)
        part = view[: BLOCK - len(self._buffer)]
        self._buffer += part
        if len(self._buffer) == BLOCK:
            self._begin_member(bytes(self._buffer))
            self._buffer.clear()
        return len(part)

    def _begin_member(self, block: bytes) -> None:
        member = self._waiting.pop()
        if member.size < 0:
            try:
                member.size = int(block[124:135], 8)
            except ValueError:
                raise self._wrong("header") from None
            if not 0 < member.size <= LARGEST_OFFER:
                raise self._wrong("size of the offer")
            if tar_size([member.size, *(f.size for f in self._manifest.files)]) != self._manifest.payload_size:
                raise self._wrong("size of the tar")
        if block != header_of(member.name, member.size):
            raise self._wrong("header")
        self._member, self._left = member, member.size
        self._hash = hashlib.sha256()
        self._file = (self._folder / member.name).open("xb", buffering=_PIECE)
        if not member.size:
            self._end_member(member)

    def _end_member(self, member: _Member) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        self._file = self._member = None
        self._zeros = _rounded(member.size) - member.size
        if self._hash.hexdigest() != member.sha256:
            raise Refusal(member.rule, path=member.name)

    def _check_zeros(self, part: memoryview) -> None:
        for at in range(0, len(part), _PIECE):
            piece = part[at : at + _PIECE]
            if piece != _ZEROS[: len(piece)]:
                raise self._wrong("zeros")

    def _wrong(self, reason: str) -> Refusal:
        return Refusal("envelope.payload", at=self._seen, reason=reason)


def _contents(one: SealedFile, source: Path) -> Iterator[bytes]:
    hashed, left = hashlib.sha256(), one.size
    with source.open("rb") as stream:
        while left:
            piece = stream.read(min(_PIECE, left))
            if not piece:
                raise Refusal("pack.file_changed", name=one.name)
            hashed.update(piece)
            left -= len(piece)
            yield piece
        if stream.read(1) or hashed.hexdigest() != one.sha256:
            raise Refusal("pack.file_changed", name=one.name)


def _rounded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
