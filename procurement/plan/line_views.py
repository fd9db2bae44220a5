"""Budget lines: what was granted, what is planned from it, what is left."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.plan import operations, queries
from procurement.plan.board import blueprint, own_line, problems_told, year_asked
from procurement.plan.forms import LineForm, mark, read_line, shown_line
from procurement.plan.models import BudgetLine


@blueprint.route("/plan/lines/new", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def create_line() -> Any:
    """Write down money that was granted."""
    return _edit(None)


@blueprint.route("/plan/lines/<ref>/edit", methods=["GET", "POST"])
@open_to(Right.DRAFT)
def edit_line(ref: str) -> Any:
    """Change a budget line."""
    return _edit(own_line(ref))


@blueprint.get("/plan/lines/<ref>")
@open_to(Right.READ_TENDER, Right.READ_CASE)
def line(ref: str) -> str:
    """Show one budget line with its projects."""
    found = own_line(ref)
    planned = queries.planned(found)
    return render_template(
        "plan/line.html",
        line=found,
        planned=planned,
        left=found.amount - planned,
        projects=queries.of_line(found),
        may_draft=Right.DRAFT in visitor().rights,
        is_supervisor=Right.READ_CASE in visitor().rights,
    )


@blueprint.post("/plan/lines/<ref>/remove")
@open_to(Right.DRAFT)
def remove_line(ref: str) -> Any:
    """Take away a budget line that no project ever named."""
    year = own_line(ref).year
    with act_now() as act:
        operations.remove_line(act, own_line(ref))
    flash(gettext("The budget line was taken away."), "ok")
    return redirect(url_for("plan.year", year=year), 303)


def _edit(found: BudgetLine | None) -> Any:
    ref = found.ref if found is not None else ""
    form = LineForm(data=shown_line(found) if found is not None else {"year": str(year_asked())})
    if not form.is_submitted():
        return _page(form, found, [])
    data, problems = read_line(form)
    try:
        with act_now() as act:
            if ref:
                operations.change_line(act, own_line(ref), data)
            else:
                organisation, account = visitor().organisation, visitor().account
                if organisation is None or account is None:
                    raise Refusal("door.not_yours", 403)
                ref = operations.create_line(act, authority=organisation, account=account, data=data).ref
            if problems:
                raise Refusal("plan.invalid", reasons=(), count=0)
    except Refusal as refused:
        told = _told(refused, problems)
        for one in told:
            mark(form, {one["pointer"]: [one["sentence"]]})
        return _page(form, own_line(found.ref) if found is not None else None, told, refused.status)
    flash(gettext("The budget line was saved."), "ok")
    return redirect(url_for("plan.line", ref=ref), 303)


def _told(refused: Refusal, problems: list[Any]) -> list[dict[str, Any]]:
    """Return what is wrong with the form; any other refusal than one about it goes on to the page of errors."""
    places = {"budget_line.code_taken": "/code", "budget_line.below_planned": "/amount"}
    if refused.rule in places:
        pointer = places[refused.rule]
        words = sentence(refused.rule, refused.facts)
        return [{"anchor": pointer[1:], "pointer": pointer, "sentence": words}]
    if refused.rule != "plan.invalid":
        raise refused
    # An amount that cannot be read is told once, not also as missing.
    unread = {one.pointer for one in problems}
    return problems_told([*problems, *(one for one in refused.reasons if one.pointer not in unread)])


def _page(form: LineForm, found: BudgetLine | None, told: list[dict[str, Any]], status: int = 200) -> Any:
    return render_template("plan/edit_line.html", form=form, line=found, found=told), status
