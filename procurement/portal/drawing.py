"""The proof of one entry as a drawing: geometry in numbers, colour by class. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.desk.proof import Step

# More steps than this are shortened in the drawing; the list beside it names all.
MOST_DRAWN = 7


@dataclass(frozen=True)
class Box:
    """A box of the drawing with its text; `kind` is a class: mine, given, top or gap."""

    x: float
    y: float
    text: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """Boxes and the lines between them (SVG path data with their class) in a view of `width` × `height`."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...]


def ladder(steps: Sequence[Step], *, upright: bool) -> Drawing:
    """Return the drawing: upward for phones, from left to right for wide screens."""
    shown: list[Step | None] = list(steps)
    if len(shown) > MOST_DRAWN:
        shown = [*shown[: MOST_DRAWN - 3], None, *shown[-2:]]
    pitch = 104 if upright else 122
    length = pitch * (len(shown) + 1)
    boxes: list[Box] = []
    lines: list[tuple[str, str]] = []

    def place(along: float, aside: float) -> tuple[float, float]:
        return (170 + aside * 110, length - along + 10) if upright else (along - 20, 150 + aside * 92)

    def join(start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
        lines.append((f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}", kind))

    along = pitch * 0.6
    for number, step in enumerate(shown):
        here, there = place(along, 0), place(along + pitch, 0)
        join(here, there, "way")
        if step is None:
            boxes.append(Box(*here, "…", "gap"))
        else:
            aside = place(along, -1 if step.given_is_left else 1)
            joint = place(along + pitch * 0.5, 0)
            corner = (aside[0], joint[1]) if upright else (joint[0], aside[1])
            lines.append((f"M{aside[0]:g} {aside[1]:g}L{corner[0]:g} {corner[1]:g}L{joint[0]:g} {joint[1]:g}", "edge"))
            boxes.append(Box(*aside, step.given.hex()[:4], "given"))
            boxes.append(Box(*here, step.own.hex()[:4], "mine"))
        along += pitch
        if number == len(shown) - 1:
            last = steps[-1].result
            boxes.append(Box(*place(along, 0), last.hex()[:4], "top"))
    width, height = (340, int(length + 40)) if upright else (int(length + 30), 300)
    return Drawing(width, height, tuple(boxes), tuple(lines))
