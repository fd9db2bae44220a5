"""Differences between contents of a notice as pages show them: in the reader's language, with what came and went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bidding.seal.versions import in_force
from foundation import filters
from foundation.web import SENTENCES, sentence
from procurement.notices import queries
from procurement.notices.difference import Difference, difference, pieces
from procurement.notices.models import Notice

_MONEY = ("budget", "ceiling")


def shown(changes: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return each change as ``label``, ``before``, ``after`` and ``pieces``: (``same`` | ``gone`` | ``new``, text)."""
    found = []
    for one in changes:
        name = one.pointer.rpartition("/")[2]
        before, after = (_value(name, text) for text in (one.before, one.after))
        found.append({"label": label(one), "pieces": pieces(before, after), "before": before, "after": after})
    return found


def of_amendment(notice: Notice) -> list[Difference]:
    """Return what an amendment changes; nothing for any other notice, or for one of the first format."""
    if notice.kind != "amendment" or "original" not in queries.content(notice):
        return []
    amendments = queries.of_tender(notice.tender_ref, kind="amendment")
    said = [queries.content(one) for one in amendments[: [one.ref for one in amendments].index(notice.ref) + 1]]
    original = queries.by_ref(said[-1]["original"]["ref"])
    content = queries.content(original)
    before, after = (in_force(content, original.sha256, some)[0] for some in (said[:-1], said))
    return difference(before, after)


def label(change: Difference) -> str:
    """Return what a change is called."""
    return sentence(change.label, dict(change.facts))


def _value(name: str, text: str) -> str:
    code = f"value.{name}.{text}"
    if code in SENTENCES:
        return sentence(code, {})
    if text and name in _MONEY:
        return filters.amount(text)
    if text and name == "closes_at":
        return filters.moment(text)
    return text
