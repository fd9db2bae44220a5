"""The office's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app
from flask_babel import get_locale

from foundation.errors import Refusal
from identity.guard import visitor
from procurement.rules.findings import Finding
from procurement.scoring.formula_words import criterion_lines
from procurement.tender import queries
from procurement.tender.models import Tender

blueprint = Blueprint("tender", __name__)


def own(ref: str) -> Tender:
    """Return a tender of the visitor's own authority; anybody else's is unknown here (404)."""
    found = queries.by_ref(ref)
    organisation = visitor().organisation
    if organisation is None or organisation.id != found.authority_id:
        raise Refusal("tender.unknown", 404, ref=ref)
    return found


def now() -> datetime:
    """Return the moment of the page."""
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def language() -> str:
    """Return the reader's language in the words of the rule sets."""
    return str(get_locale() or "zh_Hans")


@blueprint.app_template_filter("formula_said")
def formula_said(criterion: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the formula of a notice's criterion says, a line for each thing, in the reader's language."""
    return criterion_lines(criterion, language())


def anchor_of(pointer: str) -> str:
    """Return the id on the page of the place that a JSON pointer names: ``/lots/0/title`` → ``lots-0-title``."""
    return pointer.removesuffix("/id").strip("/").replace("/", "-") or "content"


def told(found: list[Finding]) -> list[dict[str, str]]:
    """Return findings for a page: rule, article, severity, anchor, sentence and remedy in the reader's language."""
    return [{**one.as_json(language()), "anchor": anchor_of(one.pointer)} for one in found]
