"""A worker is killed with SIGKILL in the middle of an opening, again and again; the bids open once and whole."""

from __future__ import annotations

import hashlib
import os
import random
import time
from datetime import timedelta

from sqlalchemy import func, select

from bidding.box import queries, uploads
from bidding.box.models import Bid, BidFile, Opening
from foundation.database import db
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from supervision.trail.merkle import Frontier, leaf_hash
from supervision.trail.models import Entry
from tests.builders.bids import a_bid
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.instances import a_worker, in_the_past, until

KILLS = 8


def test_a_killed_opening_opens_once(environ: dict[str, str]) -> None:
    """Each kill falls at a random moment after the key was released and before the record stood."""
    chance = random.SystemRandom()
    with in_the_past(environ, by=timedelta(minutes=61)) as (app, clock):
        who = people(app)
        ref = a_tender(who, clock).ref
        contents = {supplier.name: os.urandom(12 << 20) for supplier in who.suppliers}
        for supplier in who.suppliers:
            a_bid(tenders.by_ref(ref), "1", supplier, files={"图纸.bin": contents[supplier.name]})
        db.session.remove()

        def state() -> str:
            db.session.rollback()
            return db.session.execute(select(Opening.state)).scalar() or ""

        interrupted = 0
        for _ in range(KILLS):
            worker = a_worker(environ)
            try:
                until(lambda: state() != "", within=60, pause=0.005)
                # A worker that resumes needs a moment to begin; the first one is inside at once.
                time.sleep(chance.uniform(0, 0.25) + (chance.uniform(0.8, 2.5) if interrupted else 0))
            finally:
                worker.kill()
            if state() == "recorded":
                break
            interrupted += 1
        assert interrupted > 0, "no kill fell inside the opening"
        worker = a_worker(environ)
        try:
            until(lambda: state() == "recorded", within=120)
            until(lambda: not list((uploads.files().folder / "opening").iterdir()), within=20)
        finally:
            worker.kill()
        db.session.rollback()
        lot = tenders.lot_of(tenders.by_ref(ref), "1")
        assert lot.state == "opened" and len(queries.opened_bids(lot)) == 4
        for kind in ("opening.release", "opening.record", "lot.open", "lot.release"):
            wanted = select(func.count()).select_from(Entry).where(Entry.kind == kind)
            assert db.session.execute(wanted).scalar_one() == 1, kind
        assert len(notices.of_tender(ref, kind="opening")) == 1
        assert db.session.execute(select(func.count()).select_from(BidFile)).scalar_one() == 4
        for bid in db.session.execute(select(Bid)).scalars():
            assert bid.supplier is not None
            stored = b"".join(uploads.files().pieces(bid.files[0].storage_key))
            assert stored == contents[bid.supplier.name]
            assert bid.files[0].sha256 == hashlib.sha256(stored).hexdigest()
        tip = trail.tip()
        assert Frontier().extend(leaf_hash(body) for body in trail.bodies()).root() == tip.root
