"""Compares the entries that are there with those that the tree states, and says what happened to them.
Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a stable dotted `rule` and the `facts` (JSON values) that its sentence needs."""

    rule: str
    facts: dict[str, Any] = field(default_factory=dict)


def differences(found: Sequence[bytes | None], stated: Sequence[bytes]) -> list[Finding]:
    """Name what turns the `stated` leaf hashes into the `found` ones; None stands for an entry past reading.

    Rules: ``entry.swapped`` (first, second), ``entry.moved`` (index, position), ``entry.changed``,
    ``entry.missing``, ``entry.added``, ``entry.unreadable`` (first, last). Indexes are those of the tree,
    except that `position` and those of ``entry.added`` are places in what was found.
    """
    start, f_end, s_end = 0, len(found), len(stated)
    while start < min(f_end, s_end) and found[start] == stated[start]:
        start += 1
    while start < min(f_end, s_end) and found[f_end - 1] == stated[s_end - 1]:
        f_end, s_end = f_end - 1, s_end - 1
    home = {stated[at]: at for at in range(start, s_end)}
    origin: dict[int, int] = {}
    taken: set[int] = set()
    for at in range(start, f_end):
        each = found[at]
        came = home.get(each) if each is not None else None
        # A second copy of an entry is an added one.
        if came is not None and came not in taken:
            origin[at] = came
            taken.add(came)
    findings, settled = _swaps(origin)
    anchors = _in_order({at: came for at, came in origin.items() if at not in settled}, settled)
    findings += [
        Finding("entry.moved", {"index": came, "position": at})
        for at, came in origin.items()
        if at not in settled and at not in anchors
    ]
    lost = [at for at in range(start, s_end) if at not in taken]
    strange = [at for at in range(start, f_end) if at not in origin]
    return findings + _gaps(found, lost, strange, sorted(anchors.items()))


def _swaps(origin: dict[int, int]) -> tuple[list[Finding], set[int]]:
    findings, settled = [], set()
    for at, came in origin.items():
        if came > at and origin.get(came) == at:
            findings.append(Finding("entry.swapped", {"first": at, "second": came}))
            settled |= {at, came}
    return findings, settled


def _in_order(origin: dict[int, int], settled: set[int]) -> dict[int, int]:
    """Return the largest part of `origin` that kept its order, and the settled places as they are."""
    tails: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    for at in sorted(origin):
        place = bisect_left(tails, origin[at])
        before[at] = last[place - 1] if place else None
        tails[place : place + 1] = [origin[at]]
        last[place : place + 1] = [at]
    kept = {at: at for at in settled}
    step = last[-1] if last else None
    while step is not None:
        kept[step] = origin[step]
        step = before[step]
    return kept


def _gaps(
    found: Sequence[bytes | None], lost: list[int], strange: list[int], anchors: list[tuple[int, int]]
) -> list[Finding]:
    """Pair what is lost with what is strange between the same neighbours: such an entry was changed."""
    changed: list[int] = []
    unreadable: list[int] = []
    missing: list[int] = []
    added: list[int] = []
    ends = [*anchors, (len(found) + len(lost), 1 << 62)]
    lost_at = strange_at = 0
    for f_end, s_end in ends:
        gap_lost, gap_strange = [], []
        while lost_at < len(lost) and lost[lost_at] < s_end:
            gap_lost.append(lost[lost_at])
            lost_at += 1
        while strange_at < len(strange) and strange[strange_at] < f_end:
            gap_strange.append(strange[strange_at])
            strange_at += 1
        pairs = min(len(gap_lost), len(gap_strange))
        for came, at in zip(gap_lost, gap_strange, strict=False):
            (changed if found[at] is not None else unreadable).append(came)
        missing += gap_lost[pairs:]
        added += gap_strange[pairs:]
    return [
        *spans("entry.changed", changed),
        *spans("entry.unreadable", unreadable),
        *spans("entry.missing", missing),
        *spans("entry.added", added),
    ]


def spans(rule: str, indexes: Iterable[int]) -> list[Finding]:
    """Return one finding for each unbroken run of indexes: facts `first` and `last`."""
    found: list[list[int]] = []
    for index in sorted(indexes):
        if found and found[-1][1] == index - 1:
            found[-1][1] = index
        else:
            found.append([index, index])
    return [Finding(rule, {"first": first, "last": last}) for first, last in found]
