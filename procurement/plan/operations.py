"""All changes of the plan: budget lines and projects. Notices of intention and splitting have files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from foundation.canonical import canonical, digest
from foundation.errors import Refusal
from foundation.money import to_text
from foundation.references import next_ref
from identity.models import Account, Organisation
from procurement.plan import drafting, intentions, law, queries, suspicion
from procurement.plan.intentions import announce
from procurement.plan.lifecycle import PROJECT
from procurement.plan.models import BudgetLine, Project
from procurement.plan.ownership import demand_member, subject_of
from procurement.plan.readiness import findings, yuan
from procurement.plan.splitting import Purchase
from procurement.plan.suspicion import decide
from procurement.rules.findings import blocking
from supervision.trail.act import Act

__all__ = [
    "announce",
    "approve",
    "begin",
    "change_line",
    "checked_project",
    "create",
    "create_line",
    "decide",
    "finish",
    "remove_line",
    "return_to_draft",
    "submit",
    "update",
    "withdraw",
]


def create_line(act: Act, *, authority: Organisation, account: Account, data: dict[str, Any]) -> BudgetLine:
    """Write down money that was granted. Refuses ``plan.invalid`` and ``budget_line.code_taken``."""
    _demand_authority(act, authority)
    form = drafting.line(data)
    _demand_free(act, authority, form["year"], form["code"])
    line = BudgetLine(
        ref=next_ref(act.session, "B", form["year"]),
        authority_id=authority.id,
        created_by_id=account.id,
        created_at=act.now,
        **form,
    )
    act.session.add(line)
    act.session.flush()
    act.record("budget_line.create", subject_of(line), _line_facts(line))
    return line


def change_line(act: Act, line: BudgetLine, data: dict[str, Any]) -> BudgetLine:
    """Change a budget line; its year stays. Refuses ``budget_line.below_planned`` where more is planned already."""
    demand_member(act, line.authority)
    form = drafting.line({**data, "year": line.year})
    if form["code"] != line.code:
        _demand_free(act, line.authority, line.year, form["code"])
    planned = queries.planned(line)
    if form["amount"] < planned:
        raise Refusal("budget_line.below_planned", 409, planned=f"{yuan(planned):,}")
    for name, value in form.items():
        setattr(line, name, value)
    act.session.flush()
    act.record("budget_line.change", subject_of(line), _line_facts(line))
    return line


def remove_line(act: Act, line: BudgetLine) -> None:
    """Take a budget line away that no project ever named. Refuses ``budget_line.in_use``."""
    demand_member(act, line.authority)
    used = select(Project.id).where(Project.budget_line_id == line.id).limit(1)
    if act.session.execute(used).first() is not None:
        raise Refusal("budget_line.in_use", 409)
    act.record("budget_line.remove", subject_of(line))
    act.session.execute(delete(BudgetLine).where(BudgetLine.id == line.id))


def create(act: Act, *, authority: Organisation, account: Account, data: dict[str, Any]) -> Project:
    """Begin a project of the plan. Refuses ``plan.invalid`` with all problems at once."""
    _demand_authority(act, authority)
    form = checked_project(act, authority, data)
    project = Project(
        ref=next_ref(act.session, "P", act.now.astimezone(current_app.config["SETTINGS"].time_zone).year),
        authority_id=authority.id,
        created_by_id=account.id,
        created_at=act.now,
        state=PROJECT.first,
        **form,
    )
    act.session.add(project)
    act.session.flush()
    act.record("project.create", subject_of(project), _fingerprint(project))
    return project


def update(act: Act, project: Project, data: dict[str, Any]) -> Project:
    """Replace the whole form of a draft."""
    demand_member(act, project.authority)
    if project.state != PROJECT.first:
        raise Refusal("plan.not_a_draft", 409, state=project.state)
    for name, value in checked_project(act, project.authority, data).items():
        setattr(project, name, value)
    act.session.flush()
    act.session.expire(project, ["budget_line"])
    act.record("project.update", subject_of(project), _fingerprint(project))
    return project


def submit(act: Act, project: Project) -> Project:
    """Hand a project to the approver; from here on its money counts. Refuses ``plan.not_ready`` with all reasons."""
    demand_member(act, project.authority)
    _move_or_refuse(act, project, "submit")
    _demand_ready(act, project)
    project.submitted_by_id = act.account_id or project.created_by_id
    project.reason = ""
    PROJECT.make(act, project, "submit", subject_of(project), _fingerprint(project))
    act.session.flush()
    return project


def approve(act: Act, project: Project, others: Sequence[Purchase]) -> Project:
    """Approve a submitted project, as a second person.

    `others` are the purchases of the year that the plan does not know (`suspicion.of_year`). Refuses
    ``plan.not_ready``, ``plan.splitting_undecided`` and ``plan.to_be_combined``, each with article and figures.
    """
    demand_member(act, project.authority)
    _move_or_refuse(act, project, "approve")
    _demand_ready(act, project)
    suspicion.demand_decided(project, others, act.now)
    project.approved_by_id = act.account_id
    project.approved_at = act.now
    PROJECT.make(act, project, "approve", subject_of(project), _fingerprint(project))
    act.session.flush()
    return project


def return_to_draft(act: Act, project: Project, reason: str) -> Project:
    """Give a project back to its officer with a reason; an approved one loses its approval."""
    demand_member(act, project.authority)
    project.reason = _reason(reason)
    project.approved_by_id = project.approved_at = None
    PROJECT.make(act, project, "return", subject_of(project))
    return project


def withdraw(act: Act, project: Project, reason: str) -> Project:
    """Take a project out of the plan; where its intention was announced, a notice says so."""
    demand_member(act, project.authority)
    _move_or_refuse(act, project, "withdraw")
    project.reason = _reason(reason)
    notice = intentions.retract(act, project, project.reason)
    PROJECT.make(act, project, "withdraw", subject_of(project), {"notice": notice.ref} if notice is not None else {})
    return project


def begin(act: Act, project: Project) -> Project:
    """Put a project under way, because a tender was begun from it; the tender room calls it in the same act.

    Refuses 409 ``plan.not_announced`` with the article where neither an intention nor an urgency is there.
    """
    demand_member(act, project.authority)
    _move_or_refuse(act, project, "begin")
    lacking = intentions.missing(project)
    if lacking is not None:
        raise Refusal("plan.not_announced", 409, reasons=(lacking,), article=lacking.article)
    PROJECT.make(act, project, "begin", subject_of(project))
    act.session.flush()
    return project


def finish(act: Act, project: Project) -> Project:
    """Say that what was planned has been bought."""
    demand_member(act, project.authority)
    PROJECT.make(act, project, "finish", subject_of(project))
    return project


def checked_project(act: Act, authority: Organisation, data: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a project from its form, or refuse ``plan.invalid`` with all problems."""
    allowed = law.allowed(act.now)
    form = drafting.project(data, rule_sets={one.id for one in allowed})
    if not form["rule_set_id"]:
        choice = law.chosen(form["category"], form["amount"], form["procedure"], act.now)
        form["rule_set_id"] = choice.ruleset.id if choice is not None else allowed[0].id
    named = form.pop("budget_line")
    line = None
    if named:
        line = act.session.execute(
            select(BudgetLine).where(BudgetLine.ref == named, BudgetLine.authority_id == authority.id)
        ).scalar_one_or_none()
        if line is None:
            raise Refusal("plan.invalid", reasons=(drafting.Problem("budget_line.unknown", "/budget_line"),), count=1)
    return {**form, "budget_line_id": line.id if line is not None else None}


def _demand_authority(act: Act, authority: Organisation) -> None:
    demand_member(act, authority)
    if authority.kind != "authority":
        raise Refusal("plan.not_an_authority", 403)


def _demand_free(act: Act, authority: Organisation, year: int, code: str) -> None:
    wanted = select(BudgetLine.id).where(
        BudgetLine.authority_id == authority.id, BudgetLine.year == year, BudgetLine.code == code
    )
    if act.session.execute(wanted).first() is not None:
        raise Refusal("budget_line.code_taken", 409, code=code)


def _demand_ready(act: Act, project: Project) -> None:
    stopping = blocking(findings(project, law.of(project), act.now))
    if stopping:
        raise Refusal("plan.not_ready", 409, reasons=stopping, count=len(stopping))


def _move_or_refuse(act: Act, project: Project, event: str) -> None:
    rule = PROJECT.why_not(project, event, act)
    if rule is not None:
        raise Refusal(rule, 409, state=project.state)


def _line_facts(line: BudgetLine) -> dict[str, Any]:
    return {"year": line.year, "code": line.code, "amount": to_text(line.amount)}


def _fingerprint(project: Project) -> dict[str, Any]:
    """Return the facts of an entry about a project: its digest, since a plan is not public before its intention."""
    names = [column.key for column in Project.__table__.columns if column.key not in _APART]
    form = {name: getattr(project, name) for name in names}
    form["begins_on"] = project.begins_on.isoformat() if project.begins_on else None
    form["budget_line"] = project.budget_line.ref if project.budget_line is not None else None
    return {"form": digest(canonical(form))}


_APART = {
    *("id", "ref", "authority_id", "budget_line_id", "state", "reason", "intention_ref", "created_by_id", "created_at"),
    *("submitted_by_id", "approved_by_id", "approved_at"),
}


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise Refusal("plan.reason_missing")
    return words[:2000]
