"""Strict reading of rule sets from files and frozen JSON: everything is checked, all faults are told.

TOML files and frozen JSON have one shape; a file may differ from it only in that dates are TOML
dates, that fields with a default may be left out, and that it may extend another set (``extends``
and ``[[override]]``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from procurement.rules.faults import RulesError
from procurement.rules.procedure import ADMITS, JUDGED, ORIGINS, OUTCOMES, RECORDS, Procedure, Stage
from procurement.rules.rule import PERIODS, Range, Rule, Source, Value
from procurement.rules.wording import LOCALES, Text, fields_of

# The first format knew no procedures; sets frozen in it keep it, and with it their digest.
FORMAT, FORMAT_1 = "sunseal-rule-set/2", "sunseal-rule-set/1"

_KINDS = ("goods", "services", "works")
_UNITS = PERIODS | {"count", "percent", "amount", "share", "flag", "list"}
_BOUNDS = ("at_least", "at_most", "exactly")
_COUNTINGS = ("elapsed", "full_days")
_CONFIDENCES = ("read", "secondary", "to_confirm")
_SEVERITIES = ("blocks", "warns")
_RULE_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
_SET_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_EXACT = re.compile(r"\d{1,15}(\.\d{1,6})?\Z")
_SHARE = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})\Z")

_SET_FIELDS = {
    "format", "id", "name", "country", "regime", "kinds", "currency", "time_zone", "demonstration",
    "effective_from", "effective_until", "note", "sources", "rules", "procedures",
}  # fmt: skip
_RULE_FIELDS = {
    "id", "number", "value", "unit", "bound", "counting", "kinds", "article", "source", "confidence",
    "effective_from", "effective_until", "severity", "consequence", "labels", "note", "title", "sentence",
    "remedy",
}  # fmt: skip
_PROCEDURE_FIELDS = {
    "id", "name", "ocds", "kinds", "article", "source", "confidence", "grounds", "methods", "before", "stages", "note",
}  # fmt: skip
_STAGE_FIELDS = {
    "id", "name", "notice", "admits", "origin", "priced", "judged", "outcome", "record", "follows", "rules",
}  # fmt: skip
_OCDS_METHODS = ("open", "selective", "limited", "direct")
_OWN_FACTS = {"article", "value", "period", "least", "most"}


def read_file(path: Path) -> dict[str, Any]:
    """Return a file's data, with the set it extends merged in. Raises RulesError ``rules.bad_file``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError("rules.bad_file", f"{path.name}: {error}") from None
    base = data.pop("extends", None)
    overrides = data.pop("override", [])
    if base is None:
        if overrides:
            raise RulesError("rules.bad_file", f"{path.name}: it overrides without extending a set")
        return data
    if not isinstance(base, str) or not _SET_ID.match(base) or not (path.parent / f"{base}.toml").is_file():
        raise RulesError("rules.bad_file", f"{path.name}: the set {base} that it extends does not exist")
    return _merged(path.name, read_file(path.parent / f"{base}.toml"), data, overrides)


def _merged(name: str, base: dict[str, Any], own: dict[str, Any], overrides: Any) -> dict[str, Any]:
    faults = []
    rules = {rule.get("id"): dict(rule) for rule in base.get("rules", [])}
    seen: set[Any] = set()
    for change in overrides:
        id = change.get("id")
        if id not in rules:
            faults.append(f"{name}: override of {id}, which the extended set does not have")
        elif id in seen:
            faults.append(f"{name}: {id} is overridden twice")
        else:
            seen.add(id)
            if change.get("unit", rules[id].get("unit")) != rules[id].get("unit"):
                rules[id].pop("counting", None)
            rules[id].update(change)
    for key in sorted(own.keys() & {"rules", "procedures"}):
        faults.append(f"{name}: an extending set may not hold {key} of its own")
    if faults:
        raise RulesError("rules.bad_file", *faults)
    return base | own | {"rules": list(rules.values())}


def read_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked fields of a rule set by name.

    Raises RulesError ``rules.bad_file`` with every fault.
    """
    reader = _Reader()
    fields = reader.ruleset(data)
    if reader.faults:
        raise RulesError("rules.bad_file", *reader.faults)
    return fields


class _Reader:
    """Collects faults; what it returns for a faulty field is never used: `read_fields` then raises."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, where: str, what: str) -> None:
        self.faults.append(f"{where}: {what}")

    def ruleset(self, data: Mapping[str, Any]) -> dict[str, Any]:
        where = str(data.get("id", "rule set"))
        self.known_fields(where, data, _SET_FIELDS)
        if data.get("format") != (FORMAT if "procedures" in data else FORMAT_1):
            self.fault(where, f"format is not {FORMAT}, or {FORMAT_1} where there are no procedures")
        effective_from = self.day(where, data, "effective_from")
        effective_until = self.day(where, data, "effective_until", optional=True)
        self.order(where, effective_from, effective_until)
        kinds = self.kinds(where, data.get("kinds"))
        zone = self.words(where, data, "time_zone")
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            self.fault(where, f"time_zone {zone} is unknown")
        sources = tuple(self.source(where, item) for item in self.tables(where, data, "sources"))
        self.unique(where, "source", [source.id for source in sources])
        by_id = {source.id: source for source in sources}
        rules = tuple(
            self.rule(item, by_id, kinds, effective_from, zone) for item in self.tables(where, data, "rules")
        )
        self.unique(where, "rule", [rule.id for rule in rules])
        ids = {rule.id for rule in rules}
        procedures = tuple(
            self.procedure(item, by_id, ids, kinds)
            for item in (self.tables(where, data, "procedures") if "procedures" in data else ())
        )
        self.unique(where, "procedure", [one.id for one in procedures])
        for rule in rules:
            if effective_until and rule.effective_from > effective_until:
                self.fault(rule.id, "it takes effect only after the set has ended")
            if rule.effective_until and rule.effective_until < effective_from:
                self.fault(rule.id, "it ended before the set takes effect")
        return {
            "id": self.match(where, "id", data.get("id"), _SET_ID),
            "name": self.text(where, "name", data.get("name")),
            "country": self.words(where, data, "country"),
            "regime": self.words(where, data, "regime"),
            "kinds": kinds,
            "currency": self.words(where, data, "currency"),
            "time_zone": zone,
            "demonstration": self.flag(where, data, "demonstration"),
            "effective_from": effective_from,
            "effective_until": effective_until,
            "note": self.words(where, data, "note", optional=True),
            "sources": sources,
            "rules": rules,
            "procedures": procedures,
        }

    def procedure(
        self, data: Mapping[str, Any], sources: Mapping[str, Source], rules: set[str], set_kinds: tuple[str, ...]
    ) -> Procedure:
        where = f"procedure {data.get('id')}"
        self.known_fields(where, data, _PROCEDURE_FIELDS)
        if data.get("source") not in sources:
            self.fault(where, f"source {data.get('source')!r} is not listed")
        kinds = self.kinds(where, data["kinds"]) if "kinds" in data else set_kinds
        for kind in set(kinds) - set(set_kinds):
            self.fault(where, f"kind {kind} is not one of the set's")
        stages = tuple(self.stage(where, item, rules) for item in self.tables(where, data, "stages"))
        self.unique(where, "stage", [stage.id for stage in stages])
        known = {stage.id for stage in stages}
        for stage in stages:
            for other in set(stage.follows) - known:
                self.fault(where, f"stage {stage.id} follows {other}, which is no stage")
        if sum(stage.is_first for stage in stages) != 1:
            self.fault(where, "it does not begin with exactly one stage")
        grounds = data.get("grounds", {})
        if not isinstance(grounds, Mapping):
            self.fault(where, "grounds is not a table")
            grounds = {}
        ahead = self.keys(where, data, "before", _RULE_ID)
        for id in set(ahead) - rules:
            self.fault(where, f"before names the rule {id}, which the set does not have")
        return Procedure(
            id=self.match(where, "id", data.get("id"), _KEY),
            name=self.text(where, "name", data.get("name")),
            ocds=self.one_of(where, data, "ocds", _OCDS_METHODS),
            kinds=kinds,
            article=self.text(where, "article", data.get("article")),
            source=str(data.get("source", "")),
            confidence=self.one_of(where, data, "confidence", _CONFIDENCES),
            grounds=tuple(
                (self.match(where, "ground", key, _KEY), self.text(where, f"ground {key}", words))
                # Frozen JSON is sorted, so a set reads alike from its file and from a tender.
                for key, words in sorted(grounds.items())
            ),
            methods=self.keys(where, data, "methods", _KEY),
            before=ahead,
            stages=stages,
            note=self.words(where, data, "note", optional=True),
        )

    def stage(self, where: str, data: Mapping[str, Any], rules: set[str]) -> Stage:
        where = f"{where} stage {data.get('id')}"
        self.known_fields(where, data, _STAGE_FIELDS)
        swaps = data.get("rules", {})
        if not isinstance(swaps, Mapping) or not all(isinstance(one, str) for one in swaps.values()):
            self.fault(where, "rules is not a table of rule ids")
            swaps = {}
        for id in sorted(set(filter(None, swaps.values())) - rules):
            self.fault(where, f"rules names {id}, which the set does not have")
        # A stage may have a rule that the general law lacks (a ceiling of the price weight), so its name may be new.
        for id in swaps:
            self.match(where, f"the general rule {id}", id, _RULE_ID)
        if (data.get("admits") == "invited") != bool(data.get("origin")):
            self.fault(where, "origin is for a stage that admits only the invited, and such a stage needs one")
        if not data.get("follows") and data.get("origin", "") not in ("", "named"):
            self.fault(where, "a first stage has nobody advanced, drawn or under an agreement")
        if (data.get("judged") == "requirements") != (data.get("outcome") == "advance"):
            self.fault(where, "a stage advances suppliers exactly if it is judged by requirements alone")
        return Stage(
            id=self.match(where, "id", data.get("id"), _KEY),
            name=self.text(where, "name", data.get("name")),
            notice=self.match(where, "notice", data.get("notice"), _KEY),
            admits=self.one_of(where, data, "admits", ADMITS),
            origin=self.one_of(where, {"origin": data.get("origin", "")}, "origin", ORIGINS),
            priced=self.flag(where, data, "priced"),
            judged=self.one_of(where, data, "judged", JUDGED),
            outcome=self.one_of(where, data, "outcome", OUTCOMES),
            record=self.one_of(where, {"record": data.get("record", "public")}, "record", RECORDS),
            follows=self.keys(where, data, "follows", _KEY),
            rules=tuple(sorted(swaps.items())),
        )

    def keys(self, where: str, data: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        value = data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and pattern.match(one) for one in value):
            self.fault(where, f"{name} is not a list of names")
            return ()
        self.unique(where, name, value)
        return tuple(value)

    def source(self, where: str, data: Mapping[str, Any]) -> Source:
        where = f"{where} source {data.get('id')}"
        self.known_fields(where, data, {"id", "name", "number", "in_force_from"})
        return Source(
            id=self.match(where, "id", data.get("id"), _KEY),
            name=self.text(where, "name", data.get("name")),
            number=self.words(where, data, "number"),
            in_force_from=self.day(where, data, "in_force_from", optional=True),
        )

    def rule(
        self,
        data: Mapping[str, Any],
        sources: Mapping[str, Source],
        set_kinds: tuple[str, ...],
        set_from: date,
        zone: str,
    ) -> Rule:
        where = str(data.get("id", "a rule without id"))
        self.known_fields(where, data, _RULE_FIELDS)
        source = str(data.get("source", ""))
        if source not in sources:
            self.fault(where, f"source {source!r} is not listed")
        unit = self.one_of(where, data, "unit", tuple(sorted(_UNITS)))
        value = self.value(where, unit, data.get("value"))
        labels = self.labels(where, data.get("labels", {}), value)
        kinds = self.kinds(where, data["kinds"]) if "kinds" in data else set_kinds
        for kind in set(kinds) - set(set_kinds):
            self.fault(where, f"kind {kind} is not one of the set's")
        default = sources[source].in_force_from if source in sources else None
        effective_from = default or set_from
        if data.get("effective_from") is not None:
            effective_from = self.day(where, data, "effective_from")
        effective_until = self.day(where, data, "effective_until", optional=True)
        self.order(where, effective_from, effective_until)
        texts = {
            name: self.text(where, name, data.get(name))
            for name in ("title", "sentence", "remedy", "article")
        }
        if extra := texts["title"].fields() - _OWN_FACTS:
            self.fault(where, f"the title needs facts: {', '.join(sorted(extra))}")
        if texts["article"].fields():
            self.fault(where, "the article has fields")
        given = {"article", "value"}
        if isinstance(value, Range):
            given |= {"least", "most"}
        elif unit in PERIODS | {"percent"}:
            given |= {"period"}
        for name, text in texts.items():
            for field in sorted((text.fields() & _OWN_FACTS) - given):
                self.fault(where, f"{name} uses {{{field}}}, which a rule in {unit} does not have")
        return Rule(
            id=self.match(where, "id", data.get("id"), _RULE_ID),
            number=self.words(where, data, "number", optional=True),
            value=value,
            unit=unit,
            bound=self.one_of(where, data, "bound", _BOUNDS),
            counting=self.counting(where, unit, data.get("counting")),
            kinds=kinds,
            articles=texts["article"],
            source=source,
            confidence=self.one_of(where, data, "confidence", _CONFIDENCES),
            effective_from=effective_from,
            effective_until=effective_until,
            severity=self.one_of(where, data, "severity", _SEVERITIES),
            consequence=self.words(where, data, "consequence", optional=True) or None,
            labels=labels,
            note=self.words(where, data, "note", optional=True),
            titles=texts["title"],
            sentences=texts["sentence"],
            remedies=texts["remedy"],
            time_zone=zone,
        )

    def value(self, where: str, unit: str, value: Any) -> Value:
        if unit in PERIODS or unit == "count":
            if type(value) is int and 0 < value <= 100_000:
                return value
            self.fault(where, f"value of {unit} is not a whole number above zero")
        elif unit == "flag":
            if isinstance(value, bool):
                return value
            self.fault(where, "value of a flag is not true or false")
        elif unit == "list":
            if isinstance(value, list) and value and all(isinstance(v, str) and _KEY.match(v) for v in value):
                self.unique(where, "key", value)
                return tuple(value)
            self.fault(where, "value of a list is not a list of keys")
        elif unit == "share":
            if isinstance(value, str) and (found := _SHARE.match(value)):
                return Fraction(int(found[1]), int(found[2]))
            self.fault(where, 'value of a share is not written like "2/3"')
        elif unit == "percent" and isinstance(value, Mapping):
            self.known_fields(where, value, {"least", "most"})
            least = self.exact(where, unit, value.get("least"))
            most = self.exact(where, unit, value.get("most"))
            if least > most:
                self.fault(where, "the range is upside down")
            return Range(least, most)
        elif unit in ("percent", "amount"):
            return self.exact(where, unit, value)
        return 0

    def exact(self, where: str, unit: str, value: Any) -> Decimal:
        if not isinstance(value, str) or not _EXACT.match(value):
            self.fault(where, f'value of {unit} is not an exact number in quotation marks, like "30"')
            return Decimal(0)
        number = Decimal(value)
        if unit == "percent" and number > 100:
            self.fault(where, "a percentage is above 100")
        return number

    def labels(self, where: str, data: Any, value: Value) -> tuple[tuple[str, Text], ...]:
        if not isinstance(data, Mapping):
            self.fault(where, "labels is not a table")
            return ()
        keys = value if isinstance(value, tuple) else ()
        for key in sorted(set(keys) ^ set(data)):
            self.fault(where, f"{key} is a key without label or a label without key")
        labels = tuple((key, self.text(where, f"label {key}", data[key])) for key in keys if key in data)
        for key, label in labels:
            if label.fields():
                self.fault(where, f"label {key} has fields")
        return labels

    def counting(self, where: str, unit: str, value: Any) -> str | None:
        if unit not in PERIODS:
            if value is not None:
                self.fault(where, f"counting is given for {unit}, which is no period")
            return None
        if value is None and unit == "days":
            self.fault(where, "counting of days must be elapsed or full_days")
        chosen = value if value is not None else ("elapsed" if unit == "minutes" else "full_days")
        if chosen not in _COUNTINGS:
            self.fault(where, f"counting is not one of {', '.join(_COUNTINGS)}")
        elif unit != "days" and (unit == "minutes") != (chosen == "elapsed"):
            self.fault(where, f"{unit} cannot be counted as {chosen}")
        return str(chosen)

    def text(self, where: str, name: str, data: Any) -> Text:
        if not isinstance(data, Mapping):
            self.fault(where, f"{name} is missing")
            return Text("", "", "")
        self.known_fields(where, data, set(LOCALES))
        fields = []
        for locale in LOCALES:
            words = data.get(locale)
            if not isinstance(words, str) or not words.strip():
                self.fault(where, f"{name} has no {locale}")
                continue
            try:
                fields.append(fields_of(words))
            except RulesError as error:
                self.fault(where, f"{name} in {locale}: {'; '.join(error.faults)}")
        if len(set(fields)) > 1:
            self.fault(where, f"{name} has different fields in its languages")
        if len(fields) < len(LOCALES):
            return Text("", "", "")
        return Text(*(data[locale] for locale in LOCALES))

    def known_fields(self, where: str, data: Mapping[str, Any], known: set[str]) -> None:
        for name in sorted(set(data) - known):
            self.fault(where, f"unknown field {name}")

    def kinds(self, where: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or any(kind not in _KINDS for kind in value):
            self.fault(where, f"kinds is not a list of {', '.join(_KINDS)}")
            return ()
        self.unique(where, "kind", value)
        return tuple(value)

    def tables(self, where: str, data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        value = data.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
            self.fault(where, f"{name} is not a list of tables")
            return []
        return value

    def unique(self, where: str, what: str, names: list[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault(where, f"the {what} {name} stands twice")

    def one_of(self, where: str, data: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
        if data.get(name) not in choices:
            self.fault(where, f"{name} is not one of {', '.join(choices)}")
        return str(data.get(name))

    def match(self, where: str, name: str, value: Any, pattern: re.Pattern[str]) -> str:
        if not isinstance(value, str) or not pattern.match(value):
            self.fault(where, f"{name} is not written like {pattern.pattern}")
        return str(value)

    def words(self, where: str, data: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
        value = data.get(name)
        if value is None and optional:
            return ""
        if not isinstance(value, str) or (not value.strip() and not optional):
            self.fault(where, f"{name} is missing")
            return ""
        return value

    def flag(self, where: str, data: Mapping[str, Any], name: str) -> bool:
        if not isinstance(data.get(name), bool):
            self.fault(where, f"{name} is not true or false")
        return bool(data.get(name))

    def day(self, where: str, data: Mapping[str, Any], name: str, *, optional: bool = False) -> Any:
        value = data.get(name)
        if value is None and optional:
            return None
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                self.fault(where, f"{name} is not a date")
                return date.min
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fault(where, f"{name} is not a date")
            return date.min
        return value

    def order(self, where: str, first: date, last: date | None) -> None:
        if last and last < first:
            self.fault(where, "effective_until is before effective_from")
