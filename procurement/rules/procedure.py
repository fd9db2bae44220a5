"""Procedures as data: which stages a way of buying has, who is admitted to each, and which rules stand in for others.

General code asks a rule set for general rules, such as ``tender.min_period``. A stage names the rule of its own that
stands in for a general one, or leaves it out; `RuleSet.under` gives the set as it reads in one stage. So there is no
code for a procedure, only a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procurement.rules.faults import RulesError
from procurement.rules.wording import Text

# Who may bid: everyone, or those on the frozen list of invitees.
ADMITS = ("all", "invited")
# How a stage is judged: by its requirements alone (pass or fail), or by the tender's method.
JUDGED = ("requirements", "method")
# What a stage ends in: an award, a following stage, or a framework agreement with several suppliers.
OUTCOMES = ("award", "advance", "agreement")
# Whether the opening record is public at once, or withheld until the stage that follows is opened.
RECORDS = ("public", "withheld")
# How suppliers come onto the list of a stage that admits only the invited.
ORIGINS = ("", "named", "advanced", "drawn", "agreement")


@dataclass(frozen=True)
class Stage:
    """One stage of a procedure: one notice, one deadline, one opening.

    `notice` is the kind of notice that announces it; `follows` are the stages that may come before it (none: it is a
    first stage); `origin` tells whence its invitees come; `rules` maps a general rule's id to the one that stands in
    for it, or to "" where there is none in this stage.
    """

    id: str
    name: Text
    notice: str
    admits: str
    origin: str
    priced: bool
    judged: str
    outcome: str
    record: str
    follows: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]

    @property
    def is_first(self) -> bool:
        """Tell whether the procedure may begin with this stage."""
        return not self.follows

    def as_json(self) -> dict[str, Any]:
        """Return the stage as a JSON value."""
        return {
            "id": self.id,
            "name": self.name.as_json(),
            "notice": self.notice,
            "admits": self.admits,
            "origin": self.origin,
            "priced": self.priced,
            "judged": self.judged,
            "outcome": self.outcome,
            "record": self.record,
            "follows": list(self.follows),
            "rules": dict(self.rules),
        }


@dataclass(frozen=True)
class Procedure:
    """A way of buying. `ocds` is its ``procurementMethod``: open, selective, limited or direct.

    `grounds` are the legal grounds of which one must be named (none: it needs no ground); `methods` the methods of
    evaluation that may be used; `before` the ids of the rules that must be kept before its first notice, such as a
    publicity period.
    """

    id: str
    name: Text
    ocds: str
    kinds: tuple[str, ...]
    article: Text
    source: str
    confidence: str
    grounds: tuple[tuple[str, Text], ...]
    methods: tuple[str, ...]
    before: tuple[str, ...]
    stages: tuple[Stage, ...]
    note: str

    def stage(self, id: str) -> Stage:
        """Return a stage by id. Raises RulesError ``rules.unknown_stage``."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise RulesError("rules.unknown_stage", f"{self.id}: {id}")

    @property
    def first(self) -> Stage:
        """The stage with which the procedure begins."""
        return next(stage for stage in self.stages if stage.is_first)

    def following(self, id: str) -> tuple[Stage, ...]:
        """Return the stages that may come after a stage."""
        return tuple(stage for stage in self.stages if id in stage.follows)

    def ground(self, key: str) -> Text:
        """Return the words of a ground. Raises RulesError ``rules.unknown_key``."""
        words: Mapping[str, Text] = dict(self.grounds)
        if key not in words:
            raise RulesError("rules.unknown_key", f"{self.id}: {key}")
        return words[key]

    def as_json(self) -> dict[str, Any]:
        """Return the procedure as a JSON value."""
        return {
            "id": self.id,
            "name": self.name.as_json(),
            "ocds": self.ocds,
            "kinds": list(self.kinds),
            "article": self.article.as_json(),
            "source": self.source,
            "confidence": self.confidence,
            "grounds": {key: words.as_json() for key, words in self.grounds},
            "methods": list(self.methods),
            "before": list(self.before),
            "stages": [stage.as_json() for stage in self.stages],
            "note": self.note,
        }
