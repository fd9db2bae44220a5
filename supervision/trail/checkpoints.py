"""C2SP tlog-checkpoint: origin, size and root of the trail as a signed note. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from supervision.trail import notes
from supervision.trail.canonical import base64_bytes, base64_text
from supervision.trail.faults import TrailError
from supervision.trail.merkle import HASH_SIZE

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree head of the log `origin`: `size` leaves under `root` (32 bytes); `extensions` are opaque
    lines.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the note's text, each line with its newline."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        if any(not line or "\n" in line for line in lines) or len(self.root) != HASH_SIZE or self.size < 0:
            raise TrailError("checkpoint.malformed")
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint whose signature by the log was verified, with its bytes and the witnesses that cosigned
    it.
    """

    checkpoint: Checkpoint
    data: bytes
    key: notes.Verifier
    witnessed: tuple[tuple[notes.Verifier, int], ...]


def parse(text: str, *, extensions: bool = False) -> Checkpoint:
    """Read a checkpoint's text strictly; extension lines are refused unless `extensions` allows them.

    Raises `TrailError` ``checkpoint.malformed``.
    """
    lines = text.split("\n")
    if lines.pop() != "" or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise TrailError("checkpoint.malformed")
    if len(lines) > 3 and not extensions:
        raise TrailError("checkpoint.malformed")
    try:
        root = base64_bytes(lines[2])
    except TrailError as error:
        raise TrailError("checkpoint.malformed") from error
    if len(root) != HASH_SIZE:
        raise TrailError("checkpoint.malformed")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))


def read(data: bytes) -> Checkpoint:
    """Return what a signed checkpoint says, **without** believing it: no signature is checked."""
    return parse(notes.parse(data).text)


def sign(checkpoint: Checkpoint, signer: notes.Signer) -> bytes:
    """Return the checkpoint as a note signed by the log's key, whose name must be the origin."""
    if signer.name != checkpoint.origin or signer.kind != notes.ED25519:
        raise TrailError("checkpoint.wrong_key", origin=checkpoint.origin, name=signer.name)
    return notes.sign_note(checkpoint.text(), signer)


def open_checkpoint(
    data: bytes, log_keys: Iterable[notes.Verifier], witnesses: Iterable[notes.Verifier] = ()
) -> Signed:
    """Return a checkpoint that a log key named like its origin signed.

    Raises `TrailError` ``note.malformed``, ``note.signature_wrong``, ``note.unsigned``,
    ``checkpoint.malformed`` or ``checkpoint.wrong_key``.
    """
    keys = [key for key in log_keys if key.kind == notes.ED25519]
    opened = notes.open_note(data, [*keys, *(key for key in witnesses if key.kind == notes.COSIGNATURE)])
    checkpoint = parse(opened.text)
    for key in opened.signers:
        if key.name == checkpoint.origin:
            return Signed(checkpoint, data, key, opened.witnessed)
    raise TrailError("checkpoint.wrong_key", origin=checkpoint.origin, name=opened.signers[0].name)
