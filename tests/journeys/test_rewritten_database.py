"""Whoever holds the server, the database and the real key rewrites history; what others kept before tells on them."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, delete, insert, select, update

from foundation.canonical import canonical, parse
from foundation.clock import FixedClock
from foundation.database import db
from procurement.tender import queries as tenders
from supervision.trail import checkpoints, operations, queries
from supervision.trail.guards import sqlite_unguards
from supervision.trail.merkle import Frontier, fold, leaf_hash
from supervision.trail.models import Checkpoint, Entry, Head, Tile
from tests.box.carrier import Carrier, an_envelope
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import export_of, verified
from tests.trail.test_act import fill


def rewrite(app: Flask, index: int) -> None:
    """Put another commitment into entry `index`, and make everything that follows from it fit again."""
    signer, tip = queries.signer(), queries.tip()
    bodies = list(queries.bodies())
    said = parse(bodies[index])
    bodies[index] = canonical({**said, "facts": {**said["facts"], "commitment": "0" * 64}})
    hashes = [leaf_hash(body) for body in bodies]
    db.session.remove()
    engine = create_engine(app.config["SETTINGS"].database_owner_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for drop in sqlite_unguards():
                connection.exec_driver_sql(drop)
        else:
            for table in ("trail_entry", "trail_tile", "trail_head", "trail_checkpoint"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for at, (body, digest) in enumerate(zip(bodies, hashes, strict=True)):
            connection.execute(update(Entry).where(Entry.index == at).values(body=body, leaf_hash=digest))
        for at in range(len(hashes) // 256):
            tile = b"".join(hashes[at * 256 : at * 256 + 256])
            wanted = (Tile.level == 0, Tile.index == at)
            connection.execute(update(Tile).where(*wanted).values(hashes=tile, root=fold(tile)))
        connection.execute(update(Head).values(frontier=Frontier().extend(hashes).to_text()))
        sizes = connection.execute(select(Checkpoint.size, Checkpoint.at)).all()
        connection.execute(delete(Checkpoint))
        for size, at in sizes:
            root = Frontier().extend(hashes[:size]).root()
            text = checkpoints.sign(checkpoints.Checkpoint(tip.origin, size, root), signer).decode()
            connection.execute(insert(Checkpoint).values(size=size, origin=tip.origin, text=text, at=at))
    engine.dispose()


def test_a_rewritten_database_is_caught_by_what_was_kept(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    envelope = an_envelope(tenders.by_ref(ref), who.suppliers[0], tmp_path / "own")
    answer = Carrier(app.test_client(), who.suppliers[0], tenders.by_ref(ref)).hand_in(envelope).get_json()
    receipt, checkpoint = tmp_path / "receipt.json", tmp_path / "checkpoint"
    receipt.write_text(json.dumps(answer["receipt"]))
    operations.publish_checkpoint(clock.now())
    checkpoint.write_bytes(queries.checkpoint())
    (entry,) = queries.page(kind="sealed")
    index = entry.index
    fill(300)
    clock.forward(minutes=1)
    operations.publish_checkpoint(clock.now())
    before = tmp_path / "before"
    before.mkdir()
    honest = export_of(app, before)
    assert verified(honest, "--receipt", receipt, "--checkpoint", checkpoint)[0] == 0
    rewrite(app, index)
    # The forgery is complete: the running house, and the verifier with the true key alone, find nothing.
    inside = app.test_cli_runner().invoke(args=["trail", "verify"])
    assert inside.exit_code == 0 and inside.output.startswith("INTACT"), inside.output
    forged = export_of(app, tmp_path)
    code, told = verified(forged)
    assert code == 0, told
    code, told = verified(forged, "--receipt", receipt)
    assert code == 1 and "receipt.json" in told and str(index) in told, told
    code, told = verified(forged, "--checkpoint", checkpoint)
    assert code == 1 and "checkpoint" in told, told
    # A checkpoint that somebody fetched before is all it takes; the export of that day says the same.
    published = sorted((honest / "checkpoints").iterdir())[0]
    code, told = verified(forged, "--checkpoint", published)
    assert code == 1 and published.name in told, told
