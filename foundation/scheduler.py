"""Duties: what time makes due. APScheduler is a doorbell, never the memory.

One interval job rings all duties each second. Each duty looks in its room's tables for what is due, so that nothing
is lost when a process is killed, and correctness is in the database, not in the lock that saves double work.
"""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import Connection, text

from foundation.database import db

log = logging.getLogger("sunseal.duties")

Duty = Callable[[], None]
LEADER_LOCK = 7_246_301


def register(app: Flask, *duties: Duty) -> None:
    """Add duties of a room, in the order in which they shall ring."""
    app.extensions.setdefault("duties", []).extend(duties)


def ring(app: Flask) -> None:
    """Ring every duty once. One that fails is logged loudly and does not keep the others from ringing."""
    for duty in app.extensions.get("duties", []):
        with app.app_context():
            try:
                duty()
            except Exception:
                log.exception("The duty %s.%s failed.", duty.__module__, duty.__name__)
            finally:
                db.session.remove()


def start(app: Flask, *, every: float = 1.0) -> BackgroundScheduler | None:
    """Ring the duties in a thread of this process, unless another process of this machine rings already."""
    lock = _machine_lock(app.config["SETTINGS"].instance / "scheduler.lock")
    if lock is None:
        return None
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        ring, "interval", seconds=every, args=[app], coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.start()
    app.extensions["scheduler"] = (scheduler, lock)
    return scheduler


def work(app: Flask, *, every: float = 1.0, stop: Callable[[], bool] = lambda: False) -> None:
    """Ring the duties in the foreground: the ``worker`` command, two or more of which may run.

    On PostgreSQL the leader holds an advisory lock on a connection of its own; the others wait for it to fall free.
    """
    with app.app_context():
        engine = db.engine
    leader: Connection | None = None
    lock: IO[str] | None = None
    while not stop():
        if engine.dialect.name == "postgresql":
            leader = leader or engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            is_leader = bool(leader.execute(text(f"SELECT pg_try_advisory_lock({LEADER_LOCK})")).scalar())
        else:
            lock = lock or _machine_lock(app.config["SETTINGS"].instance / "scheduler.lock")
            is_leader = lock is not None
        if is_leader:
            ring(app)
        time.sleep(every)


def _machine_lock(path: Path) -> IO[str] | None:
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
