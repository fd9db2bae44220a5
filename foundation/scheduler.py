"""Duties: what time makes due. APScheduler is a doorbell, never the memory.

Two interval jobs ring each second: one for the duties that must not wait (openings, checkpoints), one for those that
take long (papers, mails). Each duty looks in its room's tables for what is due, so that nothing is lost when a process
is killed; correctness is in the database, not in the lock that saves double work.
"""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import Connection, text

from foundation.database import db

log = logging.getLogger("sunseal.duties")

Duty = Callable[[], None]
LEADER_LOCK = 7_246_301


def register(app: Flask, duties: Iterable[Duty], slow: Iterable[Duty] = ()) -> None:
    """Add duties of a room, in the order in which they shall ring; `slow` ones keep no other waiting."""
    app.extensions.setdefault("duties", []).extend(duties)
    app.extensions.setdefault("slow_duties", []).extend(slow)


def ring(app: Flask, kind: str = "duties") -> None:
    """Ring every duty of a kind once. One that fails is logged loudly and does not keep the others from ringing."""
    for duty in app.extensions.get(kind, []):
        with app.app_context():
            try:
                duty()
            except Exception:
                log.exception("The duty %s.%s failed.", duty.__module__, duty.__name__)
            finally:
                db.session.remove()


def start(app: Flask, *, every: float = 1.0) -> BackgroundScheduler | None:
    """Ring the duties in threads of this process, unless another process of this machine rings already."""
    lock = _machine_lock(app.config["SETTINGS"].instance / "scheduler.lock")
    if lock is None:
        return None
    app.extensions["scheduler_lock"] = lock
    return _run(app, every)


def work(app: Flask, *, every: float = 1.0, stop: Callable[[], bool] = lambda: False) -> None:
    """Ring the duties until `stop`: the ``worker`` command, two or more of which may run.

    On PostgreSQL the leader holds an advisory lock on a connection of its own; the others wait for it to fall free, and
    a leader that loses its connection stops ringing. On SQLite the lock is a file.
    """
    with app.app_context():
        engine = db.engine
    on_postgresql = engine.dialect.name == "postgresql"
    leader: Connection | None = None
    lock: IO[str] | None = None
    running: BackgroundScheduler | None = None
    try:
        while not stop():
            if on_postgresql:
                leader, leads = _lead(leader, engine.connect)
            else:
                lock = lock or _machine_lock(app.config["SETTINGS"].instance / "scheduler.lock")
                leads = lock is not None
            if leads and running is None:
                running = _run(app, every)
            elif not leads and running is not None:
                running.shutdown(wait=True)
                running = None
            time.sleep(every)
    finally:
        if running is not None:
            running.shutdown(wait=True)
        if leader is not None:
            leader.close()
        if lock is not None:
            lock.close()


def _lead(connection: Connection | None, connect: Callable[[], Connection]) -> tuple[Connection | None, bool]:
    """Try for the leader's lock, which its holder may take again and again; a broken connection leads no more."""
    try:
        if connection is None:
            connection = connect().execution_options(isolation_level="AUTOCOMMIT")
            # Back in the pool it would still hold the lock; detached, it ends when it is closed.
            connection.detach()
        return connection, bool(connection.execute(text(f"SELECT pg_try_advisory_lock({LEADER_LOCK})")).scalar())
    except Exception:
        log.exception("The leader's connection is broken; a new one is tried.")
        return None, False


def _run(app: Flask, every: float) -> BackgroundScheduler:
    # A ring that is still busy when the next one comes is the usual case after an opening, and no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    for kind in ("duties", "slow_duties"):
        scheduler.add_job(
            ring, "interval", seconds=every, args=[app, kind], coalesce=True, max_instances=1, misfire_grace_time=None
        )
    scheduler.start()
    app.extensions["scheduler"] = scheduler
    return scheduler


def _machine_lock(path: Path) -> IO[str] | None:
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
