"""The workdays of China, with make-up workdays, and an honest answer about years that are not yet published.

The State Council publishes a year's arrangement in the November before it. The tables come from the library
``chinesecalendar`` (MIT licence; 2004 to 2026 in release 1.11.0). That library raises for a year it
does not hold; this room answers with ordinary weekdays less the statutory days off in
``data/calendar-cn.toml`` and marks the answer as an estimate. The same file can hold a year that
was copied from the State Council's notice before the library has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar

from procurement.rules.faults import RulesError
from procurement.rules.wording import DATA

_SATURDAY = 5
# More days of rest in a row than this are a damaged table, not a holiday.
_LONGEST_REST = 60


@dataclass(frozen=True)
class Calendar:
    """Days of rest and of work of one country.

    `holidays` are dates off, `workdays` are weekend dates that are worked, `known` the years whose
    arrangement is published, `expected` the statutory days off of years that are not.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    known: frozenset[int]
    expected: frozenset[date] = frozenset()

    @property
    def published_through(self) -> int:
        """The last year whose arrangement is published."""
        return max(self.known)

    def knows(self, year: int) -> bool:
        """Tell whether the arrangement of `year` is published and held here."""
        return year in self.known

    def is_workday(self, day: date) -> bool:
        """Tell whether `day` is worked; for a year that is not known, an estimate (see `is_estimate`)."""
        _plain(day)
        if day.year in self.known:
            return day in self.workdays or (day.weekday() < _SATURDAY and day not in self.holidays)
        return day.weekday() < _SATURDAY and day not in self.expected

    def is_estimate(self, day: date) -> bool:
        """Tell whether the answer about `day` rests on a year that is not known."""
        return _plain(day).year not in self.known

    def next_workday(self, day: date) -> date:
        """Return `day` itself if it is worked, else the first workday after it."""
        for step in range(_LONGEST_REST):
            found = day + timedelta(days=step)
            if self.is_workday(found):
                return found
        raise RulesError("calendar.no_workday", f"no workday within {_LONGEST_REST} days of {day}")

    def unknown_years(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years from `first` to `last` whose arrangement is not published."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.known)


@lru_cache(maxsize=1)
def china() -> Calendar:
    """Return the workday calendar of China from the library and the dated file beside it."""
    return read_calendar(DATA / "calendar-cn.toml", chinese_calendar.holidays, chinese_calendar.workdays)


def read_calendar(path: Path, holidays: Iterable[date], workdays: Iterable[date]) -> Calendar:
    """Return the calendar of a library's tables joined with a dated file.

    Raises RulesError with all faults.
    """
    off, on = set(holidays), set(workdays)
    # A table may hold the first days of a year that is not arranged yet; National Day shows that
    # the year is whole.
    known = {day.year for day in off if date(day.year, 10, 1) in off}
    expected: set[date] = set()
    faults: list[str] = []
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for key in data.keys() - {"year", "expected"}:
        faults.append(f"unknown table {key}")
    for entry in data.get("year", []):
        faults += _faults(entry, {"year", "source", "confidence", "holidays", "workdays"})
        if entry.get("year") not in known:
            off |= set(entry.get("holidays", ()))
            on |= set(entry.get("workdays", ()))
            known.add(entry.get("year"))
    for entry in data.get("expected", []):
        faults += _faults(entry, {"year", "source", "confidence", "holidays"})
        expected |= set(entry.get("holidays", ()))
    if not known:
        faults.append("no year is known")
    if faults:
        raise RulesError("calendar.bad_file", *faults)
    return Calendar(frozenset(off), frozenset(on), frozenset(known), frozenset(expected))


def _faults(entry: dict[str, Any], wanted: set[str]) -> list[str]:
    year = entry.get("year")
    faults = [f"{year}: {name} is missing" for name in sorted(wanted - entry.keys())]
    faults += [f"{year}: unknown field {name}" for name in sorted(entry.keys() - wanted)]
    if type(year) is not int:
        faults.append(f"{year}: the year is not a whole number")
    for name in ("holidays", "workdays"):
        for day in entry.get(name, ()):
            if type(day) is not date or day.year != year:
                faults.append(f"{year}: {day} in {name} is not a date of that year")
            elif name == "workdays" and day.weekday() < _SATURDAY:
                faults.append(f"{year}: {day} is a weekday and cannot be a make-up workday")
    return faults


def _plain(day: date) -> date:
    if isinstance(day, datetime):
        raise RulesError("calendar.needs_date", "a moment has a date only in a time zone; give the date")
    return day
