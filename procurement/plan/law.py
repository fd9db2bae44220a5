"""The law of a project: the rule set it names, and the one that is usual for its kind on a day."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from procurement.plan.models import Project
from procurement.rules import choosing
from procurement.rules import ruleset as rulesets
from procurement.rules.choosing import Choice
from procurement.rules.faults import RulesError
from procurement.rules.ruleset import RuleSet

KINDS = ("goods", "services", "works")


def allowed(now: datetime) -> tuple[RuleSet, ...]:
    """Return the rule sets a project may name today; production refuses the demonstration sets."""
    settings = current_app.config["SETTINGS"]
    found = rulesets.available(now.astimezone(settings.time_zone).date())
    return tuple(one for one in found if not (settings.is_production and one.demonstration))


def usual(kind: str, now: datetime) -> RuleSet | None:
    """Return the rule set for purchases of a kind today, or None where none in force is for it."""
    try:
        return rulesets.for_tender(kind, now.astimezone(current_app.config["SETTINGS"].time_zone).date())
    except RulesError:
        return None


def chosen(kind: str, amount: int, procedure: str, now: datetime) -> Choice | None:
    """Return which law a purchase of this kind, value (whole fen) and procedure falls under, and why; None for none."""
    on = now.astimezone(current_app.config["SETTINGS"].time_zone).date()
    try:
        return choosing.choose(kind, amount, on, procedure=procedure)
    except RulesError:
        return None


def of(project: Project) -> RuleSet:
    """Return the rule set a project names."""
    return rulesets.load(project.rule_set_id)
