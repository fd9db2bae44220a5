"""Two at once, and clocks that move: submit against the deadline, the release, a cancellation; publishing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from bidding.box import duties, operations, queries
from bidding.box.uploads import Whole
from foundation.clock import Clock, FixedClock
from foundation.database import db
from foundation.errors import HouseFault, Refusal
from procurement.tender import operations as tender_operations
from procurement.tender import queries as tenders
from supervision.trail.act import Actor, acting
from tests.builders.bids import a_bid, as_supplier, open_lot, owner_of, sealed, whole
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, as_approver, as_officer, publish


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def ready(who: People, tender: str, number: int, folder: Path) -> Whole:
    """Return an uploaded envelope that waits to be submitted."""
    supplier = who.suppliers[number]
    return whole(owner_of(supplier), sealed(tenders.by_ref(tender), "1", supplier, folder / str(number)))


def submit(who: People, number: int, waiting: Whole) -> str:
    supplier = who.suppliers[number]
    with as_supplier(supplier) as act:
        return operations.submit(act, waiting, owner_of(who.suppliers[number])).ref


@contextmanager
def waiting_for_the_lock(app: Flask, run: Callable[[], object]) -> Iterator[list[str]]:
    """Hold the trail's lock while `run` waits for it in a thread; the rules it was refused by come out."""
    told: list[str] = []

    def other() -> None:
        with app.app_context():
            try:
                run()
                told.append("done")
            except Refusal as no:
                told.append(no.rule)
            finally:
                db.session.remove()

    thread = threading.Thread(target=other)
    with acting(Actor("operator")) as act:
        thread.start()
        thread.join(0.7)
        assert thread.is_alive(), "the other waits for the lock"
        yield told
        act.record("test.hold", "test/hold")
    thread.join(30)
    assert not thread.is_alive()


def test_the_clock_is_read_after_the_wait_for_the_lock(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock).ref
    waiting = ready(who, tender, 0, tmp_path)
    closes_at = tenders.by_ref(tender).closes_at
    assert closes_at is not None
    clock.set(closes_at - timedelta(microseconds=1))
    with waiting_for_the_lock(app, lambda: submit(who, 0, waiting)) as told:
        clock.set(closes_at)
    assert told == ["bid.late"]
    assert queries.own_bids(owner_of(who.suppliers[0])) == []


def test_a_bid_that_waited_while_its_lot_was_released_is_refused(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    """However the clock stands: no state in which bids are taken and the key is out."""
    tender = a_tender(who, clock).ref
    for number in range(1, 4):
        a_bid(tenders.by_ref(tender), "1", who.suppliers[number])
    waiting = ready(who, tender, 0, tmp_path)
    closes_at = tenders.by_ref(tender).closes_at
    assert closes_at is not None
    clock.set(closes_at)
    with acting(Actor("platform")) as act:
        operations.release(act, tenders.lot_of(tenders.by_ref(tender), "1"))
    clock.set(closes_at - timedelta(minutes=1))
    with pytest.raises(Refusal) as refused:
        submit(who, 0, waiting)
    assert refused.value.rule == "bid.not_open"
    clock.set(closes_at)
    duties.open_due()
    assert len(queries.opened_bids(tenders.lot_of(tenders.by_ref(tender), "1"))) == 3


def test_submit_against_cancel(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    tender = a_tender(who, clock).ref
    first, second = ready(who, tender, 0, tmp_path), ready(who, tender, 1, tmp_path)
    submit(who, 0, first)
    with as_approver(who) as act:
        tender_operations.cancel(act, tenders.by_ref(tender), "预算调整")
    with pytest.raises(Refusal) as refused:
        submit(who, 1, second)
    assert refused.value.rule == "bid.not_open"
    clock.forward(hours=2)
    duties.open_due()
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    assert lot.state == "cancelled" and queries.opening_of(lot) is None
    with pytest.raises(Refusal), acting(Actor("platform")) as act:
        tender_operations.release_lot(act, tenders.lot_of(tenders.by_ref(tender), "1"))


def test_a_replay_after_the_deadline_changes_nothing(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    tender = a_tender(who, clock).ref
    waiting = ready(who, tender, 0, tmp_path)
    bid = submit(who, 0, waiting)
    clock.forward(hours=2)
    before = queries.by_ref(bid).submitted_at
    assert submit(who, 0, waiting) == bid and queries.by_ref(bid).submitted_at == before
    with pytest.raises(Refusal) as refused:
        submit(who, 1, waiting)
    assert (refused.value.rule, refused.value.status) == ("upload.unknown", 404)


@pytest.mark.parametrize("late_by", [0, 1, 3600])
def test_an_amendment_that_comes_late_moves_no_deadline(
    app: Flask, clock: FixedClock, who: People, late_by: int
) -> None:
    tender = a_tender(who, clock).ref
    closes_at = tenders.by_ref(tender).closes_at
    assert closes_at is not None
    clock.set(closes_at + timedelta(seconds=late_by))
    with pytest.raises(Refusal) as refused, as_officer(who) as act:
        tender_operations.amend(
            act, tenders.by_ref(tender), text="延期", closes_at=closes_at + timedelta(days=30)
        )
    assert refused.value.rule == "tender.before_the_deadline"
    with pytest.raises(Refusal), as_approver(who) as act:
        tender_operations.cancel(act, tenders.by_ref(tender), "太晚")
    assert tenders.by_ref(tender).closes_at == closes_at and tenders.by_ref(tender).state == "open"


def test_nothing_opens_a_lot_before_its_deadline(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock).ref
    for number in range(3):
        a_bid(tenders.by_ref(tender), "1", who.suppliers[number])
    closes_at = tenders.by_ref(tender).closes_at
    assert closes_at is not None
    clock.set(closes_at - timedelta(microseconds=1))
    for duty in app.extensions["duties"]:
        duty()
    for duty in app.extensions.get("slow_duties", ()):
        duty()
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    assert lot.state == "open" and queries.opening_of(lot) is None and queries.opened_bids(lot) == []
    for actor in (Actor("platform"), Actor("operator")):
        with pytest.raises(Refusal) as refused, acting(actor) as act:
            operations.release(act, tenders.lot_of(tenders.by_ref(tender), "1"))
        assert refused.value.rule == "opening.too_early" and refused.value.facts["earliest"] == closes_at
    names = set(app.cli.commands)
    assert not any("open" in name or "release" in name or "decrypt" in name for name in names)


class Moved(Clock):
    """A system clock that somebody moves."""

    def __init__(self) -> None:
        super().__init__()
        self.by = timedelta()

    def now(self, connection: object = None) -> datetime:
        return datetime.now(UTC) + self.by

    def moment_of_act(self, connection: object, told: datetime | None = None) -> datetime:
        return super().moment_of_act(connection, None if told is None else told + self.by)


@pytest.mark.parametrize("by", [timedelta(seconds=6), timedelta(hours=5), -timedelta(hours=5)])
def test_a_clock_that_jumps_opens_nothing(app: Flask, clock: FixedClock, who: People, by: timedelta) -> None:
    moved = Moved()
    app.extensions["clock"] = moved
    clock.set(datetime.now(UTC))
    tender = a_tender(who, clock, closes_in=timedelta(hours=4)).ref
    for number in range(3):
        a_bid(tenders.by_ref(tender), "1", who.suppliers[number])
    moved.by = by
    with pytest.raises(HouseFault, match="clock"), acting(Actor("platform")) as act:
        operations.release(act, tenders.lot_of(tenders.by_ref(tender), "1"))
    db.session.rollback()
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    assert lot.state == "open" and queries.opening_of(lot) is None
    moved.by = timedelta()
    with acting(Actor("platform")) as act:
        act.record("test.again", "test/again")


def test_publishing_twice_makes_one_notice(app: Flask, clock: FixedClock, who: People) -> None:
    draft = a_tender(who, clock, open=False).ref
    publish(who, draft)
    first = tenders.by_ref(draft).notice_ref
    prepared = tender_operations.prepare_publication(tenders.by_ref(draft))
    with pytest.raises(Refusal) as refused, as_approver(who) as act:
        tender_operations.publish(act, tenders.by_ref(draft), prepared)
    assert refused.value.rule == "tender.publish.not_now"
    assert tenders.by_ref(draft).notice_ref == first


def test_two_releases_at_once_make_one_opening(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock).ref
    for number in range(3):
        a_bid(tenders.by_ref(tender), "1", who.suppliers[number])
    closes_at = tenders.by_ref(tender).closes_at
    assert closes_at is not None
    clock.set(closes_at)
    with waiting_for_the_lock(app, duties.open_due) as told:
        pass
    assert told == ["done"]
    lot = open_lot(clock, tenders.by_ref(tender))
    assert lot.state == "opened" and len(queries.opened_bids(lot)) == 3
