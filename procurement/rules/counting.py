"""Counting of days as 财政部令第87号 articles 85 and 86 and 财政部令第94号 article 42 count them.

The day on which a period starts is not counted. Calendar days count every day, workdays only days
worked, with make-up workdays. Where the last day is a day of rest or a holiday, the period runs on
to the next workday. A count backwards from a deadline leaves the deadline's own day out and does
not roll: the law lengthens periods, and a count that moved towards the deadline would shorten one.

Two ways of ending (`Rule.counting`): ``elapsed`` ends at the same time of day as the start, so that
both readings of "at least 20 days" (dates counted, hours passed) are kept; a period that rolls then
ends with the beginning of the workday. ``full_days`` ends with the end of the last day. Periods in
minutes (demonstration sets) simply elapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from procurement.rules.calendar import Calendar, china
from procurement.rules.faults import RulesError
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import counting_text, period

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Counted:
    """A counted period and how it was counted.

    `ends_at` is the exclusive end (the first moment at which the period is over) of a forward
    count, and the latest moment of a backward one (exclusive too where full days are counted).
    `last_day` is the last day before rolling,
    `ends_on` after it; `skipped` the days of rest left out between; `unknown_years` the years
    touched whose calendar is not published, and `estimate` says that there are some.
    """

    rule_id: str
    number: int
    unit: str
    start: datetime
    last_day: date
    ends_on: date
    ends_at: datetime
    rolled: bool
    skipped: int
    backward: bool
    unknown_years: tuple[int, ...]

    @property
    def estimate(self) -> bool:
        """Tell whether the result may change when a year's holidays are published."""
        return bool(self.unknown_years)

    def explanation(self, locale: str) -> str:
        """Return how it was counted, in one to three sentences."""
        facts = {
            "start": self.start,
            "period": period(self.number, self.unit, locale),
            "skipped": self.skipped,
            "last_day": self.last_day,
            "ends_on": self.ends_on,
            "end": self.ends_at,
            "years": self.unknown_years,
        }
        keys = ["backward" if self.backward else self.unit]
        keys += ["rolled"] if self.rolled else []
        keys += ["estimate"] if self.estimate else []
        zone = self.start.tzinfo
        if not isinstance(zone, ZoneInfo):
            raise RulesError("counting.naive", "a count is told in the zone in which it was made")
        sentences = [
            text.fill(locale, {name: facts[name] for name in text.fields()}, zone)
            for text in map(counting_text, keys)
        ]
        return (" " if locale.startswith("en") else "").join(sentences)

    def as_json(self) -> dict[str, Any]:
        """Return the count as a JSON value; moments in ISO 8601 with offset."""
        return {
            "rule": self.rule_id,
            "number": self.number,
            "unit": self.unit,
            "start": self.start.isoformat(),
            "last_day": self.last_day.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "rolled": self.rolled,
            "skipped": self.skipped,
            "backward": self.backward,
            "estimate": self.estimate,
            "unknown_years": list(self.unknown_years),
        }


@dataclass(frozen=True)
class Standstill:
    """The wait after an award notice: its own period, then (under 招标投标法 within it) the time for a challenge."""

    notice: Counted
    challenge: Counted

    @property
    def ends_on(self) -> date:
        """The last day on which a challenge may be filed."""
        return self.challenge.ends_on

    @property
    def ends_at(self) -> datetime:
        """The first moment after the standstill."""
        return self.challenge.ends_at

    @property
    def estimate(self) -> bool:
        """Tell whether the date may change when a year's holidays are published."""
        return self.notice.estimate or self.challenge.estimate


def due_on(
    rule: Rule, start: datetime, *, tz: ZoneInfo | None = None, calendar: Calendar | None = None
) -> Counted:
    """Count the rule's period forward from `start` (aware).

    Raises RulesError for a naive moment or no period.
    """
    calendar, tz = calendar or china(), tz or rule.zone
    start = _local(start, tz)
    number = _number(rule)
    if rule.unit == "minutes":
        # Minutes are added in UTC, because local time may jump inside them.
        end = (start.astimezone(_UTC) + timedelta(minutes=number)).astimezone(tz)
        return _counted(rule, start, end.date(), end.date(), end, calendar)
    last_day, skipped = _forward(start.date(), number, rule.unit, calendar)
    ends_on = calendar.next_workday(last_day)
    if rule.counting == "elapsed" and ends_on == last_day:
        ends_at = datetime.combine(last_day, start.timetz().replace(tzinfo=None), tz)
    elif rule.counting == "elapsed":
        ends_at = datetime.combine(ends_on, time(0), tz)
    else:
        ends_at = datetime.combine(ends_on + timedelta(days=1), time(0), tz)
    return _counted(rule, start, last_day, ends_on, ends_at, calendar, skipped=skipped)


def latest_before(
    rule: Rule, end: datetime, *, tz: ZoneInfo | None = None, calendar: Calendar | None = None
) -> Counted:
    """Count the rule's period back from `end` (aware): the latest moment that keeps "at least … before".

    Raises RulesError for a naive moment or for a rule that is no period.
    """
    calendar, tz = calendar or china(), tz or rule.zone
    end = _local(end, tz)
    number = _number(rule)
    if rule.unit == "minutes":
        latest = (end.astimezone(_UTC) - timedelta(minutes=number)).astimezone(tz)
        return _counted(rule, end, latest.date(), latest.date(), latest, calendar, backward=True)
    if rule.unit == "years":
        raise RulesError("counting.backward_years", rule.id)
    day, skipped, left = end.date(), 0, number
    while left:
        day -= timedelta(days=1)
        if rule.unit == "days" or calendar.is_workday(day):
            left -= 1
        else:
            skipped += 1
    # Full days must lie wholly between, so the moment is before the first of them begins.
    moment = end.timetz().replace(tzinfo=None) if rule.counting == "elapsed" else time(0)
    latest = datetime.combine(day, moment, tz)
    return _counted(rule, end, day, day, latest, calendar, skipped=skipped, backward=True)


def earliest_deadline(
    published_at: datetime, ruleset: RuleSet, tz: ZoneInfo | None = None, *, calendar: Calendar | None = None
) -> Counted:
    """Count the least time from publication on; `ends_at` is the earliest lawful deadline for bids."""
    return due_on(ruleset.rule("tender.min_period"), published_at, tz=tz, calendar=calendar)


def extended_deadline(
    amended_at: datetime,
    deadline: datetime,
    ruleset: RuleSet,
    tz: ZoneInfo | None = None,
    *,
    calendar: Calendar | None = None,
) -> datetime:
    """Return the earliest lawful deadline after a change that may affect bids (条例31), or the old one."""
    rule = ruleset.rule("clarification.before_deadline")
    tz = tz or rule.zone
    deadline, amended_at = _local(deadline, tz), _local(amended_at, tz)
    latest = latest_before(rule, deadline, tz=tz, calendar=calendar).ends_at
    if amended_at < latest or (amended_at == latest and rule.counting == "elapsed"):
        return deadline
    return max(deadline, due_on(rule, amended_at, tz=tz, calendar=calendar).ends_at)


def standstill_ends(
    published_at: datetime, ruleset: RuleSet, tz: ZoneInfo | None = None, *, calendar: Calendar | None = None
) -> Standstill:
    """Count the time for challenges from the end of the award notice's own period (条例53), or within it.

    Where the set has ``challenge.within_notice`` (招标投标法实施条例54), both run together from publication.
    """
    notice = due_on(ruleset.rule("award.notice_period"), published_at, tz=tz, calendar=calendar)
    rule = ruleset.rule("challenge.period")
    if "challenge.within_notice" in ruleset:
        return Standstill(notice, due_on(rule, published_at, tz=tz, calendar=calendar))
    # A period of days ends *on* a day, which is the next one's start day and not counted; minutes just go on.
    tz = tz or rule.zone
    whole = rule.unit != "minutes" and notice.unit != "minutes"
    start = datetime.combine(notice.ends_on, time(0), tz) if whole else notice.ends_at
    return Standstill(notice, due_on(rule, start, tz=tz, calendar=calendar))


def _forward(start: date, number: int, unit: str, calendar: Calendar) -> tuple[date, int]:
    if unit == "years":
        return _anniversary(start, number), 0
    if unit == "days":
        return start + timedelta(days=number), 0
    day, skipped = start, 0
    while number:
        day += timedelta(days=1)
        if calendar.is_workday(day):
            number -= 1
        else:
            skipped += 1
    return day, skipped


def _anniversary(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        # Where the last month has no such day, its last day ends the period (民法典 article 202).
        return date(start.year + years, 2, 28)


def _counted(
    rule: Rule,
    start: datetime,
    last_day: date,
    ends_on: date,
    ends_at: datetime,
    calendar: Calendar,
    *,
    skipped: int = 0,
    backward: bool = False,
) -> Counted:
    unknown: tuple[int, ...] = ()
    if rule.unit == "workdays":
        unknown = calendar.unknown_years(min(start.date(), ends_on), max(start.date(), ends_on))
    elif rule.unit != "minutes" and not backward:
        unknown = calendar.unknown_years(last_day, ends_on)
    return Counted(
        rule_id=rule.id,
        number=rule.whole,
        unit=rule.unit,
        start=start,
        last_day=last_day,
        ends_on=ends_on,
        ends_at=ends_at,
        rolled=ends_on != last_day,
        skipped=skipped,
        backward=backward,
        unknown_years=unknown,
    )


def _number(rule: Rule) -> int:
    if not rule.is_period:
        raise RulesError("counting.no_period", f"{rule.id} is in {rule.unit}")
    return rule.whole


def _local(moment: datetime, tz: ZoneInfo) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise RulesError("counting.naive", "a moment without time zone has no date")
    return moment.astimezone(tz)
