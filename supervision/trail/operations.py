"""Changes of the trail itself: its first head, and the publication of checkpoints."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine, insert, pool, select

from foundation.database import noting
from foundation.errors import HouseFault
from supervision.trail import checkpoints, merkle, queries
from supervision.trail.merkle import Frontier, leaf_hash
from supervision.trail.models import Checkpoint, Entry, Head
from supervision.trail.tiles import TileReader

# The moment of an empty trail. A later one would refuse the restore of an older trail, which never goes back either.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def begin(owner_url: str, origin: str) -> None:
    """Write the head of an empty trail with the owner's address, unless a trail stands there already."""
    engine = create_engine(owner_url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        if connection.execute(select(Head.id)).first() is None:
            connection.execute(
                insert(Head).values(
                    id=1, size=0, frontier=Frontier().to_text(), last_at=NEVER, origin=origin, is_frozen=False
                )
            )
    engine.dispose()


def publish_checkpoint(moment: datetime) -> int | None:
    """Sign and keep a checkpoint where the trail grew since the last one; return its size.

    What is new since then is read again from the stored bytes and hashed, and the root is computed from the stored
    tiles: one flipped bit must stop the signature, not be signed.
    """
    with noting() as session:
        last = session.execute(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).scalar_one_or_none()
        now = queries.tip(session)
        if now.size == 0 or (last is not None and last.size == now.size):
            return None
        start = last.size if last is not None else 0
        frontier = _frontier_at(start, queries.reader(start, session)) if start else Frontier()
        for first in range(start, now.size, 1024):
            rows = session.execute(
                select(Entry.body, Entry.leaf_hash)
                .where(Entry.index >= first, Entry.index < min(first + 1024, now.size))
                .order_by(Entry.index)
            ).all()
            for offset, row in enumerate(rows):
                if leaf_hash(row.body) != row.leaf_hash:
                    raise HouseFault(f"Entry {first + offset} does not match its hash; no checkpoint is signed.")
            frontier = frontier.extend(row.leaf_hash for row in rows)
        if (frontier.size, frontier.root()) != (now.size, now.root):
            raise HouseFault("The stored entries do not lead to the trail's root; no checkpoint is signed.")
        signed = checkpoints.sign(checkpoints.Checkpoint(now.origin, now.size, now.root), queries.signer())
        session.add(Checkpoint(size=now.size, origin=now.origin, text=signed.decode(), at=moment))
    return now.size


def _frontier_at(size: int, reader: TileReader) -> Frontier:
    """Return the right edge of the tree as it was at `size`."""
    hashes, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            hashes.append(reader.node(level, start >> level))
            start += 1 << level
    found = Frontier(size, tuple(hashes))
    if found.root() != merkle.root_at(size, reader.node):
        raise HouseFault("The stored tiles contradict one another.")
    return found
