"""A strict reader of detached CMS signatures (RFC 5652) by P-256 keys, for the stand-alone verifier. Pure.

`cryptography` makes CMS but does not verify it; this reads DER only (no second encoding of the same value),
takes exactly one signer, ECDSA with SHA-256 on P-256, whose certificate is one of those given. Dates
and revocation are not judged here: the manifest's signature vouches for the certificates of an export.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from supervision.trail.faults import TrailError

_DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SHA256 = bytes.fromhex("608648016503040201")
_ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
_INTEGER, _OCTETS, _OID, _SEQUENCE, _SET = 0x02, 0x04, 0x06, 0x30, 0x31
_CONTEXT_0, _CONTEXT_0_PLAIN = 0xA0, 0x80


@dataclass(frozen=True, slots=True)
class _Value:
    tag: int
    body: bytes
    whole: bytes

    def parts(self, tag: int) -> list[_Value]:
        """The values inside, if this is a `tag`."""
        if self.tag != tag:
            raise TrailError("cms.malformed")
        found, at = [], 0
        while at < len(self.body):
            value, at = _read(self.body, at)
            found.append(value)
        return found

    def bytes_of(self, tag: int) -> bytes:
        if self.tag != tag:
            raise TrailError("cms.malformed")
        return self.body


def _read(data: bytes, at: int) -> tuple[_Value, int]:
    """Return the DER value that begins at `at`, and where it ends; long-form tags do not occur in CMS."""
    try:
        tag, length, start = data[at], data[at + 1], at + 2
    except IndexError as error:
        raise TrailError("cms.malformed") from error
    if length >= 0x80:
        count = length - 0x80
        length = int.from_bytes(data[start : start + count], "big")
        if not 1 <= count <= 4 or length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise TrailError("cms.malformed")
        start += count
    if tag & 0x1F == 0x1F or start + length > len(data):
        raise TrailError("cms.malformed")
    return _Value(tag, data[start : start + length], data[at : start + length]), start + length


def verify_detached(
    signature: bytes, content: bytes, certificates: Iterable[x509.Certificate]
) -> x509.Certificate:
    """Return the certificate, one of `certificates`, whose key signed `content`.

    Raises `TrailError` ``cms.malformed``, ``cms.digest_differs``, ``cms.unknown_signer`` or
    ``cms.signature_wrong``.
    """
    signer = _only_signer(signature)
    if len(signer) < 5 or len(signer) > 7:
        raise TrailError("cms.malformed")
    if signer[0].whole != (b"\x02\x01\x03" if signer[1].tag == _CONTEXT_0_PLAIN else b"\x02\x01\x01"):
        raise TrailError("cms.malformed")
    certificate = _certificate_of(signer[1], certificates)
    if _algorithm(signer[2]) != _SHA256 or signer[3].tag != _CONTEXT_0:
        raise TrailError("cms.malformed")
    attributes = _attributes(signer[3])
    if _algorithm(signer[4]) != _ECDSA_SHA256 or len(signer) < 6:
        raise TrailError("cms.malformed")
    if attributes.get(_CONTENT_TYPE) != (_OID, _DATA):
        raise TrailError("cms.malformed")
    if attributes.get(_MESSAGE_DIGEST) != (_OCTETS, hashlib.sha256(content).digest()):
        raise TrailError("cms.digest_differs")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TrailError("cms.unknown_signer") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TrailError("cms.unknown_signer")
    # What is signed is the SET OF attributes, not the tag [0] under which it travels (RFC 5652 section 5.4).
    signed = bytes([_SET]) + signer[3].whole[1:]
    try:
        key.verify(signer[5].bytes_of(_OCTETS), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise TrailError("cms.signature_wrong") from error
    return certificate


def _only_signer(signature: bytes) -> list[_Value]:
    outer, end = _read(signature, 0)
    content = outer.parts(_SEQUENCE)
    if end != len(signature) or len(content) != 2 or content[0].bytes_of(_OID) != _SIGNED_DATA:
        raise TrailError("cms.malformed")
    wrapped = content[1].parts(_CONTEXT_0)
    if len(wrapped) != 1:
        raise TrailError("cms.malformed")
    fields = wrapped[0].parts(_SEQUENCE)
    if not 4 <= len(fields) <= 5 or fields[0].tag != _INTEGER or fields[-1].tag != _SET:
        raise TrailError("cms.malformed")
    encapsulated = fields[2].parts(_SEQUENCE)
    if len(encapsulated) != 1 or encapsulated[0].bytes_of(_OID) != _DATA:
        raise TrailError("cms.malformed")
    if [_algorithm(each) for each in fields[1].parts(_SET)] != [_SHA256]:
        raise TrailError("cms.malformed")
    # Certificates may travel along and are not used; revocation lists have no place in a seal.
    if any(each.tag != _CONTEXT_0 for each in fields[3:-1]):
        raise TrailError("cms.malformed")
    # RFC 5652 section 5.1: version 3 where the signer is named by key identifier, else 1.
    if fields[0].body not in (b"\x01", b"\x03"):
        raise TrailError("cms.malformed")
    signers = fields[-1].parts(_SET)
    if len(signers) != 1:
        raise TrailError("cms.malformed")
    return signers[0].parts(_SEQUENCE)


def _algorithm(value: _Value) -> bytes:
    parts = value.parts(_SEQUENCE)
    if not parts or len(parts) > 2 or (len(parts) == 2 and parts[1].whole != b"\x05\x00"):
        raise TrailError("cms.malformed")
    return parts[0].bytes_of(_OID)


def _attributes(value: _Value) -> dict[bytes, tuple[int, bytes]]:
    found: dict[bytes, tuple[int, bytes]] = {}
    parts = value.parts(_CONTEXT_0)
    if [each.whole for each in parts] != sorted(each.whole for each in parts):
        raise TrailError("cms.malformed")
    for each in parts:
        pair = each.parts(_SEQUENCE)
        values = pair[1].parts(_SET) if len(pair) == 2 else []
        name = pair[0].bytes_of(_OID) if pair else b""
        if not values or name in found:
            raise TrailError("cms.malformed")
        if len(values) > 1 and name in (_CONTENT_TYPE, _MESSAGE_DIGEST):
            raise TrailError("cms.malformed")
        found[name] = (values[0].tag, values[0].body)
    return found


def _certificate_of(identifier: _Value, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    for each in certificates:
        if identifier.tag == _CONTEXT_0_PLAIN:
            try:
                extension = each.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
            except (x509.ExtensionNotFound, ValueError):
                continue
            if extension.value.digest == identifier.body:
                return each
        elif identifier.tag == _SEQUENCE:
            parts = identifier.parts(_SEQUENCE)
            if len(parts) != 2:
                raise TrailError("cms.malformed")
            serial = int.from_bytes(parts[1].bytes_of(_INTEGER), "big", signed=True)
            if parts[0].whole == each.issuer.public_bytes() and serial == each.serial_number:
                return each
        else:
            raise TrailError("cms.malformed")
    raise TrailError("cms.unknown_signer")
