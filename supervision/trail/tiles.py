"""Tiles of C2SP tlog-tiles: 256 hashes of one level in one piece, their paths, bundles of entries. Pure.

Tile level t holds the nodes of Merkle level 8·t. A full tile has 8,192 bytes; only the rightmost tile of a
level is partial. From full tiles and the leaf hashes of the right edge every node can be computed in a
handful of reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from supervision.trail import merkle
from supervision.trail.faults import TrailError
from supervision.trail.merkle import HASH_SIZE

HEIGHT = 8
WIDTH = 1 << HEIGHT
FULL = WIDTH * HASH_SIZE
LARGEST_ENTRY = 0xFFFF
ENTRIES = -1

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile's place: `level` 0…63, or `ENTRIES` for a bundle of entries; `index`; `width` 1…256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        """Whether all 256 places are taken, so that the tile never changes."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """The path below the log's address, as in ``tile/0/x001/234.p/17``."""
        groups = f"{self.index:03d}"
        while len(groups) % 3:
            groups = "0" + groups
        parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
        name = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{name}" + ("" if self.is_full else f".p/{self.width}")

    @classmethod
    def from_path(cls, path: str) -> Tile:
        """Read a path; exactly one spelling is accepted. Raises `TrailError` ``tile.path``."""
        match = _PATH.fullmatch(path)
        if match:
            level = ENTRIES if match[1] == "entries" else int(match[1])
            tile = cls(level, int(match[2].replace("/", "").replace("x", "")), int(match[3] or WIDTH))
            if level <= 63 and tile.width <= WIDTH and tile.path == path:
                return tile
        raise TrailError("tile.path", path=path)


def completed_by(index: int) -> list[Tile]:
    """Return the full tiles of hashes that the leaf at `index` completes, lowest level first (usually
    none).
    """
    found, level, count = [], 0, index + 1
    while count and not count % WIDTH:
        count //= WIDTH
        found.append(Tile(level, count - 1))
        level += 1
    return found


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of hashes, full and partial, of a tree of `size` leaves, level by level."""
    level = 0
    while size:
        for index in range(size // WIDTH):
            yield Tile(level, index)
        if size % WIDTH:
            yield Tile(level, size // WIDTH, size % WIDTH)
        size //= WIDTH
        level += 1


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield every bundle of entries of a tree of `size` leaves."""
    for index in range(size // WIDTH):
        yield Tile(ENTRIES, index)
    if size % WIDTH:
        yield Tile(ENTRIES, size // WIDTH, size % WIDTH)


def pack_entries(bodies: Iterable[bytes]) -> bytes:
    """Return a bundle: each body behind its length as two big-endian bytes."""
    parts = []
    for body in bodies:
        if len(body) > LARGEST_ENTRY:
            raise TrailError("entry.too_large", size=len(body))
        parts += [len(body).to_bytes(2, "big"), body]
    return b"".join(parts)


def unpack_entries(data: bytes) -> tuple[list[bytes], bool]:
    """Return the bodies of a bundle, and whether the last of them ends exactly where the bundle ends."""
    bodies, at, end = [], 0, len(data)
    while at + 2 <= end:
        length = (data[at] << 8) | data[at + 1]
        if at + 2 + length > end:
            break
        bodies.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return bodies, at == end


class TileReader:
    """Computes any node of a tree of `size` leaves from stored rows; `node` is the `read` that proofs ask
    for.

    - `leaves(start, stop)` returns the leaf hashes [start, stop), joined: 32 bytes each.
    - `tile(level, index)` returns a stored full tile, 8,192 bytes.
    - `roots(level, start, stop)` returns the roots of the full tiles [start, stop) of `level`, joined; where
      the store keeps no such column it may be left out, and the tiles are read and hashed instead (up to 255
      reads).

    What was read is kept for the life of the reader: make one per proof or per request. A proof at 10^6
    entries takes at most six reads.
    """

    def __init__(
        self,
        size: int,
        leaves: Callable[[int, int], bytes],
        tile: Callable[[int, int], bytes],
        roots: Callable[[int, int, int], bytes] | None = None,
    ) -> None:
        self.size = size
        self._leaves = leaves
        self._tile = tile
        self._roots = roots
        self._kept: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the 32 bytes of the complete subtree (level, index)."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise TrailError("merkle.out_of_range", index=index, size=self.size)
        if (level, index) not in self._nodes:
            tile_level, height = divmod(level, HEIGHT)
            first = index << height
            hashes = self.hashes(tile_level, first // WIDTH)
            at = first % WIDTH * HASH_SIZE
            self._nodes[level, index] = merkle.fold(hashes[at : at + (HASH_SIZE << height)])
        return self._nodes[level, index]

    def hashes(self, level: int, index: int) -> bytes:
        """Return the tile at (level, index), full or as wide as this size makes it."""
        if (level, index) not in self._kept:
            self._kept[level, index] = self._read(level, index)
        return self._kept[level, index]

    def _read(self, level: int, index: int) -> bytes:
        available = self.size >> (HEIGHT * level)
        start, stop = index * WIDTH, min((index + 1) * WIDTH, available)
        if stop - start == WIDTH:
            found = self._tile(level, index)
        elif level == 0:
            found = self._leaves(start, stop)
        elif self._roots is not None:
            found = self._roots(level - 1, start, stop)
        else:
            found = b"".join(merkle.fold(self.hashes(level - 1, each)) for each in range(start, stop))
        if stop <= start or len(found) != (stop - start) * HASH_SIZE:
            raise TrailError("tile.length", tile=Tile(level, index, WIDTH).path, length=len(found))
        return found


class MemoryTree:
    """A whole tree in memory, from its leaf hashes joined (32 bytes each): for exports and their
    verification.
    """

    def __init__(self, leaf_hashes: bytes) -> None:
        self.size = len(leaf_hashes) // HASH_SIZE
        self._levels = [leaf_hashes]
        while len(below := self._levels[-1]) >= FULL:
            whole = len(below) // FULL * FULL
            roots = [merkle.fold(below[at : at + FULL]) for at in range(0, whole, FULL)]
            self._levels.append(b"".join(roots))

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash at `index`."""
        return self._levels[0][index * HASH_SIZE : (index + 1) * HASH_SIZE]

    def tile(self, tile: Tile) -> bytes:
        """Return the bytes of a tile of hashes of this tree."""
        return self._levels[tile.level][tile.index * FULL : tile.index * FULL + tile.width * HASH_SIZE]

    def reader(self, size: int | None = None) -> TileReader:
        """Return a reader of the tree as it was at `size` (now, if none is given)."""
        return TileReader(
            self.size if size is None else size,
            lambda start, stop: self._levels[0][start * HASH_SIZE : stop * HASH_SIZE],
            lambda level, index: self._levels[level][index * FULL : (index + 1) * FULL],
            lambda level, start, stop: self._levels[level + 1][start * HASH_SIZE : stop * HASH_SIZE],
        )

    def root(self, size: int | None = None) -> bytes:
        """Return the root at `size` (now, if none is given)."""
        reader = self.reader(size)
        return merkle.root_at(reader.size, reader.node)
