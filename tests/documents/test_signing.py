"""The CMS signature over a notice, checked by openssl and by our own verifier, and what both must refuse."""

from __future__ import annotations

import asyncio
import stat
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from foundation.certificates import (
    Seal,
    open_seal,
    public_certificates,
    rotate_seal,
    seal_from_pem,
)
from foundation.errors import HouseFault
from foundation.signing import sign_detached, verify_detached
from tests.documents.conftest import Case


def openssl(case: Case, content: str) -> subprocess.CompletedProcess[str]:
    """Run the command that docs/formats/notice.md gives to readers."""
    line = f"openssl cms -verify -binary -inform DER -in notice.json.p7s -content {content} "
    line += "-CAfile seal/ca.pem -purpose any -out /dev/null"
    return subprocess.run(line.split(), cwd=case.folder, capture_output=True, text=True)


def test_openssl_accepts_the_notice_and_refuses_a_changed_byte(case: Case) -> None:
    found = openssl(case, "notice.json")
    assert found.returncode == 0, found.stderr
    assert "Verification successful" in found.stderr
    changed = case.body.replace(b"2386800.00", b"2386800.01", 1)
    (case.folder / "changed.json").write_bytes(changed)
    refused = openssl(case, "changed.json")
    assert refused.returncode != 0 and "Verification failure" in refused.stderr


def test_own_verdict_in_three_words(case: Case) -> None:
    good = verify_detached(case.body, case.signature, [case.seal.root])
    assert good.ok and good.signed_at == case.at and good.signer == "Platform seal"
    assert good.certificate == case.seal.fingerprint
    changed = verify_detached(case.body + b" ", case.signature, [case.seal.root])
    assert (changed.intact, changed.ok, changed.rule) == (False, False, "signature.changed")
    stranger = verify_detached(case.body, case.signature, [])
    assert (stranger.intact, stranger.valid, stranger.trusted) == (True, True, False)
    assert str(stranger) == "intact, valid, not trusted (signature.untrusted)"


def test_every_changed_byte_of_the_signature_is_refused(case: Case) -> None:
    roots = [case.seal.root]
    for index in range(len(case.signature)):
        changed = bytearray(case.signature)
        changed[index] ^= 1 << index % 8
        assert not verify_detached(case.body, bytes(changed), roots).ok, f"byte {index}"


def test_form_is_strict(case: Case) -> None:
    roots = [case.seal.root]
    assert verify_detached(case.body, case.signature + b"\0", roots).rule == "signature.malformed"
    assert verify_detached(case.body, case.signature[:-1], roots).rule == "signature.malformed"
    assert verify_detached(case.body, b"", roots).rule == "signature.malformed"
    assert verify_detached(case.body, b"0" * 70000, roots).rule == "signature.too_large"


def test_content_inside_is_refused(case: Case) -> None:
    """Openssl can put the content into the file; then two readers could see two contents."""
    seal = case.folder / "seal" / "seal.pem"
    line = f"openssl cms -sign -binary -nodetach -in notice.json -signer {seal} -outform DER -out attached.p7s"
    subprocess.run(line.split(), cwd=case.folder, check=True, capture_output=True)
    attached = (case.folder / "attached.p7s").read_bytes()
    assert verify_detached(case.body, attached, [case.seal.root]).rule == "signature.not_detached"


def test_a_signature_by_openssl_is_accepted(case: Case) -> None:
    seal = case.folder / "seal" / "seal.pem"
    line = f"openssl cms -sign -binary -md sha256 -in notice.json -signer {seal} -outform DER -out other.p7s"
    subprocess.run(line.split(), cwd=case.folder, check=True, capture_output=True)
    verdict = verify_detached(case.body, (case.folder / "other.p7s").read_bytes(), [case.seal.root])
    assert verdict.ok, verdict


def test_same_input_same_bytes_and_naive_times_are_refused(case: Case) -> None:
    assert sign_detached(case.body, case.seal, case.at) == case.signature
    with pytest.raises(ValueError, match="time zone"):
        sign_detached(case.body, case.seal, case.at.replace(tzinfo=None))


def test_signing_works_inside_a_running_loop(case: Case) -> None:
    async def inside() -> bytes:
        return sign_detached(case.body, case.seal, case.at)

    assert asyncio.run(inside()) == case.signature


def test_folder_modes_and_second_opening(case: Case) -> None:
    folder = case.folder / "seal"
    for name, mode in (("ca.key", 0o600), ("seal.pem", 0o600), ("ca.pem", 0o644)):
        assert stat.S_IMODE((folder / name).stat().st_mode) == mode, name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert open_seal(folder, now=case.at).fingerprint == case.seal.fingerprint
    assert "private" not in repr(case.seal).lower()


def test_rotation_keeps_the_root_and_the_old_certificate(case: Case) -> None:
    folder = case.folder / "rotating"
    old = open_seal(folder, now=case.at)
    signature = sign_detached(case.body, old, case.at)
    new = rotate_seal(folder, now=case.at + timedelta(days=300))
    assert new.fingerprint != old.fingerprint and new.root == old.root
    assert {old.certificate, new.certificate, old.root} == set(public_certificates(folder))
    assert verify_detached(case.body, signature, [new.root]).ok
    assert open_seal(folder, now=case.at).fingerprint == new.fingerprint


def test_a_seal_from_text_must_fit_together(case: Case) -> None:
    text = (case.folder / "seal" / "seal.pem").read_text()
    assert seal_from_pem(text + case.seal.root_pem).root == case.seal.root
    other = open_seal(case.folder / "other", now=case.at)
    for faulty in (text + other.root_pem, case.seal.root_pem, "", other.root_pem + text):
        with pytest.raises(HouseFault):
            seal_from_pem(faulty)


def test_expired_at_signing_is_not_trusted(case: Case) -> None:
    late = sign_detached(case.body, case.seal, case.at + timedelta(days=4 * 365))
    assert verify_detached(case.body, late, [case.seal.root]).rule == "signature.untrusted"


def test_another_key_under_the_same_name_is_not_trusted(case: Case) -> None:
    """A seal of another instance has the same names and another root."""
    stranger = open_seal(case.folder / "stranger", now=case.at)
    signature = sign_detached(case.body, stranger, case.at)
    assert verify_detached(case.body, signature, [case.seal.root]).rule == "signature.untrusted"
    forged = Seal(ec.generate_private_key(ec.SECP256R1()), case.seal.chain)
    assert not verify_detached(case.body, sign_detached(case.body, forged, case.at), [case.seal.root]).valid
