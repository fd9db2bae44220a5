"""Questions as pages: the supplier asks, the office answers to everyone."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from bidding.box.blinded import Owner
from foundation.canonical import canonical
from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.clarification import operations, queries
from procurement.clarification.board import blueprint, now, takes
from procurement.clarification.forms import AskForm
from procurement.clarification.operations import LAST_MOMENT, Answer
from procurement.tender import queries as tenders
from procurement.tender import readiness
from procurement.tender.models import Tender

# The module below adds its addresses to the blueprint when it is loaded.
from procurement.clarification import following_views  # noqa: F401  isort: skip


@blueprint.route("/tenders/<ref>/ask", methods=["GET", "POST"])
@open_to(Right.BID)
def ask(ref: str) -> Any:
    """Let a supplier ask, and see its own questions."""
    tender, owner, form = tenders.published_by_ref(ref), Owner.of(visitor()), AskForm()
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.ask(act, tenders.published_by_ref(ref), owner, form.text.data or "")
        except Refusal as refused:
            if not refused.rule.startswith("question."):
                raise
            form.text.errors = [sentence(refused.rule, refused.facts)]
        else:
            flash(_("Your question was taken. The answer is published for everyone, without your name."), "ok")
            return redirect(url_for("clarification.ask", ref=ref), 303)
    tender = tenders.published_by_ref(ref)
    page = render_template(
        "clarification/ask.html",
        tender=tender,
        form=form,
        own=queries.own(owner, tender),
        may_ask=takes(tender),
        late=_late(tender),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/tenders/<ref>/ask/<question>/receipt.json")
@open_to(Right.BID)
def receipt(ref: str, question: str) -> Response:
    """Give the receipt of one's own question, with its private part."""
    found = queries.own_by_ref(Owner.of(visitor()), tenders.published_by_ref(ref), question)
    response = Response(canonical(queries.receipt(found)), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{found.ref}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/office/tenders/<ref>/questions")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def inbox(ref: str) -> Any:
    """Show the questions about a tender to its office, and to supervision: the words, never who asked."""
    return _inbox(_readable(ref))


@blueprint.post("/office/tenders/<ref>/questions")
@open_to(Right.DRAFT)
def answer(ref: str) -> Any:
    """Publish answers to the questions that were chosen."""
    tender, form = _readable(ref), FlaskForm()
    if not form.validate_on_submit():
        return _inbox(tender, _("This form was open for too long or comes from another page. Send it once more."))
    try:
        with act_now() as act:
            tender = tenders.by_ref(ref)
            operations.answer(act, tender, _answers(), amendment=request.form.get("amendment", "")[:20])
    except Refusal as refused:
        if not refused.rule.startswith(("clarification.", "question.")):
            raise
        return _inbox(_readable(ref), sentence(refused.rule, refused.facts))
    flash(_("Signed and published. Everyone reads the same answer."), "ok")
    return redirect(url_for("clarification.inbox", ref=ref), 303)


def _inbox(tender: Tender, fault: str = "") -> Any:
    may_answer = Right.DRAFT in visitor().rights and takes(tender) and _is_own(tender)
    page = render_template(
        "clarification/inbox.html",
        tender=tender,
        form=FlaskForm(),
        waiting=queries.waiting(tender, now()),
        ended=queries.of_tender(tender, "answered", "lapsed"),
        amendments=tenders.amendments_of(tender),
        may_answer=may_answer,
        is_own=_is_own(tender),
        given=request.form,
        fault=fault,
    )
    return page, 422 if fault else 200


def _answers() -> list[Answer]:
    chosen = request.form.getlist("question")[:200]
    return [
        Answer(ref[:20], request.form.get(f"words-{ref}", ""), request.form.get(f"answer-{ref}", "")) for ref in chosen
    ]


def _late(tender: Tender) -> str:
    """Return what the rule says of a question asked now, where its answer may come after the deadline."""
    counted = operations.last_moment(tender)
    if counted is None or now() <= counted.ends_at:
        return ""
    rule = readiness.rule_set_of(tender).rule(LAST_MOMENT)
    return rule.sentence(str(get_locale()), latest=counted.ends_at, deadline=tender.closes_at)


def _readable(ref: str) -> Tender:
    """Return a tender of the visitor's own authority, or any published one for supervision; else it is unknown."""
    found = tenders.published_by_ref(ref)
    if not _is_own(found) and Right.READ_CASE not in visitor().rights:
        raise Refusal("tender.unknown", 404, ref=ref)
    return found


def _is_own(tender: Tender) -> bool:
    organisation = visitor().organisation
    return organisation is not None and organisation.id == tender.authority_id

