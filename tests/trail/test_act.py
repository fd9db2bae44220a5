"""Promise 1: nothing happens unrecorded."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from foundation.clock import FixedClock
from foundation.database import db, noting
from foundation.errors import HouseFault
from foundation.models import Counter, OutboxMail
from supervision.trail import operations, proofs, queries
from supervision.trail.act import PLATFORM, acting
from supervision.trail.models import Entry, Head


def fill(count: int, *, at_once: int = 50) -> None:
    """Append `count` entries in acts of `at_once`."""
    while count > 0:
        with acting(PLATFORM) as act:
            for number in range(min(count, at_once)):
                act.record("test.line", f"test/{number}", {"n": number})
        count -= at_once


def test_an_act_appends_its_entries_and_moves_the_head(app: Flask, clock: FixedClock) -> None:
    with acting(PLATFORM) as act:
        assert act.record("test.first", "test/1", {"a": "b"}) == 0
        assert act.record("test.second", "test/2") == 1
    assert queries.tip().size == 2
    entry = queries.by_index(0)
    assert entry.body == (
        b'{"actor":{"kind":"platform"},"at":"2026-11-20T01:00:00.000000Z","facts":{"a":"b"},'
        b'"index":0,"kind":"test.first","subject":"test/1"}'
    )


def test_a_failed_act_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), acting(PLATFORM) as act:
        act.record("test.first", "test/1")
        act.session.add(Counter(series="X", last=1))
        act.session.flush()
        raise ZeroDivisionError
    assert queries.tip().size == 0
    assert db.session.get(Counter, "X") is None


def test_evidence_without_an_entry_is_refused(app: Flask) -> None:
    with pytest.raises(HouseFault, match="without an entry"), acting(PLATFORM) as act:
        act.session.add(Counter(series="X", last=1))
    assert db.session.get(Counter, "X") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counter SET last = 9",
        "DELETE FROM counter",
        "INSERT INTO counter (series, last) VALUES ('Y', 1)",
        "WITH x AS (SELECT 1) INSERT INTO counter (series, last) VALUES ('Y', 1)",
        "DROP TABLE counter",
    ],
)
def test_no_other_way_writes(app: Flask, statement: str) -> None:
    with pytest.raises(HouseFault), db.engine.begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(HouseFault):
        db.session.execute(text(statement))
    db.session.rollback()
    with pytest.raises(HouseFault), noting() as session:
        session.execute(text(statement))


def test_a_note_writes_working_tables_only(app: Flask, clock: FixedClock) -> None:
    with noting() as session:
        session.add(OutboxMail(to="a@b.example", subject="s", body="b", created_at=clock.now()))
    with pytest.raises(HouseFault, match="outside an act"), noting() as session:
        session.execute(update(Counter).values(last=3))


def test_an_act_refuses_a_session_with_changes(app: Flask) -> None:
    db.session.add(Counter(series="X", last=1))
    with pytest.raises(HouseFault, match="changes"), acting(PLATFORM):
        pass
    db.session.rollback()


def test_an_act_inside_an_act_is_refused(app: Flask) -> None:
    with pytest.raises(HouseFault, match="already"), acting(PLATFORM), acting(PLATFORM):
        pass


def test_entry_time_never_runs_backwards(app: Flask, clock: FixedClock) -> None:
    fill(1)
    clock.forward(hours=-1)
    fill(1)
    assert queries.by_index(1).at == queries.by_index(0).at


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_entry SET kind = 'x'",
        "DELETE FROM trail_entry",
        "UPDATE trail_head SET size = 0",
        "DELETE FROM trail_head",
    ],
)
def test_the_database_refuses_to_rewrite_the_trail(app: Flask, statement: str) -> None:
    fill(3)
    with pytest.raises(DBAPIError), acting(PLATFORM) as act:
        act.record("test.attack", "test/1")
        act.session.execute(text(statement))
    assert queries.tip().size == 3


def test_an_index_must_be_the_next_one(app: Flask, clock: FixedClock) -> None:
    fill(3)
    with pytest.raises(DBAPIError), acting(PLATFORM) as act:
        act.record("test.attack", "test/1")
        act.session.add(
            Entry(index=1, leaf_hash=b"x" * 32, body=b"{}", kind="x", subject="x", actor="x", at=clock.now())
        )
        act.session.flush()


def test_sqlite_insert_or_replace_does_not_slip_past(app: Flask, engine: str) -> None:
    fill(3)
    if engine == "sqlite":
        with pytest.raises(DBAPIError), acting(PLATFORM) as act:
            act.session.execute(
                text("INSERT OR REPLACE INTO trail_entry VALUES (1, x'00', x'00', 'x', 'x', '2026-01-01')")
            )
    assert queries.by_index(1).kind == "test.line"


def test_receipts_verify_across_tiles(app: Flask) -> None:
    fill(700, at_once=70)
    key = queries.signer().verifier
    for index in (0, 1, 255, 256, 511, 512, 699):
        receipt = queries.receipt(index)
        assert proofs.verify(receipt, key).word == "trusted"


def test_a_checkpoint_is_refused_when_a_stored_entry_was_changed(app: Flask, clock: FixedClock, engine: str) -> None:
    fill(10)
    assert operations.publish_checkpoint(clock.now()) == 10
    assert operations.publish_checkpoint(clock.now()) is None
    fill(300)
    rewrite(app, "UPDATE trail_entry SET body = CAST(body || ' ' AS BLOB) WHERE \"index\" = 40" if engine == "sqlite" else
            "UPDATE trail_entry SET body = body || '\\x20'::bytea WHERE \"index\" = 40")
    with pytest.raises(HouseFault, match="Entry 40"):
        operations.publish_checkpoint(clock.now())


def test_checkpoints_follow_one_another(app: Flask, clock: FixedClock) -> None:
    for count in (1, 255, 1, 300, 7):
        fill(count)
        operations.publish_checkpoint(clock.now())
    assert [checkpoint.size for checkpoint in queries.kept_checkpoints()] == [1, 256, 257, 557, 564]
    assert db.session.get(Head, 1).size == 564


def rewrite(app: Flask, statement: str, table: str = "trail_entry") -> None:
    """Change the stored bytes as someone would who owns the database: without the triggers."""
    from sqlalchemy import create_engine

    from supervision.trail.guards import sqlite_unguards

    engine = create_engine(app.config["SETTINGS"].database_owner_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for drop in sqlite_unguards():
                connection.exec_driver_sql(drop)
        else:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.exec_driver_sql(statement)
    engine.dispose()
