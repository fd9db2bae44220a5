"""The tree against the vectors of transparency-dev, and its proofs against the definition of RFC 6962."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.trail import merkle, tiles
from supervision.trail.faults import TrailError
from supervision.trail.merkle import Frontier

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rfc6962.json").read_text())


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(each).encode()) for each in range(count)]


def by_definition(part: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not part:
        return sha256(b"").digest()
    if len(part) == 1:
        return part[0]
    middle = 1
    while middle * 2 < len(part):
        middle *= 2
    return merkle.node_hash(by_definition(part[:middle]), by_definition(part[middle:]))


def tree(count: int) -> tiles.MemoryTree:
    return tiles.MemoryTree(b"".join(leaves(count)))


def identify(vector: dict[str, Any]) -> str:
    return vector["file"].removeprefix("testdata/")


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=identify)
def test_inclusion_vector(vector: dict[str, Any]) -> None:
    arguments = (
        vector["leafIdx"],
        vector["treeSize"],
        raw(vector["leafHash"]),
        [raw(each) for each in vector["proof"] or []],
        raw(vector["root"]),
    )
    if vector["wantErr"]:
        with pytest.raises(TrailError):
            merkle.verify_inclusion(*arguments)
    else:
        merkle.verify_inclusion(*arguments)


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=identify)
def test_consistency_vector(vector: dict[str, Any]) -> None:
    arguments = (
        vector["size1"],
        vector["size2"],
        raw(vector["root1"]),
        raw(vector["root2"]),
        [raw(each) for each in vector["proof"] or []],
    )
    if vector["wantErr"]:
        with pytest.raises(TrailError):
            merkle.verify_consistency(*arguments)
    else:
        merkle.verify_consistency(*arguments)


def test_all_vectors_are_here() -> None:
    assert len(VECTORS["inclusion"]) == len(VECTORS["consistency"]) == 98


@pytest.mark.parametrize("length", [0, 31, 33])
def test_hashes_of_another_length_are_refused(length: int) -> None:
    a, b = leaves(2)
    root = merkle.node_hash(a, b)
    odd = bytes(length)
    for arguments in ((odd, [b], root), (a, [odd], root), (a, [b], odd)):
        with pytest.raises(TrailError, match=r"merkle\.hash_length"):
            merkle.verify_inclusion(0, 2, *arguments)


def test_the_empty_tree_proves_nothing() -> None:
    with pytest.raises(TrailError, match=r"merkle\.out_of_range"):
        merkle.verify_inclusion(0, 0, bytes(32), [], bytes(32))
    with pytest.raises(TrailError, match=r"merkle\.out_of_range"):
        merkle.verify_consistency(0, 1, merkle.EMPTY_ROOT, bytes(32), [])
    assert Frontier().root() == merkle.EMPTY_ROOT == tree(0).root()


def test_small_trees_follow_the_definition() -> None:
    frontier = Frontier()
    for size in range(1, 300):
        all_leaves = leaves(size)
        frontier = frontier.append(all_leaves[-1])
        assert frontier.root() == by_definition(all_leaves)
        assert frontier.size == size
        assert Frontier.from_text(frontier.to_text()) == frontier
    assert tree(299).root() == frontier.root()
    assert Frontier().extend(leaves(299)) == frontier


@pytest.mark.parametrize(
    "text",
    ["", ":", "1:", "0:00", "2:" + "0" * 63, "1:" + "0" * 128, "01:" + "0" * 64, "-1:", "1:" + "A" * 64],
)
def test_a_malformed_frontier_is_refused(text: str) -> None:
    with pytest.raises(TrailError, match=r"frontier\.malformed"):
        Frontier.from_text(text)


def test_every_proof_of_small_trees() -> None:
    whole = tree(70)
    for size in range(1, 71):
        reader, root = whole.reader(size), whole.root(size)
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, reader.node)
            merkle.verify_inclusion(index, size, whole.leaf(index), proof, root)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(old, size, reader.node)
            merkle.verify_consistency(old, size, whole.root(old), root, proof)


WHOLE = tree(4_000)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_proofs_hold_and_no_changed_proof_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 4_000))
    old = data.draw(st.integers(1, size - 1))
    reader, root = WHOLE.reader(size), WHOLE.root(size)
    inclusion = merkle.inclusion_proof(old, size, reader.node)
    merkle.verify_inclusion(old, size, WHOLE.leaf(old), inclusion, root)
    consistency = merkle.consistency_proof(old, size, reader.node)
    merkle.verify_consistency(old, size, WHOLE.root(old), root, consistency)
    place = data.draw(st.integers(0, len(inclusion) - 1))
    for wrong in (inclusion[:-1], [*inclusion, bytes(32)], flipped(inclusion, place)):
        with pytest.raises(TrailError):
            merkle.verify_inclusion(old, size, WHOLE.leaf(old), wrong, root)
    with pytest.raises(TrailError):
        merkle.verify_inclusion(old - 1, size, WHOLE.leaf(old), inclusion, root)
    place = data.draw(st.integers(0, len(consistency) - 1))
    for wrong in (consistency[:-1], [*consistency, bytes(32)], flipped(consistency, place)):
        with pytest.raises(TrailError):
            merkle.verify_consistency(old, size, WHOLE.root(old), root, wrong)


def flipped(proof: list[bytes], place: int) -> list[bytes]:
    return [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :]]


def test_a_proof_outside_the_tree_is_refused() -> None:
    reader = WHOLE.reader(10)
    for index, size in ((10, 10), (-1, 10), (0, 0)):
        with pytest.raises(TrailError, match=r"merkle\.out_of_range"):
            merkle.inclusion_proof(index, size, reader.node)
    with pytest.raises(TrailError, match=r"merkle\.out_of_range"):
        merkle.consistency_proof(11, 10, reader.node)
    with pytest.raises(TrailError, match=r"merkle\.out_of_range"):
        reader.node(0, 10)
