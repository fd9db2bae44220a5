"""The act: the one place where the house changes anything that proves something.

One act is one transaction. It locks the head of the trail, *then* reads the clock and everything that decides, runs
the operation, appends its entries and commits. What was read before the lock may be stale, so the act begins from an
empty session. Everything heavy (bytes, digests, rendering, decryption) happens before or after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from foundation.canonical import canonical
from foundation.clock import Clock
from foundation.database import db, turn_to_write
from foundation.errors import HouseFault, Refusal
from supervision.trail.merkle import Frontier, fold, leaf_hash
from supervision.trail.models import Entry, Head, Tile

MOST_BODY = 65_535
TILE_WIDTH = 256

# Plain statements, made once: going through the mapped classes doubled what an act costs (docs/bench.md).
_HEAD = select(Head.size, Head.frontier, Head.last_at, Head.is_frozen)
_LOCKED = _HEAD.with_for_update().subquery()
# On PostgreSQL the lock and the clock take one round trip. The locking select must stand in a subquery: beside it, in
# the same list, clock_timestamp() would be evaluated before the wait for the lock instead of after it.
_HEAD_AND_MOMENT = select(_LOCKED, func.clock_timestamp().label("moment"))
_APPEND = insert(Entry.__table__)  # type: ignore[arg-type]
_MOVE = update(Head.__table__).values(  # type: ignore[arg-type]
    size=bindparam("new_size"), frontier=bindparam("new_frontier"), last_at=bindparam("new_last_at")
)


@dataclass(frozen=True)
class Actor:
    """Who acts, in words that may stand in the open: references, never names or addresses.

    `kind` is ``account``, ``expert`` (a seat, never the account), ``platform`` (a duty), ``operator`` (a command) or
    ``sealed`` (not told before the opening).
    """

    kind: str
    ref: str = ""
    role: str = ""
    organisation: str = ""

    def words(self) -> dict[str, str]:
        """Return the actor as it stands in an entry, without empty fields."""
        fields = {"kind": self.kind, "ref": self.ref, "role": self.role, "organisation": self.organisation}
        return {name: value for name, value in fields.items() if value}


PLATFORM = Actor("platform")
SEALED = Actor("sealed")


class Act:
    """A running act: its session, its moment, its actor, and the entries it will append.

    `account_id` is the acting person's row for guards that compare people; it stands in no entry.
    """

    def __init__(self, session: Session, head: Row[Any], now: datetime, actor: Actor) -> None:
        self.session = session
        self.now = now
        self.actor = actor
        self.account_id: int | None = None
        self._size: int = head.size
        self._last_at: datetime = head.last_at
        self._frontier = Frontier.from_text(head.frontier)
        self._rows: list[dict[str, Any]] = []

    @property
    def next_index(self) -> int:
        """The index that the next recorded entry will have."""
        return self._size + len(self._rows)

    def record(
        self, kind: str, subject: str, facts: dict[str, Any] | None = None, *, actor: Actor | None = None
    ) -> int:
        """Append an entry and return its index.

        `kind` is a dotted verb (``tender.publish``), `subject` the thing in words (``tender/T-2026-000123``), `facts`
        a JSON value without floats. `actor` stands in for the act's own where that must not be told yet.
        """
        index, who = self.next_index, actor or self.actor
        # Entry time never runs backwards, whatever the wall clock does.
        at = max(self.now, self._last_at)
        body = canonical(
            {
                "index": index,
                "at": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "kind": kind,
                "actor": who.words(),
                "subject": subject,
                "facts": facts or {},
            }
        )
        if len(body) > MOST_BODY:
            raise HouseFault(f"An entry of {len(body)} bytes is larger than the trail's format allows.")
        self._rows.append(
            {
                "index": index,
                "leaf_hash": leaf_hash(body),
                "body": body,
                "kind": kind,
                "subject": subject,
                "actor": who.ref or who.kind,
                "at": at,
            }
        )
        return index

    def append(self) -> None:
        """Write the recorded entries, the tiles they complete, and the new head."""
        if not self._rows:
            return
        connection = self.session.connection()
        connection.execute(_APPEND, self._rows)
        done = 0
        while done < len(self._rows):
            # Up to the end of the present tile, so that each tile is stored from a frontier that ends with it.
            room = TILE_WIDTH - self._frontier.size % TILE_WIDTH
            leaves = [row["leaf_hash"] for row in self._rows[done : done + room]]
            self._frontier = self._frontier.extend(leaves)
            self._store_tiles(self._frontier.size)
            done += len(leaves)
        connection.execute(
            _MOVE,
            {
                "new_size": self._frontier.size,
                "new_frontier": self._frontier.to_text(),
                "new_last_at": self._rows[-1]["at"],
            },
        )

    def _store_tiles(self, size: int) -> None:
        """Store each tile that the leaf at `size` − 1 completes, level 0 first."""
        level, count = 0, size
        while count and count % TILE_WIDTH == 0:
            position = count // TILE_WIDTH - 1
            hashes = self._tile(level, position)
            self.session.execute(
                insert(Tile).values(level=level, index=position, hashes=hashes, root=fold(hashes))
            )
            level, count = level + 1, count // TILE_WIDTH

    def _tile(self, level: int, position: int) -> bytes:
        first = position * TILE_WIDTH
        if level == 0:
            stored = self.session.execute(
                select(Entry.leaf_hash)
                .where(Entry.index >= first, Entry.index < first + TILE_WIDTH)
                .order_by(Entry.index)
            )
            return b"".join(stored.scalars())
        below = self.session.execute(
            select(Tile.root)
            .where(Tile.level == level - 1, Tile.index >= first, Tile.index < first + TILE_WIDTH)
            .order_by(Tile.index)
        )
        return b"".join(below.scalars())


@contextmanager
def acting(actor: Actor, clock: Clock | None = None) -> Iterator[Act]:
    """Run one act. Commits at the end of the block; any exception leaves nothing behind.

    Raises `HouseFault` where the session holds changes already, and `Refusal` ``trail.frozen`` where a restored trail
    waits for a declared origin.
    """
    session: Session = db.session()
    if session.info.get("acting"):
        raise HouseFault("An act runs already in this session; operations share one act.")
    if session.new or session.dirty or session.deleted:
        raise HouseFault("The session holds changes that no act has recorded.")
    session.rollback()
    session.expire_all()
    session.info["acting"] = True
    try:
        with turn_to_write(db.engine):
            yield from _run(session, clock or current_app.extensions["clock"], actor)
    finally:
        session.info.pop("acting", None)


def _run(session: Session, clock: Clock, actor: Actor) -> Iterator[Act]:
    try:
        connection = session.connection(execution_options={"writing": "act"})
        head, now = _lock(connection, clock)
        if head.is_frozen:
            raise Refusal("trail.frozen", 409)
        act = Act(session, head, now, actor)
        yield act
        session.flush()
        act.append()
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _lock(connection: Connection, clock: Clock) -> tuple[Row[Any], datetime]:
    """Lock the head of the trail, *then* read the clock; SQLite took its lock when the transaction began."""
    on_postgresql = connection.dialect.name == "postgresql"
    wanted: Any = _HEAD_AND_MOMENT if on_postgresql else _HEAD
    head = connection.execute(wanted).one()
    return head, clock.moment_of_act(connection, head.moment if on_postgresql else None)
