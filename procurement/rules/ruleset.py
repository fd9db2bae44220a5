"""Rule sets: the law of one regime at one date, as a frozen value that a tender keeps once published.

A rule set is a file in ``data/sets/`` (format: ``docs/formats/rule-set.md``). Code asks for a rule
by its stable id and never holds a period, a percentage or an article itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from foundation.canonical import canonical
from foundation.canonical import digest as sha256
from procurement.rules.faults import RulesError
from procurement.rules.procedure import Procedure
from procurement.rules.reading import FORMAT, FORMAT_1, read_fields, read_file
from procurement.rules.rule import Range, Rule, Source
from procurement.rules.wording import DATA, Text

__all__ = ["Procedure", "Range", "Rule", "RuleSet", "Source", "available", "every", "for_tender", "load"]


@dataclass(frozen=True)
class RuleSet:
    """A named, dated table of rules.

    `kinds` are the kinds of tender it is for; `time_zone` is the IANA zone in which days are counted; a
    `demonstration` set has short periods and must be marked as such wherever a tender under it is shown.
    """

    id: str
    name: Text
    country: str
    regime: str
    kinds: tuple[str, ...]
    currency: str
    time_zone: str
    demonstration: bool
    effective_from: date
    effective_until: date | None
    note: str
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    procedures: tuple[Procedure, ...] = ()
    # General rule → the one that stands in for it in one stage of a procedure, or "" for none (`under`).
    swaps: tuple[tuple[str, str], ...] = ()

    def rule(self, id: str) -> Rule:
        """Return a rule by id, or the one that stands in for it. Raises RulesError ``rules.unknown_rule``."""
        if id not in self._by_id:
            raise RulesError("rules.unknown_rule", f"{self.id}: {id}")
        return self._by_id[id]

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        whole = {rule.id: rule for rule in self.rules}
        found = dict(whole)
        for id, own in self.swaps:
            if own:
                found[id] = whole[own]
            else:
                found.pop(id, None)
        return found

    def procedure(self, id: str) -> Procedure:
        """Return a procedure by id. Raises RulesError ``rules.unknown_procedure``."""
        for procedure in self.procedures:
            if procedure.id == id:
                return procedure
        raise RulesError("rules.unknown_procedure", f"{self.id}: {id}")

    @property
    def tendered(self) -> tuple[str, ...]:
        """The kinds of purchase that may be put out to tender under this set, which may be fewer than its `kinds`."""
        return self.rule("procedure.kinds").items if "procedure.kinds" in self else self.kinds

    def under(self, procedure: str, stage: str) -> RuleSet:
        """Return the set as it reads in one stage: the stage's rules stand in for the general ones, or there is none.

        Digest and JSON stay those of the whole set. A set without procedures (format 1) stays as it is. Raises
        RulesError ``rules.unknown_procedure``, ``rules.unknown_stage``.
        """
        if not self.procedures:
            return self
        found = self._stages.get((procedure, stage))
        if found is None:
            found = replace(self, swaps=self.procedure(procedure).stage(stage).rules)
            self._stages[procedure, stage] = found
        return found

    @cached_property
    def _stages(self) -> dict[tuple[str, str], RuleSet]:
        """What `under` gave, kept because a page asks for it many times."""
        return {}

    def source(self, id: str) -> Source:
        """Return a source by id. Raises RulesError ``rules.unknown_source``."""
        for source in self.sources:
            if source.id == id:
                return source
        raise RulesError("rules.unknown_source", f"{self.id}: {id}")

    def is_in_force(self, on: date) -> bool:
        """Tell whether a tender published on that day may take this set; both ends are included."""
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)

    def digest(self) -> str:
        """Return the SHA-256 (lowercase hex) of the canonical bytes of `as_json`."""
        return self._digest

    def canonical(self) -> bytes:
        """Return the canonical bytes (RFC 8785) of `as_json`."""
        return self._canonical

    @cached_property
    def _digest(self) -> str:
        return sha256(self._canonical)

    @cached_property
    def _canonical(self) -> bytes:
        return canonical(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Return the whole set as a JSON value without floats, fit to be frozen on a tender and signed."""
        return {
            "format": FORMAT if self.procedures else FORMAT_1,
            "id": self.id,
            "name": self.name.as_json(),
            "country": self.country,
            "regime": self.regime,
            "kinds": list(self.kinds),
            "currency": self.currency,
            "time_zone": self.time_zone,
            "demonstration": self.demonstration,
            "effective_from": self.effective_from.isoformat(),
            "effective_until": self.effective_until.isoformat() if self.effective_until else None,
            "note": self.note,
            "sources": [source.as_json() for source in self.sources],
            "rules": [rule.as_json() for rule in self.rules],
            **({"procedures": [one.as_json() for one in self.procedures]} if self.procedures else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> RuleSet:
        """Return the set that `as_json` gave. Raises RulesError ``rules.bad_file`` with all faults."""
        return RuleSet(**read_fields(data))


def load(id: str, folder: Path = DATA) -> RuleSet:
    """Return a rule set by id from its file.

    Raises RulesError ``rules.unknown_set`` or ``rules.bad_file``.
    """
    if id not in _ids(folder):
        raise RulesError("rules.unknown_set", id)
    return _load(id, folder)


def available(on: date, folder: Path = DATA) -> tuple[RuleSet, ...]:
    """Return the rule sets in force on a day, demonstration sets last, by id."""
    return tuple(ruleset for ruleset in every(folder) if ruleset.is_in_force(on))


def every(folder: Path = DATA) -> tuple[RuleSet, ...]:
    """Return all rule sets of the house, also those not in force, demonstration sets last, by id."""
    found = [_load(id, folder) for id in _ids(folder)]
    return tuple(sorted(found, key=lambda ruleset: (ruleset.demonstration, ruleset.id)))


def for_tender(kind: str, on: date, *, demonstration: bool = False, folder: Path = DATA) -> RuleSet:
    """Return the one rule set under which purchases of `kind` (goods, services, works) are put out to tender on a day.

    Raises RulesError ``rules.none_for_kind`` where no set in force tenders that kind (regime A is
    never used for tendered works, 政府采购法第4条, 条例第7条) and ``rules.ambiguous`` where more than one does.
    """
    found = [s for s in available(on, folder) if kind in s.tendered and s.demonstration == demonstration]
    if not found:
        raise RulesError("rules.none_for_kind", f"no rule set for {kind} is in force on {on.isoformat()}")
    if len(found) > 1:
        raise RulesError("rules.ambiguous", *(ruleset.id for ruleset in found))
    return found[0]


def _ids(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (folder / "sets").glob("*.toml")))


@lru_cache(maxsize=32)
def _load(id: str, folder: Path) -> RuleSet:
    ruleset = RuleSet(**read_fields(read_file(_path(id, folder))))
    if ruleset.id != id:
        raise RulesError("rules.bad_file", f"the file {id}.toml holds the rule set {ruleset.id}")
    return ruleset


def _path(id: str, folder: Path) -> Path:
    return folder / "sets" / f"{id}.toml"
