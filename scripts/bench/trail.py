"""The trail: one act, a batch, a receipt, and the verification of an export."""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path

from foundation.database import db
from scripts.bench.machines import ENGINES, Machines
from scripts.bench.measuring import rate, tell, times
from supervision.desk import export
from supervision.trail import queries, verify
from supervision.trail.act import PLATFORM, acting

BATCH = 1000


def one_act() -> None:
    """Run an act with one entry."""
    with acting(PLATFORM) as act:
        act.record("bench.line", "bench/1", {"n": "x" * 100})


def batch() -> None:
    """Run an act with `BATCH` entries."""
    with acting(PLATFORM) as act:
        for number in range(BATCH):
            act.record("bench.line", f"bench/{number}", {"n": "x" * 100})


def leaf_hashes() -> float:
    """Return SHA-256 hashes of a 300-byte entry in a second: what the trail cannot beat."""
    body = b"\0" + b"x" * 300
    return BATCH * rate(lambda: [hashlib.sha256(body).digest() for _ in range(BATCH)], seconds=0.5).per_second


def measure(machines: Machines) -> None:
    """Tell what the trail does on both engines."""
    for engine in ENGINES:
        with machines.app(engine).app_context():
            before = machines.bare_commits(engine)
            acts = rate(one_act)
            bare = (before + machines.bare_commits(engine)) / 2
            tell("trail.act", acts.per_second, "acts/s", f"bare commits/s, {engine}", bare, engine=engine,
                 cpu_ms=acts.cpu)
            hashes = leaf_hashes()
            appended = rate(batch)
            tell("trail.append", BATCH * appended.per_second, "entries/s", "SHA-256 of an entry/s", hashes,
                 engine=engine, batch=BATCH, cpu_ms=appended.cpu / BATCH)
            _receipts(engine, hashes)
            if engine == "sqlite":
                _verification(hashes)
            db.session.remove()


def _receipts(engine: str, hashes: float) -> None:
    size = queries.tip().size

    def receipt(number: int) -> None:
        # Each in a session of its own, as each request has one.
        queries.receipt(number * 7919 % size)
        db.session.remove()

    times(receipt, 20)
    # The same span of pure arithmetic tells how much of the slowest percent is the machine's other work.
    spin = 1 + int(0.0015 * hashes)
    idle = times(lambda _: [hashlib.sha256(b"x" * 301).digest() for _ in range(spin)], 400)
    spent = times(receipt, 400)
    for percent in (50, 99):
        tell(f"trail.receipt.p{percent}", spent.percentile(percent), "ms",
             f"p{percent} of a loop of {spin} SHA-256, ms", idle.percentile(percent), engine=engine, entries=size,
             cpu_ms=spent.cpu)


def _verification(hashes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="sunseal-bench-") as folder:
        export.write(Path(folder) / "export")
        size = queries.tip().size
        start = time.perf_counter()
        report = verify.verify(Path(folder) / "export", [queries.signer().verifier])
        passed = time.perf_counter() - start
        if report.verdict != "trusted":
            raise SystemExit("The bench's own export does not verify.")
        tell("trail.verify", size / passed, "entries/s", "SHA-256 of an entry/s", hashes, entries=size)
