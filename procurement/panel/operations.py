"""All changes of a panel: assign, remove, declare, step back, replace. Each stands in the trail, without a name.

Until the award notice nobody outside may learn who judges (条例43; 87令47). Entries therefore hold a seat's number and
a salted digest of the account; the salts come out with the award (`queries.reveal`).
"""

from __future__ import annotations

from foundation.errors import Refusal
from identity import queries as identity
from identity.models import Account
from procurement.panel import queries, readiness
from procurement.panel.models import PanelMember
from procurement.tender.models import Tender
from procurement.tender.ownership import demand_member, subject_of
from supervision.trail.act import Act, Actor
from supervision.trail.blinding import commit

MOST_REASON = 2000


def seat_actor(member: PanelMember) -> Actor:
    """Return a member of the panel in the words of the trail: the seat, never the account."""
    return Actor("expert", f"seat-{member.number}")


def assign(act: Act, tender: Tender, account: Account, *, capacity: str, reason: str) -> PanelMember:
    """Give a registered expert a seat, with the reason for choosing this person.

    Refuses ``panel.too_late`` (409), ``panel.not_registered``, ``panel.own_tender``, ``panel.excluded`` (with all its
    findings in `reasons`) and ``panel.reason_missing``. A panel may be incomplete meanwhile; no sign-off counts then.
    """
    _demand_open(act, tender)
    member = _seat(act, tender, account, capacity, reason, replaces=None)
    act.record("panel.assign", subject_of(tender), _facts(member))
    return member


def carry_over(act: Act, earlier: Tender, later: Tender) -> list[PanelMember]:
    """Seat those who judged a stage on the panel of the stage that follows it, by seat; each declares anew there.

    Who stepped back or was replaced stays out. Nobody is seated where the later panel has seats already. Refuses 409
    ``panel.not_following`` where the one does not follow the other.
    """
    demand_member(act, later.authority)
    if later.follows_id != earlier.id:
        raise Refusal("panel.not_following", 409)
    if queries.seats(later):
        return []
    made = []
    for number, one in enumerate(queries.members(earlier), start=1):
        made.append(
            PanelMember(
                tender_id=later.id,
                account_id=one.account_id,
                number=number,
                capacity=one.capacity,
                reason=one.reason,
                salt=commit(one.account.ref).salt,
                assigned_at=act.now,
            )
        )
    act.session.add_all(made)
    act.session.flush()
    for member in made:
        act.session.refresh(member)
    facts = {"follows": earlier.ref, "seats": [_facts(member) for member in made]}
    act.record("panel.carry_over", subject_of(later), facts)
    return made


def remove(act: Act, member: PanelMember, reason: str) -> None:
    """Take back an assignment before the opening. After it a seat is only ever replaced (``panel.only_replace``)."""
    tender = member.tender
    _demand_open(act, tender)
    _demand_seated(member)
    if any(lot.state not in queries.BEFORE_OPENING for lot in tender.lots):
        raise Refusal("panel.only_replace", 409)
    _end(act, member, reason)
    act.record("panel.remove", subject_of(tender), {"seat": member.number, **_because(member)})


def replace(act: Act, member: PanelMember, account: Account, reason: str) -> PanelMember:
    """Put another expert in the place of one who does not finish, stepped back or may not sit.

    The old sheets are kept and count no more. `reason` tells why the old seat ends and stands with both.
    """
    tender = member.tender
    _demand_open(act, tender)
    if member.ended_at is not None and (not member.end_reason or queries.successor_of(member) is not None):
        raise Refusal("panel.ended", 409)
    if member.ended_at is None:
        _end(act, member, reason)
    successor = _seat(act, tender, account, member.capacity, reason, replaces=member)
    act.record("panel.replace", subject_of(tender), {"replaced": member.number, **_facts(successor)})
    return successor


def declare(act: Act, member: PanelMember) -> None:
    """Declare, once the bidders are known, that no relation with any of them is in the way (条例9).

    Refuses ``panel.not_opened`` (409) before every lot has passed its opening, and ``panel.related`` (409) where the
    register of this house shows a relation.
    """
    tender = member.tender
    _demand_seated(member)
    if not queries.is_opened(tender):
        raise Refusal("panel.not_opened", 409, earliest=tender.closes_at)
    demand_unrelated(act, member)
    if member.declared_at is None:
        member.declared_at = act.now
        act.session.flush()
        act.record("panel.declare", subject_of(tender), {"seat": member.number}, actor=seat_actor(member))


def demand_unrelated(act: Act, member: PanelMember) -> None:
    """Refuse with 409 ``panel.related`` a member who belongs, or belonged in the years that count, to a bidder.

    A member who has come to draft or approve for the authority since the assignment is refused as at the assignment
    (``panel.own_tender``): memberships change, and role by role one person would judge and decide.
    """
    tender = member.tender
    if readiness.is_of_this_tender(tender, member.account):
        raise Refusal("panel.own_tender", 409)
    since = readiness.recusal_since(queries.rule_set(tender), act.now)
    related = queries.ties(member.account, queries.bidders(tender), since)
    if related:
        raise Refusal("panel.related", 409, names=", ".join(one.name for one in related))


def recuse(act: Act, member: PanelMember, ground: str, words: str = "") -> None:
    """Step back because of a relation with a bidder. The authority then fills the place."""
    tender = member.tender
    _demand_seated(member)
    if ground not in queries.rule_set(tender).rule("panel.recusal").items:
        raise Refusal("panel.ground_missing")
    _end(act, member, f"{ground}: {words.strip()}"[:MOST_REASON])
    facts = {"seat": member.number, "ground": ground}
    act.record("panel.recuse", subject_of(tender), facts, actor=seat_actor(member))


def _seat(
    act: Act, tender: Tender, account: Account, capacity: str, reason: str, replaces: PanelMember | None
) -> PanelMember:
    if capacity not in readiness.CAPACITIES:
        raise Refusal("panel.capacity_missing")
    if account.id not in {one.id for one in identity.experts()}:
        raise Refusal("panel.not_registered")
    if account.id == act.account_id or readiness.is_of_this_tender(tender, account):
        raise Refusal("panel.own_tender")
    found = readiness.exclusions(tender, account, capacity, act.now)
    if found:
        raise Refusal("panel.excluded", reasons=tuple(found))
    number = max((one.number for one in queries.seats(tender)), default=0) + 1
    member = PanelMember(
        tender_id=tender.id,
        account_id=account.id,
        number=number,
        capacity=capacity,
        reason=_words(reason),
        salt=commit(account.ref).salt,
        assigned_at=act.now,
        replaces_id=replaces.id if replaces is not None else None,
    )
    act.session.add(member)
    act.session.flush()
    return member


def _facts(member: PanelMember) -> dict[str, object]:
    return {
        "seat": member.number,
        "capacity": member.capacity,
        "member": commit(member.account.ref, member.salt).digest,
        "reason": commit(member.reason, member.salt).digest,
    }


def _because(member: PanelMember) -> dict[str, str]:
    return {"reason": commit(member.end_reason, member.salt).digest}


def _end(act: Act, member: PanelMember, reason: str) -> None:
    member.end_reason = _words(reason)
    member.ended_at = act.now
    act.session.flush()


def _demand_open(act: Act, tender: Tender) -> None:
    demand_member(act, tender.authority)
    waiting = (*queries.BEFORE_OPENING[1:], queries.TO_JUDGE)
    if tender.published_at is None or not any(lot.state in waiting for lot in tender.lots):
        raise Refusal("panel.too_late" if tender.published_at else "panel.too_early", 409)


def _demand_seated(member: PanelMember) -> None:
    if member.ended_at is not None:
        raise Refusal("panel.ended", 409)


def _words(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise Refusal("panel.reason_missing")
    return words[:MOST_REASON]
