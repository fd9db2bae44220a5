"""Layers: the key policy of an envelope. Recipients within a layer are OR, layers (nested age files) AND."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import pyrage

from bidding.seal.headers import check_bytes
from foundation.errors import Refusal

_NO_MATCH = "No matching keys found"


def new_identity() -> tuple[str, str]:
    """Make a fresh X25519 identity; return it ("AGE-SECRET-KEY-1…") and its recipient ("age1…")."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(identity: str) -> str:
    """Return the recipient of an identity, or refuse with ``key.malformed``."""
    return str(_identity(identity).to_public())


def wrap(record: bytes, layers: Sequence[Sequence[str]]) -> bytes:
    """Encrypt `record` into nested age files. `layers` holds the recipients of each, outermost first."""
    if not layers or not all(layers):
        raise Refusal("key.no_recipient")
    for recipients in reversed(layers):
        record = pyrage.encrypt(record, [_recipient(one) for one in recipients])
    return record


def unwrap(data: bytes, identities: Sequence[Sequence[str]], recipients: Sequence[int]) -> bytes:
    """Open nested age files and return the innermost plaintext.

    `identities` are those revealed for each layer, outermost first; `recipients` says how many recipients
    the notice names in each. Raises `Refusal`: ``envelope.wrong_key`` (fact `layer`, from 1),
    ``envelope.damaged``, or what the strict header reader says of the layer.
    """
    if len(identities) != len(recipients):
        raise Refusal("envelope.wrong_key", layer=min(len(identities), len(recipients)) + 1)
    for number, (keys, count) in enumerate(zip(identities, recipients, strict=True), start=1):
        check_bytes(data, count)
        if not keys:
            raise Refusal("envelope.wrong_key", layer=number)
        data = _decrypt(data, [_identity(one) for one in keys], number)
    return data


def encrypt_stream(reader: Any, writer: Any, recipient: str) -> None:
    """Encrypt what `reader.read` gives to one recipient, in constant memory.

    An error of reader or writer comes through as it is.
    """
    taken, given = _Remembering(reader.read), _Remembering(writer.write)
    try:
        pyrage.encrypt_io(_Reader(taken), _Writer(given), [_recipient(recipient)])
    except Exception:
        _raise_ours(taken, given)
        raise


def decrypt_stream(source: BinaryIO, writer: Any, identity: str) -> None:
    """Decrypt `source` into `writer.write`, in constant memory.

    The writer gets authenticated chunks, but whether the file is whole is known only at the end: the caller
    throws away what was written if this raises. Raises `Refusal` ``envelope.wrong_key`` or
    ``envelope.damaged``; an error of reader or writer comes through as it is.
    """
    keys = [_identity(identity)]
    taken, given = _Remembering(source.read), _Remembering(writer.write)
    try:
        pyrage.decrypt_io(_Reader(taken), _Writer(given), keys)
    except Exception as fault:
        _raise_ours(taken, given)
        if not isinstance(fault, pyrage.DecryptError | OSError | ValueError):
            raise
        raise _judged(fault, None) from fault


def _raise_ours(*calls: _Remembering) -> None:
    for one in calls:
        if one.fault is not None:
            raise one.fault from None


class _Remembering:
    """Calls a function and keeps its first error, which the library gives back in other clothes.

    The library may call again after an error (it flushes what it still holds); such a call does nothing more.
    """

    def __init__(self, call: Callable[[Any], Any]) -> None:
        self.call = call
        self.fault: Exception | None = None

    def __call__(self, value: Any) -> Any:
        if self.fault is not None:
            raise self.fault
        try:
            return self.call(value)
        except Exception as fault:
            self.fault = fault
            raise


class _Reader:
    def __init__(self, read: _Remembering) -> None:
        self.read = read


class _Writer:
    def __init__(self, write: _Remembering) -> None:
        self.write = write

    def flush(self) -> None:
        """Answer the library's call; the owner of the writer decides when bytes must be on disk."""


def _decrypt(data: bytes, keys: list[Any], layer: int) -> bytes:
    try:
        return bytes(pyrage.decrypt(data, keys))
    except (pyrage.DecryptError, OSError, ValueError) as fault:
        raise _judged(fault, layer) from fault


def _judged(fault: Exception, layer: int | None) -> Refusal:
    rule = "envelope.wrong_key" if str(fault) == _NO_MATCH else "envelope.damaged"
    return Refusal(rule) if layer is None else Refusal(rule, layer=layer)


def _identity(text: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise Refusal("key.malformed") from None


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as fault:
        raise Refusal("key.recipient", recipient=text[:80]) from fault
