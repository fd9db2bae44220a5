"""Padmé padding and the sizes of age files: what a sealed length may tell, and no more.

Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
PoPETs 2019) keeps the leading bits of a length, so that a padded length is at most 12 % longer than the
true one and lengths fall into few buckets.
"""

from __future__ import annotations

CHUNK = 65_536
"""Bytes of plaintext in one chunk of an age payload (C2SP age, section "Payload")."""

TAG = 16
"""Bytes of authentication tag after each chunk."""

NONCE = 16
"""Bytes of payload nonce between the header and the first chunk."""

KEY_RECORD_FLOOR = 4096
"""Bytes of the smallest padded key record."""


def padme(length: int) -> int:
    """Return the padded length, in bytes, of `length` bytes. Lengths below 2 stay as they are."""
    if length < 0:
        raise ValueError("A length is never negative.")
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def is_padded(length: int) -> bool:
    """Tell whether `length` is one that `padme` may return."""
    return padme(length) == length


def padded_key_record(length: int) -> int:
    """Return the padded length of a key record of `length` bytes."""
    return max(KEY_RECORD_FLOOR, padme(length))


def sealed_size(plaintext: int) -> int:
    """Return the bytes after the header of an age file of `plaintext` bytes: nonce, chunks, tags."""
    return NONCE + plaintext + TAG * max(1, -(-plaintext // CHUNK))


def plaintext_size(sealed: int) -> int | None:
    """Return the bytes of plaintext of an age file with `sealed` bytes after its header, or None.

    Only the last chunk may be short, and an empty last chunk is allowed for an empty file alone.
    """
    body = sealed - NONCE
    if body < TAG:
        return None
    chunks = -(-body // (CHUNK + TAG))
    plaintext = body - TAG * chunks
    return plaintext if plaintext >= 0 and sealed_size(plaintext) == sealed else None
