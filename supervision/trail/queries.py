"""Reads of the trail: the tree's nodes, checkpoints, proofs, receipts and filtered entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from foundation.database import db
from foundation.errors import HouseFault, Refusal
from supervision.trail import checkpoints, merkle, proofs
from supervision.trail.merkle import Frontier, leaf_hash
from supervision.trail.models import Checkpoint, Entry, Head, Tile
from supervision.trail.notes import Signer
from supervision.trail.tiles import TileReader

# Plain statements, made once: a receipt takes five reads, and building them anew cost more than running them.
_TIP = select(Head.size, Head.frontier, Head.origin)
_ENTRY = select(Entry.body, Entry.leaf_hash).where(Entry.index == bindparam("at"))
_LEAVES = (
    select(Entry.leaf_hash)
    .where(Entry.index >= bindparam("start"), Entry.index < bindparam("stop"))
    .order_by(Entry.index)
)
_TILE = select(Tile.hashes).where(Tile.level == bindparam("at_level"), Tile.index == bindparam("at"))
_ROOTS = (
    select(Tile.root)
    .where(Tile.level == bindparam("at_level"), Tile.index >= bindparam("start"), Tile.index < bindparam("stop"))
    .order_by(Tile.index)
)


@dataclass(frozen=True)
class Tip:
    """The tree as one read saw it: size, root (32 bytes) and origin."""

    size: int
    root: bytes
    origin: str


def signer() -> Signer:
    """Return the key that signs checkpoints."""
    found: Signer = current_app.extensions["log_signer"]
    return found


def tip(session: Session | None = None) -> Tip:
    """Return the present size and root."""
    head = (session or db.session).connection().execute(_TIP).one()
    frontier = Frontier.from_text(head.frontier)
    return Tip(frontier.size, frontier.root(), head.origin)


def reader(size: int, session: Session | None = None) -> TileReader:
    """Return a reader of the tree at `size` over the stored rows."""
    run = (session or db.session).connection().execute

    def leaves(start: int, stop: int) -> bytes:
        return b"".join(run(_LEAVES, {"start": start, "stop": stop}).scalars())

    def tile(level: int, index: int) -> bytes:
        return run(_TILE, {"at_level": level, "at": index}).scalar_one()

    def roots(level: int, start: int, stop: int) -> bytes:
        return b"".join(run(_ROOTS, {"at_level": level, "start": start, "stop": stop}).scalars())

    return TileReader(size, leaves, tile, roots)


def checkpoint(session: Session | None = None) -> bytes:
    """Return a signed checkpoint of the present tree (C2SP tlog-checkpoint)."""
    now = tip(session)
    return checkpoints.sign(checkpoints.Checkpoint(now.origin, now.size, now.root), signer())


def receipt(index: int, private: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the receipt of an entry: its bytes, an inclusion proof and a signed checkpoint that holds it.

    The entry is read back from what is stored and hashed again, so that a receipt never vouches for bytes the
    database does not hold.
    """
    entry = db.session.connection().execute(_ENTRY, {"at": index}).one_or_none()
    if entry is None:
        raise Refusal("trail.no_such_entry", 404, index=index)
    if leaf_hash(entry.body) != entry.leaf_hash:
        raise HouseFault(f"Entry {index} does not match its hash in the trail.")
    now = tip()
    hashes = merkle.inclusion_proof(index, now.size, reader(now.size).node)
    signed = checkpoints.sign(checkpoints.Checkpoint(now.origin, now.size, now.root), signer())
    return proofs.build(entry.body, index, hashes, signed, private)


def by_index(index: int) -> Entry:
    """Return one entry, or refuse with 404."""
    entry = db.session.get(Entry, index)
    if entry is None:
        raise Refusal("trail.no_such_entry", 404, index=index)
    return entry


def of_subject(subject: str, *, most: int = 1000) -> list[Entry]:
    """Return the entries about `subject` and what lies under it (``tender/T-1`` finds ``tender/T-1/lot/1`` too)."""
    return list(
        db.session.execute(
            select(Entry)
            .where((Entry.subject == subject) | Entry.subject.between(f"{subject}/", f"{subject}0"))
            .order_by(Entry.index)
            .limit(most)
        ).scalars()
    )


def page(
    *, before: int | None = None, kind: str = "", subject: str = "", most: int = 50
) -> list[Entry]:
    """Return entries newest first, below index `before`, filtered by kind and subject."""
    wanted = select(Entry).order_by(Entry.index.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(Entry.index < before)
    if kind:
        wanted = wanted.where(Entry.kind == kind)
    if subject:
        wanted = wanted.where((Entry.subject == subject) | Entry.subject.between(f"{subject}/", f"{subject}0"))
    return list(db.session.execute(wanted).scalars())


def kinds() -> list[str]:
    """Return the kinds of entry that occur, by skipping through the index rather than reading the table."""
    found: list[str] = []
    kind = db.session.execute(select(func.min(Entry.kind))).scalar()
    while kind is not None:
        found.append(kind)
        kind = db.session.execute(select(func.min(Entry.kind)).where(Entry.kind > kind)).scalar()
    return found


def bodies(start: int = 0, stop: int | None = None, *, batch: int = 1024) -> Iterator[bytes]:
    """Yield entry bodies in their order, in batches, so that a million entries need little memory."""
    end = tip().size if stop is None else stop
    for first in range(start, end, batch):
        wanted = select(Entry.body).where(Entry.index >= first, Entry.index < min(first + batch, end))
        yield from db.session.execute(wanted.order_by(Entry.index)).scalars()


def kept_checkpoints() -> list[Checkpoint]:
    """Return the checkpoints that were published, oldest first."""
    return list(db.session.execute(select(Checkpoint).order_by(Checkpoint.size)).scalars())
