"""Panels and judged lots of a test: real opened bids, real sheets, real sign-offs, one act each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from foundation.clock import FixedClock
from identity.models import Account
from identity.rights import Role
from procurement.evaluation import duties, operations, queries
from procurement.panel import operations as panels
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Act
from tests.builders.bids import an_opened_tender
from tests.builders.people import People
from tests.builders.tenders import acting_as, as_officer

# What `judged` gives on criteria C2 and C3, by bid and then alike for every expert but the second (half a point less).
POINTS = (("41", "13"), ("44", "14.5"), ("30", "10"), ("28", "9"))


def as_expert(people: People, account: Account) -> AbstractContextManager[Act]:
    """Return an act of an expert, as a request of theirs runs it."""
    return acting_as(account, people.supervisor, Role.EXPERT)


def a_panel(people: People, tender: Tender, *, size: int = 3, declared: bool = True) -> list[PanelMember]:
    """Assign the first `size` experts and, after the opening, let each declare. Returns the members anew."""
    ref = tender.ref
    for number in range(size):
        with as_officer(people) as act:
            panels.assign(
                act, tenders.by_ref(ref), people.experts[number], capacity="expert", reason="照明工程专业，高级工程师"
            )
    if declared:
        for number in range(size):
            declare(people, tenders.by_ref(ref), people.experts[number])
    return panel.members(tenders.by_ref(ref))


def declare(people: People, tender: Tender, account: Account) -> None:
    """Let an expert declare that no relation is in the way."""
    ref = tender.ref
    with as_expert(people, account) as act:
        panels.declare(act, panel.member_of(tenders.by_ref(ref), account))


def full_marks(lot: Lot, points: Sequence[str], *, meets: bool = True) -> dict[str, dict[str, Any]]:
    """Return a mark for every criterion that people judge: `points` in the order of the points criteria."""
    left = iter(points)
    return {
        one.code: {"points": next(left), "reason": f"{one.title}：见技术方案第 3 页"}
        if one.is_points
        else {"verdict": meets, "reason": "" if meets else "承诺的交货期超过要求"}
        for one in queries.measures(queries.terms_of(lot))
    }


def score(
    people: People,
    tender: Tender,
    account: Account,
    letter: str,
    marks: Mapping[str, Mapping[str, Any]],
    lot: str = "1",
) -> None:
    """Save one expert's marks on one bid."""
    ref = tender.ref
    with as_expert(people, account) as act:
        found = tenders.lot_of(tenders.by_ref(ref), lot)
        member = panel.member_of(found.tender, account)
        operations.save_marks(act, member, queries.bid_to_judge(found, queries.terms_of(found), letter), marks)


def sign(people: People, tender: Tender, account: Account, lot: str = "1") -> None:
    """Sign an expert's sheets of a lot. Completion is left to the duty, or to `judged`."""
    ref = tender.ref
    with as_expert(people, account) as act:
        found = tenders.lot_of(tenders.by_ref(ref), lot)
        operations.sign_off(act, panel.member_of(found.tender, account), found)


def score_all(
    people: People, tender: Tender, account: Account, *, lot: str = "1", less: bool = False, failing: Sequence[str] = ()
) -> None:
    """Let an expert fill every sheet of a lot; bids in `failing` (letters) are found not to meet their requirements."""
    ref = tender.ref
    found = tenders.lot_of(tenders.by_ref(ref), lot)
    weighted = any(one.is_points for one in queries.measures(queries.terms_of(found)))
    for place, letter in enumerate([bid.letter for bid in queries.bids_to_judge(found, queries.terms_of(found))]):
        first, second = POINTS[place % len(POINTS)]
        given = (_less(first) if less else first, second) if weighted else ()
        found = tenders.lot_of(tenders.by_ref(ref), lot)
        score(people, tenders.by_ref(ref), account, letter, full_marks(found, given, meets=letter not in failing), lot)


def judge(people: People, tender: Tender, *, lot: str = "1", failing: Sequence[str] = ()) -> Lot:
    """Let a fresh panel of three judge a lot to its end; returns the lot (evaluated or failed)."""
    ref = tender.ref
    members = panel.members(tenders.by_ref(ref)) or a_panel(people, tenders.by_ref(ref))
    accounts = [one.account.ref for one in members]
    for place, account in enumerate(accounts):
        person = next(one for one in people.experts if one.ref == account)
        score_all(people, tenders.by_ref(ref), person, lot=lot, less=place == 1, failing=failing)
        sign(people, tenders.by_ref(ref), person, lot)
    duties.complete_due()
    return tenders.lot_of(tenders.by_ref(ref), lot)


def judged(people: People, clock: FixedClock, *, failing: Sequence[str] = (), **more: Any) -> Lot:
    """Return a lot with sealed, opened, scored and ranked bids. `more` goes to `an_opened_tender`."""
    return judge(people, an_opened_tender(people, clock, **more), failing=failing)


def _less(points: str) -> str:
    return str(float(points) - 0.5).removesuffix(".0")
