"""Plans of a test: budget lines and projects in any state, made by the house's own operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from procurement.plan import operations, queries
from procurement.plan.models import BudgetLine, Project
from tests.builders.people import People
from tests.builders.tenders import as_approver, as_officer

YEAR = 2027


def a_line(people: People, amount: int = 3_000_000_00, code: str = "2050299-01", year: int = YEAR) -> BudgetLine:
    """Return a budget line of the authority."""
    data = {"year": year, "code": code, "title": "教育信息化设备购置", "funding": "财政拨款", "amount": amount}
    with as_officer(people) as act:
        ref = operations.create_line(act, authority=people.authority, account=people.officer, data=data).ref
    return queries.line_by_ref(ref)


def a_form(line: str = "", **more: Any) -> dict[str, Any]:
    """Return the form of a project that can be submitted. `more` replaces fields of it."""
    return {
        "title": "教室护眼灯采购",
        "need": "为 12 所学校更换教室照明灯具，约 1,600 套，含安装调试和三年质保。",
        "budget_line": line,
        "year": YEAR,
        "category": "goods",
        "classification": "A02061900",
        "quantity": "1600",
        "unit": "套",
        "amount": 1_200_000_00,
        "procedure": "open",
        "begins_on": date(2027, 3, 1),
        "sme_reserve": "whole",
        "sme_small": "60",
        "survey": [
            {"supplier": f"示例供应商{n}", "price": 700_00 + n * 25_00, "source": "书面询价", "on": date(2026, 11, 2)}
            for n in (1, 2, 3)
        ],
        **more,
    }


def a_project(people: People, line: BudgetLine | str, state: str = "draft", **more: Any) -> Project:
    """Return a project, taken as far as `state` (draft, submitted, approved, announced)."""
    named = line if isinstance(line, str) else line.ref
    with as_officer(people) as act:
        data = a_form(named, **more)
        ref = operations.create(act, authority=people.authority, account=people.officer, data=data).ref
    steps = ("draft", "submitted", "approved", "announced")
    for step in steps[1 : steps.index(state) + 1]:
        take(people, ref, step)
    return queries.by_ref(ref)


def take(people: People, ref: str, step: str) -> None:
    """Take a project into its next state: submitted, approved or announced."""
    with as_approver(people) if step == "approved" else as_officer(people) as act:
        found = queries.by_ref(ref)
        if step == "submitted":
            operations.submit(act, found)
        elif step == "approved":
            operations.approve(act, found, ())
        else:
            operations.announce(act, found)
