"""The pages of panel and evaluation as people use them: without script, with it, and for axe in real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from foundation.clock import FixedClock
from identity import queries as identity
from identity import sessions
from identity.guard import COOKIE
from identity.models import Account
from procurement.evaluation import queries
from procurement.panel import queries as panel
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from tests.builders.bids import an_opened_tender
from tests.builders.judging import POINTS, a_panel, declare, judged, score_all, sign
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.house.browsing import chromium, serving

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


def token_of(client: FlaskClient, place: str) -> str:
    """Return the form token of a page, as a browser sends it back."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(place).get_data(as_text=True))
    assert found is not None
    return found.group(1)


def test_an_officer_forms_and_changes_the_panel_on_its_page(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    client = everyone.log_in(app.test_client(), everyone.officer)
    place = f"/office/tenders/{ref}/panel"
    for expert in everyone.experts[:3]:
        form = {"account": expert.ref, "capacity": "expert", "reason": "照明专业"}
        form["csrf_token"] = token_of(client, place)
        assert client.post(place, data=form).status_code == 302
    page = client.get(f"{place}?lang=en").get_data(as_text=True)
    assert "Panel complete" in page and "Not drawn at random" in page
    wrong = client.post(f"{place}?lang=en", data={**form, "reason": "", "csrf_token": token_of(client, place)})
    assert wrong.status_code == 422 and "Give the reason" in wrong.get_data(as_text=True)
    form = {"account": everyone.experts[3].ref, "reason": "因病", "csrf_token": token_of(client, f"{place}/1/replace")}
    assert client.post(f"{place}/1/replace", data=form).status_code == 302
    form = {"reason": "指派有误", "csrf_token": token_of(client, f"{place}/2/remove")}
    assert client.post(f"{place}/2/remove", data=form).status_code == 302
    assert [one.number for one in panel.members(tenders.by_ref(ref))] == [3, 4]
    assert "1 thing" not in client.get(f"{place}?lang=en").get_data(as_text=True)


def test_an_expert_works_without_script(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref), declared=False)
    client = everyone.log_in(app.test_client(), everyone.experts[0])
    declaration, sheet = f"/judging/{ref}/declaration", f"/judging/{ref}/1/A"
    assert client.get(sheet).location == declaration
    assert client.post(declaration, data={"csrf_token": token_of(client, declaration)}).status_code == 302
    wrong = {
        "csrf_token": token_of(client, sheet),
        "verdict-R1": "yes",
        "points-C2": "41.3",
        "reason-C2": "检测报告第 5 页",
        "points-C3": "15.5",
    }
    answer = client.post(f"{sheet}?lang=en", data=wrong)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "2 things to change" in text
    # What was typed is kept, nothing of it was saved.
    assert 'value="41.3"' in text and "检测报告第 5 页" in text and 'value="15.5"' in text
    size = trail.tip().size
    right = {**wrong, "points-C2": "41.5", "band-C2": "0", "points-C3": "13", "go": "to-B"}
    answer = client.post(sheet, data=right)
    assert (answer.status_code, answer.location, trail.tip().size) == (302, f"/judging/{ref}/1/B", size + 1)
    kept = client.get(sheet).get_data(as_text=True)
    assert 'value="41.5"' in kept and re.search(r'name="band-C2" value="0"[^>]* checked', kept)
    answer = client.post(sheet, data={**right, "go": "beside", "beside": "C"})
    assert answer.location == f"/judging/{ref}/1/A?beside=C"
    page = client.get(f"/judging/{ref}/1/sign?lang=en").get_data(as_text=True)
    assert "7 marks are missing before you can sign" in page
    place = f"/judging/{ref}/1/sign?lang=en"
    answer = client.post(place, data={"csrf_token": token_of(client, place)})
    assert answer.status_code == 422 and "Bid B, 技术方案: no points yet." in answer.get_data(as_text=True)


def test_a_script_is_answered_in_json(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    client = everyone.log_in(app.test_client(), everyone.experts[0])
    sheet = f"/judging/{ref}/1/A?lang=en"
    form = {"csrf_token": token_of(client, sheet), "points-C3": "13", "reason-C3": "x"}
    said = client.post(sheet, data=form, headers={"Accept": "application/json"})
    told = said.get_json()
    assert (said.status_code, told["saved"], told["total"]) == (200, "Saved at 10:00:01", 3)
    said = client.post(sheet, data={**form, "points-C3": "99"}, headers={"Accept": "application/json"})
    assert (said.status_code, said.content_type) == (422, "application/problem+json")
    assert said.json is not None and said.json["reasons"][0]["criterion"] == "C3"


def test_the_last_signature_on_the_page_closes_the_lot(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    for number in range(3):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
    for number in range(2):
        sign(everyone, tenders.by_ref(ref), everyone.experts[number])
    client = everyone.log_in(app.test_client(), everyone.experts[2])
    place = f"/judging/{ref}/1/sign"
    assert client.post(place, data={"csrf_token": token_of(client, place)}).status_code == 302
    assert tenders.lot_of(tenders.by_ref(ref), "1").state == "evaluated"
    assert "See the result" in client.get(f"{place}?lang=en").get_data(as_text=True)
    # Its entries name the seat, and the move of the lot names the platform.
    told = {one.kind: one.body.decode() for one in trail.of_subject(f"tender/{ref}/lot/1")}
    assert everyone.experts[2].ref not in "".join(told.values())
    assert '"kind":"platform"' in told["lot.evaluate"]


def test_every_figure_opens_into_its_derivation(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    lot = judged(everyone, clock, bids=4, failing=("B",))
    ref = lot.tender.ref
    client = everyone.log_in(app.test_client(), everyone.officer)
    page = client.get(f"/evaluations/{ref}/1?lang=zh-CN").get_data(as_text=True)
    asked = sorted(set(re.findall(r'href="(/evaluations/[^"]+why=[^"#]+)#why"', page)))
    # Three ranked bids with three scores, total and rank; one that is out.
    assert len(asked) >= 3 * 5 + 1
    for place in asked:
        shown = client.get(place.replace("&amp;", "&"))
        assert shown.status_code == 200 and 'class="derivation"' in shown.get_data(as_text=True)
    evaluation = queries.evaluation_of(tenders.lot_of(tenders.by_ref(ref), "1"))
    assert evaluation is not None
    best = evaluation.document["result"]["bids"][1]
    page = client.get(f"/evaluations/{ref}/1?why={best['bid']}.C1&lang=zh-CN").get_data(as_text=True)
    assert "评标基准价 ÷ 评审价 × 分值" in page and best["criteria"][0]["score"]["rounded"] in page
    assert "财政部令第87号第55条" in page and "重算一致" in page


def browse(app: Flask, account: Account) -> dict[str, str]:
    place = identity.memberships(account)[0]
    token = sessions.start(place.account_id, place.id, app.extensions["clock"].now())
    return {"name": COOKIE, "value": token}


@pytest.mark.one_engine
def test_pages_are_clean_for_axe_and_fit_a_phone(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    everyone = people(app)
    done = judged(everyone, clock, bids=4, failing=("B",)).tender.ref
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref), declared=False)
    officer, expert = browse(app, everyone.officer), browse(app, everyone.experts[0])
    before = [(officer, f"/office/tenders/{ref}/panel"), (officer, f"/office/tenders/{ref}/panel/1/replace")]
    before += [(expert, f"/judging/{ref}/declaration"), (expert, "/judging"), (officer, f"/evaluations/{done}/1")]
    later = [(expert, f"/judging/{ref}/1/A"), (expert, f"/judging/{ref}/1/sign"), (expert, f"/judging/{done}/1/sign")]
    with serving(app) as address, chromium(tmp_path) as browser:

        def look(places: list[tuple[dict[str, str], str]]) -> None:
            for cookie, place in places:
                for width, tag in ((1280, "zh-CN"), (390, "en")):
                    context = browser.new_context(viewport={"width": width, "height": 900})
                    context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": address}])
                    page = context.new_page()
                    assert page.goto(f"{address}{place}?lang={tag}").status == 200  # type: ignore[union-attr]
                    found = Axe().run(page)
                    assert found.violations_count == 0, f"{place} {found.generate_report()}"
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, place
                    context.close()

        look(before)
        with app.app_context():
            declare(everyone, tenders.by_ref(ref), everyone.experts[0])
        look(later)


def test_bands_steps_and_saving_in_chromium(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    cookie = browse(app, everyone.experts[0])
    with serving(app) as address, chromium(tmp_path) as browser:
        context = browser.new_context()
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": address}])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(f"{address}/judging/{ref}/1/A?lang=en")
        points, more = page.locator("#points-C2"), page.locator('[data-criterion=C2] button[data-by="0.5"]')
        page.locator('input[name="band-C2"][value="1"]').check()
        assert "20 to 35.5" in page.locator("#points-C2-hint").inner_text()
        more.click()
        assert points.input_value() == "20"
        more.click()
        assert points.input_value() == "20.5"
        points.fill("36")
        assert page.locator('input[name="band-C2"][value="0"]').is_checked()
        page.locator('[data-criterion=C2] button[data-by="-0.5"]').click()
        assert points.input_value() == "35.5" and page.locator('input[name="band-C2"][value="1"]').is_checked()
        page.locator('input[name="band-C2"][value="2"]').check()
        assert points.input_value() == "19.5"
        page.locator("#reason-C2").fill("仅作承诺，无检测报告。")
        expect(page.locator("#saved")).to_contain_text("Saved at", timeout=8000)
        page.reload()
        assert page.locator("#points-C2").input_value() == "19.5"
        assert page.locator("#reason-C2").input_value() == "仅作承诺，无检测报告。"
        page.locator("#points-C2").fill("99")
        expect(page.locator("#saved")).to_contain_text("outside the range", timeout=8000)
        page.locator("#points-C2").fill(POINTS[0][0])
        page.locator("#beside").select_option("C")
        page.wait_for_url("**/A?beside=C")
        assert page.locator("#points-C2").input_value() == POINTS[0][0] and faults == []
