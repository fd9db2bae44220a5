"""From the plan to the tender: a draft begun from an approved project, and tenders as the plan's check sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from foundation.database import db
from foundation.errors import Refusal
from identity.models import Account, Organisation
from procurement.plan import law
from procurement.plan import operations as plan
from procurement.plan.models import Project
from procurement.plan.splitting import Purchase
from procurement.scoring.method import WEIGHTED_POINTS
from procurement.tender import operations, planned
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Act

_RESERVE = ("sme_reserve", "sme_share", "sme_small", "sme_reason")


def begin(act: Act, project: Project, account: Account) -> Tender:
    """Begin a draft from a project and put the project under way, in one act.

    Refuses 409 what the plan refuses (``plan.not_announced`` …), and ``plan.begun_already`` while a tender of the
    project is alive.
    """
    plan.begin(act, project)
    alive = alive_of(project.ref)
    if alive is not None:
        raise Refusal("plan.begun_already", 409, tender=alive.ref)
    return operations.create(act, authority=project.authority, account=account, data=form_of(project))


def form_of(project: Project) -> dict[str, Any]:
    """Return the form of a draft (`drafting`) as far as the project fills it: one lot with one item."""
    item = {
        "title": project.title,
        "scheme": project.scheme,
        "classification": project.classification,
        "quantity": project.quantity,
        "unit": project.unit,
    }
    return {
        "title": project.title,
        "description": project.need,
        "category": project.category,
        "procedure": project.procedure,
        "rule_set_id": project.rule_set_id,
        "budget": project.amount,
        "currency": project.currency,
        "plan_ref": project.ref,
        "method": {"id": _method(project)},
        "policies": {name: getattr(project, name) for name in _RESERVE},
        "lots": [{"title": project.title, "ceiling": project.amount, "items": [item]}],
    }


def alive_of(ref: str) -> Tender | None:
    """Return the tender of a project that may still buy it, or has bought it; None where a new one may begin."""
    return next((one for one in planned.of_project(ref) if planned.is_alive(one)), None)


def purchases(authority: Organisation, year: int) -> list[Purchase]:
    """Return, lot by lot, what published tenders of an authority's year buy that no project of its plan stands for.

    For the plan's check against splitting, which is below and cannot see tenders.
    """
    zone = current_app.config["SETTINGS"].time_zone
    first, after = (datetime(one, 1, 1, tzinfo=zone) for one in (year, year + 1))
    wanted = (
        select(Lot)
        .join(Tender)
        .where(
            Tender.authority_id == authority.id,
            Tender.published_at >= first,
            Tender.published_at < after,
            Tender.follows_id.is_(None),
            Tender.state != "cancelled",
            Lot.state.not_in(planned.LOST),
        )
        .options(joinedload(Lot.tender), selectinload(Lot.items))
        .order_by(Lot.id)
    )
    lots = list(db.session.execute(wanted).scalars())
    named = {lot.tender.plan_ref for lot in lots} - {""}
    known = select(Project.ref).where(Project.authority_id == authority.id, Project.ref.in_(named))
    in_plan = set(db.session.execute(known).scalars()) if named else set()
    return [_purchase(lot) for lot in lots if lot.tender.plan_ref not in in_plan]


def _method(project: Project) -> str:
    """Return the usual method of evaluation, or the one that the procedure has instead."""
    chosen = (one.methods for one in law.of(project).procedures if one.id == project.procedure)
    methods = next(chosen, ())
    return WEIGHTED_POINTS if WEIGHTED_POINTS in methods or not methods else methods[0]


def _purchase(lot: Lot) -> Purchase:
    tender = lot.tender
    code = next((item.classification for item in lot.items if item.classification), "")
    ref, title = tender.ref, tender.title
    if len(tender.lots) > 1:
        ref, title = f"{ref}/{lot.number}", f"{title} {lot.title}"
    return Purchase(ref, title, tender.category, code, lot.ceiling or tender.budget, tender.procedure)
