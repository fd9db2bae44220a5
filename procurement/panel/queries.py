"""Reads of the panel. Names are for the authority and the supervisors until the award notice tells them to all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from bidding.box.models import Bid
from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identity
from identity.models import Account, Membership, Organisation
from procurement.panel.models import PanelMember
from procurement.rules.ruleset import RuleSet
from procurement.tender import law
from procurement.tender.models import Lot, Tender

# States in which the bids of a lot are on record and not yet judged, or judged already.
TO_JUDGE = "opened"
BEFORE_OPENING = ("draft", "open", "opening")


def members(tender: Tender) -> list[PanelMember]:
    """Return those who sit on the panel now, by seat."""
    return [one for one in seats(tender) if one.ended_at is None]


def seats(tender: Tender) -> list[PanelMember]:
    """Return every seat there ever was on the panel of this tender, by number."""
    wanted = (
        select(PanelMember)
        .where(PanelMember.tender_id == tender.id)
        .options(joinedload(PanelMember.account))
        .order_by(PanelMember.number)
    )
    return list(db.session.execute(wanted).scalars())


def seat(tender: Tender, number: int) -> PanelMember:
    """Return one seat by its number, or refuse with 404 ``panel.unknown``."""
    for one in seats(tender):
        if one.number == number:
            return one
    raise Refusal("panel.unknown", 404)


def member_of(tender: Tender, account: Account) -> PanelMember:
    """Return the seat this account holds now, or refuse with 403 ``panel.not_a_member``."""
    wanted = select(PanelMember).where(
        PanelMember.tender_id == tender.id,
        PanelMember.account_id == account.id,
        PanelMember.ended_at.is_(None),
    )
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refusal("panel.not_a_member", 403)
    return found


def seats_of(account: Account) -> list[PanelMember]:
    """Return the seats an account holds now, the newest tender first."""
    wanted = (
        select(PanelMember)
        .where(PanelMember.account_id == account.id, PanelMember.ended_at.is_(None))
        .options(joinedload(PanelMember.tender))
        .order_by(PanelMember.tender_id.desc())
    )
    return list(db.session.execute(wanted).scalars())


def successor_of(member: PanelMember) -> PanelMember | None:
    """Return who took the place of an ended seat, if anyone did."""
    wanted = select(PanelMember).where(PanelMember.replaces_id == member.id)
    return db.session.execute(wanted).scalar_one_or_none()


def candidates(tender: Tender) -> list[Account]:
    """Return the registered experts who never sat on this panel, by reference."""
    seated = {one.account_id for one in seats(tender)}
    return [account for account in identity.experts() if account.id not in seated]


def rule_set(tender: Tender) -> RuleSet:
    """Return the rules that were frozen on a published tender."""
    return law.frozen_set(tender).under(tender.procedure, tender.stage)


def lots_to_judge(tender: Tender) -> list[Lot]:
    """Return the lots whose bids are opened and wait for the panel."""
    return [lot for lot in tender.lots if lot.state == TO_JUDGE]


def is_opened(tender: Tender) -> bool:
    """Tell whether every lot of the tender has passed its opening, so that all bidders are on record."""
    return all(lot.state not in BEFORE_OPENING for lot in tender.lots)


def bidders(tender: Tender) -> list[Organisation]:
    """Return who bid on any lot, by name; nobody before every lot has passed its opening."""
    if not is_opened(tender):
        return []
    wanted = (
        select(Organisation)
        .join(Bid, Bid.supplier_id == Organisation.id)
        .where(Bid.lot_id.in_([lot.id for lot in tender.lots]), Bid.state.in_(("opened", "unopenable")))
        .distinct()
    )
    return sorted(db.session.execute(wanted).scalars(), key=lambda one: one.name)


def ties(account: Account, organisations: Sequence[Organisation], since: datetime) -> list[Organisation]:
    """Return those organisations of which the account is a member, or was one at any time after `since`."""
    wanted = select(Membership.organisation_id).where(
        Membership.account_id == account.id,
        or_(Membership.ended_at.is_(None), Membership.ended_at >= since),
    )
    own = set(db.session.execute(wanted).scalars())
    return [one for one in organisations if one.id in own]


def reveal(tender: Tender) -> list[dict[str, Any]]:
    """Return what the award notice tells of the panel: who sat, who was replaced and why not, with the salts.

    With its salt each seat opens the digest ``member`` of its entry ``panel.assign`` or ``panel.replace``.
    """
    found = seats(tender)
    numbers = {one.id: one.number for one in found}
    return [
        {
            "seat": one.number,
            "account": one.account.ref,
            "name": one.account.name,
            "capacity": one.capacity,
            "salt": one.salt,
            "ended": one.ended_at is not None,
            "replaces": numbers.get(one.replaces_id) if one.replaces_id is not None else None,
        }
        for one in found
    ]
