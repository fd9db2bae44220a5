"""The plan in the browser: forms keep what was typed, buttons say why not, everyone sees what is theirs."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.notices import queries as published
from procurement.plan import queries
from procurement.tender import queries as tender_queries
from tests.builders.people import People, log_in, people
from tests.builders.plans import YEAR, a_line, a_project
from tests.house.browsing import chromium, serving

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def everyone(app: Flask) -> People:
    app.config["WTF_CSRF_ENABLED"] = False
    return people(app)


@pytest.fixture
def officer(client: FlaskClient, everyone: People) -> FlaskClient:
    return log_in(client, everyone.officer)


@pytest.fixture
def approver(app: Flask, everyone: People) -> FlaskClient:
    return log_in(app.test_client(), everyone.approver)


FORM = {
    "title": "教室护眼灯采购",
    "year": str(YEAR),
    "amount": "1,200,000",
    "need": "更换教室照明。",
    "category": "goods",
    "classification": "a02061900",
    "quantity": "1,600",
    "unit": "套",
    "begins_on": "2027年3月",
    "rule_set_id": "",
    "procedure": "open",
    "sme_reserve": "whole",
    "sme_small": "60",
    "survey-0-supplier": "示例照明公司",
    "survey-0-price": "712.50",
    "survey-0-on": "2026年11月2日",
    "survey-0-source": "书面询价",
}


def page(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


def test_from_the_budget_line_to_the_draft_of_a_tender(
    officer: FlaskClient, approver: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    line = {"year": str(YEAR), "code": "2050299-01", "title": "信息化设备", "amount": "3,000,000"}
    assert officer.post("/plan/lines/new", data=line).status_code == 303
    assert officer.post("/plan/lines/new", data=line).status_code == 409
    (found,) = queries.lines(everyone.authority, YEAR)
    # What cannot be read is told, and everything that was typed comes back.
    wrong = {**FORM, "amount": "很多", "begins_on": "春天", "survey-0-on": "昨天"}
    answer = officer.post("/plan/projects/new?lang=en", data={**wrong, "budget_line": found.line.ref, "do": "save"})
    assert answer.status_code == 422
    for words in ("很多", "春天", "昨天", "更换教室照明。", 'href="#begins_on"', 'href="#survey-0-on"', 'href="#amount"'):
        assert words in page(answer)
    assert queries.of_year(everyone.authority, YEAR).projects == []
    # A row of the survey more, and everything is still there.
    answer = officer.post("/plan/projects/new", data={**wrong, "do": "add-survey"})
    assert 'name="survey-1-supplier"' in page(answer) and "昨天" in page(answer)
    answer = officer.post("/plan/projects/new", data={**FORM, "budget_line": found.line.ref, "do": "save"})
    at = answer.location
    (project,) = queries.of_year(everyone.authority, YEAR).projects
    assert (project.amount, project.quantity, project.classification) == (1_200_000_00, "1600", "A02061900")
    assert (project.rule_set_id, f"{project.begins_on:%Y-%m}") == ("cn-gp-2026", "2027-03")
    assert project.survey == [
        {"supplier": "示例照明公司", "price": "712.50", "source": "书面询价", "on": "2026-11-02", "words": ""}
    ]
    assert "需求调查只有1个对象" in page(officer.get(f"{at}?lang=zh-CN"))
    ref = project.ref
    assert officer.post(f"/plan/projects/{ref}/submit").status_code == 303
    assert "批准项目" in page(approver.get(f"/plan/projects/{ref}/approve?lang=zh-CN"))
    assert approver.post(f"/plan/projects/{ref}/approve").status_code == 303
    text = page(officer.get(f"/plan/projects/{ref}?lang=en"))
    assert re.search(r"<button[^>]*disabled[^>]*>Begin the tender", text) and "Caiku [2020] 10" in text
    assert officer.post("/plan/announce", data={"project": [ref]}).status_code == 303
    text = page(officer.get(f"/plan/projects/{ref}?lang=en"))
    assert "A tender can be published from Monday, 21 December 2026" in text and "runs on to" in text
    assert not re.search(r"<button[^>]*disabled[^>]*>Begin the tender", text)
    clock.set(clock.now() + timedelta(days=40))
    log_in(officer, everyone.officer)
    assert "The period is over" in page(officer.get(f"/plan/projects/{ref}?lang=en"))
    answer = officer.post(f"/office/tenders/from-plan/{ref}")
    tender = answer.location.split("/")[-2]
    assert tender_queries.by_ref(tender).plan_ref == ref
    assert officer.get(f"/office/tenders/of-plan/{ref}").location == f"/office/tenders/{tender}"
    assert f"/plan/projects/{ref}" in page(officer.get(f"/office/tenders/{tender}"))
    # Pressed twice, it leads to the tender that is there.
    assert officer.post(f"/office/tenders/from-plan/{ref}").location == f"/office/tenders/{tender}"


def test_a_suspicion_shuts_the_approval_until_it_is_decided(
    approver: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    line = a_line(everyone, 9_000_000_00)
    refs = [a_project(everyone, line, "submitted", amount=1_200_000_00, procedure="inquiry").ref for _ in range(2)]
    text = page(approver.get(f"/plan/projects/{refs[0]}/approve?lang=en"))
    assert re.search(r"<button[^>]*disabled[^>]*>Approve the project", text) and "art. 28" in text
    answer = approver.post(f"/plan/projects/{refs[0]}/approve")
    assert answer.status_code == 409 and "2,400,000.00" in page(answer)
    text = page(approver.get(f"/plan/splitting?year={YEAR}"))
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', text)
    assert shown is not None and 'role="img" aria-label="Together 2,400,000.00, threshold 2,000,000.00"' in text
    at, data = f"/plan/splitting?year={YEAR}", {"group": "A0206", "decision": "justified", "reason": "两校区分别立项"}
    answer = approver.post(at, data={**data, "shown": "0" * 64})
    assert answer.status_code == 409 and "两校区分别立项" in page(answer)
    assert approver.post(at, data={**data, "shown": shown[1], "reason": ""}).status_code == 422
    assert approver.post(at, data={**data, "shown": shown[1]}).status_code == 303
    assert "两校区分别立项" in page(approver.get(f"/plan/projects/{refs[0]}/approve"))
    assert [approver.post(f"/plan/projects/{ref}/approve").status_code for ref in refs] == [303, 303]


def test_who_sees_whose_plan(app: Flask, client: FlaskClient, everyone: People) -> None:
    line = a_line(everyone)
    secret = a_project(everyone, line, title="尚未公开的项目").ref
    public = a_project(everyone, line, "announced", title="=HYPERLINK(1)").ref
    bidder, inspector = app.test_client(), log_in(app.test_client(), everyone.inspector)
    log_in(bidder, everyone.suppliers[0])
    assert [bidder.get(at).status_code for at in ("/plan", f"/plan/projects/{secret}", "/plan/splitting")] == [403] * 3
    assert inspector.get("/plan").location == "/plan/authorities"
    authority = everyone.authority.ref
    assert f"authority={authority}" in page(inspector.get("/plan/authorities?q=示例市"))
    text = page(inspector.get(f"/plan?authority={authority}&year={YEAR}"))
    assert "尚未公开的项目" in text and "/plan/projects/new" not in text
    assert inspector.get(f"/plan/projects/{secret}").status_code == 200
    assert inspector.get(f"/plan/splitting?authority={authority}&year={YEAR}").status_code == 200
    assert inspector.post(f"/plan/projects/{secret}/submit").status_code == 403
    assert inspector.get(f"/plan?authority={everyone.suppliers[0].ref}").status_code == 404
    # The public sees intentions, and nothing of a draft.
    text = page(client.get("/plans/intentions?lang=en"))
    assert "=HYPERLINK(1)" in text and "尚未公开" not in text
    assert "No intention matches" in page(client.get("/plans/intentions?q=尚未&lang=en"))
    notice = published.by_ref(queries.by_ref(public).intention_ref or "")
    for tongue, words in {"zh-CN": "预留给中小企业", "zh-TW": "保留給中小企業", "en": "No tender is published before"}.items():
        assert words in page(client.get(f"/notices/{notice.ref}?lang={tongue}"))
    # A table that a spreadsheet cannot mistake for a formula.
    answer = log_in(app.test_client(), everyone.officer).get(f"/plan/download.csv?year={YEAR}")
    rows = list(csv.DictReader(io.StringIO(page(answer).removeprefix("\ufeff"))))
    assert [(row["ref"], row["title"], row["amount"]) for row in rows] == [
        (public, "'=HYPERLINK(1)", "1200000.00"),
        (secret, "尚未公开的项目", "1200000.00"),
    ]


def test_empty_pages_say_what_to_do_next(officer: FlaskClient, client: FlaskClient, everyone: People) -> None:
    text = page(officer.get("/plan?lang=en"))
    assert "No budget line in this year" in text and "/plan/lines/new?year=2026" in text
    assert "Nothing to add up yet" in page(officer.get("/plan/splitting"))
    assert "No intention has been announced yet" in page(officer.get("/plans/intentions"))
    assert officer.post("/plan/announce", data={}).status_code == 303
    assert officer.get("/plan?year=99999").status_code == 200


@pytest.mark.one_engine
def test_the_pages_are_clean_for_axe(app: Flask, everyone: People, tmp_path: Path) -> None:
    line = a_line(everyone, 9_000_000_00)
    refs = [a_project(everyone, line, "submitted", amount=1_200_000_00, procedure="inquiry").ref for _ in range(2)]
    draft = a_project(everyone, line, need="").ref
    announced = a_project(everyone, line, "announced", classification="C01").ref
    signed_in = log_in(app.test_client(), everyone.approver).get_cookie("sunseal_session")
    other = log_in(app.test_client(), everyone.officer).get_cookie("sunseal_session")
    assert signed_in is not None and other is not None
    approver_pages = (f"/plan/projects/{refs[0]}/approve", f"/plan/splitting?year={YEAR}")
    officer_pages = (f"/plan?year={YEAR}", f"/plan/projects/{announced}", f"/plan/projects/{draft}/edit")
    with serving(app) as address, chromium(tmp_path) as browser:
        for cookie, pages in ((signed_in, approver_pages), (other, officer_pages)):
            context = browser.new_context(viewport={"width": 390, "height": 844})
            context.add_cookies([{"name": "sunseal_session", "value": cookie.value, "url": address}])
            view = context.new_page()
            for at in pages:
                view.goto(address + at)
                found = Axe().run(view)
                assert found.violations_count == 0, at + found.generate_report()
                assert view.evaluate("document.documentElement.scrollWidth") <= 390, at
            context.close()
