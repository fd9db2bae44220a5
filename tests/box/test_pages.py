"""The pages of the box: files for those entitled, and the opening as it happens in a real Chromium."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import func, select

from bidding.box import duties, operations, queries, readers
from bidding.box.models import Bid
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import db
from identity.guard import COOKIE
from procurement.tender import queries as tenders
from supervision.trail.act import PLATFORM, acting
from supervision.trail.models import Entry
from tests.builders.bids import FILES_OF_A_BID, a_bid, an_opened_tender, open_lot
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender
from tests.house.browsing import chromium, serving

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def reads() -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).where(Entry.kind == "bid.read")).scalar_one()


def a_bid_of(tender: str, supplier_id: int) -> Bid:
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    return next(bid for bid in queries.opened_bids(lot) if bid.supplier_id == supplier_id)


def test_files_go_to_those_entitled_and_reading_is_an_act(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People
) -> None:
    tender = an_opened_tender(who, clock).ref
    bid = a_bid_of(tender, who.suppliers[0].id)
    file = next(one for one in bid.files if one.name == "技术方案.pdf")
    address, ref = f"/bids/files/{file.ref}", file.ref
    assert client.get(address).status_code == 302
    for account in (who.bidders[1], who.officer, who.approver, who.experts[0], who.operator):
        assert log_in(client, account).get(address).status_code == 403
    assert reads() == 0
    own = log_in(client, who.bidders[0]).get(address)
    assert own.status_code == 200 and own.data == FILES_OF_A_BID["技术方案.pdf"] and reads() == 0
    for count, account in enumerate((who.inspector, who.auditor), start=1):
        answer = log_in(client, account).get(address)
        assert answer.status_code == 200 and reads() == count
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    body = db.session.execute(select(Entry.body).where(Entry.kind == "bid.read").limit(1)).scalar_one()
    assert parse(body)["facts"]["file"] == ref and parse(body)["actor"]["role"] == "inspector"


def test_a_room_above_may_add_readers(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = an_opened_tender(who, clock).ref
    file = a_bid_of(tender, who.suppliers[0].id).files[0].ref
    expert = who.experts[0].ref
    monkeypatch.setattr(readers, "_FURTHER", [])
    readers.also(lambda visitor, bid: visitor.account is not None and visitor.account.ref == expert)
    assert log_in(client, who.experts[0]).get(f"/bids/files/{file}").status_code == 200
    assert log_in(client, who.experts[1]).get(f"/bids/files/{file}").status_code == 403
    assert reads() == 1


def test_a_file_that_could_run_is_given_as_bytes(
    app: Flask, client: FlaskClient, clock: FixedClock, who: People
) -> None:
    ref = a_tender(who, clock).ref
    page = {"页.html": b"<script>alert(1)</script>", "图.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier, files=page)
    open_lot(clock, tenders.by_ref(ref))
    log_in(client, who.inspector)
    for file in a_bid_of(ref, who.suppliers[0].id).files:
        answer = client.get(f"/bids/files/{file.ref}")
        assert answer.content_type == "application/octet-stream"


@pytest.mark.one_engine
def test_an_opening_is_followed_without_reloading(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    names = [supplier.name for supplier in who.suppliers[:3]]
    closes_at = tenders.by_ref(ref).closes_at
    assert closes_at is not None
    clock.set(closes_at - timedelta(seconds=30))
    db.session.remove()
    with serving(app) as address, chromium(tmp_path) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/openings/{ref}/1?lang=zh-CN")
        page.evaluate("window.unreloaded = true")
        expect(page.locator(".units b").first).to_be_visible()
        assert names[0] not in page.content()
        clock.set(closes_at)
        expect(page.get_by_text("正在清点密封件")).to_be_visible(timeout=15_000)
        with acting(PLATFORM) as act:
            operations.release(act, tenders.lot_of(tenders.by_ref(ref), "1"))
        expect(page.get_by_text("正在开启全部密封件")).to_be_visible(timeout=15_000)
        assert names[0] not in page.content()
        duties.open_due()
        db.session.remove()
        for name in names:
            expect(page.get_by_role("rowheader", name=name)).to_be_visible(timeout=15_000)
        assert page.evaluate("window.unreloaded") is True
        assert page.locator("#announce").text_content() == "投标已开启"


@pytest.mark.one_engine
def test_the_pages_are_clean_for_axe(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    opened, failed = an_opened_tender(who, clock).ref, a_tender(who, clock).ref
    waiting = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    mine = a_bid(tenders.by_ref(failed), "1", who.suppliers[0]).ref
    open_lot(clock, tenders.by_ref(failed))
    sealed = a_bid(tenders.by_ref(waiting), "1", who.suppliers[0]).ref
    client = log_in(app.test_client(), who.bidders[0])
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    db.session.remove()
    addresses = [f"/openings/{one}/1" for one in (opened, failed, waiting)]
    addresses += ["/bids", f"/bids/{mine}/receipt", f"/bids/{sealed}/receipt", f"/bids/{sealed}/withdraw"]
    with serving(app) as address, chromium(tmp_path) as browser:
        for width, scheme, tongue in ((1280, "light", "zh-CN"), (390, "dark", "en")):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
            page = context.new_page()
            for one in addresses:
                page.goto(f"{address}{one}?lang={tongue}")
                page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
                found = Axe().run(page)
                assert found.violations_count == 0, f"{one} {width}: {found.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{one} at {width}"
            context.close()
