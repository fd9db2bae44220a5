"""Files that would run, explode or lie, and requests that are floods: refused by a rule, never by a fault."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity.rights import Role
from procurement.tender import commands, documents, operations
from procurement.tender import queries as tenders
from procurement.tender.criterion_fields import read_bands
from supervision.trail import queries as trail
from tests.attacks.tokens import with_token
from tests.builders.people import People, log_in, people
from tests.builders.tenders import PDF, a_tender, as_officer, store_pdf

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


@pytest.fixture
def officer(app: Flask, who: People) -> FlaskClient:
    return with_token(log_in(app.test_client(), who.officer))


def a_zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def a_list_bomb(heart: str = "") -> bytes:
    """Return a sound archive of few parts whose list is long: it would be read into memory as a whole."""
    return a_zip({heart or "a.txt": b"x"} | {f"{number}{'x' * 2500}.txt": b"" for number in range(2200)})


def send(client: FlaskClient, draft: str, name: str, data: bytes) -> TestResponse:
    """Send a document; the body is written by hand, since the test client leaves temporary files of large ones open."""
    head = f'--x\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'.encode()
    return client.post(
        f"/office/tenders/{draft}/documents",
        data=head + data + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
NASTY = {
    "page.html": HTML,
    "page.pdf": HTML,
    "page.txt": HTML,
    "page.csv": b"a,b\n" + SVG,
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "drawing.jpg": b"GIF89a/*" + HTML,
    "run.exe": b"MZ\x90",
    "run.pdf": b"MZ\x90" + PDF,
    "run.zip": b"MZ\x90" + a_zip({"a.txt": b"x"}),
    "script.txt": b"#!/bin/sh\nrm -rf /",
    "xxe.txt": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "xxe.docx": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "macro.docx": a_zip({"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"}),
    "page.zip": a_zip({"a/index.HTML": HTML}),
    "dots.zip": a_zip({"a/run.exe. .": b"MZ"}),
    "list.zip": a_list_bomb(),
    "list.docx": a_list_bomb("word/document.xml"),
    "none": b"x",
    ".pdf": PDF,
    "a.pdf.html": HTML,
    "a.pdf\0.html": HTML,
    "end.zip": b"PK\x03\x04" + b"x" * 200,
}


@pytest.mark.parametrize("name", sorted(NASTY))
def test_what_could_run_is_refused(app: Flask, clock: FixedClock, who: People, officer: FlaskClient, name: str) -> None:
    draft = a_tender(who, clock, open=False, documents=0).ref
    before = trail.tip().size
    began = time.monotonic()
    answer = send(officer, draft, name, NASTY[name])
    assert answer.status_code == 303 and time.monotonic() - began < 10
    assert tenders.by_ref(draft).documents == [] and trail.tip().size == before
    kept = [path for path in app.config["SETTINGS"].files.rglob("*") if path.is_file() and "incoming" not in path.parts]
    assert kept == [], "what was refused is not kept"


def test_an_exploding_archive_is_never_unpacked(app: Flask, clock: FixedClock, who: People, officer: FlaskClient) -> None:
    bomb = a_zip({f"{number}.txt": b"\0" * (32 << 20) for number in range(4)})
    assert len(bomb) < 1 << 20
    draft = a_tender(who, clock, open=False, documents=0).ref
    began = time.process_time()
    send(officer, draft, "bomb.zip", bomb)
    assert time.process_time() - began < 5
    assert [one.size for one in tenders.by_ref(draft).documents] == [len(bomb)]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.pdf", "..\\..\\windows\\a.pdf", "/etc/a.pdf", 'x";\r\nSet-Cookie: a=1;.pdf', "教室 \"照明\" 方案.pdf",
     "\u202efdp.exe.pdf", "a\0b.pdf", "%0d%0aX: y.pdf", "—" * 150 + ".pdf"],
)
def test_no_file_name_leaves_its_header_or_its_folder(
    app: Flask, clock: FixedClock, who: People, officer: FlaskClient, name: str
) -> None:
    draft = a_tender(who, clock, open=False, documents=0).ref
    stored = store_pdf(who)
    with as_officer(who) as act:
        clean = documents.clean_name(name)
        operations.add_document(act, tenders.by_ref(draft), "x", clean, "application/pdf", stored)
    document = tenders.by_ref(draft).documents[0]
    assert "/" not in document.file_name and "\\" not in document.file_name and document.file_name.isprintable()
    answer = officer.get(f"/office/tenders/{draft}/documents/{document.ref}")
    answer.close()
    header = answer.headers["Content-Disposition"]
    assert answer.status_code == 200 and header.startswith("attachment") and header.isascii()
    assert "\r" not in header and "\n" not in header and "Set-Cookie" not in answer.headers
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_floods_are_too_large_and_no_fault(app: Flask, clock: FixedClock, who: People, officer: FlaskClient) -> None:
    app.config["SHOW_FAULT_PAGE"] = True
    draft = a_tender(who, clock, open=False).ref
    form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    floods: list[tuple[FlaskClient, str, bytes, str]] = []
    for client, address in (
        (app.test_client(), "/login"), (app.test_client(), "/register"), (app.test_client(), "/verify"),
        (officer, "/members"), (officer, "/account/profile"),
    ):
        floods += [
            (client, address, part * 2000 + b"--x--\r\n", parts),
            (client, address, b"a=" + b"x" * (3 << 20), form),
            (client, address, part.replace(b"\r\n\r\nb", b"\r\n\r\n" + b"b" * (3 << 20)) + b"--x--\r\n", parts),
        ]
    for address in ("/office/tenders/new", f"/office/tenders/{draft}/edit", f"/office/tenders/{draft}/documents"):
        floods += [
            (officer, address, part * 21_000 + b"--x--\r\n", parts),
            (officer, address, b"a=" + b"x" * (5 << 20), form),
        ]
    for client, address, body, kind in floods:
        answer = client.post(address, data=body, content_type=kind)
        assert answer.status_code == 413, (address, len(body), kind, answer.status_code)
    for address in ("/office/tenders/new", "/verify", "/login"):
        huge = {"CONTENT_LENGTH": str(1 << 40)}
        assert officer.post(address, data=b"x", content_type=form, environ_overrides=huge).status_code == 413


def test_a_draft_of_thousands_of_rows_is_bounded(app: Flask, who: People, officer: FlaskClient) -> None:
    fields = {f"lots-{number}-title": "x" for number in range(9000)} | {"title": "x", "do": "add-lot"}
    page = officer.post("/office/tenders/new", data=fields).get_data(as_text=True)
    assert 0 < page.count('name="lots-') < 2000
    for asked in ("add-lot", "add-item-0", "add-criterion", "drop-lot-999", "drop-item-0-999", "add-item-²", "add", "-"):
        assert officer.post("/office/tenders/new", data={**fields, "do": asked}).status_code == 200


def test_no_pattern_takes_long(app: Flask) -> None:
    """Each line that a pattern of ours reads with more than linear effort is short before it is read."""
    began = time.process_time()
    for line in ("-" * 200_000, "1-" * 100_000, " " * 200_000 + "-", "1" * 100_000 + "-" * 100_000 + "x"):
        read_bands(line)
    assert time.process_time() - began < 1


RELEASES: tuple[Any, ...] = (
    b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"ocid":1}', b'{"tender":[]}', b'{"tender":null}',
    b'{"tender":{"title":"\\ud800"}}', b'{"tender":{"title":"\\u0000"}}', b'{"tender":{"title":{"a":1}}}',
    b'{"tender":{"title":"x","value":{"amount":1e400}}}', b'{"tender":{"title":"x","value":{"amount":-1}}}',
    b'{"tender":{"title":"x","value":{"amount":' + b"9" * 4000 + b"}}}",
    b'{"tender":{"title":"x","value":{"amount":1e-999999999}}}',
    b'{"tender":{"title":"x","value":{"amount":NaN}}}',
    b'{"tender":{"title":"x","items":[1,null,{"quantity":"x"}],"lots":[null,{"id":[]}]}}',
    b'{"tender":{"title":"x","tenderPeriod":{"endDate":"0001-01-01T00:00:00+14:00"}}}',
    b'{"tender":{"title":"x","tenderPeriod":{"endDate":"9999-12-31T23:59:59-14:00"}}}',
    b'{"ocid":"\\ud800","id":{"a":1.5},"tender":{"title":"x"}}',
    b'{"ocid":"\\u0000","tender":{"id":"\\ud800","title":"x","x_sunseal":[]}}',
    b'{"tender":{"title":"x","x_sunseal":{"method":{"rounding":[],"tie_break":{}}}}}',
    b'{"tender":{"title":"x","awardCriteria":[],"selectionCriteria":{"criteria":[null]},"lots":{}}}',
    json.dumps({"tender": {"title": "x" * 301, "description": "<script>" * 9000}}).encode(),
)


@pytest.mark.parametrize("number", range(len(RELEASES)))
def test_a_nasty_release_makes_a_draft_or_a_refusal(app: Flask, who: People, number: int, tmp_path: Path) -> None:
    before = trail.tip().size
    try:
        ref = commands.import_draft(RELEASES[number]).ref
    except Refusal:
        assert trail.tip().size == before
        return
    client = log_in(app.test_client(), who.officer)
    # A release without a tender's own parts is a project of the plan.
    pages = ("", "/edit", "/preview") if ref.startswith("T-") else ("", "/edit")
    for address in (f"/{'office/tenders' if ref.startswith('T-') else 'plan/projects'}/{ref}{page}" for page in pages):
        page = client.get(address)
        assert page.status_code == 200 and "<script>" not in page.get_data(as_text=True)


def test_roles_that_may_not_upload_send_no_byte(app: Flask, clock: FixedClock, who: People) -> None:
    draft = a_tender(who, clock, open=False).ref
    for role in (Role.SUPPLIER, Role.EXPERT, Role.APPROVER, Role.INSPECTOR, Role.OPERATOR):
        client = with_token(log_in(app.test_client(), who.of_role(role)))
        answer = client.post(f"/office/tenders/{draft}/documents", data={"document": (io.BytesIO(PDF), "a.pdf")})
        assert answer.status_code == 403
