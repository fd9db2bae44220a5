"""The community vectors of age against our strict header reader, our layers, and the `age` command."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bidding.seal.headers import check_bytes, parse_header
from bidding.seal.layers import decrypt_stream
from foundation.errors import Refusal
from tests.seal.builders import VECTORS

FOLDER = VECTORS / "age"


@dataclass
class Vector:
    """One vector: what is expected, with which keys, and the bytes of the age file."""

    name: str
    expect: str = ""
    payload: str = ""
    identities: list[str] = field(default_factory=list)
    passphrase: bool = False
    armored: bool = False
    data: bytes = b""


def _read(path: Path) -> Vector:
    head, _, data = path.read_bytes().partition(b"\n\n")
    found = Vector(path.name)
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        if name == "expect":
            found.expect = value
        elif name == "payload":
            found.payload = value
        elif name == "identity":
            found.identities.append(value)
        found.passphrase |= name == "passphrase"
        found.armored |= name == "armored"
        if name == "compressed":
            data = zlib.decompress(data)
    found.data = data
    return found


ALL = [_read(path) for path in sorted(FOLDER.iterdir()) if path.suffix != ".md" and path.name[0] != "."]
NAMES = {one.name: one for one in ALL}

# What an envelope never uses: the reader refuses these files, whatever a full implementation does.
FOREIGN = {
    "passphrases": {one.name for one in ALL if one.passphrase or one.name.startswith("scrypt")},
    "armor": {one.name for one in ALL if one.armored},
    "post-quantum recipients": {one.name for one in ALL if one.name.startswith("hybrid")},
    "stanzas of other kinds beside the recipient": {
        "stanza_empty_body",
        "stanza_empty_last_line",
        "stanza_valid_characters",
        "x25519_grease",
    },
    "several recipients of one file": {"x25519_multiple_recipients"},
}
OURS = [one for one in ALL if not any(one.name in names for names in FOREIGN.values())]


class _Sink:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def _open(vector: Vector, recipients: int = 1) -> bytes:
    check_bytes(vector.data, recipients)
    sink = _Sink()
    try:
        decrypt_stream(io.BytesIO(vector.data), sink, vector.identities[0])
    except Refusal:
        assert hashlib.sha256(sink.data).hexdigest() == vector.payload or not vector.payload
        raise
    return sink.data


def test_every_vector_is_here() -> None:
    assert len(ALL) == 143
    assert {one.expect for one in ALL} == {
        "success",
        "no match",
        "HMAC failure",
        "header failure",
        "payload failure",
        "armor failure",
    }
    assert len(OURS) >= 60
    for names in FOREIGN.values():
        assert names <= set(NAMES)


@pytest.mark.parametrize("vector", [x for x in OURS if x.expect == "success"], ids=lambda x: x.name)
def test_success(vector: Vector) -> None:
    assert hashlib.sha256(_open(vector)).hexdigest() == vector.payload


RULES = {
    "no match": {"envelope.wrong_key", "envelope.damaged", "envelope.stanzas"},
    "HMAC failure": {"envelope.damaged"},
    "header failure": {"envelope.header", "envelope.not_encrypted", "envelope.size", "envelope.damaged"},
    "payload failure": {"envelope.size", "envelope.damaged"},
}


@pytest.mark.parametrize("vector", [x for x in OURS if x.expect != "success"], ids=lambda x: x.name)
def test_failure(vector: Vector) -> None:
    with pytest.raises(Refusal) as refused:
        _open(vector)
    assert refused.value.rule in RULES[vector.expect]


NEEDS_A_KEY = {"x25519_identity", "x25519_low_order"}
"""Header failures that only the holder of the key can see; everything else is refused at intake."""


@pytest.mark.parametrize("vector", [x for x in OURS if x.expect == "header failure"], ids=lambda x: x.name)
def test_header_failures_are_refused_at_intake(vector: Vector) -> None:
    if vector.name in NEEDS_A_KEY:
        check_bytes(vector.data, 1)
        return
    with pytest.raises(Refusal):
        check_bytes(vector.data, 1)


@pytest.mark.parametrize("name", sorted(set().union(*FOREIGN.values())))
def test_what_envelopes_never_use_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_bytes(NAMES[name].data, 1)
    if NAMES[name].armored and NAMES[name].data[:14] == b"-----BEGIN AGE":
        assert refused.value.rule == "envelope.armored"


@pytest.mark.parametrize("name", ["stanza_empty_body", "stanza_empty_last_line", "stanza_valid_characters"])
def test_their_grammar_is_read_all_the_same(name: str) -> None:
    header = parse_header(NAMES[name].data)
    assert len(header.stanzas) in (2, 3) and len(header.mac) == 32


def test_a_layer_of_two_recipients_is_allowed_where_the_notice_names_two() -> None:
    vector = NAMES["x25519_multiple_recipients"]
    assert hashlib.sha256(_open(vector, recipients=2)).hexdigest() == vector.payload


@pytest.mark.parametrize("vector", [x for x in OURS if x.identities], ids=lambda x: x.name)
def test_the_age_command_agrees(vector: Vector, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(vector.identities[0] + "\n")
    (tmp_path / "file.age").write_bytes(vector.data)
    run = subprocess.run(
        ["age", "-d", "-i", str(tmp_path / "key"), str(tmp_path / "file.age")],
        capture_output=True,
        check=False,
    )
    try:
        ours: bytes | None = _open(vector)
    except Refusal:
        ours = None
    assert (run.returncode == 0) == (ours is not None)
    if ours is not None:
        assert run.stdout == ours
