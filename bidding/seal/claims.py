"""Claims: all that travels outside a sealed envelope (lot, notice, a random reference, sizes, digests)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bidding.seal.reading import HEX64, Fields, Problems, read_json

FILES = ("bid.age", "bid.key.age")
LARGEST_CLAIMS = 4096
MOST_VERSION = 999
_REFERENCE = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class FileClaim:
    """The size in bytes and the SHA-256 (lowercase hexadecimal) of one file as it travels."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Claims:
    """What a supplier says of an envelope from outside; it names no one and tells no price.

    `version` is the version of the tender for which it was sealed; the first one is not written out.
    """

    lot: str
    notice: str
    reference: str
    envelope: int
    files: Mapping[str, FileClaim]
    version: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the value that travels."""
        files = {name: {"size": one.size, "sha256": one.sha256} for name, one in self.files.items()}
        return {
            "lot": self.lot,
            "notice": self.notice,
            "reference": self.reference,
            "envelope": self.envelope,
            "files": files,
            **({"version": self.version} if self.version > 1 else {}),
        }


def parse_claims(given: bytes | Mapping[str, Any]) -> Claims:
    """Parse claims from JSON bytes or from the value read already.

    Raises `Refusal` with ``claims.malformed``, ``claims.missing_field`` or ``claims.unknown_field``; all
    problems at once stand in its `reasons`.
    """
    value = read_json(given, "claims.malformed", limit=LARGEST_CLAIMS) if isinstance(given, bytes) else given
    problems = Problems()
    names = ("lot", "notice", "reference", "envelope", "files")
    top = Fields(value, names, problems, "claims.malformed", optional=("version",))
    inner = Fields(top.value.get("files", {}), FILES, problems, "claims.malformed", "files")
    claims = Claims(
        lot=top.text("lot", longest=64),
        notice=top.match("notice", HEX64, "64 lowercase hexadecimal digits"),
        reference=top.match("reference", _REFERENCE, "32 lowercase hexadecimal digits"),
        envelope=top.whole("envelope", least=1, most=9),
        files={
            name: _file(inner.value.get(name), f"files.{name}", problems)
            for name in FILES
            if name in inner.value
        },
        version=top.whole("version", least=2, most=MOST_VERSION) if "version" in top.value else 1,
    )
    problems.stop()
    return claims


def _file(value: Any, at: str, problems: Problems) -> FileClaim:
    fields = Fields(value, ("size", "sha256"), problems, "claims.malformed", at)
    return FileClaim(
        fields.whole("size", least=1), fields.match("sha256", HEX64, "64 lowercase hexadecimal digits")
    )
