"""A backlog from a spreadsheet: every fault by its cell, all or nothing, the same file once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from procurement.plan.models import BudgetLine, Project
from procurement.rules.ruleset import load
from procurement.rules.wording import Text
from procurement.tender import backlog, backlog_template, queries
from procurement.tender.backlog_reading import Fault, read
from procurement.tender.backlog_sheets import SHEETS
from procurement.tender.content import form_of
from procurement.tender.models import Tender
from tests.builders.people import People, log_in, people
from tests.builders.tenders import as_officer
from tests.tender.test_pages import token

ZONE = ZoneInfo("Asia/Shanghai")
CHOICES = {
    "procedure": {one.id: one.name for one in load("cn-gp-2026").procedures},
    "ground": {"complex": Text("复杂", "複雜", "Complex")},
    "industry": {"industry": Text("工业", "工業", "Industry")},
}
GOOD: dict[str, list[dict[str, Any]]] = {
    "budget": [{"year": 2027, "code": "2050299-01", "title": "设备购置", "funding": "财政", "amount": "3,000,000.10"}],
    "plan": [
        {
            **{"number": "a", "year": 2027, "budget_code": "2050299-01", "title": "教室灯具", "need": "更换灯具。"},
            **{"category": "货物 Goods", "classification": "A02061900", "quantity": 1600, "unit": "套"},
            **{"amount": 1200000.1, "procedure": "公开招标", "begins_on": datetime(2027, 3, 9), "sme_reserve": "whole"},
        }
    ],
    "tenders": [
        {
            **{"number": 1, "plan": "a", "title": "教室灯具采购", "category": "goods", "budget": 1200000.1},
            **{"closes_at": datetime(2027, 4, 30, 9, 30), "accepts_consortium": "是", "method": "综合评分法"},
            **{"industry": "工业", "sme_rate": "10%", "delivery_place": "各学校", "delivery_time": "30 日内"},
        },
        {"number": "2", "title": "打印纸", "category": "貨物", "method": "lowest_price", "budget": 5000},
    ],
    "items": [
        {"tender": 1, "lot": "1", "lot_title": "一包", "ceiling": 1200000.1, "title": "灯具", "quantity": "4800"},
        {"tender": "1", "lot": "1", "title": "控制器", "quantity": 12.5, "unit": "台", "is_substantive": True},
        {"tender": "2", "title": "A4 纸", "quantity": 100, "unit": "箱"},
    ],
    "criteria": [
        {"tender": "1", "kind": "符合性要求", "title": "交货期", "evidence": "承诺函\n检测报告"},
        {"tender": "1", "kind": "价格", "title": "价格", "weight": 40},
        {"tender": "1", "kind": "评委打分", "title": "方案", "weight": 40, "step": 0.5, "bands": "20-40 好\n0-19.5 差"},
        {
            **{"tender": "1", "kind": "公式计分", "title": "质保", "weight": "20", "formula": "steps", "unit": "年"},
            **{"direction": "越高越好", "steps": "≥ 5 → 20\n≥ 3 → 10", "evidence_optional": "质保书"},
        },
    ],
}


@cache
def template() -> bytes:
    return backlog_template.workbook(CHOICES)


def filled(change: Callable[[Any], None] | None = None, rows: dict[str, list[dict[str, Any]]] | None = None) -> bytes:
    """Return the template with `GOOD` in it, after a change of the open workbook."""
    book = openpyxl.load_workbook(io.BytesIO(template()))
    for sheet in SHEETS:
        keys = [column.key for column in sheet.columns]
        for number, row in enumerate((GOOD if rows is None else rows)[sheet.key], start=2):
            for key, value in row.items():
                cell = book[sheet.name].cell(number, keys.index(key) + 1, value)
                if isinstance(value, int | float) and key == "sme_rate":
                    cell.number_format = "0%"
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: str, cell: str, value: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


def wrong(data: bytes) -> list[Fault]:
    return read(data, CHOICES, ZONE)[1]


def test_the_filled_template_is_read_exactly() -> None:
    rows, faults = read(filled(), CHOICES, ZONE)
    assert faults == []
    assert rows["budget"][0].values["amount"] == 3_000_000_10
    plan = rows["plan"][0].values
    assert (plan["amount"], plan["begins_on"], plan["procedure"], plan["sme_reserve"]) == (
        *(1_200_000_10, date(2027, 3, 1), "open", "whole"),
    )
    tender = rows["tenders"][0].values
    assert (tender["number"], tender["closes_at"], tender["accepts_consortium"], tender["sme_rate"]) == (
        *("1", datetime(2027, 4, 30, 9, 30, tzinfo=ZONE), True, "10"),
    )
    assert rows["items"][1].values["quantity"] == "12.5"


# Each value in a good row of its own: sheet, column, value, the rule that refuses it.
CELLS = [
    ("预算", "A", "二零二七", "backlog.whole"),
    ("预算", "A", 2027.5, "backlog.whole"),
    ("预算", "E", 0.125, "backlog.money"),
    ("预算", "E", "1,20,000", "backlog.money"),
    ("预算", "E", "1e5", "backlog.money"),
    ("预算", "E", -5, "backlog.money"),
    ("预算", "E", True, "backlog.money"),
    ("预算", "E", "=1+1", "backlog.formula"),
    ("预算", "E", "#N/A", "backlog.cell_error"),
    ("预算", "C", None, "backlog.required"),
    ("预算", "C", date(2027, 1, 1), "backlog.words"),
    ("预算", "H", "x", "backlog.no_column"),
    ("计划", "F", "gifts", "backlog.choice"),
    ("计划", "L", "2027-13", "backlog.month"),
    ("计划", "N", "1/2", "backlog.decimal"),
    ("项目", "K", "2027-04-30", "backlog.moment"),
    ("项目", "K", "2027-02-30 09:30", "backlog.moment"),
    ("项目", "K", datetime(2027, 4, 30), "backlog.moment"),
    ("项目", "N", "perhaps", "backlog.flag"),
    ("标的", "H", "many", "backlog.decimal"),
]


def test_a_faulty_cell_is_told_by_its_place() -> None:
    first = {sheet.name: GOOD[sheet.key][0] for sheet in SHEETS}
    keys = {sheet.name: [column.key for column in sheet.columns] for sheet in SHEETS}

    def change(book: Any) -> None:
        for number, (sheet, letter, value, _rule) in enumerate(CELLS, start=10):
            for key, said in first[sheet].items():
                book[sheet].cell(number, keys[sheet].index(key) + 1, said)
            book[sheet][f"{letter}{number}"] = value

    told = [(one.rule, one.place("zh_Hans").split()[0], one.pointer.split("/")[2:]) for one in wrong(filled(change))]
    assert sorted(told) == sorted(
        (rule, f"{sheet}!{letter}{number}", [str(number), letter])
        for number, (sheet, letter, _value, rule) in enumerate(CELLS, start=10)
    )


def test_headers_and_sheets_are_those_of_the_template() -> None:
    def change(book: Any) -> None:
        book["预算"]["B1"], book["计划"]["D1"] = "Code", book["计划"]["B1"].value
        book.create_sheet("Notes")

    assert {(one.rule, one.pointer) for one in wrong(filled(change))} >= {
        ("backlog.column_unknown", "/budget/1/B"),
        ("backlog.column_missing", "/budget/1"),
        ("backlog.column_twice", "/plan/1/D"),
        ("backlog.sheet_unknown", "/"),
    }


def test_a_number_is_the_decimal_that_the_sheet_shows() -> None:
    for typed, fen in ((0.1 + 0.2, 30), (1234567.89, 1_234_567_89), (9999999999999.99, 999_999_999_999_999)):
        rows, faults = read(filled(put("预算", "E2", typed)), CHOICES, ZONE)
        assert faults == [] and rows["budget"][0].values["amount"] == fen
    data = filled(put("预算", "E2", "0.07"))
    assert read(data, CHOICES, ZONE)[0]["budget"][0].values["amount"] == int(Decimal("0.07") * 100)


def _packed(data: bytes, **more: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as packed:
        for name, body in more.items():
            packed.writestr(name.replace("__", "/"), body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (lambda: b"not a file", "backlog.unreadable"),
        (lambda: _packed(b"", a=b"x"), "backlog.unreadable"),
        (lambda: b"x" * (5 << 20), "backlog.too_large"),
        (lambda: _packed(filled(), **{"xl__vbaProject.bin": b"x"}), "backlog.macros"),
        (lambda: _packed(filled(), **{"xl__externalLinks__externalLink1.xml": b"<x/>"}), "backlog.macros"),
        (lambda: _packed(filled(), **{"xl__x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "backlog.unreadable"),
        (lambda: _packed(filled(), **{"xl__x.bin": b"\0" * (25 << 20)}), "backlog.too_large"),
        (template, "backlog.empty"),
    ],
)
def test_a_file_that_is_no_plain_workbook_is_refused(made: Callable[[], bytes], rule: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(made(), CHOICES, ZONE)
    assert refused.value.rule == rule


# A cell that each room's own rules refuse, or that fits nothing else in the file.
ROOMS = [
    ("预算", "B2", "a code", "plan.code", "/budget/2/B"),
    ("计划", "M2", "部分预留", "plan.part", "/plan/2/N"),
    ("计划", "C2", "nowhere", "backlog.reference", "/plan/2/C"),
    ("项目", "A3", "1", "backlog.twice", "/tenders/3/A"),
    ("项目", "B2", "z", "backlog.reference", "/tenders/2/B"),
    ("标的", "A4", "7", "backlog.reference", "/items/4/A"),
    ("标的", "D3", 5, "backlog.differs", "/items/3/D"),
    ("标的", "E3", "?", "draft.number", "/items/3/E"),
    ("评审", "H4", "nonsense", "draft.band_line", "/criteria/4/H"),
    ("评审", "L5", "nonsense", "draft.step_line", "/criteria/5/L"),
    ("评审", "F2", 10, "backlog.not_for_kind", "/criteria/2/F"),
]


def _made() -> list[int]:
    return [db.session.execute(select(func.count()).select_from(each)).scalar_one() for each in
            (BudgetLine, Project, Tender)]  # fmt: skip


def _bring(everyone: People, data: bytes, clock: FixedClock) -> list[tuple[str, str]]:
    prepared = backlog.prepare(data, clock.now(), everyone.authority)
    with as_officer(everyone) as act:
        return backlog.make(act, prepared, authority=everyone.authority, account=everyone.officer)


def test_with_a_fault_nothing_is_made_and_without_one_everything_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    for sheet, cell, value, rule, pointer in ROOMS:
        with pytest.raises(Refusal) as refused:
            _bring(everyone, filled(put(sheet, cell, value)), clock)
        assert refused.value.rule == "backlog.invalid"
        assert (rule, pointer) in [(one.rule, one.pointer) for one in refused.value.reasons], refused.value.reasons

    def all_wrong(book: Any) -> None:
        for sheet, cell, value, _rule, _pointer in ROOMS:
            book[sheet][cell] = value

    with pytest.raises(Refusal) as refused:
        _bring(everyone, filled(all_wrong), clock)
    told = [(one.rule, one.pointer) for one in refused.value.reasons]
    assert len(told) == len(set(told)) and set(told) == {(rule, pointer) for *_rest, rule, pointer in ROOMS}
    assert _made() == [0, 0, 0]

    good = filled()
    made = _bring(everyone, good, clock)
    assert [title for _ref, title in made] == ["设备购置", "教室灯具", "教室灯具采购", "打印纸"]
    assert _made() == [1, 1, 2]
    tender, project = queries.by_ref(made[2][0]), made[1][0]
    form = form_of(tender)
    assert (form["plan_ref"], form["budget"], form["closes_at"].astimezone(ZONE).hour) == (project, 1_200_000_10, 9)
    assert [(one["code"], one["kind"], one["weight"]) for one in form["criteria"]] == [
        *(("R1", "requirement", "0"), ("C1", "price", "40"), ("C2", "points", "40"), ("C3", "formula", "20")),
    ]
    assert form["criteria"][2]["bands"][1] == {"least": "0", "most": "19.5", "text": "差"}
    assert form["criteria"][3]["formula"]["steps"][1] == {"least": "3", "points": "10"}
    assert form["criteria"][0]["evidence"] == [{"title": one, "required": True} for one in ("承诺函", "检测报告")]
    assert form["lots"][0]["items"][1]["is_substantive"] and form["policies"]["sme_rate"] == "10"
    with pytest.raises(Refusal) as refused:
        _bring(everyone, good, clock)
    assert refused.value.rule == "backlog.already"
    # The same rows in another file are found as well.
    with pytest.raises(Refusal) as refused:
        _bring(everyone, filled(put("预算", "D2", "其他")), clock)
    assert {one.rule for one in refused.value.reasons} == {"backlog.exists"} and len(refused.value.reasons) == 4
    assert _made() == [1, 1, 2]


def test_the_command_tells_each_fault_and_lists_what_was_made(app: Flask, tmp_path: Path) -> None:
    people(app)
    run, file = app.test_cli_runner().invoke, tmp_path / "backlog.xlsx"
    assert run(args=["tender", "backlog", str(file), "--template"]).exit_code == 0
    assert openpyxl.load_workbook(file).sheetnames[1:6] == [sheet.name for sheet in SHEETS]
    file.write_bytes(filled(put("预算", "E2", "much")))
    ran = run(args=["tender", "backlog", str(file)])
    assert ran.exit_code == 1 and "[backlog.money] 预算!E2 Amount (yuan): Write an amount" in ran.output
    file.write_bytes(filled())
    ran = run(args=["tender", "backlog", str(file)])
    assert ran.exit_code == 0 and len(ran.output.splitlines()) == 4, ran.output
    again = run(args=["tender", "backlog", str(file)])
    assert again.exit_code == 1 and "[backlog.already]" in again.output


def test_the_page_tells_faults_in_the_readers_language_and_lists_what_was_made(app: Flask, client: FlaskClient) -> None:
    everyone = people(app)
    log_in(client, everyone.officer)
    key = token(client, "/office/import")
    assert client.get("/office/import/template.xlsx").data[:2] == b"PK"

    def send(data: bytes, name: str = "backlog") -> Any:
        file = (io.BytesIO(data), "a.xlsx")
        return client.post(f"/office/import/{name}", data={"csrf_token": key, name: file})

    refused = send(filled(put("预算", "E2", "much")))
    assert refused.status_code == 422 and "预算!E2 金额" in refused.text and "backlog.money" in refused.text
    assert client.post("/office/import/backlog", data={"csrf_token": key}).status_code == 422
    assert send(b"{}", "release").status_code == 422
    good = filled()
    done = send(good)
    assert done.status_code == 303
    listed = client.get(done.location)
    assert listed.status_code == 200 and listed.text.count("/office/tenders/T-") == 2
    assert "again=1" in send(good).location and _made() == [1, 1, 2]
    sample = Path(__file__).parents[1] / "data" / "ocds" / "ocds-213czf-000-00001-01-planning.json"
    left = send(sample.read_bytes(), "release")
    assert left.status_code == 200 and "/planning/milestones" in left.text
    assert client.get("/office/import/" + "0" * 64).status_code == 404
