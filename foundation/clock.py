"""The one clock of the house.

A deadline is a comparison with the moment an act reads *after* it holds the lock, so every act asks the same `Clock`.
SQLite uses the system's time; PostgreSQL uses ``clock_timestamp()`` of the database (never ``now()``, which is the
start of the transaction and would let a slow one pass the deadline). Tests hand a `FixedClock` to `create_app`.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from foundation.errors import HouseFault

MOST_DRIFT = timedelta(seconds=5)


class Clock:
    """System or database time, guarded against jumps."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._anchor: tuple[datetime, float] | None = None

    def now(self, connection: Any = None) -> datetime:
        """Return the moment in UTC, from the database where `connection` is one of PostgreSQL."""
        if connection is not None and connection.dialect.name == "postgresql":
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return moment.astimezone(UTC)
        return datetime.now(UTC)

    def moment_of_act(self, connection: Any, told: datetime | None = None) -> datetime:
        """Return the moment that decides, or refuse. `told` is what the database said as it gave the lock.

        A wall clock that moved more than five seconds away from the monotonic clock since the last look must not
        open anything early, so the act refuses until the clocks agree again or the process is restarted.
        """
        moment = self.now(connection) if told is None else told.astimezone(UTC)
        # CLOCK_BOOTTIME goes on while the machine sleeps, so a laptop that wakes up is no jump.
        steady = time.clock_gettime(time.CLOCK_BOOTTIME)
        with self._guard:
            if self._anchor is not None:
                expected = self._anchor[0] + timedelta(seconds=steady - self._anchor[1])
                if abs(moment - expected) > MOST_DRIFT:
                    raise HouseFault(
                        f"The clock says {moment.isoformat()} where {expected.isoformat()} was expected: acts are "
                        "refused until the clock is right again or the service is restarted."
                    )
            self._anchor = (moment, steady)
        return moment


class FixedClock(Clock):
    """A clock that moves only when told. For tests and the demonstration's history."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        if moment.tzinfo is None:
            raise ValueError("A clock needs an aware moment.")
        self.moment = moment.astimezone(UTC)

    def now(self, connection: Any = None) -> datetime:
        return self.moment

    def moment_of_act(self, connection: Any, told: datetime | None = None) -> datetime:
        return self.moment

    def forward(self, **span: float) -> datetime:
        """Move on by a `timedelta` given in keywords and return the new moment."""
        self.moment += timedelta(**span)
        return self.moment

    def set(self, moment: datetime) -> datetime:
        """Set the moment."""
        self.moment = moment.astimezone(UTC)
        return self.moment
