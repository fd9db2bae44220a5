"""What the policies of a tender make of the bids' own declarations: deductions, why there are none, who is out. Pure.

Every figure comes from the tender's frozen rules and its notice. Deductions count on the original price and add up
(``policy.stacking``); a reserved tender gives none, and bids that are not of small and medium enterprises are invalid
there (财库〔2020〕46号). Domestic products are favoured only where they compete with others (国办发〔2025〕34号).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from procurement.evaluation.preference_words import reason
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.tender.policies import CONSORTIUM, DOMESTIC, RESERVED, SME, is_within, rate_rule

# The sizes of enterprise that a price deduction is for, and those that a reservation is for (财库〔2020〕46号第2、9条).
SMALL, SMALL_AND_MEDIUM = frozenset({"small", "micro"}), frozenset({"small", "micro", "medium"})
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Preference:
    """What follows for one bid. Each is a JSON value of `docs/formats/evaluation.md`.

    `deductions`: ``{"rule", "rate", "article", "base"}``; `refused`: ``{"rule", "article", "cause", "facts"}`` for each
    deduction that the tender offers and this bid does not get; `invalid`: ``{"rule", "reason", "article"}`` or None.
    """

    deductions: list[dict[str, str]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    invalid: dict[str, Any] | None = None


@dataclass(frozen=True)
class _Case:
    """One bid with what its tender asks: `amounts` are those of its items, `price` is its total."""

    policies: Mapping[str, Any]
    category: str
    items: tuple[str, ...]
    rules: RuleSet
    declared: Mapping[str, Any]
    amounts: Mapping[str, Decimal]
    price: Decimal

    def lines(self, name: str) -> dict[str, Mapping[str, Any]]:
        return {one["item"]: one for one in self.declared.get(name) or ()}

    @property
    def members(self) -> list[Mapping[str, Any]]:
        return list((self.declared.get("consortium") or {}).get("members") or ())

    @property
    def size(self) -> str:
        return str(self.declared.get("enterprise_size") or "")

    def share_of(self, sizes: frozenset[str]) -> Decimal:
        """Return the per cent of the contract that enterprises of these sizes perform, the bidder itself included."""
        given = sum((Decimal(one["share"]) for one in self.members), Decimal(0))
        theirs = sum((Decimal(one["share"]) for one in self.members if one["enterprise_size"] in sizes), Decimal(0))
        return theirs + (WHOLE - given if self.size in sizes else Decimal(0))


class _No(Exception):
    """There is no deduction: `cause` is a key of `preference_words.CAUSES`, `facts` fill its words."""

    def __init__(self, cause: str, **facts: str) -> None:
        super().__init__(cause)
        self.cause, self.facts = cause, facts


def preferences(
    offers: Mapping[str, Mapping[str, Any]],
    *,
    tender: Mapping[str, Any],
    lot: Mapping[str, Any],
    rules: RuleSet,
    on: date,
) -> dict[str, Preference]:
    """Return what the policies make of each bid of a lot.

    `offers` are the opened offers by the bids' ids, `tender` and `lot` the notice's objects, `rules` the frozen rule
    set in the tender's stage, `on` the day of the notice: a rule that was not in force on it gives nothing.
    """
    policies = tender.get("policies") or {}
    is_priced = lot.get("priced", True) is not False
    cases = {
        name: _Case(
            policies,
            tender["category"],
            tuple(one["item"] for one in lot["items"]),
            rules,
            offer.get("declarations") or {},
            {one["item"]: Decimal(one["amount"]) for one in offer.get("items") or ()},
            Decimal(offer.get("total") or 0),
        )
        for name, offer in offers.items()
    }
    out = {name: _invalid(case, is_priced) for name, case in cases.items()}
    rest = {name: case for name, case in cases.items() if out[name] is None}
    compete = any(not _is_domestic(case) for case in rest.values())
    found = {}
    for name, case in cases.items():
        if not is_priced or name not in rest:
            found[name] = Preference(invalid=out[name])
            continue
        given: list[dict[str, str]] = []
        refused: list[dict[str, Any]] = []
        for rule, rate, decide in _offered(case, policies, rules, on, compete):
            try:
                base = decide(given)
            except _No as no:
                refused.append({"rule": rule.id, "article": rule.article, "cause": no.cause, "facts": no.facts})
            else:
                entry = {"rule": rule.id, "rate": rate, "article": rule.article, "base": f"{base:.2f}"}
                given.append(entry)
        found[name] = Preference(given, refused)
    return found


def _offered(
    case: _Case, policies: Mapping[str, Any], rules: RuleSet, on: date, compete: bool
) -> Iterator[tuple[Rule, str, Any]]:
    """Yield each deduction that the tender offers: rule, rate, and what decides on which part of the price it is."""
    deciders = (
        (SME, "sme_rate", lambda given: _small(case)),
        (CONSORTIUM, "sme_consortium_rate", lambda given: _partners(case, given)),
        (DOMESTIC, "domestic_rate", lambda given: _domestic(case, compete)),
    )
    for id, name, decide in deciders:
        rate, rule = policies.get(name), rate_rule(rules, id, case.category)
        if not rate or rule is None or not rule.is_in_force(on):
            continue
        if not is_within(rule, Decimal(rate)):
            yield rule, rate, _never
        else:
            yield rule, rate, decide


def _never(given: list[dict[str, str]]) -> Decimal:
    raise _No("rate")


def _small(case: _Case) -> Decimal:
    """All items by small or micro enterprises, and no larger partner (财库〔2020〕46号第4、9条)."""
    _not_reserved(case)
    lines = case.lines("sme")
    if not lines:
        raise _No("not_declared")
    for item in case.items:
        if item not in lines:
            raise _No("item_not_declared", item=item)
        if lines[item]["size"] not in SMALL:
            raise _No("item_not_small", item=item)
    # Goods count by their maker alone; a service or a work is the bidder's own doing.
    if case.category != "goods" and case.size not in SMALL:
        raise _No("bidder_not_small")
    for one in case.members:
        if one["enterprise_size"] not in SMALL:
            raise _No("partner_not_small", name=one["name"])
    return case.price


def _partners(case: _Case, given: list[dict[str, str]]) -> Decimal:
    """A larger enterprise that gives a large enough part to small ones (财库〔2020〕46号第9条)."""
    _not_reserved(case)
    if given:
        raise _No("all_small")
    if not any(one["enterprise_size"] in SMALL for one in case.members):
        raise _No("no_partners")
    share, rule = case.share_of(SMALL), case.rules.rule("policy.sme_consortium_share")
    if share < rule.decimal:
        raise _No("partners_share", share=_plain(share), least=_plain(rule.decimal))
    return case.price


def _not_reserved(case: _Case) -> None:
    if case.policies.get("sme_reserve", "none") != "none" and RESERVED in case.rules:
        raise _No("reserved")


def _domestic(case: _Case, compete: bool) -> Decimal:
    """Domestic products: of the whole price where they are enough of the cost (国办发〔2025〕34号)."""
    lines = case.lines("domestic")
    if not lines:
        raise _No("not_declared")
    own = [item for item in case.items if item in lines and lines[item]["domestic"]]
    if not own:
        raise _No("not_domestic")
    if not compete:
        raise _No("no_competition")
    if len(own) == len(case.items):
        return case.price
    shares = {item: Decimal(one.get("share") or 0) for item, one in lines.items()}
    if sum(shares.values()) != WHOLE:
        raise _No("cost_unknown")
    share, rule = sum((shares[item] for item in own), Decimal(0)), case.rules.rule("policy.domestic_share")
    if share >= rule.decimal:
        return case.price
    if "policy.domestic_items" in case.rules and case.rules.rule("policy.domestic_items").is_on:
        return sum((case.amounts.get(item, Decimal(0)) for item in own), Decimal(0))
    raise _No("cost_share", share=_plain(share), least=_plain(rule.decimal))


def _is_domestic(case: _Case) -> bool:
    """Tell whether a bid offers domestic products as far as the rule goes, so that it competes with no other kind."""
    try:
        _domestic(case, True)
    except _No:
        return False
    return True


def _invalid(case: _Case, is_priced: bool) -> dict[str, Any] | None:
    """Return why a bid is out by what it declares itself, or None."""
    reserve, rules = case.policies.get("sme_reserve", "none"), case.rules
    if reserve != "none" and "policy.reserved_bid" in rules:
        cause = _not_sme(case, is_priced) if reserve == "whole" else _too_small_a_share(case)
        if cause is not None:
            return _out(rules.rule("policy.reserved_bid"), cause={"cause": cause.cause, "facts": cause.facts})
    refuses_imports = case.policies.get("imported") == "no" and "policy.imported_bid" in rules
    for item, line in case.lines("imported").items():
        if refuses_imports and line["imported"]:
            return _out(rules.rule("policy.imported_bid"), item=item)
    return None


def _not_sme(case: _Case, is_priced: bool) -> _No | None:
    lines = case.lines("sme") if is_priced else {}
    for item, one in lines.items():
        if one["size"] not in SMALL_AND_MEDIUM:
            return _No("item_large", item=item)
    if case.size == "large" and (not lines or case.category != "goods"):
        return _No("size_large")
    missing = [item for item in case.items if item not in lines] if is_priced else []
    if not case.size or missing:
        return _No("item_not_declared", item=missing[0]) if case.size and lines else _No("no_size")
    return None


def _too_small_a_share(case: _Case) -> _No | None:
    """A reserved share is kept by whoever is a small or medium enterprise itself, or gives such ones that share."""
    lines = case.lines("sme")
    if case.category == "goods" and all(lines.get(item, {}).get("size") in SMALL_AND_MEDIUM for item in case.items):
        return None
    least = Decimal(case.policies.get("sme_share") or 0)
    share = case.share_of(SMALL_AND_MEDIUM)
    if share < least:
        return _No("reserved_share", share=_plain(share), least=_plain(least))
    return None


def _out(rule: Rule, **facts: Any) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "reason": reason(rule, facts, "zh_Hans"),
        "article": rule.article,
        "x_facts": facts,
    }


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
