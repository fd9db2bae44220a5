"""Words of strangers on pages and papers: shown as they were written, never run; and what exports tell too early."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from foundation import papers
from foundation.clock import FixedClock
from identity import operations as identity
from identity import queries as people_of
from procurement.award import queries as awards
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.desk import export
from supervision.trail.act import Actor, acting
from tests.builders.awards import decide, propose
from tests.builders.bids import an_opened_tender
from tests.builders.judging import a_panel, judged
from tests.builders.people import People, log_in, people
from tests.builders.tenders import WEIGHTED, a_tender
from tests.house.test_doors import sample

# Doors and pages are the same on both engines.
pytestmark = pytest.mark.one_engine

NASTY = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}</textarea></title>"
RUNS = re.compile(r"<img src=x|<script>alert|<svg/onload|\"'><|=\"[^\"]*\"'>")


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def test_no_word_of_a_stranger_runs_on_any_page(app: Flask, clock: FixedClock, who: People) -> None:
    with acting(Actor("operator")) as act:
        for number in range(3):
            found = people_of.organisation_by_ref(who.suppliers[number].ref)
            found.name = f"{NASTY}{number}"
            # PostgreSQL holds to the length of its columns: what fits a phone's.
            found.address = found.contact = NASTY
            found.phone = NASTY[:60]
        authority = people_of.organisation_by_ref(who.authority.ref)
        authority.name = authority.address = NASTY
        for account in (*who.experts[:3], who.officer, who.bidders[0]):
            identity.change_account(act, people_of.account_by_ref(account.ref), name=NASTY, locale="en")
    criteria = [{**one, "title": NASTY, "guidance": NASTY} for one in WEIGHTED]
    said = {"title": NASTY, "description": NASTY, "qualifications": NASTY, "contact": NASTY, "criteria": criteria}
    tender = an_opened_tender(who, clock, **said).ref
    a_panel(who, tenders.by_ref(tender))
    draft = a_tender(who, clock, open=False, **said).ref
    parts = {"tender": tender, "lot": "1", "letter": "A", "number": 1, "index": 3, "size": 1}
    seen = 0
    for person in (None, who.officer, who.approver, who.bidders[0], who.experts[0], who.inspector, who.operator):
        client = app.test_client()
        if person is not None:
            log_in(client, person)
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            for ref in (tender, draft):
                path = rule.build({name: ref if name == "ref" else parts.get(name) or sample(rule, name) for name in rule.arguments})
                assert path is not None
                answer = client.get(path[1])
                if answer.mimetype == "text/html" and answer.status_code != 302:
                    page = answer.get_data(as_text=True)
                    hit = RUNS.search(page)
                    assert hit is None, (path[1], page[max(0, hit.start() - 200) : hit.end() + 50] if hit else "")
                    seen += "&lt;img src=x" in page
                answer.close()
    assert seen > 25, "the words were really shown"


def test_html_in_a_notice_stays_text_on_paper(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    nasty = "<img src='file:///etc/passwd' alt=x><link rel=attachment href='http://127.0.0.1:9/'>"
    with acting(Actor("operator")) as act:
        authority = people_of.organisation_by_ref(who.authority.ref)
        authority.name = f"机关{nasty}"
        identity.change_account(act, people_of.account_by_ref(who.officer.ref), name=nasty, locale="")
    lot = judged(who, clock, title=f"照明{nasty}")
    ref = lot.tender.ref
    propose(who, ref, awards.evaluation_of(lot).document["result"]["ranking"][0], f"理由{nasty}")
    notice = decide(who, ref)
    sheet = papers.award_notice(notice.body, lang="zh-CN", verify_url="https://x.example/verify")
    assert "<img src='file" not in sheet.html and "&lt;img" in sheet.html
    data = papers.award_notice_pdf(
        notice.body, notice.signature, app.extensions["seal"], lang="en", verify_url="https://x.example/verify",
        at=clock.now(),
    )
    (tmp_path / "a.pdf").write_bytes(data)
    text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True, timeout=60).stdout
    assert b"root:" not in text and b"file:///etc/passwd" in b"".join(text.split())


def test_the_export_tells_no_evaluation_before_the_award(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    lot = judged(who, clock)
    ref = lot.tender.ref
    manifest = export.write(tmp_path / "before")
    assert not any("evaluations/" in str(path.relative_to(tmp_path)) for path in (tmp_path / "before").rglob("*.json"))
    # The opening record names the bidders; nothing says yet what the experts gave or who they are.
    words = b"".join(path.read_bytes() for path in (tmp_path / "before").rglob("*") if path.is_file())
    for expert in who.experts[:3]:
        assert expert.name.encode() not in words
    propose(who, ref, awards.evaluation_of(tenders.lot_of(tenders.by_ref(ref), "1")).document["result"]["ranking"][0])
    decide(who, ref)
    export.write(tmp_path / "after")
    assert (tmp_path / "after" / "evaluations" / f"{ref}-1.json").is_file()
    done = subprocess.run(
        [str(Path(".venv/bin/python").absolute()), "-m", "supervision.trail.verify", str(tmp_path / "before")],
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert manifest.size > 0 and notices.of_tender(ref, kind="award")
