"""The platform's seal as keys and certificates: a small authority of the instance, and a leaf that signs.

The seal says "this platform published these bytes". It is a key that the server holds, so it is labelled
*Platform seal* and never stands for a person's signature (电子签名法 13 asks for sole control by the signer).
A folder holds ``ca.pem`` (public), ``ca.key``, ``seal.pem`` (key and certificate in one file, so that a
rotation is one atomic replacement) and ``retired/`` with the public certificates of earlier seals. The root
stays through rotations, so everything signed before still leads to the same root.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.errors import HouseFault

ROOT_NAME = "Sunseal instance CA"
SEAL_NAME = "Platform seal"
_ROOT_DAYS = 20 * 365
_LEAF_DAYS = 3 * 365


@dataclass(frozen=True)
class Seal:
    """A P-256 key with its certificate chain: leaf first, self-signed root last (a pinned leaf may stand
    alone).
    """

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate that belongs to the key."""
        return self.chain[0]

    @property
    def root(self) -> x509.Certificate:
        """The certificate that a verifier has to trust."""
        return self.chain[-1]

    @property
    def root_pem(self) -> str:
        """The root as PEM text, for `openssl cms -verify -CAfile`."""
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf certificate in lowercase hexadecimal."""
        return fingerprint(self.certificate)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate's DER bytes in lowercase hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def open_seal(folder: Path, *, now: datetime) -> Seal:
    """Return the seal kept in `folder`; make it at the first start.

    Several workers may start at once: the folder is made beside its place and renamed as a whole, and whoever
    comes second reads what the first one made.
    """
    if not (folder / "seal.pem").exists():
        _make(folder, now)
    chain = (folder / "ca.pem").read_text()
    return seal_from_pem((folder / "seal.pem").read_text() + chain)


def seal_from_pem(text: str) -> Seal:
    """Return the seal of a PEM text with one private key and its chain, leaf first; `HouseFault` when they do
    not fit.

    Each certificate must be issued by the next; the last one is the root that verifiers trust.
    """
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
        chain = tuple(x509.load_pem_x509_certificates(text.encode()))
    except (ValueError, TypeError) as error:
        raise HouseFault("The platform seal is not a PEM key followed by its certificates.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise HouseFault("The platform seal must be an ECDSA key on P-256.")
    if chain[0].public_key() != key.public_key():
        raise HouseFault("The first certificate of the platform seal does not belong to its key.")
    for issued, issuer in itertools.pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except Exception as error:
            raise HouseFault("The certificate chain of the platform seal is broken.") from error
    return Seal(key, chain)


def rotate_seal(folder: Path, *, now: datetime) -> Seal:
    """Make a new leaf under the same root, keep the old public certificate in ``retired/``, and return the
    new seal.
    """
    old = open_seal(folder, now=now)
    authority = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    if not isinstance(authority, ec.EllipticCurvePrivateKey):
        raise HouseFault("The key of the instance's authority is not an ECDSA key.")
    retired = folder / "retired"
    retired.mkdir(mode=0o700, exist_ok=True)
    _write(retired / f"{old.fingerprint}.pem", _pem(old.certificate), 0o644)
    key, certificate = _leaf(authority, old.root, now)
    _write(folder / "seal.pem", _key_pem(key) + _pem(certificate), 0o600)
    return Seal(key, (certificate, old.root))


def public_certificates(folder: Path) -> tuple[x509.Certificate, ...]:
    """Return every certificate that ever sealed from this folder, the current one first, the root last."""
    current = x509.load_pem_x509_certificates((folder / "seal.pem").read_bytes())
    retired = [x509.load_pem_x509_certificate(path.read_bytes()) for path in sorted(folder.glob("retired/*.pem"))]
    return (*current, *retired, x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()))


def load_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM text that a verifier was given from outside."""
    return tuple(x509.load_pem_x509_certificates(pem))


def _make(folder: Path, now: datetime) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        authority = ec.generate_private_key(ec.SECP256R1())
        root = _root(authority, now)
        key, certificate = _leaf(authority, root, now)
        _write(place / "ca.key", _key_pem(authority), 0o600)
        _write(place / "ca.pem", _pem(root), 0o644)
        _write(place / "seal.pem", _key_pem(key) + _pem(certificate), 0o600)
        try:
            place.rename(folder)
        except OSError:
            if not (folder / "seal.pem").exists():
                raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROOT_NAME)])
    public = key.public_key()
    return (
        _builder(name, name, public, now, _ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    authority: ec.EllipticCurvePrivateKey, root: x509.Certificate, now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A leaf without extended key usage: openssl, poppler and pyHanko then all accept it for any signed data."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SEAL_NAME)])
    certificate = (
        _builder(name, root.subject, key.public_key(), now, _LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    return key, certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    # A day before `now`, because a verifier's clock may stand behind ours.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file whole or not at all, with its mode from the first byte on."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
