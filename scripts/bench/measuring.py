"""How the bench measures and tells: rates, percentiles, many threads, and figures as JSON lines."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from foundation.database import db

SECONDS = 2.0


def tell(name: str, value: float, unit: str, against: str, against_value: float, **context: Any) -> None:
    """Print one figure. `ratio` is value over what it is measured against."""
    ratio = _round(value / against_value) if against_value else None
    line = {"name": name, "value": _round(value), "unit": unit, "against": against,
            "against_value": _round(against_value), "ratio": ratio, **context}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def rate(work: Callable[[], Any], *, seconds: float = SECONDS) -> float:
    """Return how often `work` runs in a second."""
    work()
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        work()
        count += 1
    return count / passed


def times(work: Callable[[int], Any], count: int) -> list[float]:
    """Return how long each of `count` calls took, in milliseconds; `work` is given its number."""
    found = []
    for number in range(count):
        start = time.perf_counter()
        work(number)
        found.append((time.perf_counter() - start) * 1000)
    return found


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of measured values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def together(app: Flask, threads: int, jobs: Sequence[Any], work: Callable[[Any], Any]) -> tuple[float, list[float]]:
    """Do all jobs in threads, each in an app context of its own; return jobs a second and milliseconds of each.

    The first fault of any thread is raised here.
    """
    waiting, taken = list(reversed(jobs)), threading.Lock()
    spent: list[float] = []
    faults: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            try:
                while not faults:
                    with taken:
                        if not waiting:
                            return
                        job = waiting.pop()
                    start = time.perf_counter()
                    work(job)
                    spent.append((time.perf_counter() - start) * 1000)
            except BaseException as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    runners = [threading.Thread(target=run) for _ in range(threads)]
    start = time.perf_counter()
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    passed = time.perf_counter() - start
    if faults:
        raise faults[0]
    return len(jobs) / passed, spent


def _round(value: float) -> float:
    return float(f"{value:.4g}")
