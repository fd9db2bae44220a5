"""Documents: judged by their bytes. What a browser or a computer could run is refused, whatever it is called."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, g
from pypdf import PdfWriter

from foundation import page_counts
from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity.guard import Visitor
from identity.queries import members
from identity.rights import Role
from procurement.tender import attaching, intake, operations, previews, queries
from procurement.tender.documents import TYPES, admit, clean_name
from supervision.trail import queries as trail
from tests.builders.people import log_in, people
from tests.builders.tenders import PDF, a_tender, as_officer, publish, store_pdf


def archive(*names: str) -> bytes:
    """Return a ZIP file with empty files of these names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as found:
        for name in names:
            found.writestr(name, "")
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
SOUND = [
    ("招标文件.pdf", PDF),
    ("需求.DOCX", DOCX),
    ("清单.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
    ("版式.ofd", archive("OFD.xml", "Doc_0/Document.xml")),
    ("图纸.zip", archive("图纸/1.pdf", "图纸/2.dwg")),
    ("照片.png", b"\x89PNG\r\n\x1a\n rest"),
    ("照片.jpg", b"\xff\xd8\xff\xe0 rest"),
    ("说明.txt", "第一行\n第二行 < 3 % 与 > 5\n".encode()),
    ("清单.csv", "名称,数量\n灯具,4800\n".encode("gb18030")),
]
UNSAFE = [
    ("page.html", b"<!doctype html><script>1</script>"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("run.exe", b"MZ\x90\x00"),
    ("run.js", b"alert(1)"),
    ("tender.pdf", b"MZ\x90\x00 a program"),
    ("tender.pdf", b"<html>%PDF-1.7</html>"),
    ("tender.txt", b"<html><body>words</body></html>"),
    ("tender.txt", b"  \n <SCRIPT>alert(1)</SCRIPT>"),
    ("tender.csv", b"a,b\n<svg onload=alert(1)>,2\n"),
    ("tender.txt", b"#!/bin/sh\nrm -r /\n"),
    ("tender.txt", b"\x00\x01\x02"),
    ("tender.txt", b"\xff\xff\xff\xff"),
    ("tender.png", b"GIF89a"),
    ("tender.docx", archive("xl/workbook.xml")),
    ("tender.docx", archive("word/document.xml", "word/vbaProject.bin")),
    ("tender.docx", DOCX[:40]),
    ("tender.zip", archive("folder/setup.exe")),
    ("tender.zip", archive("index.html")),
    ("tender.zip", b"MZ\x90\x00" + DOCX),
    ("tender.zip", b"PK\x03\x04 but no archive"),
]


@pytest.mark.parametrize(("name", "data"), SOUND, ids=range(len(SOUND)))
def test_what_may_be_a_tender_document(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / "stored"
    file.write_bytes(data)
    clean = clean_name(name)
    assert admit(file, clean) == TYPES[f".{clean.rpartition('.')[2]}"]


@pytest.mark.parametrize(("name", "data"), UNSAFE, ids=range(len(UNSAFE)))
def test_what_may_not(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / "stored"
    file.write_bytes(data)
    with pytest.raises(Refusal, match=r"document\.unsafe_type"):
        admit(file, clean_name(name))


def test_an_empty_file_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "stored"
    file.write_bytes(b"")
    with pytest.raises(Refusal, match=r"document\.empty"):
        admit(file, "x.pdf")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\lin\\招标 文件.PDF", "招标 文件.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("tender\u202egpj.pdf", "tender gpj.pdf"),
        ("a" * 300 + ".pdf", "a" * 180 + ".pdf"),
    ],
)
def test_names_lose_folders_and_hidden_signs(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "tender", ".pdf", "  .pdf"])
def test_a_name_needs_an_ending(given: str) -> None:
    with pytest.raises(Refusal, match=r"document\.file_name"):
        clean_name(given)


@pytest.mark.parametrize(
    ("name", "data", "kind", "first", "is_cut"),
    [
        ("a.txt", "第一行\n<b>第二行</b>\n".encode(), "text", "第一行", False),
        ("a.txt", "行\n".encode("gb18030") * 100, "text", "行", True),
        ("a.txt", ("字" * 9000).encode(), "text", "字" * 5461, True),
        ("a.csv", "名称,数量\n灯具,4800\n".encode(), "table", ("名称", "数量"), False),
        ("a.pdf", PDF, "pdf", None, False),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture", None, False),
        ("a.zip", archive("a"), "none", None, False),
    ],
    # An archive holds the time it was made, so that its bytes are no name that two processes share.
    ids=["text", "many lines", "a long line", "table", "pdf", "picture", "archive"],
)
def test_a_preview_shows_the_beginning_and_says_when_there_is_more(
    tmp_path: Path, name: str, data: bytes, kind: str, first: object, is_cut: bool
) -> None:
    (tmp_path / name).write_bytes(data)
    found = previews.preview(tmp_path / name, TYPES[f".{name[-3:]}"])
    assert (found.kind, found.is_cut) == (kind, is_cut)
    assert first is None or (found.lines or found.rows)[0] == first


def test_pages_are_told_where_a_file_says_them(tmp_path: Path) -> None:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(100, 100)
    writer.write(tmp_path / "three")
    (tmp_path / "broken").write_bytes(PDF)
    app = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>{}</Pages></Properties>'
    stated = {"docx": app.format(7), "lies": app.format(-7), "bomb": f"<!DOCTYPE a [<!ENTITY x 'y'>]>{app.format('&x;')}"}
    for kind, text in stated.items():
        with zipfile.ZipFile(tmp_path / kind, "w") as made:
            made.writestr("docProps/app.xml", text)
    told = {one: page_counts.of_file(tmp_path / one, ".docx") for one in stated}
    assert told == {"docx": 7, "lies": None, "bomb": None}
    assert [page_counts.of_file(tmp_path / one, ".pdf") for one in ("three", "broken")] == [3, None]
    assert page_counts.of_file(tmp_path / "three", ".zip") is None


def test_versions_in_a_draft_and_after_publication(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, open=False, documents=2).ref
    first, second = (one.ref for one in queries.by_ref(ref).documents)
    new = store_pdf(who, PDF + b"% 2")
    with as_officer(who) as act:
        old = operations.redraft_document(act, queries.by_ref(ref), first, "", "b.pdf", "application/pdf", new)
    kept = queries.by_ref(ref).documents
    assert [(one.ref, one.version, one.title) for one in kept] == [(first, 2, "招标文件 1"), (second, 1, "招标文件 2")]
    assert kept[0].sha256 == new.sha256 and old != new.key
    publish(who, ref)
    with pytest.raises(Refusal, match=r"tender\.not_a_draft"), as_officer(who) as act:
        operations.redraft_document(act, queries.by_ref(ref), first, "", "b.pdf", "application/pdf", new)
    clock.forward(minutes=1)
    later = store_pdf(who, PDF + b"% 3")
    with as_officer(who) as act:
        tender = queries.by_ref(ref)
        operations.replace_document(act, tender, tender.documents[0], "", "c.pdf", "application/pdf", later, pages=4)
        operations.enclose_document(act, tender, "答疑", "d.pdf", "application/pdf", store_pdf(who))
    tender = queries.by_ref(ref)
    chains = attaching.chains(tender.documents)
    assert [[one.version for one in chain] for chain in chains] == [[3, 2], [1], [1]]
    assert [one.title for one in attaching.current(tender.documents)] == ["招标文件 1", "招标文件 2", "答疑"]
    assert chains[0][1].ended_at == chains[0][0].created_at and chains[0][0].pages == 4
    with pytest.raises(Refusal, match=r"document\.replaced"), as_officer(who) as act:
        tender = queries.by_ref(ref)
        operations.replace_document(act, tender, tender.documents[0], "", "c.pdf", "application/pdf", later)
    other = a_tender(who, clock).documents[0].ref
    with pytest.raises(Refusal, match=r"document\.unknown"), as_officer(who) as act:
        strange = queries.document_by_ref(other)
        operations.replace_document(act, queries.by_ref(ref), strange, "", "c.pdf", "application/pdf", later)
    for document, data in zip(chains[0], (PDF + b"% 3", PDF + b"% 2"), strict=True):
        assert app.test_client().get(f"/documents/{document.ref}").data == data, "both versions stay open to everyone"


@pytest.mark.one_engine
def test_how_a_file_comes_in_and_goes_out(app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    who = people(app)
    ref = a_tender(who, clock, open=False, documents=1).ref
    (document,) = queries.by_ref(ref).documents
    replaced = document.sha256
    office, officer = f"/office/tenders/{ref}", log_in(app.test_client(), who.officer)
    token = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', officer.get(office).text)
    assert token is not None

    def send(path: str, name: str, data: bytes, **headers: str) -> Any:
        form = {"csrf_token": token.group(1), "document": (io.BytesIO(data), name)}
        return officer.post(f"{office}/documents{path}", data=form, headers=headers)

    taken = send("", "图纸.zip", archive("a.pdf"), Accept="application/json")
    assert taken.status_code == 201 and taken.json["location"].endswith("#documents")
    assert send("", "a.html", b"<html>", Accept="application/json").json["rule"] == "document.unsafe_type"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], most_document=100 << 10)
    # The first is refused by what the file holds, the second already by the length of the body.
    monkeypatch.setattr(intake, "MOST_FIELDS", 128 << 10)
    for size in ((100 << 10) + 1, 300 << 10):
        answer = send("", "a.zip", b"\0" * size, **{"Accept": "application/json", "Accept-Language": "en"})
        assert (answer.status_code, answer.json["rule"]) == (413, "document.too_large") and "100 KB" in answer.json["detail"]
    path = f"/documents/{document.ref}"
    assert send(f"/{document.ref}/replace", "新 版.pdf", PDF + b"% 2").status_code == 303
    assert "新 版.pdf" in officer.get(f"{office}{path}/preview").text
    publish(who, ref)
    before = trail.tip().size
    anyone = app.test_client()
    with anyone.get(path, headers={"Range": "bytes=1-3"}) as part:
        assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"PDF", f"bytes 1-3/{len(PDF) + 3}")
    with anyone.get(path, headers={"Range": f"bytes={len(PDF)}-"}) as part:
        assert part.data == b"% 2"
    with anyone.get(path) as whole:
        assert whole.data == PDF + b"% 2"
    assert whole.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote('新 版.pdf')}"
    assert "Set-Cookie" not in whole.headers and "Last-Modified" not in whole.headers
    assert anyone.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    with anyone.get(f"{path}?show=1") as shown:
        assert shown.data.startswith(b"%PDF")
    assert shown.headers["Content-Disposition"].startswith("inline") and "sandbox" in shown.headers["Content-Security-Policy"]
    about = anyone.get(f"{path}/about?lang=en").text
    assert replaced not in about and queries.document_by_ref(document.ref).sha256 in about
    assert trail.tip().size == before, "no download leaves a trace"


def test_a_file_that_a_later_stage_shares_stays(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    one, other = (a_tender(who, clock, open=False, documents=1) for _ in range(2))
    refs, shared = (one.ref, other.ref), one.documents[0].storage_key
    with as_officer(who) as act:
        queries.by_ref(refs[1]).documents[0].storage_key = shared
        act.record("tender.update", f"tender/{refs[1]}", {})
    path = app.extensions["store"].path(shared)
    for number, ref in enumerate(refs):
        assert path.exists(), number
        with app.test_request_context():
            g.visitor = Visitor(Role.OFFICER, who.officer, members(who.authority)[0])
            intake.remove_document(ref, queries.by_ref(ref).documents[0].ref)
    assert not path.exists()
