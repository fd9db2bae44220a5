"""What two rule sets, or two versions of one, have in common and what they change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from procurement.rules.procedure import Procedure
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import LOCALES


@dataclass(frozen=True)
class Difference:
    """One field that reads otherwise.

    `path` names it from the outside in (``("stages", "bids", "rules", "tender.min_period")``); `before` and `after`
    are JSON values, None where the field is missing. A text is one value, a table by locale.
    """

    path: tuple[str, ...]
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """Return the difference as a JSON value."""
        return {"path": list(self.path), "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Changed:
    """A rule or procedure that both sets have under one id, and every field in which they differ."""

    id: str
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the change as a JSON value."""
        return {"id": self.id, "differences": [one.as_json() for one in self.differences]}


@dataclass(frozen=True)
class Changes:
    """Ids that were added, removed or changed, each in the order of the set that has them."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def as_json(self) -> dict[str, Any]:
        """Return the changes as a JSON value."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [one.as_json() for one in self.changed],
        }


@dataclass(frozen=True)
class Comparison:
    """What `after` changes in `before`. `fields` are those of the sets themselves: name, kinds, dates, sources."""

    before: RuleSet
    after: RuleSet
    fields: tuple[Difference, ...]
    rules: Changes
    procedures: Changes

    @property
    def is_same(self) -> bool:
        """Tell whether nothing differs, so that both have one digest."""
        return not (self.fields or self.rules or self.procedures)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON value, with the digests of both sets."""
        return {
            "before": {"id": self.before.id, "digest": self.before.digest()},
            "after": {"id": self.after.id, "digest": self.after.digest()},
            "fields": [one.as_json() for one in self.fields],
            "rules": self.rules.as_json(),
            "procedures": self.procedures.as_json(),
        }


def compare(before: RuleSet, after: RuleSet) -> Comparison:
    """Return what `after` changes in `before`, down to single fields; the order of rules is no difference."""
    heads = [{k: v for k, v in one.as_json().items() if k not in ("rules", "procedures")} for one in (before, after)]
    return Comparison(
        before,
        after,
        differences(*heads),
        _changes(before.rules, after.rules),
        _changes(before.procedures, after.procedures),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the fields in which two JSON tables differ, by path."""
    old, new = dict(_flat(before, ())), dict(_flat(after, ()))
    paths = [*old, *(path for path in new if path not in old)]
    return tuple(
        Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    )


def _changes(before: Iterable[Rule | Procedure], after: Iterable[Rule | Procedure]) -> Changes:
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    both = [
        Changed(id, differences(one.as_json(), new[id].as_json()))
        for id, one in old.items()
        if id in new and one != new[id]
    ]
    return Changes(
        tuple(id for id in new if id not in old),
        tuple(id for id in old if id not in new),
        tuple(one for one in both if one.differences),
    )


def _flat(value: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value and set(value) != set(LOCALES):
        for name, inner in value.items():
            yield from _flat(inner, (*path, str(name)))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) and "id" in one for one in value):
        for one in value:
            yield from _flat({k: v for k, v in one.items() if k != "id"}, (*path, str(one["id"])))
    else:
        yield path, value
