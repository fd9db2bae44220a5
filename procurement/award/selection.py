"""All changes of a selection: who goes on from a stage that ends in no award; one person proposes, another decides.

Advance: whoever meets the requirements goes on; nobody is left out without a reason. Agreement: the ranked bids without
those that the knock-out leaves out (`knockout`). Entries hold a salted digest of the list, and no name: of a stage
whose record is withheld nobody may learn who goes on, nor how many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import current_app

from foundation.errors import Refusal
from foundation.references import next_ref
from identity.models import Organisation
from procurement.award import knockout, queries, shortlist, standing
from procurement.award import notice as words
from procurement.award.lifecycle import SELECTION
from procurement.award.models import Selection
from procurement.award.parts import demand_verified, person, reason_of
from procurement.evaluation.models import Evaluation
from procurement.notices import operations as notices
from procurement.notices.models import Notice
from procurement.panel import operations as panel
from procurement.panel import queries as panels
from procurement.rules.counting import standstill_ends
from procurement.rules.procedure import Stage
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.tender import content as tender_content
from procurement.tender import law, procedures, stages
from procurement.tender import operations as tenders
from procurement.tender.lifecycle import LOT
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act
from supervision.trail.blinding import Commitment, commit

ADVANCE, AGREEMENT = "advance", "agreement"
LEAST = "evaluation.min_effective"
# The share that goes out, by what comes first: the price, or the quality of instruments for tests and laboratories.
KNOCK_OUT, KNOCK_OUT_QUALITY, KNOCK_OUT_LEAST = (
    "framework.knock_out",
    "framework.knock_out_quality",
    "framework.knock_out_least",
)


@dataclass(frozen=True)
class Choice:
    """What a stage's evaluation leads to before anyone leaves out more: letters in order, and who stays behind.

    `out` is how many have to go out by the knock-out, `tied` are those between whom people decide.
    """

    outcome: str
    stay: tuple[str, ...]
    left_out: tuple[dict[str, Any], ...]
    tied: tuple[str, ...]
    open_places: int
    rule: Rule | None


def choice(lot: Lot) -> Choice:
    """Return what the evaluation leads to. Refuses 409 ``award.not_evaluated``, ``selection.not_this_stage``."""
    stage = stage_of(lot)
    document, rules = queries.evaluation_of(lot).document, queries.ruleset_of(lot.tender)
    places = {one.bid: one for one in standing.standings(document)}
    going: list[str] = list(document["result"]["ranking"])
    excluded = [
        {"bid": name, "cause": "evaluation", "reason": words.why_excluded(one, document, "zh-CN")}
        for name, one in places.items()
        if name not in going
    ]
    if stage.outcome == ADVANCE:
        return Choice(ADVANCE, tuple(going), tuple(excluded), (), 0, None)
    rule = knock_out_rule(lot, rules)
    ranked = [(name, places[name].rank or 0) for name in going]
    found = knockout.cut(ranked, Fraction(rule.decimal), rules.rule(KNOCK_OUT_LEAST).whole)
    dropped = [{"bid": name, "cause": "knock_out", "reason": rule.cite("zh_Hans")} for name in found.dropped]
    return Choice(AGREEMENT, found.kept, (*dropped, *excluded), found.tied, found.open_places, rule)


def stage_of(lot: Lot) -> Stage:
    """Return the stage of a lot's tender. Refuses 409 ``selection.not_this_stage`` where it ends in an award."""
    stage = law.stage_of(lot.tender)
    if stage is None or stage.outcome not in (ADVANCE, AGREEMENT):
        raise Refusal("selection.not_this_stage", 409)
    return stage


def knock_out_rule(lot: Lot, rules: RuleSet) -> Rule:
    """Return the rule of the knock-out that this lot is under: its notice says where quality comes first."""
    quality = lot.tender.method.get(procedures.KNOCK_OUT) == procedures.QUALITY
    return rules.rule(KNOCK_OUT_QUALITY if quality else KNOCK_OUT)


def propose(act: Act, lot: Lot, reason: str = "", left_out: Mapping[str, str] | None = None) -> Selection:
    """Propose who goes on from an evaluated lot. `left_out` are further bids by letter, each with its reason.

    Refuses 409 ``lot.select.not_now``, ``selection.not_this_stage``, ``award.supplier_unverified`` (agreements are made
    with verified suppliers only); 422 ``selection.reason_missing``, ``selection.tie_at_the_cut``,
    ``selection.too_few`` with the article, ``award.reason_too_long``; 404 ``award.bid_unknown``.
    """
    demand_member(act, lot.tender.authority)
    move_or_refuse(LOT, lot, "select", act)
    found = choice(lot)
    stay, behind = _with_officers(found, left_out or {})
    rules, evaluation = queries.ruleset_of(lot.tender), queries.evaluation_of(lot)
    if found.outcome == ADVANCE and LEAST in rules and len(stay) < rules.rule(LEAST).whole:
        rule = rules.rule(LEAST)
        raise Refusal("selection.too_few", least=rule.whole, article=rule.article)
    if found.outcome == AGREEMENT:
        for name in stay:
            demand_verified(queries.bid_named(lot, evaluation.document, name))
    selection = queries.selection_of(lot)
    if selection is None:
        year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
        selection = Selection(ref=next_ref(act.session, "S", year), lot_id=lot.id, state=SELECTION.first)
        act.session.add(selection)
    selection.outcome = found.outcome
    selection.bids = [{"bid": name} for name in stay]
    selection.left_out = behind
    selection.reason = reason_of(reason)
    selection.proposed_by_id = person(act)
    selection.proposed_at = act.now
    selection.decision_reason = ""
    made = commit(_value(lot, selection))
    selection.salt = made.salt
    facts = {"selection": selection.ref, "list": made.digest, "outcome": found.outcome}
    SELECTION.make(act, selection, "propose", subject_of(lot), facts)
    tenders.propose_selection_lot(act, lot)
    act.session.flush()
    act.session.refresh(selection)
    return selection


def return_proposal(act: Act, lot: Lot, reason: str) -> Selection:
    """Give a proposal back to the officer, with a reason. Refuses 409 ``selection.by_another_person``."""
    selection = proposed(act, lot, "return")
    said = reason_of(reason)
    if not said:
        raise Refusal("award.return_reason_missing")
    selection.decision_reason = said
    SELECTION.make(act, selection, "return", subject_of(lot), {"selection": selection.ref})
    tenders.return_selection_lot(act, lot)
    act.session.flush()
    return selection


def decide(act: Act, lot: Lot, remark: str = "") -> Notice:
    """Decide as proposed who goes on to the following stage, and publish it; a withheld stage's notice names nobody.

    Refuses 409 ``selection.by_another_person``, ``panel.own_tender``, and for a framework, whose decision is the
    agreement itself (room contract), ``selection.needs_agreement``.
    """
    selection = proposed(act, lot, "decide")
    if selection.outcome != ADVANCE:
        raise Refusal("selection.needs_agreement", 409)
    tender, rules, evaluation = lot.tender, queries.ruleset_of(lot.tender), queries.evaluation_of(lot)
    said = shortlist.content(
        head=tender_content.head_of(tender, rules),
        tender={"ref": tender.ref, "title": tender.title, "category": tender.category},
        lot={"lot": lot.number, "title": lot.title},
        stage=stage_of(lot),
        selection=selection.ref,
        commitment=commitment(lot, selection).digest,
        evaluation_sha256=evaluation.sha256,
        selected=selection.bids,
        left_out=selection.left_out,
        names=names_of(evaluation),
        challenge=challenge(act, lot),
    )
    notice = notices.publish(
        act, kind="shortlist", tender_ref=tender.ref, lot=lot.number, title=tender.title, content=said
    )
    settle(act, lot, selection, notice, remark)
    tenders.advance_lot(act, lot)
    act.session.flush()
    return notice


def settle(act: Act, lot: Lot, selection: Selection, notice: Notice, remark: str = "") -> None:
    """Mark a selection as decided by the notice that tells it."""
    selection.decided_by_id = person(act)
    selection.decided_at = act.now
    selection.decision_reason = reason_of(remark)
    selection.notice_ref = notice.ref
    facts = {
        "selection": selection.ref,
        "list": commitment(lot, selection).digest,
        "notice": notice.ref,
        "sha256": notice.sha256,
    }
    SELECTION.make(act, selection, "decide", subject_of(lot), facts)


def open_next(act: Act, lot: Lot, stage: str, closes_at: datetime | None = None) -> Tender:
    """Begin the draft of the following stage with those who go on, and let the same panel sit in it.

    Lots of which the same suppliers go on stay together; where they differ each list has a tender of its own, because
    nobody may bid for a lot from which another went on. Refuses 409 ``selection.next_not_now``,
    ``selection.next_there`` and what `stages.follow_up` refuses.
    """
    tender = lot.tender
    demand_member(act, tender.authority)
    if lot.state != "advanced":
        raise Refusal("selection.next_not_now", 409)
    there = stages.living_follow_ups(lot)
    if there:
        raise Refusal("selection.next_there", 409, ref=there[-1].ref)
    going = going_on(lot)
    waiting = [one for one in tender.lots if one.state == "advanced" and not stages.living_follow_ups(one)]
    together = [one.number for one in waiting if going_on(one) == going]
    later = stages.follow_up(act, tender, stage=stage, invitees=going, closes_at=closes_at, lots=together)
    panel.carry_over(act, tender, later)
    return later


def going_on(lot: Lot) -> list[Organisation]:
    """Return the suppliers who go on from a lot by its decided selection, by reference."""
    selection = queries.selection_of(lot)
    if selection is None or selection.state != "decided":
        return []
    document = queries.evaluation_of(lot).document
    bids = [queries.bid_named(lot, document, one["bid"]) for one in selection.bids]
    return sorted((bid.supplier for bid in bids if bid.supplier is not None), key=lambda one: one.ref)


def revealed(tender: Tender) -> dict[str, Any]:
    """Return what an award notice tells of the selections before it, so that their digests can be opened by anyone.

    Only of the lots that this tender took on: another list of the same stage may still be secret.
    """
    numbers = {lot.number for lot in tender.lots}
    found = []
    for earlier in stages.before(tender):
        for lot in earlier.lots:
            chosen = queries.selection_of(lot) if lot.number in numbers else None
            if chosen is not None and chosen.state == "decided" and chosen.outcome == ADVANCE:
                found.append(commitment(lot, chosen).private())
    return {"selections": found} if found else {}


def proposed(act: Act, lot: Lot, event: str) -> Selection:
    """Return the proposal that a second person may now return or decide, or refuse (409)."""
    demand_member(act, lot.tender.authority)
    selection = queries.selection_of(lot)
    if selection is None:
        raise Refusal(f"selection.{event}.not_now", 409)
    move_or_refuse(SELECTION, selection, event, act)
    if any(seat.account_id == act.account_id for seat in panels.seats(lot.tender)):
        raise Refusal("panel.own_tender", 409)
    return selection


def commitment(lot: Lot, selection: Selection) -> Commitment:
    """Return the commitment that the trail's entries and the notice hold, with what opens it."""
    return commit(_value(lot, selection), selection.salt)


def names_of(evaluation: Evaluation) -> dict[str, str]:
    """Return the suppliers of an evaluation by the letter of their bid."""
    return {one.bid: one.supplier for one in standing.standings(evaluation.document)}


def challenge(act: Act, lot: Lot) -> dict[str, Any]:
    """Return until when a selection published now can be challenged, as its notice says it."""
    rules = queries.ruleset_of(lot.tender)
    return words.challenge_of(standstill_ends(act.now, rules, current_app.config["SETTINGS"].time_zone), rules)


def _with_officers(found: Choice, left_out: Mapping[str, str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return letters and reasons with what the officer leaves out besides."""
    candidates = {*found.stay, *found.tied}
    given = {name: reason_of(reason) for name, reason in left_out.items()}
    for name, said in given.items():
        if name not in candidates:
            raise Refusal("award.bid_unknown", 404)
        if not said:
            raise Refusal("selection.reason_missing", bid=name)
    out = [name for name in found.tied if name in given]
    if found.tied and len(out) < found.open_places:
        raise Refusal("selection.tie_at_the_cut", bids=", ".join(found.tied), out=found.open_places)
    stay = [name for name in (*found.stay, *found.tied) if name not in given]
    if not stay:
        raise Refusal("selection.nobody_left")
    officers = [{"bid": name, "cause": "officer", "reason": said} for name, said in given.items()]
    return stay, [*officers, *found.left_out]


def _value(lot: Lot, selection: Selection) -> dict[str, Any]:
    return shortlist.committed(selection.ref, lot.tender.ref, lot.number, selection.bids, selection.left_out)
