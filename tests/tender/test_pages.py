"""The office's pages: what officers and approvers can do there, what nobody else can, and that typing is never lost."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from identity import operations as identities
from identity import queries as who
from identity.rights import Role
from procurement.notices import queries as notices
from procurement.tender import operations, queries
from supervision.trail.act import Actor, acting
from tests.builders.people import People, log_in, one_hash, people
from tests.builders.tenders import PDF, a_form, a_tender, as_officer

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


def token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None, path
    return found.group(1)


def post(client: FlaskClient, path: str, data: dict[str, Any], *, seen: str = "") -> Any:
    """Send a form as a browser does: load the page, take its token, post."""
    return client.post(path, data={"csrf_token": token(client, seen or path), **data})


def typed(**more: str) -> dict[str, Any]:
    """Return what an officer types for a complete tender under the demonstration rule set."""
    return {
        "title": "教室照明改造",
        "category": "goods",
        "description": "更换教室照明",
        "qualifications": "独立承担民事责任",
        "budget": "3,860,000.00",
        "currency": "CNY",
        "rule_set_id": "demo-2026",
        "closes_at": "2026-11-20 12:00",
        "method": "weighted_points",
        "places": "2",
        "stage": "each",
        "fails_by": "majority",
        "policies-sme_rate": "10",
        "policies-industry": "industry",
        "lots-0-title": "教室灯具",
        "lots-0-ceiling": "2600000",
        "lots-0-items-0-title": "LED 护眼教室灯",
        "lots-0-items-0-quantity": "4,800",
        "lots-0-items-0-unit": "套",
        "lots-0-items-0-spec": "Ra ≥ 95",
        "lots-0-items-0-is_substantive": "y",
        "criteria-0-kind": "requirement",
        "criteria-0-title": "认证",
        "criteria-0-guidance": "持有 3C 证书",
        "criteria-1-kind": "price",
        "criteria-1-title": "价格",
        "criteria-1-weight": "40",
        "criteria-1-guidance": "低价优先",
        "criteria-2-kind": "points",
        "criteria-2-title": "方案",
        "criteria-2-weight": "60",
        "criteria-2-step": "0.5",
        "criteria-2-bands": "50-60 提供 3 份检测报告\n30–49.5：提供 2 份检测报告\n0 - 29.5 不足 2 份",
        "terms-delivery_place": "云州市各直属学校",
        "terms-delivery_time": "合同签订之日起 45 日内",
        "do": "save",
        **more,
    }


@pytest.fixture
def everyone(app: Flask) -> People:
    return people(app)


@pytest.fixture
def officer(client: FlaskClient, everyone: People) -> FlaskClient:
    return log_in(client, everyone.officer)


@pytest.fixture
def approver(app: Flask, everyone: People) -> FlaskClient:
    return log_in(app.test_client(), everyone.approver)


def test_from_the_first_word_to_the_signed_notice_in_the_browser(
    officer: FlaskClient, approver: FlaskClient, everyone: People
) -> None:
    answer = post(
        officer,
        "/office/tenders/new",
        {**typed(), "document_title": "招标文件", "document": (io.BytesIO(PDF), "招标文件.pdf")},
    )
    assert answer.status_code == 303
    ref = answer.location.rsplit("/", 1)[1]
    tender = queries.by_ref(ref)
    assert (tender.budget, tender.lots[0].ceiling, tender.lots[0].items[0].quantity) == (386000000, 260000000, "4800")
    assert [band["most"] for band in tender.criteria[2].bands] == ["60", "49.5", "29.5"]
    assert [one.code for one in tender.criteria] == ["R1", "C1", "C2"]
    assert tender.documents[0].file_name == "招标文件.pdf"
    page = officer.get(f"/office/tenders/{ref}?lang=en").text
    assert "Nothing stands in the way of publication" in page
    show = f"/office/tenders/{ref}"
    assert post(officer, f"{show}/submit", {}, seen=show).status_code == 303
    assert "Approve and publish" in approver.get(f"{show}/approve?lang=en").text
    assert post(approver, f"{show}/publish", {}, seen=f"{show}/approve").status_code == 303
    assert queries.by_ref(ref).state == "open"
    assert len(notices.of_tender(ref)) == 1
    assert "Taking sealed bids" in officer.get(f"{show}?lang=en").text
    with officer.get(f"{show}/documents/{queries.by_ref(ref).documents[0].ref}") as download:
        assert download.data == PDF and download.headers["Content-Disposition"].startswith("attachment")


def test_what_was_typed_stays_whatever_is_wrong_with_it(officer: FlaskClient, everyone: People) -> None:
    answer = post(
        officer,
        "/office/tenders/new?lang=en",
        typed(title="", budget="many", closes_at="soon", **{"criteria-2-bands": "nonsense", "phone": "000-123"}),
    )
    assert answer.status_code == 422
    for words in ('value="many"', 'value="soon"', "nonsense", 'value="000-123"', "教室灯具"):
        assert words in answer.text
    for anchor in ("#title", "#budget", "#closes_at", "#criteria-2-bands"):
        assert f'href="{anchor}"' in answer.text
    assert "4 answers cannot be read" in answer.text
    assert queries.of_authority(everyone.authority) == []


def test_rows_come_and_go_without_scripts(officer: FlaskClient) -> None:
    path = "/office/tenders/new"
    added = post(officer, path, typed(do="add-lot")).text
    assert 'name="lots-1-title"' in added and 'value="LED 护眼教室灯"' in added
    added = post(officer, path, typed(do="add-item-0")).text
    assert 'name="lots-0-items-1-title"' in added
    gone = post(officer, path, typed(do="drop-criterion-0")).text
    assert 'name="criteria-2-title"' not in gone and 'value="价格"' in gone and 'value="认证"' not in gone
    assert post(officer, path, typed(do="drop-lot-0")).text.count('name="lots-') == 0
    for absurd in ("drop-lot-99", "drop-item-0-99", "add-item-77", "drop-lot-x", "earliest", "unknown"):
        assert post(officer, path, typed(do=absurd)).status_code == 200
    assert 'value="2026-11-20 09:15"' in post(officer, path, typed(do="earliest")).text


def test_a_draft_that_is_not_ready_shows_everything_and_cannot_be_published(
    officer: FlaskClient, approver: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    form = {**a_form(clock.now() + timedelta(days=3)), "rule_set_id": "cn-gp-2026", "qualifications": ""}
    with as_officer(everyone) as act:
        ref = operations.create(act, authority=everyone.authority, account=everyone.officer, data=form).ref
    page = officer.get(f"/office/tenders/{ref}?lang=en").text
    assert "3 things to change" in page and "Government Procurement Law art. 35" in page
    assert 'href="/office/tenders/' in page and "#qualifications" in page
    edit = officer.get(f"/office/tenders/{ref}/edit?lang=en").text
    assert 'id="closes_at-why"' in edit and 'id="qualifications-why"' in edit
    with as_officer(everyone) as act:
        operations.submit(act, queries.by_ref(ref))
    show = f"/office/tenders/{ref}"
    refused = post(approver, f"{show}/publish?lang=en", {}, seen=f"{show}/approve")
    assert refused.status_code == 409 and "cannot be published yet" in refused.text
    assert queries.by_ref(ref).state == "submitted"
    returned = post(approver, f"{show}/return", {"reason": "截止时间太早"}, seen=f"{show}/approve")
    assert returned.status_code == 303
    assert "截止时间太早" in officer.get(show).text


def test_a_file_that_could_run_is_refused_and_not_kept(
    officer: FlaskClient, everyone: People, clock: FixedClock, app: Flask
) -> None:
    ref = a_tender(everyone, clock, open=False, documents=0).ref
    show = f"/office/tenders/{ref}"
    officer.get(f"{show}?lang=en")
    before = {path for path in app.config["SETTINGS"].files.rglob("*") if path.is_file()}
    for name, data in (("a.html", b"<html>"), ("a.pdf", b"<html>"), ("a.svg", b"<svg>"), ("a.txt", b"#!/bin/sh\n")):
        answer = post(officer, f"{show}/documents", {"document": (io.BytesIO(data), name)}, seen=show)
        assert answer.status_code == 303
        assert "not accepted" in officer.get(f"{show}?lang=en").text
    assert queries.by_ref(ref).documents == []
    assert {path for path in app.config["SETTINGS"].files.rglob("*") if path.is_file()} == before
    post(
        officer, f"{show}/documents", {"document": (io.BytesIO(PDF), "a.pdf"), "document_title": "招标文件"}, seen=show
    )
    (kept,) = queries.by_ref(ref).documents
    assert kept.title == "招标文件"
    post(officer, f"{show}/documents/{kept.ref}/remove", {}, seen=show)
    assert queries.by_ref(ref).documents == []
    assert {path for path in app.config["SETTINGS"].files.rglob("*") if path.is_file()} == before


def test_a_file_is_kept_even_if_other_answers_need_correction(
    officer: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    ref = a_tender(everyone, clock, open=False, documents=0).ref
    data = {**typed(budget="many"), "document": (io.BytesIO(PDF), "a.pdf")}
    assert post(officer, f"/office/tenders/{ref}/edit", data).status_code == 422
    assert len(queries.by_ref(ref).documents) == 1
    assert queries.by_ref(ref).title != "教室照明改造"


def test_another_authoritys_tender_is_unknown(app: Flask, everyone: People, clock: FixedClock) -> None:
    draft, opened = a_tender(everyone, clock, open=False), a_tender(everyone, clock)
    draft_ref, open_ref = draft.ref, opened.ref
    document = opened.documents[0].ref
    with acting(Actor("operator")) as act:
        other = identities.create_organisation(act, kind="authority", name="另一机关", number="11100000000013999D")
        for role in (Role.OFFICER, Role.APPROVER):
            person = identities.create_account(
                act, email=f"{role}@other.test", name=role, password=one_hash(), email_verified=True
            )
            identities.add_member(act, person, other, role)
        made = other.ref
    for membership in who.members(who.organisation_by_ref(made)):
        role = membership.role
        client = log_in(app.test_client(), membership.account)
        for ref in (draft_ref, open_ref):
            for page in ("", "/edit", "/approve", "/amend", "/cancel", "/preview", f"/documents/{document}"):
                status = client.get(f"/office/tenders/{ref}{page}").status_code
                assert status in (403, 404), (role, page, status)
                if page in ("", "/preview", f"/documents/{document}"):
                    assert status == 404
        data = {"csrf_token": token(client, "/office"), "reason": "x", "text": "x"}
        for page in ("edit", "submit", "publish", "return", "amend", "cancel", "discard", "documents"):
            assert client.post(f"/office/tenders/{draft_ref}/{page}", data=data).status_code in (403, 404), page
    assert queries.by_ref(draft_ref).state == "draft" and queries.by_ref(open_ref).state == "open"


def test_a_form_without_its_token_changes_nothing(officer: FlaskClient, everyone: People, clock: FixedClock) -> None:
    ref = a_tender(everyone, clock, open=False).ref
    for path in ("/office/tenders/new", f"/office/tenders/{ref}/edit", f"/office/tenders/{ref}/documents"):
        assert officer.post(path, data=typed()).status_code == 403, path
    assert [one.ref for one in queries.of_authority(everyone.authority)] == [ref]


def test_the_mark_of_a_demonstration_is_on_every_page(
    officer: FlaskClient, approver: FlaskClient, everyone: People, clock: FixedClock
) -> None:
    ref = a_tender(everyone, clock, open=False).ref
    with as_officer(everyone) as act:
        operations.submit(act, queries.by_ref(ref))
    for client, page in ((officer, ""), (officer, "/preview"), (approver, "/approve")):
        assert "Demonstration" in client.get(f"/office/tenders/{ref}{page}?lang=en").text


@pytest.mark.parametrize("tongue", ["zh-CN", "zh-TW", "en"])
def test_every_page_speaks_every_language(
    officer: FlaskClient, approver: FlaskClient, everyone: People, clock: FixedClock, tongue: str
) -> None:
    draft, opened, waiting = (a_tender(everyone, clock, open=is_open).ref for is_open in (False, True, False))
    with as_officer(everyone) as act:
        operations.submit(act, queries.by_ref(waiting))
    for client, path in (
        (officer, "/office"),
        (officer, "/office/tenders/new"),
        (officer, f"/office/tenders/{draft}"),
        (officer, f"/office/tenders/{draft}/edit"),
        (officer, f"/office/tenders/{draft}/preview"),
        (officer, f"/office/tenders/{opened}"),
        (officer, f"/office/tenders/{opened}/amend"),
        (approver, "/office"),
        (approver, f"/office/tenders/{waiting}/approve"),
        (approver, f"/office/tenders/{opened}/cancel"),
    ):
        answer = client.get(f"{path}?lang={tongue}")
        assert answer.status_code == 200, path
        if tongue != "en":
            assert "Save the draft" not in answer.text and "Deadline for bids" not in answer.text
