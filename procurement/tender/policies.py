"""Procurement policies of a draft as plain data: what is reserved, what is deducted, what bidders declare.

The shape, every member always there::

    {"sme_reserve": "none" | "whole" | "part", "sme_share", "sme_small": per cent of the reserved share, "sme_reason",
     "industry": key of the rule ``policy.industries``, "sme_rate", "sme_consortium_rate", "domestic_rate",
     "energy": "none" | "priority" | "mandatory", "energy_list", "energy_items": ["lot/item"],
     "environment", "environment_list", "environment_items": the same for the environmental label,
     "imported": "no" | "approved", "imported_approval"}

Rates and shares are per cent as plain decimals in text; the empty text is none. `docs/formats/tender-notice.md` tells
what each means to a bidder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from procurement.rules.findings import Finding, finding
from procurement.rules.rule import Range, Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text
from procurement.tender import law
from procurement.tender.models import Tender
from procurement.tender.reader import Reader

RESERVES = ("none", "whole", "part")
DEGREES = ("none", "priority", "mandatory")
LABELS = ("energy", "environment")
IMPORTS = ("no", "approved")
MOST_ITEMS = 200

SME, CONSORTIUM, DOMESTIC = "policy.sme_deduction", "policy.sme_consortium_deduction", "policy.domestic_deduction"
RESERVED = "policy.reserved_no_deduction"
# In works the two rates for small enterprises have ranges of their own.
_OF_WORKS = {SME: "policy.sme_works_deduction", CONSORTIUM: "policy.sme_works_consortium_deduction"}
_RATES = {"sme_rate": SME, "sme_consortium_rate": CONSORTIUM, "domestic_rate": DOMESTIC}

_KEY = re.compile(r"[a-z][a-z_]{0,39}")
_ITEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}/[A-Za-z0-9][A-Za-z0-9.-]{0,9}")

_WORDS = {
    "energy": Text("节能产品", "節能產品", "energy-saving products"),
    "environment": Text("环境标志产品", "環境標誌產品", "products with the environmental label"),
    "domestic_rate": Text("本国产品", "本國產品", "domestic products"),
    "imported": Text("进口产品", "進口產品", "imported products"),
}
_KINDS = {"services": Text("服务", "服務", "services"), "works": Text("工程", "工程", "works")}
_UNCHOSEN = Text("未选择", "未選擇", "nothing")


def read(reader: Reader) -> dict[str, Any]:
    """Return the policies with their defaults filled in; what depends on a choice that was not made is left out."""
    found: dict[str, Any] = {
        "sme_reserve": reader.choice("sme_reserve", RESERVES, "none"),
        "sme_share": reader.decimal("sme_share", ""),
        "sme_small": reader.decimal("sme_small", ""),
        "sme_reason": reader.text("sme_reason", 2000),
        "industry": reader.matching("industry", _KEY, "", "draft.key"),
        **{name: reader.decimal(name, "") for name in _RATES},
        "imported": reader.choice("imported", IMPORTS, "no"),
        "imported_approval": reader.line("imported_approval", 200),
    }
    for label in LABELS:
        found[label] = reader.choice(label, DEGREES, "none")
        chosen = found[label] != "none"
        found[f"{label}_list"] = reader.line(f"{label}_list", 200) if chosen else ""
        found[f"{label}_items"] = _items(reader, f"{label}_items") if chosen else []
    for name, needed in (
        ("sme_share", found["sme_reserve"] == "part"),
        ("sme_small", found["sme_reserve"] != "none"),
        ("imported_approval", found["imported"] == "approved"),
    ):
        found[name] = found[name] if needed else ""
    for name in _RATES:
        found[name] = "" if found[name] and not Decimal(found[name]) else found[name]
    return found


def _items(reader: Reader, name: str) -> list[str]:
    given = reader.value.get(name) or []
    if not isinstance(given, list | tuple) or len(given) > MOST_ITEMS:
        reader.refuse("draft.type", name, expected="list")
        return []
    if not all(isinstance(one, str) and _ITEM.fullmatch(one) for one in given):
        reader.refuse("draft.policy_items", name)
        return []
    return list(dict.fromkeys(given))


def rate_rule(ruleset: RuleSet, id: str, category: str) -> Rule | None:
    """Return the rule that bounds a rate for a kind of tender, None where the set has none for it."""
    own = _OF_WORKS.get(id, id) if category == "works" else id
    return ruleset.rule(own) if own in ruleset and ruleset.rule(own).applies_to(category) else None


def industry_name(held: Mapping[str, Any], ruleset: RuleSet, locale: str) -> str:
    """Return the industry of a tender's policies in words, the empty text where it names none."""
    key = str(held.get("industry") or "")
    if not key or "policy.industries" not in ruleset or key not in ruleset.rule("policy.industries").items:
        return key
    return ruleset.rule("policy.industries").label(key, locale)


def is_within(rule: Rule, rate: Decimal) -> bool:
    """Tell whether a rate is the one of a rule, or inside its range."""
    return rate in rule.value if isinstance(rule.value, Range) else rate == rule.value


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the policies of a draft lack or break, each with its article."""
    held = tender.policies
    stage = law.stage_in(ruleset, tender)
    is_priced = stage is None or stage.priced
    if is_priced and not held.get("sme_rate") and held.get("sme_reserve", "none") == "none":
        wanted = rate_rule(ruleset, SME, tender.category)
        if wanted is not None and not tender.method.get("x_sme_rate") and "policy.sme_expected" in ruleset:
            yield finding(ruleset.rule("policy.sme_expected"), "/policies/sme_rate")
    if not held:
        return
    yield from _reserve(held, ruleset)
    yield from _rates(held, tender.category, ruleset)
    yield from _of_goods(held, tender, ruleset)


def _reserve(held: dict[str, Any], ruleset: RuleSet) -> Iterator[Finding]:
    reserve = held["sme_reserve"]
    if reserve == "part" and "policy.sme_reserve" in ruleset:
        rule, share = ruleset.rule("policy.sme_reserve"), Decimal(held["sme_share"] or 0)
        if share < rule.decimal or share >= 100:
            yield finding(rule, "/policies/sme_share", share=share)
    if held["sme_small"] and "policy.sme_reserve_small" in ruleset:
        rule, share = ruleset.rule("policy.sme_reserve_small"), Decimal(held["sme_small"])
        if share < rule.decimal:
            yield finding(rule, "/policies/sme_small", share=share)
    if reserve != "none" and RESERVED in ruleset:
        for name in ("sme_rate", "sme_consortium_rate"):
            if held[name]:
                yield finding(ruleset.rule(RESERVED), f"/policies/{name}")
    counts = reserve != "none" or held["sme_rate"] or held["sme_consortium_rate"]
    if counts and "policy.industries" in ruleset:
        rule = ruleset.rule("policy.industries")
        if held["industry"] not in rule.items:
            yield finding(rule, "/policies/industry", industry=held["industry"] or _UNCHOSEN)


def _rates(held: dict[str, Any], category: str, ruleset: RuleSet) -> Iterator[Finding]:
    for name, id in _RATES.items():
        rule = rate_rule(ruleset, id, category)
        if held[name] and rule is not None and not is_within(rule, Decimal(held[name])):
            yield finding(rule, f"/policies/{name}", rate=Decimal(held[name]))


def _of_goods(held: dict[str, Any], tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    asked = {name: held[name] not in ("", "none", "no") for name in _WORDS}
    if tender.category != "goods" and "policy.goods_only" in ruleset:
        kind: Any = _KINDS.get(tender.category, tender.category)
        for name in (name for name, is_asked in asked.items() if is_asked):
            yield finding(ruleset.rule("policy.goods_only"), f"/policies/{name}", policy=_WORDS[name], kind=kind)
    if held["imported"] == "approved" and not held["imported_approval"] and "policy.imports_approved" in ruleset:
        yield finding(ruleset.rule("policy.imports_approved"), "/policies/imported_approval")
    known = {f"{lot.number}/{item.number}" for lot in tender.lots for item in lot.items}
    for label in (label for label in LABELS if asked[label]):
        if not held[f"{label}_list"] and "policy.label_number" in ruleset:
            yield finding(ruleset.rule("policy.label_number"), f"/policies/{label}_list", label=_WORDS[label])
        for item in held[f"{label}_items"]:
            if item not in known and "policy.label_items" in ruleset:
                yield finding(ruleset.rule("policy.label_items"), f"/policies/{label}_items", item=item)
