"""Documents for the tests: shared vectors, a small patcher, and a general builder."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "scoring.json").read_text(encoding="utf-8")
)
SIGNED = "2026-11-20T16:00:00+08:00"


def base(name: str) -> dict[str, Any]:
    """Return a fresh copy of one base document of the vectors."""
    return copy.deepcopy(VECTORS["bases"][name])


def patched(document: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Apply add, replace and remove of RFC 6902 (adding to a list inserts), in place."""
    for change in patch:
        *path, last = change["path"].removeprefix("/").split("/")
        place: Any = document
        for name in path:
            place = place[int(name) if isinstance(place, list) else name]
        if isinstance(place, list):
            if change["op"] == "add":
                place.insert(int(last), change["value"])
            elif change["op"] == "remove":
                del place[int(last)]
            else:
                place[int(last)] = change["value"]
        elif change["op"] == "remove":
            del place[last]
        else:
            place[last] = change["value"]
    return document


def by_bid(result: dict[str, Any]) -> dict[str, Any]:
    """Return the bids of a result by id."""
    return {bid["bid"]: bid for bid in result["bids"]}


@st.composite
def _scored(draw: st.DrawFn, name: str, weight: int) -> dict[str, Any]:
    """Draw a criterion that experts score, or one with a formula of any type."""
    kind = draw(st.sampled_from(["points", "points", "steps", "linear", "min_max"]))
    if kind == "points":
        return {"criterion": name, "kind": "points", "weight": str(weight)}
    formula: dict[str, Any] = {"type": kind}
    if kind == "linear":
        zero, full = draw(st.lists(st.integers(-50, 50), min_size=2, max_size=2, unique=True))
        formula |= {"zero": str(zero), "full": str(full)}
    else:
        formula["direction"] = draw(st.sampled_from(["higher", "lower"]))
    if kind == "steps":
        bound = "least" if formula["direction"] == "higher" else "most"
        earned = sorted({0, weight, *draw(st.lists(st.integers(0, weight), max_size=3))})
        places = draw(st.lists(st.integers(-50, 50), min_size=len(earned), max_size=len(earned), unique=True))
        places.sort(reverse=bound == "most")
        steps = [{bound: str(at), "points": str(points)} for at, points in zip(places, earned, strict=True)]
        formula["steps"] = draw(st.permutations(steps))
    return {"criterion": name, "kind": "formula", "weight": str(weight), "formula": formula}


@st.composite
def documents(draw: st.DrawFn, method: str = "weighted_points") -> dict[str, Any]:
    """Draw a complete, valid document with any number of bids, criteria and experts."""
    prices = st.integers(1, 10**10).map(lambda fen: f"{fen // 100}.{fen % 100:02d}")
    rates = st.lists(st.sampled_from(["0", "3", "10", "20", "12.5"]), max_size=2)
    bids = [
        {
            "bid": f"B{number}",
            "price": draw(prices),
            "deductions": [{"rule": "policy", "rate": rate} for rate in draw(rates)],
        }
        for number in range(1, draw(st.integers(1, 6)) + 1)
    ]
    criteria: list[dict[str, Any]] = [{"criterion": "R1", "kind": "requirement"}]
    if method == "weighted_points":
        cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=4)))
        weights = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
        criteria.append({"criterion": "C0", "kind": "price", "weight": str(weights[0])})
        criteria += [draw(_scored(f"C{number}", weight)) for number, weight in enumerate(weights[1:], 1)]
    points = [one for one in criteria if one["kind"] == "points"]
    formulas = [one["criterion"] for one in criteria if one["kind"] == "formula"]
    for bid in bids if formulas else ():
        stated = {one: draw(st.none() | st.integers(-50, 50)) for one in formulas}
        bid["values"] = {one: str(value) for one, value in stated.items() if value is not None}
    experts = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        sheets = []
        for bid in bids:
            tenths = {one["criterion"]: draw(st.integers(0, int(one["weight"]) * 10)) for one in points}
            scores = {criterion: f"{value // 10}.{value % 10}" for criterion, value in tenths.items()}
            met = draw(st.sampled_from([True, True, True, False]))
            verdicts = {"R1": met} | {one: draw(st.sampled_from([True, True, False])) for one in formulas}
            sheets.append({"bid": bid["bid"], "verdicts": verdicts, "scores": scores})
        experts.append({"expert": f"E{number}", "signed_at": SIGNED, "sheets": sheets})
    return {
        "format": "sunseal-evaluation/1",
        "tender": "T-2026-000001",
        "lot": "1",
        "method": {
            "id": method,
            "rounding": {"places": draw(st.integers(0, 4)), "stage": draw(st.sampled_from(["each", "end"]))},
            "order_by": draw(st.sampled_from(["rounded", "exact"])),
            "tie_break": draw(st.sampled_from([[], ["price"], ["technical", "bid_price", "draw"]])),
        },
        "criteria": criteria,
        "experts": experts,
        "bids": bids,
    }
