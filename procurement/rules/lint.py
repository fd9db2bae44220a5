"""The lint: finds in fields and documents of a tender what the law forbids, by patterns that are data. Pure.

A check names a rule of the rule set (``lint.scale_condition``), the places it looks at, and regular expressions: a
passage is a hit where one of `patterns` is found and none of `unless` excuses it. What is forbidden, by which article,
and what to do, the rule of the rule set says; a set without the rule has no such check. The lint helps a person: it can
miss things and it can be wrong, so each hit may be set aside with a reason that is recorded.

The patterns stand in ``data/lint/<language>.toml``; ``docs/formats/rule-set.md`` specifies the file.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from procurement.rules.faults import RulesError
from procurement.rules.wording import DATA

# Where a text stands. ``substantive`` is a need already marked ★, ``document`` any sentence of an uploaded file.
PLACES = ("description", "qualification", "requirement", "scored", "price", "need", "substantive", "terms", "document")
# A sentence longer than this is looked at in its first part: patterns must not be fed without end.
LONGEST = 400

_SENTENCES = re.compile(r"[^。；;！!？?\n\r]+[。；;！!？?]?")
_SPACES = re.compile(r"[\s\u00a0\u3000]+")
# Chinese of a PDF comes with spaces between its signs where lines were broken or letters were spaced.
_BETWEEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
# Digits of full width are written like any other; commas and brackets of full width stay, since patterns name them.
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}


@dataclass(frozen=True)
class Passage:
    """A text to look at: the JSON pointer of its field (or of its document), its place, and the page it stands on."""

    pointer: str
    place: str
    text: str
    page: int = 0


@dataclass(frozen=True)
class Check:
    """What to look for: the rule's id, the places, the patterns and what excuses them."""

    rule: str
    places: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def finds(self, sentence: str) -> bool:
        """Tell whether a sentence is a hit."""
        return any(one.search(sentence) for one in self.patterns) and not any(
            one.search(sentence) for one in self.unless
        )


@dataclass(frozen=True)
class Hit:
    """A sentence that a check found. `sha256` names rule and words, whatever the place moves to."""

    rule: str
    pointer: str
    words: str
    page: int

    @property
    def sha256(self) -> str:
        """The digest by which a hit is known after the draft was edited elsewhere."""
        return hashlib.sha256(f"{self.rule}\n{self.words}".encode()).hexdigest()


def look(passages: Iterable[Passage], rules: Iterable[str]) -> list[Hit]:
    """Return every hit of the rules named, in the order of the passages; each sentence once for a rule and pointer."""
    wanted = frozenset(rules)
    found: dict[tuple[str, str, str], Hit] = {}
    for passage in passages:
        for rule, words in _found(passage.text, passage.place, wanted):
            found.setdefault((rule, passage.pointer, words), Hit(rule, passage.pointer, words, passage.page))
    return list(found.values())


@lru_cache(maxsize=8192)
def _found(text: str, place: str, rules: frozenset[str]) -> tuple[tuple[str, str], ...]:
    # The same fields are looked at whenever a page of their draft is shown.
    known = [one for one in load() if one.rule in rules and place in one.places]
    return tuple((check.rule, words) for words in sentences(text) for check in known if check.finds(words))


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text with their spaces made even; a long one is cut."""
    for match in _SENTENCES.finditer(text):
        sentence = _BETWEEN.sub("", _SPACES.sub(" ", match.group()).strip()).translate(_DIGITS)
        if sentence:
            yield sentence[:LONGEST]


@lru_cache(maxsize=1)
def load(folder: Path = DATA) -> tuple[Check, ...]:
    """Return the checks of all files. Raises RulesError ``lint.bad_file`` with every fault."""
    faults: list[str] = []
    found = [
        check
        for path in sorted((folder / "lint").glob("*.toml"))
        for check in _read(tomllib.loads(path.read_text(encoding="utf-8")), path.name, faults)
    ]
    if faults:
        raise RulesError("lint.bad_file", *faults)
    return tuple(found)


def _read(data: Mapping[str, Any], name: str, faults: list[str]) -> Iterator[Check]:
    words = data.get("words", {})
    for row in data.get("checks", []):
        where = f"{name} {row.get('rule')}"
        for field in sorted(set(row) ^ {"rule", "places", "patterns", "unless"}):
            faults.append(f"{where}: {field} is missing or unknown")
        for place in sorted(set(row.get("places", ())) - set(PLACES)):
            faults.append(f"{where}: {place} is no place")
        yield Check(
            rule=str(row.get("rule", "")),
            places=frozenset(row.get("places", ())),
            patterns=tuple(_compiled(one, words, where, faults) for one in row.get("patterns", ())),
            unless=tuple(_compiled(one, words, where, faults) for one in row.get("unless", ())),
        )


def _compiled(pattern: str, words: Mapping[str, str], where: str, faults: list[str]) -> re.Pattern[str]:
    """Compile a pattern whose ``<name>`` stands for a group of words of the file."""
    try:
        return re.compile(re.sub(r"<([a-z_]+)>", lambda name: f"(?:{words[name[1]]})", pattern), re.IGNORECASE)
    except (re.error, KeyError) as error:
        faults.append(f"{where}: {pattern}: {error}")
        return re.compile("(?!)")
