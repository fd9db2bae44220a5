"""Canonical JSON (RFC 8785) and digests: the one way in which the house turns values into bytes that are signed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value. Decimals must already be strings; floats are refused."""
    _refuse_floats(value)
    return rfc8785.dumps(value)


def parse(data: bytes) -> Any:
    """Parse JSON text, refusing duplicate names, so that two readers cannot see two documents in one."""
    return json.loads(data, object_pairs_hook=_unique)


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in lowercase hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("json.duplicate_name")
    return found


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A signed document holds exact decimals as strings, never floats.")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
