"""The command as a stranger runs it, in a process of its own; and the format, held by its own example."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foundation.canonical import canonical
from procurement.evaluation.recompute import differing, main
from procurement.scoring import sentences, words
from procurement.scoring.ranking import evaluate
from procurement.scoring.reading import problems_of_rules
from tests.scoring.builders import base

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "formats" / "evaluation.md").read_text(encoding="utf-8")


def published() -> dict[str, Any]:
    document = base("award")
    return {**document, "result": evaluate(document)}


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "procurement.evaluation.recompute", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, encoding="utf-8", check=False)


def saved(folder: Path, value: Any) -> str:
    path = folder / "evaluation.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_equal_result(tmp_path: Path) -> None:
    done = run(saved(tmp_path, published()))
    assert done.returncode == 0, done.stderr
    assert "EQUAL" in done.stdout
    assert re.search(
        r"1 +B1 +明川照明科技有限公司 +2,386,800\.00 +2,148,120\.00 +30\.00 .* 94\.60", done.stdout
    )


def test_nothing_to_compare_from_standard_input() -> None:
    done = run("-", text=json.dumps(base("award")))
    assert done.returncode == 0
    assert "NOTHING TO COMPARE" in done.stdout
    assert "EQUAL" not in done.stdout


def test_each_differing_place_is_named(tmp_path: Path) -> None:
    document = published()
    document["result"]["bids"][1]["total"]["rounded"] = "93.15"
    document["result"]["bids"][0]["rank"] = True
    del document["result"]["ranking"][3]
    document["result"]["extra"] = 1
    done = run(saved(tmp_path, document))
    assert done.returncode == 1
    named = re.findall(r"^  (/\S+)", done.stdout, re.MULTILINE)
    expected = ["/result/bids/0/rank", "/result/bids/1/total/rounded", "/result/extra", "/result/ranking/3"]
    assert named == expected


def test_a_changed_score_is_caught(tmp_path: Path) -> None:
    document = published()
    document["experts"][0]["sheets"][1]["scores"]["C3"] = "20"
    done = run(saved(tmp_path, document), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == evaluate(document)
    assert "DIFFERS" in done.stderr


def test_json_is_canonical_and_alone_on_standard_output(tmp_path: Path) -> None:
    done = run(saved(tmp_path, published()), "--json")
    assert done.returncode == 0
    assert done.stdout.encode() == canonical(evaluate(base("award"))) + b"\n"


def test_a_notice_may_hold_the_evaluation(tmp_path: Path) -> None:
    notice = {"format": "sunseal-notice/1", "kind": "evaluation", "evaluation": published()}
    assert run(saved(tmp_path, notice)).returncode == 0
    notice["evaluation"]["result"]["ties"] = [{}]
    assert "/evaluation/result/ties/0" in run(saved(tmp_path, notice)).stdout
    notice["evaluation"]["bids"][0]["price"] = "0"
    done = run(saved(tmp_path, notice))
    assert done.returncode == 2
    assert "bid.price_not_positive  /evaluation/bids/0/price" in done.stderr


def test_all_problems_are_listed_with_their_rules(tmp_path: Path) -> None:
    document = base("award")
    document["bids"][0]["price"] = "-1"
    document["experts"][1].pop("signed_at")
    done = run(saved(tmp_path, document))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "bid.price_not_positive  /bids/0/price" in done.stderr
    assert "expert.unsigned  /experts/1/signed_at  Expert 仝堃 has not signed off." in done.stderr


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{", "json.unreadable"),
        ('{"format": "x", "format": "y"}', "json.duplicate_name"),
        ("[" * 100_000, "json.unreadable"),
        ("[]", "field.type"),
        ("{}", "format.unknown"),
    ],
)
def test_what_cannot_be_read_ends_with_two(text: str, rule: str) -> None:
    done = run("-", text=text)
    assert done.returncode == 2
    assert rule in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_ends_with_two(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert "file.unreadable" in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", "评标基准价"), ("zh-TW", "評標基準價"), ("en", "Baseline price")],
)
def test_every_figure_is_explained_in_three_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    assert main([saved(tmp_path, published()), "--explain", "--lang", language]) == 0
    text = capsys.readouterr().out
    assert said in text
    assert "2148120.00 ÷ 2298400.00 × 30 = 729/26 = 28.038461… -> 28.04" in text
    assert "2386800.00 × (1 − 10 %) = 2148120.00" in text
    assert "§ 财政部令第87号第五十五条" in text


def test_excluded_and_tied_bids_are_told(tmp_path: Path) -> None:
    document = base("three")
    document["ceiling"] = "100"
    document["bids"][3]["price"] = "100.01"
    document["bids"][0]["supplier"] = {"name": "A\u202eB"}
    document["method"]["tie_break"] = ["draw"]
    done = run(saved(tmp_path, document))
    assert "tie, draw to follow" in done.stdout
    assert "bid.above_ceiling  The price is above the ceiling." in done.stdout
    assert "\u202e" not in done.stdout


def test_the_command_needs_no_server_and_no_database() -> None:
    code = "import sys, procurement.evaluation.recompute; print(*{n.split('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "rfc8785" in loaded
    assert not {"flask", "sqlalchemy", "werkzeug", "identity", "bidding", "supervision"} & loaded


def test_the_worked_example_of_the_format_is_true(tmp_path: Path) -> None:
    source, result, _steps = re.findall(r"^```json\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    document = json.loads(source)
    assert evaluate(document) == json.loads(result)
    assert run(saved(tmp_path, {**document, "result": json.loads(result)})).returncode == 0
    ranked = {bid["bid"]: bid["total"] for bid in json.loads(result)["bids"] if bid["total"]}
    assert {bid: total["rounded"] for bid, total in ranked.items()} == {"B1": "90.25", "B2": "89.99"}


def test_the_formula_worked_out_in_the_format_is_true(tmp_path: Path) -> None:
    document = base("formula")
    document["experts"][2]["sheets"][1]["verdicts"]["C2"] = False
    steps = json.loads(re.findall(r"^```json\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)[2])
    result = evaluate(document)
    assert [one for one in result["bids"][1]["steps"] if one["criterion"] == "C2"] == steps
    done = run(saved(tmp_path, {**document, "result": result}), "--explain")
    assert done.returncode == 0
    assert "(24 − 14) ÷ (24 − 4) × 20 = 10 -> 10.00" in done.stdout
    assert "(20 − 10) ÷ (40 − 10) × 20 = 20/3 = 6.666666… -> 6.67" in done.stdout
    result["bids"][1]["criteria"][1]["accepted"] = False
    assert run(saved(tmp_path, {**document, "result": result})).returncode == 1


def test_those_who_qualify_are_named(tmp_path: Path) -> None:
    document = base("qualified")
    done = run(saved(tmp_path, {**document, "result": evaluate(document)}), "--explain")
    assert done.returncode == 0
    assert "qualified: A A\nqualified: D D\n" in done.stdout
    assert "bid.requirement_failed" in done.stdout
    assert "Rounding" not in done.stdout


def test_the_format_names_every_rule_and_step() -> None:
    for rule, (_, _, sentence) in sentences.RULES.items():
        assert f"| `{rule}` | {sentence} |" in DOCUMENT
    for step in words.STEPS:
        assert f"| `{step}` |" in DOCUMENT


def test_every_word_is_there_in_three_languages() -> None:
    for table in (words.STEPS, words.STEP_SENTENCES, words.SYMBOLS, words.TERMS, sentences.RULES):
        for name, said in table.items():
            assert len(said) == 3, name
            assert all(text.strip() for text in said), name
            facts = {tuple(sorted(re.findall(r"\{(\w+)\}", text))) for text in said}
            assert len(facts) == 1, name
    assert set(words.STEPS) == set(words.STEP_SENTENCES)
    results = [evaluate(base("award")), evaluate(base("formula"))]
    steps = [step for result in results for group in (result, *result["bids"]) for step in group["steps"]]
    assert {one["symbol"] for step in steps for one in step["inputs"]} <= set(words.SYMBOLS)


def test_rules_of_a_notice_can_be_checked_before_any_bid() -> None:
    document = base("award")
    assert problems_of_rules(document["method"], document["criteria"]) == ()
    criteria = copy.deepcopy(document["criteria"])
    criteria[1]["weight"] = "20"
    found = problems_of_rules({"id": "weighted_points", "order_by": "luck"}, criteria)
    assert [(one.rule, one.pointer) for one in found] == [
        ("choice.unknown", "/method/order_by"),
        ("criteria.weights", "/criteria"),
    ]
    assert found[1].facts == {"field": "criteria", "sum": "90"}


def test_differing_tells_types_apart() -> None:
    found = list(differing({"a": [1, "1", True, None]}, {"a": [1.0, 1, 1, False]}, ""))
    assert [place for place, _, _ in found] == ["/a/0", "/a/1", "/a/2", "/a/3"]
