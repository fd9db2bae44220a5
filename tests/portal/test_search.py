"""Chinese words are found as people type them: one character, two, or many, and on both engines alike."""

from __future__ import annotations

import pytest
from flask import Flask

from foundation.clock import FixedClock
from procurement.portal import queries
from procurement.tender import search
from tests.builders import people as builders
from tests.builders.tenders import a_tender


def test_ideographs_become_pairs_and_words_stay_whole() -> None:
    found = search.tokens("教室照明 ＬＥＤ T-2026-000412")
    assert found == ["教室", "室照", "照明", "明", "led", "t", "2026", "000412"]


def test_one_ideograph_asks_for_a_beginning() -> None:
    assert search.asked("照") == [("照", True)]
    assert search.asked("照明灯") == [("照明", False), ("明灯", False)]
    assert search.asked("--- ' \" *") == []


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("教室", True), ("明", True), ("照明改造", True), ("灯具采购", True), ("led", True), ("LED 智能", True),
        ("教室 显微镜", False), ("室教", False), ("具", True), ("云州市直属学校教室照明改造灯具采购", True),
        ("000001", True), ("'); DROP", False), ('" OR "', False), ("智能照明控制器", True), ("示例市教育局", True),
    ],
)
def test_tenders_are_found_by_what_they_say(app: Flask, clock: FixedClock, words: str, hits: bool) -> None:
    someone = builders.people(app)
    tender = a_tender(someone, clock)
    a_tender(someone, clock, title="市图书馆古籍数字化加工服务", lots=1, open=False)
    found = queries.tenders(words=words).tenders
    assert [one.ref for one in found] == ([tender.ref] if hits else [])


def test_a_changed_draft_is_found_by_its_new_words_only(app: Flask, clock: FixedClock) -> None:
    someone = builders.people(app)
    a_tender(someone, clock, title="滨河湿地公园绿化养护")
    assert len(queries.tenders(words="湿地公园").tenders) == 1
    assert queries.tenders(words="教室照明").tenders == []
