"""Real processes on a test's instance: workers and servers that live by the machine's own clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from foundation.clock import FixedClock
from foundation.database import db
from wsgi import create_app

ROOT = Path(__file__).parents[2]


@contextmanager
def in_the_past(environ: dict[str, str], *, by: timedelta) -> Iterator[tuple[Flask, FixedClock]]:
    """Yield an app on the instance whose clock stands `by` before the machine's, so that it makes what is due now."""
    clock = FixedClock(datetime.now(UTC) - by)
    app = create_app(environ, clock=clock)
    app.config["TESTING"] = True
    with app.app_context():
        yield app, clock
        db.session.remove()
        db.engine.dispose()


class Process:
    """A program of the house in a process group of its own."""

    def __init__(self, environ: dict[str, str], *command: str) -> None:
        self.environ = {**os.environ, **environ, "PYTHONUNBUFFERED": "1"}
        self.running = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill it as a power cut would: no handler runs, nothing is flushed."""
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


def a_worker(environ: dict[str, str]) -> Process:
    """Start ``flask --app wsgi worker``."""
    return Process(environ, "-m", "flask", "--app", "wsgi", "worker", "--every", "0.05")


@contextmanager
def a_server(environ: dict[str, str]) -> Iterator[int]:
    """Run the real server on a free port and yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = Process({**environ, "PORT": str(port)}, "-m", "scripts.serve")
    try:
        until(lambda: _answers(port), within=60)
        yield port
    finally:
        process.kill()


def until(condition: Callable[[], bool], *, within: float, pause: float = 0.02) -> None:
    """Wait until something is so, or fail after `within` seconds."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"This did not come true within {within} s."
        time.sleep(pause)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
