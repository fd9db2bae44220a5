"""Several workers at one opening: it happens once, on both engines."""

from __future__ import annotations

import threading
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from bidding.box import duties, queries
from bidding.box.models import BidFile, Opening
from foundation.clock import FixedClock
from foundation.database import db
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.trail.models import Entry
from tests.builders.bids import a_bid
from tests.builders.people import people
from tests.builders.tenders import a_tender


def test_four_workers_open_once(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, lots=2).ref
    for lot in ("1", "2"):
        for supplier in who.suppliers:
            a_bid(tenders.by_ref(ref), lot, supplier, files={"plan.bin": bytes(300_000)})
    closes_at = tenders.by_ref(ref).closes_at
    assert closes_at is not None
    clock.set(closes_at + timedelta(seconds=1))
    db.session.remove()
    together, faults = threading.Barrier(4), []

    def work() -> None:
        with app.app_context():
            try:
                together.wait()
                duties.open_due()
            except Exception as fault:  # the thread's fault must fail the test
                faults.append(fault)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    db.session.rollback()
    openings = db.session.execute(select(Opening)).scalars().all()
    assert len(openings) == 2 and all(one.recorded_at is not None for one in openings)
    for kind in ("opening.release", "opening.record", "lot.open"):
        wanted = select(func.count()).select_from(Entry).where(Entry.kind == kind)
        assert db.session.execute(wanted).scalar_one() == 2, kind
    assert len(notices.of_tender(ref, kind="opening")) == 2
    for number in ("1", "2"):
        assert len(queries.opened_bids(tenders.lot_of(tenders.by_ref(ref), number))) == 4
    assert db.session.execute(select(func.count()).select_from(BidFile)).scalar_one() == 8
