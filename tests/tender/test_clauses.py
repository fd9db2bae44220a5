"""The lint of a draft: fields, PDF and DOCX; a clause stops publication until it is changed or set aside on record."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from weasyprint import HTML

from foundation import texts
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from procurement.rules.findings import blocking
from procurement.tender import lint, operations, queries, readiness
from supervision.trail.models import Entry
from tests.builders.people import log_in, people
from tests.builders.tenders import PDF, a_tender, as_approver, as_officer, publish, store_pdf
from tests.tender.test_pages import post

BAD = "投标人注册资本不低于 800 万元。"


def a_pdf() -> bytes:
    """Return a PDF of two pages whose second has a forbidden clause."""
    return bytes(HTML(string=f"<p>采购需求说明</p><p style='break-before:page'>二、{BAD}</p>").write_pdf())


def a_docx() -> bytes:
    """Return a DOCX with a forbidden clause in a table."""
    made, target = docx.Document(), io.BytesIO()
    made.add_paragraph("资格要求")
    made.add_table(rows=1, cols=2).rows[0].cells[1].text = BAD
    made.save(target)
    return target.getvalue()


def kept(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_words_of_files(app: object, tmp_path: Path) -> None:
    pages = texts.of_file(kept(tmp_path, "a.pdf", a_pdf()), ".pdf")
    assert len(pages) == 2 and "800" in pages[1] and "800" not in pages[0]
    assert BAD in texts.of_file(kept(tmp_path, "a.docx", a_docx()), ".docx")[0]
    assert texts.of_file(kept(tmp_path, "a.txt", BAD.encode("gb18030")), ".txt") == [BAD]
    for name, data in (("b.pdf", PDF), ("c.pdf", b"%PDF-1.7 /Font broken"), ("d.docx", b"PK no archive")):
        assert texts.of_file(kept(tmp_path, name, data), name[1:]) == []


def test_a_file_that_takes_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST_SECONDS", 0.05)
    began = time.monotonic()
    assert texts.of_file(kept(tmp_path, "a.docx", a_docx()), ".docx") == []
    assert time.monotonic() - began < 5


def test_a_clause_stops_publication_until_somebody_answers_for_it(client: FlaskClient, app: object, clock: FixedClock) -> None:
    house = people(app)  # type: ignore[arg-type]
    tender = a_tender(house, clock, open=False, qualifications=BAD)
    ref = tender.ref
    with as_officer(house) as act:
        for name, data, media in (("需求.pdf", a_pdf(), "application/pdf"), ("资格.docx", a_docx(), "application/x")):
            operations.add_document(act, queries.by_ref(ref), name, name, media, store_pdf(house, data))
    tender = queries.by_ref(ref)
    hits = [one for one in lint.hits(tender, readiness.rule_set_of(tender)) if one.rule == "lint.scale_condition"]
    assert {one.pointer for one in hits} == {"/qualifications", "/documents/1", "/documents/2"}
    assert lint.place_of(tender, next(one for one in hits if one.pointer == "/documents/1")) == "需求.pdf, p. 2"
    with pytest.raises(Refusal) as refused:
        publish(house, ref)
    assert {one.rule_id for one in refused.value.reasons} == {"lint.scale_condition"}
    log_in(client, house.officer)
    for hit in {one.sha256: one for one in hits}.values():
        for reason, status in ((" ", 422), ("行业监管文件要求", 303)):
            path, typed = f"/office/tenders/{ref}/clauses/{hit.sha256}", {f"{hit.sha256[:8]}-reason": reason}
            assert post(client, path, typed, seen=f"/office/tenders/{ref}/clauses").status_code == status
    tender = queries.by_ref(ref)
    assert not [one for one in blocking(readiness.issues(tender, clock.now())) if one.rule_id.startswith("lint.")]
    entries = db.session.execute(select(Entry.body).where(Entry.kind == "tender.set_aside")).scalars().all()
    assert len(entries) == len({one.sha256 for one in hits})
    assert all(json.loads(one)["facts"]["reason"] == "行业监管文件要求" for one in entries)
    assert "行业监管文件要求" in client.get(f"/office/tenders/{ref}/clauses").text
    prepared = operations.prepare_publication(tender)
    with as_approver(house) as act:
        operations.publish(act, queries.by_ref(ref), prepared)
    with pytest.raises(Refusal) as late, as_officer(house) as act:
        lint.set_aside(act, queries.by_ref(ref), readiness.rule_set_of(queries.by_ref(ref)), hits[0].sha256, "x")
    assert late.value.rule == "tender.not_a_draft"
