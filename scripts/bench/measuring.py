"""How the bench measures and tells: rates, percentiles, many threads, and figures as JSON lines."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from foundation.database import db

SECONDS = 2.0


@dataclass(frozen=True)
class Spent:
    """Milliseconds of each call by the wall's clock, and of this process's processor on average.

    On a machine with other work the second tells more: it does not count the time in which others ran.
    """

    wall: list[float]
    cpu: float

    def percentile(self, percent: int) -> float:
        """Return a percentile of the milliseconds by the wall's clock."""
        return statistics.quantiles(self.wall, n=100, method="inclusive")[percent - 1]

    @property
    def per_second(self) -> float:
        """Return how many calls one after another a second holds."""
        return 1000 * len(self.wall) / sum(self.wall)


def tell(name: str, value: float, unit: str, against: str, against_value: float, **context: Any) -> None:
    """Print one figure. `ratio` is value over what it is measured against; `cpu_ms` is processor time of one call."""
    ratio = _round(value / against_value) if against_value else None
    line = {"name": name, "value": _round(value), "unit": unit, "against": against,
            "against_value": _round(against_value), "ratio": ratio,
            **{key: _round(one) if isinstance(one, float) else one for key, one in context.items()}}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def rate(work: Callable[[], Any], *, seconds: float = SECONDS) -> Spent:
    """Run `work` again and again for some seconds."""
    work()
    wall: list[float] = []
    cpu, end = time.process_time(), time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        work()
        wall.append((time.perf_counter() - start) * 1000)
    return Spent(wall, (time.process_time() - cpu) * 1000 / len(wall))


def times(work: Callable[[int], Any], count: int) -> Spent:
    """Run `work` as often as said; it is given its number."""
    wall: list[float] = []
    cpu = time.process_time()
    for number in range(count):
        start = time.perf_counter()
        work(number)
        wall.append((time.perf_counter() - start) * 1000)
    return Spent(wall, (time.process_time() - cpu) * 1000 / count)


def together(app: Flask, threads: int, jobs: Sequence[Any], work: Callable[[Any], Any]) -> tuple[float, Spent]:
    """Do all jobs in threads, each in an app context of its own; return jobs a second, and what each took.

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
    start, cpu = time.perf_counter(), time.process_time()
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    passed = time.perf_counter() - start
    if faults:
        raise faults[0]
    return len(jobs) / passed, Spent(spent, (time.process_time() - cpu) * 1000 / len(jobs))


def _round(value: float) -> float:
    return float(f"{value:.4g}")
