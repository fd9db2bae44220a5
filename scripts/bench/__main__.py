"""`python -m scripts.bench NAME…` runs single measurements, all without a name. Speed is held by no timed test."""

from __future__ import annotations

import sys
from collections.abc import Callable

from scripts.bench import bids, lint, pages, papers, trail
from scripts.bench.machines import Machines

MEASUREMENTS: dict[str, Callable[[Machines], None]] = {
    "trail": trail.measure,
    "submit": bids.measure,
    "opening": bids.opening,
    "award": papers.measure,
    "list": pages.measure,
    "lint": lint.measure,
}


def main() -> None:
    """Run the named measurements, or all."""
    names = sys.argv[1:] or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        sys.exit(f"There is no measurement {', '.join(unknown)}; choose from {', '.join(MEASUREMENTS)}.")
    with Machines() as machines:
        for name in names:
            MEASUREMENTS[name](machines)


if __name__ == "__main__":
    main()
