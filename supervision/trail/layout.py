"""The layout of an export of the trail, and its manifest: what may lie in the folder and what binds it. Pure.

`manifest.json` (canonical JSON) names every other file with size and SHA-256; `manifest.sig` is a note signed
by the log's key over a text that names the SHA-256 of the manifest. See docs/formats/trail-export.md.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervision.trail.canonical import canonical, parse_canonical
from supervision.trail.faults import TrailError
from supervision.trail.tiles import Tile

FORMAT = "sunseal-trail-export/1"
MANIFEST, SIGNATURE, CHECKPOINT, LOG_KEY = "manifest.json", "manifest.sig", "checkpoint", "log-key"
REQUIRED = (MANIFEST, SIGNATURE, CHECKPOINT, LOG_KEY)
MOMENT = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z", re.ASCII)

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_OTHERS = re.compile(
    rf"notices/{_NAME}\.(?:json|p7s|pdf)|evaluations/{_NAME}\.json|certificates/{_NAME}\.pem"
    r"|checkpoints/(?:0|[1-9][0-9]{0,18})(?:-[1-9][0-9]?)?",
    re.ASCII,
)


def is_known(path: str) -> bool:
    """Whether a file may lie at `path` (relative, with slashes) in an export of some size."""
    if path in REQUIRED or _OTHERS.fullmatch(path):
        return True
    try:
        Tile.from_path(path)
    except TrailError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class File:
    """One line of the manifest: relative `path`, `size` in bytes, `sha256` in hexadecimal."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, data: bytes) -> File:
        """Describe `data`."""
        return cls(path, len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says about itself; `files` are sorted by path and name neither manifest nor
    signature.
    """

    origin: str
    size: int
    root: bytes
    created_at: str
    files: tuple[File, ...]

    def data(self) -> bytes:
        """Return the canonical JSON."""
        return canonical(
            {
                "format": FORMAT,
                "origin": self.origin,
                "size": self.size,
                "root": self.root.hex(),
                "created_at": self.created_at,
                "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in self.files],
            }
        )

    @classmethod
    def from_data(cls, data: bytes) -> Manifest:
        """Read a manifest strictly. Raises `TrailError` ``manifest.malformed``."""
        try:
            value = parse_canonical(data)
            files = tuple(_file(each) for each in value["files"])
            found = cls(
                value["origin"], value["size"], bytes.fromhex(value["root"]), value["created_at"], files
            )
            if value["format"] != FORMAT or found.data() != data:
                raise TrailError("manifest.malformed")
            paths = [each.path for each in files]
            known = all(is_known(path) and path not in (MANIFEST, SIGNATURE) for path in paths)
            if not known or paths != sorted(set(paths)) or not MOMENT.fullmatch(found.created_at):
                raise TrailError("manifest.malformed")
            if type(found.size) is not int or found.size < 0 or len(found.root) != 32:
                raise TrailError("manifest.malformed")
        except (TrailError, LookupError, TypeError, ValueError) as error:
            raise TrailError("manifest.malformed") from error
        return found


def signed_text(origin: str, manifest: bytes) -> str:
    """Return the text of the note that signs a manifest; its first line keeps it apart from checkpoints."""
    return f"{FORMAT}\n{origin}\nsha256:{hashlib.sha256(manifest).hexdigest()}\n"


def listing(folder: Path) -> tuple[list[str], list[str]]:
    """Return the paths of the plain files in `folder`, and of all that may not be there.

    Not allowed are links, devices, unknown names, and folders that hold no file.
    """
    files: list[str] = []
    strangers: list[str] = []

    def walk(at: str, prefix: str) -> None:
        with os.scandir(at) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        if not found and prefix:
            strangers.append(prefix)
        for entry in found:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False) and path.count("/") < 12:
                walk(entry.path, path + "/")
            elif entry.is_file(follow_symlinks=False) and is_known(path):
                files.append(path)
            else:
                strangers.append(path)

    walk(str(folder), "")
    return files, strangers


def sorted_files(files: Iterable[File]) -> tuple[File, ...]:
    """Return the lines of a manifest in their one order."""
    return tuple(sorted(files, key=lambda each: each.path))


def _file(value: Any) -> File:
    found = File(value["path"], value["size"], value["sha256"])
    if type(found.size) is not int or found.size < 0 or not _HEX.fullmatch(found.sha256):
        raise TrailError("manifest.malformed")
    return found
