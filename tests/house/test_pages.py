"""The frame of every page and all parts it is made of: complete, valid, and clean for axe in real Chromium."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from foundation.clock import FixedClock
from identity.guard import open_to
from identity.rights import Right
from supervision.trail import queries
from tests.house.browsing import chromium, serving

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine

TONGUES = {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "en": "en"}


class GuideForm(FlaskForm):
    """One field of each kind."""

    closes_at = StringField("投标截止时间", default="2026-12-04 09:30")
    kind = SelectField("类别", choices=[SelectChoice("goods", "货物"), SelectChoice("services", "服务")])
    size = RadioField(
        "企业规模", choices=[SelectChoice("small", "小型"), SelectChoice("large", "大型")], description="按行业划型标准"
    )
    agree = BooleanField("我已阅读", description="必选")
    text = TextAreaField("理由", default="分三批施工")


def guide(app: Flask) -> None:
    """Give the app a page that shows every part once."""
    source = (Path(__file__).parent / "style_guide.html").read_text()

    @open_to(Right.READ_PUBLIC)
    def show() -> str:
        form = GuideForm()
        form.closes_at.errors = ["您填的是 12 月 4 日，距发布 13 日。"]
        form.size.errors = ["请选择。"]
        now: datetime = app.extensions["clock"].now()
        return render_template_string(source, form=form, now=now, later=now + timedelta(days=1, hours=23, minutes=5))

    app.add_url_rule("/style-guide", "style_guide", show)


@pytest.mark.parametrize(("tag", "lang"), TONGUES.items())
def test_the_frame_speaks_the_readers_language(client: FlaskClient, tag: str, lang: str) -> None:
    text = client.get(f"/?lang={tag}").get_data(as_text=True)
    assert f'<html lang="{lang}">' in text
    words = {"zh-CN": "跳到正文", "zh-TW": "跳到內文", "en": "Skip to the content"}
    assert words[tag] in text
    assert all(word not in text for other, word in words.items() if other != tag)


def test_the_frame_keeps_the_page_when_the_language_changes(client: FlaskClient) -> None:
    text = client.get("/?a=1&a=2&lang=en").get_data(as_text=True)
    assert 'href="/?a=1&amp;a=2&amp;lang=zh-TW"' in text


def test_the_frame_shows_clock_and_tip(client: FlaskClient, app: Flask, clock: FixedClock) -> None:
    text = client.get("/?lang=en").get_data(as_text=True)
    assert 'datetime="2026-11-20T09:00:00.000+08:00"' in text
    assert "09:00:00" in text and "UTC+08:00" in text
    assert queries.tip().root.hex() in text


MISSING = {"zh-CN": "这个地址没有页面", "zh-TW": "這個網址沒有頁面", "en": "There is no page"}


@pytest.mark.parametrize(("tag", "words"), MISSING.items())
def test_a_missing_page_is_refused_in_words(client: FlaskClient, tag: str, words: str) -> None:
    answer = client.get(f"/no-such-page?lang={tag}")
    assert answer.status_code == 404
    assert words in answer.get_data(as_text=True)


def test_no_page_holds_inline_script_or_style(client: FlaskClient, app: Flask) -> None:
    guide(app)
    text = client.get("/style-guide").get_data(as_text=True)
    assert " style=" not in text and "<style" not in text and " onclick=" not in text
    assert text.count("<script") == text.count('<script type="module" src=')


@pytest.mark.one_engine
def test_every_part_is_clean_for_axe(app: Flask, tmp_path: Path) -> None:
    guide(app)
    with serving(app) as address, chromium(tmp_path) as browser:
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(f"{address}/style-guide?lang=zh-CN")
                page.wait_for_selector(".units b")
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                page.close()
