"""Reads of the evaluation. Nothing here shows one expert another's sheet before `evaluation_of` gives all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bidding.box import queries as box
from bidding.box.models import Bid
from foundation.database import db
from foundation.errors import HouseFault, Refusal
from foundation.money import from_text
from procurement.evaluation.marks import Mark, Measure, Problem, judged_of, measures_of, missing_marks
from procurement.evaluation.models import Evaluation, Scoresheet, SignOff
from procurement.evaluation.values import stated
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.scoring.method import QUALIFICATION
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender


@dataclass(frozen=True)
class Progress:
    """How far an expert has come with a lot: sheets without a gap, of all; what is missing, in the order of bids."""

    done: int
    total: int
    missing: tuple[Problem, ...]


def terms_of(lot: Lot) -> dict[str, Any]:
    """Return what the signed notice says of this lot: title, ceiling, items, criteria, method."""
    for found in tenders.notice_content(lot.tender)["tender"]["lots"]:
        if found["lot"] == lot.number:
            return dict(found)
    raise HouseFault(f"The notice of {lot.tender.ref} does not name its lot {lot.number}.")


def ceiling_of(terms: Mapping[str, Any]) -> int | None:
    """Return the ceiling in fen above which a bid is out, or None where there is none.

    A stage that is judged by its requirements alone looks at no price: a first offer may still come down.
    """
    if terms["method"]["id"] == QUALIFICATION:
        return None
    return from_text(terms["ceiling"]) or None if terms.get("ceiling") else None


def is_public(lot: Lot) -> bool:
    """Tell whether everyone may read the lot's evaluation: after the award, or once a stage's record is told."""
    return lot.state == "awarded" or (lot.state in ("advanced", "agreed") and not box.is_withheld(lot))


def bids_to_judge(lot: Lot, terms: Mapping[str, Any]) -> list[Bid]:
    """Return the opened bids whose price is not above the ceiling, by letter. The others are out without a judge."""
    ceiling = ceiling_of(terms)
    return [bid for bid in box.opened_bids(lot) if ceiling is None or (bid.price is not None and bid.price <= ceiling)]


def bid_to_judge(lot: Lot, terms: Mapping[str, Any], letter: str) -> Bid:
    """Return one of `bids_to_judge` by its letter, or refuse with 404 ``evaluation.no_such_bid``."""
    for bid in bids_to_judge(lot, terms):
        if bid.letter == letter:
            return bid
    raise Refusal("evaluation.no_such_bid", 404)


def measures(terms: Mapping[str, Any]) -> tuple[Measure, ...]:
    """Return what people judge in this lot."""
    return measures_of(terms["criteria"])


def judged(terms: Mapping[str, Any], bid: Bid) -> tuple[Measure, ...]:
    """Return what people judge in one bid of it."""
    return judged_of(measures(terms), values(terms, bid))


def values(terms: Mapping[str, Any], bid: Bid) -> dict[str, str]:
    """Return the values that an opened bid states for formula criteria."""
    return stated(bid.offer, terms["criteria"])


def sheets_of(member: PanelMember, lot: Lot) -> dict[int, Scoresheet]:
    """Return one member's own sheets of a lot by the key of the bid."""
    wanted = (
        select(Scoresheet)
        .join(Bid, Scoresheet.bid_id == Bid.id)
        .where(Scoresheet.member_id == member.id, Bid.lot_id == lot.id)
        .options(selectinload(Scoresheet.scores))
    )
    return {sheet.bid_id: sheet for sheet in db.session.execute(wanted).scalars()}


def marks_of(sheet: Scoresheet | None) -> dict[str, Mark]:
    """Return the marks of a sheet by criterion; of a sheet that is not begun, none."""
    if sheet is None:
        return {}
    return {one.criterion: Mark(one.points, one.verdict, one.reason) for one in sheet.scores}


def progress(member: PanelMember, lot: Lot, bids: Sequence[Bid], terms: Mapping[str, Any]) -> Progress:
    """Return how far a member has come with the bids of a lot."""
    sheets = sheets_of(member, lot)
    gaps = [missing_marks(judged(terms, bid), bid.letter, marks_of(sheets.get(bid.id))) for bid in bids]
    return Progress(sum(not gap for gap in gaps), len(bids), tuple(one for gap in gaps for one in gap))


def sign_off_of(member: PanelMember, lot: Lot) -> SignOff | None:
    """Return a member's sign-off of a lot, if there is one."""
    wanted = select(SignOff).where(SignOff.member_id == member.id, SignOff.lot_id == lot.id)
    return db.session.execute(wanted).scalar_one_or_none()


def sign_offs(lot: Lot, members: Sequence[PanelMember]) -> dict[int, SignOff]:
    """Return the sign-offs of these members under a lot, by the member's key."""
    wanted = select(SignOff).where(SignOff.lot_id == lot.id, SignOff.member_id.in_([one.id for one in members]))
    return {one.member_id: one for one in db.session.execute(wanted).scalars()}


def is_signed_by_all(lot: Lot) -> bool:
    """Tell whether everyone who sits on the panel now has signed off this lot, or nobody has to judge it."""
    members = panel.members(lot.tender)
    return (bool(members) or not needs_judges(lot)) and len(sign_offs(lot, members)) == len(members)


def needs_judges(lot: Lot) -> bool:
    """Tell whether people have to judge a lot: the law asks for a panel, or something but the price counts."""
    return "panel.min_size" in panel.rule_set(lot.tender) or bool(measures(terms_of(lot)))


def evaluation_of(lot: Lot) -> Evaluation | None:
    """Return the evaluation of a lot, once it is complete. Who may read it, the caller decides."""
    return db.session.execute(select(Evaluation).where(Evaluation.lot_id == lot.id)).scalar_one_or_none()


def lots_to_complete() -> list[Lot]:
    """Return the opened lots for which a completion may be due: with a sign-off, or with nobody who has to judge."""
    is_signed = Lot.id.in_(select(SignOff.lot_id))
    wanted = select(Lot).where(Lot.state == panel.TO_JUDGE, is_signed)
    # Without a panel only orders among those who were judged before are decided, and these go to the invited.
    alone = (
        select(Lot)
        .join(Tender, Lot.tender_id == Tender.id)
        .where(Lot.state == panel.TO_JUDGE, Tender.admits == "invited", ~is_signed)
    )
    found = [lot for lot in db.session.execute(alone).scalars() if not needs_judges(lot)]
    return sorted([*db.session.execute(wanted).scalars(), *found], key=lambda lot: lot.id)
