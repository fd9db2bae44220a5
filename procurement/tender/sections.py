"""The sections of a draft's page, in their order, and how each of them stands.

Pure: it reads the pointers of findings and the fields as they are typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SECTIONS = ("basics", "time", "lots", "criteria", "policies", "terms", "documents")
EMPTY, BEGUN, CHANGE, READY = "empty", "begun", "change", "ready"

_HOME = {
    **dict.fromkeys(
        ("rule_set_id", "procedure", "ground", "ground_reason", "invitees", "plan_ref", "closes_at"), "time"
    ),
    "lots": "lots",
    **dict.fromkeys(("method", "criteria", "quality_first", "places", "stage", "fails_by"), "criteria"),
    "policies": "policies",
    "terms": "terms",
    **dict.fromkeys(("documents", "document", "document_title"), "documents"),
}
# What tells that somebody has written in a section; what is filled in beforehand tells nothing.
_TOLD_BY = {
    "basics": ("title", "budget", "description", "qualifications"),
    "time": ("closes_at", "ground", "plan_ref"),
}


@dataclass(frozen=True)
class Standing:
    """How a section stands: ``empty``, ``begun`` (typed, never saved), ``change`` or ``ready``.

    `number` counts from one; `faults` stand in the way of publication, `advice` does not.
    """

    id: str
    number: int
    state: str
    faults: int
    advice: int


def section_of(pointer: str) -> str:
    """Return the section in which a JSON pointer's field stands: ``/lots/0/title`` → ``lots``."""
    return _HOME.get(pointer.strip("/").split("/")[0], "basics")


def after(section: str) -> str:
    """Return the section that follows; the last one follows itself, and no section is followed by the first."""
    at = SECTIONS.index(section) + 1 if section in SECTIONS else 0
    return SECTIONS[min(at, len(SECTIONS) - 1)]


def begun(typed: Mapping[str, Any], documents: int) -> frozenset[str]:
    """Return the sections in which somebody has written. `typed` is the form's data, `documents` how many there are."""
    found = {name for name, told in _TOLD_BY.items() if any(typed.get(one) for one in told)}
    if any(_written(lot) or any(_written(item) for item in lot["items"]) for lot in typed["lots"]):
        found.add("lots")
    if any(_written(one) for one in typed["criteria"]):
        found.add("criteria")
    if any(value for name, value in typed["policies"].items() if name != "sme_reserve"):
        found.add("policies")
    if any(typed["terms"].get(one) for one in ("delivery_place", "delivery_time")):
        found.add("terms")
    return frozenset(found | ({"documents"} if documents else set()))


def standings(found: Iterable[Mapping[str, str]], written: frozenset[str], *, is_saved: bool) -> tuple[Standing, ...]:
    """Return how each section stands. `found` are findings as a page tells them, with ``pointer`` and ``severity``."""
    faults, advice = dict.fromkeys(SECTIONS, 0), dict.fromkeys(SECTIONS, 0)
    for one in found:
        (faults if one.get("severity", "blocks") == "blocks" else advice)[section_of(one["pointer"])] += 1
    return tuple(
        Standing(one, number, _state(one in written, faults[one], is_saved), faults[one], advice[one])
        for number, one in enumerate(SECTIONS, 1)
    )


def _state(is_written: bool, faults: int, is_saved: bool) -> str:
    if not is_saved:
        return BEGUN if is_written else EMPTY
    if faults:
        return CHANGE if is_written else EMPTY
    return READY


def _written(row: Mapping[str, Any]) -> bool:
    return bool(row.get("title") or row.get("ceiling") or row.get("weight"))
