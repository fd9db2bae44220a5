"""Pages of the award: what the office may do, what a bidder may see, and the mails after the decision."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database import db
from foundation.models import OutboxMail
from identity.guard import COOKIE
from procurement.award import queries
from procurement.notices import queries as notices
from tests.builders import awards
from tests.builders.judging import judged
from tests.builders.people import People, log_in, people
from tests.house.browsing import chromium, serving

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def everyone(app: Flask) -> People:
    app.config["WTF_CSRF_ENABLED"] = False
    return people(app)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_from_really_judged_bids_to_the_signed_notice(
    app: Flask, client: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    lot = judged(everyone, clock)
    ref, show = lot.tender.ref, f"/office/tenders/{lot.tender.ref}/lots/1/award"
    best = awards.the_best(lot)
    log_in(client, everyone.officer)
    assert "Propose the winner" in page(client, show) and "Decide and publish" not in page(client, show)
    answer = client.post(f"{show}/propose", data={"propose-bid": best, "propose-reason": ""})
    assert answer.status_code == 302
    assert client.post(f"{show}/decide", data={}).status_code == 403
    log_in(client, everyone.approver)
    assert "Decide and publish" in page(client, show)
    assert client.post(f"{show}/decide", data={"decide-remark": "同意"}).status_code == 302
    award = queries.award_of(awards.the_lot(ref))
    assert award is not None and award.state == "decided" and award.decision_reason == "同意"
    assert str(award.notice_ref) in page(client, show)
    said = notices.content(notices.by_ref(str(award.notice_ref)))["award"]
    assert [one["name"] for one in said["experts"]] == ["专家1", "专家2", "专家3"]
    assert [one["seat"] for one in said["panel"]] == [1, 2, 3]
    mails = db.session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
    told = {one.to: one for one in mails if "/result" in one.body}
    assert set(told) == {"bidder0@example.test", "bidder1@example.test", "bidder2@example.test"}
    # Letters follow the envelopes' digests, so who won is known only now.
    place = [one.ref for one in everyone.suppliers].index(award.bid.supplier.ref)  # type: ignore[union-attr]
    assert [one.to for one in told.values() if one.subject.startswith("您已中标")] == [f"bidder{place}@example.test"]
    assert all(f"/bids/{ref}/1/result" in one.body for one in told.values())


def test_a_missing_reason_is_said_beside_what_was_typed(
    client: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    log_in(client, everyone.officer)
    show = f"/office/tenders/{ref}/lots/1/award"
    answer = client.post(f"{show}/propose", data={"propose-bid": "A", "propose-reason": ""})
    told = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'role="alert"' in told and "条例第43条" in told
    assert "checked" in told and queries.award_of(awards.the_lot(ref)) is None
    # A bid that is no choice, and none at all.
    assert client.post(f"{show}/propose", data={"propose-bid": "Z"}).status_code == 422
    assert client.post(f"{show}/propose", data={}).status_code == 422


def test_an_overdue_decision_says_so(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    log_in(client, everyone.approver)
    assert "Overdue" not in page(client, f"/office/tenders/{ref}/lots/1/award")
    clock.forward(minutes=11)
    assert "Overdue" in page(client, f"/office/tenders/{ref}/lots/1/award")


def test_a_losing_bidder_sees_only_its_own_sheet(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    path = f"/bids/{notice.tender_ref}/1/result"
    log_in(client, everyone.bidders[0])
    told = page(client, path)
    # Own: 40.00 for the price, C2 41, 40.5, 41 with the mean 40.83, C3 13.00, the sum 93.83; the winner's 96.93.
    for figure in ("93.83", "96.93", "40.83", "40.5", "13.00", "+1.40", "−3.00", "−1.50", "检测报告齐全"):
        assert figure in told, figure
    # The third bidder's figures and name, and every expert's name, stay out.
    for foreign in ("77.34", "29.5", "29.83", "938,400.00", "远山木业有限公司", "专家1", "专家2"):
        assert foreign not in told, foreign
    log_in(client, everyone.bidders[3])
    page(client, path, 404)
    log_in(client, everyone.bidders[1])
    won = page(client, path)
    assert "Your bid won" in won and "93.83" not in won


def test_before_the_decision_a_bidder_sees_no_score(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    awards.propose(everyone, ref, "B")
    log_in(client, everyone.bidders[0])
    told = page(client, f"/bids/{ref}/1/result")
    assert "not published yet" in told
    assert not any(figure in told for figure in ("93.83", "96.93", "40.83"))


def test_an_excluded_bidder_reads_why(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock, failing=(2,))
    log_in(client, everyone.bidders[2])
    told = page(client, f"/bids/{notice.tender_ref}/1/result")
    assert "not ranked" in told and "承诺的交货期为 60 日" in told and "failed" in told


def test_by_the_lowest_price_there_are_no_points(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock, method="lowest_price")
    said = notices.content(notice)["award"]
    assert (said["method"], said["winner"]["amount"]) == ("lowest_price", "880000.00")
    assert {one["total"] for one in said["ranking"]} == {None}
    log_in(client, everyone.bidders[1])
    told = page(client, f"/bids/{notice.tender_ref}/1/result")
    assert "912,000.00" in told and "880,000.00" in told


def test_another_authority_finds_no_such_tender(client: FlaskClient, everyone: People, clock: FixedClock) -> None:
    ref = awards.evaluated(everyone, clock).tender.ref
    log_in(client, everyone.officer)
    page(client, "/office/tenders/T-2026-000999/lots/1/award", 404)
    page(client, f"/office/tenders/{ref}/lots/9/award", 404)
    log_in(client, everyone.inspector)
    page(client, f"/office/tenders/{ref}/lots/1/award", 403)


@pytest.mark.one_engine
def test_the_pages_are_clean_for_axe(
    app: Flask, client: FlaskClient, everyone: People, clock: FixedClock, tmp_path: Path
) -> None:
    ref = awards.evaluated(everyone, clock, failing=(2,)).tender.ref
    show, own = f"/office/tenders/{ref}/lots/1/award", f"/bids/{ref}/1/result"

    def look(who: str, path: str) -> None:
        account = {"officer": everyone.officer, "approver": everyone.approver, "bidder": everyone.bidders[0]}[who]
        token = log_in(client, account).get_cookie(COOKIE)
        assert token is not None
        for width, scheme in ((1280, "light"), (390, "dark")):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            context.add_cookies([{"name": COOKIE, "value": token.value, "url": address}])
            opened = context.new_page()
            answer = opened.goto(address + path)
            assert answer is not None and answer.status == 200
            found = Axe().run(opened)
            assert found.violations_count == 0, found.generate_report()
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
            context.close()

    with serving(app) as address, chromium(tmp_path) as browser:
        look("officer", show)
        look("bidder", own)
        awards.propose(everyone, ref, "B")
        look("approver", show)
        awards.decide(everyone, ref)
        look("approver", show)
        look("bidder", own)
