"""Values that bids state for formulas: sealed, shown with their worth and proof, accepted or not, and scored."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from procurement.evaluation import duties, queries, sheets
from procurement.evaluation.marks import measures_of, missing_marks, read_marks
from procurement.evaluation.recompute import differing
from procurement.evaluation.values import stated, worth
from procurement.scoring.ranking import evaluate
from procurement.tender import queries as tenders
from tests.builders.bids import a_bid, open_lot
from tests.builders.judging import a_panel, score, sign
from tests.builders.people import people
from tests.builders.tenders import WEIGHTED, a_tender
from tests.evaluation.test_pages import token_of

WARRANTY: dict[str, Any] = {
    "code": "C2",
    "kind": "formula",
    "title": "质保期",
    "guidance": "以质保承诺书为准。",
    "weight": "35",
    "formula": {
        "type": "steps",
        "unit": "年",
        "direction": "higher",
        "steps": [{"least": "3", "points": "14"}, {"least": "5", "points": "35"}],
    },
    "evidence": [{"title": "质保承诺书", "required": True}],
}
RESPONSE: dict[str, Any] = {
    "code": "C3",
    "kind": "formula",
    "title": "到场时间",
    "weight": "25",
    "guidance": "以服务承诺为准。",
    "formula": {"type": "linear", "unit": "小时", "zero": "24", "full": "4"},
    "evidence": [{"title": "服务承诺", "required": False}],
}
NOTICED = [{**one, "criterion": one["code"]} for one in (WARRANTY, RESPONSE)]


def _answers(warranty: str, hours: str) -> list[dict[str, Any]]:
    return [
        {"criterion": "R1", "answer": "30 日", "complies": True},
        {"criterion": "C2", "answer": "见承诺书", "value": warranty, "files": ["files/1"]},
        {"criterion": "C3", "answer": "", "value": hours},
    ]


def test_from_the_offer_to_the_result(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock, criteria=[*WEIGHTED[:2], WARRANTY, RESPONSE]).ref
    prices = {"1": "120.00", "2": "500.00"}
    for supplier, said in zip(everyone.suppliers, (("5", "4"), ("4", "14"), ("9", "30")), strict=False):
        a_bid(tenders.by_ref(ref), "1", supplier, prices=prices, answers=_answers(*said))
    lot = open_lot(clock, tenders.by_ref(ref))
    a_panel(everyone, tenders.by_ref(ref))
    terms = queries.terms_of(lot)
    letters = {queries.values(terms, bid)["C2"]: bid.letter for bid in queries.bids_to_judge(lot, terms)}
    # The longest warranty is not believed by two of three.
    for number, expert in enumerate(everyone.experts[:3]):
        for value, letter in letters.items():
            believed = value != "9" or number == 0
            marks: dict[str, dict[str, Any]] = {
                "R1": {"verdict": True},
                "C2": {"verdict": believed, "reason": "" if believed else "承诺书未盖章"},
                "C3": {"verdict": True},
            }
            score(everyone, tenders.by_ref(ref), expert, letter, marks)
    client = everyone.log_in(app.test_client(), everyone.experts[0])
    page = client.get(f"/judging/{ref}/1/{letters['4']}?lang=en").text
    assert "If accepted: 14.00 of 35 points." in page and "If accepted: 12.50 of 25 points." in page
    assert "≥ 5 年: 35 points" in page and "Proof named by the bid" in page and "技术方案.pdf" in page
    place = f"/judging/{ref}/1/{letters['4']}?lang=en"
    form = {"csrf_token": token_of(client, place), "verdict-R1": "yes", "verdict-C2": "no", "verdict-C3": "yes"}
    client.post(place, data=form)
    assert "say whether" not in client.get(place).text
    assert "the reason is missing" in client.get(f"/judging/{ref}/1/sign?lang=en").text
    client.post(place, data={**form, "verdict-C2": "yes"})
    for expert in everyone.experts[:3]:
        sign(everyone, tenders.by_ref(ref), expert)
    duties.complete_due()
    evaluation = queries.evaluation_of(tenders.lot_of(tenders.by_ref(ref), "1"))
    assert evaluation is not None
    document = evaluation.document
    assert {bid["bid"]: bid["values"]["C2"] for bid in document["bids"]} == {one: at for at, one in letters.items()}
    found = {bid["bid"]: bid for bid in document["result"]["bids"]}
    points = {
        value: [one["score"]["rounded"] for one in found[letter]["criteria"]] for value, letter in letters.items()
    }
    assert points == {"5": ["40.00", "35.00", "25.00"], "4": ["40.00", "14.00", "12.50"], "9": ["40.00", "0.00", "0.00"]}
    again = evaluate({name: value for name, value in document.items() if name != "result"})
    assert list(differing(document["result"], again, "")) == []
    officer = everyone.log_in(app.test_client(), everyone.officer)
    page = officer.get(f"/evaluations/{ref}/1?lang=en&why={letters['9']}.C2").text
    assert "质保期: stated values" in page and "承诺书未盖章" in page and "Stated value accepted" in page
    assert "A value that is not stated or not accepted earns the lowest points." in page


def test_what_an_offer_states() -> None:
    answers = [{"criterion": "C2", "value": "5.50"}, {"criterion": "C3", "value": "soon"}, {"criterion": "X", "value": "1"}]
    assert stated({"answers": answers}, NOTICED) == {"C2": "5.5"}
    assert stated(None, NOTICED) == stated({"answers": [{"criterion": "C2", "value": None}]}, NOTICED) == {}


@pytest.mark.parametrize(
    ("criterion", "value", "among", "points"),
    [
        (NOTICED[0], "4.99", (), "14.00"),
        (NOTICED[1], "23", (), "1.25"),
        ({**NOTICED[1], "formula": {"type": "min_max", "direction": "lower"}}, "10", ("4", "10", "13"), "8.33"),
    ],
)
def test_what_a_value_is_worth(criterion: dict[str, Any], value: str, among: tuple[str, ...], points: str) -> None:
    found = worth(criterion, value, among, {"places": 2})
    assert found is not None and found.points == points


def test_a_verdict_on_a_value_is_asked_for_in_its_own_words() -> None:
    measures = measures_of(NOTICED)
    marks, problems = read_marks(measures, "A", {"C2": {"verdict": "maybe"}, "C3": {"verdict": False}})
    assert [one.rule for one in problems] == ["mark.value_verdict"]
    assert [one.rule for one in missing_marks(measures, "A", marks)] == ["mark.missing_value", "mark.missing_reason"]
    assert sheets.given(measures, {"verdict-C2": "yes"})["C2"] == {"reason": "", "verdict": True}
