"""The pages of the panel: the officer assigns and replaces, the expert declares or steps back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from foundation.errors import Refusal
from identity import queries as identity
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.panel import operations, queries, readiness
from procurement.panel.forms import CAPACITY_NAMES, AssignForm, DeclareForm, RecuseForm, RemoveForm, ReplaceForm
from procurement.panel.models import PanelMember
from procurement.rules.findings import Finding, blocking
from procurement.tender import queries as tenders
from procurement.tender.models import Tender

blueprint = Blueprint("panel", __name__)


@blueprint.route("/office/tenders/<ref>/panel", methods=["GET", "POST"])
@open_to(Right.DRAFT, Right.APPROVE)
def show(ref: str) -> Any:
    """Show the panel with everything that stands in its way; the officer assigns here."""
    tender = _own_tender(ref)
    form = AssignForm()
    found: tuple[dict[str, str], ...] = ()
    form.offer(queries.candidates(tender))
    if form.validate_on_submit():
        if not visitor().has(Right.DRAFT):
            raise Refusal("door.not_yours", 403)
        try:
            with act_now() as act:
                account = identity.account_by_ref(form.account.data)
                operations.assign(
                    act, tenders.by_ref(ref), account, capacity=form.capacity.data, reason=form.reason.data or ""
                )
        except Refusal as refusal:
            found = _told(refusal, form)
            tender = _own_tender(ref)
        else:
            flash(_("The expert has a seat now."))
            return redirect(url_for("panel.show", ref=ref))
    seats = queries.seats(tender)
    members = [one for one in seats if one.ended_at is None]
    findings = readiness.findings(tender, members) if tender.frozen else []
    return render_template(
        "panel/show.html",
        tender=tender,
        form=form,
        found=found,
        members=members,
        ended=[one for one in seats if one.ended_at is not None],
        vacant={one.id for one in seats if one.ended_at is not None and queries.successor_of(one) is None},
        numbers={one.id: one.number for one in seats},
        findings=[one.as_json(g.tongue) for one in findings if one.blocks],
        warnings=[one.as_json(g.tongue) for one in findings if not one.blocks],
        is_complete=not blocking(findings),
        is_changing=_is_changing(tender),
        is_opened=any(lot.state not in queries.BEFORE_OPENING for lot in tender.lots),
        capacities=CAPACITY_NAMES,
        endings=_ending,
        may_change=visitor().has(Right.DRAFT),
    ), _status(form)


@blueprint.route("/office/tenders/<ref>/panel/<int:number>/replace", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def replace(ref: str, number: int) -> Any:
    """Replace a member on the record."""
    tender = _own_tender(ref)
    member = queries.seat(tender, number)
    form = ReplaceForm()
    found: tuple[dict[str, str], ...] = ()
    form.offer(queries.candidates(tender))
    if form.validate_on_submit():
        try:
            with act_now() as act:
                account = identity.account_by_ref(form.account.data)
                operations.replace(act, queries.seat(tenders.by_ref(ref), number), account, form.reason.data or "")
        except Refusal as refusal:
            found = _told(refusal, form)
            tender = _own_tender(ref)
            member = queries.seat(tender, number)
        else:
            flash(_("The member is replaced. The old sheets are kept and do not count."))
            return redirect(url_for("panel.show", ref=ref))
    return render_template(
        "panel/replace.html", tender=tender, member=member, form=form, found=found, capacities=CAPACITY_NAMES
    ), _status(form)


@blueprint.route("/office/tenders/<ref>/panel/<int:number>/remove", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def remove(ref: str, number: int) -> Any:
    """Take back an assignment before the opening."""
    tender = _own_tender(ref)
    member = queries.seat(tender, number)
    form = RemoveForm()
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.remove(act, queries.seat(tenders.by_ref(ref), number), form.reason.data or "")
        except Refusal as refusal:
            _told(refusal, form)
            tender = _own_tender(ref)
            member = queries.seat(tender, number)
        else:
            flash(_("The assignment is taken back."))
            return redirect(url_for("panel.show", ref=ref))
    return render_template(
        "panel/remove.html", tender=tender, member=member, form=form, capacities=CAPACITY_NAMES
    ), _status(form)


@blueprint.route("/judging/<ref>/declaration", methods=["GET", "POST"])
@open_to(Right.SCORE)
def declare(ref: str) -> Any:
    """Show the bidders' names, on this page only, and take the declaration that no relation is in the way."""
    tender = tenders.published_by_ref(ref)
    member = _own_seat(tender)
    form = DeclareForm()
    if form.validate_on_submit():
        try:
            with act_now() as act:
                tender = tenders.published_by_ref(ref)
                operations.declare(act, _own_seat(tender))
        except Refusal as refusal:
            _told(refusal, form)
            tender = tenders.published_by_ref(ref)
            member = _own_seat(tender)
        else:
            flash(_("Your declaration is on record. You can judge now."))
            return redirect(url_for("evaluation.mine"))
    return _declaration(tender, member, form, _recusal(tender))


@blueprint.post("/judging/<ref>/recusal")
@open_to(Right.SCORE)
def recuse(ref: str) -> Any:
    """Step back from a panel."""
    tender = tenders.published_by_ref(ref)
    member = _own_seat(tender)
    form = _recusal(tender)
    if form.validate_on_submit():
        with act_now() as act:
            tender = tenders.published_by_ref(ref)
            operations.recuse(act, _own_seat(tender), form.ground.data, form.words.data or "")
        flash(_("You have stepped back. The authority fills your place."))
        return redirect(url_for("evaluation.mine"))
    return _declaration(tender, member, DeclareForm(), form)


def _declaration(tender: Tender, member: PanelMember, form: DeclareForm, recusal: RecuseForm) -> Any:
    rules = queries.rule_set(tender)
    now = current_app.extensions["clock"].now()
    bidders = queries.bidders(tender)
    return render_template(
        "panel/declare.html",
        tender=tender,
        member=member,
        form=form,
        recusal=recusal,
        is_opened=queries.is_opened(tender),
        bidders=bidders,
        ties=queries.ties(member.account, bidders, readiness.recusal_since(rules, now)),
        article=rules.rule("panel.recusal").cite(g.tongue),
        grounds=[rules.rule("panel.recusal").label(key, g.tongue) for key in rules.rule("panel.recusal").items],
    ), _status(form, recusal)


def _recusal(tender: Tender) -> RecuseForm:
    rule = queries.rule_set(tender).rule("panel.recusal")
    form = RecuseForm()
    form.offer([(key, rule.label(key, g.tongue)) for key in rule.items])
    return form


def _own_tender(ref: str) -> Tender:
    """Return a tender of the visitor's own authority; another's is as unknown as none."""
    tender, organisation = tenders.by_ref(ref), visitor().organisation
    if organisation is None or tender.authority_id != organisation.id:
        raise Refusal("tender.unknown", 404, ref=ref)
    return tender


def _own_seat(tender: Tender) -> PanelMember:
    account = visitor().account
    if account is None:
        raise Refusal("panel.not_a_member", 403)
    return queries.member_of(tender, account)


def _is_changing(tender: Tender) -> bool:
    return tender.published_at is not None and any(
        lot.state in (*queries.BEFORE_OPENING[1:], queries.TO_JUDGE) for lot in tender.lots
    )


def _ending(member: PanelMember, tender: Tender) -> str:
    """Return why a seat ended, with the ground of a recusal in the reader's language."""
    ground, colon, words = member.end_reason.partition(": ")
    rule = queries.rule_set(tender).rule("panel.recusal")
    if not colon or ground not in rule.items:
        return member.end_reason
    return " ".join(filter(None, (_("Stepped back: %(ground)s.", ground=rule.label(ground, g.tongue)), words)))


def _told(refusal: Refusal, form: Any) -> tuple[dict[str, str], ...]:
    """Put a refusal at the top of its form and return its findings in the reader's language."""
    if refusal.status == 404:
        raise refusal
    form.refuse(refusal)
    return tuple(one.as_json(g.tongue) for one in refusal.reasons if isinstance(one, Finding))


def _status(*forms: Any) -> int:
    return 422 if any(form.errors or form.form_errors for form in forms) else 200
