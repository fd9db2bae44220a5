"""Sealing and opening whole envelopes with the `age` command as witness, and tampering with every part."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest

from bidding.seal.claims import Claims, FileClaim
from bidding.seal.headers import check_file, parse_header
from bidding.seal.keyrecord import KeyRecord
from bidding.seal.layers import new_identity, recipient_of, unwrap, wrap
from bidding.seal.opening import Opened, check_intake, open_envelope
from bidding.seal.padding import is_padded
from bidding.seal.terms import terms_of
from foundation import canonical
from foundation.errors import Refusal
from tests.seal.builders import SUPPLIER, VECTORS, a_notice, a_sealed, keys


def _age(*arguments: str | Path, given: bytes = b"") -> bytes:
    run = subprocess.run(["age", *map(str, arguments)], input=given, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def _rule(call: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value.rule


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


class Case:
    """One sealed envelope, its notice and its keys."""

    def __init__(self, tmp_path: Path, layers: int = 1) -> None:
        self.keys = keys(layers)
        self.identities = [[one[0]] for one in self.keys]
        self.notice = a_notice([[one[1]] for one in self.keys])
        self.terms = terms_of(self.notice, "1")
        self.sealed = a_sealed(tmp_path, self.notice)
        self.bid = self.sealed.bid_path.read_bytes()
        self.key = self.sealed.key_path.read_bytes()
        self.tmp = tmp_path
        self.record = json.loads(unwrap(self.key, self.identities, [1] * layers))

    def open(
        self,
        bid: bytes | None = None,
        key: bytes | None = None,
        *,
        restate: bool = True,
        identities: Sequence[Sequence[str]] | None = None,
        **claims: Any,
    ) -> Opened:
        """Open these bytes; the claims state their true sizes and digests unless `restate` is false."""
        bid, key = self.bid if bid is None else bid, self.key if key is None else key
        stated = self.sealed.claims
        if restate:
            files = {"bid.age": bid, "bid.key.age": key}
            stated = replace(stated, files={n: FileClaim(len(d), canonical.digest(d)) for n, d in files.items()})
        stated = replace(stated, **claims)
        return open_envelope(
            _written(self.tmp / "b", bid),
            _written(self.tmp / "k", key),
            identities or self.identities,
            stated,
            self.notice,
            self.tmp / "opened",
        )

    def rewrapped(self, **changes: Any) -> bytes:
        """Return a key file whose manifest has these changes."""
        manifest = json.loads(base64.b64decode(self.record["manifest"])) | changes
        return self.wrapped(KeyRecord(self.record["identity"], canonical.canonical(manifest), None))

    def wrapped(self, record: KeyRecord) -> bytes:
        """Return a key file of this record."""
        return wrap(record.as_bytes(), [[one[1]] for one in self.keys])


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A sealed envelope of one layer."""
    return Case(tmp_path)


def test_round_trip(case: Case) -> None:
    opened = case.open(restate=False)
    assert opened.manifest == case.sealed.manifest
    assert str(opened.offer.total) == "2386800.13"
    assert opened.offer.supplier == SUPPLIER and opened.remarks == () and opened.signature is None
    assert [one.name for one in opened.files] == ["技术方案.pdf", "空.txt", "图纸.bin"]
    for one in opened.files:
        assert one.path.read_bytes() == (case.tmp / "own" / one.name).read_bytes()
        assert hashlib.sha256(one.path.read_bytes()).hexdigest() == one.sha256
    assert opened.offer_bytes == (case.tmp / "sealed" / "copy" / "offer.json").read_bytes()
    assert sorted(one.name for one in (case.tmp / "opened").iterdir()) == [case.sealed.claims.reference]


def test_opening_again_gives_the_same_folder_and_clears_what_was_interrupted(case: Case) -> None:
    first = case.open()
    partial = case.tmp / "opened" / f"{case.sealed.claims.reference}.partial"
    partial.mkdir()
    (partial / "offer.json").write_bytes(b"half")
    assert case.open() == first
    assert not partial.exists()


def test_the_age_command_replays_an_opening_of_three_layers(tmp_path: Path) -> None:
    case = Case(tmp_path, layers=3)
    files = [_written(tmp_path / f"m{n}.key", f"{one[0]}\n".encode()) for n, one in enumerate(case.keys)]
    line = 'age -d -i "$1" bid.key.age | age -d -i "$2" | age -d -i "$3"'
    run = subprocess.run(
        ["sh", "-c", line, "sh", *map(str, files)], cwd=tmp_path / "sealed", capture_output=True, check=True
    )
    record = json.loads(run.stdout)
    one_key = _written(tmp_path / "one.key", record["identity"].encode() + b"\n")
    payload = _age("-d", "-i", one_key, tmp_path / "sealed" / "bid.age")
    manifest = json.loads(base64.b64decode(record["manifest"]))
    assert len(payload) == manifest["payload"]["padded"] and is_padded(len(payload))

    tar = _written(tmp_path / "payload.tar", payload)
    listed = subprocess.run(["tar", "-tf", str(tar)], capture_output=True, check=True, text=True).stdout.split()
    assert listed == ["offer.json", "files/1", "files/2", "files/3"]
    with tarfile.open(tar) as members:
        offer = members.extractfile("offer.json")
        assert offer is not None and hashlib.sha256(offer.read()).hexdigest() == manifest["offer"]
    assert case.open(restate=False).manifest == case.sealed.manifest


def test_an_envelope_made_by_the_age_command_opens(case: Case) -> None:
    """Everything but the manifest's arithmetic is made by tools that are not ours."""
    identity, recipient = new_identity()
    one_key = _written(case.tmp / "one.key", case.record["identity"].encode() + b"\n")
    payload = _age("-d", "-i", one_key, case.sealed.bid_path)
    bid = _age("-r", recipient, given=payload)
    manifest = json.loads(base64.b64decode(case.record["manifest"]))
    manifest |= {"recipient": recipient, "ciphertext": {"size": len(bid), "sha256": canonical.digest(bid)}}
    record = KeyRecord(identity, canonical.canonical(manifest), None)
    key = _age("-r", case.keys[0][1], given=record.as_bytes())
    assert case.open(bid, key).offer.supplier == SUPPLIER


def test_any_recipient_of_a_layer_opens_and_each_layer_is_needed(tmp_path: Path) -> None:
    outer, inner = keys(2), keys(1)
    notice = a_notice([[one[1] for one in outer], [inner[0][1]]])
    sealed = a_sealed(tmp_path, notice)
    for identity, _ in outer:
        ids = [[identity], [inner[0][0]]]
        open_envelope(sealed.bid_path, sealed.key_path, ids, sealed.claims, notice, tmp_path / "o")
    for ids in (
        [[outer[0][0]]],
        [[inner[0][0]], [outer[0][0]]],
        [[outer[0][0]], []],
        [[outer[0][0]], [outer[1][0]]],
    ):
        arguments = (sealed.bid_path, sealed.key_path, ids, sealed.claims, notice, tmp_path / "o2")
        assert _rule(open_envelope, *arguments) == "envelope.wrong_key"
    assert not (tmp_path / "o2").exists()


def test_files_of_envelopes_tell_nothing_outside(case: Case) -> None:
    text = canonical.canonical(case.sealed.claims.as_json()).decode()
    for secret in (SUPPLIER.name, SUPPLIER.number, "2386800", "技术方案"):
        assert secret not in text
        assert secret.encode() not in case.bid + case.key
    assert len(parse_header(case.bid).stanzas) <= 2
    assert check_file(case.sealed.bid_path, 1).plaintext == case.sealed.manifest.payload_padded


def test_wrong_key(case: Case) -> None:
    assert _rule(lambda: case.open(identities=[[new_identity()[0]]])) == "envelope.wrong_key"
    assert _rule(lambda: case.open(identities=[["AGE-SECRET-KEY-1"]])) == "key.malformed"
    assert list((case.tmp).glob("opened/*")) == []


def _regions(data: bytes) -> dict[str, int]:
    header = parse_header(data).length
    lines = data[:header].split(b"\n")
    share = len(lines[0]) + 1
    body = share + len(lines[1]) + 1
    return {
        "version": 0,
        "version number": 20,
        "stanza arrow": share,
        "stanza type": share + 3,
        "share": share + 20,
        "body": body + 10,
        "line end": body + len(lines[2]),
        "mac mark": header - 48,
        "mac": header - 20,
        "last line end": header - 1,
        "nonce": header + 3,
        "first chunk": header + 40,
        "middle": header + (len(data) - header) // 2,
        "last tag": len(data) - 1,
    }


REGIONS = [
    "version",
    "version number",
    "stanza arrow",
    "stanza type",
    "share",
    "body",
    "line end",
    "mac mark",
    "mac",
    "last line end",
    "nonce",
    "first chunk",
    "middle",
    "last tag",
]


@pytest.mark.parametrize("name", ["bid.age", "bid.key.age"])
@pytest.mark.parametrize("region", REGIONS)
def test_a_changed_byte_is_refused_by_digest_and_by_age(case: Case, region: str, name: str) -> None:
    data = bytearray(case.bid if name == "bid.age" else case.key)
    data[_regions(bytes(data))[region]] ^= 1
    changed = {"bid": bytes(data)} if name == "bid.age" else {"key": bytes(data)}
    assert _rule(lambda: case.open(restate=False, **changed)) == "envelope.digest"
    if name == "bid.age":
        # Who restates the claims still meets the manifest; who also had the keys of the layers meets age.
        rule = _rule(lambda: case.open(**changed))
        assert rule in (
            "envelope.manifest",
            "envelope.header",
            "envelope.stanzas",
            "envelope.not_encrypted",
            "envelope.size",
        )
        cipher = {"size": len(data), "sha256": canonical.digest(bytes(data))}
        changed["key"] = case.rewrapped(ciphertext=cipher)
        assert _rule(lambda: case.open(**changed)) in (
            "envelope.damaged",
            "envelope.one_time_key",
            "envelope.header",
            "envelope.stanzas",
            "envelope.not_encrypted",
            "envelope.size",
        )
    else:
        assert _rule(lambda: case.open(**changed)) in (
            "envelope.damaged",
            "envelope.wrong_key",
            "envelope.header",
            "envelope.stanzas",
            "envelope.not_encrypted",
            "envelope.size",
        )
    assert list(case.tmp.glob("opened/*")) == []


@pytest.mark.parametrize("cut", [1, 16, 17, 500])
def test_truncated(case: Case, cut: int) -> None:
    assert _rule(lambda: case.open(case.bid[:-cut], restate=False)) == "envelope.size"
    assert _rule(lambda: case.open(case.bid[:-cut])) in ("envelope.padding", "envelope.size")
    # 512 bytes less is a possible size, and still not the manifest's.
    short = case.bid[:-512]
    cipher = {"size": len(short), "sha256": canonical.digest(short)}
    assert _rule(lambda: case.open(short, case.rewrapped(ciphertext=cipher))) == "envelope.padding"


def test_intake_refusals(case: Case, tmp_path: Path) -> None:
    def intake(bid: bytes, key: bytes, **claims: Any) -> str:
        stated = Claims(
            "1",
            case.terms.notice,
            "0" * 32,
            1,
            {
                "bid.age": FileClaim(len(bid), canonical.digest(bid)),
                "bid.key.age": FileClaim(len(key), canonical.digest(key)),
            },
        )
        stated = replace(stated, **claims)
        paths = _written(tmp_path / "x", bid), _written(tmp_path / "y", key)
        return _rule(check_intake, *paths, stated, case.terms.layers)

    two = pyrage.encrypt(bytes(4096), [pyrage.x25519.Recipient.from_str(r) for _, r in keys(2)])
    one = pyrage.x25519.Recipient.from_str(keys(1)[0][1])
    phrase = (VECTORS / "age" / "scrypt").read_bytes().partition(b"\n\n")[2]
    assert intake(b"%PDF-1.7 plain", case.key) == "envelope.not_encrypted"
    assert intake(case.bid, b"{}") == "envelope.not_encrypted"
    assert intake(b"", case.key) == "envelope.not_encrypted"
    assert intake(pyrage.encrypt(bytes(4096), [one], armored=True), case.key) == "envelope.armored"
    assert intake(phrase, case.key) == "envelope.stanzas"
    assert intake(two, case.key) == "envelope.stanzas"
    assert intake(case.bid, two) == "envelope.stanzas"
    assert intake(pyrage.encrypt(bytes(4000), [one]), case.key) == "envelope.padding"
    assert intake(pyrage.encrypt(bytes(4096 + 256), [one]), case.key) == "envelope.padding"
    assert intake(case.bid, pyrage.encrypt(bytes(4000), [one])) == "envelope.size"
    assert intake(case.bid, pyrage.encrypt(bytes(2 << 20), [one])) == "envelope.size"
    wrong = {
        "bid.age": FileClaim(len(case.bid), "0" * 64),
        "bid.key.age": case.sealed.claims.files["bid.key.age"],
    }
    assert intake(case.bid, case.key, files=wrong) == "envelope.digest"
    check_intake(case.sealed.bid_path, case.sealed.key_path, case.sealed.claims, case.terms.layers)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tender", "T-2026-000124"),
        ("lot", "2"),
        ("envelope", 2),
        ("notice", "0" * 64),
        ("ciphertext", {"size": 5, "sha256": "0" * 64}),
    ],
)
def test_a_manifest_of_something_else(case: Case, field: str, value: Any) -> None:
    with pytest.raises(Refusal) as refused:
        case.open(key=case.rewrapped(**{field: value}))
    assert (refused.value.rule, refused.value.facts["at"]) == ("envelope.manifest", field)


def test_claims_of_another_lot_or_notice(case: Case) -> None:
    assert _rule(lambda: case.open(lot="2")) == "envelope.manifest"
    assert _rule(lambda: case.open(lot="7")) == "notice.unknown_lot"
    assert _rule(lambda: case.open(envelope=2)) == "notice.unknown_envelope"
    assert _rule(lambda: case.open(notice="0" * 64)) == "envelope.manifest"


def test_other_contents_than_the_manifest_says(case: Case) -> None:
    manifest = case.sealed.manifest.as_json()
    other_file = [dict(one) for one in manifest["files"]]
    other_file[0]["sha256"] = "0" * 64
    longer = [dict(one) for one in manifest["files"]]
    longer[2]["size"] += 1
    shorter = [dict(one) for one in manifest["files"]]
    shorter[0]["size"] -= 1
    named = [dict(one) for one in manifest["files"]]
    named[0]["name"] = "别的.pdf"
    expected = {
        "envelope.offer_digest": {"offer": "0" * 64},
        "envelope.file_digest": {"files": other_file},
        "offer.files": {"files": named},
        "offer.supplier": {"supplier": {"name": "x", "number": "y"}},
        "envelope.one_time_key": {"recipient": new_identity()[1]},
        "manifest.malformed": {"payload": {"size": 4096, "padded": 8192}},
        "envelope.padding": {"payload": {"size": 4096, "padded": 4096}},
        "manifest.unknown_field": {"more": 1},
    }
    for rule, change in expected.items():
        assert _rule(lambda change=change: case.open(key=case.rewrapped(**change))) == rule
    for files in (longer, shorter, manifest["files"][:2]):
        assert _rule(lambda files=files: case.open(key=case.rewrapped(files=files))) == "envelope.payload"
    assert list(case.tmp.glob("opened/*")) == []


def _sealed_payload(case: Case, payload: bytes, change: Any = None) -> tuple[bytes, bytes]:
    """Seal any payload as a supplier who writes his own packer could."""
    identity, recipient = new_identity()
    bid = pyrage.encrypt(payload, [pyrage.x25519.Recipient.from_str(recipient)])
    manifest = json.loads(base64.b64decode(case.record["manifest"]))
    manifest |= {"recipient": recipient, "ciphertext": {"size": len(bid), "sha256": canonical.digest(bid)}}
    if change:
        change(manifest)
    return bid, case.wrapped(KeyRecord(identity, canonical.canonical(manifest), None))


def _payload(case: Case) -> bytearray:
    one = pyrage.x25519.Identity.from_str(case.record["identity"])
    return bytearray(pyrage.decrypt(case.bid, [one]))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, b"../etc/passwd\0"),
        (100, b"0004755"),
        (156, b"2"),
        (156, b"5"),
        (156, b"x"),
        (156, b"L"),
        (257, b"ustar  \0"),
        (345, b"prefix"),
        (124, b"77777777777"),
        (124, b"\x80\0\0\0"),
        (148, b"000000"),
        (500, b"x"),
    ],
)
def test_a_tar_with_anything_else_in_a_header(case: Case, at: int, value: bytes) -> None:
    for start in (0, case.sealed.manifest.payload_size - 1024 - 1024):
        payload = _payload(case)
        payload[start + at : start + at + len(value)] = value
        assert _rule(lambda payload=payload: case.open(*_sealed_payload(case, bytes(payload)))) == "envelope.payload"


def test_a_tar_with_something_after_its_end(case: Case) -> None:
    size = case.sealed.manifest.payload_size
    for at in (size - 1024, size - 1, len(_payload(case)) - 1):
        payload = _payload(case)
        payload[at] = 1
        assert _rule(lambda payload=payload: case.open(*_sealed_payload(case, bytes(payload)))) == "envelope.payload"


def test_a_payload_that_hides_more_behind_a_larger_padding(case: Case) -> None:
    payload = bytes(_payload(case)) + bytes(65536)

    def restated(manifest: dict[str, Any]) -> None:
        manifest["payload"] = {"size": len(payload), "padded": len(payload)}

    payload = payload.ljust(98304, b"\0")
    assert is_padded(len(payload))
    assert _rule(lambda: case.open(*_sealed_payload(case, payload, restated))) == "envelope.payload"


def test_an_offer_that_does_not_add_up_is_told_by_its_own_rule(case: Case) -> None:
    payload = _payload(case)
    offer = bytes(payload[512 : 512 + int(payload[124:135], 8)])
    for old, new, rule in (
        (b"2386800.13", b"1386800.13", "offer.total"),
        (b"1852800.00", b"1852800.01", "offer.amount"),
        ("示范".encode(), "别人".encode(), "offer.supplier"),
        (b"T-2026-000123", b"T-2026-000124", "offer.lot"),
        (b'"CNY"', b'"USD"', "offer.currency"),
        (b'"C1"', b'"C7"', "offer.unknown_criterion"),
    ):
        changed = offer.replace(old, new)
        assert changed != offer and len(changed) == len(offer)
        payload[512 : 512 + len(offer)] = changed

        def restated(manifest: dict[str, Any], changed: bytes = changed) -> None:
            manifest["offer"] = canonical.digest(changed)

        sealed = _sealed_payload(case, bytes(payload), restated)
        assert _rule(lambda sealed=sealed: case.open(*sealed)) == rule


def test_an_offer_above_the_ceiling_opens_with_a_remark(case: Case) -> None:
    lower = a_notice([[case.keys[0][1]]], ceiling="1000.00")
    case.notice, case.terms = lower, terms_of(lower, "1")
    changed = case.rewrapped(notice=case.terms.notice)
    opened = case.open(key=changed, notice=case.terms.notice)
    assert [one.rule for one in opened.remarks] == ["offer.ceiling"]


def test_a_full_disk_is_our_fault_not_the_bids(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Any, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bidding.seal.payload.Unpacker.write", full)
    with pytest.raises(OSError, match="No space left"):
        case.open()
    assert list(case.tmp.glob("opened/*")) == []


def test_many_layers(tmp_path: Path) -> None:
    """Three of five keyholders: one layer for each subset of three, so that any three open all ten."""
    holders = keys(5)
    subsets = list(itertools.combinations(range(5), 3))
    notice = a_notice([[holders[n][1] for n in one] for one in subsets])
    sealed = a_sealed(tmp_path, notice)
    assert len(subsets) == 10 and sealed.key_path.stat().st_size < 16_000

    def opened_by(*present: int) -> Opened:
        ids = [[holders[n][0] for n in one if n in present] for one in subsets]
        return open_envelope(sealed.bid_path, sealed.key_path, ids, sealed.claims, notice, tmp_path / "o")

    assert opened_by(0, 2, 4).offer.total == opened_by(1, 2, 3).offer.total
    assert _rule(opened_by, 0, 1) == "envelope.wrong_key"


def test_a_recipient_of_an_identity() -> None:
    identity, recipient = new_identity()
    assert recipient_of(identity) == recipient
    told = subprocess.run(["age-keygen", "-y"], input=identity + "\n", capture_output=True, check=True, text=True)
    assert told.stdout.strip() == recipient


def test_an_inner_layer_is_read_as_strictly_as_the_outer(tmp_path: Path) -> None:
    case = Case(tmp_path, layers=2)
    record = unwrap(case.key, case.identities, [1, 1])
    outer, inner = (pyrage.x25519.Recipient.from_str(one[1]) for one in case.keys)
    stranger = pyrage.x25519.Recipient.from_str(new_identity()[1])
    two = pyrage.encrypt(record, [inner, stranger])
    armored = pyrage.encrypt(record, [inner], armored=True)
    for layer, rule in ((two, "envelope.stanzas"), (armored, "envelope.armored"), (record, "envelope.not_encrypted")):
        key = pyrage.encrypt(layer.ljust(4400), [outer]) if layer is record else pyrage.encrypt(layer, [outer])
        assert _rule(lambda key=key: case.open(key=key)) == rule
