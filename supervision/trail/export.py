"""Writes an export of the trail: a plain folder that the stand-alone verifier judges. Pure but for the
folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from supervision.trail import checkpoints as tree_heads
from supervision.trail import layout, merkle, notes, tiles
from supervision.trail.faults import TrailError


def write(
    folder: str | Path,
    *,
    origin: str,
    log_signer: notes.Signer,
    entries: Iterable[bytes],
    files: Iterable[tuple[str, bytes]],
    checkpoints: Iterable[bytes],
    created_at: datetime | str,
    checkpoint: bytes | None = None,
    log_keys: Iterable[notes.Verifier] = (),
) -> layout.Manifest:
    """Write `folder`, which must not exist, and return its manifest.

    `entries` are all bodies in order; `files` are notices, evaluations and certificates as (path, bytes);
    `checkpoints` are signed checkpoints given out earlier; `checkpoint` is the signed one at the present size
    (where none is given, `log_signer` makes it); `log_keys` are older public keys that earlier checkpoints
    carry. Everything is written into a folder beside and renamed at the end. Raises `TrailError`
    ``export.exists``, ``export.path`` or ``export.checkpoint_differs``.
    """
    target = Path(folder)
    if target.exists():
        raise TrailError("export.exists", path=target.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        writer = _Writer(work)
        tree = _write_entries(writer, entries)
        for tile in tiles.tiles_of(tree.size):
            writer.put(tile.path, tree.tile(tile))
        head = tree_heads.Checkpoint(origin, tree.size, tree.root())
        signed = checkpoint if checkpoint is not None else tree_heads.sign(head, log_signer)
        if tree_heads.open_checkpoint(signed, [log_signer.verifier]).checkpoint != head:
            raise TrailError("export.checkpoint_differs", size=tree.size)
        writer.put(layout.CHECKPOINT, signed)
        keys = [log_signer.verifier, *(key for key in log_keys if key != log_signer.verifier)]
        writer.put(layout.LOG_KEY, "".join(f"{key.text()}\n" for key in keys).encode())
        for data in checkpoints:
            writer.put_checkpoint(data)
        for path, data in files:
            writer.put(path, data)
        moment = created_at if isinstance(created_at, str) else moment_text(created_at)
        manifest = layout.Manifest(origin, tree.size, head.root, moment, layout.sorted_files(writer.files))
        layout.Manifest.from_data(manifest.data())
        (work / layout.MANIFEST).write_bytes(manifest.data())
        note = notes.sign_note(layout.signed_text(origin, manifest.data()), log_signer)
        (work / layout.SIGNATURE).write_bytes(note)
        work.chmod(0o755)
        os.rename(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return manifest


def moment_text(moment: datetime) -> str:
    """Return an aware moment as the trail writes it: UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class _Writer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[Path] = set()
        self._paths: set[str] = set()
        self.files: list[layout.File] = []

    def put(self, path: str, data: bytes) -> None:
        if not layout.is_known(path) or path in (layout.MANIFEST, layout.SIGNATURE) or path in self._paths:
            raise TrailError("export.path", path=path)
        place = self._folder / path
        if place.parent not in self._made:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(place.parent)
        place.write_bytes(data)
        self._paths.add(path)
        self.files.append(layout.File.of(path, data))

    def put_checkpoint(self, data: bytes) -> None:
        path = first = f"checkpoints/{tree_heads.read(data).size}"
        # Two origins may have signed the same size, as after a declared fork.
        number = 2
        while path in self._paths:
            path, number = f"{first}-{number}", number + 1
        self.put(path, data)


def _write_entries(writer: _Writer, entries: Iterable[bytes]) -> tiles.MemoryTree:
    hashes, waiting, index = bytearray(), iter(entries), 0
    while bodies := list(islice(waiting, tiles.WIDTH)):
        hashes += b"".join([merkle.leaf_hash(body) for body in bodies])
        writer.put(tiles.Tile(tiles.ENTRIES, index, len(bodies)).path, tiles.pack_entries(bodies))
        index += 1
    return tiles.MemoryTree(bytes(hashes))
