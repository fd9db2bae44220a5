"""The client bundle: the scripts of the sealing page, served by the digest that the notice names.

`static/seal/dist/<first 12 digits>/bundle.json` is canonical JSON that lists every script with its SHA-256;
the digest of those bytes is the bundle's digest. `static/seal/bundle.json` names the current one. Older
folders stay as long as an open tender's notice names them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from foundation import canonical
from foundation.errors import Refusal

ENTRY = "seal/seal-page.js"
WORKER = "seal/seal-worker.js"
_IMPORT = re.compile(r"""^import [^"]*"(\.{1,2}/[^"]+)";$""", re.MULTILINE)


@dataclass(frozen=True)
class BundleFile:
    """One script: its path inside the bundle's folder and its SHA-256 in hexadecimal."""

    path: str
    sha256: str

    @property
    def integrity(self) -> str:
        """The value of an `integrity` attribute (Subresource Integrity, section 3.1)."""
        return "sha256-" + base64.b64encode(bytes.fromhex(self.sha256)).decode()


@dataclass(frozen=True)
class Bundle:
    """A client bundle: its digest, its folder below the static folder ("seal/dist/…"), its scripts."""

    digest: str
    folder: str
    files: tuple[BundleFile, ...]
    page_files: tuple[BundleFile, ...]

    @property
    def entry(self) -> BundleFile:
        """The script that the page starts with."""
        return next(one for one in self.files if one.path == ENTRY)


def bundle_digest(static_folder: Path) -> str:
    """Return the digest (64 hexadecimal digits) of the current client bundle, for a notice to be signed."""
    named = canonical.parse((static_folder / "seal" / "bundle.json").read_bytes())
    return str(named["current"])


def bundle_files(static_folder: Path, digest: str | None = None) -> tuple[BundleFile, ...]:
    """Return the scripts of the bundle `digest` (the current one by default), in the order of their paths."""
    return load_bundle(static_folder, digest).files


def load_bundle(static_folder: Path, digest: str | None = None) -> Bundle:
    """Return the bundle `digest` (the current one by default) after checking every byte of it.

    Raises `Refusal` ``bundle.unknown`` where no such bundle is kept here, ``bundle.damaged`` (fact `path`)
    where a file is not what the list says.
    """
    digest = bundle_digest(static_folder) if digest is None else digest
    folder = f"seal/dist/{digest[:12]}"
    home = static_folder / folder
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not (home / "bundle.json").is_file():
        raise Refusal("bundle.unknown", 404, digest=digest[:64])
    listing = (home / "bundle.json").read_bytes()
    if canonical.digest(listing) != digest:
        raise Refusal("bundle.damaged", path="bundle.json")
    files = tuple(BundleFile(path, sha) for path, sha in sorted(canonical.parse(listing)["files"].items()))
    for one in files:
        path = home / one.path
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            raise Refusal("bundle.damaged", path=one.path)
    wanted = _closure(home, ENTRY)
    return Bundle(digest, folder, files, tuple(one for one in files if one.path in wanted))


def _closure(home: Path, entry: str) -> set[str]:
    """Return the paths that `entry` loads, itself included: what a page preloads with its integrity."""
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in _IMPORT.findall((home / path).read_text(encoding="utf-8")):
            target = (home / path).parent / name
            waiting.append(target.resolve().relative_to(home.resolve()).as_posix())
    return found
