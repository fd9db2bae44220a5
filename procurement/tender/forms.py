"""The one form of a draft, its rows, and its way to and from the plain data of `drafting`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.fields.core import Field
from wtforms.validators import DataRequired, Length

from foundation.errors import Refusal
from foundation.money import from_text, to_text
from procurement.scoring.method import LOWEST_PRICE, POINTS, REQUIREMENT, WEIGHTED_POINTS
from procurement.tender import criterion_fields, policy_fields, procedure_fields, term_fields
from procurement.tender.criterion_fields import CriterionForm, plain
from procurement.tender.drafting import FIRST_YEAR, LAST_YEAR, MOST_CRITERIA, MOST_ITEMS, MOST_LOTS, Problem
from procurement.tender.policy_fields import PolicyForm
from procurement.tender.procedure_fields import ProcedureForm
from procurement.tender.procedures import KNOCK_OUT, QUALITY
from procurement.tender.term_fields import TermsForm

_ = lazy_gettext

CATEGORIES = [
    SelectChoice("goods", _("Goods")),
    SelectChoice("services", _("Services")),
    SelectChoice("works", _("Works")),
]
METHODS = [SelectChoice(WEIGHTED_POINTS, _("Weighted points")), SelectChoice(LOWEST_PRICE, _("Lowest evaluated price"))]
STAGES = [SelectChoice("each", _("each criterion")), SelectChoice("end", _("only the total"))]
FAILS_BY = [
    SelectChoice("majority", _("more than half of the experts")),
    SelectChoice("any", _("any one expert")),
    SelectChoice("all", _("all experts")),
]
PLACES = [SelectChoice("2", "2"), SelectChoice("3", "3"), SelectChoice("4", "4")]
NATIONAL_SCHEME = "CN-GPC"

_NUMERIC = {"inputmode": "decimal", "class": "n"}
_MOMENT = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?[ T]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")


class ItemForm(Form):
    """A line to buy."""

    title = StringField(_("Item"))
    spec = TextAreaField(_("Main requirements"), render_kw={"rows": 2})
    quantity = StringField(_("Quantity"), render_kw=_NUMERIC)
    unit = StringField(_("Unit"))
    classification = StringField(_("Classification"))
    scheme = StringField()
    is_substantive = BooleanField(_("★ substantive: a deviation makes the bid invalid"))


class LotForm(Form):
    """A part of a tender."""

    title = StringField(_("Title of the lot"))
    ceiling = StringField(_("Ceiling (yuan)"), render_kw=_NUMERIC)
    # One more than a draft may have, so that the sentence about too many is told.
    items = FieldList(FormField(ItemForm), max_entries=MOST_ITEMS + 1)


class DraftForm(FlaskForm, ProcedureForm):
    """The whole draft."""

    title = StringField(_("Title"))
    category = SelectField(_("Category"), choices=CATEGORIES)
    description = TextAreaField(_("What is needed"), render_kw={"rows": 6})
    qualifications = TextAreaField(_("Qualifications of bidders"), render_kw={"rows": 4})
    accepts_consortium = BooleanField(_("Consortia may bid"))
    budget = StringField(_("Budget (yuan)"), render_kw=_NUMERIC)
    currency = StringField(_("Currency"), default="CNY", render_kw={"class": "short", "maxlength": 3})
    contact = StringField(_("Contact person"))
    phone = StringField(_("Phone"))
    rule_set_id = RadioField(_("Rules"))
    closes_at = StringField(
        _("Deadline for bids"), description=_("For example 2026-12-11 09:30. The opening is at the same moment.")
    )
    method = RadioField(_("Method"), choices=METHODS, default=WEIGHTED_POINTS)
    places = SelectField(_("Decimals of the scores"), choices=PLACES, default="2")
    stage = SelectField(_("What is rounded"), choices=STAGES, default="each")
    fails_by = SelectField(_("A requirement is failed when found unmet by"), choices=FAILS_BY, default="majority")
    quality_first = BooleanField(
        _("Quality first, for instruments of tests or laboratories"),
        description=_("Then the higher share of those who meet the requirements is not admitted."),
    )
    lots = FieldList(FormField(LotForm), max_entries=MOST_LOTS + 1)
    criteria = FieldList(FormField(CriterionForm), max_entries=MOST_CRITERIA + 1)
    policies = FormField(PolicyForm)
    terms = FormField(TermsForm)
    document_title = StringField(_("Title of the document"))
    document = FileField(_("File"))


class ReasonForm(FlaskForm):
    """A reason: for a return or a cancellation."""

    reason = TextAreaField(_("Reason"), [DataRequired(_("Give a reason.")), Length(max=2000)], render_kw={"rows": 3})


class DocumentForm(FlaskForm):
    """One document."""

    document_title = StringField(_("Title of the document"))
    document = FileField(_("File"))


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment that was typed, in the house's time zone; None where it is none."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def moment_text(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment as it is typed."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def shown(data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the data of a draft (`drafting`) as the fields of the form show them."""
    method = data["method"]
    rounding = method.get("rounding", {})
    return {
        **{name: data[name] for name in ("title", "category", "description", "qualifications", "currency")},
        **{name: data[name] for name in ("contact", "phone", "accepts_consortium", "rule_set_id")},
        "budget": _money_text(data["budget"]),
        "closes_at": moment_text(data["closes_at"], zone),
        "method": method.get("id", WEIGHTED_POINTS),
        "places": str(rounding.get("places", 2)),
        "stage": rounding.get("stage", "each"),
        "fails_by": method.get("requirement_fails_by", "majority"),
        "quality_first": method.get(KNOCK_OUT) == QUALITY,
        **procedure_fields.shown(data),
        "policies": policy_fields.shown(data["policies"]),
        "terms": term_fields.shown(data["terms"], data["category"]),
        "lots": [
            {"title": lot["title"], "ceiling": _money_text(lot["ceiling"]), "items": lot["items"]}
            for lot in data["lots"]
        ],
        "criteria": [criterion_fields.shown(one) for one in data["criteria"]],
    }


def read(form: DraftForm, zone: ZoneInfo, before: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[Problem]]:
    """Return the draft's data as typed, and what could not be read. `before` is the method the draft has now."""
    problems: list[Problem] = []
    closes_at = (form.closes_at.data or "").strip()
    moment = moment_of(closes_at, zone) if closes_at else None
    if closes_at and moment is None:
        problems.append(Problem("draft.moment", "/closes_at"))
    method = {
        **(before or {}),
        "id": form.method.data,
        "rounding": {"places": _places(form.places.data), "mode": "half_up", "stage": form.stage.data},
        "requirement_fails_by": form.fails_by.data,
    }
    if before is None or before.get("id") != form.method.data:
        method.pop("tie_break", None)
    method.pop(KNOCK_OUT, None)
    if form.quality_first.data:
        method[KNOCK_OUT] = QUALITY
    data = {
        **{name: form[name].data or "" for name in ("title", "category", "description", "qualifications")},
        **{name: form[name].data or "" for name in ("contact", "phone", "rule_set_id")},
        "currency": (form.currency.data or "CNY").strip().upper(),
        "accepts_consortium": bool(form.accepts_consortium.data),
        "budget": _fen(form.budget.data, "/budget", problems),
        "closes_at": moment,
        "method": method,
        **procedure_fields.read(form, problems),
        "policies": policy_fields.read(form.policies.form, "/policies", problems),
        "terms": term_fields.read(form.terms.form, "/terms", problems),
        "lots": [_lot(lot.form, f"/lots/{at}", problems) for at, lot in enumerate(form.lots)],
        "criteria": _criteria(form, problems),
    }
    return data, problems


def field_at(form: Any, pointer: str) -> Field | None:
    """Return the field that a JSON pointer names, or None where the form has no field of its own for it."""
    found: Any = form
    for name in pointer.strip("/").split("/"):
        if name == "id":
            continue
        try:
            found = found.entries[int(name)] if isinstance(found, FieldList) else getattr(found, "form", found)[name]
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            return None
    return found if isinstance(found, Field) and not isinstance(found, FieldList | FormField) else None


def _lot(lot: Any, at: str, problems: list[Problem]) -> dict[str, Any]:
    return {
        "title": lot["title"].data or "",
        "ceiling": _fen(lot["ceiling"].data, f"{at}/ceiling", problems),
        "items": [_item(item.form) for item in lot["items"]],
    }


def _item(item: Any) -> dict[str, Any]:
    classification = (item["classification"].data or "").strip()
    return {
        "title": item["title"].data or "",
        "spec": item["spec"].data or "",
        "quantity": plain(item["quantity"].data),
        "unit": item["unit"].data or "",
        "classification": classification,
        "scheme": (item["scheme"].data or NATIONAL_SCHEME) if classification else "",
        "is_substantive": bool(item["is_substantive"].data),
    }


def _criteria(form: DraftForm, problems: list[Problem]) -> list[dict[str, Any]]:
    """Rows are numbered R1, R2 … and C1, C2 … in their order: nothing refers to them before publication."""
    found, counts = [], {"R": 0, "C": 0}
    for at, entry in enumerate(form.criteria):
        row: Any = entry.form
        kind = row["kind"].data or POINTS
        letter = "R" if kind == REQUIREMENT else "C"
        counts[letter] += 1
        typed = criterion_fields.read(row, f"/criteria/{at}", problems)
        found.append({"code": f"{letter}{counts[letter]}", **typed})
    return found


def _places(text: str | None) -> int:
    return int(text) if text and text in {one.value for one in PLACES} else 2


def _fen(text: str | None, at: str, problems: list[Problem]) -> int:
    typed = plain(text)
    if not typed:
        return 0
    try:
        return from_text(typed)
    except Refusal:
        problems.append(Problem("draft.money", at, {"most": "10,000,000,000,000.00"}))
        return 0


def _money_text(fen: int) -> str:
    return to_text(fen) if fen else ""
