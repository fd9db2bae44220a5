"""Measured figures as JSON lines: name, value, unit, what it is measured against in the same run, and the ratio.

Speed lives here and in no timed test. `python -m scripts.bench NAME…` runs single measurements.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from foundation.database import db
from supervision.trail import queries, verify
from supervision.trail.act import PLATFORM, acting
from tests.postgres import OWNER, SERVING, Postgres
from wsgi import create_app, prepare

SECONDS = 3.0


def tell(name: str, value: float, unit: str, against: str, against_value: float, **more: Any) -> None:
    """Print one figure."""
    ratio = value / against_value if against_value else None
    line = {
        "name": name,
        "value": _round(value),
        "unit": unit,
        "against": against,
        "against_value": _round(against_value),
        "ratio": _round(ratio) if ratio is not None else None,
        **more,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def rate(work: Callable[[], Any], *, seconds: float = SECONDS) -> float:
    """Return how often `work` runs in a second."""
    work()
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        work()
        count += 1
    return count / passed


@contextmanager
def instance(engine: str, server: Postgres | None = None) -> Iterator[Flask]:
    """A throw-away instance on a real disk."""
    folder = Path(tempfile.mkdtemp(prefix="sunseal-bench-"))
    environ = {"SUNSEAL_INSTANCE": str(folder)}
    name = ""
    if engine == "postgresql" and server is not None:
        name = server.database()
        environ |= {
            "SUNSEAL_DATABASE_URL": server.url(name, SERVING),
            "SUNSEAL_DATABASE_OWNER_URL": server.url(name, OWNER),
        }
    app = create_app(environ)
    prepare(app)
    try:
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        if server is not None and name:
            server.drop(name)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def engines() -> Iterator[dict[str, Postgres | None]]:
    """Both engines, PostgreSQL with its durability on."""
    server = Postgres(durable=True)
    try:
        yield {"sqlite": None, "postgresql": server}
    finally:
        server.stop()


def bare_commits(engine: str, server: Postgres | None) -> float:
    """Return durable commits of one small row in a second, without any of our code."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="sunseal-bench-") as folder:
            connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, body BLOB)")
            found = rate(lambda: connection.execute("INSERT INTO line (body) VALUES (?)", (b"x" * 300,)))
            connection.close()
            return found
    if server is None:
        raise ValueError("PostgreSQL needs its server.")
    name = server.database()
    with psycopg.connect(host=str(server.folder), user=OWNER, dbname=name, autocommit=True) as connection:
        connection.execute("CREATE TABLE line (id BIGSERIAL PRIMARY KEY, body BYTEA)")
        found = rate(lambda: connection.execute("INSERT INTO line (body) VALUES (%s)", (b"x" * 300,)))
    server.drop(name)
    return found


def leaf_hashes() -> float:
    """Return SHA-256 hashes of a 300-byte entry in a second: what the trail cannot beat."""
    body = b"\0" + b"x" * 300
    return 1000 * rate(lambda: [hashlib.sha256(body).digest() for _ in range(1000)], seconds=1.0)


def trail() -> None:
    """Append, prove and verify, beside bare SHA-256 and bare commits."""
    bare_hash = leaf_hashes()
    with engines() as found:
        for engine, server in found.items():
            commits = bare_commits(engine, server)
            with instance(engine, server):

                def one() -> None:
                    with acting(PLATFORM) as act:
                        act.record("bench.line", "bench/1", {"n": "x" * 100})

                def batch() -> None:
                    with acting(PLATFORM) as act:
                        for number in range(1000):
                            act.record("bench.line", f"bench/{number}", {"n": "x" * 100})

                tell("trail.act", rate(one), "acts/s", f"bare commits/s, {engine}", commits, engine=engine)
                per_second = 1000 * rate(batch)
                tell("trail.append", per_second, "entries/s", "SHA-256 of an entry/s", bare_hash, engine=engine)
                size = queries.tip().size
                times = []
                for number in range(200):
                    start = time.perf_counter()
                    queries.receipt(number * (size // 200))
                    times.append((time.perf_counter() - start) * 1000)
                    db.session.rollback()
                for percent in (50, 99):
                    tell(
                        f"trail.receipt.p{percent}",
                        _percentile(times, percent),
                        "ms",
                        "SHA-256 of an entry, ms",
                        1000 / bare_hash,
                        engine=engine,
                        entries=size,
                    )
                if engine == "sqlite":
                    _verification(size, bare_hash)


def _verification(size: int, bare_hash: float) -> None:
    from supervision.desk import export

    with tempfile.TemporaryDirectory(prefix="sunseal-bench-") as folder:
        export.write(Path(folder) / "export")
        start = time.perf_counter()
        report = verify.verify(Path(folder) / "export", [queries.signer().verifier])
        passed = time.perf_counter() - start
        if report.verdict != "trusted":
            raise SystemExit("The bench's own export does not verify.")
        tell("trail.verify", size / passed, "entries/s", "SHA-256 of an entry/s", bare_hash, entries=size)


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


MEASUREMENTS: dict[str, Callable[[], None]] = {"trail": trail}


def main() -> None:
    """Run the named measurements, or all."""
    os.environ.setdefault("SUNSEAL_MODE", "development")
    for name in sys.argv[1:] or MEASUREMENTS:
        MEASUREMENTS[name]()


if __name__ == "__main__":
    main()
