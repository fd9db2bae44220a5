"""Whose plan it is, and how its things are called in the trail."""

from __future__ import annotations

from foundation.errors import Refusal
from identity.models import Organisation
from procurement.plan.models import BudgetLine, Project
from supervision.trail.act import Act


def subject_of(thing: Project | BudgetLine) -> str:
    """Return the thing in the words of the trail: ``plan/P-2026-000001``, ``plan/B-2026-000001``."""
    return f"plan/{thing.ref}"


def demand_member(act: Act, authority: Organisation) -> None:
    """Refuse with 404 a person of another organisation: its drafts are nobody else's business."""
    if act.actor.kind == "account" and act.actor.organisation != authority.ref:
        raise Refusal("plan.unknown", 404)
