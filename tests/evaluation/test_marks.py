"""What an expert may give: range, step and band are checked by the server, and every problem is told at once."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from procurement.evaluation.marks import Mark, measures_of, missing_marks, read_marks, sheet_value
from procurement.scoring.arithmetic import parse_decimal
from tests.builders.tenders import WEIGHTED

CRITERIA: list[dict[str, Any]] = [{**cast(dict[str, Any], one)} for one in WEIGHTED]
MEASURES = measures_of({**one, "criterion": one["code"], "x_bands": one.get("bands", [])} for one in CRITERIA)


def test_people_judge_everything_but_the_price() -> None:
    assert [one.code for one in MEASURES] == ["R1", "C2", "C3"]
    assert (MEASURES[1].bands[0].least, MEASURES[1].bands[0].most) == ("36", "45")


@pytest.mark.parametrize(
    ("points", "kept"),
    [("41", "41"), ("41.50", "41.5"), ("４１", "41"), (" 0 ", "0"), ("45", "45"), ("", None)],
)
def test_points_are_kept_as_exact_text(points: str, kept: str | None) -> None:
    marks, problems = read_marks(MEASURES, "A", {"C2": {"points": points, "reason": "x"}})
    assert problems == [] and marks["C2"].points == kept


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        ({"points": "45.5"}, "mark.out_of_range"),
        ({"points": "-0.5"}, "mark.out_of_range"),
        ({"points": "41.3"}, "mark.off_step"),
        ({"points": "41,5"}, "mark.not_a_number"),
        ({"points": "1e1"}, "mark.not_a_number"),
        ({"points": "NaN"}, "mark.not_a_number"),
        ({"points": "35", "band": "0"}, "mark.outside_band"),
        ({"points": "40", "reason": "长" * 1001}, "mark.reason_too_long"),
    ],
)
def test_what_the_notice_does_not_allow_is_refused(given_: dict[str, str], rule: str) -> None:
    marks, problems = read_marks(MEASURES, "A", {"C2": given_, "C3": {"points": "3"}})
    assert [one.rule for one in problems] == [rule] and set(marks) == {"C3"}
    assert str(problems[0]).startswith("Bid A, 技术方案")


def test_every_problem_is_told_at_once() -> None:
    wrong = {"C2": {"points": "99"}, "C3": {"points": "x"}, "R1": {"verdict": "maybe"}, "C1": {"points": "40"}}
    _, problems = read_marks(MEASURES, "B", wrong)
    assert [one.rule for one in problems] == [
        "mark.out_of_range",
        "mark.not_a_number",
        "mark.verdict",
        "mark.no_such_criterion",
    ]


@given(some.text(max_size=12))
def test_whatever_is_typed_is_kept_in_range_or_refused(text: str) -> None:
    marks, problems = read_marks(MEASURES, "A", {"C3": {"points": text}})
    if problems:
        return
    points = marks["C3"].points
    assert points is None or (0 <= parse_decimal(points) <= 15 and parse_decimal(points) % parse_decimal("0.5") == 0)


def test_gaps_of_a_sheet() -> None:
    marks = {"R1": Mark(verdict=False), "C2": Mark(points="40")}
    assert [(one.rule, one.criterion) for one in missing_marks(MEASURES, "A", marks)] == [
        ("mark.missing_reason", "R1"),
        ("mark.missing_reason", "C2"),
        ("mark.missing_points", "C3"),
    ]
    full = {"R1": Mark(verdict=True), "C2": Mark("40", reason="a"), "C3": Mark("0", reason="b")}
    assert missing_marks(MEASURES, "A", full) == []
    assert sheet_value("A", full) == {
        "bid": "A",
        "verdicts": {"R1": True},
        "scores": {"C2": "40", "C3": "0"},
        "reasons": {"C2": "a", "C3": "b"},
    }
