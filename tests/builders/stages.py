"""Procedures of several stages in a test: forms that are lawful, and one stage after the other by real operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from foundation.clock import FixedClock
from procurement.award import selection
from procurement.panel import queries as panel
from procurement.tender import law, operations
from procurement.tender import queries as tenders
from procurement.tender.models import Lot, Tender
from tests.builders.awards import the_lot
from tests.builders.bids import a_bid, open_lot
from tests.builders.judging import declare, judge
from tests.builders.people import People
from tests.builders.tenders import LOWEST, WEIGHTED, a_tender, as_approver, as_officer, publish

OPINION = {
    "name": "周专家",
    "unit": "示例市设计院",
    "title": "高级工程师",
    "opinion": "只有该供应商拥有所需的专利技术。",
}
_REASON = "采用招标所需时间不能满足紧急需要，批准文号：示例财采〔2026〕12 号。"
_BY_PRICE: dict[str, Any] = {"method": "lowest_price", "criteria": LOWEST}
_BY_POINTS: dict[str, Any] = {"method": "weighted_points", "criteria": WEIGHTED}

# What each procedure needs in its form, beside `tests.builders.tenders.a_form`.
FORMS: dict[str, dict[str, Any]] = {
    "open": _BY_POINTS,
    "selective": {**_BY_POINTS, "ground": "special", "ground_reason": _REASON},
    "negotiation": {**_BY_PRICE, "ground": "urgent_need", "ground_reason": _REASON},
    "consultation": {**_BY_POINTS, "ground": "complex", "ground_reason": _REASON},
    "inquiry": {**_BY_PRICE, "ground": "standard_goods", "ground_reason": _REASON},
    "single_source": {**_BY_PRICE, "ground": "unique_supplier", "ground_reason": _REASON},
}


def a_stage(people: People, clock: FixedClock, procedure: str, *, open: bool = True, **more: Any) -> Tender:
    """Return the first stage of a procedure, published by default."""
    return a_tender(people, clock, open=open, procedure=procedure, **{**FORMS[procedure], **more})


def bid_all(tender: Tender, people: People, suppliers: Sequence[int], *, less: int = 0) -> None:
    """Let suppliers, by their numbers, bid on lot 1; each takes `less` yuan off its usual unit price of item 1."""
    ref = tender.ref
    for number in suppliers:
        first = f"{110 + 10 * number - less}.00"
        a_bid(tenders.by_ref(ref), "1", people.suppliers[number], prices={"1": first, "2": "480.25"})


def open_and_judge(people: People, clock: FixedClock, tender: Tender, *, failing: Sequence[str] = ()) -> Lot:
    """Let the deadline pass, open lot 1, let the panel declare and judge."""
    ref = tender.ref
    open_lot(clock, tenders.by_ref(ref))
    for member in panel.members(tenders.by_ref(ref)):
        account = member.account.ref
        declare(people, tenders.by_ref(ref), next(one for one in people.experts if one.ref == account))
    return judge(people, tenders.by_ref(ref), failing=failing)


def select(people: People, tender: Tender) -> None:
    """Propose, and decide as a second person, that all who meet the requirements go on."""
    ref = tender.ref
    with as_officer(people) as act:
        selection.propose(act, the_lot(ref))
    with as_approver(people) as act:
        selection.decide(act, the_lot(ref))


def begin_next(people: People, clock: FixedClock, tender: Tender, stage: str) -> Tender:
    """Begin the draft of the next stage as the officer, with a deadline in an hour."""
    ref = tender.ref
    with as_officer(people) as act:
        found = selection.open_next(act, the_lot(ref), stage, clock.now() + timedelta(hours=1)).ref
    return tenders.by_ref(found)


def next_stage(people: People, clock: FixedClock, tender: Tender, stage: str) -> Tender:
    """Let lot 1 of a judged stage go on to the next one, published."""
    select(people, tender)
    return publish(people, begin_next(people, clock, tenders.by_ref(tender.ref), stage).ref)


def publicise(people: People, tender: Tender) -> None:
    """Submit a single source draft and make it public as a second person."""
    ref = tender.ref
    with as_officer(people) as act:
        operations.submit(act, tenders.by_ref(ref))
    with as_approver(people) as act:
        operations.publicise(act, tenders.by_ref(ref), opinions=[OPINION])


def approve(people: People, ref: str) -> Tender:
    """Publish a submitted draft as the approver."""
    prepared = operations.prepare_publication(tenders.by_ref(ref))
    with as_approver(people) as act:
        operations.publish(act, tenders.by_ref(ref), prepared)
    return tenders.by_ref(ref)


def outcome_of(tender: Tender) -> str:
    """Return in what the tender's stage ends."""
    stage = law.stage_of(tender)
    return stage.outcome if stage is not None else "award"
