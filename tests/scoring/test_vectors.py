"""The shared vectors: hand-computed results, and one document per rule that refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from foundation.canonical import canonical
from procurement.scoring.method import EvaluationRefused
from procurement.scoring.ranking import evaluate
from procurement.scoring.sentences import RULES, sentence
from tests.scoring.builders import VECTORS, base, by_bid, patched

CASES = VECTORS["cases"]
REASONS = {"bid.invalid", "bid.above_ceiling", "bid.requirement_failed"}


@pytest.mark.parametrize("case", [one for one in CASES if "expect" in one], ids=lambda one: one["name"])
def test_result_is_the_hand_computed_one(case: dict[str, Any]) -> None:
    result = evaluate(patched(base(case["base"]), case["patch"]))
    bids, expect = by_bid(result), case["expect"]
    ranked = [bids[bid] for bid in result["ranking"]]
    found = {
        "ranking": result["ranking"],
        "ranks": [bid["rank"] for bid in ranked],
        "decided_by": [bid["decided_by"] for bid in ranked],
        "ties": result["ties"],
        "excluded": {
            bid["bid"]: [reason["rule"] for reason in bid["reasons"]]
            for bid in result["bids"]
            if bid["status"] == "excluded"
        },
    }
    if "totals" in expect:
        found["totals"] = [bid["total"]["rounded"] for bid in ranked]
    if "evaluated" in expect:
        found["evaluated"] = {bid: bids[bid]["evaluated_price"] for bid in expect["evaluated"]}
    if "price_scores" in expect:
        found["price_scores"] = {
            bid: next(one["score"]["rounded"] for one in bids[bid]["criteria"] if one["kind"] == "price")
            for bid in expect["price_scores"]
        }
    assert {name: found[name] for name in expect} == expect


@pytest.mark.parametrize("case", [one for one in CASES if "problems" in one], ids=lambda one: one["name"])
def test_problem_is_named_with_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(EvaluationRefused) as refused:
        evaluate(patched(base(case["base"]), case["patch"]))
    assert [[one.rule, one.pointer] for one in refused.value.problems] == case["problems"]


def test_every_rule_of_a_document_has_a_vector() -> None:
    tested = {problem[0] for case in CASES for problem in case.get("problems", [])}
    of_files = {"file.unreadable", "json.unreadable", "json.duplicate_name"}
    assert set(RULES) - REASONS - of_files == tested


def test_a_formula_is_explained_by_what_went_in() -> None:
    document = base("formula")
    document["criteria"][3]["formula"]["direction"] = "lower"
    result = evaluate(document)
    told = {(bid["bid"], step["criterion"], step["step"]): step for bid in result["bids"] for step in bid["steps"]}
    numbers = {
        ("A", "C3", "linear_score"): ("F = W (V ≤ X)", "20 (4 ≤ 4)"),
        ("C", "C3", "linear_score"): ("F = 0 (V ≥ Z)", "0 (30 ≥ 24)"),
        ("C", "C4", "min_max_score"): ("F = (H − V) ÷ (H − Y) × W", "(40 − 20) ÷ (40 − 10) × 20"),
        ("A", "C2", "steps_score"): ("F = p (L ≤ V)", "20 (5 ≤ 5)"),
        ("C", "C2", "steps_score"): ("F = 0 (V < U)", "0 (0.5 < 1)"),
    }
    assert {key: tuple(told[key]["formula"].values()) for key in numbers} == numbers
    ends = {one["symbol"]: one["source"] for one in told["C", "C4", "min_max_score"]["inputs"]}
    assert (ends["Y"], ends["H"]) == ("step/lowest_value", "step/highest_value")
    shared = [[one["source"] for one in step["inputs"]] for step in result["steps"][1:]]
    assert shared == [["bid/A/C4", "bid/C/C4", "bid/B/C4"]] * 2


def test_a_missing_sheet_names_its_expert() -> None:
    document = base("award")
    del document["experts"][2]["sheets"][1]
    with pytest.raises(EvaluationRefused) as refused:
        evaluate(document)
    assert refused.value.problems[0].facts == {"expert": "E3", "name": "沈知微", "bid": "B2"}


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(EvaluationRefused) as refused:
        evaluate(document)
    assert [one.rule for one in refused.value.problems] == ["field.type"]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inner:
        yield from _places(below, (*path, name))


JUNK = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "-0",
    "1e9",
    "\ud800",
    "\x00",
    [],
    [None],
    [[]],
    {},
    {"": {}},
    [{}],
    "C1",
]


@pytest.mark.parametrize("name", VECTORS["bases"])
def test_junk_anywhere_is_evaluated_or_refused_and_never_crashes(name: str) -> None:
    evaluated = refused = 0
    for path in _places(base(name)):
        # The first two of each list stand for the others.
        if not path or any(isinstance(step, int) and step > 1 for step in path):
            continue
        for junk in JUNK:
            document = base(name)
            place: Any = document
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = junk
            try:
                canonical(evaluate(document))
                evaluated += 1
            except EvaluationRefused as told:
                assert all(one.rule in RULES for one in told.problems)
                assert [sentence(one.rule, one.facts, "en") for one in told.problems]
                refused += 1
    assert evaluated
    assert refused > evaluated
