"""The lint finds what the law forbids and leaves lawful clauses alone; its patterns stay quick on any text."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from procurement.rules import lint
from procurement.rules.faults import RulesError
from procurement.rules.lint import Passage
from procurement.rules.ruleset import load
from scripts.bench.lint import CLAUSES, judged

RULES = [one.rule for one in lint.load()]


def found(text: str, place: str = "document") -> list[str]:
    """Return the rules that a text breaks."""
    return [one.rule for one in lint.look([Passage("/x", place, text)], RULES)]


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ("供应商注册资本不低于 500 万元。", "qualification", "lint.scale_condition"),
        ("近三年年均纳税额达到 100 万元的得 3 分", "scored", "lint.scale_condition"),
        ("具有本市类似项目业绩的，每个得 2 分", "scored", "lint.track_record"),
        ("投标人须在本市设有分公司", "qualification", "lint.local_supplier"),
        ("仅限国有企业参加", "qualification", "lint.ownership_form"),
        ("采用华为品牌交换机", "need", "lint.named_brand"),
        ("须提供生产厂家针对本项目的授权书", "qualification", "lint.factory_authorisation"),
        ("具有安全生产许可证的得 3 分", "scored", "lint.qualification_scored"),
        ("方案优秀的得 8-10 分，良好的得 5-7 分", "scored", "lint.unquantified_points"),
        ("去掉一个最高价和一个最低价后取平均价为评标基准价", "price", "lint.price_trimmed"),
        ("报价不得低于最高限价的 80%", "terms", "lint.price_floor"),
        ("招标文件售价每套 500 元，售后不退", "terms", "lint.registration_wall"),
        ("该指标必须满足，否则投标无效", "need", "lint.substantive_unmarked"),
        ("中标人须赠送打印机两台", "terms", "lint.gifts"),
        ("投标人应在 5 分钟内对报价合理性作出说明", "terms", "lint.low_price_minutes"),
    ],
)
def test_each_rule_finds_its_clause(text: str, place: str, rule: str) -> None:
    assert rule in found(text, place)
    assert rule in load("cn-gp-2026")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("不得将注册资本、营业收入等规模条件作为资格要求。", "document"),
        ("采用华为或相当于该档次的交换机", "need"),
        ("中标后十日内可在项目所在地设立服务点", "terms"),
        ("质保期每延长一年得 2 分，最多 10 分", "scored"),
        ("★交货期不超过 45 日，不满足的投标无效", "need"),
        ("在校园内营造优美的环境", "description"),
    ],
)
def test_lawful_clauses_are_left_alone(text: str, place: str) -> None:
    assert found(text, place) == []


def test_words_broken_by_a_page_are_joined_and_the_page_is_told() -> None:
    hits = lint.look([Passage("/documents/0", "document", "供 应 商 注 册\n", 1), Passage("/documents/0", "document", "注 册 资 本 不 低 于 500 万元", 2)], RULES)
    assert [(one.page, one.words) for one in hits] == [(2, "注册资本不低于 500 万元")]


def test_a_hit_keeps_its_digest_wherever_it_stands_and_loses_it_with_its_words() -> None:
    one, other = (lint.look([Passage(at, "terms", "注册资本不低于 5 万元")], RULES)[0] for at in ("/terms/a", "/terms/b"))
    changed = lint.look([Passage("/terms/a", "terms", "注册资本不低于 6 万元")], RULES)[0]
    assert one.sha256 == other.sha256 != changed.sha256


def test_no_pattern_is_slow() -> None:
    began = time.process_time()
    for sign in ("注册资本", "得 1 分", "品牌：", "1", "a ", "（）"):
        found(sign * 4000)
    assert time.process_time() - began < 5


def test_a_file_of_patterns_tells_all_its_faults(tmp_path: Path) -> None:
    (tmp_path / "lint").mkdir()
    (tmp_path / "lint" / "x.toml").write_text('[[checks]]\nrule="a.b"\nplaces=["nowhere"]\npatterns=["(", "<none>"]\n')
    with pytest.raises(RulesError) as refused:
        lint.load(tmp_path)
    assert len(refused.value.faults) == 4


def test_precision_and_recall_on_the_labelled_clauses() -> None:
    """The figures that `make bench` prints; a change of a pattern that loses clauses fails here."""
    clauses = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["clauses"]
    result = judged(clauses)
    assert len(clauses) >= 150
    assert result.precision >= 0.85 and result.recall >= 0.75, result
