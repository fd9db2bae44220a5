"""The calendar against the State Council's own notices, and its honesty about unpublished years."""

from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from procurement.rules.calendar import china, read_calendar
from procurement.rules.faults import RulesError
from procurement.rules.wording import DATA

# 国务院办公厅关于2026年部分节假日安排的通知 (4 November 2025), typed from the notice, not from the library.
REST_2026 = [
    ("01-01", "01-03"),
    ("02-15", "02-23"),
    ("04-04", "04-06"),
    ("05-01", "05-05"),
    ("06-19", "06-21"),
    ("09-25", "09-27"),
    ("10-01", "10-07"),
]
WORKED_2026 = {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}


def test_every_day_of_2026_is_as_the_notice_says() -> None:
    day = date(2026, 1, 1)
    while day.year == 2026:
        name = f"{day:%m-%d}"
        rest = any(first <= name <= last for first, last in REST_2026)
        expected = name in WORKED_2026 or (day.weekday() < 5 and not rest)
        assert china().is_workday(day) is expected, day
        assert not china().is_estimate(day)
        day += timedelta(days=1)


def test_known_years_agree_with_the_library_day_by_day() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert china().is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_published_through_and_unknown_years() -> None:
    calendar = china()
    assert calendar.published_through == max(calendar.known)
    assert calendar.knows(2026) and calendar.knows(2004)
    assert not calendar.knows(2003) and not calendar.knows(calendar.published_through + 1)
    far = date(calendar.published_through + 5, 3, 1)
    assert calendar.is_estimate(far)
    assert calendar.unknown_years(date(calendar.published_through, 12, 30), date(far.year, 1, 1)) == tuple(
        range(calendar.published_through + 1, far.year + 1)
    )


def test_an_unpublished_year_keeps_weekdays_and_statutory_days_off() -> None:
    calendar = read_calendar(
        DATA / "calendar-cn.toml",
        {day for day in chinese_calendar.holidays if day.year <= 2026},
        chinese_calendar.workdays,
    )
    assert not calendar.is_workday(date(2027, 1, 1))  # a Friday
    assert calendar.is_workday(date(2027, 1, 4))
    assert not calendar.is_workday(date(2027, 2, 8))  # Monday, third day of the Spring Festival
    assert calendar.is_estimate(date(2027, 1, 4))
    assert calendar.published_through == 2026


def test_a_hand_copied_year_counts_as_published(tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text(
        '[[year]]\nyear = 2027\nsource = "notice"\nconfidence = "read"\n'
        "holidays = [2027-10-01]\nworkdays = [2027-10-09]\n"
    )
    calendar = read_calendar(file, {date(2026, 10, 1)}, set())
    assert calendar.knows(2027) and calendar.published_through == 2027
    assert calendar.is_workday(date(2027, 10, 9)) and not calendar.is_workday(date(2027, 10, 1))
    assert not calendar.is_estimate(date(2027, 10, 9))


def test_a_bad_calendar_file_is_refused_with_all_faults(tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text(
        "[other]\n[[year]]\nyear = 2027\nconfidence = 'read'\n"
        "holidays = [2028-10-01]\nworkdays = [2027-10-08]\n"
    )
    with pytest.raises(RulesError) as refused:
        read_calendar(file, chinese_calendar.holidays, chinese_calendar.workdays)
    assert refused.value.rule == "calendar.bad_file"
    assert refused.value.faults == (
        "unknown table other",
        "2027: source is missing",
        "2027: 2028-10-01 in holidays is not a date of that year",
        "2027: 2027-10-08 is a weekday and cannot be a make-up workday",
    )


def test_a_moment_is_not_a_date() -> None:
    with pytest.raises(RulesError, match=r"calendar\.needs_date"):
        china().is_workday(datetime(2026, 10, 1, 9, 0))
