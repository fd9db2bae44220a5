"""The room's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import get_locale
from flask_wtf import FlaskForm

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import visitor
from procurement.tender import queries as tenders
from procurement.tender.models import Lot

blueprint = Blueprint("award", __name__)


def lot_of_own(ref: str, number: str) -> Lot:
    """Return a lot of the visitor's own authority; others' tenders are not there."""
    tender = tenders.by_ref(ref)
    organisation = visitor().organisation
    if organisation is None or tender.authority_id != organisation.id:
        raise Refusal("tender.unknown", 404)
    return tenders.lot_of(tender, number)


def explain(form: FlaskForm, refusal: Refusal, field: Any) -> None:
    """Keep what was typed and say beside it why it was refused; what is not there stays a page of its own."""
    if refusal.status in (403, 404):
        raise refusal
    locale = str(get_locale())
    said = [sentence(refusal.rule, refusal.facts)]
    said += [one.sentence(locale) for one in refusal.reasons if hasattr(one, "sentence")]
    if refusal.status == 422:
        field.errors = [*field.errors, *said]
    else:
        form.form_errors.extend(said)
