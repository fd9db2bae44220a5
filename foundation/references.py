"""Public references such as T-2026-000123. The database's own ids never leave the house."""

from __future__ import annotations

from sqlalchemy.orm import Session

from foundation.models import Counter


def next_ref(session: Session, letter: str, year: int | None = None) -> str:
    """Return the next reference of a series, ``T-2026-000123`` with a year and ``O-000123`` without.

    To be called inside an act: the act's lock is what keeps two callers from the same number. Never used for bids,
    whose references are random, because a sequence would tell how many there are.
    """
    series = letter if year is None else f"{letter}-{year}"
    counter = session.get(Counter, series)
    if counter is None:
        counter = Counter(series=series, last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"{series}-{counter.last:06d}"
