"""The tender document: the parts of the law in their order, made from the notice, sealed, and made anew when it changes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.documents import verify_pdf
from procurement.notices import queries as notices
from procurement.rules import ruleset as rulesets
from procurement.tender import document_paper, duties, queries, tender_document, terms
from procurement.tender.attaching import chains
from procurement.tender.document_blocks import text_block
from procurement.tender.document_words import LAW, PARTS
from procurement.tender.models import TENDER_DOCUMENT
from procurement.tender.reader import Reader
from procurement.tender.tender_document import Case, parts
from supervision.trail import queries as trail
from tests.builders.amending import amended, form_of
from tests.builders.people import people
from tests.builders.tenders import WEIGHTED, a_tender
from tests.documents.verapdf import validated

LAWS = rulesets.load("cn-gp-2026")
FORMULA = {
    "code": "C4",
    "kind": "formula",
    "title": "质保期",
    "guidance": "填报年数。",
    "weight": "5",
    "formula": {"type": "steps", "unit": "年", "steps": [{"least": "3", "points": "2"}, {"least": "5", "points": "5"}]},
    "evidence": [{"title": "质保承诺书", "required": True}],
}
TERMS = {
    "languages": "zh+en",
    "delivery_place": "86 所学校",
    "delivery_time": "45 日内",
    "bid_bond": {"basis": "percent", "value": "1.5"},
    "contract": "(1) 甲方。\n(2) 乙方。",
}
CRITERIA: list[Any] = [*WEIGHTED[:2], {**WEIGHTED[2], "weight": "40", "bands": []}, WEIGHTED[3], FORMULA]


def a_notice(**more: Any) -> dict[str, Any]:
    """Return as much of a notice as the parts are made from."""
    item = {"item": "1", "title": "灯", "spec": "36 W", "quantity": "4800", "unit": "套", "substantive": True}
    criteria = [{"criterion": one["code"], **one} for one in CRITERIA]
    method = {"id": "weighted_points", "rounding": {"places": 2}}
    lot = {"lot": "1", "title": "灯具", "ceiling": "1000000.00", "items": [item]}
    return {
        "issuer": {"name": "甲局", "address": "路 1 号", "contact": "林", "phone": "000"},
        "mode": "timed",
        "documents": [{"title": "图纸", "file_name": "a.zip", "sha256": "0" * 64}],
        "tender": {
            "ref": "T-2026-000001",
            "title": "照明",
            "procedure": "open",
            "stage": "bids",
            "category": "goods",
            "description": "更换照明",
            "qualifications": "能力",
            "consortium": False,
            "budget": "1000000.00",
            "currency": "CNY",
            "lots": [{**lot, "criteria": criteria, "method": method}],
            "closes_at": "2026-12-11T09:30:00+08:00",
            "opens_at": "2026-12-11T09:30:00+08:00",
            "terms": {"bid_bond": {"basis": "percent", "value": "1.50"}, "validity_days": 90},
            **more,
        },
    }


def made(**more: Any) -> dict[str, str]:
    """Return the parts by key, each as all its words."""
    case = Case(a_notice(**more), LAWS.under("open", "bids"), "https://a.example", "https://a.example/tenders/x")
    return {one.key: repr(one.blocks) for one in parts(case)}


def test_every_part_of_the_law_stands_in_its_order_and_says_something() -> None:
    rule = LAWS.rule("document.contents")
    said = made(terms=terms.read(Reader(TERMS, "", [])))
    assert tuple(said) == rule.items and len(said) == 16 and all(words != "()" for words in said.values())
    assert set(PARTS) == set(rule.items) and set(LAW) <= set(rule.items)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("invitation", "公开招标"),
        ("invitation", "https://a.example/tenders/x"),
        ("format", "采购预算的1.5%（15,000.00元）"),
        ("budget", "1,000,000.00"),
        ("technical", "★ 灯"),
        ("method", "达到 5 年：5 分"),
        ("method", "质保承诺书"),
        ("method", "×40分"),
        ("validity", "90 日"),
        ("deadline", "2026-12-11 09:30:00 (UTC+0800)"),
        ("policies", "未预留"),
        ("other", "图纸"),
    ],
)
def test_what_a_part_says(part: str, words: str) -> None:
    assert words in made()[part]


@pytest.mark.parametrize(
    ("procedure", "stage"),
    [("open", "bids"), ("selective", "prequalification"), ("consultation", "round"), ("framework", "admission")],
)
def test_an_unfinished_draft_of_any_procedure_can_be_looked_at(procedure: str, stage: str) -> None:
    said = a_notice(procedure=procedure, stage=stage, description="", qualifications="", terms={}, closes_at=None)
    item = said["tender"]["lots"][0]["items"][0]
    item.update(title="", spec="", quantity="", unit="")
    ruleset = LAWS.under(procedure, stage)
    asked = ruleset.rule("document.contents").items if "document.contents" in ruleset else ()
    assert tuple(one.key for one in parts(Case(said, ruleset, "", ""))) == asked


def test_a_stage_without_the_rule_has_no_document() -> None:
    older = replace(LAWS, swaps=((tender_document.CONTENTS, ""),))
    assert parts(Case(a_notice(), older, "", "")) == []


@pytest.mark.parametrize(
    ("text", "numbered"),
    [("一行", False), ("甲\n乙", True), ("1. 甲\n2. 乙", False), ("（一）甲\n（二）乙", False), ("(1) 甲\n(2) 乙", False)],
)
def test_lines_with_numbers_of_their_own_get_no_others(text: str, numbered: bool) -> None:
    assert text_block(text).numbered is numbered


@pytest.mark.one_engine
def test_from_the_draft_to_the_amended_document(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who = people(app)
    draft = a_tender(who, clock, open=False, terms=TERMS, criteria=CRITERIA)
    text = pypdf.PdfReader(BytesIO(document_paper.preview(draft, clock.now()))).pages[0].extract_text()
    assert "草稿" in text and "Draft" in text

    ref = a_tender(who, clock, terms=TERMS, criteria=CRITERIA, closes_in=timedelta(days=40)).ref
    duties.render_documents()
    duties.render_documents()
    (first,) = [one for one in queries.by_ref(ref).documents if one.kind == TENDER_DOCUMENT]
    assert (first.version, first.file_name, first.ended_at) == (1, f"招标文件-{ref}-1.pdf", None)
    clock.set(clock.now() + timedelta(minutes=1))
    form = form_of(ref)
    form["lots"][0]["items"][0]["quantity"] = "5000"
    amendment = amended(who, ref, form)
    clock.set(clock.now() + timedelta(minutes=1))
    duties.render_documents()
    ((now, before),) = chains(queries.by_ref(ref).documents, TENDER_DOCUMENT)
    assert (now.version, before.sha256) == (2, first.sha256) and before.ended_at == now.created_at
    facts = json.loads(next(trail.bodies(trail.tip().size - 1)))["facts"]
    assert (facts["sha256"], facts["notice"], facts["version"]) == (now.sha256, amendment.ref, 2)

    store = app.extensions["store"]
    for one in (before, now):
        (tmp_path / f"{one.version}.pdf").write_bytes(store.path(one.storage_key).read_bytes())
    data = (tmp_path / "2.pdf").read_bytes()
    reader = pypdf.PdfReader(BytesIO(data))
    words = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    assert len(reader.pages) == now.pages
    for expected in ("5,000套", "十六、其他事项", "Tenderdocument", amendment.ref, "质保承诺书", "财政部令第87号第20条"):
        assert expected in words, expected
    # Every line of the contents leads to its part.
    links: Any = reader.pages[1]["/Annots"]
    assert {str(one.get_object()["/Dest"]) for one in links} == {f"part-{number}" for number in range(1, 17)}
    assert "4,800套" in "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "1.pdf").pages).replace(" ", "")
    tender = queries.by_ref(ref)
    held = {name: files[0] for name, files in reader.attachments.items()}
    for notice in (notices.by_ref(tender.notice_ref or ""), amendment):
        body = notices.by_ref(notice.ref).body
        assert held[f"{notice.ref}.json"] == body and f"{notice.ref}.json.p7s" in held
    assert verify_pdf(data, [app.extensions["seal"].root]).ok
    said = validated(tmp_path, ["2.pdf"])
    assert [line.split()[:2] for line in said.splitlines()] == [["3a", "true"], ["ua1", "true"]], said
