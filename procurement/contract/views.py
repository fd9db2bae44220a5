"""Pages of framework agreements: the office concludes, orders and ends; everyone reads members and prices."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.models import Organisation
from identity.rights import Right
from procurement.award import letters, selection
from procurement.award import queries as awards
from procurement.award.board import explain, lot_of_own
from procurement.contract import call_offs, framework, operations, queries
from procurement.contract.forms import CallOffForm, ConcludeForm, EndMemberForm
from procurement.contract.models import Agreement, AgreementMember
from procurement.notices import queries as notices
from procurement.rules.counting import due_on
from procurement.tender import law
from procurement.tender.forms import moment_of
from procurement.tender.models import Lot

blueprint = Blueprint("contract", __name__)


@blueprint.get("/office/agreements")
@open_to(Right.READ_TENDER)
def agreements() -> str:
    """List the authority's agreements, and what waits to be concluded."""
    organisation = _own_organisation()
    return render_template(
        "contract/agreements.html",
        agreements=queries.of_authority(organisation),
        waiting=queries.to_conclude(organisation),
        today=_today(),
    )


@blueprint.get("/office/agreements/<ref>")
@open_to(Right.READ_TENDER)
def show(ref: str) -> str:
    """Show one agreement to its authority: members, prices, whose turn it is, orders, times to keep."""
    return _show(_own(ref))


@blueprint.route("/office/tenders/<ref>/lots/<lot>/agreement", methods=["GET", "POST"])
@open_to(Right.APPROVE)
def conclude(ref: str, lot: str) -> Any:
    """Decide on who is admitted, and conclude the agreement."""
    form = _conclude_form(lot_of_own(ref, lot))
    if form.validate_on_submit():
        assert form.starts_on.data is not None and form.ends_on.data is not None, "Validated dates are there."
        try:
            with act_now() as act:
                made = operations.conclude(
                    act,
                    lot_of_own(ref, lot),
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    ways=form.ways.data or [],
                    remark=form.remark.data or "",
                ).ref
        except Refusal as refusal:
            explain(form, refusal, form.ends_on)
        else:
            letters.tell_applicants(lot_of_own(ref, lot))
            flash(gettext("The agreement is concluded and its notice published."), "ok")
            return redirect(url_for("contract.show", ref=made), 303)
    return _conclude(lot_of_own(ref, lot), form), 422 if form.is_submitted() else 200


@blueprint.route("/office/agreements/<ref>/call-off", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def call_off(ref: str) -> Any:
    """Begin the draft of an order."""
    form = _call_off_form(_own(ref))
    zone = current_app.config["SETTINGS"].time_zone
    if form.validate_on_submit():
        typed = (form.closes_at.data or "").strip()
        closes_at = moment_of(typed, zone) if typed else None
        if typed and closes_at is None:
            form.closes_at.errors = [sentence("draft.moment", {})]
            return _call_off(_own(ref), form), 422
        try:
            with act_now() as act:
                agreement = _own(ref)
                chosen = form.member.data if form.way.data == call_offs.DIRECT else None
                made = call_offs.call_off(
                    act,
                    agreement,
                    way=form.way.data,
                    quantities=form.quantities(),
                    closes_at=closes_at,
                    reason=form.reason.data or "",
                    member=queries.member_at(agreement, int(chosen)) if chosen and chosen.isdecimal() else None,
                )
                later = made.tender.ref
        except Refusal as refusal:
            explain(form, refusal, _field_of(form, refusal.rule))
        else:
            flash(gettext("The draft of the order is there. Read it, then submit it for approval."), "ok")
            return redirect(url_for("tender.show", ref=later), 303)
    return _call_off(_own(ref), form), 422 if form.is_submitted() else 200


@blueprint.route("/office/agreements/<ref>/members/<int:place>/end", methods=["GET", "POST"])
@open_to(Right.APPROVE)
def end_member(ref: str, place: int) -> Any:
    """End one supplier's place, with a reason that is published."""
    form = EndMemberForm()
    member = queries.member_at(_own(ref), place)
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.end_member(act, queries.member_at(_own(ref), place), form.reason.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.reason)
        else:
            flash(gettext("The supplier has left the agreement, and the notice is published."), "ok")
            return _back(ref)
        member = queries.member_at(_own(ref), place)
    page = render_template("contract/end_member.html", agreement=member.agreement, member=member, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/office/agreements/<ref>/summary")
@open_to(Right.APPROVE)
def summarise(ref: str) -> Any:
    """Publish the summary of an agreement that has ended."""
    _own(ref)
    with act_now() as act:
        operations.summarise(act, _own(ref))
    flash(gettext("The summary is signed and published."), "ok")
    return _back(ref)


@blueprint.get("/agreements")
@open_to(Right.READ_PUBLIC)
def public_list() -> str:
    """List the framework agreements for everyone."""
    return render_template("contract/list.html", agreements=queries.all_public(), today=_today())


@blueprint.get("/agreements/<ref>")
@open_to(Right.READ_PUBLIC)
def public(ref: str) -> str:
    """Show one agreement to everyone: members, prices, period, and the orders that were published."""
    agreement = queries.by_ref(ref)
    who = visitor()
    return render_template(
        "contract/public.html",
        **_common(agreement),
        own=who.organisation.id if who.organisation is not None else 0,
        notices=notices.of_tender(agreement.ref),
    )


def _show(agreement: Agreement) -> str:
    rules, locale = queries.rule_set_of(agreement), str(get_locale())
    top_up = queries.may_top_up(agreement)
    rule = rules.rule("framework.top_up") if "framework.top_up" in rules else None
    outside = rules.rule("framework.outside") if "framework.outside" in rules else None
    in_force = queries.is_in_force(agreement, _today())
    return render_template(
        "contract/show.html",
        **_common(agreement),
        left=len(queries.listed(agreement)),
        in_force=in_force,
        turn=queries.next_in_turn(agreement) if call_offs.ROTATION in agreement.ways and in_force else None,
        top_up=top_up.sentence(locale) if top_up is not None else "",
        top_up_title=rule.title(locale) if rule is not None else "",
        top_up_article=rule.cite(locale) if rule is not None else "",
        outside=outside.title(locale) if outside is not None else "",
        outside_article=outside.cite(locale) if outside is not None else "",
        dues=_dues(agreement),
        may=visitor().rights,
        notices=notices.of_tender(agreement.ref),
    )


def _common(agreement: Agreement) -> dict[str, Any]:
    locale = str(get_locale())
    procedure = law.procedure_of(agreement.lot.tender)
    names = {one.id: one.name.template(locale) for one in procedure.stages} if procedure is not None else {}
    return {
        "agreement": agreement,
        "tender": agreement.lot.tender,
        "today": _today(),
        "ways": [names.get(one, one) for one in agreement.ways],
        "way_names": names,
        "awards": queries.awards_of(agreement),
        "demonstration": queries.rule_set_of(agreement).demonstration,
    }


def _dues(agreement: Agreement) -> list[dict[str, Any]]:
    """Return the periods that the agreement starts (110号令), each with its last day and article."""
    rules, locale = queries.rule_set_of(agreement), str(get_locale())
    zone = current_app.config["SETTINGS"].time_zone
    over = datetime.combine(agreement.ends_on + timedelta(days=1), time(0), zone) - timedelta(seconds=1)
    found = []
    for id, start, done in (
        ("framework.tell_users", agreement.concluded_at, None),
        ("framework.file", agreement.concluded_at, None),
        ("framework.summary", over, agreement.summary_ref),
    ):
        if id in rules:
            rule = rules.rule(id)
            counted = due_on(rule, start, tz=zone)
            found.append(
                {
                    "title": rule.title(locale),
                    "article": rule.cite(locale),
                    "day": counted.ends_on,
                    "done": done,
                    "late": not done and id == "framework.summary" and _today() > counted.ends_on,
                }
            )
    return found


def _conclude_form(lot: Lot) -> ConcludeForm:
    form, locale = ConcludeForm(prefix="agree"), str(get_locale())
    ways = operations.ways_of(lot.tender)
    form.ways.choices = [SelectChoice(id, name.template(locale)) for id, name in ways.items()]
    if not form.is_submitted():
        form.starts_on.data = _today()
        form.ends_on.data = operations.latest_end(lot.tender, _today())
        form.ways.data = list(ways)
    return form


def _conclude(lot: Lot, form: ConcludeForm) -> str:
    chosen = awards.selection_of(lot)
    if chosen is None or chosen.outcome != selection.AGREEMENT or chosen.state != "proposed":
        raise Refusal("selection.decide.not_now", 409)
    document, rules = awards.evaluation_of(lot).document, awards.ruleset_of(lot.tender)
    rule = f"{operations.DURATION}{lot.tender.category}"
    account = visitor().account
    return render_template(
        "contract/conclude.html",
        lot=lot,
        tender=lot.tender,
        selection=chosen,
        bids=[awards.bid_named(lot, document, one["bid"]) for one in chosen.bids],
        form=form,
        is_own_proposal=account is not None and account.id == chosen.proposed_by_id,
        rule_title=rules.rule(rule).title(str(get_locale())) if rule in rules else "",
        rule_article=rules.rule(rule).cite(str(get_locale())) if rule in rules else "",
    )


def _call_off_form(agreement: Agreement) -> CallOffForm:
    locale = str(get_locale())
    form = CallOffForm.offer(
        (item.number, gettext("Quantity of %(title)s (%(unit)s)", title=item.title, unit=item.unit))
        for item in agreement.lot.items
    )
    procedure = law.procedure_of(agreement.lot.tender)
    names = {one.id: one.name.template(locale) for one in procedure.stages} if procedure is not None else {}
    form.way.choices = [SelectChoice(one, names.get(one, one)) for one in agreement.ways]
    form.member.choices = [
        SelectChoice(str(one.position), f"{one.position}. {one.organisation.name} · {_prices(one)}")
        for one in queries.listed(agreement)
    ]
    if not form.is_submitted() and len(agreement.ways) == 1:
        form.way.data = agreement.ways[0]
    return form


def _prices(member: AgreementMember) -> str:
    """Return a member's unit prices in a line, so that a choice is made with them in view."""
    return " / ".join(one["unit_price"] for one in member.prices)


def _call_off(agreement: Agreement, form: CallOffForm) -> str:
    return render_template(
        "contract/call_off.html",
        **_common(agreement),
        form=form,
        items=agreement.lot.items,
        highest=framework.highest([one.prices for one in queries.listed(agreement)]),
        in_force=queries.is_in_force(agreement, _today()),
        turn=queries.next_in_turn(agreement) if call_offs.ROTATION in agreement.ways else None,
        direct=call_offs.DIRECT in agreement.ways,
    )


def _field_of(form: CallOffForm, rule: str) -> Any:
    """Return the field beside which a refusal is told."""
    if rule in ("call_off.member_missing",):
        return form.member
    return form.way if rule in ("call_off.way_not_agreed", "call_off.no_items", "call_off.quantity") else form.reason


def _own(ref: str) -> Agreement:
    """Return an agreement of the visitor's own authority; another's is as unknown as none."""
    found, organisation = queries.by_ref(ref), visitor().organisation
    if organisation is None or found.authority_id != organisation.id:
        raise Refusal("agreement.unknown", 404, ref=ref)
    return found


def _own_organisation() -> Organisation:
    organisation = visitor().organisation
    if organisation is None:
        raise Refusal("door.not_yours", 403)
    return organisation


def _today() -> Any:
    return queries.today(current_app.extensions["clock"].now())


def _back(ref: str) -> Response:
    return redirect(url_for("contract.show", ref=ref), 303)
