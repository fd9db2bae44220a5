"""The key record: the one-time identity, the manifest and, later, its signature, as the layers wrap them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field

from bidding.seal.padding import padded_key_record
from bidding.seal.reading import Fields, Problems, read_json
from foundation.errors import Refusal

FORMAT = "sunseal-key/1"
LARGEST_RECORD = 1024 * 1024
_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}\Z")


@dataclass(frozen=True)
class KeyRecord:
    """What the innermost layer holds: `manifest` as canonical bytes, `signature` as CMS bytes or None."""

    identity: str = field(repr=False)
    manifest: bytes
    signature: bytes | None

    def as_bytes(self) -> bytes:
        """Return the padded record: JSON, then spaces."""
        signature = None if self.signature is None else base64.b64encode(self.signature).decode("ascii")
        value = {
            "format": FORMAT,
            "identity": self.identity,
            "manifest": base64.b64encode(self.manifest).decode("ascii"),
            "signature": signature,
        }
        text = json.dumps(value, separators=(",", ":")).encode("ascii")
        return text.ljust(padded_key_record(len(text)))


def parse_key_record(data: bytes) -> KeyRecord:
    """Parse a padded key record, or refuse with ``envelope.key_record`` (fact `at`)."""
    text = data.rstrip(b" ")
    value = read_json(text, "envelope.key_record", limit=LARGEST_RECORD)
    if len(data) != padded_key_record(len(text)):
        raise Refusal("envelope.key_record", at="padding")
    problems = Problems()
    fields = Fields(value, ("format", "identity", "manifest", "signature"), problems, "envelope.key_record")
    fields.constant("format", FORMAT)
    identity = fields.match("identity", _IDENTITY, "an X25519 identity")
    manifest = _base64(fields, "manifest")
    signature = None if fields.value.get("signature") is None else _base64(fields, "signature")
    if problems.found:
        raise Refusal("envelope.key_record", reasons=tuple(problems.found), **problems.found[0].facts)
    return KeyRecord(identity, manifest, signature)


def _base64(fields: Fields, name: str) -> bytes:
    value = fields.value.get(name)
    try:
        if isinstance(value, str):
            data = base64.b64decode(value, validate=True)
            if data and base64.b64encode(data).decode("ascii") == value:
                return data
    except (binascii.Error, ValueError):
        pass
    fields.wrong(name, "base64")
    return b""
