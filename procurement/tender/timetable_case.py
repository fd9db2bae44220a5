"""A case as JSON for the timetable: read strictly, every problem named by rule and JSON pointer (docs/formats)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from procurement.rules import ruleset as rulesets
from procurement.rules.faults import RulesError
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text

FORMAT = "sunseal-timetable-case/1"
WORDS = Path(__file__).parent / "data" / "timetable.toml"
HEAD = ("format", "title", "note", "rule_set", "kind", "procedure", "stage")
LISTS = ("amended_at",)
# Words for the end of a period, which is computed and not given.
_INNER = ("challenge_answer",)
MOST_AMENDMENTS = 50

# What must not come before what, as far as both are given.
ORDER = (
    ("published_at", "deadline"),
    ("published_at", "amended_at"),
    ("published_at", "terminated_at"),
    ("deadline", "evaluated_at"),
    ("evaluation_starts_at", "evaluated_at"),
    ("evaluated_at", "reported_at"),
    ("evaluated_at", "decided_at"),
    ("reported_at", "decided_at"),
    ("decided_at", "award_published_at"),
    ("award_published_at", "contract_signed_at"),
    ("contract_signed_at", "contract_published_at"),
    ("contract_signed_at", "contract_filed_at"),
    ("contract_signed_at", "delivered_at"),
    ("delivered_at", "paid_at"),
    ("challenge_received_at", "challenge_answered_at"),
    ("question_received_at", "question_answered_at"),
    ("admitted_at", "agreement_signed_at"),
    ("agreement_signed_at", "agreement_ended_at"),
)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a case: a stable rule, a JSON pointer, and facts for the sentence."""

    rule: str
    pointer: str
    facts: tuple[tuple[str, str | Text], ...] = ()

    def sentence(self, locale: str) -> str:
        """Return what is wrong, in a language."""
        return words("problems", self.rule.partition(".")[2]).fill(locale, dict(self.facts), ZoneInfo("UTC"))

    def as_json(self, locale: str) -> dict[str, str]:
        """Return the problem as a JSON value."""
        return {"rule": self.rule, "pointer": self.pointer, "sentence": self.sentence(locale)}


class CaseRefused(ValueError):
    """A case that cannot be computed; `problems` holds all that is wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{one.rule} {one.pointer}" for one in problems))
        self.problems = problems


@dataclass(frozen=True)
class Case:
    """One procurement as far as it is known.

    `ruleset` is the set as it reads in the stage; `moments` are the given events by name, in the set's zone;
    `amended_at` the changes that may affect bids, in their order.
    """

    ruleset: RuleSet
    kind: str
    procedure: str
    stage: str
    moments: Mapping[str, datetime]
    amended_at: tuple[datetime, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the rule set counts days."""
        return ZoneInfo(self.ruleset.time_zone)


def events() -> tuple[str, ...]:
    """Return the names of the events that a case may give."""
    return tuple(name for name in _words()["events"] if name not in _INNER)


def words(part: str, key: str) -> Text:
    """Return the words for an event, a meaning, a problem or a line of the printed timetable."""
    return Text(**_words()[part][key])


def read(data: Any) -> Case:
    """Return the case. Raises CaseRefused with everything that is wrong."""
    if not isinstance(data, Mapping):
        raise CaseRefused(Problem("timetable.not_a_table", ""))
    problems = []
    if data.get("format", FORMAT) != FORMAT:
        problems.append(_problem("format", "/format", given=data["format"], wanted=FORMAT))
    known = {*HEAD, *LISTS, *events()}
    problems += [_problem("unknown_field", f"/{_escaped(name)}", field=name) for name in data if name not in known]
    ruleset = _ruleset(data, problems)
    if ruleset is None:
        raise CaseRefused(*problems)
    kind, procedure, stage = (_word(data, name, problems) for name in ("kind", "procedure", "stage"))
    ruleset, procedure, stage = _under(ruleset, kind, procedure, stage, problems)
    zone = ZoneInfo(ruleset.time_zone)
    moments = {
        name: found
        for name in events()
        if name not in LISTS and (found := _moment(data.get(name), f"/{name}", zone, problems)) is not None
    }
    amended = _moments(data.get("amended_at"), "/amended_at", zone, problems)
    for first, second in ORDER:
        later = moments.get(second) if second not in LISTS else (amended[0] if amended else None)
        if first in moments and later is not None and later < moments[first]:
            facts = {"before": words("events", second), "after": words("events", first)}
            problems.append(_problem("order", f"/{second}", **facts))
    if problems:
        raise CaseRefused(*problems)
    return Case(ruleset, kind, procedure, stage, moments, amended)


def _ruleset(data: Mapping[str, Any], problems: list[Problem]) -> RuleSet | None:
    given = data.get("rule_set")
    try:
        if isinstance(given, Mapping):
            return RuleSet.from_json(given)
        if isinstance(given, str):
            return rulesets.load(given)
        problems.append(_problem("missing", "/rule_set", field="rule_set"))
    except RulesError as error:
        name = given if isinstance(given, str) else "rule_set"
        problems.append(_problem("rule_set", "/rule_set", given=name, why="; ".join(error.faults)))
    return None


def _under(
    ruleset: RuleSet, kind: str, procedure: str, stage: str, problems: list[Problem]
) -> tuple[RuleSet, str, str]:
    if kind and kind not in ruleset.kinds:
        problems.append(_problem("kind", "/kind", given=kind, known=", ".join(ruleset.kinds)))
    if not ruleset.procedures:
        return ruleset, procedure, stage
    known = {one.id: one for one in ruleset.procedures}
    procedure = procedure or ruleset.procedures[0].id
    if procedure not in known:
        problems.append(_problem("procedure", "/procedure", given=procedure, known=", ".join(known)))
        return ruleset, procedure, stage
    chosen = known[procedure]
    if kind in ruleset.kinds and kind not in chosen.kinds:
        problems.append(_problem("kind", "/kind", given=kind, known=", ".join(chosen.kinds)))
    stage = stage or chosen.first.id
    stages = [one.id for one in chosen.stages]
    if stage not in stages:
        problems.append(_problem("stage", "/stage", given=stage, known=", ".join(stages)))
        return ruleset, procedure, stage
    return ruleset.under(procedure, stage), procedure, stage


def _word(data: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    value = data.get(name)
    if name == "kind" and value is None:
        problems.append(_problem("missing", f"/{name}", field=name))
    elif value is not None and not isinstance(value, str):
        problems.append(_problem("not_a_word", f"/{name}", field=name))
    return value if isinstance(value, str) else ""


def _moment(value: Any, at: str, zone: ZoneInfo, problems: list[Problem]) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
        # A moment without offset is one of the zone in which the rule set counts.
        if found is not None:
            return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
    except (ValueError, OverflowError):
        pass
    problems.append(_problem("moment", at, given=str(value)[:60]))
    return None


def _moments(value: Any, at: str, zone: ZoneInfo, problems: list[Problem]) -> tuple[datetime, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_AMENDMENTS:
        problems.append(_problem("not_a_list", at, most=str(MOST_AMENDMENTS)))
        return ()
    found = [_moment(one, f"{at}/{index}", zone, problems) for index, one in enumerate(value)]
    return tuple(sorted(one for one in found if one is not None))


def _problem(rule: str, pointer: str, **facts: Any) -> Problem:
    return Problem(f"timetable.{rule}", pointer, tuple(facts.items()))


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
