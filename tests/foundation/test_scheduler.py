"""Duties ring, one that fails stops no other, and of several workers one leads."""

from __future__ import annotations

import logging
import threading
import time

import pytest
from flask import Flask

from foundation import scheduler
from wsgi import create_app


def test_a_duty_that_fails_is_logged_and_stops_no_other(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    rung: list[str] = []

    def fails() -> None:
        raise ZeroDivisionError

    app.extensions["duties"] = [fails, lambda: rung.append("second")]
    with caplog.at_level(logging.ERROR):
        scheduler.ring(app)
    assert rung == ["second"] and "fails failed" in caplog.text


def test_one_of_several_workers_leads_and_another_takes_over(environ: dict[str, str], app: Flask) -> None:
    rung: dict[str, int] = {"first": 0, "second": 0}
    stops = {name: threading.Event() for name in rung}

    def work(name: str) -> None:
        # Each worker has duties of its own here, so that it shows which one rings.
        own = create_app(environ)
        own.extensions["duties"], own.extensions["slow_duties"] = [lambda: count(name)], []
        scheduler.work(own, every=0.05, stop=stops[name].is_set)

    def count(name: str) -> None:
        rung[name] += 1

    first = threading.Thread(target=work, args=("first",), daemon=True)
    first.start()
    assert wait(lambda: rung["first"] > 1)
    second = threading.Thread(target=work, args=("second",), daemon=True)
    second.start()
    time.sleep(0.4)
    assert rung["second"] == 0
    stops["first"].set()
    first.join(10)
    assert wait(lambda: rung["second"] > 1)
    stops["second"].set()
    second.join(10)


def wait(ready: object, seconds: float = 10) -> bool:
    """Wait until `ready()` holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False
