"""C2SP signed notes (Ed25519) and the cosignatures of witnesses (tlog-cosignature, cosignature/v1). Pure.

A note is text, an empty line, and lines of signatures: em dash, name, base64 of four bytes of key id and the
signature. Signatures by unknown keys are ignored, one by a known key that fails refuses the whole note.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from supervision.trail.canonical import base64_bytes, base64_text
from supervision.trail.faults import TrailError

ED25519 = 0x01
COSIGNATURE = 0x04
LARGEST_NOTE = 1_000_000
MOST_SIGNATURES = 100
_DASH = "\u2014 "


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes SHA-256(name || 0x0A || kind || public key)[:4] of C2SP signed-note."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key: `name`, `kind` (`ED25519` for a log, `COSIGNATURE` for a witness), 32 raw bytes
    `public`.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE) or len(self.public) != 32:
            raise TrailError("key.malformed")

    @property
    def id(self) -> bytes:
        """The four bytes by which signature lines name this key."""
        return key_id(self.name, self.kind, self.public)

    def text(self) -> str:
        """Return the verifier key ``name+id+base64``, without newline."""
        return f"{self.name}+{self.id.hex()}+{base64_text(bytes([self.kind]) + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> Verifier:
        """Read a verifier key strictly. Raises `TrailError` ``key.malformed``."""
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        try:
            data = base64_bytes(encoded)
            verifier = cls(name, data[0], data[1:])
        except (TrailError, IndexError) as error:
            raise TrailError("key.malformed") from error
        if verifier.text() != text:
            raise TrailError("key.malformed")
        return verifier

    def check(self, text: str, signature: bytes) -> int | None:
        """Refuse a wrong signature of `text`; return the POSIX time that a cosignature carries, else None.

        Raises `TrailError` ``note.signature_wrong``.
        """
        moment, message, body = None, text.encode(), signature
        if self.kind == COSIGNATURE:
            moment, body = int.from_bytes(signature[:8], "big"), signature[8:]
            if moment >= 1 << 63:
                raise TrailError("note.signature_wrong", name=self.name)
            message = _cosigned(text, moment)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(body, message)
        except (InvalidSignature, ValueError) as error:
            raise TrailError("note.signature_wrong", name=self.name) from error
        return moment


@dataclass(frozen=True, slots=True)
class Signer:
    """A private Ed25519 key with its name; `kind` says whether it signs notes or cosigns checkpoints."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE) or len(self.seed) != 32:
            raise TrailError("key.malformed")

    @classmethod
    def generate(cls, name: str, kind: int = ED25519) -> Signer:
        """Make a fresh key from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), kind)

    @classmethod
    def from_text(cls, text: str) -> Signer:
        """Read ``PRIVATE+KEY+name+id+base64``, as Go's note package writes it. Raises `TrailError`
        ``key.malformed``.
        """
        parts = text.split("+", 4)
        try:
            data = base64_bytes(parts[4])
            signer = cls(parts[2], data[1:], data[0])
        except (TrailError, IndexError) as error:
            raise TrailError("key.malformed") from error
        if signer.text() != text:
            raise TrailError("key.malformed")
        return signer

    def text(self) -> str:
        """Return the secret ``PRIVATE+KEY+name+id+base64``, without newline."""
        secret = base64_text(bytes([self.kind]) + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{secret}"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.kind, self._key().public_key().public_bytes_raw())

    def sign(self, text: str, *, moment: int | None = None) -> bytes:
        """Return the signature of a note's text; a cosigner also needs `moment`, POSIX seconds."""
        if self.kind == ED25519:
            return self._key().sign(text.encode())
        if moment is None or not 0 <= moment < 1 << 63:
            raise TrailError("note.moment")
        return moment.to_bytes(8, "big") + self._key().sign(_cosigned(text, moment))

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, not yet believed."""

    name: str
    id: bytes
    value: bytes

    def line(self) -> str:
        """Return the line, with its newline."""
        return f"{_DASH}{self.name} {base64_text(self.id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note's text (with its last newline) and its signature lines, not yet believed."""

    text: str
    signatures: tuple[Signature, ...]

    def data(self) -> bytes:
        """Return the note's bytes."""
        return (self.text + "\n" + "".join(each.line() for each in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A note whose text may be believed: who signed it, and when witnesses saw it (POSIX seconds)."""

    text: str
    signers: tuple[Verifier, ...]
    witnessed: tuple[tuple[Verifier, int], ...]


def parse(data: bytes) -> Note:
    """Read a note strictly, without checking signatures. Raises `TrailError` ``note.malformed``."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TrailError("note.malformed") from error
    text, separator, block = whole.rpartition("\n\n")
    lines = block.split("\n")
    if (
        len(data) > LARGEST_NOTE
        or not separator
        or lines.pop() != ""
        or not 0 < len(lines) <= MOST_SIGNATURES
        or any(letter < " " and letter != "\n" for letter in whole)
    ):
        raise TrailError("note.malformed")
    signatures = tuple(_signature(line) for line in lines)
    if len({(each.name, each.id) for each in signatures}) != len(signatures):
        raise TrailError("note.malformed")
    return Note(text + "\n", signatures)


def open_note(data: bytes, verifiers: Iterable[Verifier]) -> Opened:
    """Return the text of a note that at least one of `verifiers` signed.

    A witness alone is not enough: its cosignature says that it saw, not that the log said. Raises
    `TrailError` ``note.malformed``, ``note.signature_wrong`` (a known key, a wrong signature) or
    ``note.unsigned``.
    """
    note = parse(data)
    known = {(each.name, each.id): each for each in verifiers}
    signers, witnessed = [], []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.id))
        if verifier is None:
            continue
        moment = verifier.check(note.text, signature.value)
        if moment is None:
            signers.append(verifier)
        else:
            witnessed.append((verifier, moment))
    if not signers:
        raise TrailError("note.unsigned")
    return Opened(note.text, tuple(signers), tuple(witnessed))


def sign_note(text: str, *signers: Signer) -> bytes:
    """Return the note with `text` (which must end with a newline) signed by each of `signers`."""
    signatures = tuple(Signature(each.name, each.verifier.id, each.sign(text)) for each in signers)
    return parse(Note(text, signatures).data()).data()


def cosign(data: bytes, witness: Signer, moment: int) -> bytes:
    """Return the signed checkpoint `data` with one more line: that `witness` saw it at `moment` (POSIX
    seconds).

    Whether the checkpoint is consistent with what the witness saw before is for the caller to have checked.
    """
    if witness.kind != COSIGNATURE:
        raise TrailError("key.malformed")
    note = parse(data)
    line = Signature(witness.name, witness.verifier.id, witness.sign(note.text, moment=moment))
    return parse(Note(note.text, (*note.signatures, line)).data()).data()


def _cosigned(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def _signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator:
        raise TrailError("note.malformed")
    try:
        _check_name(name)
        value = base64_bytes(encoded)
    except TrailError as error:
        raise TrailError("note.malformed") from error
    if len(value) < 5:
        raise TrailError("note.malformed")
    return Signature(name, value[:4], value[4:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise TrailError("key.malformed")
