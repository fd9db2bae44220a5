"""The public trail: what programs are given is what C2SP says, and what people are shown is true."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.portal.drawing import ladder
from supervision.desk.proof import way
from supervision.trail import checkpoints, merkle, queries
from supervision.trail.act import Actor, acting
from supervision.trail.notes import Verifier
from supervision.trail.tiles import MemoryTree, bundles_of, tiles_of, unpack_entries


def _grow(count: int) -> None:
    with acting(Actor("platform")) as act:
        for number in range(count):
            act.record("test.entry", f"thing/{number}")


def test_the_whole_tree_can_be_built_from_the_tiles(app: Flask, client: FlaskClient) -> None:
    _grow(600)
    key = Verifier.from_text(client.get("/trail/log-key").get_data(as_text=True).strip())
    signed = checkpoints.open_checkpoint(client.get("/trail/checkpoint").data, [key], [])
    size = signed.checkpoint.size
    bodies = []
    for bundle in bundles_of(size):
        found, whole = unpack_entries(client.get(f"/trail/{bundle.path}").data)
        assert whole
        bodies += found
    assert len(bodies) == size
    tree = MemoryTree(b"".join(merkle.leaf_hash(body) for body in bodies))
    assert tree.root() == signed.checkpoint.root
    for tile in tiles_of(size):
        assert client.get(f"/trail/{tile.path}").data == tree.tile(tile), tile.path


@pytest.mark.parametrize(
    "place",
    ["0/001", "0/000.p/200", "entries/001", "1/000", "63/000.p/1", "0/000.p/0", "0/0", "x", "../checkpoint", "64/000"],
)
def test_tiles_beyond_the_tree_are_refused(app: Flask, client: FlaskClient, place: str) -> None:
    _grow(20)
    assert client.get(f"/trail/tile/{place}").status_code in (404, 308)


def test_a_partial_tile_is_given_at_any_size_it_once_had(app: Flask, client: FlaskClient) -> None:
    _grow(20)
    seven, twelve = (client.get(f"/trail/tile/0/000.p/{width}").data for width in (7, 12))
    assert len(seven) == 7 * 32 and twelve.startswith(seven)


def test_every_entry_leads_to_the_root_on_its_page(app: Flask, client: FlaskClient) -> None:
    _grow(37)
    root = queries.tip().root.hex()
    for index in (0, 1, 17, 35, 36):
        text = client.get(f"/trail/{index}?lang=en").get_data(as_text=True)
        assert f"{root[:16]}…" in text
    assert client.get("/trail/999999").status_code == 404


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 100])
def test_the_way_ends_at_the_root(size: int) -> None:
    leaves = [bytes([n]) * 32 for n in range(size)]
    tree = MemoryTree(b"".join(leaves))
    for index in range(size):
        steps = way(index, size, leaves[index], merkle.inclusion_proof(index, size, tree.reader().node))
        assert (steps[-1].result if steps else leaves[index]) == tree.root()
        drawn = ladder(steps, upright=True)
        assert len([box for box in drawn.boxes if box.kind == "top"]) == (1 if steps else 0)


def test_filters_narrow_the_list(app: Flask, client: FlaskClient) -> None:
    _grow(3)
    text = client.get("/trail?subject=thing/1&lang=en").get_data(as_text=True)
    assert "thing/1" in text and "thing/2" not in text
    assert "No entry matches" in client.get("/trail?kind=none&lang=en").get_data(as_text=True)


def test_the_proof_file_is_a_receipt(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    _grow(9)
    data = client.get("/trail/4/proof").data
    assert json.loads(data)["format"] == "sunseal-receipt/1"
