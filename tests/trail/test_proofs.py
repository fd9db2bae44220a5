"""Receipts and what makes them intact, valid, trusted; commitments; canonical JSON without a package."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.trail import blinding, canonical, checkpoints, merkle, notes, proofs, tiles
from supervision.trail.faults import TrailError

LOG = notes.Signer("log.example", bytes(range(32)))
WITNESS = notes.Signer("witness.example", bytes(32), notes.COSIGNATURE)


def a_body(index: int, facts: dict[str, Any]) -> bytes:
    entry = {
        "index": index,
        "at": f"2026-11-20T01:30:{index % 60:02}.000000Z",
        "kind": "bid.submit",
        "actor": "sealed",
        "subject": "tender/T-2026-000123",
        "facts": facts,
    }
    return canonical.canonical(entry)


def a_receipt(*, witnessed: bool = False, count: int = 300, index: int = 257) -> tuple[dict[str, Any], bytes]:
    commitment = blinding.commit({"supplier": "某某公司"}, "ab" * 32)
    bodies = [a_body(each, {"bid": commitment.digest if each == index else "-"}) for each in range(count)]
    tree = tiles.MemoryTree(b"".join(merkle.leaf_hash(body) for body in bodies))
    head = checkpoints.sign(checkpoints.Checkpoint(LOG.name, count, tree.root()), LOG)
    if witnessed:
        head = notes.cosign(head, WITNESS, 1_763_600_000)
    hashes = merkle.inclusion_proof(index, count, tree.reader().node)
    return proofs.build(bodies[index], index, hashes, head, commitment.private()), bodies[index]


def test_the_three_words_differ_where_the_meaning_differs() -> None:
    receipt, body = a_receipt()
    without = proofs.verify(receipt)
    assert (without.word, without.rule) == ("intact", "receipt.origin_not_checked")
    status = proofs.verify(receipt, LOG.verifier)
    assert (status.word, status.rule, status.index, status.size) == ("trusted", None, 257, 300)
    assert status.reveals
    assert status.entry == json.loads(body)
    demanding = proofs.verify(receipt, LOG.verifier, witnesses=[WITNESS.verifier], required=1)
    assert (demanding.word, demanding.rule) == ("valid", "receipt.too_few_witnesses")
    witnessed, _ = a_receipt(witnessed=True)
    found = proofs.verify(witnessed, LOG.verifier, witnesses=[WITNESS.verifier], required=1)
    assert (found.word, found.witnessed) == ("trusted", (("witness.example", 1_763_600_000),))
    # One key under two names is one witness.
    twice = [WITNESS.verifier, notes.Verifier("b.example", notes.COSIGNATURE, WITNESS.verifier.public)]
    assert proofs.verify(witnessed, LOG.verifier, witnesses=twice, required=2).word == "valid"


def test_another_key_does_not_make_it_valid() -> None:
    receipt, _ = a_receipt()
    forger = notes.Signer(LOG.name, bytes(31) + b"\x01")
    status = proofs.verify(receipt, forger.verifier)
    assert (status.word, status.rule) == ("intact", "note.unsigned")


def test_a_saved_receipt_is_read_back() -> None:
    receipt, body = a_receipt()
    saved = proofs.Receipt.from_value(receipt).data()
    assert proofs.Receipt.from_data(saved).entry == body
    assert proofs.verify(saved, LOG.verifier).trusted
    assert proofs.verify(json.dumps(receipt, indent=2).encode(), LOG.verifier).trusted


def test_every_changed_bit_of_a_receipt_is_refused() -> None:
    receipt, _ = a_receipt()
    saved = proofs.Receipt.from_value(receipt).data()
    for at in range(len(saved)):
        wrong = bytearray(saved)
        wrong[at] ^= 1 << (at % 7)
        assert not proofs.verify(bytes(wrong), LOG.verifier).trusted, saved[at - 20 : at + 20]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"format": "sunseal-receipt/2"}, "receipt.malformed"),
        ({"entry": "e30"}, "receipt.malformed"),
        ({"entry": "e30="}, "merkle.root_differs"),
        ({"proof": ""}, "proof.malformed"),
        ({"extra": 1}, "receipt.malformed"),
        ({"commitment": None}, "receipt.malformed"),
        ({"commitment": {"salt": "ab" * 32, "value": "else"}}, "receipt.commitment_differs"),
        ({"commitment": {"salt": 5, "value": 1}}, "receipt.commitment_differs"),
    ],
)
def test_wrong_receipts_say_what_is_wrong(change: dict[str, Any], rule: str) -> None:
    receipt, _ = a_receipt()
    status = proofs.verify({**receipt, **change}, LOG.verifier)
    assert (status.word, status.rule) == ("refused", rule)


def test_a_receipt_that_would_not_hold_is_not_handed_out() -> None:
    receipt, body = a_receipt()
    proof = proofs.Proof.from_text(receipt["proof"])
    with pytest.raises(TrailError, match=r"receipt\.not_intact"):
        proofs.build(body, proof.index - 1, proof.hashes, proof.checkpoint)


# The texts of the tests of transparency-dev/formats (Apache-2.0), with hashes of our own.
def test_the_text_is_that_of_tlog_proof() -> None:
    hashes = (merkle.leaf_hash(b"1"), merkle.leaf_hash(b"2"))
    lines = [canonical.base64_text(each) for each in hashes]
    plain = proofs.Proof(5, hashes, b"test checkpoint\n")
    assert plain.text() == f"c2sp.org/tlog-proof@v1\nindex 5\n{lines[0]}\n{lines[1]}\n\ntest checkpoint\n"
    extra = proofs.Proof(10, hashes[:1], b"checkpoint data\n", b"extra information")
    assert extra.text() == (
        f"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{lines[0]}\n\ncheckpoint data\n"
    )
    none = proofs.Proof(0, (), b"checkpoint\n")
    assert none.text() == "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"
    for each in (plain, extra, none):
        assert proofs.Proof.from_text(each.text()) == each


@pytest.mark.parametrize(
    "text",
    [
        "wrong\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex -1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1",
        "",
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    with pytest.raises(TrailError, match=r"proof\.malformed"):
        proofs.Proof.from_text(text)


def test_a_commitment_opens_with_its_salt_only() -> None:
    commitment = blinding.commit({"price": "2386800.00"})
    assert blinding.is_opened_by(commitment.digest, commitment.salt, {"price": "2386800.00"})
    assert not blinding.is_opened_by(commitment.digest, commitment.salt, {"price": "2386800.01"})
    assert not blinding.is_opened_by(commitment.digest, "0" * 64, commitment.value)
    assert not blinding.is_opened_by(commitment.digest, None, commitment.value)
    assert blinding.commit("same").digest != blinding.commit("same").digest
    with pytest.raises(ValueError, match="32 bytes"):
        blinding.commit("x", "short")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(JSON)
def test_canonical_json_is_that_of_the_package(value: Any) -> None:
    data = rfc8785.dumps(value)
    assert canonical.canonical(value) == data
    assert canonical.parse_canonical(data) == value


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b"1.0", b"NaN", b'"\\u0041"', b'"\\/"', b"-0", b"\xff",
     b"",      b"9007199254740993", '{"\ue000":1,"\U00010000":1}'.encode(), b'"\\ud800"', b"[" * 100_000],
)  # fmt: skip
def test_json_that_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(TrailError, match=r"json\."):
        canonical.parse_canonical(data)
