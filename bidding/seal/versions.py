"""What is in force of a tender: its signed notice, with every amendment that was signed since applied in order.

Envelopes name the original notice for the whole life of a tender. An amendment names that notice by its digest, has a
place in their sequence (1, 2, 3 …), and lists what it changes (`foundation.patch`). Nothing but signed bytes decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidding.seal.reading import read_json
from foundation import canonical
from foundation.errors import Refusal
from foundation.patch import PatchFault, apply

FORMAT = "sunseal-notice/1"
LARGEST_NOTICE = 32 * 1024 * 1024

# What no amendment may touch: who signs for what, and the keys that open bids.
_FIXED = ("/format", "/kind", "/ref", "/issued_at", "/previous", "/mode", "/envelopes", "/rule_set", "/tender/ref")


def read_notice(data: bytes) -> Any:
    """Return the value of a notice's canonical bytes. Refuses ``notice.malformed``, ``notice.not_canonical``."""
    document = read_json(data, "notice.malformed", limit=LARGEST_NOTICE)
    try:
        if canonical.canonical(document) != data:
            raise Refusal("notice.not_canonical")
    except (TypeError, ValueError, RecursionError) as fault:
        raise Refusal("notice.not_canonical") from fault
    return document


def in_force(notice: Any, sha256: str, amendments: Sequence[Any]) -> tuple[Any, int]:
    """Return the content in force and the version of the tender.

    `notice` is the value of the tender notice whose digest is `sha256`, `amendments` those of its amendments in the
    order of their publication. Refuses ``notice.amendment`` (fact `number`) for one of another tender, out of order,
    or with changes that do not fit. Amendments of the first format list no changes and leave the version as it is.
    """
    version = 1
    for number, said in enumerate(amendments, start=1):
        if not isinstance(said, Mapping) or (said.get("format"), said.get("kind")) != (FORMAT, "amendment"):
            raise Refusal("notice.amendment", number=number)
        if "original" not in said:
            continue
        original, rising = said["original"], said.get("version")
        is_next = isinstance(original, Mapping) and original.get("sha256") == sha256 and said.get("sequence") == number
        if not is_next or not isinstance(rising, int) or not version <= rising <= version + 1:
            raise Refusal("notice.amendment", number=number)
        notice, version = _applied(notice, said.get("changes"), number), rising
    return notice, version


def is_fixed(path: str) -> bool:
    """Tell whether a path of a change is one that no amendment may touch."""
    return path == "" or any(path == one or path.startswith(f"{one}/") for one in _FIXED) or path == "/tender"


def _applied(notice: Any, listed: Any, number: int) -> Any:
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise Refusal("notice.amendment", number=number)
    if any(is_fixed(str(one.get("path", ""))) for one in listed):
        raise Refusal("notice.amendment", number=number)
    try:
        return apply(notice, listed)
    except PatchFault as fault:
        raise Refusal("notice.amendment", number=number) from fault
