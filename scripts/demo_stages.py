"""Procedures of several stages in the demonstration: a consultation to its award, and a framework with an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from foundation.clock import FixedClock
from procurement.award import selection
from procurement.contract import call_offs
from procurement.contract import operations as contracts
from procurement.contract import queries as agreements
from procurement.evaluation import duties as evaluation_duties
from procurement.tender import queries as tender_queries
from scripts.demo_plan import APPROVER, OFFICER, Planning
from scripts.demo_story import SUPPLIERS


class Stages(Planning):
    """Acts that lead from one stage to the next."""

    def select(self, ref: str) -> None:
        """Propose, and as a second person decide, who goes on from the first lot."""
        with self.acting_as(OFFICER) as act:
            selection.propose(act, self.lot(ref))
        with self.acting_as(APPROVER) as act:
            selection.decide(act, self.lot(ref))

    def next_stage(self, ref: str, stage: str, within: timedelta) -> str:
        """Begin and publish the following stage with those who go on; return its reference."""
        self.select(ref)
        with self.acting_as(OFFICER) as act:
            later = selection.open_next(act, self.lot(ref), stage, act.now + within).ref
        self.publish(later)
        return later

    def consultation(self, ref: str, bidders: Sequence[int]) -> str:
        """Take a published consultation from its first responses to the award; return its last stage."""
        for number in bidders:
            self.bid(ref, number)
        self.seat(ref, 3)
        self.open(ref)
        self.judge(ref, signing=range(1, 4))
        last = self.next_stage(ref, "last_offer", timedelta(hours=26))
        for number, share in zip(bidders, ("0.872", "0.861", "0.889"), strict=True):
            self.bid(last, number, share=share)
        self.open(last)
        self.judge(last, signing=range(1, 4))
        self.forward(hours=3)
        self.award(last)
        return last

    def framework(self, ref: str, bidders: Sequence[int]) -> str:
        """Take a published admission to its agreement; return the agreement's reference."""
        for number in bidders:
            self.bid(ref, number)
        self.seat(ref, 5)
        self.open(ref)
        self.judge(ref, signing=range(1, 6))
        with self.acting_as(OFFICER) as act:
            selection.propose(act, self.lot(ref))
        self.forward(hours=18)
        with self.acting_as(APPROVER) as act:
            lot = self.lot(ref)
            begins = agreements.today(act.now)
            ways = tuple(contracts.ways_of(lot.tender))
            until = begins + timedelta(days=364)
            return contracts.conclude(act, lot, starts_on=begins, ends_on=until, ways=ways).ref

    def order(self, agreement: str, quantity: str, rank: int) -> str:
        """Give out an order to the supplier of a rank directly, take its bid, award it; return its tender."""
        with self.acting_as(OFFICER) as act:
            held = agreements.by_ref(agreement)
            member = agreements.member_at(held, rank)
            made = call_offs.call_off(
                act,
                held,
                way="direct",
                quantities={"1": quantity},
                member=member,
                closes_at=act.now + timedelta(hours=8),
                reason="与既有设备同型号，服务网点最近。",
            )
            ref = tender_queries.by_ref(made.tender.ref).ref
            name = member.organisation.name
        self.publish(ref)
        self.bid(ref, 1 + [one["name"] for one in SUPPLIERS].index(name), share="0.9")
        self.open(ref)
        evaluation_duties.complete_due()
        self.award(ref)
        return ref

    def lot(self, ref: str) -> Any:
        """Return the first lot of a tender."""
        return tender_queries.lot_of(tender_queries.by_ref(ref), "1")

    def forward(self, **span: float) -> None:
        """Let time pass."""
        if isinstance(self.clock, FixedClock):
            self.clock.forward(**span)
