"""Pages of a selection: the office's proposal and decision, the next stage, and an applicant's own result."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from bidding.box.models import Bid
from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.award import letters, queries, selection, standing
from procurement.award.board import blueprint, explain, lot_of_own
from procurement.award.forms import DecideForm, NextForm, ReturnForm, SelectForm
from procurement.award.lifecycle import SELECTION
from procurement.award.models import Selection
from procurement.award.notice import why_excluded
from procurement.notices import queries as notices
from procurement.tender import invitees, law, stages
from procurement.tender.forms import moment_of
from procurement.tender.models import Lot

_JUDGED = ("evaluated", "selecting", "advanced", "agreed")


@blueprint.get("/office/tenders/<ref>/lots/<lot>/selection")
@open_to(Right.READ_TENDER)
def selecting(ref: str, lot: str) -> Any:
    """Show who goes on and who does not, and what may be done now."""
    return _page(lot_of_own(ref, lot))


@blueprint.post("/office/tenders/<ref>/lots/<lot>/selection/propose")
@open_to(Right.DRAFT)
def propose_selection(ref: str, lot: str) -> Any:
    """Propose who goes on."""
    form = _select_form(lot_of_own(ref, lot))
    if form.validate_on_submit():
        try:
            with act_now() as act:
                selection.propose(act, lot_of_own(ref, lot), form.reason.data or "", form.left_out())
        except Refusal as refusal:
            explain(form, refusal, form.reason)
        else:
            flash(gettext("The selection is with the approver."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), proposing=form), 422


@blueprint.post("/office/tenders/<ref>/lots/<lot>/selection/return")
@open_to(Right.APPROVE)
def return_selection(ref: str, lot: str) -> Any:
    """Give the proposal back to the officer."""
    form = ReturnForm(prefix="back")
    if form.validate_on_submit():
        try:
            with act_now() as act:
                selection.return_proposal(act, lot_of_own(ref, lot), form.reason.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.reason)
        else:
            flash(gettext("The selection went back to the officer."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), returning=form), 422


@blueprint.post("/office/tenders/<ref>/lots/<lot>/selection/decide")
@open_to(Right.APPROVE)
def decide_selection(ref: str, lot: str) -> Any:
    """Decide as proposed, publish the notice, and tell each applicant its own result."""
    form = DecideForm(prefix="decide")
    if form.validate_on_submit():
        try:
            with act_now() as act:
                selection.decide(act, lot_of_own(ref, lot), form.remark.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.remark)
        else:
            letters.tell_applicants(lot_of_own(ref, lot))
            flash(gettext("It is decided who goes on. Every applicant was told its own result."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), deciding=form), 422


@blueprint.post("/office/tenders/<ref>/lots/<lot>/selection/next")
@open_to(Right.DRAFT)
def open_next(ref: str, lot: str) -> Any:
    """Begin the draft of the following stage."""
    form = _next_form(lot_of_own(ref, lot))
    zone = current_app.config["SETTINGS"].time_zone
    if form.validate_on_submit():
        typed = (form.closes_at.data or "").strip()
        closes_at = moment_of(typed, zone) if typed else None
        if typed and closes_at is None:
            form.closes_at.errors = [sentence("draft.moment", {})]
            return _page(lot_of_own(ref, lot), following=form), 422
        try:
            with act_now() as act:
                later = selection.open_next(act, lot_of_own(ref, lot), form.stage.data, closes_at).ref
        except Refusal as refusal:
            explain(form, refusal, form.stage)
        else:
            flash(gettext("The draft of the next stage is there. Read it, then submit it for approval."), "ok")
            return redirect(url_for("tender.show", ref=later), 303)
    return _page(lot_of_own(ref, lot), following=form), 422


def ends_in_selection(lot: Lot) -> bool:
    """Tell whether a lot's stage ends in a selection instead of an award."""
    stage = law.stage_of(lot.tender)
    return stage is not None and stage.outcome in (selection.ADVANCE, selection.AGREEMENT)


def own_result(lot: Lot, bid: Bid) -> str:
    """Show an applicant its own result with the reasons, and what comes next; of others nothing."""
    found = queries.selection_of(lot)
    facts: dict[str, Any] = {"lot": lot, "tender": lot.tender, "bid": bid, "selection": None}
    if found is not None and found.state == "decided" and found.notice_ref is not None:
        document = queries.evaluation_of(lot).document
        name = queries.name_in(document, bid)
        place = standing.standing_of(document, name)
        behind = next((one for one in found.left_out if one["bid"] == name), None)
        notice = notices.by_ref(found.notice_ref)
        said = notices.content(notice)
        facts |= {
            "selection": found,
            "goes_on": any(one["bid"] == name for one in found.bids),
            "behind": behind,
            "why": why_excluded(place, document, str(get_locale())) if place else "",
            "verdicts": standing.verdicts(document, name) if place else [],
            "experts": standing.experts_count(document),
            "notice": notice,
            # A framework's decision is told by the notice of its agreement.
            "challenge": said.get("challenge") or said[selection.AGREEMENT]["challenge"],
            "issuer": said["issuer"],
            "challenge_article": queries.ruleset_of(lot.tender).rule("challenge.period").cite(str(get_locale())),
            "later": _invited(lot),
        }
    return render_template("award/selection_own.html", **facts)


def _invited(lot: Lot) -> list[Any]:
    """Return the published following stages to which the visitor's organisation is invited."""
    organisation = visitor().organisation
    return [
        one
        for one in stages.living_follow_ups(lot)
        if organisation is not None and one.published_at is not None and invitees.is_invited(one, organisation)
    ]


def _select_form(lot: Lot) -> SelectForm:
    found = selection.choice(lot)
    return SelectForm.offer((*found.stay, *found.tied))


def _next_form(lot: Lot) -> NextForm:
    form, locale = NextForm(prefix="next"), str(get_locale())
    procedure = law.procedure_of(lot.tender)
    following = procedure.following(lot.tender.stage) if procedure is not None else ()
    form.stage.choices = [SelectChoice(one.id, one.name.template(locale)) for one in following]
    if len(following) == 1 and not form.is_submitted():
        form.stage.data = following[0].id
    return form


def _page(
    lot: Lot,
    *,
    proposing: SelectForm | None = None,
    returning: ReturnForm | None = None,
    deciding: DecideForm | None = None,
    following: NextForm | None = None,
) -> str:
    found = queries.selection_of(lot)
    facts: dict[str, Any] = {"lot": lot, "tender": lot.tender, "selection": found, "stage": selection.stage_of(lot)}
    if lot.state in _JUDGED:
        facts |= _facts(lot, found)
        facts["forms"] = {
            "proposing": proposing or (_select_form(lot) if "propose" in facts["offered"] else None),
            "returning": returning or ReturnForm(prefix="back", formdata=None),
            "deciding": deciding or DecideForm(prefix="decide", formdata=None),
            "following": following or _next_form(lot),
        }
    return render_template("award/selection.html", **facts)


def _facts(lot: Lot, found: Selection | None) -> dict[str, Any]:
    who, locale = visitor(), str(get_locale())
    document, rules = queries.evaluation_of(lot).document, queries.ruleset_of(lot.tender)
    choice = selection.choice(lot)
    places = standing.standings(document)
    if found is not None:
        stay = [one["bid"] for one in found.bids]
        behind = {one["bid"]: one for one in found.left_out}
    else:
        stay, behind = [*choice.stay, *choice.tied], {one["bid"]: one for one in choice.left_out}
    rule = choice.rule or (rules.rule(selection.LEAST) if selection.LEAST in rules else None)
    return {
        "choice": choice,
        "stay": [one for one in places if one.bid in stay],
        "behind": [
            (one, behind.get(one.bid), why_excluded(one, document, locale)) for one in places if one.bid not in stay
        ],
        "bids": {queries.name_in(document, bid): bid for bid in queries.opened_bids(lot)},
        "offered": set(SELECTION.offered(found or Selection(state=SELECTION.first), who.rights))
        if lot.state in ("evaluated", "selecting")
        else set(),
        "is_own_proposal": bool(found and who.account and found.proposed_by_id == who.account.id),
        "rule_title": rule.title(locale) if rule else "",
        "rule_article": rule.cite(locale) if rule else "",
        "notice": notices.by_ref(found.notice_ref) if found is not None and found.notice_ref else None,
        "later": stages.living_follow_ups(lot) if lot.state == "advanced" else [],
        "may_draft": Right.DRAFT in who.rights,
    }


def _back(ref: str, lot: str) -> Response:
    return redirect(url_for("award.selecting", ref=ref, lot=lot), 303)
