"""The manifest: what a supplier seals and may sign. Its RFC 8785 bytes are the document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bidding.seal.claims import MOST_VERSION, Claims, FileClaim
from bidding.seal.padding import padme
from bidding.seal.reading import HEX64, LABEL, MEDIA_TYPE, RECIPIENT, Fields, Problems, is_clean, read_json
from bidding.seal.terms import Terms
from foundation import canonical
from foundation.errors import Refusal

FORMAT = "sunseal-manifest/1"
MOST_FILES = 200
LARGEST_MANIFEST = 512 * 1024
LARGEST_FILE = 0o77777777777
"""Bytes of the largest file: what eleven octal digits of a ustar header can say (8 GiB less one)."""

PYTHON_PACKER = "python-packer"
_BUNDLE = re.compile(rf"([0-9a-f]{{64}}|{PYTHON_PACKER})\Z")


@dataclass(frozen=True)
class Supplier:
    """The supplier as the envelope names it: registered name and organisation number."""

    name: str
    number: str

    def as_json(self) -> dict[str, Any]:
        """Return the JSON value."""
        return {"name": self.name, "number": self.number}


@dataclass(frozen=True)
class SealedFile:
    """One file of the payload: path in the tar, people's name of it, media type, size in bytes, SHA-256."""

    path: str
    name: str
    type: str
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return the JSON value."""
        return {
            "path": self.path,
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Manifest:
    """All that one envelope holds and is bound to. Sizes are bytes, digests lowercase hexadecimal SHA-256."""

    tender: str
    lot: str
    envelope: int
    notice: str
    supplier: Supplier
    offer: str
    files: tuple[SealedFile, ...]
    payload_size: int
    payload_padded: int
    ciphertext: FileClaim
    recipient: str
    bundle: str
    version: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the JSON value whose RFC 8785 bytes are sealed."""
        return {
            "format": FORMAT,
            "tender": self.tender,
            "lot": self.lot,
            "envelope": self.envelope,
            "notice": self.notice,
            "supplier": self.supplier.as_json(),
            "offer": self.offer,
            "files": [one.as_json() for one in self.files],
            "payload": {"size": self.payload_size, "padded": self.payload_padded},
            "ciphertext": {"size": self.ciphertext.size, "sha256": self.ciphertext.sha256},
            "recipient": self.recipient,
            "bundle": self.bundle,
            **({"version": self.version} if self.version > 1 else {}),
        }

    def as_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.canonical(self.as_json())


def parse_manifest(data: bytes) -> Manifest:
    """Parse the canonical bytes of a manifest.

    Raises `Refusal` with ``manifest.malformed``, ``manifest.missing_field``, ``manifest.unknown_field`` or
    ``manifest.not_canonical``; all problems at once stand in its `reasons`.
    """
    value = read_json(data, "manifest.malformed", limit=LARGEST_MANIFEST)
    problems = Problems()
    top = Fields(
        value,
        (
            "format",
            "tender",
            "lot",
            "envelope",
            "notice",
            "supplier",
            "offer",
            "files",
            "payload",
            "ciphertext",
            "recipient",
            "bundle",
        ),
        problems,
        "manifest.malformed",
        optional=("version",),
    )
    top.constant("format", FORMAT)
    payload = Fields(top.value.get("payload"), ("size", "padded"), problems, "manifest.malformed", "payload")
    cipher = Fields(
        top.value.get("ciphertext"), ("size", "sha256"), problems, "manifest.malformed", "ciphertext"
    )
    digits = "64 lowercase hexadecimal digits"
    manifest = Manifest(
        tender=top.match("tender", LABEL, "reference"),
        lot=top.text("lot", longest=64),
        envelope=top.whole("envelope", least=1, most=9),
        notice=top.match("notice", HEX64, digits),
        supplier=parse_supplier(top.value.get("supplier"), problems, "manifest.malformed"),
        offer=top.match("offer", HEX64, digits),
        files=parse_files(top.items("files", most=MOST_FILES), problems, "manifest.malformed"),
        payload_size=payload.whole("size", least=2048),
        payload_padded=payload.whole("padded", least=2048),
        ciphertext=FileClaim(cipher.whole("size", least=1), cipher.match("sha256", HEX64, digits)),
        recipient=top.match("recipient", RECIPIENT, "an X25519 recipient"),
        bundle=top.match("bundle", _BUNDLE, "the digest of the client bundle"),
        version=top.whole("version", least=2, most=MOST_VERSION) if "version" in top.value else 1,
    )
    if not problems.found and padme(manifest.payload_size) != manifest.payload_padded:
        problems.add("manifest.malformed", at="payload.padded", expected=padme(manifest.payload_size))
    problems.stop()
    if manifest.as_bytes() != data:
        raise Refusal("manifest.not_canonical")
    return manifest


def check_manifest(manifest: Manifest, claims: Claims, terms: Terms) -> None:
    """Check that a manifest belongs to these claims and this notice.

    Raises `Refusal` ``envelope.manifest`` with the fact `at` naming the field that differs; all differences
    stand in its `reasons`.
    """
    problems = Problems()
    wanted = (
        ("tender", manifest.tender, terms.tender),
        ("lot", manifest.lot, terms.lot),
        ("envelope", manifest.envelope, terms.envelope),
        ("notice", manifest.notice, terms.notice),
        ("claims.lot", claims.lot, terms.lot),
        ("claims.notice", claims.notice, terms.notice),
        ("claims.envelope", claims.envelope, terms.envelope),
        ("version", manifest.version, claims.version),
        ("ciphertext", manifest.ciphertext, claims.files["bid.age"]),
    )
    for at, is_, should in wanted:
        if is_ != should:
            problems.add("envelope.manifest", at=at)
    problems.stop()


def parse_supplier(value: Any, problems: Problems, rule: str) -> Supplier:
    """Read {"name", "number"}; problems are noted under `rule`."""
    fields = Fields(value, ("name", "number"), problems, rule, "supplier")
    return Supplier(fields.text("name"), fields.text("number", longest=64))


def parse_files(values: Sequence[Any], problems: Problems, rule: str) -> tuple[SealedFile, ...]:
    """Read the list of files: paths "files/1", "files/2", … in order, names that are plain file names."""
    found: list[SealedFile] = []
    for number, value in enumerate(values, start=1):
        fields = Fields(value, ("path", "name", "type", "size", "sha256"), problems, rule, f"files.{number}")
        fields.constant("path", f"files/{number}")
        name = fields.text("name", longest=255)
        if name and not is_file_name(name):
            fields.wrong("name", "a plain file name")
        found.append(
            SealedFile(
                f"files/{number}",
                name,
                fields.match("type", MEDIA_TYPE, "a media type"),
                fields.whole("size", most=LARGEST_FILE),
                fields.match("sha256", HEX64, "64 lowercase hexadecimal digits"),
            )
        )
    return tuple(found)


def is_file_name(name: str) -> bool:
    """Tell whether a name is a plain file name: no path, no control character, at most 255 bytes of UTF-8."""
    return (
        is_clean(name)
        and 0 < len(name.encode()) <= 255
        and not set(name) & {"/", "\\"}
        and name not in (".", "..")
    )
