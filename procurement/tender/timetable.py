"""Every date that a rule set gives a case: ``python -m procurement.tender.timetable FILE [--lang zh-CN] [--json]``.

Reads one JSON case (``docs/formats/timetable.md``; ``-`` is standard input) and tells each period with its rule, its
article and how it was counted, so that anyone can check ours against a lawyer's. Needs no database, server or network.

Exit status: 0 everything that the case says was done was done in time; 1 something was too early or too late; 2 the
case cannot be computed, and every problem is named by its rule and JSON pointer.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from foundation.canonical import parse
from procurement.rules.calendar import Calendar
from procurement.rules.counting import Counted, due_on, extended_deadline, latest_before, standstill_ends
from procurement.rules.rule import Rule
from procurement.rules.wording import LOCALES, locale_of
from procurement.tender.timetable_case import Case, CaseRefused, Problem, read, words
from procurement.tender.timetable_steps import AWARD, STEPS, Step

KEPT, BROKEN, UNUSABLE = 0, 1, 2
OUTPUT = "sunseal-timetable/1"


@dataclass(frozen=True)
class Line:
    """One computed date.

    `step` is the general rule's id, `rule` the one that stands in for it in this stage. `start` names the event it was
    counted from; `assumed` says that this event was not given but taken as the earliest or latest lawful one. `means`
    is earliest, latest or until. `kept` tells whether the event that must keep it did; None where it is not given.
    `extends` is the new earliest deadline after a change.
    """

    step: str
    rule: Rule
    start: str
    assumed: bool
    counted: Counted
    means: str
    kept: bool | None
    extends: datetime | None = None

    @property
    def result(self) -> date | datetime:
        """The moment, or the day where whole days are counted."""
        if self.extends is not None:
            return self.extends
        # Full days that must lie wholly before something are over as their first day begins: a moment again.
        exact = self.rule.counting == "elapsed" or (self.counted.backward and self.means == "latest")
        return self.counted.ends_at if exact else self.counted.ends_on

    def as_json(self, locale: str) -> dict[str, Any]:
        """Return the line as a JSON value."""
        return {
            "step": self.step,
            "rule": self.rule.id,
            "title": self.rule.title(locale),
            "article": self.rule.cite(locale),
            "confidence": self.rule.confidence,
            "start": self.start,
            "assumed": self.assumed,
            "means": self.means,
            "result": self.result.isoformat(),
            "kept": self.kept,
            "estimate": self.counted.estimate,
            "how": self.counted.explanation(locale),
            "counted": self.counted.as_json(),
        }


@dataclass(frozen=True)
class Timetable:
    """All dates of a case, and the periods that wait for an event (rule id, name of the event)."""

    case: Case
    lines: tuple[Line, ...]
    waiting: tuple[tuple[str, str], ...]

    @property
    def broken(self) -> tuple[Line, ...]:
        """The lines that the case did not keep."""
        return tuple(line for line in self.lines if line.kept is False)

    def line(self, step: str) -> Line:
        """Return the first line of a step. Raises KeyError."""
        for line in self.lines:
            if line.step == step:
                return line
        raise KeyError(step)

    def as_json(self, locale: str) -> dict[str, Any]:
        """Return the timetable as a JSON value."""
        case = self.case
        return {
            "format": OUTPUT,
            "rule_set": {"id": case.ruleset.id, "digest": case.ruleset.digest()},
            "kind": case.kind,
            "procedure": case.procedure,
            "stage": case.stage,
            "kept": not self.broken,
            "estimate": any(line.counted.estimate for line in self.lines),
            "lines": [line.as_json(locale) for line in self.lines],
            "waiting": [{"rule": rule, "needs": needs} for rule, needs in self.waiting],
        }


def compute(case: Case, calendar: Calendar | None = None) -> Timetable:
    """Return every date that the case's rule set gives, in the order of a procurement.

    Where no deadline is given the earliest lawful one is taken; where no report is given, it came with the evaluation.
    """
    known = dict(case.moments)
    assumed: set[str] = set()
    lines: list[Line] = []
    waiting: list[tuple[str, str]] = []
    for step in STEPS:
        if not _applies(step, case):
            continue
        rule = case.ruleset.rule(step.rule)
        start = next((name for name in step.start if name in known), None)
        if start is None:
            waiting.append((rule.id, next(name for name in step.start if not name.endswith(".end"))))
            continue
        counted = _count(step, rule, start, known, case, calendar)
        lines.append(_line(step, rule, start, start in assumed, counted, case))
        known[f"{step.rule}.end"] = _end(counted)
        if step.rule == "tender.min_period" and "deadline" not in known:
            known["deadline"] = counted.ends_at
            assumed.add("deadline")
        if step.rule == "clarification.before_deadline":
            lines += _amended(rule, known["deadline"], case, calendar)
    return Timetable(case, tuple(lines), tuple(waiting))


def _applies(step: Step, case: Case) -> bool:
    """Tell whether the stage knows the period: the law has it for this kind, and the procedure does not drop it."""
    if step.rule not in case.ruleset or not case.ruleset.rule(step.rule).applies_to(case.kind):
        return False
    if not case.ruleset.procedures:
        return step.outcome in ("", AWARD)
    procedure = case.ruleset.procedure(case.procedure)
    if step.outcome not in ("", procedure.stage(case.stage).outcome):
        return False
    ahead = {rule for one in case.ruleset.procedures for rule in one.before}
    return step.rule not in ahead or step.rule in procedure.before


def _count(
    step: Step, rule: Rule, start: str, known: dict[str, datetime], case: Case, calendar: Calendar | None
) -> Counted:
    if step.rule == "challenge.period" and "award.notice_period" in case.ruleset:
        return standstill_ends(known[start], case.ruleset, case.zone, calendar=calendar).challenge
    count = latest_before if step.back else due_on
    return count(rule, known[start], tz=case.zone, calendar=calendar)


def _end(counted: Counted) -> datetime:
    """Return the moment from which the next period counts: the last day itself is its start day and left out."""
    if counted.unit == "minutes":
        return counted.ends_at
    return datetime.combine(counted.ends_on, time(0), counted.ends_at.tzinfo)


def _line(step: Step, rule: Rule, start: str, assumed: bool, counted: Counted, case: Case) -> Line:
    # "At most so long before" bounds the other way round: nothing may come earlier.
    means = {"at_least": "earliest", "at_most": "latest", "exactly": "until"}[rule.bound]
    if step.back:
        means = "earliest" if rule.bound == "at_most" else "latest"
    done = case.moments.get(step.done)
    kept = None if done is None else _kept(means, rule, counted, done.astimezone(case.zone))
    return Line(step.rule, rule, start, assumed, counted, means, kept)


def _kept(means: str, rule: Rule, counted: Counted, done: datetime) -> bool:
    if rule.counting == "elapsed":
        return done >= counted.ends_at if means != "latest" else done <= counted.ends_at
    if counted.backward:
        return done.date() >= counted.ends_on if means == "earliest" else done < counted.ends_at
    return done >= counted.ends_at if means == "earliest" else done.date() <= counted.ends_on


def _amended(rule: Rule, deadline: datetime, case: Case, calendar: Calendar | None) -> list[Line]:
    """Return one line for each change that may affect bids; each moves the deadline that those before have left."""
    found = []
    for amended_at in case.amended_at:
        counted = due_on(rule, amended_at, tz=case.zone, calendar=calendar)
        deadline = extended_deadline(amended_at, deadline, case.ruleset, case.zone, calendar=calendar)
        found.append(
            Line("clarification.before_deadline", rule, "amended_at", False, counted, "earliest", None, deadline)
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _options().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    locale = locale_of(options.lang)
    try:
        found = compute(read(_load(options.file)))
    except CaseRefused as refused:
        if options.json:
            print(json.dumps([one.as_json(locale) for one in refused.problems], ensure_ascii=False, indent=2))
        for one in refused.problems:
            print(f"{one.rule}  {one.pointer or '/'}  {one.sentence(locale)}", file=sys.stderr)
        return UNUSABLE
    if options.json:
        print(json.dumps(found.as_json(locale), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_printed(found, locale)))
    return BROKEN if found.broken else KEPT


def _printed(found: Timetable, locale: str) -> list[str]:
    case = found.case
    said = [f"{case.ruleset.name.template(locale)} ({case.ruleset.id}, {case.procedure}/{case.stage}, {case.kind})"]
    for line in found.lines:
        facts = {"result": line.result, "start": words("events", line.start.removesuffix(".end").replace(".", "_"))}
        text = words("means", "extended" if line.extends else line.means).fill(locale, facts, case.zone)
        mark = "" if line.kept is None else words("means", "kept" if line.kept else "broken").template(locale)
        said += ["", f"{line.rule.title(locale)}", f"  {text} {mark}".rstrip()]
        sure = words("confidence", line.rule.confidence).template(locale)
        said.append(f"  {line.rule.cite(locale)} · {line.rule.id} · {sure}")
        said.append(f"  {line.counted.explanation(locale)}")
        if line.assumed:
            said.append(f"  {words('means', 'assumed').fill(locale, facts, case.zone)}")
    if found.waiting:
        said += ["", words("means", "waiting").template(locale)]
        for rule, needs in found.waiting:
            said.append(f"  {case.ruleset.rule(rule).title(locale)}: {needs}")
    return said


def _load(name: str) -> Any:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return parse(data)
    except (OSError, ValueError, RecursionError) as error:
        raise CaseRefused(Problem("timetable.unreadable", "", (("why", str(error)),))) from None


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m procurement.tender.timetable", description="Dates of a case.")
    parser.add_argument("file", help="the case as JSON; - reads standard input")
    parser.add_argument("--lang", default="en", choices=("en", "zh-CN", "zh-TW", *LOCALES))
    parser.add_argument("--json", action="store_true", help="print the timetable as JSON")
    return parser


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        # A reader that stops early (`| head`) is no fault of ours.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
