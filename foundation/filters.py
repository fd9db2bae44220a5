"""How pages show moments, days, amounts and sizes: in the house's time zone and in the reader's language.

Tables show ``2026-11-20 09:30:00``; prose shows 2026 年 11 月 20 日 or 20 November 2026 (`visual.md`, section 4).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, current_app
from flask_babel import get_locale, gettext

from foundation import money

_MONTH_DAY = {"en": "d MMM", "zh": "M 月 d 日"}
_PROSE = {"en": "d MMMM y", "zh": "y 年 M 月 d 日"}
_PROSE_WEEKDAY = {"en": "EEEE, d MMMM y", "zh": "y 年 M 月 d 日（EEEE）"}


def set_up(app: Flask) -> None:
    """Give every template the filters of this module."""
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        clock=clock,
        iso=iso,
        zone=zone,
        yuan=yuan,
        amount=amount,
        capitals=capitals,
        number=number,
        size=size,
        span=span,
        short=short,
        currency=currency,
    )


def day(value: date | datetime | str | None, form: str = "table") -> str:
    """Return a day: ``table`` 2026-11-20, ``prose`` with its year in words, ``short`` without the year."""
    if value is None or value == "":
        return ""
    found = _day_of(value)
    if form == "table":
        return found.isoformat()
    return format_date(found, (_MONTH_DAY if form == "short" else _PROSE)[_language()], locale=_locale())


def moment(value: datetime | str | None, form: str = "table") -> str:
    """Return a moment to the second: ``table`` 2026-11-20 09:30:00, ``prose`` with weekday and words."""
    if value is None or value == "":
        return ""
    local = _local(value)
    if form == "table":
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return f"{format_date(local.date(), _PROSE_WEEKDAY[_language()], locale=_locale())} {local:%H:%M:%S}"


def clock(value: datetime | str | None) -> str:
    """Return the time of day to the second, 09:30:00."""
    return "" if value is None or value == "" else f"{_local(value):%H:%M:%S}"


def iso(value: datetime | date | str | None) -> str:
    """Return the machine-readable form for `datetime` attributes, with the offset of the house's zone."""
    if value is None or value == "":
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return _local(value).isoformat(timespec="milliseconds")


def zone(value: datetime) -> str:
    """Return the offset of the house's zone at this moment, such as UTC+08:00."""
    text = f"{_local(value):%z}"
    return f"UTC{text[:3]}:{text[3:]}"


def yuan(fen: int | None) -> str:
    """Return whole fen as a grouped figure, 2,386,800.00."""
    return "" if fen is None else money.grouped(fen)


def amount(text: str | None) -> str:
    """Return exact decimal text with thousands separators and its own places."""
    return "" if not text else money.grouped_text(text)


def capitals(fen: int | None) -> str:
    """Return whole fen in Chinese capitals (大写), in the script of the reader."""
    return "" if fen is None else money.capitals(fen, traditional=str(get_locale()) == "zh_Hant")


def currency(code: str) -> str:
    """Return the word for a currency after its amount: 元 in Chinese for CNY, else the code."""
    return gettext("CNY") if code == "CNY" else code


def number(value: int) -> str:
    """Return a whole number with thousands separators."""
    return f"{value:,}"


def size(count: int | None) -> str:
    """Return a count of bytes for people: 512 B, 18 KB, 1.8 MB (of 1,024)."""
    if count is None:
        return ""
    if count < 1024:
        return f"{count} B"
    figure = count / 1024
    for unit in ("KB", "MB", "GB"):
        if figure < 1000 or unit == "GB":
            break
        figure /= 1024
    return f"{figure:.1f} {unit}" if figure < 10 else f"{figure:.0f} {unit}"


def span(value: timedelta) -> str:
    """Return a span in its two largest units: 1 天 23 小时, 23 h 5 min; less than a minute counts as one."""
    minutes = max(1, int(value.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return gettext("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours:
        return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return gettext("%(minutes)s min", minutes=minutes)


def short(digest: str | None) -> str:
    """Return the ends of a digest, eb4b1c09…0c9dff7e; the whole stands where people must compare it."""
    if not digest:
        return ""
    return digest if len(digest) <= 20 else f"{digest[:8]}…{digest[-8:]}"


def _zone() -> ZoneInfo:
    found: ZoneInfo = current_app.config["SETTINGS"].time_zone
    return found


def _local(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found.tzinfo is None:
        raise ValueError("A moment must be aware of its time zone.")
    local: datetime = found.astimezone(_zone())
    return local


def _day_of(value: Any) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return _local(value).date() if isinstance(value, datetime) else value


def _locale() -> str:
    return str(get_locale() or "zh_Hans")


def _language() -> str:
    return "zh" if _locale().startswith("zh") else "en"
