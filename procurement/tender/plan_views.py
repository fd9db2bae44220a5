"""Pages of the plan that must see tenders too: the approval of a project, the check against splitting, the way on."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.models import Organisation
from identity.rights import Right
from procurement.plan import law, suspicion
from procurement.plan import operations as plan
from procurement.plan import queries as plans
from procurement.plan.board import authority_asked, language, own, told, year_asked
from procurement.plan.forms import DecisionForm, ReasonForm
from procurement.plan.models import Project
from procurement.plan.readiness import findings
from procurement.plan.splitting import Figures
from procurement.rules.findings import Finding
from procurement.tender import from_plan, planned
from procurement.tender.board import blueprint, now


@blueprint.post("/office/tenders/from-plan/<project>")
@open_to(Right.DRAFT)
def begin_from_plan(project: str) -> Any:
    """Begin a draft from a project of the plan."""
    own(project)
    account = visitor().account
    if account is None:
        raise Refusal("door.not_yours", 403)
    try:
        with act_now() as act:
            ref = from_plan.begin(act, own(project), account).ref
    except Refusal as refused:
        if refused.rule != "plan.begun_already":
            raise
        flash(sentence(refused.rule, refused.facts), "warn")
        return redirect(url_for("tender.show", ref=refused.facts["tender"]), 303)
    flash(gettext("The draft was begun from the plan. What the plan knows is filled in."), "ok")
    return redirect(url_for("tender.edit", ref=ref), 303)


@blueprint.get("/office/tenders/of-plan/<project>")
@open_to(Right.READ_TENDER)
def of_plan(project: str) -> Any:
    """Lead from a project to the tender begun from it."""
    own(project)
    found = planned.of_project(project)
    if not found:
        raise Refusal("tender.unknown", 404)
    return redirect(url_for("tender.show", ref=found[0].ref), 303)


@blueprint.get("/plan/splitting")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def splitting() -> Any:
    """Show the sums of an authority's year by group of the catalogue, against the threshold for open tender."""
    authority = authority_asked()
    if authority is None:
        return redirect(url_for("plan.authorities"), 303)
    return _splitting(authority, year_asked(), DecisionForm(formdata=None))


@blueprint.post("/plan/splitting")
@open_to(Right.APPROVE)
def decide_splitting() -> Any:
    """Record a decision about a suspicion, on the figures that were shown."""
    authority, form, group = visitor().organisation, DecisionForm(), request.form.get("group", "")[:40]
    if authority is None:
        raise Refusal("plan.unknown", 404)
    year = year_asked()
    if not form.validate_on_submit():
        return _splitting(authority, year, form, group, status=422)
    try:
        with act_now() as act:
            plan.decide(
                act,
                authority,
                year=year,
                group=group,
                shown=request.form.get("shown", ""),
                others=from_plan.purchases(authority, year),
                decision=form.decision.data or "",
                reason=form.reason.data or "",
            )
    except Refusal as refused:
        if not refused.rule.startswith("splitting."):
            raise
        words = sentence(refused.rule, refused.facts)
        return _splitting(authority, year, form, group, refused=words, status=refused.status)
    flash(gettext("The decision was recorded with its figures."), "ok")
    return redirect(url_for("tender.splitting", year=year), 303)


@blueprint.get("/plan/projects/<ref>/approve")
@open_to(Right.APPROVE)
def read_project(ref: str) -> Any:
    """Let the approver read a project with everything it lacks, and the figures of a suspicion."""
    return _approve(own(ref))


@blueprint.post("/plan/projects/<ref>/approve")
@open_to(Right.APPROVE)
def approve_project(ref: str) -> Any:
    """Approve a project."""
    own(ref)
    try:
        with act_now() as act:
            project = own(ref)
            plan.approve(act, project, from_plan.purchases(project.authority, project.year))
    except Refusal as refused:
        if not refused.rule.startswith(("plan.", "project.")) or refused.status == 404:
            raise
        return _approve(own(ref), refused)
    flash(gettext("Approved. Its intention can be announced now."), "ok")
    return redirect(url_for("plan.project", ref=ref), 303)


def _approve(project: Project, refused: Refusal | None = None) -> Any:
    if project.state != "submitted":
        return redirect(url_for("plan.project", ref=project.ref), 303)
    moment, ruleset = now(), law.of(project)
    looked = told(findings(project, ruleset, moment))
    figures = suspicion.about(project, from_plan.purchases(project.authority, project.year), moment)
    decided = plans.decisions(project.authority, project.year).get(figures.digest()) if figures is not None else None
    account = visitor().account
    page = render_template(
        "plan/approve.html",
        project=project,
        blocking=[one for one in looked if one["severity"] == "blocks"],
        advice=[one for one in looked if one["severity"] != "blocks"],
        figures=figures,
        suspected=told([suspicion.told(figures, moment)])[0] if figures is not None else None,
        decided=decided,
        is_author=account is not None and account.id in (project.created_by_id, project.submitted_by_id),
        rule_set_name=ruleset.name.template(language()),
        form=ReasonForm(formdata=None),
        refused=sentence(refused.rule, refused.facts) if refused is not None else "",
        reasons=_reasons(refused) if refused is not None else [],
        names=names(),
    )
    return page, refused.status if refused is not None else 200


def _reasons(refused: Refusal) -> list[dict[str, str]]:
    return told(one for one in refused.reasons if isinstance(one, Finding))


def _splitting(
    authority: Organisation, year: int, form: DecisionForm, group: str = "", *, refused: str = "", status: int = 200
) -> Any:
    moment, rights = now(), visitor().rights
    found = suspicion.of_year(authority, year, from_plan.purchases(authority, year), moment)
    decisions = plans.decisions(authority, year)
    ruleset = suspicion.law_now(moment)
    page = render_template(
        "plan/splitting.html",
        authority=authority,
        year=year,
        years=sorted({*plans.years(authority), year}, reverse=True),
        groups=[_group(one, decisions.get(one.digest())) for one in found],
        earlier=[one for sha, one in decisions.items() if sha not in {each.digest() for each in found}],
        rule_title=ruleset.rule(suspicion.RULE).title(language()) if ruleset is not None else "",
        article=ruleset.rule(suspicion.RULE).cite(language()) if ruleset is not None else "",
        length=ruleset.rule(suspicion.CODE).whole if ruleset is not None else 0,
        form=form,
        wrong=group,
        refused=refused,
        may_decide=Right.APPROVE in rights,
        given={"authority": authority.ref} if Right.READ_CASE in rights else {},
        names=names(),
    )
    return page, status


def _group(figures: Figures, decided: Any) -> dict[str, Any]:
    """Return a group for the page. `most` is what the whole width of its bar stands for, in fen."""
    most = max(figures.sum, figures.limit or 0, 1)
    at, bars = 0, []
    for one in figures.counted:
        bars.append((at * 1000 // most, max(one.amount * 1000 // most - 4, 2)))
        at += one.amount
    limit_at = None if figures.limit is None else figures.limit * 1000 // most
    return {"figures": figures, "decided": decided, "bars": bars, "limit_at": limit_at, "digest": figures.digest()}


def names() -> dict[str, str]:
    """Return the names of procedures in the reader's language, of every rule set in force."""
    return {one.id: one.name.template(language()) for each in law.allowed(now()) for one in each.procedures}
