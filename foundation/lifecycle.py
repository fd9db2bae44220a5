"""Tables of moves. Each thing with a state has one in its room's `lifecycle.py`; nothing else sets a state.

`make()` finds the move, refuses with a stable rule name, sets the state and writes the entry. Screens draw their
buttons from the same table, and `docs/lifecycles.md` is printed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from foundation.errors import HouseFault, Refusal


class Stateful(Protocol):
    """Anything with a stored state."""

    state: Any


class Recorder(Protocol):
    """What a move needs of an act."""

    def record(self, kind: str, subject: str, facts: dict[str, Any] | None = None, *, actor: Any = None) -> int:
        """Append an entry and return its index."""


# A guard's docstring is the English sentence people read when it refuses; its name ends the rule's name.
Guard = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Move:
    """One move: `event` takes a thing from any of `sources` to `target`; `right` may ask for it ("" = a duty)."""

    event: str
    sources: tuple[str, ...]
    target: str
    right: str = ""
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """The moves of one kind of thing. `first` is the state in which it begins."""

    name: str
    first: str
    moves: tuple[Move, ...]

    def move(self, event: str) -> Move:
        """Return the move of this event; an unknown event is our fault."""
        for move in self.moves:
            if move.event == event:
                return move
        raise HouseFault(f"{self.name} knows no event {event}.")

    def states(self) -> list[str]:
        """Return every state in the order in which the table names them."""
        found = dict.fromkeys([self.first])
        for move in self.moves:
            found.update(dict.fromkeys((*move.sources, move.target)))
        return list(found)

    def why_not(self, thing: Stateful, event: str, act: Any = None) -> str | None:
        """Return the rule that refuses this event now, or None where it is allowed."""
        move = self.move(event)
        if thing.state not in move.sources:
            return f"{self.name}.{event}.not_now"
        for guard in move.guards:
            if not guard(thing, act):
                return f"{self.name}.{guard.__name__}"
        return None

    def offered(self, thing: Stateful, rights: Iterable[str]) -> list[str]:
        """Return the events for which a screen may draw a button, for these rights in this state."""
        held = set(rights)
        return [m.event for m in self.moves if m.right and m.right in held and thing.state in m.sources]

    def shift(self, act: Any, thing: Stateful, event: str) -> None:
        """Move `thing` without an entry of its own. Raises `Refusal` (409).

        For things whose own entry would tell too much, as a bid's before its opening; the caller writes another one.
        """
        rule = self.why_not(thing, event, act)
        if rule is not None:
            raise Refusal(rule, 409, state=thing.state)
        thing.state = self.move(event).target

    def make(
        self,
        act: Recorder,
        thing: Stateful,
        event: str,
        subject: str,
        facts: dict[str, Any] | None = None,
        *,
        actor: Any = None,
    ) -> int:
        """Move `thing` and write the entry ``name.event``; return the entry's index. Raises `Refusal` (409)."""
        self.shift(act, thing, event)
        return act.record(f"{self.name}.{event}", subject, facts, actor=actor)


def refusal_sentences(lifecycles: Iterable[Lifecycle]) -> dict[str, str]:
    """Return rule name → English sentence for every guard, and for every event asked at the wrong time."""
    found: dict[str, str] = {}
    for lifecycle in lifecycles:
        for move in lifecycle.moves:
            found[f"{lifecycle.name}.{move.event}.not_now"] = "This step is not open now."
            for guard in move.guards:
                found[f"{lifecycle.name}.{guard.__name__}"] = " ".join((guard.__doc__ or "").split())
    return found
