"""A strict reader of age v1 headers: server, browser and auditor agree on which bytes are an envelope.

Libraries differ in what they tolerate (`pyrage` takes two malformed headers that the `age` command
refuses); this reader follows the grammar of C2SP age, section "Header", to the letter and then allows only
what a bid needs: as many X25519 stanzas as the layer has recipients, and at most one grease stanza, which
`rage` adds behind them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

from bidding.seal.padding import is_padded, plaintext_size
from foundation.errors import Refusal

VERSION = b"age-encryption.org/v1"
LARGEST_HEADER = 64 * 1024
LARGEST_GREASE = 1024
"""Bytes of the largest grease stanza taken; `rage` writes less than 200."""

_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\Z")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*\Z")


@dataclass(frozen=True)
class Stanza:
    """One recipient stanza: its type and arguments, and the decoded body."""

    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A parsed header: its stanzas, the 32 bytes of its MAC, and its length in bytes."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    length: int


@dataclass(frozen=True)
class AgeFile:
    """A file whose header is strict and whose size is possible: the header and the bytes of its plaintext."""

    header: Header
    size: int
    plaintext: int


def parse_header(data: bytes) -> Header:
    """Parse the header at the beginning of an age file by the grammar alone.

    Raises `Refusal` with ``envelope.not_encrypted``, ``envelope.armored`` or ``envelope.header`` (fact
    `at`: the line).
    """
    if data[:64].lstrip().startswith(b"-----BEGIN AGE"):
        raise Refusal("envelope.armored")
    if not data.startswith(b"age-encryption.org/"):
        raise Refusal("envelope.not_encrypted")
    lines = _Lines(data[:LARGEST_HEADER])
    if lines.next() != VERSION:
        raise lines.wrong("version")
    stanzas: list[Stanza] = []
    while True:
        line = lines.next()
        if line.startswith(b"---"):
            break
        stanzas.append(_stanza(line, lines))
    if not stanzas:
        raise lines.wrong("no stanza")
    if not line.startswith(b"--- "):
        raise lines.wrong("mac")
    mac = _decode(line[4:])
    if mac is None or len(mac) != 32:
        raise lines.wrong("mac")
    return Header(tuple(stanzas), mac, lines.position)


def check_stanzas(header: Header, recipients: int) -> None:
    """Check for exactly `recipients` X25519 stanzas and at most one grease stanza after them.

    Raises `Refusal` with ``envelope.header`` for a malformed X25519 stanza, ``envelope.stanzas`` for
    another set.
    """
    stanzas = list(header.stanzas)
    if stanzas[-1].arguments[0].endswith("-grease") and len(stanzas) > 1:
        grease = stanzas.pop()
        if len(grease.body) + sum(map(len, grease.arguments)) > LARGEST_GREASE:
            raise Refusal("envelope.stanzas", expected=recipients, found="large grease")
    if len(stanzas) != recipients or any(one.arguments[0] != "X25519" for one in stanzas):
        raise Refusal("envelope.stanzas", expected=recipients, found=len(stanzas))
    for one in stanzas:
        share = _decode(one.arguments[1].encode()) if len(one.arguments) == 2 else None
        if share is None or len(share) != 32 or len(one.body) != 32:
            raise Refusal("envelope.header", at="X25519")


def check_bytes(data: bytes, recipients: int) -> AgeFile:
    """Check an age file held in memory; errors as `check_file`."""
    return _checked(parse_header(data), len(data), recipients)


def check_file(path: Path, recipients: int) -> AgeFile:
    """Check header, stanzas and size of an age file without any key.

    Raises `Refusal` as `parse_header` and `check_stanzas` do, and ``envelope.size`` where no plaintext has
    this size.
    """
    with path.open("rb") as stream:
        header = parse_header(stream.read(LARGEST_HEADER))
    return _checked(header, path.stat().st_size, recipients)


def check_padding(plaintext: int) -> None:
    """Refuse with ``envelope.padding`` a payload of a length that padding a tar never gives."""
    if not is_padded(plaintext) or plaintext % 512 or plaintext < 2048:
        raise Refusal("envelope.padding", size=plaintext)


class _Lines:
    """Walks over lines that end in a single line feed."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position, self.number = data, 0, 0

    def next(self) -> bytes:
        self.number += 1
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise self.wrong("no line end")
        line = self.data[self.position : end]
        self.position = end + 1
        return line

    def wrong(self, reason: str) -> Refusal:
        return Refusal("envelope.header", at=self.number, reason=reason)


def _stanza(line: bytes, lines: _Lines) -> Stanza:
    found = _ARGUMENTS.match(line)
    if not found:
        raise lines.wrong("arguments")
    text = b""
    while True:
        part = lines.next()
        if len(part) > 64 or not _BASE64.match(part):
            raise lines.wrong("body")
        text += part
        if len(part) < 64:
            break
    body = _decode(text)
    if body is None:
        raise lines.wrong("body")
    return Stanza(tuple(one.decode("ascii") for one in found[1].split(b" ")), body)


def _decode(text: bytes) -> bytes | None:
    """Decode unpadded base64 in its one canonical form (RFC 4648 section 3.5), or return None."""
    if not _BASE64.match(text):
        return None
    try:
        body = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
    return body if base64.b64encode(body).rstrip(b"=") == text else None


def _checked(header: Header, size: int, recipients: int) -> AgeFile:
    check_stanzas(header, recipients)
    plaintext = plaintext_size(size - header.length)
    if plaintext is None:
        raise Refusal("envelope.size", size=size)
    return AgeFile(header, size, plaintext)
