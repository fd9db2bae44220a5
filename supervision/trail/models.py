"""Tables of the trail. Entries hold words and no foreign keys: a log must not know its readers' objects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, Bytes, Key, Moment


class Entry(Base):
    """One line of the trail. `body` is the canonical JSON that was hashed; the other columns repeat it for search."""

    __tablename__ = "trail_entry"
    __table_args__ = (
        Index("ix_trail_entry_subject", "subject", "index"),
        Index("ix_trail_entry_kind", "kind", "index"),
        Index("ix_trail_entry_actor", "actor", "index"),
    )

    index: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    leaf_hash: Mapped[bytes] = mapped_column(Bytes)
    body: Mapped[bytes] = mapped_column(Bytes)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    # The actor's reference, or the kind of an actor that has none.
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)


class Tile(Base):
    """A full tile of 256 hashes (C2SP tlog-tiles) at `level`, position `index`, and the root over them."""

    __tablename__ = "trail_tile"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(Bytes)
    root: Mapped[bytes] = mapped_column(Bytes)


class Head(Base):
    """The one row that every act locks: size of the tree, its right edge, and the moment of the last entry."""

    __tablename__ = "trail_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Key)
    frontier: Mapped[str] = mapped_column(Text)
    last_at: Mapped[datetime] = mapped_column(Moment)
    origin: Mapped[str] = mapped_column(String(200))
    is_frozen: Mapped[bool] = mapped_column(default=False)


class Checkpoint(Base):
    """A signed checkpoint that was given out, kept so that growth can be proved between any two."""

    __tablename__ = "trail_checkpoint"

    size: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
