"""The page of a finished evaluation: public with the award, earlier for those who take part in the procedure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from foundation.canonical import canonical, parse
from foundation.database import db
from foundation.errors import Refusal
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.evaluation import figures, operations, preference_words, queries
from procurement.evaluation.models import Evaluation
from procurement.notices import queries as notices
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.rules.ruleset import RuleSet
from procurement.scoring.method import FORMULA, POINTS, REQUIREMENT, WEIGHTED_POINTS
from procurement.scoring.ranking import evaluate
from procurement.scoring.words import TERMS, word
from procurement.tender import queries as tenders
from procurement.tender.models import Lot

# The room's one blueprint; `views` adds the experts' pages to it.
blueprint = Blueprint("evaluation", __name__)


@dataclass(frozen=True)
class Checked:
    """What the server finds when it computes a stored evaluation once more."""

    is_equal: bool
    count: int
    stability: list[str] | None
    undeducted: list[str] | None


@blueprint.get("/evaluations/<tender>/<lot>")
@open_to(Right.READ_PUBLIC)
def result(tender: str, lot: str) -> str:
    """Show ranking, weights, and for every figure where it comes from."""
    evaluation = _open_evaluation(tender, lot)
    place, document = evaluation.lot, evaluation.document
    bid, key = _asked(document)
    known = {rule.article: rule.cite(g.tongue) for rule in panel.rule_set(place.tender).rules}

    def cite(article: str) -> str:
        return known.get(article, article)

    award = next((one for one in reversed(notices.of_tender(tender, kind="award")) if one.lot == lot), None)
    scored = [one for one in document["criteria"] if one["kind"] != REQUIREMENT]
    if document["method"]["id"] != WEIGHTED_POINTS:
        scored = []
    return render_template(
        "evaluation/result.html",
        tender=place.tender,
        lot=place,
        evaluation=evaluation,
        document=document,
        method=word(TERMS, document["method"]["id"], g.tongue),
        ranked=[one for one in document["result"]["bids"] if one["status"] == "ranked"],
        qualified=[one for one in document["result"]["bids"] if one["status"] == "qualified"],
        excluded=_excluded(document, panel.rule_set(place.tender), cite),
        favours=preference_words.favours(document, g.tongue, cite),
        scored=scored,
        titles=figures.titles(document),
        names=_names(document, queries.is_public(place)),
        bid=bid,
        key=key,
        keys=figures.keys_of(document, bid) if bid else [],
        steps=figures.derivation(document, bid, key, g.tongue, cite) if bid else [],
        tables=[(one, figures.experts(document, one["criterion"])) for one in scored if one["kind"] == POINTS],
        stated=[(one, figures.experts(document, one["criterion"])) for one in scored if one["kind"] == FORMULA],
        checked=_checked(evaluation.sha256, canonical(document).decode()),
        is_public=queries.is_public(place),
        award=award,
        winner=notices.content(award)["award"]["winner"].get("bid") if award is not None else None,
        grouped=figures.grouped,
    )


def _excluded(document: dict[str, Any], rules: RuleSet, cite: figures.Cite) -> list[dict[str, Any]]:
    """Return the bids that were not ranked; what their own declarations exclude is told in the reader's language."""
    found = figures.excluded(document, g.tongue, cite)
    for one in found:
        told = preference_words.invalidity(document, one["bid"]["bid"], rules, g.tongue)
        if told is not None:
            one["reasons"][0]["sentence"] = told
    return found


@blueprint.get("/evaluations/<tender>/<lot>.json")
@open_to(Right.READ_PUBLIC)
def document(tender: str, lot: str) -> Response:
    """Give the exact bytes whose digest stands in the trail and in the award notice."""
    evaluation = _open_evaluation(tender, lot)
    response = Response(canonical(evaluation.document), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="evaluation-{tender}-{lot}.json"'
    response.headers["Cache-Control"] = "no-store" if not queries.is_public(evaluation.lot) else "no-cache"
    return response


def _open_evaluation(ref: str, number: str) -> Evaluation:
    """Return an evaluation that this visitor may read, else refuse with 404: before the award its being is no news.

    A supervisor's reading before the award is an act.
    """
    lot = tenders.lot_of(tenders.published_by_ref(ref), number)
    found = queries.evaluation_of(lot)
    if found is None or not _may_read(lot):
        raise Refusal("evaluation.unknown", 404)
    if not queries.is_public(lot) and visitor().has(Right.READ_CASE):
        with act_now() as act:
            lot = tenders.lot_of(tenders.published_by_ref(ref), number)
            operations.read_result(act, lot)
        found = queries.evaluation_of(tenders.lot_of(tenders.published_by_ref(ref), number))
        assert found is not None, "An evaluation is never deleted."
    return found


def _may_read(lot: Lot) -> bool:
    who = visitor()
    if queries.is_public(lot) or who.has(Right.READ_CASE):
        return True
    if who.has(Right.READ_TENDER) and who.organisation is not None:
        return who.organisation.id == lot.tender.authority_id
    return who.has(Right.SCORE) and who.account is not None and _has_signed(who.account.id, lot)


def _has_signed(account_id: int, lot: Lot) -> bool:
    wanted = select(PanelMember).where(
        PanelMember.tender_id == lot.tender_id,
        PanelMember.account_id == account_id,
        PanelMember.ended_at.is_(None),
    )
    member = db.session.execute(wanted).scalar_one_or_none()
    return member is not None and queries.sign_off_of(member, lot) is not None


def _asked(document: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Return the bid and the figure whose derivation the page shows: ``?why=A.C1``, or the price score of rank two.

    Rank two's price is the figure that most often needs an explanation.
    """
    name, _dot, key = request.args.get("why", "").partition(".")
    bid = figures.bid_of(document, name)
    if bid is not None and key in figures.keys_of(document, bid):
        return bid, key
    bids = document["result"]["bids"]
    if not bids:
        return None, ""
    bid = bids[1] if len(bids) > 1 and bids[1]["status"] == "ranked" else bids[0]
    keys = figures.keys_of(document, bid)
    price = next((one["criterion"] for one in bid["criteria"] if one["kind"] == "price"), keys[0])
    return bid, price


def _names(document: dict[str, Any], is_public: bool) -> dict[str, str]:
    """Return what each expert is called on the page: by name only with the award."""
    return {
        one["expert"]: one["name"] if is_public else _("Expert %(number)s", number=one["expert"].removeprefix("E"))
        for one in document["experts"]
    }


@lru_cache(maxsize=64)
def _checked(sha256: str, text: str) -> Checked:
    """Compute an evaluation anew; `sha256` is part of the key so that a stored row and its digest are one thing."""
    document = parse(text.encode())
    again = evaluate({name: value for name, value in document.items() if name != "result"})
    return Checked(
        is_equal=canonical(again) == canonical(document["result"]),
        count=sum(len(one["criteria"]) or 1 for one in again["bids"] if one["status"] != "excluded"),
        stability=figures.stability(document),
        undeducted=figures.undeducted(document),
    )
