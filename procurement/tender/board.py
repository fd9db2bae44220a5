"""The office's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app
from flask_babel import get_locale

from foundation.errors import Refusal
from identity.guard import visitor
from procurement.rules.findings import Finding
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


def anchor_of(pointer: str) -> str:
    """Return the id on the page of the place that a JSON pointer names: ``/lots/0/title`` → ``lots-0-title``."""
    return pointer.strip("/").replace("/", "-") or "content"


def told(found: list[Finding]) -> list[dict[str, str]]:
    """Return findings for a page: rule, article, severity, anchor, sentence and remedy in the reader's language."""
    return [{**one.as_json(language()), "anchor": anchor_of(one.pointer)} for one in found]
