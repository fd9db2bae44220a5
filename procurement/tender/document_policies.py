"""The procurement policies of a tender as blocks of its document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from procurement.rules.faults import RulesError
from procurement.rules.ruleset import RuleSet
from procurement.tender.document_blocks import Block, Said
from procurement.tender.document_words import WORDS

_RATES = ("sme_rate", "sme_consortium_rate", "domestic_rate")
_LABELS = ("energy", "environment")


def blocks(policies: Mapping[str, Any], ruleset: RuleSet) -> Iterator[Block]:
    """Yield what is reserved, what is deducted and which labels and imports are asked for (shape: `policies`)."""
    reserve = policies.get("sme_reserve", "none")
    rows: list[tuple[Said, Any]] = [
        (WORDS["sme_reserve"], WORDS[f"sme_{reserve}"].fill(share=policies.get("sme_share", "")))
    ]
    if policies.get("sme_small"):
        rows.append((WORDS["sme_small"], WORDS["share"].fill(value=policies["sme_small"])))
    if policies.get("sme_reason"):
        rows.append((WORDS["reason"], policies["sme_reason"]))
    if policies.get("industry"):
        rows.append((WORDS["industry"], _industry(policies["industry"], ruleset)))
    rows += [(WORDS[name], WORDS["share"].fill(value=policies[name])) for name in _RATES if policies.get(name)]
    for label in _LABELS:
        rows.append((WORDS[label], _label(policies, label)))
    imported = WORDS[f"imported_{policies.get('imported', 'no')}"]
    rows.append((WORDS["imported"], imported.fill(approval=policies.get("imported_approval", ""))))
    yield Block("facts", rows=tuple(rows))
    if reserve != "none" or any(policies.get(name) for name in _RATES):
        yield Block("line", said=WORDS["declarations"])


def _industry(key: str, ruleset: RuleSet) -> Any:
    try:
        words = ruleset.rule("policy.industries").label_text(key)
    except RulesError:
        return key
    return Said(words.zh_Hans, words.en)


def _label(policies: Mapping[str, Any], label: str) -> list[Any]:
    said: list[Any] = [WORDS[f"label_{policies.get(label, 'none')}"]]
    if policies.get(f"{label}_list"):
        said.append(policies[f"{label}_list"])
    if policies.get(f"{label}_items"):
        said.append("、".join(policies[f"{label}_items"]))
    return said
