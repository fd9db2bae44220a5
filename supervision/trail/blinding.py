"""Salted commitments: what must stay secret until the opening stands in the trail as a digest. Pure, stdlib
only.

The digest is SHA-256 over the canonical JSON {"salt", "value"}; the salt has 32 random bytes, so that a short
or guessable value (a supplier's name, a price) cannot be found by trying. At the opening salt and value come
out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from supervision.trail.canonical import canonical

_SALT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Commitment:
    """`digest` (64 hex) may be public; `salt` (64 hex) and `value` (any JSON without floats) stay private."""

    digest: str
    salt: str
    value: Any

    def private(self) -> dict[str, Any]:
        """Return what its owner keeps, and what the opening reveals: {"salt", "value"}."""
        return {"salt": self.salt, "value": self.value}


def commit(value: Any, salt: str | None = None) -> Commitment:
    """Commit to a JSON value under a fresh salt (or the given one: 64 hexadecimal digits)."""
    chosen = secrets.token_hex(32) if salt is None else salt
    if not _SALT.fullmatch(chosen):
        raise ValueError("A salt has 32 bytes, written as 64 lowercase hexadecimal digits.")
    return Commitment(hashlib.sha256(canonical({"salt": chosen, "value": value})).hexdigest(), chosen, value)


def is_opened_by(digest: str, salt: Any, value: Any) -> bool:
    """Whether `salt` and `value` are those that `digest` commits to; malformed ones are not."""
    try:
        return isinstance(salt, str) and hmac.compare_digest(commit(value, salt).digest, digest)
    except (ValueError, TypeError):
        return False
