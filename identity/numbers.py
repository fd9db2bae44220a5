"""Numbers of organisations: the check character of a unified social credit code (GB 32100-2015). Pure."""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE = re.compile(rf"[{ALPHABET}]{{18}}", re.ASCII)


def check(number: str) -> str:
    """Return ``right`` or ``wrong`` for what looks like a unified social credit code, else ``other``.

    Each character's value × 3^position is summed; the check character makes the sum divisible by 31.
    """
    if not _CODE.fullmatch(number):
        return "other"
    total = sum(ALPHABET.index(sign) * 3**place % 31 for place, sign in enumerate(number[:17]))
    return "right" if ALPHABET[-total % 31] == number[17] else "wrong"
