"""The form's fields of a draft's terms, and their way to and from the plain data of `terms`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Form, FormField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget

from procurement.tender import terms
from procurement.tender.reader import Problem, Reader

_ = lazy_gettext
_NUMERIC = {"inputmode": "decimal", "class": "n"}

LANGUAGES = [
    SelectChoice("zh", _("Chinese")),
    SelectChoice("zh+en", _("Chinese and English; the Chinese text counts")),
]
BASES = [
    SelectChoice("none", _("No bond is asked for")),
    SelectChoice("percent", _("Percentage")),
    SelectChoice("amount", _("Amount in yuan")),
]
FORMS = [
    SelectChoice("transfer", _("Bank transfer")),
    SelectChoice("cheque", _("Cheque")),
    SelectChoice("draft", _("Bank draft")),
    SelectChoice("note", _("Promissory note")),
    SelectChoice("guarantee", _("Letter of guarantee of a bank or guarantor")),
]


class SelectMultipleCheckboxes(SelectMultipleField):
    """Several choices as ticks."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class BidBondForm(Form):
    """The bid bond."""

    basis = SelectField(_("Bid bond"), choices=BASES, default="none")
    value = StringField(_("How much"), description=_("Per cent of the budget, or yuan."), render_kw=_NUMERIC)
    forms = SelectMultipleCheckboxes(_("In which form"), choices=FORMS)


class PerformanceBondForm(Form):
    """The performance bond, a share of the contract."""

    basis = SelectField(_("Performance bond"), choices=BASES[:2], default="none")
    value = StringField(_("How much"), description=_("Per cent of the contract."), render_kw=_NUMERIC)
    forms = SelectMultipleCheckboxes(_("In which form"), choices=FORMS)


def _text(label: Any, rows: int = 3) -> TextAreaField:
    return TextAreaField(label, render_kw={"rows": rows})


class EnglishForm(Form):
    """The same texts in English, for a document in both languages."""

    instructions = _text(_("Instructions to bidders"))
    site_visit = _text(_("Site visit and meeting"), 2)
    certificates = _text(_("Certificates that bidders give"))
    offer_format = _text(_("What a bid consists of"))
    acceptance = _text(_("Acceptance"))
    contract = _text(_("Text of the contract"), 6)
    delivery_place = _text(_("Place of delivery"), 2)
    delivery_time = _text(_("Time of delivery"), 2)
    payment = _text(_("Payment"))
    invalidity = _text(_("When a bid is invalid"), 4)
    agency_fee = _text(_("Agency fee"), 2)
    credit_query = _text(_("How credit records are looked up"))
    other = _text(_("Other matters"))


class TermsForm(Form):
    """What the tender document says beside needs, criteria and times."""

    languages = RadioField(_("Languages of the tender document"), choices=LANGUAGES, default="zh")
    delivery_place = _text(_("Place of delivery"), 2)
    delivery_time = _text(_("Time of delivery"), 2)
    acceptance = _text(_("Acceptance"))
    payment = _text(_("Payment"))
    validity_days = StringField(_("Bids stay valid (days)"), render_kw={"inputmode": "numeric", "class": "n"})
    bid_bond = FormField(BidBondForm)
    performance_bond = FormField(PerformanceBondForm)
    agency_fee = _text(_("Agency fee"), 2)
    instructions = _text(_("Instructions to bidders"), 6)
    certificates = _text(_("Certificates that bidders give"), 5)
    offer_format = _text(_("What a bid consists of"), 4)
    invalidity = _text(_("When a bid is invalid"), 6)
    credit_query = _text(_("How credit records are looked up"), 4)
    site_visit = _text(_("Site visit and meeting"), 2)
    contract = _text(_("Text of the contract"), 12)
    other = _text(_("Other matters"), 4)
    english = FormField(EnglishForm)


def shown(data: Mapping[str, Any] | None, category: str = "goods") -> dict[str, Any]:
    """Return the terms of a draft as the fields show them; what a draft does not hold yet shows its default."""
    found = terms.read(Reader(data or {}, "", []), category)
    usual = {name: terms.usual_text(name, category)["en"] for name in terms.TEXTS}
    # An English text of ours follows its Chinese one until somebody writes another.
    english = {name: text for name, text in found["english"].items() if text != usual[name]}
    bonds = {
        name: {**found[name], "value": "" if found[name]["basis"] == "none" else found[name]["value"]}
        for name in ("bid_bond", "performance_bond")
    }
    return {**found, **bonds, "validity_days": str(found["validity_days"] or ""), "english": english}


def read(form: Any, at: str, problems: list[Problem]) -> dict[str, Any]:
    """Return the terms as typed; what cannot be read is told by `terms.read`."""
    return {
        "languages": form["languages"].data,
        **{name: form[name].data or "" for name in terms.TEXTS},
        "english": {name: form["english"].form[name].data or "" for name in terms.TEXTS},
        "validity_days": (form["validity_days"].data or "").strip(),
        **{name: _bond(form[name].form) for name in ("bid_bond", "performance_bond")},
    }


def _bond(form: Form) -> dict[str, Any]:
    return {
        "basis": form["basis"].data,
        "value": (form["value"].data or "").replace(",", "").replace("，", "").strip().removesuffix("%").strip(),
        "forms": list(form["forms"].data or []),
    }
