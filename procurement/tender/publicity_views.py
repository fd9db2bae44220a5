"""The page on which an approver makes a single source purchase public before its notice."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.notices import queries as published
from procurement.rules.counting import due_on
from procurement.tender import law, operations, procedures
from procurement.tender.board import blueprint, language, now, own, told
from procurement.tender.models import Tender

_ = lazy_gettext


class OpinionForm(Form):
    """What one expert said."""

    name = StringField(_("Name of the expert"))
    unit = StringField(_("Work unit"))
    title = StringField(_("Professional title"))
    opinion = TextAreaField(_("Opinion"), render_kw={"rows": 3})


class PublicityForm(FlaskForm):
    """The experts' opinions; three rows, of which some may stay empty."""

    opinions = FieldList(FormField(OpinionForm), min_entries=3, max_entries=20)


@blueprint.route("/office/tenders/<ref>/publicity", methods=["GET", "POST"])
@open_to(Right.APPROVE)
def publicity(ref: str) -> Any:
    """Show what would be made public, take the experts' opinions, and publish."""
    tender, form = own(ref), PublicityForm()
    if not procedures.needs_publicity(tender, law.rule_set_of(tender)):
        return redirect(url_for("tender.show", ref=ref), 303)
    if not form.validate_on_submit():
        return _page(tender, form, None)
    try:
        with act_now() as act:
            rows: Any = form.opinions.data
            operations.publicise(act, own(ref), opinions=rows)
    except Refusal as refused:
        if not refused.rule.startswith(("publicity.", "tender.")):
            raise
        return _page(own(ref), form, refused), refused.status
    said = gettext("The publicity was signed and published. The purchase may be published when its period is over.")
    flash(said, "ok")
    return redirect(url_for("tender.approve", ref=ref), 303)


def _page(tender: Tender, form: PublicityForm, refused: Refusal | None) -> str:
    ruleset, account = law.rule_set_of(tender), visitor().account
    rule, procedure = ruleset.rule(procedures.PUBLICITY), ruleset.procedure(tender.procedure)
    made = published.of_tender(tender.ref, kind="single_source")
    own_of = (procedures.PUBLICITY, procedures.PUBLICITY_GROUNDS)
    stopping = [one for one in procedures.findings(tender, ruleset, now()) if one.rule_id not in own_of and one.blocks]
    return render_template(
        "tender/publicity.html",
        tender=tender,
        form=form,
        ground=dict(procedure.grounds)[tender.ground].template(language()) if tender.ground else "",
        rule_title=rule.title(language()),
        article=rule.cite(language()),
        ends_at=due_on(rule, now()).ends_at,
        blocking=told(stopping),
        is_author=account is not None and account.id in (tender.created_by_id, tender.submitted_by_id),
        is_submitted=tender.state == "submitted",
        made=made[-1] if made and procedures.publicity_of(tender) is not None else None,
        refused=sentence(refused.rule, refused.facts) if refused is not None else "",
        reasons=[one.sentence(language()) for one in refused.reasons] if refused is not None else [],
    )
