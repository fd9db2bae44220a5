"""The forms of the plan, and their way to and from the plain data of `drafting`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from foundation.errors import Refusal
from foundation.money import from_text, to_text
from foundation.reader import Problem
from procurement.plan.drafting import MOST_SURVEY
from procurement.plan.models import BudgetLine, Project

_ = lazy_gettext

CATEGORIES = [
    SelectChoice("goods", _("Goods")),
    SelectChoice("services", _("Services")),
    SelectChoice("works", _("Works")),
]
RESERVES = [
    SelectChoice("none", _("Nothing is reserved")),
    SelectChoice("whole", _("The whole project is reserved for small and medium enterprises")),
    SelectChoice("part", _("A part is reserved")),
]
DECISIONS = [
    SelectChoice("justified", _("Justified: these are separate purchases, for the reason below")),
    SelectChoice("combine", _("To be combined: buy them together by open tender")),
]

_NUMERIC = {"inputmode": "decimal", "class": "n"}
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*月|\s*[-/.]\s*\d{1,2})?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")


class SurveyForm(Form):
    """What one firm said when it was asked."""

    supplier = StringField(_("Who was asked"))
    price = StringField(_("Price (yuan)"), render_kw=_NUMERIC)
    on = StringField(_("Day"), render_kw={"placeholder": "2026-11-20"})
    source = StringField(_("Source"))
    words = TextAreaField(_("Remarks"), render_kw={"rows": 2})


class ProjectForm(FlaskForm):
    """One project of the plan."""

    title = StringField(_("Title"))
    year = StringField(_("Year of the budget"), render_kw={"inputmode": "numeric", "class": "short", "maxlength": 4})
    budget_line = SelectField(_("Budget line"))
    amount = StringField(_("Amount (yuan)"), render_kw=_NUMERIC)
    need = TextAreaField(_("The need in outline"), render_kw={"rows": 5})
    category = SelectField(_("Category"), choices=CATEGORIES)
    classification = StringField(_("Code of the catalogue"), description=_("For example A02010105, desktop computers."))
    quantity = StringField(_("Quantity"), render_kw=_NUMERIC)
    unit = StringField(_("Unit"))
    begins_on = StringField(_("Month in which it begins"), description=_("For example 2027-03."))
    rule_set_id = RadioField(_("Rules"))
    procedure = SelectField(_("Procedure"))
    sme_reserve = RadioField(_("Reserved for small and medium enterprises"), choices=RESERVES, default="none")
    sme_share = StringField(_("Reserved part (per cent)"), render_kw=_NUMERIC)
    sme_small = StringField(_("Of it for small and micro enterprises (per cent)"), render_kw=_NUMERIC)
    sme_reason = TextAreaField(_("Why nothing or less is reserved"), render_kw={"rows": 3})
    urgency = TextAreaField(
        _("Unforeseeable urgency"),
        description=_("Only where the intention cannot be announced ahead: what happened, and why it cannot wait."),
        render_kw={"rows": 3},
    )
    # One more than a project may have, so that the sentence about too many is told.
    survey = FieldList(FormField(SurveyForm), max_entries=MOST_SURVEY + 1)


class LineForm(FlaskForm):
    """A budget line."""

    year = StringField(_("Year"), render_kw={"inputmode": "numeric", "class": "short", "maxlength": 4})
    code = StringField(_("Code"))
    title = StringField(_("What it is granted for"))
    funding = StringField(_("Source of the money"))
    amount = StringField(_("Amount (yuan)"), render_kw=_NUMERIC)


class ReasonForm(FlaskForm):
    """A reason: for a return or a withdrawal."""

    reason = TextAreaField(_("Reason"), [DataRequired(_("Give a reason.")), Length(max=2000)], render_kw={"rows": 3})


class DecisionForm(FlaskForm):
    """What a person decides about a suspicion of splitting."""

    decision = RadioField(_("Your decision"), choices=DECISIONS)
    reason = TextAreaField(_("Reason"), [DataRequired(_("Give a reason.")), Length(max=4000)], render_kw={"rows": 4})


def shown(project: Project) -> dict[str, Any]:
    """Return a project as the fields of its form show it."""
    names = ("title", "need", "category", "classification", "quantity", "unit", "rule_set_id", "procedure")
    more = ("sme_reserve", "sme_share", "sme_small", "sme_reason", "urgency")
    return {
        **{name: getattr(project, name) for name in (*names, *more)},
        "year": str(project.year),
        "budget_line": project.budget_line.ref if project.budget_line is not None else "",
        "amount": to_text(project.amount) if project.amount else "",
        "begins_on": f"{project.begins_on:%Y-%m}" if project.begins_on else "",
        "survey": [dict(one) for one in project.survey],
    }


def shown_line(line: BudgetLine) -> dict[str, Any]:
    """Return a budget line as the fields of its form show it."""
    names = ("code", "title", "funding")
    return {**{name: getattr(line, name) for name in names}, "year": str(line.year), "amount": to_text(line.amount)}


def read(form: ProjectForm) -> tuple[dict[str, Any], list[Problem]]:
    """Return a project's data as typed, and what could not be read."""
    problems: list[Problem] = []
    names = ("title", "need", "category", "classification", "unit", "rule_set_id", "procedure")
    more = ("sme_reserve", "sme_reason", "urgency", "budget_line")
    data = {
        **{name: form[name].data or "" for name in (*names, *more)},
        "year": _year(form.year.data),
        "amount": _fen(form.amount.data, "/amount", problems),
        "quantity": _plain(form.quantity.data),
        "sme_share": _plain(form.sme_share.data).rstrip("%"),
        "sme_small": _plain(form.sme_small.data).rstrip("%"),
        "begins_on": _month(form.begins_on.data, problems),
        "survey": [
            row
            for at, entry in enumerate(form.survey)
            if any((row := _row(entry.form, f"/survey/{at}", problems)).values())
        ],
    }
    return data, problems


def read_line(form: LineForm) -> tuple[dict[str, Any], list[Problem]]:
    """Return a budget line's data as typed, and what could not be read."""
    problems: list[Problem] = []
    data = {
        **{name: form[name].data or "" for name in ("title", "funding")},
        "code": (form.code.data or "").strip(),
        "year": _year(form.year.data),
        "amount": _fen(form.amount.data, "/amount", problems),
    }
    return data, problems


def mark(form: Any, found: Mapping[str, list[str]]) -> None:
    """Put sentences by JSON pointer at the fields they are about."""
    for pointer, sentences in found.items():
        field: Any = form
        try:
            for name in pointer.strip("/").split("/"):
                inside = getattr(field, "form", field)
                field = field.entries[int(name)] if isinstance(field, FieldList) else inside[name]
        except (KeyError, IndexError, ValueError, TypeError):
            continue
        if not isinstance(field, FieldList | FormField):
            field.errors = [*field.errors, *sentences]


def _row(row: Any, at: str, problems: list[Problem]) -> dict[str, Any]:
    typed = (row["on"].data or "").strip()
    found = _DAY.fullmatch(typed)
    on = _date(*(int(part) for part in found.groups())) if found else None
    if typed and on is None:
        problems.append(Problem("draft.day", f"{at}/on"))
    return {
        **{name: (row[name].data or "").strip() for name in ("supplier", "source", "words")},
        "price": _fen(row["price"].data, f"{at}/price", problems),
        "on": on,
    }


def _month(text: str | None, problems: list[Problem]) -> date | None:
    typed = (text or "").strip()
    found = _MONTH.fullmatch(typed)
    month = _date(int(found[1]), int(found[2]), 1) if found else None
    if typed and month is None:
        problems.append(Problem("plan.month", "/begins_on"))
    return month


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str | None) -> int | None:
    typed = (text or "").strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) == 4 else None


def _plain(text: str | None) -> str:
    return (text or "").replace(",", "").replace("，", "").strip()


def _fen(text: str | None, at: str, problems: list[Problem]) -> int:
    plain = _plain(text)
    if not plain:
        return 0
    try:
        return from_text(plain)
    except Refusal:
        problems.append(Problem("draft.money", at, {"most": "10,000,000,000,000.00"}))
        return 0
