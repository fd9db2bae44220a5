"""The plan of an authority: a year at a glance, its projects, and the steps of each. Supervisors read every plan."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from foundation.errors import Refusal
from foundation.money import to_text
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.models import Organisation
from identity.rights import Right
from procurement.plan import intentions, law, operations, queries
from procurement.plan.board import authority_asked, blueprint, language, now, own, told, year_asked
from procurement.plan.forms import ReasonForm
from procurement.plan.lifecycle import COMMITTED, PROJECT
from procurement.plan.models import Project
from procurement.plan.readiness import findings

# The modules below add their addresses to the blueprint when they are loaded.
from procurement.plan import editing, line_views, public_views  # noqa: F401  isort: skip

MOST_TICKED = 100
# A sheet of a spreadsheet would run what begins with one of these.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/plan")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def year() -> Any:
    """Show an authority's plan of a year: money by line, projects by state."""
    authority = authority_asked()
    if authority is None:
        return redirect(url_for("plan.authorities"), 303)
    return _year(authority)


@blueprint.get("/plan/authorities")
@open_to(Right.READ_CASE)
def authorities() -> str:
    """Let a supervisor choose whose plan to read."""
    words = request.args.get("q", "")[:200]
    found, following = queries.authorities(words=words, after=request.args.get("after", ""))
    return render_template("plan/authorities.html", found=found, words=words, following=following)


@blueprint.get("/plan/download.csv")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def download() -> Any:
    """Give an authority's plan of a year as a table (UTF-8 with its mark, as spreadsheets expect)."""
    authority, asked = authority_asked(), year_asked()
    if authority is None:
        raise Refusal("plan.unknown", 404)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    after: str | None = ""
    while after is not None:
        page = queries.of_year(authority, asked, after=after, most=500)
        table.writerows([_cell(text) for text in _row(one)] for one in page.projects)
        after = page.next
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{authority.ref}-{asked}.csv"'
    return answer


@blueprint.get("/plan/projects/<ref>")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def project(ref: str) -> Any:
    """Show one project: its story, what it lacks, what can be done now."""
    return _project(own(ref), ReasonForm())


@blueprint.post("/plan/projects/<ref>/submit")
@open_to(Right.DRAFT)
def submit(ref: str) -> Any:
    """Hand a project to the approver."""
    own(ref)
    try:
        with act_now() as act:
            operations.submit(act, own(ref))
    except Refusal as refused:
        if refused.rule != "plan.not_ready":
            raise
        return _project(own(ref), ReasonForm(), refused)
    flash(gettext("Submitted. Another person of your authority approves it."), "ok")
    return redirect(url_for("plan.project", ref=ref), 303)


@blueprint.post("/plan/projects/<ref>/return")
@open_to(Right.APPROVE)
def return_to_draft(ref: str) -> Any:
    """Give a project back with a reason."""
    return _with_reason(ref, operations.return_to_draft, gettext("Returned to its officer."))


@blueprint.post("/plan/projects/<ref>/withdraw")
@open_to(Right.DRAFT)
def withdraw(ref: str) -> Any:
    """Take a project out of the plan."""
    return _with_reason(ref, operations.withdraw, gettext("Taken out of the plan."))


@blueprint.post("/plan/projects/<ref>/finish")
@open_to(Right.DRAFT)
def finish(ref: str) -> Any:
    """Say that what was planned has been bought."""
    own(ref)
    with act_now() as act:
        operations.finish(act, own(ref))
    flash(gettext("The project is done."), "ok")
    return redirect(url_for("plan.project", ref=ref), 303)


@blueprint.post("/plan/announce")
@open_to(Right.DRAFT)
def announce() -> Any:
    """Publish the intention of every project that was ticked: one notice each, all or none."""
    refs = list(dict.fromkeys(request.form.getlist("project")))[:MOST_TICKED]
    for ref in refs:
        own(ref)
    if not refs:
        flash(sentence("plan.nothing_ticked", {}), "bad")
        return redirect(url_for("plan.year"), 303)
    with act_now() as act:
        for ref in refs:
            operations.announce(act, own(ref))
    flash(
        ngettext(
            "%(num)s intention was announced. The notice is signed and public.",
            "%(num)s intentions were announced. The notices are signed and public.",
            len(refs),
        ),
        "ok",
    )
    if len(refs) == 1:
        return redirect(url_for("plan.project", ref=refs[0]), 303)
    return redirect(url_for("plan.year", year=own(refs[0]).year, state="announced"), 303)


def _year(authority: Organisation) -> str:
    asked = year_asked()
    state = request.args.get("state", "")
    page = queries.of_year(authority, asked, state=state, after=request.args.get("after", ""))
    lines = queries.lines(authority, asked)
    rights = visitor().rights
    given: dict[str, Any] = {"authority": request.args.get("authority")} if Right.READ_CASE in rights else {}
    most = max([one.line.amount for one in lines] + [one.planned for one in lines] + [1])
    return render_template(
        "plan/year.html",
        authority=authority,
        year=asked,
        years=sorted({*queries.years(authority), asked}, reverse=True),
        state=state if state in queries.STATES else "",
        counts=queries.counts(authority, asked),
        states=queries.STATES,
        committed=COMMITTED,
        lines=lines,
        most=most,
        granted=sum(one.line.amount for one in lines),
        planned=sum(one.planned for one in lines),
        projects=page.projects,
        given=given,
        first=url_for("plan.year", year=asked, state=state, **given) if request.args.get("after") else None,
        following=url_for("plan.year", year=asked, state=state, after=page.next, **given) if page.next else None,
        may_draft=Right.DRAFT in rights,
        may_approve=Right.APPROVE in rights,
    )


def _with_reason(ref: str, operation: Any, said: str) -> Any:
    found, form = own(ref), ReasonForm()
    if not form.validate_on_submit():
        return _project(found, form)
    with act_now() as act:
        operation(act, own(ref), form.reason.data or "")
    flash(said, "ok")
    return redirect(url_for("plan.project", ref=ref), 303)


def _project(found: Project, form: ReasonForm, refused: Refusal | None = None) -> Any:
    moment, ruleset, rights = now(), law.of(found), visitor().rights
    looked = told(findings(found, ruleset, moment)) if found.state in ("draft", "submitted") else []
    counted, lacking = intentions.earliest_start(found), intentions.missing(found)
    period = ruleset.rule(intentions.PERIOD) if intentions.PERIOD in ruleset else None
    notice = intentions.notice_of(found)
    choice = law.chosen(found.category, found.amount, found.procedure, moment)
    page = render_template(
        "plan/project.html",
        project=found,
        offered=PROJECT.offered(found, rights),
        may_draft=Right.DRAFT in rights,
        may_approve=Right.APPROVE in rights,
        is_supervisor=Right.READ_CASE in rights,
        blocking=[one for one in looked if one["severity"] == "blocks"],
        advice=[one for one in looked if one["severity"] != "blocks"],
        counted=counted,
        counted_words=counted.explanation(language()) if counted is not None else "",
        period_title=period.title(language()) if period is not None else "",
        period_article=period.cite(language()) if period is not None else "",
        lacking=told([lacking])[0] if lacking is not None and found.state == "approved" else None,
        notice=notice,
        rule_set_name=ruleset.name.template(language()),
        choice=choice.sentence(language()) if choice is not None and choice.ruleset.id == ruleset.id else "",
        demonstration=ruleset.demonstration,
        procedure_name=_procedure_name(found),
        story=queries.story(found),
        form=form,
        refused=sentence(refused.rule, refused.facts) if refused is not None else "",
        moment=moment,
    )
    return page, 409 if refused is not None else 422 if form.is_submitted() and form.errors else 200


def _procedure_name(found: Project) -> str:
    chosen = (one for one in law.of(found).procedures if one.id == found.procedure)
    return next((one.name.template(language()) for one in chosen), found.procedure)


_COLUMNS = (
    *("ref", "state", "year", "title", "category", "classification", "quantity", "unit", "amount", "currency"),
    *("budget_line", "procedure", "begins", "sme_reserve", "sme_share", "intention", "approved_at"),
)


def _row(one: Project) -> list[str]:
    return [
        *(one.ref, one.state, str(one.year), one.title, one.category, one.classification, one.quantity, one.unit),
        *(to_text(one.amount), one.currency, one.budget_line.code if one.budget_line is not None else ""),
        *(one.procedure, f"{one.begins_on:%Y-%m}" if one.begins_on else "", one.sme_reserve, one.sme_share),
        *(one.intention_ref or "", one.approved_at.isoformat(timespec="seconds") if one.approved_at else ""),
    ]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_RUNS) else text
