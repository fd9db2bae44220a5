"""Checks of the platform's seal on what is published, made anew for each file and remembered by its digest."""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from flask import current_app

from foundation.certificates import Seal
from foundation.signing import Verdict, verify_detached
from procurement.notices.models import Notice


def roots() -> tuple[x509.Certificate, ...]:
    """Return the certificates that this installation trusts for its own notices."""
    seal: Seal = current_app.extensions["seal"]
    return (seal.root,)


def verdict_on(notice: Notice) -> Verdict:
    """Return what a check of the signature over the stored bytes finds."""
    return _verdict(notice.body, notice.signature, roots())


@lru_cache(maxsize=2048)
def _verdict(body: bytes, signature: bytes, trusted: tuple[x509.Certificate, ...]) -> Verdict:
    # The bytes are the key of the memory, so a changed row is judged anew.
    return verify_detached(body, signature, trusted)
