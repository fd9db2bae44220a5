"""Whose tender it is, and how it is called in the trail. What the other room files share."""

from __future__ import annotations

from typing import Any

from foundation.errors import Refusal
from foundation.lifecycle import Lifecycle
from identity.models import Organisation
from procurement.tender.lifecycle import TENDER
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Act


def subject_of(thing: Tender | Lot) -> str:
    """Return the thing in the words of the trail: ``tender/T-2026-000001`` or ``tender/T-2026-000001/lot/1``."""
    if isinstance(thing, Lot):
        return f"tender/{thing.tender.ref}/lot/{thing.number}"
    return f"tender/{thing.ref}"


def demand_member(act: Act, authority: Organisation) -> None:
    """Refuse with 404 a person of another organisation: whose draft is where is nobody else's business."""
    if act.actor.kind == "account" and act.actor.organisation != authority.ref:
        raise Refusal("tender.unknown", 404)


def demand_draft(act: Act, tender: Tender) -> None:
    """Refuse a person of another organisation (404) and a tender that is no draft any more (409)."""
    demand_member(act, tender.authority)
    if tender.state != TENDER.first:
        raise Refusal("tender.not_a_draft", 409, state=tender.state)


def move_or_refuse(lifecycle: Lifecycle, thing: Any, event: str, act: Act) -> None:
    """Refuse (409) an event that is not open now, before the work that comes ahead of the move itself."""
    rule = lifecycle.why_not(thing, event, act)
    if rule is not None:
        raise Refusal(rule, 409, state=thing.state)
