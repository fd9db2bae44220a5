"""The office: an authority's own tenders from draft to notice. Officers draft, approvers publish."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.notices import queries as published
from procurement.rules.findings import blocking
from procurement.tender import (
    across,
    content,
    law,
    letters,
    operations,
    procedures,
    publishing,
    queries,
    readiness,
    stages,
    tender_document,
)
from procurement.tender.board import blueprint, language, now, own, told
from procurement.tender.forms import DocumentForm, ReasonForm
from procurement.tender.lifecycle import TENDER
from procurement.tender.models import Tender

# The module below adds its addresses to the blueprint when it is loaded.
from procurement.tender import amending_views, document_views, editing, lint_views, plan_views, publicity_views  # noqa: F401  isort: skip
from procurement.tender import backlog_views  # noqa: F401  isort: skip

_GROUPS = (
    ("submitted", ("submitted",)),
    ("draft", ("draft",)),
    ("open", ("open",)),
    ("closed", ("closed",)),
    ("over", ("cancelled", "discarded")),
)


@blueprint.get("/office")
@open_to(Right.READ_TENDER)
def desk() -> Any:
    """Show the authority's own tenders, those that wait for somebody first."""
    organisation = visitor().organisation
    tenders = queries.of_authority(organisation) if organisation is not None else []
    moment = now()
    missing = {
        one.ref: len(blocking(readiness.issues(one, moment))) for one in tenders if one.state in ("draft", "submitted")
    }
    groups = [(name, [one for one in tenders if one.state in states]) for name, states in _GROUPS]
    year = moment.astimezone(current_app.config["SETTINGS"].time_zone).year
    return render_template(
        "tender/desk.html",
        groups=[group for group in groups if group[1]],
        missing=missing,
        moment=moment,
        year=year,
        told=across.told(organisation, moment, year) if organisation is not None else [],
    )


@blueprint.get("/office/tenders/<ref>")
@open_to(Right.READ_TENDER)
def show(ref: str) -> Any:
    """Show one tender to its own authority: where it stands, what it lacks, what can be done now."""
    return _show(own(ref), ReasonForm())


@blueprint.get("/office/tenders/<ref>/preview")
@open_to(Right.READ_TENDER)
def preview(ref: str) -> Any:
    """Show the notice as it would be published now."""
    tender = own(ref)
    return render_template("tender/preview.html", tender=tender, notice=_notice(tender), **_law(tender))


@blueprint.get("/office/tenders/<ref>/approve")
@open_to(Right.APPROVE)
def approve(ref: str) -> Any:
    """Let the approver read everything, then publish or return it."""
    return _approve(own(ref), ReasonForm())


@blueprint.post("/office/tenders/<ref>/submit")
@open_to(Right.DRAFT)
def submit(ref: str) -> Any:
    """Hand a draft to the approver."""
    own(ref)
    with act_now() as act:
        operations.submit(act, own(ref))
    flash(gettext("Submitted. Another person of your authority approves and publishes it."), "ok")
    return redirect(url_for("tender.show", ref=ref), 303)


@blueprint.post("/office/tenders/<ref>/discard")
@open_to(Right.DRAFT)
def discard(ref: str) -> Any:
    """Put a draft aside."""
    own(ref)
    with act_now() as act:
        operations.discard(act, own(ref))
    flash(gettext("The draft was put aside."), "ok")
    return redirect(url_for("tender.desk"), 303)


@blueprint.post("/office/tenders/<ref>/publish")
@open_to(Right.APPROVE)
def publish(ref: str) -> Any:
    """Approve and publish."""
    tender = own(ref)
    prepared = operations.prepare_publication(tender)
    try:
        with act_now() as act:
            operations.publish(act, own(ref), prepared)
    except Refusal as refused:
        if refused.rule not in ("tender.not_ready", "tender.changed", "tender.by_a_second_person"):
            raise
        return _approve(own(ref), ReasonForm(), refused)
    letters.invite(own(ref))
    flash(gettext("Published. The notice is signed and cannot be changed any more."), "ok")
    return redirect(url_for("tender.show", ref=ref), 303)


@blueprint.post("/office/tenders/<ref>/return")
@open_to(Right.APPROVE)
def return_to_draft(ref: str) -> Any:
    """Give a submitted tender back with a reason."""
    tender, form = own(ref), ReasonForm()
    if not form.validate_on_submit():
        return _approve(tender, form)
    with act_now() as act:
        operations.return_to_draft(act, own(ref), form.reason.data or "")
    flash(gettext("Returned to its officer."), "ok")
    return redirect(url_for("tender.show", ref=ref), 303)


@blueprint.route("/office/tenders/<ref>/cancel", methods=["GET", "POST"])
@open_to(Right.APPROVE)
def cancel(ref: str) -> Any:
    """Cancel an open tender before its deadline, with a reason that everyone can read."""
    tender, form = own(ref), ReasonForm()
    if tender.state != "open":
        return redirect(url_for("tender.show", ref=ref), 303)
    if form.validate_on_submit():
        with act_now() as act:
            operations.cancel(act, own(ref), form.reason.data or "")
        flash(gettext("The tender was cancelled and its notice published."), "ok")
        return redirect(url_for("tender.show", ref=ref), 303)
    page = render_template("tender/cancel.html", tender=tender, form=form)
    return page, 422 if form.is_submitted() else 200


def _show(tender: Tender, form: ReasonForm) -> Any:
    rights = visitor().rights
    notices = published.of_tender(tender.ref) if tender.published_at is not None else []
    return render_template(
        "tender/show.html",
        tender=tender,
        offered=TENDER.offered(tender, rights),
        may_draft=Right.DRAFT in rights,
        is_author=_is_author(tender),
        notices=notices,
        form=form,
        amendment=queries.amendment_of(tender) if tender.state == "open" else None,
        document_form=DocumentForm(),
        **_law(tender),
    )


def _approve(tender: Tender, form: ReasonForm, refused: Refusal | None = None) -> Any:
    if tender.state != "submitted":
        return redirect(url_for("tender.show", ref=tender.ref), 303)
    page = render_template(
        "tender/approve.html",
        tender=tender,
        notice=_notice(tender),
        form=form,
        refused=sentence(refused.rule, refused.facts) if refused is not None else "",
        publicity=procedures.needs_publicity(tender, readiness.rule_set_of(tender)),
        is_author=_is_author(tender),
        **_law(tender),
    )
    return page, 409 if refused is not None else 422 if form.is_submitted() and form.errors else 200


def _law(tender: Tender) -> dict[str, Any]:
    """Return what every page of a tender says about the law: its rule set, and before publication what it lacks."""
    ruleset = readiness.rule_set_of(tender)
    moment = now()
    findings = readiness.issues(tender, moment) if tender.state in ("draft", "submitted") else []
    found = told(findings)
    counted = readiness.earliest(tender, moment) if findings or tender.state in ("draft", "submitted") else None
    procedure, stage = law.procedure_in(ruleset, tender), law.stage_in(ruleset, tender)
    return {
        "procedure_name": procedure.name.template(language()) if procedure is not None else gettext("Open tender"),
        "has_document": tender_document.CONTENTS in ruleset,
        "stage": stage,
        "stage_name": stage.name.template(language()) if stage is not None else "",
        "round": stages.round_of(tender),
        "ground": dict(procedure.grounds)[tender.ground].template(language())
        if procedure is not None and tender.ground in dict(procedure.grounds)
        else "",
        "chain": stages.chain(tender),
        "rule_set_name": ruleset.name.template(language()),
        "demonstration": ruleset.demonstration,
        "blocking": [one for one in found if one["severity"] == "blocks"],
        "advice": [one for one in found if one["severity"] != "blocks"],
        "counted_words": counted.explanation(language()) if counted is not None else "",
        "earliest": counted.ends_at if counted is not None else None,
        "moment": moment,
    }


def _notice(tender: Tender) -> dict[str, Any]:
    """Return the content of the tender's notice: the signed one, or before publication as it would be now."""
    if tender.notice_ref is not None:
        return queries.notice_content(tender)
    zone = current_app.config["SETTINGS"].time_zone
    ruleset = readiness.rule_set_of(tender)
    bundle = publishing.client_bundle()
    return content.notice_of(tender, ruleset, at=now(), zone=zone, keys=(), bundle=bundle)


def _is_author(tender: Tender) -> bool:
    account = visitor().account
    return account is not None and account.id in (tender.created_by_id, tender.submitted_by_id)
