"""Framework agreements of a test: a judged admission stage, the proposal, the decision that concludes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from foundation.clock import FixedClock
from identity import operations as identity
from identity import queries as identities
from identity.models import Organisation
from identity.rights import Role
from procurement.award import selection
from procurement.contract import operations, queries
from procurement.contract.models import Agreement
from procurement.tender import queries as tenders
from procurement.tender.models import Lot
from supervision.trail.act import Actor, acting
from tests.builders.awards import evaluated, the_lot
from tests.builders.bids import a_bid, open_lot
from tests.builders.judging import judge
from tests.builders.people import People, one_hash
from tests.builders.tenders import LOWEST, a_tender, as_approver, as_officer

FRAMEWORK = {"procedure": "framework", "ground": "catalogue", "ground_reason": "集中采购目录以内的小额零星采购。"}
# Unit prices of the two items by supplier; the last one goes out by the knock-out.
PRICES = (("100.00", "400.00"), ("110.00", "410.00"), ("120.00", "420.00"), ("130.00", "430.00"), ("140.00", "440.00"))


def a_fifth_supplier() -> Organisation:
    """Add a verified supplier with one member to the four that every test has."""
    with acting(Actor("operator")) as act:
        made = identity.create_organisation(
            act,
            kind="supplier",
            name="春风文具有限公司",
            number="91110000000013139D",
            address="示例市人民路 5 号",
            contact="联系人",
            phone="000-0000000",
            enterprise_size="small",
            verified=True,
        )
        account = identity.create_account(
            act, email="bidder4@example.test", name="投标人5", password=one_hash(), email_verified=True
        )
        identity.add_member(act, account, made, Role.SUPPLIER)
        ref = made.ref
    return identities.organisation_by_ref(ref)


def judged_admission(
    people: People, clock: FixedClock, *, prices: Sequence[tuple[str, str]] = PRICES[:4], **more: Any
) -> Lot:
    """Return a lot of an admission stage with a judged bid for each of `prices`, in the order of the suppliers.

    As rows, without sealing (`awards.evaluated`); the journey seals.
    """
    form = {**FRAMEWORK, "method": "lowest_price", "criteria": LOWEST, **more}
    return evaluated(people, clock, prices=prices, points=[("0", "0")] * len(prices), **form)


def sealed_admission(people: People, clock: FixedClock, **more: Any) -> Lot:
    """Return a lot of an admission stage with five bids that were sealed, opened and judged."""
    ref = a_tender(people, clock, **{**FRAMEWORK, "method": "lowest_price", "criteria": LOWEST, **more}).ref
    refs = [*(one.ref for one in people.suppliers), a_fifth_supplier().ref]
    for supplier, (first, second) in zip(refs, PRICES, strict=True):
        a_bid(tenders.by_ref(ref), "1", identities.organisation_by_ref(supplier), prices={"1": first, "2": second})
    open_lot(clock, tenders.by_ref(ref))
    return judge(people, tenders.by_ref(ref))


def concluded(people: People, clock: FixedClock, *, days: int = 300, ways: Any = None, **more: Any) -> Agreement:
    """Return an agreement in force from today on. `more` goes to `judged_admission`."""
    ref = judged_admission(people, clock, **more).tender.ref
    with as_officer(people) as act:
        selection.propose(act, the_lot(ref))
    return conclude(people, ref, queries.today(clock.now()), days=days, ways=ways)


def conclude(people: People, ref: str, starts_on: date, *, days: int = 300, ways: Any = None) -> Agreement:
    """Conclude the agreement of a tender's first lot as the approver."""
    with as_approver(people) as act:
        lot = the_lot(ref)
        allowed = list(operations.ways_of(lot.tender)) if ways is None else ways
        made = operations.conclude(act, lot, starts_on=starts_on, ends_on=starts_on + timedelta(days=days), ways=allowed)
        found = made.ref
    return queries.by_ref(found)
