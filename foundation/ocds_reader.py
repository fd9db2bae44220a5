"""Reading OCDS 1.1: one object of a release at a time, tolerant about what is absent and strict about what is there.

Problems go to a list that all nodes share, each with the JSON pointer of its place. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation.errors import Refusal
from foundation.reader import Problem

MOST_BYTES = 16 << 20


def read(data: bytes) -> dict[str, Any]:
    """Return the one release of a file that holds a release or a package of one.

    Raises `Refusal` ``import.unreadable``, ``import.not_a_release``, ``import.many_releases``.
    """
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("larger than 16 MiB")
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise Refusal("import.unreadable", cause=str(fault)[:200]) from None
    if isinstance(found, dict) and isinstance(found.get("releases"), list):
        releases = found["releases"]
        if len(releases) != 1:
            raise Refusal("import.many_releases", count=len(releases))
        found = releases[0]
    if not isinstance(found, dict) or not ("ocid" in found or "tender" in found):
        raise Refusal("import.not_a_release")
    return found


class Node:
    """One object of the release; what is absent is empty, what is there must be of its kind."""

    def __init__(self, value: Any, at: str, problems: list[Problem]) -> None:
        self.at, self.problems = at, problems
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if value is not None and not isinstance(value, Mapping):
            self.refuse("", "an object")

    def refuse(self, name: str, expected: str) -> None:
        at = f"{self.at}/{name}" if name else self.at
        self.problems.append(Problem("import.field", at, {"field": at, "expected": expected}))

    def node(self, name: str) -> Node:
        return Node(self.value.get(name), f"{self.at}/{name}", self.problems)

    def nodes(self, name: str) -> list[Node]:
        found = self.value.get(name)
        if found is not None and not isinstance(found, list):
            self.refuse(name, "a list")
            found = None
        return [Node(one, f"{self.at}/{name}/{index}", self.problems) for index, one in enumerate(found or [])]

    def text(self, name: str) -> str:
        found = self.value.get(name)
        if found is None:
            return ""
        if isinstance(found, str):
            return found
        if isinstance(found, int | Decimal) and not isinstance(found, bool):
            return str(found)
        self.refuse(name, "a text")
        return ""

    def number(self, name: str) -> Decimal | None:
        found = self.value.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            self.refuse(name, "a number")
            return None
        number = Decimal(found)
        if number < 0 or number.adjusted() > 14:
            self.refuse(name, "a number from 0 to 999,999,999,999,999")
            return None
        return number

    def fen(self, name: str) -> int:
        number = self.number(name)
        if number is None:
            return 0
        if number * 100 != (number * 100).to_integral_value():
            self.refuse(name, "an amount with at most two decimals")
            return 0
        return int(number * 100)

    def moment(self, name: str) -> datetime | None:
        found = self.text(name)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            moment = None
        if moment is None or moment.utcoffset() is None:
            self.refuse(name, "a date and time with its offset, such as 2026-12-11T09:30:00+08:00")
            return None
        return moment

    def object(self, name: str) -> dict[str, Any]:
        """Return a member that the form reads by itself, exactly as it stands."""
        return dict(self.node(name).value)

    def unread(self, known: Collection[str]) -> list[str]:
        """Return pointers to the members that say something and have no place in the house."""
        return [f"{self.at}/{name}" for name, value in self.value.items() if name not in known and value]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
