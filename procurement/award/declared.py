"""The winner's declarations as the award notice publishes them, and what must stand behind a preference. Pure.

财库〔2020〕46号 has the declaration of small and medium enterprises published with the result, 国办发〔2025〕34号 that
of domestic products. Published is what the tender asked for; demanded is only what counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from procurement.rules.ruleset import RuleSet

# Sizes whose price was looked at as that of a small business, so that a declaration must stand behind it.
_SMALL = frozenset({"micro", "small", "medium"})
# What each deduction rests on.
_BEHIND = {
    "policy.sme_deduction": "sme",
    "policy.sme_works_deduction": "sme",
    "policy.sme_consortium_deduction": "consortium",
    "policy.sme_works_consortium_deduction": "consortium",
    "policy.domestic_deduction": "domestic",
}


def published(
    offer: Mapping[str, Any],
    *,
    bid: str,
    tender: Mapping[str, Any],
    lot: Mapping[str, Any],
    document: Mapping[str, Any],
    rules: RuleSet,
) -> dict[str, Any]:
    """Return what the notice adds to the winner: ``declarations``, ``deductions``; nothing where no policy asked."""
    policies = tender.get("policies")
    if not policies:
        return {}
    declared = offer.get("declarations") or {}
    titles = {one["item"]: one["title"] for one in lot["items"]}
    names = industries(rules)
    asked = {
        "sme": any(policies.get(name) for name in ("sme_rate", "sme_consortium_rate")) or is_reserved(policies),
        "domestic": bool(policies.get("domestic_rate")),
    }
    said: dict[str, Any] = {
        name: [
            {**line, "title": titles.get(line["item"], line["item"]), **_industry(line, names)}
            for line in declared.get(name) or ()
        ]
        for name, is_asked in asked.items()
        if is_asked
    }
    said["consortium"] = list((declared.get("consortium") or {}).get("members") or ())
    given = [one for each in document["bids"] if each["bid"] == bid for one in each.get("deductions") or ()]
    found = {
        "declarations": {name: lines for name, lines in said.items() if lines},
        "deductions": [{name: one[name] for name in ("rule", "rate", "article") if name in one} for one in given],
        "reserved": policies.get("sme_reserve") if is_reserved(policies) else "",
    }
    return {name: held for name, held in found.items() if held}


def is_backed(winner: Mapping[str, Any], *, helped: bool) -> bool:
    """Tell whether a declaration stands behind whatever favoured the winner.

    `helped` tells that its price was compared as a lower one; before there were policies that was the size alone.
    """
    said = winner.get("declarations") or {}
    if winner.get("reserved") == "whole" and not (said.get("sme") or winner["enterprise_size"] in _SMALL):
        return False
    needed = {_BEHIND.get(one["rule"], "sme") for one in winner.get("deductions") or ()}
    if not needed:
        return not helped or winner["enterprise_size"] in _SMALL
    return all(said.get(name) or (name == "sme" and winner["enterprise_size"] in _SMALL) for name in needed)


def is_reserved(policies: Mapping[str, Any]) -> bool:
    """Tell whether a tender is reserved for small and medium enterprises, as a whole or in part."""
    return policies.get("sme_reserve", "none") != "none"


def industries(rules: RuleSet) -> dict[str, dict[str, str]]:
    """Return the names of the rule set's industries by key, in three languages."""
    if "policy.industries" not in rules:
        return {}
    return {key: label.as_json() for key, label in rules.rule("policy.industries").labels}


def _industry(line: Mapping[str, Any], names: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    name = names.get(line.get("industry", ""))
    return {"industry_name": name} if name is not None else {}
