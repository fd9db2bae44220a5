"""The statutory periods of a case: which run, which were kept, which are over, with the articles frozen on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from procurement.award import timetable
from procurement.rules.calendar import china
from procurement.rules.counting import Counted, due_on, latest_before, standstill_ends
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.tender import law
from procurement.tender.models import Tender

# What runs or went wrong comes before what is settled.
_ORDER = ("overdue", "running", "doubt", "late", "short", "done", "kept", "over")


@dataclass(frozen=True)
class Period:
    """One period.

    `state` is running, overdue (not done, time is up), done, late (done after its time), over (a wait that has passed),
    kept or short (a least time that was given or not), or doubt (a change so late that it must not affect bids).
    `at` is the moment of what was done. `passed` of `counted.number` units are over.
    """

    tender: str
    lot: str
    rule: Rule
    counted: Counted
    state: str
    passed: int
    at: datetime | None = None

    @property
    def share(self) -> int:
        """The part that has passed, in hundredths of the whole."""
        if self.state != "running":
            return 100
        return 100 * self.passed // self.counted.number if self.counted.number else 100

    @property
    def is_near(self) -> bool:
        """Tell whether three quarters of a running period have passed."""
        return self.state == "running" and self.share >= 75

    @property
    def is_wrong(self) -> bool:
        """Tell whether the law was not kept, as far as dates tell."""
        return self.state in ("overdue", "late", "short")

    @property
    def due(self) -> date | datetime:
        """The last day; for periods of minutes the moment."""
        return self.counted.ends_at if self.counted.unit == "minutes" else self.counted.ends_on


def of_tender(
    tender: Tender,
    *,
    amended: Sequence[datetime],
    evaluated: Mapping[str, datetime],
    decided: Mapping[str, datetime],
    now: datetime,
    zone: ZoneInfo,
) -> list[Period]:
    """Return the periods of a published tender, the most pressing first.

    `amended` are the moments of its amendments; `evaluated` and `decided` the moments of each lot by number.
    """
    if tender.frozen is None or tender.published_at is None or tender.closes_at is None:
        return []
    rules, found = law.rule_set_of(tender), []
    # A stage has no least time, no notice period or no clock of changes where its procedure sets none.
    if "tender.min_period" in rules:
        found.append(_least_time(tender.ref, rules, tender.published_at, tender.closes_at, now, zone))
    if "notice.period" in rules:
        notice = due_on(rules.rule("notice.period"), tender.published_at, tz=zone)
        found.append(_wait(tender.ref, "", rules.rule("notice.period"), notice, now))
    if "clarification.before_deadline" in rules:
        found += [_before_deadline(tender.ref, rules, at, tender.closes_at, zone) for at in amended]
    for lot, at in evaluated.items():
        for due in timetable.clocks(rules, evaluated_at=at, decided_at=decided.get(lot), now=now, zone=zone):
            passed = _passed(due.counted, now)
            found.append(Period(tender.ref, lot, due.rule, due.counted, due.state, passed, due.done_at))
    for lot, at in decided.items():
        standstill = standstill_ends(at, rules, zone)
        found.append(_wait(tender.ref, lot, rules.rule("award.notice_period"), standstill.notice, now))
        found.append(_wait(tender.ref, lot, rules.rule("challenge.period"), standstill.challenge, now))
    return sorted(found, key=lambda one: _ORDER.index(one.state))


def _least_time(
    ref: str, rules: RuleSet, published_at: datetime, closes_at: datetime, now: datetime, zone: ZoneInfo
) -> Period:
    rule = rules.rule("tender.min_period")
    counted = due_on(rule, published_at, tz=zone)
    state = "short" if closes_at < counted.ends_at else "kept"
    return Period(ref, "", rule, counted, state, _passed(counted, now), closes_at)


def _wait(ref: str, lot: str, rule: Rule, counted: Counted, now: datetime) -> Period:
    state = "running" if now < counted.ends_at else "over"
    return Period(ref, lot, rule, counted, state, _passed(counted, now))


def _before_deadline(ref: str, rules: RuleSet, at: datetime, closes_at: datetime, zone: ZoneInfo) -> Period:
    rule = rules.rule("clarification.before_deadline")
    counted = latest_before(rule, closes_at, tz=zone)
    # A change inside this time is lawful where it does not affect bids (条例31); only a person can tell.
    return Period(ref, "", rule, counted, "kept" if at <= counted.ends_at else "doubt", counted.number, at)


def _passed(counted: Counted, now: datetime) -> int:
    """Return how many units of the period are over; its first day is not counted."""
    if counted.unit == "minutes":
        found = int((now - counted.start) / timedelta(minutes=1))
    else:
        start, today = counted.start.date(), now.astimezone(counted.start.tzinfo).date()
        found = (today - start).days
        if counted.unit == "workdays":
            calendar = china()
            found = sum(calendar.is_workday(start + timedelta(days=step)) for step in range(1, found + 1))
    return max(0, min(found, counted.number))
