"""The commercial and contractual terms of a draft as plain data, for the tender document.

The shape is told in ``docs/formats/tender-notice.md``. A text that is left out becomes the one of ``data/terms.toml``;
an empty text stays empty, and `findings` tells where the law asks for it. All words are frozen with the notice, so that
a later edit of the file changes no published tender.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender
from procurement.tender.reader import Reader

DATA = Path(__file__).parent / "data" / "terms.toml"

# The texts, in the order of the form.
TEXTS = (
    "instructions",
    "site_visit",
    "certificates",
    "offer_format",
    "acceptance",
    "contract",
    "delivery_place",
    "delivery_time",
    "payment",
    "invalidity",
    "agency_fee",
    "credit_query",
    "other",
)
LANGUAGES = ("zh", "zh+en")
BASES = ("none", "percent", "amount")
# Forms of a bond. Cash is none of them (条例33, 48).
FORMS = ("transfer", "cheque", "draft", "note", "guarantee")
MOST_TEXT = 20000
MOST_DAYS = 9999

# Which texts each part of the tender document is made of, and other rows of the tender's form: (pointer, given?).
_PARTS: Mapping[str, tuple[str, ...]] = {
    "instructions": ("instructions",),
    "certificates": ("certificates",),
    "format": ("offer_format",),
    "technical": ("acceptance",),
    "contract": ("contract",),
    "delivery": ("delivery_place", "delivery_time"),
    "payment": ("payment",),
    "method": ("invalidity",),
    "agency_fee": ("agency_fee",),
    "credit": ("credit_query",),
}
_WHOLE = re.compile(r"0|[1-9][0-9]{0,3}")


def read(reader: Reader, category: str = "goods") -> dict[str, Any]:
    """Return the terms with their defaults filled in; the model of the contract is that of the `category`."""
    languages = reader.choice("languages", LANGUAGES, LANGUAGES[0])
    terms: dict[str, Any] = {"languages": languages}
    english, said = reader.inside("english"), {}
    for name in TEXTS:
        usual = usual_text(name, category)
        text = reader.text(name, MOST_TEXT)
        # Model clauses follow the category until somebody changes a word of them.
        if reader.value.get(name) is None or (name == "contract" and text in _models()):
            text = usual["zh"]
        terms[name] = text
        words = english.text(name, MOST_TEXT)
        if not words and text == usual["zh"] and languages == LANGUAGES[1]:
            words = usual["en"]
        if words:
            said[name] = words
    terms["english"] = said
    terms["validity_days"] = _days(reader)
    terms["bid_bond"] = _bond(reader.inside("bid_bond"), BASES)
    # What a contract will be worth is not known yet, so its bond is a share of it.
    terms["performance_bond"] = _bond(reader.inside("performance_bond"), BASES[:2])
    return terms


def usual_text(name: str, category: str) -> dict[str, str]:
    """Return the text that a draft begins with, in ``zh`` and ``en``; both are empty where there is none."""
    found = _usual().get(name, {})
    if name == "contract":
        found = found.get(category, {})
    return {tongue: str(found.get(tongue, "")).strip() for tongue in ("zh", "en")}


def amount_of(bond: Mapping[str, Any], whole: Decimal) -> Decimal:
    """Return what a bond comes to, in the unit of `whole`: the sum that a percentage is taken of."""
    value = Decimal(bond.get("value") or "0")
    if bond.get("basis") == "percent":
        return whole * value / 100
    return value if bond.get("basis") == "amount" else Decimal(0)


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the terms of a draft lack or break."""
    terms = tender.terms or {}
    yield from _missing(tender, terms, ruleset)
    budget = Decimal(tender.budget) / 100
    yield from _above(terms.get("bid_bond") or {}, budget, "bond.bid_cap", "/terms/bid_bond", ruleset)
    ceilings = Decimal(sum(lot.ceiling for lot in tender.lots)) / 100
    bond = terms.get("performance_bond") or {}
    yield from _above(bond, ceilings or budget, "bond.performance_cap", "/terms/performance_bond", ruleset)


def _missing(tender: Tender, terms: Mapping[str, Any], ruleset: RuleSet) -> Iterator[Finding]:
    """The parts of the tender document that the rule set asks for and that nothing is said in.

    What another rule tells about already (title, lots, budget, criteria, deadline) is not told twice.
    """
    if "document.contents" not in ruleset:
        return
    rule = ruleset.rule("document.contents")
    for part in rule.items:
        lacking = [name for name in _PARTS.get(part, ()) if not terms.get(name)]
        if part == "validity" and not terms.get("validity_days"):
            lacking = ["validity_days"]
        for name in lacking:
            yield finding(rule, f"/terms/{name}", missing=(rule.label_text(part),))


def _above(bond: Mapping[str, Any], whole: Decimal, rule_id: str, at: str, ruleset: RuleSet) -> Iterator[Finding]:
    if rule_id not in ruleset or whole <= 0:
        return
    rule = ruleset.rule(rule_id)
    asked, limit = amount_of(bond, whole), whole * rule.decimal / 100
    if asked > limit:
        yield finding(rule, f"{at}/value", bond=_money(asked), limit=_money(limit))


def _days(reader: Reader) -> int:
    found = reader.value.get("validity_days")
    if found is None:
        return int(_usual()["validity_days"])
    text = str(found).strip() or "0"
    if isinstance(found, bool) or not _WHOLE.fullmatch(text):
        reader.refuse("draft.days", "validity_days", most=MOST_DAYS)
        return 0
    return int(text)


def _bond(reader: Reader, bases: tuple[str, ...]) -> dict[str, Any]:
    basis = reader.choice("basis", bases, BASES[0])
    value = reader.decimal("value", "0")
    if "." in value and len(value.split(".")[1]) > 2:
        reader.refuse("draft.decimal", "value")
    if basis == "percent" and Decimal(value) > 100:
        reader.refuse("draft.percent", "value")
    if basis != "none" and not Decimal(value):
        reader.refuse("draft.bond", "value")
    forms = reader.value.get("forms") or []
    if not isinstance(forms, list) or not all(one in FORMS for one in forms):
        reader.refuse("draft.choice", "forms", allowed=", ".join(FORMS))
        forms = []
    if basis == "none":
        return {"basis": basis, "value": "0", "forms": []}
    return {"basis": basis, "value": value, "forms": [one for one in FORMS if one in forms] or list(FORMS)}


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _models() -> set[str]:
    return {one["zh"].strip() for one in _usual()["contract"].values()}


@cache
def _usual() -> dict[str, Any]:
    with DATA.open("rb") as source:
        return tomllib.load(source)
