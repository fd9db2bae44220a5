"""What was published about a tender since its notice, told to everyone: amendments with their differences, answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext

from bidding.seal.versions import in_force
from foundation.canonical import parse
from procurement.notices import queries as published
from procurement.notices.difference import Difference, difference
from procurement.notices.models import Notice
from procurement.tender.models import Tender

_ = lazy_gettext

# Kinds that are shown by their words; any other is told by its title alone.
_HEADINGS = {
    "tender": _("Tender notice"),
    "prequalification": _("Prequalification notice"),
    "invitation": _("Invitation"),
    "round": _("Invitation to the next round"),
    "call_off": _("Call-off"),
    "amendment": _("Amendment"),
    "clarification": _("Answers to questions"),
    "cancellation": _("Cancellation"),
    "opening": _("Opening record"),
    "failure": _("Failure of a lot"),
    "award": _("Award notice"),
    "shortlist": _("Shortlist"),
    "candidates": _("Candidates for the award"),
    "termination": _("Termination"),
    "correction": _("Correction"),
    "agreement": _("Framework agreement"),
}


@dataclass(frozen=True)
class Told:
    """One notice in words: heading, what it says, what it changes, what it answers.

    `raises` says that bids sealed before it are to be confirmed or sealed anew.
    """

    ref: str
    kind: str
    at: datetime
    index: int
    heading: Any
    text: str
    closes_at: datetime | None
    closed_at_before: datetime | None
    changes: tuple[Difference, ...]
    answers: tuple[dict[str, Any], ...]
    raises: bool


def timeline(tender: Tender, keep: Callable[[Notice], bool] = lambda _notice: True) -> list[Told]:
    """Return a tender's notices in order, each with what it changed; `keep` leaves some out of the result."""
    found, amended = [], []
    notices = published.of_tender(tender.ref)
    original = next((one for one in notices if one.ref == tender.notice_ref), None)
    before = parse(original.body) if original is not None else {}
    version = 1
    for notice in notices:
        changes: tuple[Difference, ...] = ()
        said: dict[str, Any] = {}
        if notice.kind in ("amendment", "clarification", "cancellation"):
            said = published.content(notice)
        raises = False
        if notice.kind == "amendment" and original is not None:
            amended.append(said)
            after, risen = in_force(parse(original.body), original.sha256, amended)
            changes, raises = tuple(difference(before, after)), risen > version
            before, version = after, risen
        if keep(notice):
            found.append(_told(notice, said, changes, raises))
    return found


def changes_since(tender: Tender) -> list[Told]:
    """Return what changed or explained a tender since its notice: its amendments and the answers to questions."""
    return timeline(tender, lambda notice: notice.kind in ("amendment", "clarification"))


def _told(notice: Notice, said: dict[str, Any], changes: tuple[Difference, ...], raises: bool) -> Told:
    return Told(
        ref=notice.ref,
        kind=notice.kind,
        at=notice.issued_at,
        index=notice.entry_index,
        heading=_HEADINGS.get(notice.kind, _("Notice")),
        text=str(said.get("text") or said.get("reason") or ""),
        closes_at=_moment(said.get("closes_at")) if notice.kind == "amendment" else None,
        closed_at_before=_moment(said.get("closed_at_before")),
        # The deadline is told by itself, beside the words.
        changes=tuple(one for one in changes if one.pointer != "/tender/closes_at"),
        answers=tuple(said.get("answers") or ()),
        raises=raises,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
