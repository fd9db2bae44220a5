"""Which law a purchase falls under: kind, value and procedure pick one rule set, and the others are told why.

Government procurement and tendering are two laws that never mix (政府采购法 4, 条例 7): works that must be
tendered, or are tendered of free will, fall under 招标投标法; works that are neither are bought under
政府采购法 by its procedures other than tenders (条例 25). Sets, kinds and thresholds are data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from procurement.rules.faults import RulesError
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet, available
from procurement.rules.wording import DATA, LOCALES, Text, choice_text, kind_text

_KINDS, _NOT_TENDERED = "procedure.kinds", "works.not_tendered"


@dataclass(frozen=True)
class NotChosen:
    """A rule set of the same day that does not apply, and why."""

    ruleset: RuleSet
    rule: Rule
    reason: Text


@dataclass(frozen=True)
class Choice:
    """The rule set of a purchase.

    `rule` decided it, `reason` says why with amount and article, `others` are the sets that do not apply. `procedures`
    are the ids of the procedures that the set has for the kind.
    """

    ruleset: RuleSet
    rule: Rule
    reason: Text
    procedures: tuple[str, ...]
    others: tuple[NotChosen, ...]

    @property
    def article(self) -> Text:
        """The article that decided."""
        return self.rule.articles

    def sentence(self, locale: str) -> str:
        """Return why the set applies, in a language."""
        return self.reason.template(locale)


def choose(
    kind: str,
    amount_fen: int,
    on: date,
    *,
    procedure: str | None = None,
    demonstration: bool = False,
    folder: Path = DATA,
) -> Choice:
    """Return the one rule set for a purchase of `kind` (goods, services, works) and value, begun on a day.

    `amount_fen` is its estimated value in hundredths of the currency's unit. Without a `procedure` the answer is what
    the law demands or, where it leaves the choice, what needs no tender. What must be tendered stays with its law
    whatever procedure is named; `Choice.procedures` then lacks it. Raises RulesError ``rules.none_for_kind`` or, for
    files that contradict each other, ``rules.ambiguous``.
    """
    sets = [one for one in available(on, folder) if one.demonstration == demonstration]
    if not any(kind in one.kinds for one in sets):
        raise RulesError("rules.none_for_kind", f"no rule set for {kind} is in force on {on.isoformat()}")
    amount = Decimal(amount_fen) / 100 + Decimal("0.00")
    facts: dict[str, Any] = {"kind": kind_text(kind), "amount": amount}
    threshold = f"tender.threshold_{kind}"
    demanding = [s for s in sets if kind in s.tendered and threshold in s and amount >= s.rule(threshold).decimal]
    found = demanding or [one for one in sets if procedure in _procedures(one, kind)]
    # Nothing demands a tender, and none was asked for: the set that buys the kind in other ways too.
    found = found or [one for one in sets if kind in one.kinds and threshold not in one]
    if len(found) != 1:
        raise RulesError("rules.ambiguous", *(one.id for one in found))
    chosen = found[0]
    if demanding:
        key, rule = "must_tender", chosen.rule(threshold)
    elif kind not in chosen.tendered:
        key, rule = "not_tendered", chosen.rule(_NOT_TENDERED)
    else:
        key, rule = ("tendered" if threshold in chosen else "kind"), chosen.rule(_KINDS)
    others = tuple(_not(one, kind, facts) for one in sets if one != chosen)
    return Choice(chosen, rule, _told(key, chosen, rule, facts), _procedures(chosen, kind), others)


def _not(ruleset: RuleSet, kind: str, facts: dict[str, Any]) -> NotChosen:
    rule = ruleset.rule(_KINDS)
    if kind not in ruleset.kinds:
        key = "not_for_kind"
    elif kind not in ruleset.tendered:
        key, rule = "not_for_tenders", ruleset.rule(_NOT_TENDERED)
    else:
        key = "only_tenders"
    return NotChosen(ruleset, rule, _told(key, ruleset, rule, facts))


def _procedures(ruleset: RuleSet, kind: str) -> tuple[str, ...]:
    return tuple(one.id for one in ruleset.procedures if kind in one.kinds)


def _told(key: str, ruleset: RuleSet, rule: Rule, facts: dict[str, Any]) -> Text:
    kinds = tuple(kind_text(kind) for kind in ruleset.kinds)
    given = facts | {"set": ruleset.name, "kinds": kinds, "article": rule.articles, "value": rule.value}
    text = choice_text(key)
    needed = {name: given[name] for name in text.fields()}
    return Text(*(text.fill(locale, needed, rule.zone) for locale in LOCALES))
