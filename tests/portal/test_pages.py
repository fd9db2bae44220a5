"""The public pages: whole in three languages, silent about bidders, and clean for axe."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.portal import queries as lists
from procurement.tender import operations, queries
from supervision.trail.act import Actor, acting
from tests.builders import people as builders
from tests.builders.people import People
from tests.builders.tenders import a_tender, as_approver, as_officer
from tests.documents.award import a_notice
from tests.house.browsing import chromium, serving

STATIC = ("/", "/tenders", "/results", "/trail", "/verify", "/data", "/about", "/help", "/accessibility", "/privacy")


def an_award(tender_ref: str) -> str:
    """Publish the award notice of the format's example and return its reference."""
    body = {name: value for name, value in a_notice().items() if name not in ("format", "kind", "ref", "issued_at")}
    body["award"]["tender"]["ref"] = tender_ref
    body.pop("previous")
    with acting(Actor("platform")) as act:
        return notices.publish(
            act, kind="award", tender_ref=tender_ref, title="教室灯具采购", content=body, lot="1"
        ).ref


@pytest.fixture
def someone(app: Flask) -> People:
    return builders.people(app)


@pytest.mark.parametrize("lang", ["zh-CN", "zh-TW", "en"])
def test_every_page_stands_in_every_language(
    app: Flask, client: FlaskClient, clock: FixedClock, someone: People, lang: str
) -> None:
    tender = a_tender(someone, clock, lots=2)
    award = an_award(tender.ref)
    pages = [*STATIC, f"/tenders/{tender.ref}", f"/notices/{tender.notice_ref}", f"/notices/{award}", "/trail/0"]
    for page in pages:
        answer = client.get(f"{page}?lang={lang}")
        assert answer.status_code == 200, page
        assert "<h1>" in answer.get_data(as_text=True)


def test_a_draft_is_no_public_page(client: FlaskClient, clock: FixedClock, someone: People) -> None:
    tender = a_tender(someone, clock, open=False)
    document = tender.documents[0].ref
    assert client.get(f"/tenders/{tender.ref}").status_code == 404
    assert client.get(f"/documents/{document}").status_code == 404
    assert client.get(f"/api/ocds/{tender.ref}.json").status_code == 404
    assert tender.title not in client.get("/tenders?state=").get_data(as_text=True)


def test_the_tender_page_tells_the_weak_side_of_the_timed_mode(
    client: FlaskClient, clock: FixedClock, someone: People
) -> None:
    tender = a_tender(someone, clock)
    text = client.get(f"/tenders/{tender.ref}?lang=en").get_data(as_text=True)
    assert "whoever has full power over this server could still read bids early" in text
    assert "Taking sealed bids" in text and "data-until=" in text


def test_after_the_deadline_no_page_invites_to_bid(client: FlaskClient, clock: FixedClock, someone: People) -> None:
    tender = a_tender(someone, clock)
    clock.set(tender.closes_at or clock.now())
    text = client.get(f"/tenders/{tender.ref}?lang=en").get_data(as_text=True)
    assert "Prepare and seal" not in text and "data-until=" not in text
    assert "Bidding closed" in text


def test_a_notice_is_given_byte_for_byte_and_openssl_accepts_it(
    client: FlaskClient, clock: FixedClock, someone: People, tmp_path: Path
) -> None:
    tender = a_tender(someone, clock)
    ref = tender.notice_ref or ""
    body = client.get(f"/notices/{ref}.json").data
    assert body == published.by_ref(ref).body
    (tmp_path / "n.json").write_bytes(body)
    (tmp_path / "n.p7s").write_bytes(client.get(f"/notices/{ref}.p7s").data)
    (tmp_path / "ca.pem").write_bytes(client.get("/trail/platform-ca.pem").data)
    command = [
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "n.p7s"), "-content",
        str(tmp_path / "n.json"), "-CAfile", str(tmp_path / "ca.pem"), "-purpose", "any", "-out", "/dev/null",
        "-attime", str(int(clock.now().timestamp())),
    ]
    assert subprocess.run(command, capture_output=True).returncode == 0
    (tmp_path / "n.json").write_bytes(body.replace(b"4800", b"4801", 1))
    assert subprocess.run(command, capture_output=True).returncode != 0


def test_a_document_downloads_as_an_attachment_that_can_run_nothing(
    client: FlaskClient, clock: FixedClock, someone: People
) -> None:
    document = a_tender(someone, clock).documents[0]
    answer = client.get(f"/documents/{document.ref}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(document.file_name)}"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) == document.size


def test_an_amendment_and_a_cancellation_are_told(client: FlaskClient, clock: FixedClock, someone: People) -> None:
    ref = a_tender(someone, clock, closes_in=timedelta(days=20)).ref
    with as_officer(someone) as act:
        operations.amend(act, queries.by_ref(ref), text="第 1 包数量改为 4900 套。")
    text = client.get(f"/tenders/{ref}?lang=en").get_data(as_text=True)
    assert "第 1 包数量改为 4900 套。" in text and "Amendments" in text
    first = queries.by_ref(ref).notice_ref
    assert "A later notice changes this one." in client.get(f"/notices/{first}?lang=en").get_data(as_text=True)
    with as_approver(someone) as act:
        operations.cancel(act, queries.by_ref(ref), "预算取消")
    text = client.get(f"/tenders/{ref}?lang=en").get_data(as_text=True)
    assert "This tender was cancelled" in text and "预算取消" in text and "Prepare and seal" not in text


def test_lists_go_on_by_key_and_miss_none(client: FlaskClient, clock: FixedClock, someone: People) -> None:
    refs = [a_tender(someone, clock, closes_in=timedelta(hours=1 + n % 2), ).ref for n in range(5)]
    for state in ("open", ""):
        found: list[str] = []
        after = ""
        while True:
            page = lists.tenders(state=state, after=after, most=2)
            found += [one.ref for one in page.tenders]
            if page.next is None:
                break
            after = page.next
        assert sorted(found) == refs and len(found) == len(refs)


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "2026-01-01_1", "2026-01-01T00:00:00+00:00_x", "'"])
def test_a_wrong_key_harms_nothing(client: FlaskClient, clock: FixedClock, someone: People, after: str) -> None:
    a_tender(someone, clock)
    for state in ("open", ""):
        assert client.get("/tenders", query_string={"state": state, "after": after}).status_code == 200


@pytest.mark.one_engine
def test_public_pages_are_clean_for_axe(app: Flask, clock: FixedClock, someone: People, tmp_path: Path) -> None:
    tender = a_tender(someone, clock, lots=2)
    notice, award = tender.notice_ref, an_award(tender.ref)
    pages = [*STATIC, f"/tenders/{tender.ref}", f"/notices/{notice}", f"/notices/{award}", "/trail/5", "/nowhere"]
    faults: list[str] = []
    with serving(app) as address, chromium(tmp_path) as browser:
        for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            page.on("pageerror", lambda error: faults.append(str(error)))
            for each in pages:
                page.goto(f"{address}{each}?lang=zh-CN")
                if width != 320:
                    found = Axe().run(page)
                    assert found.violations_count == 0, f"{each}\n{found.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (each, width)
            assert faults == []
            page.close()
