"""The platform's part of the timed mode: its wrapped identities, and the blinding of who owns an envelope.

Everything here hangs on one key-encryption key of 32 bytes that lives outside database and instance folder.
From it HKDF-SHA256 (RFC 5869) derives a key for each purpose; AES-256-GCM (NIST SP 800-38D) wraps,
HMAC-SHA256 tags. Without the key-encryption key the database names no bidder and opens no bid.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bidding.seal.layers import recipient_of
from bidding.seal.reading import read_json
from foundation.canonical import canonical
from foundation.errors import Refusal

KEK_SIZE = 32
_NONCE = 12
_OWNER_BLOCK = 512
_VERSION = b"\x01"


@dataclass(frozen=True)
class PlatformKeys:
    """The keys derived from one key-encryption key. They are never shown by `repr`."""

    identity: bytes = field(repr=False)
    tag: bytes = field(repr=False)
    owner: bytes = field(repr=False)


def keys_of(kek: bytes) -> PlatformKeys:
    """Derive the platform's keys, or refuse with ``key.kek`` a key-encryption key that is not 32 bytes."""
    if len(kek) != KEK_SIZE:
        raise Refusal("key.kek", expected=KEK_SIZE, found=len(kek))
    return PlatformKeys(*(_derived(kek, purpose) for purpose in ("identity", "owner-tag", "owner-seal")))


def wrap_identity(keys: PlatformKeys, identity: str, *, tender: str, lot: str, envelope: int) -> bytes:
    """Wrap the platform's identity for one lot and envelope; return version, nonce and ciphertext.

    The associated data bind tender, lot and envelope, so that one lot's wrapped identity put in place of
    another's does not open.
    """
    bound = _identity_bound(tender, lot, envelope)
    return _seal(keys.identity, identity.encode("ascii"), bound)


def unwrap_identity(
    keys: PlatformKeys, wrapped: bytes, *, tender: str, lot: str, envelope: int, recipient: str
) -> str:
    """Return the identity, checked against the recipient that the notice published.

    Raises `Refusal` ``key.unwrap`` (another key-encryption key, another lot, changed bytes) or
    ``key.other_recipient``.
    """
    identity = _open(keys.identity, wrapped, _identity_bound(tender, lot, envelope), "key.unwrap").decode(
        "ascii"
    )
    if recipient_of(identity) != recipient:
        raise Refusal("key.other_recipient")
    return identity


def owner_tag(keys: PlatformKeys, *, tender: str, lot: str, organisation: str) -> str:
    """Return the 64 hexadecimal digits by which a lot's envelopes of one organisation are found.

    The same organisation has unrelated tags on two lots, so that tags do not show who bids on both.
    """
    message = canonical(["sunseal-owner-tag/1", tender, lot, organisation])
    return hmac.new(keys.tag, message, hashlib.sha256).hexdigest()


def seal_owner(keys: PlatformKeys, owner: Mapping[str, Any], *, reference: str) -> bytes:
    """Blind who owns the envelope `reference`: a small JSON object, padded so that its length is mute."""
    record = canonical(dict(owner))
    padded = record + b" " * (-len(record) % _OWNER_BLOCK)
    return _seal(keys.owner, padded, _owner_bound(reference))


def open_owner(keys: PlatformKeys, sealed: bytes, *, reference: str) -> dict[str, Any]:
    """Return the owner of the envelope `reference`, or refuse with ``key.unwrap``."""
    record = _open(keys.owner, sealed, _owner_bound(reference), "key.unwrap")
    owner = read_json(record, "key.unwrap", limit=1 << 20)
    if not isinstance(owner, dict):
        raise Refusal("key.unwrap")
    return owner


def _derived(kek: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sunseal/1/{purpose}".encode()).derive(kek)


def _identity_bound(tender: str, lot: str, envelope: int) -> bytes:
    return canonical(["sunseal-platform-identity/1", tender, lot, envelope])


def _owner_bound(reference: str) -> bytes:
    return canonical(["sunseal-owner/1", reference])


def _seal(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, bound)


def _open(key: bytes, sealed: bytes, bound: bytes, rule: str) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE + 16:
        raise Refusal(rule)
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], bound)
    except InvalidTag:
        raise Refusal(rule) from None
