"""A spreadsheet of a backlog as plain rows: the file judged before it is parsed, every cell read strictly. Pure.

Excel keeps a number as a binary fraction and shows fifteen digits of it. A number is therefore read as the decimal of
those fifteen digits, which is what the person who typed it saw; text is read digit by digit. No formula, macro or link
is followed: the file is refused instead, since what it would say depends on another program.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils import get_column_letter

from foundation.errors import Refusal
from procurement.rules.wording import LOCALES, Text
from procurement.tender.backlog_sheets import CHOICES, EXPLAINED, FLAG, LISTS, SHEETS, Choices, Column, Sheet

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 4 << 20, 24 << 20, 200
MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_FAULTS = 2000, 40, 120_000, 500

_MONEY = re.compile(r"(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})(?:月|[-/.][0-9]{1,2})?")
_MOMENT = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[ T]([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2}))?")


@dataclass(frozen=True)
class Fault:
    """One thing wrong: a stable rule name, where it stands, and the facts for the sentence."""

    rule: str
    sheet: Sheet | None
    row: int = 0
    letter: str = ""
    column: Column | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pointer(self) -> str:
        """Return the place as a pointer: ``/tenders/5/C``."""
        parts = [self.sheet.key if self.sheet else "", str(self.row) if self.row else "", self.letter]
        return "/" + "/".join(one for one in parts if one)

    def place(self, locale: str) -> str:
        """Return the place in words: the sheet's name in the file, the cell, the column in the reader's language."""
        if self.sheet is None:
            return ""
        cell = f"!{self.letter}{self.row or ''}" if self.letter or self.row else ""
        return f"{self.sheet.name}{cell}" + (f" {self.column.words.template(locale)}" if self.column else "")


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number in the file, its values by column, the letters of the columns."""

    sheet: Sheet
    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def get(self, key: str, default: Any = "") -> Any:
        """Return a value, or the default where the cell is empty."""
        found = self.values.get(key)
        return default if found is None else found

    def fault(self, rule: str, key: str = "", **facts: Any) -> Fault:
        """Return what is wrong with a cell of this row, or with the row."""
        column = self.sheet.column(key) if key else None
        return Fault(rule, self.sheet, self.number, self.letters.get(key, ""), column, facts)


Rows = dict[str, list[Row]]


def read(data: bytes, choices: Choices, zone: ZoneInfo) -> tuple[Rows, list[Fault]]:
    """Return the rows of each sheet by its key, and every fault of a cell.

    `choices` are the words of columns that follow the rule sets. Raises `Refusal` ``backlog.too_large``,
    ``backlog.unreadable``, ``backlog.macros`` and ``backlog.empty`` where the file as a whole cannot be taken.
    """
    _admit(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Exception as fault:  # The library lets every error of a broken file through as it is.
        raise Refusal("backlog.unreadable", cause=type(fault).__name__) from fault
    faults: list[Fault] = []
    rows: Rows = {sheet.key: [] for sheet in SHEETS}
    known = {sheet.name: sheet for sheet in SHEETS}
    for page in book.worksheets:
        if page.title.strip() in known:
            sheet = known[page.title.strip()]
            rows[sheet.key] = _rows(page, sheet, {**CHOICES, **choices}, zone, faults)
        elif page.title.strip() not in (EXPLAINED, LISTS):
            faults.append(Fault("backlog.sheet_unknown", None, facts={"sheet": page.title[:40]}))
    book.close()
    if not faults and not any(rows.values()):
        raise Refusal("backlog.empty")
    return rows, faults


def _admit(data: bytes) -> None:
    """Refuse what is no plain workbook of a modest size, before anything in it is parsed."""
    if len(data) > MOST_BYTES:
        raise Refusal("backlog.too_large", 413, most=f"{MOST_BYTES >> 20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise Refusal("backlog.too_large", 413, most=f"{MOST_UNPACKED >> 20} MiB")
            names = [one.filename.lower() for one in parts]
            cells = 0
            for name, part in zip(names, parts, strict=True):
                body = packed.read(part) if name.endswith((".xml", ".rels")) else b""
                # No workbook needs a document type, and only UTF-8 shows whether there is one.
                if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body:
                    raise Refusal("backlog.unreadable", cause="DOCTYPE")
                if b"macroEnabled" in body:
                    raise Refusal("backlog.macros")
                cells += body.count(b"<c ") if "worksheets/" in name else 0
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as fault:
        raise Refusal("backlog.unreadable", cause=type(fault).__name__) from fault
    if any("vbaproject" in name or "externallinks/" in name or "macrosheets/" in name for name in names):
        raise Refusal("backlog.macros")
    if cells > MOST_CELLS:
        raise Refusal("backlog.too_large", 413, most=f"{MOST_CELLS:,} cells")


def _rows(page: Any, sheet: Sheet, choices: Choices, zone: ZoneInfo, faults: list[Fault]) -> list[Row]:
    columns = _columns(page, sheet, faults)
    found: list[Row] = []
    # The sparse cells: a file may claim a million rows and hold three.
    held: dict[int, dict[int, Any]] = {}
    for (number, at), cell in sorted(page._cells.items()):
        if number > 1 and cell.value is not None and str(cell.value).strip():
            held.setdefault(number, {})[at] = cell
    for number, cells in held.items():
        if len(found) >= MOST_ROWS:
            faults.append(Fault("backlog.too_many_rows", sheet, number, facts={"most": MOST_ROWS}))
            break
        values: dict[str, Any] = {}
        for at, cell in cells.items():
            column = columns.get(at)
            if column is None:
                faults.append(Fault("backlog.no_column", sheet, number, get_column_letter(at)))
                continue
            try:
                values[column.key] = _value(cell, column, choices, zone)
            except _Wrong as wrong:
                values[column.key] = None
                faults.append(Fault(wrong.rule, sheet, number, get_column_letter(at), column, wrong.facts))
        row = Row(sheet, number, values, {column.key: get_column_letter(at) for at, column in columns.items()})
        faults += [
            row.fault("backlog.required", column.key)
            for column in columns.values()
            if column.is_required and column.key not in values
        ]
        found.append(row)
    return found


def _columns(page: Any, sheet: Sheet, faults: list[Fault]) -> dict[int, Column]:
    """Return the columns by their place; the words of the first row tell which is which, in whatever order."""
    known = {_plain_header(one.header): one for one in sheet.columns}
    found: dict[int, Column] = {}
    for (number, at), cell in sorted(page._cells.items()):
        if number != 1 or cell.value is None or not str(cell.value).strip():
            continue
        column = known.get(_plain_header(str(cell.value)))
        letter = get_column_letter(at)
        if column is None:
            facts = {"words": str(cell.value)[:40]}
            faults.append(Fault("backlog.column_unknown", sheet, 1, letter, facts=facts))
        elif column in found.values():
            faults.append(Fault("backlog.column_twice", sheet, 1, letter, column))
        else:
            found[at] = column
    if any(number > 1 and cell.value is not None for (number, _at), cell in page._cells.items()):
        faults += [
            Fault("backlog.column_missing", sheet, 1, column=one)
            for one in sheet.columns
            if one.is_required and one not in found.values()
        ]
    return found


def _plain_header(words: str) -> str:
    return "".join(words.replace("*", "").split()).casefold()


class _Wrong(Exception):
    def __init__(self, rule: str, **facts: Any) -> None:
        super().__init__(rule)
        self.rule, self.facts = rule, facts


def _value(cell: Any, column: Column, choices: Choices, zone: ZoneInfo) -> Any:
    if cell.data_type == "f" or (isinstance(cell.value, str) and cell.value.startswith("=")):
        raise _Wrong("backlog.formula")
    if cell.data_type == "e":
        raise _Wrong("backlog.cell_error", words=str(cell.value)[:20])
    if column.kind == "choice":
        return _chosen(cell.value, choices[column.choices])
    if column.kind == "moment":
        return _moment(cell.value, zone)
    if column.kind == "percent":
        return _percent(cell)
    return _READERS[column.kind](cell.value)


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("_x000D_", "").strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        # A date in a column of words would be written in the computer's way, not in the person's.
        raise _Wrong("backlog.words")
    return _digits(value)


def _digits(value: int | float) -> str:
    """Return the fifteen digits that a spreadsheet shows of a number, as a plain decimal."""
    try:
        exact = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
        return f"{exact.normalize():f}"
    except (InvalidOperation, ValueError):
        raise _Wrong("backlog.decimal") from None


def _number(value: Any, pattern: re.Pattern[str], rule: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong(rule)
    text = value.strip() if isinstance(value, str) else _digits(value)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not pattern.fullmatch(text):
        raise _Wrong(rule)
    return text


def _fen(value: Any) -> int:
    return int(Decimal(_number(value, _MONEY, "backlog.money")) * 100)


def _percent(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str) and value.strip().endswith(("%", "％")):
        value = value.strip()[:-1]
    elif isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        value = f"{(Decimal(_digits(value)) * 100).normalize():f}"
    return _number(value, _DECIMAL, "backlog.decimal")


def _whole(value: Any) -> int:
    return int(_number(value, re.compile(r"[0-9]{1,9}"), "backlog.whole"))


def _month(value: Any) -> date:
    if isinstance(value, datetime | date):
        return date(value.year, value.month, 1)
    found = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[2]) <= 12:
        raise _Wrong("backlog.month")
    return date(int(found[1]), int(found[2]), 1)


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    """Return a deadline. A day alone, or midnight, is refused: bidders must not guess which of two days it means."""
    if isinstance(value, str):
        found = _MOMENT.fullmatch(value.strip())
        try:
            value = datetime(*(int(part or 0) for part in found.groups())) if found else None  # type: ignore[arg-type]
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise _Wrong("backlog.moment")
    whole = (value + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=zone)
    if not (whole.hour or whole.minute or whole.second):
        raise _Wrong("backlog.moment")
    return whole


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    for meaning, words in FLAG.items():
        if isinstance(value, str) and value.strip().casefold() in _spellings("", words):
            return meaning
    raise _Wrong("backlog.flag")


def _chosen(value: Any, known: Mapping[str, Text]) -> str:
    words = " ".join(str(value).split()).casefold()
    for key, said in known.items():
        if words in _spellings(key, said):
            return key
    allowed = ", ".join(one.zh_Hans for one in known.values())
    raise _Wrong("backlog.choice", allowed=allowed[:400])


def _spellings(key: str, words: Text) -> set[str]:
    """Return how a choice may be written: its words in each language, as the template offers it, or its key."""
    said = [words.template(locale) for locale in LOCALES]
    return {one.casefold() for one in (key, *said, offered(words)) if one}


def offered(words: Text) -> str:
    """Return a choice as the template's list offers it."""
    return f"{words.zh_Hans} {words.en}"


_READERS: dict[str, Callable[[Any], Any]] = {
    "line": _words,
    "text": _words,
    "money": _fen,
    "decimal": lambda value: _number(value, _DECIMAL, "backlog.decimal"),
    "whole": _whole,
    "month": _month,
    "flag": _flag,
}
