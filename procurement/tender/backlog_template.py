"""The empty spreadsheet of a backlog: a sheet a kind, headers in three languages, lists to choose from. Pure."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from procurement.rules.wording import Text
from procurement.tender.backlog_reading import MOST_ROWS, offered
from procurement.tender.backlog_sheets import CHOICES, EXPLAINED, FLAG, LISTS, SHEETS, Choices, Column

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_HEAD = PatternFill("solid", fgColor="FFE9EEF2")
_FORMATS = {"money": "#,##0.00", "moment": "yyyy-mm-dd hh:mm", "month": "yyyy-mm", "whole": "0"}
_RULES = (
    Text(
        "每张表第一行是表头，不要修改；从第二行起一行一条。带 * 的列必填。",
        "每張表第一列是表頭，請勿修改；自第二列起一列一筆。帶 * 的欄必填。",
        "The first row of each sheet names the columns; leave it as it is. One entry a row. Columns with * are needed.",
    ),
    Text(
        "上传后先检查全部内容，有任何一处错误就什么都不导入，并逐行列出。",
        "上傳後先檢查全部內容，有任何一處錯誤就什麼都不匯入，並逐列列出。",
        "Everything is checked first. With one fault nothing is imported, and every fault is listed by its row.",
    ),
    Text(
        "不接受公式、宏和外部链接；金额最多两位小数；时间按平台所在时区。",
        "不接受公式、巨集與外部連結；金額最多兩位小數；時間依平台所在時區。",
        "No formulas, macros or links; amounts have at most two decimals; times are in the platform's zone.",
    ),
    Text(
        "导入的都是草稿，提交、审批和发布照常进行。",
        "匯入的都是草稿，送審、核准與公告照常進行。",
        "All that is made is a draft; it is submitted, approved and published as usual.",
    ),
)


def workbook(choices: Choices) -> bytes:
    """Return the file; `choices` are the words of columns that follow the rule sets, such as procedures."""
    book, known = Workbook(), {**CHOICES, **choices}
    page = book.active
    page.title = EXPLAINED
    for rule in _RULES:
        for words in (rule.zh_Hans, rule.zh_Hant, rule.en):
            page.append([words])
    page.append([])
    page.append(["表 / Sheet", "列 / Column", "必填 / Needed", "说明", "說明", "Explanation"])
    for cell in page[page.max_row]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for sheet in SHEETS:
        for column in sheet.columns:
            hint = column.hint
            needed = "*" if column.is_required else ""
            page.append([sheet.name, column.header.removesuffix(" *"), needed, hint.zh_Hans, hint.zh_Hant, hint.en])
    for letter, width in zip("ABCDEF", (12, 44, 10, 36, 36, 44), strict=True):
        page.column_dimensions[letter].width = width
    lists = _lists(known)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        page.append([one.header for one in sheet.columns])
        page.freeze_panes = "A2"
        page.row_dimensions[1].height = 48
        for at, column in enumerate(sheet.columns, start=1):
            letter = get_column_letter(at)
            head = page.cell(1, at)
            head.font, head.fill = Font(bold=True), _HEAD
            head.alignment = Alignment(wrap_text=True, vertical="center")
            page.column_dimensions[letter].width = 36 if column.kind == "text" else 20
            page.column_dimensions[letter].number_format = _FORMATS.get(column.kind, "@")
            _offer(page, letter, column, lists)
    store = book.create_sheet(LISTS)
    store.sheet_state = "hidden"
    for at, offers in enumerate(lists.values(), start=1):
        for number, word in enumerate(offers, start=1):
            store.cell(number, at, word)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lists(known: Choices) -> dict[str, list[str]]:
    found = {name: list(dict.fromkeys(offered(one) for one in words.values())) for name, words in known.items()}
    return {**found, "flag": [offered(one) for one in FLAG.values()]}


def _offer(page: object, letter: str, column: Column, lists: dict[str, list[str]]) -> None:
    name = "flag" if column.kind == "flag" else column.choices
    if name not in lists or not lists[name]:
        return
    at = get_column_letter(list(lists).index(name) + 1)
    area = f"{quote_sheetname(LISTS)}!${at}$1:${at}${len(lists[name])}"
    offer = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=False)
    offer.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    page.add_data_validation(offer)  # type: ignore[attr-defined]
