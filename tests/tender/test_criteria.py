"""Criteria with formulas and proofs: typed, read strictly, found senseless, previewed by the engine's own figures."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from procurement.rules import ruleset
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.formula_words import formula_lines
from procurement.scoring.preview import of_formula, of_price
from procurement.tender import criteria, criterion_fields
from procurement.tender.criterion_fields import CriterionForm, read_steps
from procurement.tender.criterion_page import previews, rearrange, weights
from procurement.tender.models import Criterion, Tender
from procurement.tender.reader import Problem, Reader

STEPS: dict[str, Any] = {
    "type": "steps",
    "unit": "年",
    "direction": "higher",
    "steps": [{"least": "1", "points": "4"}, {"least": "3", "points": "12"}, {"least": "5", "points": "20"}],
}
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
LINE: dict[str, Any] = {"type": "linear", "unit": "小时", "zero": "24", "full": "4"}


def _read(given: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    reader = Reader(given, "/criteria/0", [])
    found = criteria.read(reader, 0, "weighted_points")
    return found, [(one.rule, one.pointer) for one in reader.problems]


@pytest.mark.parametrize(
    ("line", "direction", "step"),
    [
        ("5 = 10", "higher", {"least": "5", "points": "10"}),
        ("≥ 5 → 10", "higher", {"least": "5", "points": "10"}),
        (">=5年 -> 10分", "higher", {"least": "5", "points": "10"}),
        ("≥ 0.5 小时：2.5 分", "higher", {"least": "0.5", "points": "2.5"}),
        ("≤ 4 → 10", "lower", {"most": "4", "points": "10"}),
        ("5 years: 10 points", "higher", {"least": "5", "points": "10"}),
        ("≤ 5 → 10", "higher", "draft.step_sign"),
        ("≥ 5 → 10", "lower", "draft.step_sign"),
        ("5", "higher", "draft.step_line"),
        ("five = 10", "higher", "draft.step_line"),
        ("-5 = 10", "higher", "draft.step_line"),
        ("05 = 10", "higher", "draft.step_line"),
        ("5 = 1.0000001", "higher", "draft.step_line"),
        ("5 = " + "1" * 700, "higher", "draft.step_line"),
    ],
)
def test_a_step_as_people_write_it(line: str, direction: str, step: Any) -> None:
    problems: list[Problem] = []
    found = read_steps(f"\n{line}\n", direction, "/x", problems)
    assert (found == [step]) if isinstance(step, dict) else ([one.rule for one in problems] == [step])


@pytest.mark.parametrize("formula", [STEPS, LINE, {"type": "min_max", "direction": "lower"}])
def test_what_is_saved_is_shown_and_read_again_the_same(formula: dict[str, Any]) -> None:
    evidence = [{"title": "质保承诺书", "required": True}, {"title": "检测报告", "required": False}]
    given = {"kind": "formula", "title": "质保期", "weight": "20", "formula": formula, "evidence": evidence}
    saved, problems = _read(given)
    assert problems == [] and saved["formula"] == formula and saved["evidence"] == evidence
    form = CriterionForm(data=criterion_fields.shown(saved))
    told: list[Problem] = []
    again, problems = _read(criterion_fields.read(form, "/criteria/0", told))
    assert (told, problems, again) == ([], [], {**saved, "code": "C1"})


def test_what_does_not_belong_to_the_kind_is_left_out() -> None:
    row = CriterionForm(data={"kind": "requirement", "title": "x", "bands": "bad", "formula": {"steps": "bad"}})
    problems: list[Problem] = []
    found, _ = _read(criterion_fields.read(row, "", problems))
    assert problems == [] and found["formula"] == {} and found["bands"] == []
    price, _ = _read({"kind": "price", "weight": "40", "evidence": [{"title": "x"}]})
    assert price["evidence"] == [] and price["formula"] == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"formula": {"type": "curve"}}, ("draft.choice", "/criteria/0/formula/type")),
        ({"formula": {"type": "linear", "zero": "-1"}}, ("draft.decimal", "/criteria/0/formula/zero")),
        ({"formula": {"steps": "5"}}, ("draft.type", "/criteria/0/formula/steps")),
        ({"formula": {"steps": [{}] * 13}}, ("draft.too_many", "/criteria/0/formula/steps")),
        ({"formula": []}, ("draft.type", "/criteria/0/formula")),
        ({"evidence": [{"title": " "}]}, ("draft.evidence", "/criteria/0/evidence/0/title")),
        ({"evidence": [{"title": "x"}] * 13}, ("draft.too_many", "/criteria/0/evidence")),
    ],
)
def test_what_is_given_must_have_one_meaning(given: dict[str, Any], problem: tuple[str, str]) -> None:
    assert _read({"kind": "formula", "title": "x", "weight": "10", **given})[1] == [problem]


@pytest.mark.parametrize(
    ("formula", "weight", "places"),
    [
        (STEPS, "20", []),
        (LINE, "20", []),
        ({}, "20", ["steps"]),
        (STEPS, "19", ["steps"]),
        (STEPS, "30", ["steps"]),
        ({**STEPS, "direction": "lower"}, "20", ["steps"] * 6),
        ({**STEPS, "steps": [{"least": "1", "points": "20"}, {"least": "3", "points": "20"}]}, "20", ["steps"]),
        ({**LINE, "full": "24.0"}, "20", ["full"]),
        ({"type": "linear"}, "20", ["zero", "full"]),
    ],
)
def test_a_senseless_formula_blocks_with_its_article(formula: dict[str, Any], weight: str, places: list[str]) -> None:
    row = Criterion(code="C1", kind="formula", title="质保期", weight=weight, formula=formula, evidence=[{"title": "x"}])
    law = ruleset.load("cn-gp-2026")
    found = list(criteria.findings(Tender(criteria=[row]), law, NOW))
    assert [one.pointer for one in found] == [f"/criteria/0/formula/{place}" for place in places]
    assert all(one.blocks and one.rule_id == "criteria.formula" for one in found)
    assert all("条例第34条" in one.sentence("zh_Hans") and "。（" not in one.sentence("zh_Hans") for one in found)


def test_a_relative_formula_and_a_missing_proof_are_only_advice() -> None:
    formula = {"type": "min_max", "direction": "higher"}
    row = Criterion(code="C1", kind="formula", title="质保期", weight="20", formula=formula, evidence=[])
    found = list(criteria.findings(Tender(criteria=[row]), ruleset.load("cn-gp-2026"), NOW))
    assert [(one.rule_id, one.blocks) for one in found] == [
        ("criteria.formula_relative", False),
        ("criteria.evidence", False),
    ]


def test_previews_are_the_engines_figures() -> None:
    assert [one.earned for one in of_price(Fraction(40), 2)] == ["40.00", "35.56", "32.00"]
    weight = Fraction(20)
    steps, line = formula_of(STEPS, weight), formula_of(LINE, weight)
    assert steps is not None and line is not None
    assert [(one.value, one.earned) for one in of_formula(steps, weight, 1)] == [
        ("0", "0.0"),
        ("1", "4.0"),
        ("3", "12.0"),
        ("5", "20.0"),
        ("6", "20.0"),
    ]
    assert [(one.value, one.earned) for one in of_formula(line, weight, 0)] == [
        ("0", "20"),
        ("4", "20"),
        ("9", "15"),
        ("14", "10"),
        ("19", "5"),
        ("24", "0"),
        ("29", "0"),
    ]
    assert formula_lines(steps, weight, "zh")[0] == "≥ 5 年：20 分"
    assert formula_lines(line, weight, "en")[0].startswith("24 小时 earns 0 points, 4 小时 earns 20;")


class _Rows:
    """Criteria of a form, as the page's helpers look at them."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.criteria = [type("Entry", (), {"form": CriterionForm(data=row)})() for row in rows]
        self.places = type("Field", (), {"data": "2"})()


def test_the_drawing_follows_the_table() -> None:
    formula = criterion_fields.shown(_read({"kind": "formula", "weight": "20", "formula": STEPS})[0])
    form = _Rows({"kind": "price", "weight": "40"}, formula, {"kind": "points", "weight": "x"}, {"kind": "formula"})
    price, steps, points, empty = previews(form, "zh")
    assert price is not None and price.is_price and price.marks[0].y == 24.0 and points is empty is None
    assert steps is not None and [(mark.x, mark.y) for mark in steps.marks][:2] == [(56.0, 144.0), (122.7, 120.0)]
    assert steps.path.startswith("M56.0 144.0 H122.7 V120.0 H256.0 V72.0")
    assert weights(form)["sum"] == "60" and not weights(form)["is_whole"]


def test_rows_move_and_stay_within_the_list() -> None:
    rows = [{"title": "a"}, {"title": "b"}, {"title": "c"}]
    for verb, at in (("up", 1), ("up", 0), ("down", 2), ("down", 0), ("drop", 7), ("drop", None), ("fit", 1)):
        rearrange(rows, verb, at)
    assert [row["title"] for row in rows] == ["a", "b", "c"]
    rearrange(rows, "drop", 0)
    rearrange(rows, "add", None)
    assert [row.get("title") for row in rows] == ["b", "c", None]
