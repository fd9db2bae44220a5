"""What other rooms say on the office's first page. Rooms above this one register what they have to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from identity.models import Organisation
from procurement.library import queries as library
from procurement.plan import queries as plans


@dataclass(frozen=True)
class Told:
    """One thing of a room: ``plan``, ``library``, ``agreements`` or ``questions``, how many, and where to read it.

    `waiting` of them wait for somebody, until `due` where the law sets a day. `what` names the tender that it is about.
    """

    room: str
    endpoint: str
    count: int = 0
    waiting: int = 0
    due: date | None = None
    is_overdue: bool = False
    ref: str = ""
    what: str = ""


Look = Callable[[Organisation, datetime], Iterable[Told]]

_LOOKS: list[Look] = []


def also(look: Look) -> Look:
    """Let a room above tell something on the first page. May be a decorator."""
    if look not in _LOOKS:
        _LOOKS.append(look)
    return look


def told(authority: Organisation, now: datetime, year: int) -> list[Told]:
    """Return what the rooms tell an authority: plan of the year and library first, then what was registered."""
    counts = plans.counts(authority, year)
    found = [
        Told(
            "plan", "plan.year", sum(count for count, _ in counts.values()), waiting=counts.get("submitted", (0, 0))[0]
        ),
        Told("library", "library.shelves", len(library.current(authority))),
    ]
    return found + [one for look in _LOOKS for one in look(authority, now)]
