"""Every pair of colours that meet on a page has the contrast WCAG 2.2 asks for, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "house.css").read_text()
GROUNDS = ("paper", "surface", "sunk")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "accent") for ground in GROUNDS),
    *((ink, f"{tint}-tint") for tint in ("accent", "seal", "ok", "warn", "bad") for ink in ("ink", "ink-2")),
    *((ink, f"{ink}-tint") for ink in ("accent", "seal", "ok", "warn", "bad")),
    *((ink, ground) for ink in ("seal", "ok", "warn", "bad") for ground in ("paper", "surface")),
    *(("accent", f"{tint}-tint") for tint in ("ok", "warn", "bad")),
    ("accent-deep", "accent-tint"), ("on-accent", "accent"), ("on-accent", "accent-deep"), ("on-seal", "seal"),
]
SHAPES = [("edge", "paper"), ("edge", "surface"), *((f"c{n}", "surface") for n in range(5))]


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", block))


def _light_and_dark() -> dict[str, dict[str, str]]:
    at = CSS.index("@media(prefers-color-scheme:dark)")
    light = _tokens(CSS[:at])
    return {"light": light, "dark": {**light, **_tokens(CSS[at : CSS.index("}}", at)])}}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_has_enough_contrast(scheme: str) -> None:
    tokens = _light_and_dark()[scheme]
    wanted = [*((pair, 4.5) for pair in TEXT), *((pair, 3.0) for pair in SHAPES)]
    short = {pair: _contrast(tokens[pair[0]], tokens[pair[1]]) for pair, least in wanted}
    assert {pair: short[pair] for pair, least in wanted if short[pair] < least} == {}


def test_the_measure_itself() -> None:
    assert round(_contrast("#000", "#ffffff"), 2) == 21.0
    assert round(_contrast("#777777", "#fff"), 2) == 4.48
