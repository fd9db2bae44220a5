"""The papers of notices: made after the act, once, sealed, and refused when one byte differs."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from foundation.certificates import public_certificates
from foundation.clock import FixedClock
from foundation.database import db
from foundation.documents import prepare_fonts, verify_pdf
from foundation.signing import verify_detached
from procurement.notices import duties, queries, rendering
from procurement.notices.models import Notice, Rendition
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from supervision.trail.models import Entry
from tests.builders import awards
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, as_approver, as_officer

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def everyone(app: Flask) -> People:
    prepare_fonts(app.config["SETTINGS"].instance / "fonts")
    return people(app)


def seal_of(app: Flask) -> list[object]:
    return list(public_certificates(app.config["SETTINGS"].keys / "seal"))


def pdf(app: Flask, notice: Notice, locale: str) -> bytes:
    return rendering.pdf_of(notice, locale, at=app.extensions["clock"].now())


def words_of(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


def ring_until_done(app: Flask) -> None:
    for _ in range(200):
        duties.render_waiting()
        if not rendering.waiting(0):
            return
    raise AssertionError("The duty does not come to an end.")


def test_the_notice_is_signed_for_openssl(app: Flask, everyone: People, clock: FixedClock, tmp_path: Path) -> None:
    notice = awards.awarded(everyone, clock)
    (tmp_path / "notice.json").write_bytes(notice.body)
    (tmp_path / "notice.p7s").write_bytes(notice.signature)
    roots = b"".join(one.public_bytes(Encoding.PEM) for one in seal_of(app))  # type: ignore[attr-defined]
    (tmp_path / "ca.pem").write_bytes(roots)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "notice.p7s", "-content", "notice.json"]
    command += ["-CAfile", "ca.pem", "-purpose", "any", "-partial_chain", "-out", "out"]
    command += ["-attime", str(int(clock.now().timestamp()))]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "notice.json").write_bytes(notice.body.replace(b"912000.00", b"912000.01", 1))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
    verdict = verify_detached(notice.body, notice.signature, app.extensions["seal"].chain[-1:])
    assert verdict.ok, str(verdict)


def test_the_paper_of_an_award(app: Flask, everyone: People, clock: FixedClock, tmp_path: Path) -> None:
    notice = awards.awarded(everyone, clock)
    data = pdf(app, notice, "zh-CN")
    path = tmp_path / "award.pdf"
    path.write_bytes(data)
    told = words_of(path)
    assert "明日教育装备公司" in told and "玖拾壹万贰仟元整" in told and "912,000.00" in told
    assert "演示" in told and "中标结果公告" in told and "专家1" in told
    checked = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in checked and "Total document signed" in checked
    detached = subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, path], capture_output=True, check=False)
    assert detached.returncode == 0
    assert (tmp_path / "notice.json").read_bytes() == notice.body
    assert (tmp_path / "notice.json.p7s").read_bytes() == notice.signature
    roots = app.extensions["seal"].chain[-1:]
    assert verify_pdf(data, roots).ok
    place = len(data) // 2
    changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    assert not verify_pdf(changed, roots).ok
    assert data == pdf(app, queries.by_ref(notice.ref), "zh-CN")


@pytest.mark.parametrize(
    ("locale", "kinds"),
    [
        ("zh-CN", {"tender": "招标公告", "amendment": "更正公告", "cancellation": "终止公告"}),
        ("zh-TW", {"tender": "招標公告", "amendment": "更正公告", "cancellation": "取消公告"}),
        (
            "en",
            {"tender": "Invitation to tender", "amendment": "Amendment notice", "cancellation": "Cancellation notice"},
        ),
    ],
)
def test_every_kind_has_a_paper(
    app: Flask, everyone: People, clock: FixedClock, tmp_path: Path, locale: str, kinds: dict[str, str]
) -> None:
    tender = a_tender(everyone, clock, lots=2)
    ref, later = tender.ref, tender.closes_at + timedelta(hours=2)  # type: ignore[operator]
    with as_officer(everyone) as act:
        tenders.amend(act, tender_queries.by_ref(ref), text="显色指数改为 Ra ≥ 97。", closes_at=later)
    with as_approver(everyone) as act:
        tenders.cancel(act, tender_queries.by_ref(ref), "预算调整。")
    seen = {}
    for notice in queries.of_tender(ref):
        path = tmp_path / f"{notice.kind}.pdf"
        path.write_bytes(pdf(app, notice, locale))
        seen[notice.kind] = words_of(path)
        assert "T-2026-000001" in seen[notice.kind] and "示例市教育局" in seen[notice.kind]
        assert verify_pdf(path.read_bytes(), app.extensions["seal"].chain[-1:]).ok
    assert {kind: kinds[kind] in told for kind, told in seen.items()} == dict.fromkeys(kinds, True)
    assert "2026-11-20 12:00:00" in seen["amendment"] and "显色指数" in seen["amendment"]
    assert "预算调整" in seen["cancellation"]


def test_the_duty_records_each_paper_once(app: Flask, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    ring_until_done(app)
    duties.render_waiting()
    rows = db.session.execute(select(Rendition).order_by(Rendition.id)).scalars().all()
    assert len(rows) == 3 * len(queries.of_tender(notice.tender_ref))
    told = db.session.execute(select(Entry).where(Entry.kind == "notice.render")).scalars().all()
    assert len(told) == len(rows)
    facts = [json.loads(one.body) for one in told]
    assert all(one["actor"] == {"kind": "platform"} for one in facts)
    store = app.extensions["store"]
    for row in rows:
        (entry,) = [one for one in facts if one["index"] == row.entry_index]
        assert entry["facts"] == {"notice": row.notice.ref, "locale": row.locale, "sha256": row.sha256}
        data = b"".join(store.pieces(row.storage_key))
        assert len(data) == row.size and verify_pdf(data, app.extensions["seal"].chain[-1:]).ok
    assert app.extensions["notice_papers"]["failed"] == set()


def test_two_workers_keep_one_paper(app: Flask, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    key, both = notice.id, threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                printed = rendering.print_notice(db.session.get_one(Notice, key), "en")
                db.session.rollback()
                both.wait(60)
                with duties.acting(duties.PLATFORM) as act:
                    rendering.record(act, printed)
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert failures == []
    db.session.rollback()
    assert len(db.session.execute(select(Rendition)).scalars().all()) == 1
    assert len(db.session.execute(select(Entry).where(Entry.kind == "notice.render")).scalars().all()) == 1


def test_two_duties_at_once_leave_no_stray_file(app: Flask, everyone: People, clock: FixedClock) -> None:
    notice = awards.awarded(everyone, clock)
    before = sum(1 for path in app.config["SETTINGS"].files.rglob("*") if path.is_file())

    def work() -> None:
        with app.app_context():
            ring_until_done(app)
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    db.session.rollback()
    rows = len(db.session.execute(select(Rendition)).scalars().all())
    assert rows == 3 * len(queries.of_tender(notice.tender_ref))
    after = sum(1 for path in app.config["SETTINGS"].files.rglob("*") if path.is_file())
    assert after - before == rows


def test_without_pango_it_is_said_once(
    app: Flask, everyone: People, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    awards.awarded(everyone, clock)
    monkeypatch.setattr(duties, "available", lambda: "PDF is off: no Pango")
    duties.render_waiting()
    duties.render_waiting()
    assert [one.getMessage() for one in caplog.records] == ["Notices get no paper. PDF is off: no Pango"]
    assert db.session.execute(select(Rendition)).first() is None


def test_a_notice_that_cannot_be_printed_keeps_no_other_waiting(
    app: Flask, everyone: People, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = awards.awarded(everyone, clock)
    real = rendering.print_notice

    def broken(one: Notice, locale: str) -> rendering.Printed:
        if one.kind == "award":
            raise ValueError("this template is broken")
        return real(one, locale)

    monkeypatch.setattr(rendering, "print_notice", broken)
    for _ in range(12):
        duties.render_waiting()
    kinds = {row.notice.kind for row in db.session.execute(select(Rendition)).scalars()}
    assert kinds == {"tender"}
    assert {key for key, _ in app.extensions["notice_papers"]["failed"]} == {notice.id}


@pytest.mark.parametrize("table", ["notice", "rendition"])
def test_what_was_published_cannot_be_changed(
    app: Flask, everyone: People, clock: FixedClock, engine: str, table: str
) -> None:
    """With the owner's own connection, past every guard of the program, on both engines."""
    awards.awarded(everyone, clock)
    ring_until_done(app)
    db.session.rollback()
    owner = create_engine(app.config["SETTINGS"].database_owner_url)
    column = "title" if table == "notice" else "locale"
    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
            connection.execute(text(statement))
    owner.dispose()


def test_the_tools_of_this_test_are_there() -> None:
    assert all(shutil.which(tool) for tool in ("openssl", "pdfsig", "pdftotext", "pdfdetach"))
