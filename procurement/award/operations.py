"""All changes of an award: propose, return, decide. The decision signs the award notice inside the act."""

from __future__ import annotations

from flask import current_app

from bidding.box.models import Bid
from foundation.errors import HouseFault, Refusal
from foundation.money import to_text
from foundation.references import next_ref
from identity.models import Organisation
from procurement.award import notice as words
from procurement.award import queries, selection, standing
from procurement.award.lifecycle import AWARD
from procurement.award.models import Award
from procurement.award.parts import MOST_REASON, demand_verified, party, person, published, reason_of
from procurement.evaluation import queries as evaluations
from procurement.evaluation.models import Evaluation
from procurement.notices import operations as notices
from procurement.notices.models import Notice
from procurement.panel import queries as panels
from procurement.rules.counting import standstill_ends
from procurement.rules.findings import finding
from procurement.tender import law
from procurement.tender import operations as tenders
from procurement.tender.lifecycle import LOT
from procurement.tender.models import Lot
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act

__all__ = ["MOST_REASON", "decide", "propose", "return_proposal"]


def propose(act: Act, lot: Lot, bid: Bid, reason: str = "") -> Award:
    """Propose an evaluated lot's winner. Another bid than the only one of rank one needs a reason.

    Refuses 409 ``lot.propose.not_now``, ``award.not_this_stage``, ``award.not_evaluated``, ``award.bid_excluded``,
    ``award.supplier_unverified``; 422 ``award.reason_missing`` with the article (条例43: winners are fixed in rank
    order), ``award.reason_too_long``.
    """
    demand_member(act, lot.tender.authority)
    move_or_refuse(LOT, lot, "propose", act)
    stage = law.stage_of(lot.tender)
    if stage is not None and stage.outcome != AWARD.name:
        raise Refusal("award.not_this_stage", 409)
    evaluation = queries.evaluation_of(lot)
    place = _place_of(lot, bid, evaluation)
    supplier = demand_verified(bid)
    said = reason_of(reason)
    if (place.rank != 1 or place.is_tied) and not said:
        rule = queries.ruleset_of(lot.tender).rule("award.rank_order")
        raise Refusal("award.reason_missing", rank=place.rank, article=rule.article)
    award = queries.award_of(lot)
    if award is None:
        year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
        award = Award(ref=next_ref(act.session, "W", year), lot_id=lot.id, state=AWARD.first)
        act.session.add(award)
    award.bid_id = bid.id
    award.reason = said
    award.proposed_by_id = person(act)
    award.proposed_at = act.now
    award.decision_reason = ""
    facts = {"award": award.ref, "bid": bid.ref, "rank": place.rank, "supplier": supplier.ref}
    AWARD.make(act, award, "propose", subject_of(lot), facts)
    tenders.propose_lot(act, lot)
    act.session.flush()
    act.session.refresh(award)
    return award


def return_proposal(act: Act, lot: Lot, reason: str) -> Award:
    """Give a proposal back to the officer, with a reason. Refuses 409 ``award.by_a_second_person``."""
    award = _proposed(act, lot, "return")
    said = reason_of(reason)
    if not said:
        raise Refusal("award.return_reason_missing")
    award.decision_reason = said
    AWARD.make(act, award, "return", subject_of(lot), {"award": award.ref})
    tenders.return_lot(act, lot)
    act.session.flush()
    return award


def decide(act: Act, lot: Lot, reason: str = "") -> Notice:
    """Decide as proposed: sign and publish the award notice, name the standstill's last day, close the lot.

    `reason` is the approver's remark, kept beside the award; the notice carries the proposal's reason. Refuses 409
    ``award.by_a_second_person``, ``panel.own_tender`` (who judged does not decide),
    ``award.supplier_unverified``, and ``award.notice_incomplete`` with what the notice would lack (条例43) and its
    article.
    """
    award = _proposed(act, lot, "decide")
    tender, evaluation = lot.tender, queries.evaluation_of(lot)
    place = _place_of(lot, award.bid, evaluation)
    supplier = demand_verified(award.bid)
    ruleset = queries.ruleset_of(tender)
    zone = current_app.config["SETTINGS"].time_zone
    standstill = standstill_ends(act.now, ruleset, zone)
    said = words.content(
        **published(tender, lot),
        issuer=party(tender.authority, tender),
        winner=_winner(award.bid, supplier, place.bid),
        document=evaluation.document,
        evaluation_sha256=evaluation.sha256,
        experts=queries.judges(lot),
        panel=panels.reveal(tender),
        reason=award.reason,
        ruleset=ruleset,
        standstill=standstill,
    )
    said["award"] |= selection.revealed(tender)
    rule = ruleset.rule("notice.award_contents")
    # Where the law asks for no panel, as for an order under a framework, nobody judged whom the notice could name.
    wanted = [key for key in rule.items if key != "experts" or evaluations.needs_judges(lot)]
    missing = words.lacking(said, wanted)
    if missing:
        found = finding(rule, missing=tuple(rule.label_text(key) for key in missing))
        raise Refusal("award.notice_incomplete", 409, reasons=(found,), article=rule.article)
    notice = notices.publish(act, kind="award", tender_ref=tender.ref, lot=lot.number, title=tender.title, content=said)
    award.decided_by_id = person(act)
    award.decided_at = act.now
    award.decision_reason = reason_of(reason)
    award.notice_ref = notice.ref
    award.standstill_ends_on = standstill.ends_on
    facts = {
        "award": award.ref,
        "notice": notice.ref,
        "sha256": notice.sha256,
        "bid": award.bid.ref,
        "supplier": supplier.ref,
        "standstill_ends_on": standstill.ends_on.isoformat(),
    }
    AWARD.make(act, award, "decide", subject_of(lot), facts)
    tenders.award_lot(act, lot)
    act.session.flush()
    return notice


def _proposed(act: Act, lot: Lot, event: str) -> Award:
    demand_member(act, lot.tender.authority)
    award = queries.award_of(lot)
    if award is None:
        raise Refusal(f"award.{event}.not_now", 409)
    move_or_refuse(AWARD, award, event, act)
    # Memberships change: an expert who came to approve for the authority has judged these bids already.
    if any(seat.account_id == act.account_id for seat in panels.seats(lot.tender)):
        raise Refusal("panel.own_tender", 409)
    return award


def _place_of(lot: Lot, bid: Bid, evaluation: Evaluation) -> standing.Standing:
    if bid.lot_id != lot.id or bid.state != "opened":
        raise Refusal("award.bid_unknown", 404)
    place = standing.standing_of(evaluation.document, queries.name_in(evaluation.document, bid))
    if place is None:
        raise Refusal("award.bid_unknown", 404)
    if not place.is_ranked:
        raise Refusal("award.bid_excluded", 409, supplier=place.supplier)
    return place


def _winner(bid: Bid, supplier: Organisation, name: str) -> words.Winner:
    if bid.price is None or bid.offer is None:
        raise HouseFault(f"The opened bid {bid.ref} has no offer.")
    return words.Winner(party(supplier), name, to_text(bid.price), bid.offer)
