"""The two kinds of error in the house.

A `Refusal` is the visitor's or the rule's *no*: it has a stable rule name, facts for the sentence shown, and an
HTTP status. A `HouseFault` is ours. There is no deeper tree of exceptions.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A rule says no.

    `rule` is a stable dotted name such as ``bid.late`` (tests, clients and documents rely on it), `status` one of
    403, 404, 409, 413 or 422, `facts` the values that the sentence for people needs. `reasons` holds several refusals
    at once where all of them are told together, as a tender's readiness does.
    """

    def __init__(self, rule: str, status: int = 422, *, reasons: tuple[Any, ...] = (), **facts: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.status = status
        self.facts = facts
        self.reasons = reasons

    def __str__(self) -> str:
        if not self.facts:
            return self.rule
        return f"{self.rule} ({', '.join(f'{name}={value}' for name, value in self.facts.items())})"


class HouseFault(RuntimeError):
    """Something is wrong on our side; it is logged loudly and answered with 500."""
