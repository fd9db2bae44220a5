"""The database: base class, column types, engine settings, and the guard on the engine.

The guard is the floor under promise 1, *nothing happens unrecorded*. It sits on the engine's cursor and commit events,
because bulk statements and ``engine.begin()`` pass session hooks by. A write is allowed only on a connection that was
opened for an act or for a note, a note reaches only the closed list of working tables, and an act that changed
evidence commits only together with an entry of the trail.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    event,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from foundation.canonical import canonical, parse
from foundation.errors import HouseFault

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# The only tables that `noting()` may write: they prove nothing, and losing them loses no evidence.
WORKING_TABLES = frozenset(
    {
        "login_session",
        "failed_login",
        "one_time_token",
        "upload",
        "upload_part",
        "outbox_mail",
        "follow",
        "trail_checkpoint",
    }
)
ENTRY_TABLE = "trail_entry"

# Seconds that a writer waits for its turn, and that a connection may rest before it is tried again.
MOST_WAIT = 30.0
MOST_REST = 5.0

_READS = re.compile(r"\s*(SELECT|PRAGMA|EXPLAIN|SHOW|SET|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VALUES)\b", re.I)
_WRITES = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?([a-z_]+)"?', re.I)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata, engine_options={}, session_options={"autoflush": False})

Key = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC with microseconds. Naive values are refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment must be aware of its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Canonical(TypeDecorator[Any]):
    """A JSON value kept as its RFC 8785 text, so that what is hashed is what is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else parse(value.encode())


Bytes = LargeBinary


def key() -> Any:
    """Return the primary key column that every table has; its value never leaves the house."""
    return mapped_column(Key, primary_key=True, autoincrement=True)


class Turn:
    """One writer at a time within this process, for SQLite.

    Its own way of waiting (``busy_timeout``) sleeps for up to 100 ms at a time and gives the lock to whoever happens to
    ask next: with 16 threads the worst act waited 4.8 s (docs/decisions/0005-acts-under-threads.md). Writers of other
    processes still meet there.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            raise HouseFault("A write inside a write of the same thread would wait for itself.")
        if not self._lock.acquire(timeout=MOST_WAIT):
            raise HouseFault(f"No turn to write came within {MOST_WAIT:.0f} s.")
        self._owner = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._owner = None
        self._lock.release()


_TURNS: WeakKeyDictionary[Engine, Turn] = WeakKeyDictionary()


def turn_to_write(engine: Engine) -> AbstractContextManager[None]:
    """Return what a writer enters before it begins and leaves after it has committed; nothing on PostgreSQL."""
    return _TURNS.get(engine) or nullcontext()


def set_up_engine(engine: Engine) -> None:
    """Attach the settings of the engine and the guard."""
    if engine.dialect.name == "sqlite":
        _TURNS[engine] = Turn()
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_try_after_rest, engine.dialect))
    event.listen(engine, "before_cursor_execute", _guard_statement)
    event.listen(engine, "commit", _guard_commit)
    event.listen(engine, "rollback", _forget)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # synchronous=FULL is mandatory: with NORMAL a power cut lost 2,930 of 13,785 acknowledged rows.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _try_after_rest(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    # Trying each time (pool_pre_ping) costs every act one round trip of its six.
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < MOST_REST:
        return
    try:
        dialect.do_ping(connection)
    except Exception as error:
        raise DisconnectionError("The database ended a resting connection.") from error


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _guard_statement(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    table = _written_by(statement)
    if table is None:
        return
    writing = connection.get_execution_options().get("writing")
    if writing == "act" or (writing == "note" and table in WORKING_TABLES):
        connection.info.setdefault("written", set()).add(table)
        return
    raise HouseFault(f"{table} was written outside an act. Use acting(), or noting() for a working table.")


@lru_cache(maxsize=4096)
def _written_by(statement: str) -> str | None:
    """Return the table that a statement writes, None for a read; refuse what the guard does not know."""
    if _READS.match(statement):
        return None
    found = _WRITES.match(statement)
    if found is None:
        raise HouseFault(f"This statement is neither a read nor a write the guard knows: {statement[:80]}")
    return found.group(1).lower()


def _guard_commit(connection: Connection) -> None:
    written = connection.info.pop("written", set())
    if written - WORKING_TABLES and ENTRY_TABLE not in written:
        raise HouseFault(f"Evidence changed without an entry: {', '.join(sorted(written - WORKING_TABLES))}")


def _forget(connection: Connection) -> None:
    connection.info.pop("written", None)


@contextmanager
def noting() -> Iterator[Session]:
    """Write to working tables in a short transaction of its own, without lock or entry."""
    with turn_to_write(db.engine), Session(db.engine, autoflush=False, expire_on_commit=False) as session:
        session.connection(execution_options={"writing": "note"})
        yield session
        session.commit()
