"""The page on which an officer writes a project: one form, rows of the survey added and taken away by the server."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from foundation.errors import Refusal
from foundation.money import grouped
from foundation.reader import Problem
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.plan import law, operations, queries
from procurement.plan.board import blueprint, language, now, own, problems_told, this_year, told
from procurement.plan.drafting import MOST_SURVEY
from procurement.plan.forms import ProjectForm, mark, read, shown
from procurement.plan.models import Project
from procurement.plan.readiness import findings
from procurement.rules.ruleset import RuleSet


@blueprint.route("/plan/projects/new", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def create() -> Any:
    """Begin a project."""
    return _edit(None)


@blueprint.route("/plan/projects/<ref>/edit", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def edit(ref: str) -> Any:
    """Change a draft. What is typed is kept whatever happens; what stands in the way is shown where it is."""
    project = own(ref)
    if project.state != "draft":
        return redirect(url_for("plan.project", ref=ref), 303)
    return _edit(project)


def _edit(project: Project | None) -> Any:
    sets = law.allowed(now())
    ref = project.ref if project is not None else ""
    form = ProjectForm(data=shown(project) if project is not None else _beginning())
    _choices(form, sets)
    if not form.is_submitted():
        found = told(findings(project, law.of(project), now())) if project is not None else []
        _mark(form, found)
        return _page(form, project, [one for one in found if one["severity"] == "blocks"])
    data, problems = read(form)
    asked = request.form.get("do", "save")
    if asked != "save":
        return _page(_rearranged(form, asked, sets), project, [])
    try:
        with act_now() as act:
            if ref:
                operations.update(act, own(ref), data)
            else:
                organisation, account = visitor().organisation, visitor().account
                if organisation is None or account is None:
                    raise Refusal("door.not_yours", 403)
                made = operations.create(act, authority=organisation, account=account, data=data)
                ref = made.ref
            if problems:
                raise Refusal("plan.invalid", reasons=(), count=0)
    except Refusal as refused:
        if refused.rule != "plan.invalid":
            raise
        reasons = [one for one in refused.reasons if isinstance(one, Problem)]
        found = problems_told([*problems, *reasons])
        _mark(form, found)
        return _page(form, own(ref) if project is not None else None, found, 422)
    flash(gettext("The project was saved."), "ok")
    return redirect(url_for("plan.project", ref=ref), 303)


def _beginning() -> dict[str, Any]:
    asked = request.args.get("line", "")[:20]
    year = request.args.get("year", "")
    return {
        "year": year if year.isdecimal() and len(year) == 4 else str(this_year()),
        "budget_line": asked,
        "rule_set_id": "",
        "procedure": "open",
        "survey": [{}],
    }


def _choices(form: ProjectForm, sets: tuple[RuleSet, ...]) -> None:
    organisation = visitor().organisation
    lines = []
    # Nobody plans from the money of long ago, and each year takes two reads.
    for year in queries.years(organisation)[:4] if organisation is not None else ():
        lines += queries.lines(organisation, year) if organisation is not None else []
    form.budget_line.choices = [SelectChoice("", gettext("None yet"))] + [
        SelectChoice(
            one.line.ref,
            gettext(
                "%(year)s %(code)s %(title)s, %(left)s left",
                year=one.line.year,
                code=one.line.code,
                title=one.line.title,
                left=grouped(one.left),
            ),
        )
        for one in lines
    ]
    form.rule_set_id.choices = [SelectChoice("", gettext("Those of the law for this kind and value"))] + [
        SelectChoice(one.id, one.name.template(language())) for one in sets
    ]
    named = {one.id: one.name.template(language()) for ruleset in sets for one in ruleset.procedures}
    form.procedure.choices = [SelectChoice(id, name) for id, name in named.items()] or [SelectChoice("open", "open")]


def _rearranged(form: ProjectForm, asked: str, sets: tuple[RuleSet, ...]) -> ProjectForm:
    """Return the form with a row of the survey added or taken away, and everything that was typed."""
    given = {name: value for name, value in form.data.items() if name != "csrf_token"}
    survey = given["survey"]
    number = asked.rpartition("-")[2]
    if asked == "add-survey" and len(survey) <= MOST_SURVEY:
        survey.append({})
    elif asked.startswith("drop-survey-") and number.isdecimal() and len(number) < 4 and int(number) < len(survey):
        del survey[int(number)]
    made = ProjectForm(formdata=None, data=given)
    _choices(made, sets)
    return made


def _mark(form: ProjectForm, found: list[dict[str, Any]]) -> None:
    by_pointer: dict[str, list[str]] = {}
    for one in found:
        by_pointer.setdefault(one["pointer"], []).append(one["sentence"])
    mark(form, by_pointer)


def _page(form: ProjectForm, project: Project | None, found: list[dict[str, Any]], status: int = 200) -> Any:
    page = render_template("plan/edit.html", form=form, project=project, found=found, saved=status == 200)
    return page, status
