"""The steps by which an export of the trail is judged, in their order; each is labelled where it happens.
Pure.

A later step is taken even where an earlier one refused, as far as its own ground holds, so that the report
can name *what* was done to the trail and not only that something was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from supervision.trail import checkpoints, cms, layout, merkle, notes, proofs, tiles
from supervision.trail.canonical import parse_canonical
from supervision.trail.compare import Finding, differences, spans
from supervision.trail.faults import TrailError

Named = tuple[str, bytes]
_DIGESTS = re.compile(rb'"sha256":"([0-9a-f]{64})"')
ENTRY_NAMES = {"index", "at", "kind", "actor", "subject", "facts"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step's outcome: `ok` is None where its ground was missing; `facts` are counts for the line
    shown.
    """

    name: str
    ok: bool | None
    findings: tuple[Finding, ...] = ()
    facts: dict[str, Any] | None = None


class Inspection:
    """Takes the steps over one export; `run` returns them all."""

    def __init__(
        self,
        folder: Path,
        log_keys: Sequence[notes.Verifier] | None,
        receipts: Iterable[Named] = (),
        earlier: Iterable[Named] = (),
    ) -> None:
        self.folder = folder
        self.given_keys = log_keys
        self.keys: list[notes.Verifier] = list(log_keys or [])
        self.receipts = list(receipts)
        self.earlier = list(earlier)
        self.present: set[str] = set()
        self.manifest: layout.Manifest | None = None
        self.head: checkpoints.Checkpoint | None = None
        self.tree: tiles.MemoryTree | None = None
        self._found: list[bytes | None] = []
        self._absent: list[int] = []
        self._order: list[Finding] = []
        self._shift = 0
        self._last_at = ""
        self._documents: set[bytes] = set()
        self._digests: dict[str, set[str]] = {}
        self._named: set[str] = set()

    def run(self) -> list[Step]:
        """Take every step and return their outcomes, in order."""
        return [
            self.placement(),
            self.signature(),
            self.files(),
            self.checkpoint(),
            self.entries(),
            self.root(),
            self.order(),
            self.history(),
            self.given_receipts(),
            self.notices(),
        ]

    def read(self, path: str) -> bytes:
        """Return a file of the export."""
        return (self.folder / path).read_bytes()

    # Step 1: nothing lies in the folder that the layout does not know; what it needs is there.
    def placement(self) -> Step:
        files, strangers = layout.listing(self.folder)
        self.present = set(files)
        findings = [Finding("file.unknown", {"path": path}) for path in strangers]
        findings += [Finding("file.missing", {"path": p}) for p in layout.REQUIRED if p not in self.present]
        return _step("layout", findings, files=len(files))

    # Step 2: the manifest is canonical and carries the log's signature.
    def signature(self) -> Step:
        try:
            if self.given_keys is None:
                self.keys = read_keys(self.read(layout.LOG_KEY))
            data = self.read(layout.MANIFEST)
            self.manifest = layout.Manifest.from_data(data)
            note = self.read(layout.SIGNATURE)
            keys = [key for key in self.keys if key.name == self.manifest.origin]
            opened = notes.open_note(note, keys)
            if opened.text != layout.signed_text(self.manifest.origin, data):
                raise TrailError("manifest.signature_differs")
            if len(notes.parse(note).signatures) != 1:
                raise TrailError("note.malformed")
        except (TrailError, OSError) as error:
            return _step("manifest", [_finding(error, "manifest.")])
        return _step("manifest", [], origin=self.manifest.origin)

    # Step 3: every file is the one that the manifest names, none is missing, none was added.
    def files(self) -> Step:
        if self.manifest is None:
            return Step("files", None)
        named = {each.path: each for each in self.manifest.files}
        findings = []
        for path in sorted(set(named) - self.present):
            findings.append(Finding("file.missing", {"path": path}))
        for path in sorted(self.present - set(named) - {layout.MANIFEST, layout.SIGNATURE}):
            findings.append(Finding("file.added", {"path": path}))
        for path in sorted(self.present & set(named)):
            if layout.File.of(path, self.read(path)) != named[path]:
                findings.append(Finding("file.changed", {"path": path}))
        return _step("files", findings, files=len(named))

    # Step 4: the checkpoint carries the log's signature, and the manifest speaks of the same tree.
    def checkpoint(self) -> Step:
        try:
            head = checkpoints.open_checkpoint(self.read(layout.CHECKPOINT), self.keys).checkpoint
            self.head = head
            stated = self.manifest
            if stated and (stated.origin, stated.size, stated.root) != (head.origin, head.size, head.root):
                raise TrailError("checkpoint.manifest_differs")
        except (TrailError, OSError) as error:
            return _step("checkpoint", [_finding(error, "checkpoint.")])
        return _step("checkpoint", [], size=head.size)

    # Step 5: each entry hashes to the leaf that the tree holds at its place.
    def entries(self) -> Step:
        if self.head is None:
            return Step("entries", None)
        size, root = self.head.size, self.head.root
        bundles = [path for path in self.present if path.startswith("tile/entries/")]
        if size > tiles.WIDTH * (len(bundles) + 1) + tiles.WIDTH * 1000:
            # A size far beyond the files is not walked through; it could be any number.
            first = len(bundles) * tiles.WIDTH
            return _step("entries", [Finding("entry.missing", {"first": first, "last": size - 1})])
        findings = self._unexpected_tiles(size)
        stated = b"".join(self._tile(tile) for tile in tiles.tiles_of(size) if tile.level == 0)
        self._documents = {
            hashlib.sha256(self.read(path)).hexdigest().encode()
            for path in self.present
            if path.startswith(("notices/", "evaluations/"))
        }
        for tile in tiles.bundles_of(size):
            findings += self._read_bundle(tile)
        found = b"".join([each or b"" for each in self._found])
        whole = len(self._found) == size and None not in self._found
        self.tree = tiles.MemoryTree(found) if whole else None
        if self.tree is None or (found != stated and self.tree.root() != root):
            # The entries are not those of the signed tree: the tiles of leaf hashes tell which.
            leaves = [stated[at : at + 32] for at in range(0, len(stated), 32)]
            known = len(leaves) == size
            findings += differences(self._found, leaves) if known else spans("entry.missing", self._absent)
            other = tiles.MemoryTree(stated)
            self.tree = other if known and other.root() == root else self.tree
            if self.tree is not other and not findings:
                findings.append(Finding("entry.not_those_signed"))
        return _step("entries", findings, entries=size)

    def _unexpected_tiles(self, size: int) -> list[Finding]:
        expected = {tile.path for tile in (*tiles.tiles_of(size), *tiles.bundles_of(size))}
        present = {path for path in self.present if path.startswith("tile/")}
        findings = [Finding("file.missing", {"path": path}) for path in sorted(expected - present)]
        return findings + [Finding("file.added", {"path": path}) for path in sorted(present - expected)]

    def _tile(self, tile: tiles.Tile) -> bytes:
        data = self.read(tile.path) if tile.path in self.present else b""
        # A tile of another length says nothing about its entries; step 3 has named the file.
        return data if len(data) == tile.width * merkle.HASH_SIZE else b""

    def _read_bundle(self, tile: tiles.Tile) -> list[Finding]:
        first = tile.index * tiles.WIDTH
        if tile.path not in self.present:
            self._absent += range(first, first + tile.width)
            return []
        bodies, whole = tiles.unpack_entries(self.read(tile.path))
        self._found += [hashlib.sha256(b"\x00" + body).digest() for body in bodies]
        for offset, body in enumerate(bodies):
            self._look_at(first + offset, body)
        if whole and len(bodies) == tile.width:
            return []
        if not whole:
            self._found += [None] * (tile.width - len(bodies))
        return [Finding("entry.count", {"path": tile.path, "found": len(bodies), "stated": tile.width})]

    # Step 6: the leaves build up to the signed root, and every tile of hashes is the tree's.
    def root(self) -> Step:
        if self.head is None or self.tree is None:
            return Step("root", None)
        if self.tree.root() != self.head.root:
            return _step("root", [Finding("root.differs")])
        findings = []
        for tile in tiles.tiles_of(self.tree.size):
            if tile.path in self.present and self.read(tile.path) != self.tree.tile(tile):
                findings.append(Finding("tile.changed", {"path": tile.path}))
        return _step("root", findings, root=self.head.root.hex())

    # Step 7: each entry is canonical, names its own place, and time never runs backwards.
    def order(self) -> Step:
        if self.head is None or not (self._found or self.head.size == 0):
            return Step("order", None)
        return _step("order", self._order)

    def _look_at(self, position: int, body: bytes) -> None:
        try:
            entry = parse_canonical(body)
        except TrailError as error:
            self._order.append(Finding("entry.malformed", {"first": position, "rule": error.rule}))
            return
        if (
            type(entry) is not dict
            or not entry.keys() >= ENTRY_NAMES
            or type(entry["index"]) is not int
            or (not layout.MOMENT.fullmatch(str(entry["at"])))
        ):
            self._order.append(Finding("entry.malformed", {"first": position, "rule": "entry.fields"}))
            return
        # One entry taken out shifts all that follow; only where the shift changes is there something to tell.
        shift = entry["index"] - position
        if shift not in (0, self._shift):
            facts = {"position": position, "says": entry["index"]}
            self._order.append(Finding("entry.out_of_place", facts))
        self._shift = shift
        if entry["at"] < self._last_at:
            self._order.append(Finding("entry.time_backwards", {"first": position}))
        self._last_at = max(self._last_at, entry["at"])
        if b'"notice":"N-' in body or not self._documents.isdisjoint(_DIGESTS.findall(body)):
            try:
                self._gather(entry["facts"])
            except RecursionError:
                self._order.append(Finding("entry.malformed", {"first": position, "rule": "entry.depth"}))

    def _gather(self, facts: Any, notice: str = "") -> None:
        """Keep the digests that an entry names, under the notice it names them for."""
        if isinstance(facts, list):
            for each in facts:
                self._gather(each, notice)
        elif isinstance(facts, dict):
            notice = facts["notice"] if isinstance(facts.get("notice"), str) else notice
            if isinstance(facts.get("sha256"), str):
                self._digests.setdefault(facts["sha256"], set()).add(notice)
                if notice.startswith("N-"):
                    self._named.add(notice)
            for each in facts.values():
                if isinstance(each, list | dict):
                    self._gather(each, notice)

    # Step 8: the tree grew out of every earlier checkpoint, those of the export and those kept elsewhere.
    def history(self) -> Step:
        if self.tree is None or self.head is None or self.tree.root() != self.head.root:
            return Step("history", None)
        inside = [path for path in sorted(self.present) if path.startswith("checkpoints/")]
        findings = []
        for name, data in [*((path, self.read(path)) for path in inside), *self.earlier]:
            findings += self._grew_from(name, data)
        return _step("history", findings, checkpoints=len(inside) + len(self.earlier))

    def _grew_from(self, name: str, data: bytes) -> list[Finding]:
        assert self.tree is not None
        try:
            old = checkpoints.open_checkpoint(data, self.keys).checkpoint
        except TrailError as error:
            return [Finding("history.unsigned", {"path": name, "rule": error.rule})]
        if name.startswith("checkpoints/") and name.split("/")[1].split("-")[0] != str(old.size):
            return [Finding("history.misnamed", {"path": name})]
        if old.size > self.tree.size:
            return [Finding("history.shorter", {"path": name, "size": old.size, "have": self.tree.size})]
        if self.tree.root(old.size) != old.root:
            return [Finding("history.rewritten", {"path": name, "size": old.size})]
        return []

    # Step 9: every receipt given proves an entry that is still there.
    def given_receipts(self) -> Step:
        if self.receipts and (self.tree is None or self.head is None or self.tree.root() != self.head.root):
            return Step("receipts", None)
        findings = []
        for name, data in self.receipts:
            findings += self._stands(name, data)
        return _step("receipts", findings, receipts=len(self.receipts))

    def _stands(self, name: str, data: bytes) -> list[Finding]:
        assert self.tree is not None
        status = proofs.verify(data, self.keys)
        if not status.valid:
            return [Finding("receipt.refused", {"path": name, "rule": status.rule or ""})]
        receipt = proofs.Receipt.from_data(data)
        if status.index >= self.tree.size:
            return [Finding("receipt.entry_missing", {"path": name, "first": status.index})]
        if self.tree.leaf(status.index) != merkle.leaf_hash(receipt.entry):
            return [Finding("receipt.entry_changed", {"path": name, "first": status.index})]
        return self._grew_from(name, receipt.proof.checkpoint)

    # Step 10: every published document stands in the trail, and every notice bears the seal.
    def notices(self) -> Step:
        if self.head is None or not (self._found or self.head.size == 0):
            return Step("notices", None)
        findings = []
        certificates = []
        for path in sorted(self.present):
            if path.startswith("certificates/"):
                try:
                    certificates += x509.load_pem_x509_certificates(self.read(path))
                except ValueError:
                    findings.append(Finding("certificate.malformed", {"path": path}))
        count = 0
        for path in sorted(self.present):
            folder, _, name = path.partition("/")
            stem, _, kind = name.rpartition(".")
            if folder == "notices" and kind == "p7s" and f"notices/{stem}.json" not in self.present:
                findings.append(Finding("notice.missing", {"notice": stem}))
            if folder not in ("notices", "evaluations") or kind == "p7s":
                continue
            data = self.read(path)
            notices = self._digests.get(hashlib.sha256(data).hexdigest(), set())
            # A printed form may name its language behind the notice's reference: N-2026-000001.zh-CN.pdf.
            about = stem.partition(".")[0] if kind == "pdf" else stem
            if not notices or (folder == "notices" and about not in notices):
                findings.append(Finding("document.not_in_trail", {"path": path}))
            if folder == "notices" and kind == "json":
                count += 1
                findings += self._sealed(stem, data, certificates)
        for notice in sorted(self._named):
            if f"notices/{notice}.json" not in self.present:
                findings.append(Finding("notice.missing", {"notice": notice}))
        return _step("notices", findings, notices=count)

    def _sealed(self, notice: str, data: bytes, certificates: list[x509.Certificate]) -> list[Finding]:
        path = f"notices/{notice}.p7s"
        if path not in self.present:
            return [Finding("notice.unsigned", {"notice": notice})]
        try:
            cms.verify_detached(self.read(path), data, certificates)
        except TrailError as error:
            return [Finding("notice.signature_wrong", {"notice": notice, "rule": error.rule})]
        return []


def read_keys(data: bytes) -> list[notes.Verifier]:
    """Read verifier keys, one on a line; empty lines and lines that begin with # are passed over.

    Raises `TrailError` ``key.malformed`` where a line is none, where there is no line, or for a witness's
    key.
    """
    try:
        lines = [line.strip() for line in data.decode("utf-8").split("\n")]
    except UnicodeDecodeError as error:
        raise TrailError("key.malformed") from error
    keys = [notes.Verifier.from_text(line) for line in lines if line and not line.startswith("#")]
    if not keys or any(key.kind != notes.ED25519 for key in keys):
        raise TrailError("key.malformed")
    return keys


def _step(name: str, findings: Iterable[Finding], **facts: Any) -> Step:
    unique = {(each.rule, str(each.facts)): each for each in findings}
    return Step(name, not unique, tuple(unique.values()), facts)


def _finding(error: Exception, prefix: str) -> Finding:
    if isinstance(error, TrailError):
        return Finding(error.rule, dict(error.facts))
    return Finding(f"{prefix}unreadable")
