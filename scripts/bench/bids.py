"""The box: uploads, the act of submitting under one and sixteen clients on one lot, receipts, and an opening."""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bidding.box import blinded, operations, queries
from bidding.box.blinded import Owner
from bidding.box.models import Upload
from bidding.box.uploads import Whole
from bidding.seal import platform
from bidding.seal.keyrecord import parse_key_record
from bidding.seal.layers import unwrap
from bidding.seal.opening import open_envelope
from foundation.clock import Clock
from foundation.database import db, noting
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from scripts.bench.machines import ENGINES, Machines
from scripts.bench.measuring import tell, times, together
from supervision.trail.act import Actor, acting
from tests.builders.bids import owner_of, sealed, upload
from tests.builders.bids import whole as carried
from tests.builders.people import People
from tests.builders.tenders import a_tender

SUBMITS = 600
UPLOADS = 24
THREADS = 16
ENVELOPE = 20_000
OPENED = 100 << 20


def measure(machines: Machines) -> None:
    """Tell submits a second on both engines, one client and sixteen, all bidding on one lot."""
    for engine in ENGINES:
        app = machines.app(engine)
        with app.app_context():
            who = machines.people(engine)
            # A long way off: a slow machine must not meet the deadline.
            ref = a_tender(who, Clock(), closes_in=timedelta(days=30)).ref  # type: ignore[arg-type]
            _uploads(engine, who, ref, machines)
            jobs = _prepared(who, ref, 2 * SUBMITS + 200)
            db.session.remove()

            for job in jobs[:100]:
                submit(job)
            before = machines.bare_commits(engine)
            alone, each = together(app, 1, jobs[100 : 100 + SUBMITS], submit)
            bare = (before + machines.bare_commits(engine)) / 2
            tell("submit.acts", alone, "acts/s", f"bare commits/s, {engine}", bare, engine=engine, clients=1,
                 acts=SUBMITS, lots=1, cpu_ms=each.cpu)
            rush, spent = together(app, THREADS, jobs[100 + SUBMITS : 100 + 2 * SUBMITS], submit)
            again = machines.bare_commits(engine)
            tell("submit.acts", rush, "acts/s", f"bare commits/s, {engine}", (bare + again) / 2, engine=engine,
                 clients=THREADS, acts=SUBMITS, lots=1, cpu_ms=spent.cpu)
            for percent in (50, 99):
                tell(f"submit.wait.p{percent}", spent.percentile(percent), "ms", "one bare commit, ms", 1000 / again,
                     engine=engine, clients=THREADS, worst_ms=max(spent.wall))
            _receipts(engine, jobs[:100], machines)
            db.session.remove()


def submit(job: tuple[Whole, Owner]) -> None:
    """Submit one envelope, as the view does it: one act."""
    whole, owner = job
    with acting(Actor("account", owner.account, "supplier", owner.organisation)) as act:
        operations.submit(act, whole, owner)


def opening(machines: Machines) -> None:
    """Tell how fast a bid of 100 MB opens, beside the `age` command on the same file."""
    with machines.app("sqlite").app_context():
        who = machines.people("sqlite")
        tender = a_tender(who, Clock(), closes_in=timedelta(days=30))  # type: ignore[arg-type]
        key = tender.lots[0].keys[0]
        assert key.wrapped is not None and tender.notice_ref is not None
        notice = notices.by_ref(tender.notice_ref).body
        identity = platform.unwrap_identity(
            blinded.box_keys(), key.wrapped, tender=tender.ref, lot="1", envelope=1, recipient=key.recipient
        )
        with tempfile.TemporaryDirectory(prefix="opening-", dir=machines.folder) as name:
            folder = Path(name)
            started = time.perf_counter()
            bid = sealed(tender, "1", who.suppliers[0], folder, files={"图纸.pdf": os.urandom(OPENED)})
            sealing = time.perf_counter() - started
            record = parse_key_record(unwrap(bid.key_path.read_bytes(), [[identity]], [1]))
            (folder / "one.key").write_text(record.identity + "\n")
            ours, age = [], []
            for number in range(3):
                started = time.perf_counter()
                open_envelope(bid.bid_path, bid.key_path, [[identity]], bid.claims, notice, folder / str(number))
                ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                subprocess.run(
                    ["age", "-d", "-i", folder / "one.key", "-o", folder / f"plain{number}", bid.bid_path], check=True
                )
                age.append(time.perf_counter() - started)
        megabytes = OPENED / 1e6
        reference = megabytes / min(age)
        tell("opening", megabytes / min(ours), "MB/s", "age -d of the same file, MB/s", reference, bytes=OPENED,
             best_of=3, does="digest, decryption, reading of the tar, a digest of each file")
        tell("sealing.python", megabytes / sealing, "MB/s", "age -d of the same file, MB/s", reference, bytes=OPENED)
        db.session.remove()


def _uploads(engine: str, who: People, ref: str, machines: Machines) -> None:
    """Carry real envelopes whole into the store: working data, not acts."""
    files = {"报价.pdf": os.urandom(ENVELOPE - 3000)}
    supplier = who.suppliers[0]
    owner = owner_of(supplier)
    with tempfile.TemporaryDirectory(prefix="upload-", dir=machines.folder) as name:
        tender = tenders.by_ref(ref)
        made = [sealed(tender, "1", supplier, Path(name) / str(number), files=files) for number in range(UPLOADS)]
        bare = machines.bare_commits(engine)
        spent = []
        for number, envelope in enumerate(made):
            started = time.perf_counter()
            whole = carried(owner, envelope)
            spent.append(time.perf_counter() - started)
            # Submitted at once, since an owner may have only so many uploads waiting.
            submit((whole, owner))
            if number == 0:
                size = envelope.bid_path.stat().st_size
    tell("upload.envelopes", len(spent) / sum(spent), "envelopes/s", f"bare commits/s, {engine}", bare, engine=engine,
         bytes=size, envelopes=UPLOADS)


def _prepared(who: People, ref: str, count: int) -> list[tuple[Whole, Owner]]:
    """Return envelopes ready to be submitted, each of another supplier.

    One is carried for real; the others are the rows that carrying leaves, since the act of submitting reads no bytes.
    """
    supplier = who.suppliers[1]
    with tempfile.TemporaryDirectory(prefix="sunseal-bench-") as name:
        files = {"报价.pdf": os.urandom(ENVELOPE - 3000)}
        envelope = sealed(tenders.by_ref(ref), "1", supplier, Path(name), files=files)
        first = upload(owner_of(supplier), envelope)
    claims, lot_id, expires_at = dict(first.claims), first.lot_id, first.expires_at
    found, rows = [], []
    for number in range(count):
        owner = Owner(f"O-{900_000 + number}", f"A-{900_000 + number}")
        # Another digest of the sealed bytes, or it would be refused as a replay.
        changed = claims["files"]["bid.age"] | {"sha256": secrets.token_hex(32)}
        files_claimed = claims["files"] | {"bid.age": changed}
        own = claims | {"reference": secrets.token_hex(16), "files": files_claimed}
        row = {
            "ref": secrets.token_hex(16),
            "owner_tag": blinded.upload_tag(owner, ref, "1"),
            "lot_id": lot_id,
            "claims": own,
            "expires_at": expires_at,
            "is_whole": True,
        }
        rows.append(row)
        keys = [secrets.token_hex(16), secrets.token_hex(16)]
        whole = Whole(str(row["ref"]), lot_id, own["notice"], own, blinded.envelope_digest(own), *keys)
        found.append((whole, owner))
    db.session.rollback()
    with noting() as session:
        session.execute(insert(Upload), rows)
    return found


def _receipts(engine: str, jobs: list[tuple[Whole, Owner]], machines: Machines) -> None:
    refs = [db.session.execute(select(Upload.bid_ref).where(Upload.ref == whole.upload)).scalar_one()
            for whole, _ in jobs]
    db.session.remove()

    def receipt(number: int) -> None:
        queries.receipt(queries.by_ref(refs[number]))
        db.session.remove()

    spent = times(receipt, len(refs))
    commit = 1000 / machines.bare_commits(engine, seconds=0.5)
    for percent in (50, 99):
        tell(f"submit.receipt.p{percent}", spent.percentile(percent), "ms", "one bare commit, ms", commit,
             engine=engine, cpu_ms=spent.cpu)
