"""Passwords: Argon2id, rehashed when its parameters rise, with a floor that people can remember.

Length and a refusal of the commonest words follow NIST SP 800-63B section 5.1.1.2, which knows no rules about kinds
of character.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from foundation.errors import Refusal

LEAST_LENGTH = 12
MOST_LENGTH = 200
LEAST_DISTINCT = 5
# How long a log-in may queue for one of the places below, in seconds.
MOST_WAIT = 10.0

COMMON = frozenset(
    line
    for line in (Path(__file__).parent / "data" / "common-passwords.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)

_hasher = PasswordHasher()
# One hash takes 64 MiB and most of a core. At a deadline the log-ins must not choke the bids, so they queue here.
_places = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Hashed:
    """An Argon2id hash in its encoded form, made before the act because it is slow on purpose."""

    text: str


def check(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a password that is too short, too long, or among the first that anyone would try.

    Raises `Refusal` ``password.short``, ``password.long``, ``password.common`` or ``password.personal``.
    """
    wanted = _normal(password)
    if len(wanted) < LEAST_LENGTH:
        raise Refusal("password.short", least=LEAST_LENGTH)
    if len(wanted) > MOST_LENGTH:
        raise Refusal("password.long", most=MOST_LENGTH)
    lower = wanted.casefold()
    if lower in COMMON or len(set(lower)) < LEAST_DISTINCT:
        raise Refusal("password.common")
    for own in (email.casefold(), email.casefold().partition("@")[0], name.casefold().strip()):
        if len(own) >= 4 and own in lower and len(lower) - len(own) < 6:
            raise Refusal("password.personal")


def hashed(password: str) -> Hashed:
    """Return the hash of a password. Slow on purpose: to be called before an act, not in it."""
    with _place():
        return Hashed(_hasher.hash(_normal(password)))


def is_right(stored: str, password: str) -> bool:
    """Tell whether the password was hashed to `stored`. An empty `stored` takes as long as a wrong password."""
    if len(password) > MOST_LENGTH * 4:
        password = ""
    with _place():
        try:
            return _hasher.verify(stored or _nobody(), _normal(password)) and bool(stored)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Tell whether the hash was made with lower parameters than those of today."""
    return _hasher.check_needs_rehash(stored)


class _place:
    """A place among the hashes computed at once; refuses with ``log_in.busy`` where none falls free in time."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=MOST_WAIT):
            raise Refusal("log_in.busy", 409)

    def __exit__(self, *_error: object) -> None:
        _places.release()


@cache
def _nobody() -> str:
    """Return a hash that no password has, so that an unknown address costs the same time as a known one."""
    return _hasher.hash("\N{NULL}nobody")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
