"""Canonical JSON (RFC 8785) with the standard library alone, for the stand-alone verifier.

The rest of the house uses the package `rfc8785`; a test holds both to the same bytes. Floats are refused:
exact decimals are strings in every signed document.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from supervision.trail.faults import TrailError

_LARGEST = 2**53 - 1
# Characters beyond the basic plane sort differently in UTF-16 than by code point; a document without any can
# be compared with the fast encoder of the standard library.
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value. Raises `TrailError` ``json.not_canonical``."""
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise TrailError("json.not_canonical") from error


def parse_canonical(data: bytes) -> Any:
    """Parse JSON that must already be canonical: one value has one text, and a text has one reading.

    Raises `TrailError` ``json.unreadable`` or ``json.not_canonical``.
    """
    try:
        text = data.decode("utf-8")
        value = _decode(text)
    except TrailError:
        raise
    except (ValueError, RecursionError) as error:
        raise TrailError("json.unreadable") from error
    try:
        unusual = not text.isascii() and _BEYOND.search(text)
        again = canonical(value).decode() if unusual else _encode(value)
    except (UnicodeEncodeError, RecursionError) as error:
        raise TrailError("json.not_canonical") from error
    if again != text:
        raise TrailError("json.not_canonical")
    return value


def parse_strict(data: bytes) -> Any:
    """Parse UTF-8 JSON that need not be canonical, refusing floats and duplicate names."""
    try:
        return json.loads(
            data.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_unique
        )
    except TrailError:
        raise
    except (ValueError, RecursionError) as error:
        raise TrailError("json.unreadable") from error


def base64_bytes(text: str) -> bytes:
    """Decode standard base64 (RFC 4648 section 4), refusing every second spelling of the same bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise TrailError("base64.malformed") from error
    if base64.b64encode(data).decode() != text:
        raise TrailError("base64.malformed")
    return data


def base64_text(data: bytes) -> str:
    """Return the standard base64 of `data`, with padding."""
    return base64.b64encode(data).decode()


def _no_float(text: str) -> NoReturn:
    raise TrailError("json.float", text=text)


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > _LARGEST:
        raise TrailError("json.not_canonical")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TrailError("json.duplicate_name")
    return found


def _ordered(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise TrailError("json.not_canonical")
        return value
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise TrailError("json.not_canonical")
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: _ordered(value[name]) for name in names}
    raise TrailError("json.not_canonical")


_decode = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float).decode
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode
