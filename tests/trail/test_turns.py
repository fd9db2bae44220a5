"""Many writers at once: each act waits its turn, and its moment is read after the wait."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from foundation import database
from foundation.clock import Clock
from foundation.database import db, noting
from foundation.errors import HouseFault
from foundation.models import OutboxMail
from supervision.trail import queries
from supervision.trail.act import PLATFORM, acting


@contextmanager
def another_writer(app: Flask) -> Iterator[None]:
    """Hold the head's lock as another process would, on a connection of its own."""
    settings = app.config["SETTINGS"]
    if settings.database_url.startswith("sqlite"):
        connection = sqlite3.connect(settings.instance / "sunseal.db", isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()
        return
    engine = create_engine(settings.database_owner_url)
    with engine.begin() as other:
        other.execute(text("SELECT 1 FROM trail_head FOR UPDATE"))
        yield
    engine.dispose()


def test_the_moment_of_an_act_is_read_after_the_wait_for_the_lock(app: Flask) -> None:
    moments: list[datetime] = []

    def late() -> None:
        with app.app_context():
            with acting(PLATFORM, Clock()) as act:
                moments.append(act.now)
                act.record("test.late", "test/1")
            db.session.remove()

    with another_writer(app):
        thread = threading.Thread(target=late)
        thread.start()
        time.sleep(0.5)
        released = datetime.now(UTC)
    thread.join()
    assert moments[0] >= released


def test_many_threads_write_one_trail_without_a_gap(app: Flask) -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        with app.app_context():
            try:
                for line in range(12):
                    with acting(PLATFORM) as act:
                        act.record("test.line", f"test/{number}", {"line": line})
            except BaseException as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert queries.tip().size == 96
    assert sorted(entry.index for entry in queries.page(most=200)) == list(range(96))


def test_a_failed_act_gives_its_turn_away(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), acting(PLATFORM):
        raise ZeroDivisionError
    with acting(PLATFORM) as act:
        act.record("test.line", "test/1")
    assert queries.tip().size == 1


def test_a_note_inside_an_act_never_waits_for_itself(app: Flask, engine: str) -> None:
    def note() -> None:
        with noting() as session:
            moment = datetime(2026, 11, 20, tzinfo=UTC)
            session.add(OutboxMail(to="a@b.example", subject="s", body="b", created_at=moment))

    if engine == "sqlite":
        with pytest.raises(HouseFault, match="wait for itself"), acting(PLATFORM):
            note()
    else:
        with acting(PLATFORM) as act:
            note()
            act.record("test.line", "test/1")
    with acting(PLATFORM) as act:
        act.record("test.line", "test/2")


def test_a_connection_that_the_database_ended_while_it_rested_harms_no_act(
    app: Flask, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting(PLATFORM) as act:
        act.record("test.line", "test/1")
    if engine == "postgresql":
        killer = create_engine(app.config["SETTINGS"].database_owner_url.replace("sunseal_owner", "postgres"))
        with killer.connect() as connection:
            connection.execute(text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ))
        killer.dispose()
    monkeypatch.setattr(database, "MOST_REST", 0.0)
    with acting(PLATFORM) as act:
        act.record("test.line", "test/2")
    assert queries.tip().size == 2
