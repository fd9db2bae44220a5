"""The law of a tender: its rule set as it reads in the tender's stage, its procedure and the stage itself."""

from __future__ import annotations

from sqlalchemy import select

from foundation.canonical import parse
from foundation.errors import HouseFault
from procurement.rules import ruleset as rulesets
from procurement.rules.faults import RulesError
from procurement.rules.procedure import Procedure, Stage
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import FrozenRules, Tender
from supervision.trail.act import Act

# Frozen sets by digest. A set is large and never changes, so it is read once a process.
_READ: dict[str, RuleSet] = {}


def freeze(act: Act, ruleset: RuleSet) -> FrozenRules:
    """Return the row of a rule set as it is now, made where no tender was published under it yet."""
    sha256 = ruleset.digest()
    found = act.session.execute(select(FrozenRules).where(FrozenRules.sha256 == sha256)).scalar_one_or_none()
    if found is None:
        found = FrozenRules(sha256=sha256, demonstration=ruleset.demonstration, body=ruleset.canonical().decode())
        act.session.add(found)
        act.session.flush()
    return found


def frozen_set(tender: Tender) -> RuleSet:
    """Return the whole rule set that was frozen on a published tender."""
    frozen = tender.frozen
    if frozen is None:
        raise HouseFault(f"{tender.ref} has no frozen rule set.")
    if frozen.sha256 not in _READ:
        found = RuleSet.from_json(parse(frozen.body.encode()))
        if found.digest() != frozen.sha256:
            raise HouseFault(f"The rule set frozen on {tender.ref} is not the one its digest names.")
        _READ[frozen.sha256] = found
    return _READ[frozen.sha256]


def rule_set_of(tender: Tender) -> RuleSet:
    """Return the law of this tender in its stage: frozen once it is published, today's file before.

    A draft whose procedure its rule set does not know is read by the general rules; `procedures.findings` tells it.
    """
    if tender.frozen is not None:
        return frozen_set(tender).under(tender.procedure, tender.stage)
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
