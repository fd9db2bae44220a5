"""The law as data, open to everyone: the rule sets, each rule with its article, and what two versions change."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as Answer

from foundation.canonical import canonical
from foundation.errors import Refusal
from identity.guard import open_to, visitor
from identity.rights import Right
from procurement.portal import rule_words, words
from procurement.portal.board import blueprint
from procurement.rules import ruleset as rulesets
from procurement.rules.compare import compare
from procurement.rules.ruleset import RuleSet
from procurement.tender import law
from procurement.tender import queries as tenders_of

_TENDER = re.compile(r"T-[0-9]{4}-[0-9]{6,}\Z")


@blueprint.get("/rules")
@open_to(Right.READ_PUBLIC)
def rules() -> str:
    """List the rule sets: which are in force, and which are only for demonstrations."""
    return render_template("portal/rules.html", sets=rulesets.every(), **_frame())


@blueprint.get("/rules/<name>")
@open_to(Right.READ_PUBLIC)
def rule_set(name: str) -> str:
    """Show a rule set, or the one frozen on a tender: every rule with article, source, dates and confidence."""
    found, ref = _found(name)
    doubtful = [rule for rule in found.rules if rule.confidence == "to_confirm"]
    return render_template(
        "portal/rules_set.html",
        ruleset=found,
        name=name,
        ref=ref,
        body_size=len(canonical(found.as_json())),
        groups=rule_words.grouped(found.rules),
        doubtful=doubtful,
        is_editor=Right.DRAFT in visitor().rights,
        counts={mark: sum(rule.confidence == mark for rule in found.rules) for mark in rule_words.CONFIDENCE},
        sets=rulesets.every(),
        **_frame(),
    )


@blueprint.get("/rules/<name>.json")
@open_to(Right.READ_PUBLIC)
def rule_set_json(name: str) -> Response:
    """Give the canonical bytes of a rule set, whose SHA-256 is its digest."""
    found, _ref = _found(name)
    answer = Response(canonical(found.as_json()), mimetype="application/json")
    answer.set_etag(found.digest())
    return answer.make_conditional(request)  # type: ignore[return-value]


@blueprint.get("/rules/compare")
@open_to(Right.READ_PUBLIC)
def rules_compare() -> str | Answer:
    """Show what one rule set changes in another; ``a`` and ``b`` are ids of sets or references of tenders."""
    asked = {side: request.args.get(side, "").strip()[:40] for side in ("a", "b")}
    if not all(asked.values()):
        return redirect(url_for("portal.rules"))
    (before, _), (after, _) = (_found(asked[side]) for side in ("a", "b"))
    return render_template(
        "portal/rules_compare.html", found=compare(before, after), asked=asked, sets=rulesets.every(), **_frame()
    )


def _found(name: str) -> tuple[RuleSet, str]:
    """Return a set by its id, or the one frozen on a published tender with that tender's reference."""
    if _TENDER.match(name):
        tender = tenders_of.published_by_ref(name)
        return law.frozen_set(tender), tender.ref
    for ruleset in rulesets.every():
        if ruleset.id == name:
            return ruleset, ""
    raise Refusal("rules.unknown_set", 404, name=name)


def _frame() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    today = current_app.extensions["clock"].now().astimezone(settings.time_zone).date()
    return {"words": rule_words, "kinds": words.CATEGORIES, "today": today, "locale": str(get_locale())}
