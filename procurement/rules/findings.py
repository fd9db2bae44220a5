"""What stands in the way of a tender: one finding per fault, with rule, words and the place in the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from procurement.rules.faults import RulesError
from procurement.rules.rule import Rule


@dataclass(frozen=True)
class Finding:
    """A rule that is not kept, where, and by which facts.

    `pointer` is a JSON Pointer (RFC 6901) into the tender form, such as
    ``/lots/0/criteria/2/weight``; the empty pointer is the tender as a whole. `items` are the facts
    by name, sorted. Make one with `finding`.
    """

    rule: Rule
    pointer: str
    items: tuple[tuple[str, Any], ...]

    @property
    def rule_id(self) -> str:
        """The stable id of the rule."""
        return self.rule.id

    @property
    def article(self) -> str:
        """The article, as people cite it."""
        return self.rule.article

    @property
    def severity(self) -> str:
        """``blocks`` (nothing can be published) or ``warns``."""
        return self.rule.severity

    @property
    def blocks(self) -> bool:
        """Tell whether the finding forbids publication."""
        return self.severity == "blocks"

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts by name."""
        return dict(self.items)

    def sentence(self, locale: str) -> str:
        """Return what is wrong, in a language."""
        return self.rule.sentence(locale, **self.facts)

    def remedy(self, locale: str) -> str:
        """Return what to do, in a language."""
        return self.rule.remedy(locale, **self.facts)

    def as_json(self, locale: str) -> dict[str, str]:
        """Return the finding for a page or an answer in `locale`."""
        return {
            "rule": self.rule_id,
            "article": self.rule.cite(locale),
            "confidence": self.rule.confidence,
            "severity": self.severity,
            "pointer": self.pointer,
            "sentence": self.sentence(locale),
            "remedy": self.remedy(locale),
        }


def finding(rule: Rule, pointer: str = "", **facts: Any) -> Finding:
    """Return a finding whose words can surely be told later.

    Raises RulesError ``findings.facts`` for a fact that is missing or unknown to the rule, and
    ``findings.pointer`` for a pointer that is none.
    """
    needed = rule.facts()
    wrong = [f"{rule.id}: {name} is missing" for name in sorted(needed - facts.keys())]
    wrong += [f"{rule.id}: {name} is not a fact of the rule" for name in sorted(facts.keys() - needed)]
    if wrong:
        raise RulesError("findings.facts", *wrong)
    if pointer and not pointer.startswith("/"):
        raise RulesError("findings.pointer", f"{rule.id}: {pointer} does not begin with /")
    return Finding(rule, pointer, tuple(sorted(facts.items())))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those findings that forbid publication, in their order."""
    return tuple(found for found in findings if found.blocks)
