"""The law of a tender: its rule set as it reads in the tender's stage, its procedure and the stage itself."""

from __future__ import annotations

from procurement.rules import ruleset as rulesets
from procurement.rules.faults import RulesError
from procurement.rules.procedure import Procedure, Stage
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender


def rule_set_of(tender: Tender) -> RuleSet:
    """Return the law of this tender in its stage: frozen once it is published, today's file before.

    A draft whose procedure its rule set does not know is read by the general rules; `procedures.findings` tells it.
    """
    if tender.rule_set is not None:
        return RuleSet.from_json(tender.rule_set).under(tender.procedure, tender.stage)
    found = rulesets.load(tender.rule_set_id)
    return found.under(tender.procedure, tender.stage) if procedure_in(found, tender) is not None else found


def procedure_in(ruleset: RuleSet, tender: Tender) -> Procedure | None:
    """Return the tender's procedure, None where the set does not know it with this stage (or knows none: format 1)."""
    try:
        found = ruleset.procedure(tender.procedure)
        found.stage(tender.stage)
    except RulesError:
        return None
    return found


def stage_in(ruleset: RuleSet, tender: Tender) -> Stage | None:
    """Return the tender's stage, None where the set does not know it."""
    found = procedure_in(ruleset, tender)
    return found.stage(tender.stage) if found is not None else None


def procedure_of(tender: Tender) -> Procedure | None:
    """Return the tender's procedure by its own law, None for a tender of a rule set without procedures."""
    return procedure_in(rule_set_of(tender), tender)


def stage_of(tender: Tender) -> Stage | None:
    """Return the tender's stage by its own law, None for a tender of a rule set without procedures."""
    return stage_in(rule_set_of(tender), tender)
