"""Paths, bundles and reading of tiles, against the examples of C2SP tlog-tiles."""

from __future__ import annotations

import pytest

from supervision.trail import merkle, tiles
from supervision.trail.faults import TrailError
from supervision.trail.tiles import ENTRIES, Tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 1234067), "tile/1/x001/x234/067"),
        (Tile(0, 1234, 17), "tile/0/x001/234.p/17"),
        (Tile(ENTRIES, 999), "tile/entries/999"),
        (Tile(ENTRIES, 1000, 255), "tile/entries/x001/000.p/255"),
        (Tile(63, 5, 1), "tile/63/005.p/1"),
    ],
)
def test_paths_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.from_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/64/000",
        "tile/0/1000",
        "tile/x/000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/x01/000",
        "tile/0/٠٠٠",
        "tile/entries",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(TrailError, match=r"tile\.path"):
        Tile.from_path(path)


def test_the_example_tree_of_the_specification() -> None:
    found = list(tiles.tiles_of(70_000))
    assert [(each.level, each.is_full) for each in found].count((0, True)) == 273
    assert [each.width for each in found if not each.is_full] == [112, 17, 1]
    assert [each for each in found if each.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert list(tiles.tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert len(list(tiles.bundles_of(70_000))) == 274
    assert not list(tiles.tiles_of(0))


def test_completed_tiles() -> None:
    assert tiles.completed_by(254) == []
    assert tiles.completed_by(255) == [Tile(0, 0)]
    assert tiles.completed_by(65_535) == [Tile(0, 255), Tile(1, 0)]
    seen = [each for index in range(70_000) for each in tiles.completed_by(index)]
    assert sorted(seen, key=str) == sorted((each for each in tiles.tiles_of(70_000) if each.is_full), key=str)


def test_bundles_keep_their_entries() -> None:
    bodies = [b"", b"{}", bytes(65_535), b"end"]
    data = tiles.pack_entries(bodies)
    assert data[:4] == b"\x00\x00\x00\x02"
    assert tiles.unpack_entries(data) == (bodies, True)
    assert tiles.unpack_entries(data[:-1]) == (bodies[:-1], False)
    with pytest.raises(TrailError, match=r"entry\.too_large"):
        tiles.pack_entries([bytes(65_536)])


def test_a_proof_at_a_million_takes_a_handful_of_reads() -> None:
    size = 1_000_003
    whole = tiles.MemoryTree(b"".join(index.to_bytes(32, "big") for index in range(size)))
    source, reads = whole.reader(), 0

    def reader(*, with_roots: bool) -> tiles.TileReader:
        def counted(function):  # type: ignore[no-untyped-def]
            def call(*arguments: int) -> bytes:
                nonlocal reads
                reads += 1
                return function(*arguments)

            return call

        roots = counted(source._roots) if with_roots else None
        return tiles.TileReader(size, counted(source._leaves), counted(source._tile), roots)

    root = whole.root()
    for index in (0, 255, 65_536, 500_000, 983_040, 999_936, size - 1):
        reads = 0
        proof = merkle.inclusion_proof(index, size, reader(with_roots=True).node)
        assert reads <= 6
        merkle.verify_inclusion(index, size, whole.leaf(index), proof, root)
        assert merkle.inclusion_proof(index, size, reader(with_roots=False).node) == proof
    for old in (1, 70_000, 999_999):
        reads = 0
        proof = merkle.consistency_proof(old, size, reader(with_roots=True).node)
        assert reads <= 6
        merkle.verify_consistency(old, size, whole.root(old), root, proof)


def test_a_store_that_lies_about_length_is_refused() -> None:
    reader = tiles.TileReader(300, lambda start, stop: b"", lambda level, index: bytes(31))
    for level, index in ((0, 299), (0, 3)):
        with pytest.raises(TrailError, match=r"tile\.length"):
            reader.node(level, index)
