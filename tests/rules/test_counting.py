"""Counting of days: examples worked out by hand, and properties that hold for every date."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.rules.calendar import china
from procurement.rules.counting import (
    due_on,
    earliest_deadline,
    extended_deadline,
    latest_before,
    standstill_ends,
)
from procurement.rules.faults import RulesError
from procurement.rules.rule import Rule
from procurement.rules.ruleset import load

CN = load("cn-gp-2026")
DEMO = load("demo-2026")
SHANGHAI = ZoneInfo("Asia/Shanghai")
PERIODS = [rule for ruleset in (CN, DEMO) for rule in ruleset.rules if rule.is_period]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def a_rule(number: int, unit: str, counting: str = "full_days") -> Rule:
    return replace(CN.rule("contract.period"), value=number, unit=unit, counting=counting)


@pytest.mark.parametrize(
    ("published", "earliest", "rolled"),
    [
        ("2026-09-10T10:00", "2026-09-30T10:00", False),  # the 20th day is the last before National Day
        ("2026-09-11T10:00", "2026-10-08T00:00", True),  # the 20th day is 1 October: on to Thursday the 8th
        ("2026-09-17T23:59", "2026-10-08T00:00", True),  # the 20th day is 7 October, still a holiday
        ("2026-09-18T09:30", "2026-10-08T09:30", False),
        ("2026-08-31T08:00", "2026-09-20T08:00", False),  # a Sunday, but a make-up workday
        ("2026-01-30T16:00", "2026-02-24T00:00", True),  # 19 February: on past the Spring Festival
        ("2026-02-03T16:00", "2026-02-24T00:00", True),  # 23 February is the last day of the festival
        ("2026-01-25T16:00", "2026-02-14T16:00", False),  # Saturday, worked for the festival
        ("2026-02-09T09:00", "2026-03-02T00:00", True),  # 1 March 2026 is a Sunday
        ("2024-02-09T09:00", "2024-02-29T09:00", False),  # a leap day
        ("2026-10-31T09:00", "2026-11-20T09:00", False),  # month end
        ("2026-11-20T09:00", "2026-12-10T09:00", False),
    ],
)
def test_earliest_deadline(published: str, earliest: str, rolled: bool) -> None:
    counted = earliest_deadline(at(published), CN)
    assert counted.ends_at == at(earliest)
    assert counted.rolled is rolled
    assert counted.ends_on == at(earliest).date()
    assert not counted.estimate


@pytest.mark.parametrize(
    ("start", "workdays", "last", "skipped"),
    [
        ("2026-09-18", 1, "2026-09-20", 1),  # Sunday is worked, Saturday is not
        ("2026-09-18", 7, "2026-09-29", 4),  # 20 21 22 23 24 28 29: Mid-Autumn left out
        ("2026-09-30", 2, "2026-10-09", 7),
        ("2026-09-30", 3, "2026-10-10", 7),  # Saturday, worked for National Day
        ("2026-09-30", 5, "2026-10-13", 8),
        ("2026-10-03", 2, "2026-10-09", 4),  # a start on a holiday
        ("2026-02-12", 5, "2026-02-26", 9),  # 13, 14 (worked Saturday), 24, 25, 26
        ("2024-02-08", 3, "2024-02-19", 8),  # 9, 18 (worked Sunday), 19
        ("2026-11-20", 5, "2026-11-27", 2),
    ],
)
def test_workdays(start: str, workdays: int, last: str, skipped: int) -> None:
    counted = due_on(a_rule(workdays, "workdays"), at(start + "T15:00"))
    assert counted.last_day == counted.ends_on == date.fromisoformat(last)
    assert counted.skipped == skipped
    assert counted.ends_at == at(last + "T00:00") + timedelta(days=1)
    assert not counted.rolled and not counted.estimate


def test_full_days_roll_to_the_end_of_the_next_workday() -> None:
    counted = due_on(CN.rule("contract.period"), at("2026-09-03T10:00"))  # the 30th day is 3 October
    assert (counted.last_day, counted.ends_on) == (date(2026, 10, 3), date(2026, 10, 8))
    assert counted.ends_at == at("2026-10-09T00:00")


def test_years_end_on_the_same_date_or_the_month_s_last() -> None:
    counted = due_on(CN.rule("archive.period"), at("2024-02-29T10:00"))
    assert counted.last_day == date(2039, 2, 28)
    assert counted.estimate and counted.unknown_years == (2039,)


@pytest.mark.parametrize(
    ("published", "notice", "ends", "estimate"),
    [
        ("2026-11-20T10:00", "2026-11-23", "2026-12-02", False),
        (
            "2026-09-30T10:00",
            "2026-10-08",
            "2026-10-16",
            False,
        ),  # 9 10 12 13 14 15 16: Saturday the 10th counts
        ("2026-12-28T10:00", "2026-12-29", "2027-01-08", True),
    ],
)
def test_standstill(published: str, notice: str, ends: str, estimate: bool) -> None:
    standstill = standstill_ends(at(published), CN)
    assert standstill.notice.ends_on == date.fromisoformat(notice)
    assert standstill.ends_on == date.fromisoformat(ends)
    assert standstill.ends_at == at(ends + "T00:00") + timedelta(days=1)
    assert standstill.estimate is (estimate and not china().knows(2027))


def test_a_count_into_an_unpublished_year_says_so_in_each_language() -> None:
    year = china().published_through + 1
    crossing = due_on(a_rule(20, "days", "elapsed"), at(f"{year - 1}-12-20T10:00"))
    assert crossing.unknown_years == (year,)
    assert str(year) in crossing.explanation("en") and "estimate" in crossing.explanation("en")
    assert "估算" in crossing.explanation("zh-CN") and "估算" in crossing.explanation("zh-TW")
    inside = due_on(a_rule(5, "days", "elapsed"), at(f"{year - 1}-12-20T10:00"))
    assert not inside.estimate and "estimate" not in inside.explanation("en")


def test_explanation_tells_the_roll() -> None:
    counted = earliest_deadline(at("2026-09-11T10:00"), CN)
    assert counted.explanation("en") == (
        "Counted from Fri 11 September 2026, 10:00: that day is left out, 20 days by the calendar end on "
        "Thu 1 October 2026. That is a day of rest or a holiday, so the period runs on to Thu 8 October 2026."
    )
    assert "顺延至2026年10月8日（周四）" in counted.explanation("zh-CN")
    assert counted.as_json()["ends_at"] == "2026-10-08T00:00:00+08:00"


def test_clarification_keeps_or_extends_the_deadline() -> None:
    deadline = at("2026-12-10T09:30")
    latest = latest_before(CN.rule("clarification.before_deadline"), deadline)
    assert latest.ends_at == at("2026-11-25T09:30") and latest.backward and not latest.rolled
    assert extended_deadline(at("2026-11-25T09:30"), deadline, CN) == deadline
    assert extended_deadline(at("2026-11-25T09:31"), deadline, CN) == at("2026-12-10T09:31")
    assert extended_deadline(at("2026-12-01T18:00"), deadline, CN) == at("2026-12-16T18:00")


def test_backward_workdays_leave_whole_days_between() -> None:
    back = latest_before(a_rule(3, "workdays"), at("2026-10-12T09:00"))
    # 10 (worked Saturday), 9 and 8 October are the three whole workdays before Monday the 12th.
    assert back.ends_at == at("2026-10-08T00:00") and back.skipped == 1


def test_demonstration_periods_are_minutes() -> None:
    published = at("2026-11-20T23:59")
    assert earliest_deadline(published, DEMO).ends_at == at("2026-11-21T00:00")
    assert standstill_ends(published, DEMO).ends_at == published + timedelta(minutes=6)


def test_the_same_moment_in_another_zone_gives_the_same_count() -> None:
    utc = datetime(2026, 9, 10, 17, 0, tzinfo=ZoneInfo("UTC"))  # 11 September, 01:00 in China
    assert earliest_deadline(utc, CN) == earliest_deadline(at("2026-09-11T01:00"), CN)


@pytest.mark.parametrize("call", [due_on, latest_before])
def test_a_naive_moment_is_refused(call) -> None:
    with pytest.raises(RulesError, match=r"counting\.naive"):
        call(CN.rule("tender.min_period"), datetime(2026, 9, 10, 10, 0))


def test_what_is_no_period_is_not_counted() -> None:
    with pytest.raises(RulesError, match=r"counting\.no_period"):
        due_on(CN.rule("criteria.weights_sum"), at("2026-09-10T10:00"))


moments = st.datetimes(datetime(2004, 1, 1), datetime(2028, 12, 31), timezones=st.just(SHANGHAI))


@settings(max_examples=300)
@given(st.sampled_from(PERIODS), moments, moments)
def test_a_later_start_never_gives_an_earlier_end(rule: Rule, one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])
    assert due_on(rule, first).ends_at <= due_on(rule, second).ends_at


@settings(max_examples=300)
@given(st.sampled_from(PERIODS), moments, st.integers(0, 60 * 24 * 12))
def test_close_starts_keep_their_order(rule: Rule, start: datetime, minutes: int) -> None:
    assert due_on(rule, start).ends_at <= due_on(rule, start + timedelta(minutes=minutes)).ends_at


@settings(max_examples=200)
@given(moments)
def test_the_least_period_is_at_least_its_days_and_ends_on_a_workday(start: datetime) -> None:
    counted = earliest_deadline(start, CN)
    assert counted.ends_at - start >= timedelta(days=CN.rule("tender.min_period").whole) or counted.rolled
    assert (counted.last_day - start.date()).days == CN.rule("tender.min_period").whole
    assert china().is_workday(counted.ends_on)


@settings(max_examples=200)
@given(moments, st.integers(1, 12))
def test_backward_is_the_other_side_of_forward(end: datetime, number: int) -> None:
    rule = a_rule(number, "workdays")
    latest = latest_before(rule, end).ends_at
    just_before = latest - timedelta(seconds=1)
    assert due_on(rule, just_before).ends_at <= end
    assert due_on(rule, latest).ends_at > end
