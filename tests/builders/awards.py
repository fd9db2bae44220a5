"""Evaluated lots of a test: opened bids and a finished evaluation as rows, the result by the real arithmetic.

The rooms of the box and of the evaluation have builders of their own; these rows are what their work leaves behind, so
that a test of the award needs no sealing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bidding.box.models import Bid
from foundation.canonical import canonical, digest
from foundation.clock import FixedClock
from foundation.money import to_text
from identity.models import Organisation
from procurement.award import operations, queries
from procurement.evaluation.models import Evaluation, SignOff
from procurement.notices import queries as notices
from procurement.notices.models import Notice
from procurement.panel.models import PanelMember
from procurement.scoring.ranking import rank
from procurement.scoring.reading import read
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Actor, acting
from tests.builders.people import People
from tests.builders.tenders import a_tender, as_approver, as_officer

# Unit prices of the two items of a test's lot; totals 880,000.00, 912,000.00 and 938,400.00.
PRICES = (("150.00", "400.00"), ("155.00", "420.00"), ("158.00", "450.00"))
POINTS = (("41", "13"), ("44", "14.5"), ("30", "10"))


def evaluated(
    people: People,
    clock: FixedClock,
    *,
    points: Sequence[tuple[str, str]] = POINTS,
    prices: Sequence[tuple[str, str]] = PRICES,
    failing: Sequence[int] = (),
    **more: Any,
) -> Lot:
    """Return a lot that three experts have judged.

    `points` and unit `prices` are per supplier, `failing` are the numbers of those who miss R1.
    """
    tender = a_tender(people, clock, **more)
    assert tender.closes_at is not None
    clock.set(tender.closes_at)
    with acting(Actor("platform")) as act:
        lot = tender_queries.lot_of(tender_queries.by_ref(tender.ref), "1")
        tenders.release_lot(act, lot)
        tenders.open_lot(act, lot)
        for number in range(len(points)):
            act.session.add(_bid(lot, people.suppliers[number], number, prices[number], clock))
        members = [
            PanelMember(
                tender_id=lot.tender_id,
                account_id=expert.id,
                number=number,
                capacity="expert" if number < 3 else "representative",
                reason="照明专业",
                salt="0" * 64,
                assigned_at=clock.now(),
            )
            for number, expert in enumerate(people.experts[:3], start=1)
        ]
        act.session.add_all(members)
        act.session.flush()
        for member in members:
            act.session.add(
                SignOff(
                    member_id=member.id,
                    lot_id=lot.id,
                    sheets_sha256="0" * 64,
                    salt="0" * 64,
                    signed_at=clock.now(),
                    entry_index=1,
                )
            )
        document = _document(lot, queries.opened_bids(lot), points, failing)
        act.session.add(
            Evaluation(
                lot_id=lot.id,
                document=document,
                sha256=digest(canonical(document)),
                completed_at=clock.now(),
                entry_index=act.record("test.evaluated", f"tender/{tender.ref}/lot/1", {}),
            )
        )
        tenders.evaluate_lot(act, lot)
    return the_lot(tender.ref)


def the_lot(tender_ref: str) -> Lot:
    """Return the first lot of a tender, read anew."""
    return tender_queries.lot_of(tender_queries.by_ref(tender_ref), "1")


def the_bid(lot: Lot, letter: str) -> Bid:
    """Return an opened bid by its letter."""
    return next(one for one in queries.opened_bids(lot) if one.letter == letter)


def propose(people: People, tender_ref: str, letter: str, reason: str = "") -> None:
    """Propose a bid as the officer."""
    with as_officer(people) as act:
        lot = the_lot(tender_ref)
        operations.propose(act, lot, the_bid(lot, letter), reason)


def decide(people: People, tender_ref: str) -> Notice:
    """Decide as the approver."""
    with as_approver(people) as act:
        ref = operations.decide(act, the_lot(tender_ref)).ref
    return notices.by_ref(ref)


def awarded(people: People, clock: FixedClock, **more: Any) -> Notice:
    """Return the award notice of a lot whose best bid won."""
    ref = evaluated(people, clock, **more).tender.ref
    best = the_best(the_lot(ref))
    propose(people, ref, best)
    return decide(people, ref)


def the_best(lot: Lot) -> str:
    """Return the letter of rank one."""
    found: str = queries.evaluation_of(lot).document["result"]["ranking"][0]
    return found


def _bid(lot: Lot, supplier: Organisation, number: int, prices: tuple[str, str], clock: FixedClock) -> Bid:
    items = []
    total = 0
    for item, price in zip(lot.items, prices, strict=True):
        amount = int(item.quantity) * int(price.replace(".", ""))
        total += amount
        items.append(
            {
                "item": item.number,
                "unit_price": price,
                "amount": to_text(amount),
                "brand": "示例",
                "model": f"SL-{number + 1}{item.number}",
                "spec": item.spec,
            }
        )
    offer = {
        "format": "sunseal-offer/1",
        "tender": lot.tender.ref,
        "lot": lot.number,
        "currency": "CNY",
        "supplier": {"name": supplier.name, "number": supplier.number or supplier.claimed_number},
        "items": items,
        "total": to_text(total),
        "answers": [],
        "declarations": {"enterprise_size": "small"},
        "files": [],
    }
    name = hashlib.sha256(f"{lot.tender.ref} {number}".encode()).hexdigest()
    return Bid(
        ref=name[:32],
        lot_id=lot.id,
        state="opened",
        owner_tag=name,
        owner_sealed=b"",
        claims={},
        claims_sha256=name,
        bid_key=name[:32],
        key_key=name[32:],
        entry_index=1_000_000 + lot.id * 10 + number,
        submitted_at=clock.now(),
        supplier_id=supplier.id,
        letter="ABCDE"[number],
        price=total,
        offer=offer,
        manifest={},
    )


def _document(
    lot: Lot, bids: Sequence[Bid], points: Sequence[tuple[str, str]], failing: Sequence[int]
) -> dict[str, Any]:
    tender: Tender = lot.tender
    said = tender_queries.notice_content(tender)
    wanted = next(one for one in said["tender"]["lots"] if one["lot"] == lot.number)
    weighted = wanted["method"]["id"] == "weighted_points"
    document: dict[str, Any] = {
        "format": "sunseal-evaluation/1",
        "tender": tender.ref,
        "lot": lot.number,
        "currency": "CNY",
        "ceiling": wanted["ceiling"],
        "method": wanted["method"],
        "criteria": [_plain(one) for one in wanted["criteria"]],
        "experts": [
            {
                "expert": f"E{expert}",
                "signed_at": "2026-11-20T11:00:00+08:00",
                "sheets": [
                    _sheet(bid, points[number], number in failing, expert if weighted else None)
                    for number, bid in enumerate(bids)
                ],
            }
            for expert in (1, 2, 3)
        ],
        "bids": [
            {
                "bid": bid.letter,
                "supplier": {"name": bid.supplier.name if bid.supplier else bid.letter},
                "price": to_text(bid.price or 0),
            }
            for bid in bids
        ],
    }
    return {**document, "result": rank(read(document))}


def _plain(criterion: Mapping[str, Any]) -> dict[str, Any]:
    """Return a criterion of the notice without what the format of evaluations does not know."""
    return {
        name: value
        for name, value in criterion.items()
        if name in ("criterion", "kind", "title", "guidance", "weight", "step", "mandatory") or name.startswith("x_")
    }


def _sheet(bid: Bid, points: tuple[str, str], fails: bool, expert: int | None) -> dict[str, Any]:
    sheet: dict[str, Any] = {"bid": bid.letter, "verdicts": {"R1": not fails}}
    if expert is not None:
        # The second expert gives half a point less, so that means differ from single scores.
        less = "0.5" if expert == 2 else "0"
        sheet["scores"] = {"C2": _minus(points[0], less), "C3": points[1]}
        sheet["reasons"] = {"C2": f"专家 {expert}：检测报告齐全", "C3": "质保五年"}
    if fails:
        sheet["reasons"] = {"R1": "承诺的交货期为 60 日"}
    return sheet


def _minus(points: str, less: str) -> str:
    return f"{Decimal(points) - Decimal(less):f}"
