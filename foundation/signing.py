"""Signed bytes: CMS detached signatures (RFC 5652, ECDSA P-256 with SHA-256) by the platform's seal, and
their check.

The CMS structures are pyHanko's, the primitive is OpenSSL's through `cryptography`; nothing here is
cryptography of our own. Anyone can check a file with::

    openssl cms -verify -binary -inform DER -in notice.json.p7s -content notice.json -CAfile ca.pem \\
        -purpose any -out /dev/null
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from asn1crypto import algos, cms, core, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from foundation.certificates import Seal

# An ECDSA signature with a chain of two or three certificates takes 1.5 to 3 kB; more is not one of ours.
_LARGEST = 64 * 1024
_T = TypeVar("_T")


@dataclass(frozen=True)
class Verdict:
    """What a check of a signature found, in three words that mean three things.

    *intact*: the bytes are those that were signed. *valid*: the signature is by the key of the certificate
    that it carries. *trusted*: that certificate leads to one of the roots the verifier was given, at the time
    of signing. `rule` names the first thing that is wrong, ``None`` when nothing is. `signed_at` is the
    signer's claim (UTC).
    """

    intact: bool
    valid: bool
    trusted: bool
    signer: str | None = None
    signed_at: datetime | None = None
    certificate: str | None = None
    rule: str | None = None

    @property
    def ok(self) -> bool:
        """True when the bytes are intact, the signature valid and the signer trusted."""
        return self.intact and self.valid and self.trusted and self.rule is None

    def __str__(self) -> str:
        said = [word if is_so else f"not {word}" for word, is_so in self._words()]
        return ", ".join(said) + (f" ({self.rule})" if self.rule else "")

    def _words(self) -> tuple[tuple[str, bool], ...]:
        return (("intact", self.intact), ("valid", self.valid), ("trusted", self.trusted))


def refused(rule: str) -> Verdict:
    """Return the verdict on bytes that are no signature of ours at all."""
    return Verdict(False, False, False, rule=rule)


def sign_detached(data: bytes, seal: Seal, at: datetime) -> bytes:
    """Return the DER bytes of a CMS detached signature over `data`, its signing time taken from `at` (aware).

    The same data, seal and moment give the same bytes: the nonce is that of RFC 6979.
    """
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    settings = PdfCMSSignedAttributes(signing_time=_utc(at))
    signed = settle(
        signer_of(seal).async_sign_general_data(data, "sha256", detached=True, signed_attr_settings=settings)
    )
    return bytes(signed.dump())


def verify_detached(data: bytes, p7s: bytes, roots: Sequence[certificates.Certificate]) -> Verdict:
    """Check a detached signature over `data` against the roots that the caller trusts.

    Strict on form: one DER object without a byte after it, exactly one signer, no content inside, SHA-256 and
    ECDSA on P-256 only. The chain is judged at the claimed signing time, so that a seal retired since then
    still verifies.
    """
    signed, rule = parse_strictly(p7s)
    if signed is None:
        return refused(rule or "signature.malformed")
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms

    try:
        moment = claimed_time(signed)
        if moment is None:
            return refused("signature.no_signing_time")
        status = settle(async_validate_detached_cms(data, signed, signer_validation_context=trust(roots, moment)))
    except (ValueError, TypeError, KeyError):
        # Whatever the parser of a foreign file trips over, the answer is that this is no good signature.
        return refused("signature.malformed")
    verdict = verdict_of(status, moment)
    return strictly(verdict, signed, status)


def verdict_of(status: Any, moment: datetime | None) -> Verdict:
    """Turn pyHanko's status into the house's words."""
    rule = None
    if not status.intact:
        rule = "signature.changed"
    elif not status.valid:
        rule = "signature.invalid"
    elif not status.trusted:
        rule = "signature.untrusted"
    certificate = status.signing_cert
    return Verdict(
        intact=bool(status.intact),
        valid=bool(status.intact and status.valid),
        trusted=bool(status.intact and status.valid and status.trusted),
        signer=certificate.subject.native.get("common_name"),
        signed_at=moment,
        certificate=certificate.sha256.hex(),
        rule=rule,
    )


def trust(roots: Sequence[certificates.Certificate], moment: datetime) -> Any:
    """Return pyHanko's context with exactly these roots: no system store, no network, no revocation lists."""
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[asn1_of(root) for root in roots],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def claimed_time(signed: cms.SignedData) -> datetime | None:
    """Return the signing time among the signed attributes, in UTC, or None."""
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time" and len(attribute["values"]) == 1:
            moment = attribute["values"][0].native
            return moment.astimezone(UTC) if isinstance(moment, datetime) else None
    return None


def asn1_of(certificate: certificates.Certificate) -> x509.Certificate:
    """Return the asn1crypto form of a certificate, which pyHanko speaks."""
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def signer_of(seal: Seal) -> Any:
    """Return a pyHanko signer that signs with the seal's key."""
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class SealSigner(Signer):
        """Signs with a nonce derived from key and message (RFC 6979), so that signing twice gives the same
        bytes.
        """

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return seal.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([asn1_of(certificate) for certificate in seal.chain[1:]])
    return SealSigner(
        embed_roots=False,
        signing_cert=asn1_of(seal.certificate),
        cert_registry=store,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )


def settle(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run pyHanko's coroutine to its end, in a thread of its own where this thread already runs a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    outcome: list[_T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(coroutine))
        except BaseException as error:
            failure.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _all_on_path(signed: cms.SignedData, path: Any) -> bool:
    """Tell whether every certificate carried along was used: what nobody checks may not ride in a signed
    file.
    """
    used = {certificate.dump() for certificate in path.iter_certs(include_root=True)}
    return all(choice.chosen.dump() in used for choice in signed["certificates"])


def strictly(verdict: Verdict, signed: cms.SignedData, status: Any) -> Verdict:
    """Hold a good verdict to the one form of a signature: nothing beside what was checked may differ by a bit."""
    if not verdict.ok:
        return verdict
    if not _all_on_path(signed, status.validation_path):
        return replace(verdict, valid=False, rule="signature.stray_certificate")
    # Names are compared without regard to case (RFC 5280, 7.1); bytes are not, or one signature had many forms.
    if signed["signer_infos"][0]["sid"].chosen["issuer"].dump() != status.signing_cert.issuer.dump():
        return replace(verdict, valid=False, rule="signature.malformed")
    return verdict


def parse_strictly(p7s: bytes) -> tuple[cms.SignedData | None, str | None]:
    """Return the signed data of a detached signature in the one form that is accepted, or None and the rule broken."""
    if len(p7s) > _LARGEST:
        return None, "signature.too_large"
    try:
        content = cms.ContentInfo.load(p7s, strict=True)
        if content["content_type"].native != "signed_data":
            return None, "signature.not_signed_data"
        signed = content["content"]
        if not isinstance(signed["encap_content_info"]["content"], core.Void):
            return None, "signature.not_detached"
        if len(signed["signer_infos"]) != 1:
            return None, "signature.not_one_signer"
        signer = signed["signer_infos"][0]
        algorithms = (
            signer["digest_algorithm"]["algorithm"].native,
            signer["signature_algorithm"]["algorithm"].native,
        )
        if algorithms != ("sha256", "sha256_ecdsa"):
            return None, "signature.algorithm"
        # These fields are outside what is signed, so each is held to the one value that it may have.
        if [one.dump() for one in signed["digest_algorithms"]] != [signer["digest_algorithm"].dump()]:
            return None, "signature.algorithm"
        if (signed["version"].native, signer["version"].native, signer["sid"].name) != (
            "v1",
            "v1",
            "issuer_and_serial_number",
        ):
            return None, "signature.malformed"
        if any(choice.name != "certificate" for choice in signed["certificates"]):
            return None, "signature.malformed"
        for choice in signed["certificates"]:
            public = choice.chosen.public_key
            if public.algorithm == "ec" and public.curve[1] != "secp256r1":
                return None, "signature.algorithm"
        return signed, None
    except (ValueError, TypeError, KeyError):
        return None, "signature.malformed"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A signing time carries its time zone.")
    return moment.astimezone(UTC).replace(microsecond=0)
