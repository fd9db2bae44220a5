"""What a draft owes to the plan: the project it names is an approved one of its authority, with money enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from foundation.database import db
from procurement.plan.models import Project
from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender

PROJECT, AMOUNT = "tender.plan_project", "tender.plan_amount"
_READY = ("approved", "announced", "under_way")
# A tender in one of these is over without having bought anything, and so is one all of whose lots are.
_NOTHING = ("cancelled", "discarded")
LOST = ("failed", "cancelled")


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what stands between a draft and the project of the plan that it names; naming none is allowed."""
    if not tender.plan_ref or tender.follows_id is not None or PROJECT not in ruleset:
        return
    wanted = select(Project).where(Project.ref == tender.plan_ref, Project.authority_id == tender.authority_id)
    project = db.session.execute(wanted).scalar_one_or_none()
    if project is None or project.state not in _READY:
        yield finding(ruleset.rule(PROJECT), "/plan_ref", project=tender.plan_ref)
        return
    if AMOUNT not in ruleset:
        return
    # Read inside the act that publishes, whose lock lets no other tender be published meanwhile.
    others = sum(
        one.budget
        for one in of_project(tender.plan_ref)
        if one.id != tender.id and one.published_at is not None and is_alive(one)
    )
    if tender.budget + others > project.amount:
        yield finding(
            ruleset.rule(AMOUNT),
            "/budget",
            budget=_yuan(tender.budget),
            others=_yuan(others),
            project=project.ref,
            amount=_yuan(project.amount),
        )


def of_project(ref: str) -> list[Tender]:
    """Return the tenders begun from a project, the newest first; a stage that follows another is not begun from it."""
    wanted = select(Tender).where(Tender.plan_ref == ref, Tender.follows_id.is_(None))
    return list(db.session.execute(wanted.options(selectinload(Tender.lots)).order_by(Tender.id.desc())).scalars())


def is_alive(tender: Tender) -> bool:
    """Tell whether a tender may still buy something, or has bought it."""
    return tender.state not in _NOTHING and not (tender.lots and all(lot.state in LOST for lot in tender.lots))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100 + Decimal("0.00")
