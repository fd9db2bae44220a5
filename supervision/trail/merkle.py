"""The Merkle tree of RFC 6962: hashes, the frontier, proofs and their verification. Pure.

A *node* (level, index) is the complete subtree over the leaves [index·2^level, (index+1)·2^level). Whoever
makes proofs passes `read(level, index) -> bytes`, which returns the 32 bytes of such a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from supervision.trail.faults import TrailError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
ReadNode = Callable[[int, int], bytes]


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(0x00 || body) (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right) (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: bytes) -> bytes:
    """Return the root over 2^k concatenated hashes of 32 bytes each, k ≥ 0."""
    count = len(hashes) // HASH_SIZE
    if not count or count & (count - 1) or len(hashes) % HASH_SIZE:
        raise TrailError("merkle.not_a_power_of_two", bytes=len(hashes))
    while len(hashes) > HASH_SIZE:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 2 * HASH_SIZE)]
        )
    return hashes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: its size and the roots of its complete subtrees, largest first.

    There is one subtree for each bit set in `size`; this is all that appending and the root need, and it fits
    into one row of the database.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise TrailError("frontier.malformed")
        if any(len(each) != HASH_SIZE for each in self.hashes):
            raise TrailError("frontier.malformed")

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier after one more leaf, given by its leaf hash (32 bytes)."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the frontier after several more leaf hashes, in their order."""
        size, edge = self.size, list(self.hashes)
        for leaf in leaves:
            if len(leaf) != HASH_SIZE:
                raise TrailError("merkle.hash_length", length=len(leaf))
            size += 1
            merged, rest = leaf, size
            while not rest & 1:
                merged = node_hash(edge.pop(), merged)
                rest >>= 1
            edge.append(merged)
        return Frontier(size, tuple(edge))

    def root(self) -> bytes:
        """Return the root of the tree, 32 bytes; that of the empty tree is SHA-256 of nothing."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_text(self) -> str:
        """Return ``size:hex``, at most 4 kB, for one column of one row."""
        return f"{self.size}:{b''.join(self.hashes).hex()}"

    @classmethod
    def from_text(cls, text: str) -> Frontier:
        """Read back what `to_text` wrote. Raises `TrailError` ``frontier.malformed``."""
        size, separator, edge = text.partition(":")
        try:
            data = bytes.fromhex(edge)
            found = cls(int(size), tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)))
        except ValueError as error:
            raise TrailError("frontier.malformed") from error
        if not separator or found.to_text() != text:
            raise TrailError("frontier.malformed")
        return found

    @staticmethod
    def root_of_tile(hashes: bytes) -> bytes:
        """Return the root over a full tile of 256 joined hashes: one hash of the tile above."""
        return fold(hashes)


def root_at(size: int, read: ReadNode) -> bytes:
    """Return the root of the first `size` leaves."""
    return _range(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the audit path PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf's sibling
    upward.
    """
    if not 0 <= index < size:
        raise TrailError("merkle.out_of_range", index=index, size=size)
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, read))
            high = middle
        else:
            path.append(_range(low, middle, read))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: ReadNode) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 section 2.1.2; empty for equal sizes and from the empty tree."""
    if not 0 <= old <= new:
        raise TrailError("merkle.out_of_range", index=old, size=new)
    if old in (0, new):
        return []
    proof, low, high, whole = [], 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range(middle, high, read))
            high = middle
        else:
            proof.append(_range(low, middle, read))
            low, whole = middle, False
    if not whole:
        proof.append(_range(low, high, read))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless `proof` leads from the leaf hash at `index` to `root` (RFC 9162 section 2.1.3.2).

    Raises `TrailError` ``merkle.out_of_range``, ``merkle.hash_length``, ``merkle.proof_length`` or
    ``merkle.root_differs``.
    """
    if not 0 <= index < size:
        raise TrailError("merkle.out_of_range", index=index, size=size)
    _lengths(leaf, root, *proof)
    position, last, found = index, size - 1, leaf
    for each in proof:
        if not last:
            raise TrailError("merkle.proof_length")
        if position & 1 or position == last:
            found = node_hash(each, found)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            found = node_hash(found, each)
        position >>= 1
        last >>= 1
    if last:
        raise TrailError("merkle.proof_length")
    if found != root:
        raise TrailError("merkle.root_differs")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Refuse unless the tree of size `new` begins with the tree of size `old` (RFC 9162 section 2.1.4.2).

    The empty tree is refused: everything is consistent with it, so such a proof says nothing. Errors as in
    `verify_inclusion`.
    """
    if not 0 < old <= new:
        raise TrailError("merkle.out_of_range", index=old, size=new)
    if old == new:
        if proof:
            raise TrailError("merkle.proof_length")
        if old_root != new_root:
            raise TrailError("merkle.root_differs")
        return
    _lengths(old_root, new_root, *proof)
    if not proof:
        raise TrailError("merkle.proof_length")
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    before = after = steps[0]
    for each in steps[1:]:
        if not last:
            raise TrailError("merkle.proof_length")
        if position & 1 or position == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            after = node_hash(after, each)
        position >>= 1
        last >>= 1
    if last:
        raise TrailError("merkle.proof_length")
    if before != old_root or after != new_root:
        raise TrailError("merkle.root_differs")


def _lengths(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_SIZE:
            raise TrailError("merkle.hash_length", length=len(each))


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(low: int, high: int, read: ReadNode) -> bytes:
    """Return the hash of the leaves [low, high), where `low` is where such a range begins in an RFC 6962
    tree.
    """
    count = high - low
    if not count & (count - 1):
        level = count.bit_length() - 1
        return read(level, low >> level)
    middle = low + _split(count)
    return node_hash(_range(low, middle, read), _range(middle, high, read))
