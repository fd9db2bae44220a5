"""The plan's blueprint and what its pages share. The modules of views add their addresses to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import get_locale

from foundation.errors import Refusal
from foundation.reader import Problem
from foundation.web import sentence
from identity import queries as identity
from identity.guard import visitor
from identity.models import Organisation
from identity.rights import Right
from procurement.plan import queries
from procurement.plan.models import BudgetLine, Project
from procurement.rules.findings import Finding

blueprint = Blueprint("plan", __name__)


def now() -> datetime:
    """Return the moment of the page."""
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def this_year() -> int:
    """Return the year of the page in the house's zone."""
    return now().astimezone(current_app.config["SETTINGS"].time_zone).year


def language() -> str:
    """Return the reader's language in the words of the rule sets."""
    return str(get_locale() or "zh_Hans")


def own(ref: str) -> Project:
    """Return a project that the visitor may read: the own authority's, or any for a supervisor; else 404."""
    found = queries.by_ref(ref)
    _demand_reader(found.authority_id)
    return found


def own_line(ref: str) -> BudgetLine:
    """Return a budget line that the visitor may read; else 404."""
    found = queries.line_by_ref(ref)
    _demand_reader(found.authority_id)
    return found


def authority_asked() -> Organisation | None:
    """Return whose plan a page shows: the visitor's own authority, or the one a supervisor asks for."""
    if Right.READ_CASE not in visitor().rights:
        return visitor().organisation
    asked = request.args.get("authority", "")[:20]
    if not asked:
        return None
    found = identity.organisation_by_ref(asked)
    if found.kind != "authority":
        raise Refusal("plan.unknown", 404, ref=asked)
    return found


def year_asked() -> int:
    """Return the year a page shows: the one asked for, or the present one."""
    asked = request.args.get("year", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else this_year()


def told(found: Iterable[Finding]) -> list[dict[str, str]]:
    """Return findings for a page: rule, article, severity, anchor, sentence and remedy in the reader's language."""
    return [{**one.as_json(language()), "anchor": anchor_of(one.pointer)} for one in found]


def problems_told(found: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems of a form for a page: anchor, pointer and sentence."""
    return [
        {"anchor": anchor_of(one.pointer), "pointer": one.pointer, "sentence": sentence(one.rule, dict(one.facts))}
        for one in found
    ]


def anchor_of(pointer: str) -> str:
    """Return the id on the page of the place that a JSON pointer names: ``/survey/0/on`` → ``survey-0-on``."""
    return pointer.strip("/").replace("/", "-") or "content"


def _demand_reader(authority_id: int) -> None:
    organisation = visitor().organisation
    if Right.READ_CASE in visitor().rights:
        return
    if organisation is None or organisation.id != authority_id:
        raise Refusal("plan.unknown", 404)
