"""An officer's way in Chinese, from a project of the plan to the published tender, with the keyboard in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from foundation.clock import FixedClock
from foundation.database import db
from identity import sessions
from identity.guard import COOKIE
from identity.models import Account
from procurement.tender import queries as tenders
from tests.builders.people import people
from tests.builders.plans import a_line, a_project
from tests.house.browsing import chromium, serving

pytestmark = pytest.mark.one_engine
# Where to keep a picture of each step, for eyes; nowhere by default.
LOOK = os.environ.get("OFFICER_LOOK", "")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A Chromium that shows Chinese."""
    with chromium(tmp_path) as browser:
        yield browser


class Way:
    """One person at the keyboard."""

    def __init__(self, browser: Browser, address: str, account: Account, clock: FixedClock) -> None:
        self.address = address
        place = account.memberships[0]
        token = sessions.start(place.account_id, place.id, clock.now())
        self.context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
        self.context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        self.page: Page = self.context.new_page()
        self.heard: list[str] = []
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.taken = 0

    def to(self, path: str) -> None:
        """Open a page in Chinese."""
        self.page.goto(f"{self.address}{path}?lang=zh-CN")

    def press(self, name: str, role: str = "button") -> None:
        """Press Enter on a button or link."""
        self.page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def section(self, name: str) -> None:
        """Open a section from the task list; its heading takes the focus."""
        self.page.get_by_role("navigation", name="各部分").get_by_role("link", name=name).focus()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("h2:focus")).to_have_text(name)
        assert self.page.locator(".step-of:visible").count() == 1

    def type(self, field: str, text: str) -> None:
        """Replace what a field holds."""
        place = self.page.locator(f"#{field}")
        expect(place).to_be_visible()
        place.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def look(self, name: str) -> None:
        """Keep a picture for eyes."""
        self.taken += 1
        if LOOK:
            self.page.screenshot(path=f"{LOOK}/{self.taken:02}-{name}.png", full_page=True)


def test_from_a_project_of_the_plan_to_the_published_tender(app: Flask, clock: FixedClock, browser: Browser) -> None:
    everyone = people(app)
    project = a_project(everyone, a_line(everyone), "announced", rule_set_id="demo-2026").ref
    # The intention has been public for the minute that the demonstration rules ask for.
    clock.forward(minutes=2)
    with serving(app) as address:
        officer = Way(browser, address, everyone.officer, clock)
        page = officer.page
        officer.to(f"/plan/projects/{project}")
        officer.press("开始采购")
        tasks = page.get_by_role("navigation", name="各部分")
        expect(tasks.get_by_role("link", name="怎么评")).to_contain_text("未开始")
        officer.look("begun")
        edit = page.url.split("?")[0].split("#")[0]
        # What cannot be read is refused, in its section, and nothing that was typed is lost.
        officer.type("qualifications", "注册资本不低于 500 万元。")
        officer.type("budget", "很多")
        officer.press("保存并继续")
        expect(page.locator(".errors")).to_be_focused()
        expect(page.locator("#qualifications")).to_have_value("注册资本不低于 500 万元。")
        expect(page.locator("#budget")).to_have_attribute("aria-invalid", "true")
        expect(tasks.get_by_role("link", name="怎么评")).to_contain_text("未开始")
        officer.look("refused")
        officer.section("怎么评")
        officer.press("添加评审因素")
        expect(page.locator("#criteria-0-title")).to_be_visible()
        expect(page.locator("#budget")).to_have_value("很多")
        officer.press("添加评审因素")
        page.locator("#criteria-0-kind").select_option("price")
        officer.type("criteria-0-title", "价格")
        officer.type("criteria-0-weight", "40")
        officer.type("criteria-1-title", "技术方案")
        officer.type("criteria-1-weight", "60")
        officer.type("criteria-1-guidance", "逐项对照采购需求，每一项负偏离扣 2 分，扣完为止。")
        officer.look("criteria")
        officer.section("基本情况")
        officer.type("budget", "1200000.00")
        officer.section("方式、规则与时间")
        officer.press("即留出审批时间后的最早时刻")
        officer.look("time")
        # Saved, the next section opens, and the task list says what is left.
        officer.press("保存并继续")
        page.wait_for_url("**#lots")
        expect(page.locator("h2:focus")).to_have_text("采购包与清单")
        assert page.url.split("#")[0] == edit
        officer.section("采购政策")
        page.locator("#policies-industry").select_option("industry")
        officer.section("商务条款和招标文件")
        officer.type("terms-delivery_place", "各学校指定地点")
        officer.type("terms-delivery_time", "合同签订后 45 日内")
        officer.press("保存并继续")
        page.wait_for_url("**#documents")
        expect(tasks.get_by_role("link", name="基本情况")).to_contain_text("处需要改")
        # The clause that the law forbids: from the summary to its field, changed, saved.
        page.locator(".left summary").focus()
        page.keyboard.press("Enter")
        officer.look("found")
        page.locator(".left").get_by_role("link", name="注册资本").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#qualifications")).to_be_focused()
        officer.type("qualifications", "具有独立承担民事责任的能力；近三年无重大违法记录。")
        officer.press("保存并离开")
        officer.look("saved")
        officer.press("提交审批")
        officer.look("submitted")
        expect(page.get_by_role("button", name="提交审批")).to_have_count(0)
        # A browser keeps the fragment of a form's page through a redirect.
        home = page.url.split("#")[0].split("?")[0]
        approver = Way(browser, address, everyone.approver, clock)
        approver.page.goto(f"{home}/approve?lang=zh-CN")
        approver.press("批准并发布")
        approver.page.get_by_role("dialog").get_by_role("button", name="批准并发布").press("Enter")
        approver.page.wait_for_url(home)
        approver.look("published")
        ref = home.rpartition("/")[2]
        assert not officer.heard and not approver.heard
    db.session.remove()
    assert tenders.by_ref(ref).state == "open" and tenders.by_ref(ref).plan_ref == project
