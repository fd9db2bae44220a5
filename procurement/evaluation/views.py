"""The expert's pages: own panels, one sheet for each bid, the sign-off. Nobody else's marks appear on any of them."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from bidding.box import queries as box
from bidding.box.models import Bid
from bidding.box.views import deliver
from foundation.errors import Refusal
from foundation.filters import clock
from foundation.web import problem, sentence, wants_problem
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.evaluation import duties, operations, queries, sheets
from procurement.evaluation.results import blueprint
from procurement.evaluation.sheets import LotState
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.rules.findings import Finding
from procurement.tender import queries as tenders
from procurement.tender.models import Lot

__all__ = ["blueprint"]


@blueprint.get("/judging")
@open_to(Right.SCORE)
def mine() -> str:
    """List the expert's panels with how far each lot has come."""
    account = visitor().account
    seats = panel.seats_of(account) if account is not None else []
    now = current_app.extensions["clock"].now()
    return render_template("evaluation/mine.html", rows=[(seat, sheets.states(seat, now)) for seat in seats])


@blueprint.route("/judging/<ref>/<lot>/<letter>", methods=["GET", "POST"])
@open_to(Right.SCORE)
def sheet(ref: str, lot: str, letter: str) -> Any:
    """Show one bid beside the criteria, and keep the expert's own marks on it."""
    member, place = _seat(ref, lot)
    if member.declared_at is None:
        return redirect(url_for("panel.declare", ref=ref))
    terms = queries.terms_of(place)
    bid = queries.bid_to_judge(place, terms, letter)
    if request.method == "GET":
        return _sheet(member, place, bid, sheets.typed(queries.judged(terms, bid), _marks(member, bid)), ())
    given = sheets.given(queries.judged(terms, bid), request.form)
    try:
        with act_now() as act:
            member, place = _seat(ref, lot)
            bid = queries.bid_to_judge(place, queries.terms_of(place), letter)
            operations.save_marks(act, member, bid, given)
            saved_at = act.now
    except Refusal as refusal:
        if wants_problem():
            told = [{"criterion": one.criterion, "sentence": _told(one)} for one in refusal.reasons]
            return problem(refusal.rule, refusal.status, sentence(refusal.rule, refusal.facts), reasons=told)
        if refusal.rule != "evaluation.marks_refused":
            raise
        member, place = _seat(ref, lot)
        bid = queries.bid_to_judge(place, queries.terms_of(place), letter)
        return _sheet(member, place, bid, given, refusal.reasons), 422
    state = sheets.state(*_seat(ref, lot), current_app.extensions["clock"].now())
    if wants_problem():
        gaps = [one for one in state.missing if one.bid == letter]
        return jsonify(
            saved=_("Saved at %(moment)s", moment=clock(saved_at)), done=state.done, total=state.total, gaps=len(gaps)
        )
    return redirect(_next(ref, lot, letter, state))


@blueprint.route("/judging/<ref>/<lot>/sign", methods=["GET", "POST"])
@open_to(Right.SCORE)
def sign(ref: str, lot: str) -> Any:
    """Show all own marks of a lot with everything that is missing, and take the signature."""
    member, place = _seat(ref, lot)
    if member.declared_at is None:
        return redirect(url_for("panel.declare", ref=ref))
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            with act_now() as act:
                operations.sign_off(act, *_seat(ref, lot))
        except Refusal as refusal:
            refused = refusal
        else:
            duties.settle(ref, lot)
            flash(_("You have signed off. Your sheets do not change any more."))
            return redirect(url_for("evaluation.sign", ref=ref, lot=lot))
        member, place = _seat(ref, lot)
    terms = queries.terms_of(place)
    bids = queries.bids_to_judge(place, terms)
    own = queries.sheets_of(member, place)
    state = sheets.state(member, place, current_app.extensions["clock"].now())
    findings = [one.as_json(g.tongue) for one in refused.reasons if isinstance(one, Finding)] if refused else []
    return render_template(
        "evaluation/sign.html",
        member=member,
        tender=place.tender,
        lot=place,
        terms=terms,
        bids=bids,
        measures=queries.measures(terms),
        marks={bid.id: queries.marks_of(own.get(bid.id)) for bid in bids},
        stated={bid.id: queries.values(terms, bid) for bid in bids},
        state=state,
        missing=[(one, _told(one)) for one in state.missing],
        refused=sentence(refused.rule, refused.facts) if refused else "",
        findings=findings,
    ), refused.status if refused else 200


@blueprint.get("/judging/<ref>/<lot>/<letter>/files/<file>")
@open_to(Right.SCORE)
def bid_file(ref: str, lot: str, letter: str, file: str) -> Response:
    """Give a member of the panel a file of a bid; reading it is recorded under the seat's number."""
    member, place = _seat(ref, lot)
    if member.declared_at is None:
        raise Refusal("panel.not_declared", 409)
    _own_file(place, letter, file)
    with act_now() as act:
        member, place = _seat(ref, lot)
        found = _own_file(place, letter, file)
        operations.read_file(act, member, found.bid, found.ref)
    return deliver(_own_file(_seat(ref, lot)[1], letter, file))


def _own_file(lot: Lot, letter: str, ref: str) -> Any:
    found = box.file_by_ref(ref)
    if found.bid_id != queries.bid_to_judge(lot, queries.terms_of(lot), letter).id:
        raise Refusal("bid.no_such_file", 404)
    return found


def _seat(ref: str, lot: str) -> tuple[PanelMember, Lot]:
    """Return the visitor's seat and the lot, whose bids must be opened. Refuses 403, 404 and 409."""
    tender = tenders.published_by_ref(ref)
    account = visitor().account
    if account is None:
        raise Refusal("panel.not_a_member", 403)
    member = panel.member_of(tender, account)
    place = tenders.lot_of(tender, lot)
    if place.state in panel.BEFORE_OPENING:
        raise Refusal("evaluation.not_now", 409, state=place.state, earliest=tender.closes_at)
    return member, place


def _marks(member: PanelMember, bid: Bid) -> Any:
    return queries.marks_of(queries.sheets_of(member, bid.lot).get(bid.id))


def _sheet(member: PanelMember, lot: Lot, bid: Bid, given: Any, problems: Any) -> str:
    state = sheets.state(member, lot, current_app.extensions["clock"].now())
    terms = queries.terms_of(lot)
    bids = queries.bids_to_judge(lot, terms)
    beside = next((one for one in bids if one.letter == request.args.get("beside") and one.id != bid.id), None)
    others = [one for one in bids if one.id != bid.id]
    if beside is None and others:
        beside = others[-1] if bids[-1].id == bid.id else bids[bids.index(bid) + 1]
    own = queries.sheets_of(member, lot)
    shown = (bid, *([beside] if beside else []))
    return render_template(
        "evaluation/sheet.html",
        member=member,
        tender=lot.tender,
        lot=lot,
        terms=terms,
        bid=bid,
        bids=bids,
        beside=beside,
        others=others,
        following=sheets.following(bids, bid, state),
        measures=queries.measures(terms),
        answers={one.id: sheets.answers(one) for one in shown},
        worths={one.id: sheets.worths(one, bids, terms) for one in shown},
        proofs={one.id: sheets.proofs(one) for one in shown},
        lines=sheets.lines(bid, terms),
        given=given,
        marks={one.id: queries.marks_of(own.get(one.id)) for one in bids},
        stated={one.id: queries.values(terms, one) for one in bids},
        language=g.tongue,
        problems={one.criterion: _told(one) for one in problems},
        state=state,
        saved_at=own[bid.id].saved_at if bid.id in own else None,
        article=panel.rule_set(lot.tender).rule("criteria.quantified").cite(g.tongue),
    )


def _next(ref: str, lot: str, letter: str, state: LotState) -> str:
    """Return where a saved sheet leads to: the bid beside it, the next one, the sign-off, or back to itself."""
    go, beside = request.form.get("go", ""), request.form.get("beside", "")
    here: dict[str, Any] = {"ref": ref, "lot": lot}
    if go == "sign":
        return url_for("evaluation.sign", **here)
    if go.startswith("to-"):
        return url_for("evaluation.sheet", **here, letter=go.removeprefix("to-"))
    if go != "beside":
        flash(_("Saved."))
    return url_for("evaluation.sheet", **here, letter=letter, beside=beside or None)


def _told(one: Any) -> str:
    return one.sentence(g.tongue) if isinstance(one, Finding) else sentence(one.rule, dict(one.facts))
