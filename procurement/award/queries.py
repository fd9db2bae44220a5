"""Reads of awards, and of what an award is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bidding.box.models import Bid
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.award.models import Award, Selection
from procurement.evaluation.models import Evaluation, SignOff
from procurement.panel.models import PanelMember
from procurement.rules.ruleset import RuleSet
from procurement.tender import law
from procurement.tender.models import Lot, Tender

# The roles that printed notices have words for; everyone else is a member.
_ROLES = frozenset({"chair", "representative"})


def award_of(lot: Lot) -> Award | None:
    """Return the lot's award in whatever state, None where nothing was proposed yet."""
    return db.session.execute(select(Award).where(Award.lot_id == lot.id)).scalar_one_or_none()


def selection_of(lot: Lot) -> Selection | None:
    """Return the lot's selection in whatever state, None where nothing was proposed yet."""
    return db.session.execute(select(Selection).where(Selection.lot_id == lot.id)).scalar_one_or_none()


def by_ref(ref: str) -> Award:
    """Return one award, or refuse with 404 ``award.unknown``."""
    found = db.session.execute(select(Award).where(Award.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("award.unknown", 404, ref=ref)
    return found


def decided(tender: Tender) -> list[Award]:
    """Return a tender's decided awards in the order of its lots."""
    wanted = (
        select(Award)
        .join(Lot, Award.lot_id == Lot.id)
        .where(Lot.tender_id == tender.id, Award.state == "decided")
        .options(joinedload(Award.bid))
        .order_by(Lot.id)
    )
    return list(db.session.execute(wanted).scalars())


def evaluation_of(lot: Lot) -> Evaluation:
    """Return the lot's finished evaluation, or refuse with 409 ``award.not_evaluated``."""
    found = db.session.execute(select(Evaluation).where(Evaluation.lot_id == lot.id)).scalar_one_or_none()
    if found is None:
        raise Refusal("award.not_evaluated", 409)
    return found


def opened_bids(lot: Lot) -> list[Bid]:
    """Return the bids of a lot whose envelopes were opened, by letter."""
    wanted = select(Bid).where(Bid.lot_id == lot.id, Bid.state == "opened").order_by(Bid.letter)
    return list(db.session.execute(wanted).scalars())


def name_in(document: Mapping[str, Any], bid: Bid) -> str:
    """Return the id under which an evaluation's document knows a bid: its letter, or its reference."""
    known = {one["bid"] for one in document["bids"]}
    return bid.letter if bid.letter in known else bid.ref


def bid_named(lot: Lot, document: Mapping[str, Any], name: str) -> Bid:
    """Return the bid that an evaluation's document names, or refuse with 404 ``award.bid_unknown``."""
    for bid in opened_bids(lot):
        if name_in(document, bid) == name:
            return bid
    raise Refusal("award.bid_unknown", 404)


def own_bid(lot: Lot, organisation: Organisation) -> Bid:
    """Return one organisation's bid that took part in the opening, or refuse with 404 ``award.no_bid_of_yours``."""
    wanted = select(Bid).where(
        Bid.lot_id == lot.id, Bid.supplier_id == organisation.id, Bid.state.in_(("opened", "unopenable"))
    )
    found = db.session.execute(wanted).scalars().first()
    if found is None:
        raise Refusal("award.no_bid_of_yours", 404)
    return found


def bidders(lot: Lot) -> list[Bid]:
    """Return the bids that took part in the opening of a lot, by letter; who withdrew took no part."""
    wanted = select(Bid).where(
        Bid.lot_id == lot.id, Bid.state.in_(("opened", "unopenable")), Bid.supplier_id.is_not(None)
    )
    return list(db.session.execute(wanted.order_by(Bid.letter, Bid.id)).scalars())


def judges(lot: Lot) -> list[dict[str, str]]:
    """Return the experts who judged a lot, as the award notice names them: those who signed and were not replaced."""
    wanted = (
        select(PanelMember)
        .join(SignOff, SignOff.member_id == PanelMember.id)
        .where(SignOff.lot_id == lot.id, PanelMember.ended_at.is_(None))
        .options(joinedload(PanelMember.account))
        .order_by(PanelMember.number)
    )
    return [
        {"name": one.account.name, "role": one.capacity if one.capacity in _ROLES else "member"}
        for one in db.session.execute(wanted).scalars()
    ]


def ruleset_of(tender: Tender) -> RuleSet:
    """Return the rule set that was frozen on a published tender."""
    return law.frozen_set(tender).under(tender.procedure, tender.stage)
