"""Reads of framework agreements. Whom a call-off asks is for its authority only until its opening."""

from __future__ import annotations

from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.award.models import Award, Selection
from procurement.contract import framework
from procurement.contract.models import Agreement, AgreementMember, CallOff
from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender import across, law
from procurement.tender.models import Lot, Tender

LISTED = "listed"
# A call-off that came to nothing before anyone could bid has taken nobody's turn.
PUT_ASIDE = ("discarded", "cancelled")


def by_ref(ref: str) -> Agreement:
    """Return one agreement, or refuse with 404 ``agreement.unknown``."""
    found = db.session.execute(select(Agreement).where(Agreement.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("agreement.unknown", 404, ref=ref)
    return found


def of_authority(organisation: Organisation) -> list[Agreement]:
    """Return an authority's agreements, the newest first."""
    wanted = select(Agreement).where(Agreement.authority_id == organisation.id).order_by(Agreement.id.desc())
    return list(db.session.execute(wanted.limit(500)).scalars())


def all_public(most: int = 200) -> list[Agreement]:
    """Return every agreement, those in force first, the newest first."""
    wanted = select(Agreement).order_by(Agreement.state.desc(), Agreement.id.desc()).limit(most)
    return list(db.session.execute(wanted).scalars())


def to_conclude(organisation: Organisation) -> list[Lot]:
    """Return an authority's lots whose selection waits for the decision that concludes an agreement."""
    wanted = (
        select(Lot)
        .join(Selection, Selection.lot_id == Lot.id)
        .join(Tender, Lot.tender_id == Tender.id)
        .where(
            Tender.authority_id == organisation.id,
            Selection.outcome == "agreement",
            Selection.state == "proposed",
        )
        .order_by(Lot.id)
    )
    return list(db.session.execute(wanted).scalars())


@across.also
def told(authority: Organisation, _now: datetime) -> list[across.Told]:
    """Tell the office how many agreements it has, and how many wait to be concluded."""
    return [across.Told("agreements", "contract.agreements", len(of_authority(authority)), len(to_conclude(authority)))]


def listed(agreement: Agreement) -> list[AgreementMember]:
    """Return the members that are in an agreement now, by rank."""
    return [one for one in agreement.members if one.state == LISTED]


def member_at(agreement: Agreement, position: int) -> AgreementMember:
    """Return the member of a rank, or refuse with 404 ``agreement.no_such_member``."""
    for one in agreement.members:
        if one.position == position:
            return one
    raise Refusal("agreement.no_such_member", 404)


def is_in_force(agreement: Agreement, on: date) -> bool:
    """Tell whether orders may be given out on a day: a comparison of dates, whatever state is stored."""
    return agreement.state == "in_force" and agreement.starts_on <= on <= agreement.ends_on


def next_in_turn(agreement: Agreement) -> AgreementMember | None:
    """Return the member whose turn is next in the rotation, None where nobody is left."""
    rotated = [one for one in agreement.call_offs if one.position is not None and one.tender.state not in PUT_ASIDE]
    last = rotated[-1].position if rotated else None
    place = framework.next_turn([one.position for one in listed(agreement)], last)
    return member_at(agreement, place) if place is not None else None


def call_off_of(tender: Tender) -> CallOff | None:
    """Return the call-off that a tender is, None where it is none."""
    return db.session.execute(select(CallOff).where(CallOff.tender_id == tender.id)).scalar_one_or_none()


def due_to_end(on: date) -> list[Agreement]:
    """Return the agreements that are still in force by their state although their last day is over."""
    wanted = select(Agreement).where(Agreement.state == "in_force", Agreement.ends_on < on).order_by(Agreement.id)
    return list(db.session.execute(wanted).scalars())


def awards_of(agreement: Agreement) -> dict[int, list[Award]]:
    """Return the decided awards of an agreement's call-offs by the key of their tender."""
    wanted = (
        select(Award, Lot.tender_id)
        .join(Lot, Award.lot_id == Lot.id)
        .join(CallOff, CallOff.tender_id == Lot.tender_id)
        .where(CallOff.agreement_id == agreement.id, Award.state == "decided")
        .order_by(Award.id)
    )
    found: dict[int, list[Award]] = {}
    for award, tender in db.session.execute(wanted):
        found.setdefault(tender, []).append(award)
    return found


def rule_set_of(agreement: Agreement) -> RuleSet:
    """Return the law of an agreement: that of the tender from which it came."""
    return law.rule_set_of(agreement.lot.tender)


def today(now: datetime) -> date:
    """Return the day of a moment in the house's time zone."""
    return now.astimezone(current_app.config["SETTINGS"].time_zone).date()


def may_top_up(agreement: Agreement) -> Finding | None:
    """Return what forbids asking further suppliers into an agreement: too many of its members are left; else None."""
    rules = rule_set_of(agreement)
    if "framework.top_up" not in rules:
        return None
    rule = rules.rule("framework.top_up")
    share = framework.percent_left(len(listed(agreement)), len(agreement.members))
    return finding(rule, share=share) if share >= rule.decimal else None
