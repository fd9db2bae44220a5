"""The way from an entry to the root, step by step, for people to follow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.trail.merkle import node_hash


@dataclass(frozen=True)
class Step:
    """One step: the hash found so far and the given one, in their order, make `result`."""

    own: bytes
    given: bytes
    given_is_left: bool
    result: bytes


def way(index: int, size: int, leaf: bytes, hashes: Sequence[bytes]) -> list[Step]:
    """Return the steps from a leaf to the root of a tree of `size` leaves (RFC 9162, section 2.1.3.2)."""
    found, steps = leaf, []
    position, last = index, size - 1
    for given in hashes:
        left = bool(position & 1) or position == last
        result = node_hash(given, found) if left else node_hash(found, given)
        steps.append(Step(found, given, left, result))
        if left:
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        position >>= 1
        last >>= 1
        found = result
    return steps
