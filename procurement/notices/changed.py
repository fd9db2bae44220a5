"""Differences between contents of a notice as pages show them: in the reader's language, with what came and went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from foundation import filters
from foundation.web import SENTENCES, sentence
from procurement.notices.difference import Difference, pieces

_MONEY = ("budget", "ceiling")


def shown(changes: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return each change as ``label`` and ``pieces``: (``same`` | ``gone`` | ``new``, text)."""
    found = []
    for one in changes:
        name = one.pointer.rpartition("/")[2]
        before, after = (_value(name, text) for text in (one.before, one.after))
        found.append({"label": label(one), "pieces": pieces(before, after)})
    return found


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
