"""The page on which an officer goes through what the lint found, changes it, or sets it aside with a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.tender import lint, readiness
from procurement.tender.board import anchor_of, blueprint, language, own
from procurement.tender.forms import ReasonForm
from procurement.tender.models import Tender


@blueprint.get("/office/tenders/<ref>/clauses")
@open_to(Right.READ_TENDER)
def clauses(ref: str) -> Any:
    """Show every clause that the lint found, those set aside with who did it and why."""
    return _clauses(own(ref), "", None)


@blueprint.post("/office/tenders/<ref>/clauses/<passage>")
@open_to(Right.DRAFT)
def set_aside(ref: str, passage: str) -> Any:
    """Set one clause aside, with the reason typed."""
    form = ReasonForm(prefix=passage[:8])
    if not form.validate_on_submit():
        return _clauses(own(ref), passage, form)
    try:
        with act_now() as act:
            tender = own(ref)
            lint.set_aside(act, tender, readiness.rule_set_of(tender), passage, form.reason.data or "")
    except Refusal as refused:
        if refused.rule != "lint.unknown":
            raise
        flash(sentence(refused.rule, refused.facts), "bad")
    else:
        flash(gettext("Set aside. The approver and the supervisors read the reason."), "ok")
    return redirect(url_for("tender.clauses", ref=ref), 303)


def _clauses(tender: Tender, passage: str, typed: ReasonForm | None) -> Any:
    ruleset, tongue = readiness.rule_set_of(tender), language()
    aside = {one.passage: one for one in tender.overrides}
    rows = []
    for hit in lint.hits(tender, ruleset):
        rule = ruleset.rule(hit.rule)
        rows.append(
            {
                "hit": hit,
                "title": rule.title(tongue),
                "article": rule.cite(tongue),
                "confidence": rule.confidence,
                "remedy": rule.remedy(tongue),
                "blocks": rule.severity == "blocks",
                "place": lint.place_of(tender, hit),
                "anchor": anchor_of(hit.pointer),
                "aside": aside.get(hit.sha256),
                "form": typed if hit.sha256 == passage and typed else ReasonForm(None, prefix=hit.sha256[:8]),
            }
        )
    may_draft = Right.DRAFT in visitor().rights and tender.state in ("draft", "submitted")
    page = render_template("tender/clauses.html", tender=tender, rows=rows, may_draft=may_draft, typed=typed)
    return page, 422 if typed else 200
