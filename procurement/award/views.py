"""Pages of the award: the office's proposal and decision, and a bidder's own result."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from foundation.canonical import parse
from foundation.errors import Refusal
from foundation.money import grouped
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.award import letters, operations, queries, standing, timetable
from procurement.award.board import blueprint, explain, lot_of_own
from procurement.award.forms import DecideForm, ProposeForm, ReturnForm
from procurement.award.lifecycle import AWARD
from procurement.award.models import Award
from procurement.award.notice import why_excluded
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from procurement.tender.models import Lot

# The module below adds its addresses to the blueprint when it is loaded.
from procurement.award import selection_views  # isort: skip

__all__ = ["blueprint"]


@blueprint.get("/office/tenders/<ref>/lots/<lot>/award")
@open_to(Right.READ_TENDER)
def show(ref: str, lot: str) -> Any:
    """Show the ranking, the proposal, and what may be done now."""
    found = lot_of_own(ref, lot)
    if selection_views.ends_in_selection(found):
        return redirect(url_for("award.selecting", ref=ref, lot=lot), 303)
    return _page(found)


@blueprint.post("/office/tenders/<ref>/lots/<lot>/award/propose")
@open_to(Right.DRAFT)
def propose(ref: str, lot: str) -> Any:
    """Propose a winner."""
    form = _propose_form(lot_of_own(ref, lot))
    if form.validate_on_submit():
        try:
            with act_now() as act:
                found = lot_of_own(ref, lot)
                document = queries.evaluation_of(found).document
                bid = queries.bid_named(found, document, form.bid.data)
                operations.propose(act, found, bid, form.reason.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.reason)
        else:
            flash(gettext("The proposal is with the approver."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), proposing=form), 422


@blueprint.post("/office/tenders/<ref>/lots/<lot>/award/return")
@open_to(Right.APPROVE)
def give_back(ref: str, lot: str) -> Any:
    """Give the proposal back to the officer."""
    form = ReturnForm(prefix="back")
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.return_proposal(act, lot_of_own(ref, lot), form.reason.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.reason)
        else:
            flash(gettext("The proposal went back to the officer."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), returning=form), 422


@blueprint.post("/office/tenders/<ref>/lots/<lot>/award/decide")
@open_to(Right.APPROVE)
def decide(ref: str, lot: str) -> Any:
    """Decide as proposed, publish the notice, and tell the bidders."""
    form = DecideForm(prefix="decide")
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.decide(act, lot_of_own(ref, lot), form.remark.data or "")
        except Refusal as refusal:
            explain(form, refusal, form.remark)
        else:
            letters.tell_bidders(lot_of_own(ref, lot))
            flash(gettext("The award is decided and its notice published."), "ok")
            return _back(ref, lot)
    return _page(lot_of_own(ref, lot), deciding=form), 422


@blueprint.get("/bids/<tender>/<lot>/result")
@open_to(Right.BID)
def own(tender: str, lot: str) -> str:
    """Show a bidder its own scores and reasons, and how far the winner was; of others only the winner's scores."""
    found = tenders.lot_of(tenders.published_by_ref(tender), lot)
    organisation = visitor().organisation
    if organisation is None:
        raise Refusal("award.no_bid_of_yours", 404)
    bid = queries.own_bid(found, organisation)
    if selection_views.ends_in_selection(found):
        return selection_views.own_result(found, bid)
    award = queries.award_of(found)
    facts: dict[str, Any] = {"lot": found, "tender": found.tender, "bid": bid, "award": None}
    if award is not None and award.state == "decided" and award.notice_ref is not None:
        document = queries.evaluation_of(found).document
        name, best = queries.name_in(document, bid), queries.name_in(document, award.bid)
        place = standing.standing_of(document, name)
        notice = notices.by_ref(award.notice_ref)
        said = parse(notice.body)
        facts |= {
            "award": award,
            "won": award.bid_id == bid.id,
            "place": place,
            "ranked": sum(one.is_ranked for one in standing.standings(document)),
            "best": standing.standing_of(document, best),
            "winner": award.bid.supplier,
            "why": why_excluded(place, document, str(get_locale())) if place else "",
            "marks": standing.marks(document, name, best) if place else [],
            "verdicts": standing.verdicts(document, name) if place else [],
            "experts": standing.experts_count(document),
            "notice": notice,
            "said": said["award"],
            "issuer": said["issuer"],
            "challenge_article": queries.ruleset_of(found.tender).rule("challenge.period").cite(str(get_locale())),
            "signed": _signed,
        }
    return render_template("award/own.html", **facts)


def _propose_form(lot: Lot) -> ProposeForm:
    form = ProposeForm(prefix="propose")
    document = queries.evaluation_of(lot).document
    ranked = [one for one in standing.standings(document) if one.is_ranked]
    form.bid.choices = [(one.bid, f"{one.rank}. {one.supplier} · {_price(lot, document, one.bid)}") for one in ranked]
    return form


def _price(lot: Lot, document: dict[str, Any], name: str) -> str:
    return grouped(queries.bid_named(lot, document, name).price or 0)


def _page(
    lot: Lot,
    *,
    proposing: ProposeForm | None = None,
    returning: ReturnForm | None = None,
    deciding: DecideForm | None = None,
) -> str:
    now, who = current_app.extensions["clock"].now(), visitor()
    award = queries.award_of(lot)
    facts: dict[str, Any] = {}
    if lot.state in ("evaluated", "proposed", "awarded"):
        evaluation = queries.evaluation_of(lot)
        document = evaluation.document
        found = standing.standings(document)
        ranked = [one for one in found if one.is_ranked]
        # A lot without any proposal offers what an award offers in its first state.
        offered = set(AWARD.offered(award or Award(state=AWARD.first), who.rights))
        if proposing is None and "propose" in offered:
            proposing = _propose_form(lot)
            if ranked:
                proposing.bid.data = ranked[0].bid
        facts = {
            "evaluation": evaluation,
            "document": document,
            "ranked": ranked,
            "excluded": [(one, why_excluded(one, document, str(get_locale()))) for one in found if not one.is_ranked],
            "bids": {queries.name_in(document, bid): bid for bid in queries.opened_bids(lot)},
            "chosen": queries.name_in(document, award.bid) if award else "",
            "clocks": timetable.clocks(
                queries.ruleset_of(lot.tender),
                evaluated_at=evaluation.completed_at,
                decided_at=award.decided_at if award else None,
                now=now,
                zone=current_app.config["SETTINGS"].time_zone,
            ),
            "offered": offered,
            "is_own_proposal": bool(award and who.account and award.proposed_by_id == who.account.id),
            "proposing": proposing,
            "returning": returning or ReturnForm(prefix="back", formdata=None),
            "deciding": deciding or DecideForm(prefix="decide", formdata=None),
            "notice": notices.by_ref(award.notice_ref) if award and award.notice_ref else None,
        }
    return render_template("award/show.html", lot=lot, tender=lot.tender, award=award, **facts)


def _signed(figure: str) -> str:
    """Return a difference with a plus or a real minus sign."""
    plain = figure.removeprefix("-")
    if not plain.strip("0."):
        return plain
    return f"−{plain}" if figure.startswith("-") else f"+{plain}"


def _back(ref: str, lot: str) -> Response:
    return redirect(url_for("award.show", ref=ref, lot=lot))
