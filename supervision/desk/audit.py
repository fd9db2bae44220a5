"""Verification of the running database: every stored entry, tile, column and notice against the tree."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from foundation.canonical import canonical, digest, parse
from foundation.database import db
from procurement.evaluation.models import Evaluation
from procurement.notices.models import Notice
from supervision.trail import checkpoints, export, queries
from supervision.trail.faults import TrailError
from supervision.trail.merkle import Frontier, fold, leaf_hash
from supervision.trail.models import Entry, Tile

BATCH = 1024


def faults() -> Iterator[str]:
    """Yield a sentence for everything that does not hold, naming the entry or row; none means intact."""
    tip = queries.tip()
    kept = {checkpoint.size: checkpoint for checkpoint in queries.kept_checkpoints()}
    published: dict[str, set[int]] = {}
    frontier, expected = Frontier(), 0
    level0: list[bytes] = []
    for first in range(0, tip.size, BATCH):
        rows = db.session.execute(
            select(Entry).where(Entry.index >= first, Entry.index < first + BATCH).order_by(Entry.index)
        ).scalars()
        for entry in rows:
            if entry.index != expected:
                yield f"entry {expected} is missing"
            expected = entry.index + 1
            yield from _entry_faults(entry)
            level0.append(leaf_hash(entry.body))
            frontier = frontier.append(level0[-1])
            _collect(entry, published)
            if frontier.size in kept:
                yield from _checkpoint_faults(kept.pop(frontier.size).text.encode(), frontier)
            if len(level0) == 256:
                yield from _tile_faults(0, frontier.size // 256 - 1, b"".join(level0))
                level0.clear()
        db.session.expunge_all()
    if expected < tip.size:
        yield f"entries {expected} to {tip.size - 1} are missing from the end"
    if frontier.root() != tip.root:
        yield "the entries do not lead to the root that the head names"
    yield from (f"checkpoint {size} is larger than the trail" for size in kept)
    yield from _upper_tile_faults(tip.size)
    yield from _document_faults(published)


def _entry_faults(entry: Entry) -> Iterator[str]:
    if leaf_hash(entry.body) != entry.leaf_hash:
        yield f"entry {entry.index} was changed: its bytes do not match its hash"
        return
    said = parse(entry.body)
    who = said["actor"].get("ref", said["actor"]["kind"])
    if (said["index"], said["kind"], said["subject"], who) != (entry.index, entry.kind, entry.subject, entry.actor):
        yield f"entry {entry.index} says something else than the columns it is found by"
    if said["at"] != export.moment_text(entry.at):
        yield f"entry {entry.index} names another moment than its column"


def _collect(entry: Entry, published: dict[str, set[int]]) -> None:
    facts = parse(entry.body).get("facts", {})
    if isinstance(facts, dict) and isinstance(facts.get("sha256"), str):
        published.setdefault(facts["sha256"], set()).add(entry.index)


def _checkpoint_faults(data: bytes, frontier: Frontier) -> Iterator[str]:
    try:
        said = checkpoints.read(data)
    except TrailError as error:
        yield f"checkpoint {frontier.size} cannot be read ({error.rule})"
        return
    if said.root != frontier.root():
        yield f"checkpoint {frontier.size} names another root than the entries lead to"


def _tile_faults(level: int, index: int, hashes: bytes) -> Iterator[str]:
    tile = db.session.execute(select(Tile).where(Tile.level == level, Tile.index == index)).scalar_one_or_none()
    if tile is None or tile.hashes != hashes or tile.root != fold(hashes):
        yield f"tile {index} of level {level} does not match the entries"


def _upper_tile_faults(size: int) -> Iterator[str]:
    level, count = 1, size // 256
    while count >= 256:
        for index in range(count // 256):
            below = db.session.execute(
                select(Tile.root)
                .where(Tile.level == level - 1, Tile.index >= index * 256, Tile.index < (index + 1) * 256)
                .order_by(Tile.index)
            ).scalars()
            yield from _tile_faults(level, index, b"".join(below))
        level, count = level + 1, count // 256


def _document_faults(published: dict[str, set[int]]) -> Iterator[str]:
    for notice in db.session.execute(select(Notice).order_by(Notice.id).execution_options(yield_per=500)).scalars():
        if digest(notice.body) != notice.sha256 or notice.entry_index not in published.get(notice.sha256, ()):
            yield f"notice {notice.ref} is not the one that its entry published"
    for evaluation in db.session.execute(select(Evaluation)).scalars():
        sha256 = digest(canonical(evaluation.document))
        if sha256 != evaluation.sha256 or evaluation.entry_index not in published.get(sha256, ()):
            yield f"the evaluation of entry {evaluation.entry_index} is not the one that was published"
