"""The clocks of an award: report, decision and notice (条例43), each with its article and whether it was kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from procurement.rules.counting import Counted, due_on
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet


@dataclass(frozen=True)
class Due:
    """One clock. `state` is done, late (done after its time), running or overdue; `due` is the last moment or day."""

    rule: Rule
    counted: Counted
    done_at: datetime | None
    state: str

    @property
    def due(self) -> date | datetime:
        """The last day; for periods of minutes the moment."""
        return self.counted.ends_at if self.counted.unit == "minutes" else self.counted.ends_on

    def title(self, locale: str) -> str:
        """Return what is due and within which period."""
        return self.rule.title(locale)

    def article(self, locale: str) -> str:
        """Return the article it follows."""
        return self.rule.cite(locale)


def clocks(
    ruleset: RuleSet, *, evaluated_at: datetime, decided_at: datetime | None, now: datetime, zone: ZoneInfo
) -> list[Due]:
    """Return the clocks that run or ran: the report is there with the evaluation, the notice with the decision.

    A clock that the law of the tender does not have is left out (招标投标法 sets no time for the decision).
    """
    wanted: list[tuple[str, datetime, datetime | None]] = [
        ("evaluation.report", evaluated_at, evaluated_at),
        ("award.decision", evaluated_at, decided_at),
    ]
    if decided_at is not None:
        wanted.append(("award.notice", decided_at, decided_at))
    return [
        _due(ruleset.rule(id), due_on(ruleset.rule(id), start, tz=zone), done_at, now)
        for id, start, done_at in wanted
        if id in ruleset
    ]


def _due(rule: Rule, counted: Counted, done_at: datetime | None, now: datetime) -> Due:
    # The law counts these in days: a decision on the last day is in time until its end, whatever the hour.
    end = counted.ends_at if counted.unit == "minutes" else None
    last = done_at or now
    over = last > end if end is not None else last.astimezone(counted.start.tzinfo).date() > counted.ends_on
    state = ("late" if over else "done") if done_at else ("overdue" if over else "running")
    return Due(rule, counted, done_at, state)
