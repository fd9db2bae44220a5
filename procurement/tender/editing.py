"""The page on which an officer writes a draft: one form, rows added and taken away by the server, files beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from foundation.errors import Refusal
from foundation.web import csrf, sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.rules.counting import due_on, earliest_deadline
from procurement.rules.ruleset import RuleSet
from procurement.tender import (
    criterion_page,
    documents,
    intake,
    law,
    operations,
    policy_fields,
    procedure_fields,
    readiness,
    reuse,
    sections,
    term_fields,
)
from procurement.tender.board import anchor_of, blueprint, language, now, own, told
from procurement.tender.content import form_of
from procurement.tender.drafting import MOST_ITEMS, MOST_LOTS, Problem
from procurement.tender.forms import DraftForm, field_at, moment_text, read, shown
from procurement.tender.models import Tender

# A form of one lot, one line and the criteria that every tender has, so that a new draft is not an empty sheet.
_MIN_PERIOD = "tender.min_period"
# Three ways to save: and leave, and go on with the next section, and stay.
_SAVING = ("save", "go-on", "stay")
_BEGINNING: dict[str, Any] = {
    "lots": [{"items": [{}]}],
    "criteria": [{"kind": "requirement"}, {"kind": "price"}, {"kind": "points"}],
}


@blueprint.route("/office/tenders/new", methods=["GET", "POST"])
@open_to(Right.DRAFT)
@csrf.exempt
def create() -> Any:
    """Begin a draft."""
    intake.admit_large_body()
    return _edit(None)


@blueprint.route("/office/tenders/<ref>/edit", methods=["GET", "POST"])
@open_to(Right.DRAFT)
@csrf.exempt
def edit(ref: str) -> Any:
    """Change a draft. What is typed is kept whatever happens; what stands in the way is shown where it is."""
    intake.admit_large_body()
    tender = own(ref)
    if tender.state != "draft":
        return redirect(url_for("tender.show", ref=ref), 303)
    return _edit(tender)


def _edit(tender: Tender | None) -> Any:
    zone = current_app.config["SETTINGS"].time_zone
    sets = operations.rule_sets_allowed(now())
    form = _form(tender, sets, zone)
    ref = tender.ref if tender is not None else ""
    if not form.is_submitted():
        found = told(readiness.issues(tender, now())) if tender is not None else []
        taken = request.args.get("use", "")[:40]
        if taken:
            return _page(_rearranged(form, f"use-{taken}", sets, zone, tender), tender, sets, [])
        _mark(form, found, sections.begun(form.data, len(tender.documents)) if tender is not None else frozenset())
        return _page(form, tender, sets, found)
    asked = request.form.get("do", "save")
    data, problems = read(form, zone, tender.method if tender is not None else None)
    file_problem = _file_problem(ref, form) if form.document.data else ""
    if asked.startswith("drop-document-") and tender is not None:
        intake.remove_document(ref, asked.removeprefix("drop-document-"))
    if asked.startswith("keep-"):
        piece, problems = reuse.keep(asked, data, problems)
        if piece is not None:
            kept = gettext("Kept in the library as %(ref)s, version %(number)s.", ref=piece.ref, number=piece.version)
            flash(kept, "ok")
    elif asked not in _SAVING:
        tender = own(ref) if ref else None
        return _page(_rearranged(form, asked, sets, zone, tender), tender, sets, [])
    else:
        problems = _all_problems(data, problems)
    if problems or file_problem:
        tender = own(ref) if ref else None
        found = [_problem_told(one) for one in problems]
        _mark(form, found, frozenset(sections.SECTIONS))
        if file_problem:
            found.append({"anchor": "document", "sentence": file_problem, "pointer": "/document"})
            form.document.errors = [file_problem]
        return _page(form, tender, sets, found, status=422)
    if asked not in _SAVING:
        return _page(form, own(ref) if ref else None, sets, [])
    return _save(ref, form, data, asked)


def _save(ref: str, form: DraftForm, data: dict[str, Any], asked: str) -> Any:
    taken = intake.stored(form.document.data) if form.document.data and not ref else None
    with act_now() as act:
        if ref:
            operations.update(act, own(ref), data)
        else:
            organisation, account = visitor().organisation, visitor().account
            if organisation is None or account is None:
                raise Refusal("door.not_yours", 403)
            tender = operations.create(act, authority=organisation, account=account, data=data)
            ref = tender.ref
            if taken is not None:
                operations.add_document(act, tender, form.document_title.data or "", **taken)
    flash(gettext("The draft was saved."), "ok")
    if asked != "save":
        at = request.form.get("at", "")
        following = sections.after(at) if asked == "go-on" else at
        anchor = following if following in sections.SECTIONS and at else None
        return redirect(url_for("tender.edit", ref=ref, _anchor=anchor), 303)
    return redirect(url_for("tender.show", ref=ref), 303)


def _form(tender: Tender | None, sets: tuple[RuleSet, ...], zone: ZoneInfo) -> DraftForm:
    if tender is not None:
        given = shown(form_of(tender), zone)
    else:
        given = {**_BEGINNING, "rule_set_id": sets[0].id if sets else "", "currency": "CNY"}
        given["terms"] = term_fields.shown({})
        given["policies"] = policy_fields.defaults(sets[0], "goods") if sets else {}
    form = DraftForm(data=given, meta={"csrf": False})
    form.rule_set_id.choices = [SelectChoice(one.id, one.name.template(language())) for one in sets]
    procedure_fields.choose(form, _chosen(form, sets))
    return form


def _rearranged(
    form: DraftForm, asked: str, sets: tuple[RuleSet, ...], zone: ZoneInfo, tender: Tender | None
) -> DraftForm:
    """Return the form with a row added or taken away, and everything that was typed."""
    given = dict(form.data)
    words = asked.split("-")
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < 4]
    lots, criteria = given["lots"], given["criteria"]
    verb, what = words[0], words[1] if len(words) > 1 else ""
    try:
        if verb == "add" and what == "lot" and len(lots) <= MOST_LOTS:
            lots.append({"items": [{}]})
        elif verb == "add" and what == "item" and len(lots[numbers[0]]["items"]) <= MOST_ITEMS:
            lots[numbers[0]]["items"].append({})
        elif what == "criterion":
            criterion_page.rearrange(criteria, verb, numbers[0] if numbers else None)
        elif verb == "drop" and what == "lot":
            del lots[numbers[0]]
        elif verb == "drop" and what == "item":
            del lots[numbers[0]]["items"][numbers[1]]
        elif verb == "use":
            reuse.add(given, asked.removeprefix("use-") if what else request.form.get("piece", "")[:40])
            flash(gettext("Taken from the library. Look it over and save the draft."), "ok")
        elif verb == "earliest":
            given["closes_at"] = moment_text(_earliest(_rules(form, tender, sets)), zone)
    except Refusal as refused:
        # Nothing of the library is worth what was typed.
        flash(sentence(refused.rule, refused.facts), "bad")
    except IndexError:
        # The row is gone already, as after a second press of the same button.
        pass
    made = DraftForm(formdata=None, data=given, meta={"csrf": False})
    made.rule_set_id.choices = form.rule_set_id.choices
    procedure_fields.choose(made, _chosen(made, sets))
    return made


def _page(
    form: DraftForm, tender: Tender | None, sets: tuple[RuleSet, ...], found: list[dict[str, Any]], status: int = 200
) -> Any:
    chosen, rules = _chosen(form, sets), _rules(form, tender, sets)
    counted = earliest_deadline(now(), rules) if rules is not None and _MIN_PERIOD in rules else None
    stage = law.stage_of(tender) if tender is not None else None
    # What a refused save could not read comes on top of what the draft lacks as it was last saved.
    kept = told(readiness.issues(tender, now())) if tender is not None and (status != 200 or not found) else []
    lacking = [*kept, *found]
    written = sections.begun(form.data, len(tender.documents) if tender is not None else 0)
    at = request.form.get("at", "")
    page = render_template(
        "tender/edit.html",
        form=form,
        tender=tender,
        blocking=[one for one in found if one.get("severity", "blocks") == "blocks"],
        advice=[one for one in found if one.get("severity", "blocks") != "blocks"],
        standings=sections.standings(lacking, written, is_saved=tender is not None),
        at=at if at in sections.SECTIONS else "",
        saved=status == 200,
        is_typed=request.method == "POST",
        counted=counted,
        counted_words=counted.explanation(language()) if counted is not None else "",
        suggested=_earliest(rules),
        ways=procedure_fields.ways(chosen),
        stage_name=stage.name.template(language()) if stage is not None else "",
        weights=criterion_page.weights(form),
        pieces=reuse.offered(visitor().organisation, form.category.data or "goods", language()),
        criterion_previews=criterion_page.previews(form, language()),
        policy_hints=policy_fields.hints(chosen, form.category.data or "goods") if chosen is not None else {},
        policy_previews=list(policy_fields.previews(form.policies.form)),
        most=intake.most(),
        endings=", ".join(documents.TYPES),
    )
    return page, status


def _chosen(form: DraftForm, sets: tuple[RuleSet, ...]) -> RuleSet | None:
    return next((one for one in sets if one.id == form.rule_set_id.data), sets[0] if sets else None)


def _rules(form: DraftForm, tender: Tender | None, sets: tuple[RuleSet, ...]) -> RuleSet | None:
    """Return the rules as they read in the stage that is being typed."""
    chosen = _chosen(form, sets)
    if tender is not None and tender.follows_id is not None:
        return law.rule_set_of(tender)
    known = next((one for one in chosen.procedures if one.id == form.procedure.data), None) if chosen else None
    return chosen.under(known.id, known.first.id) if chosen is not None and known is not None else chosen


def _earliest(rules: RuleSet | None) -> datetime | None:
    """Return a deadline that is lawful with a little time left for the approval."""
    if rules is None:
        return None
    least = rules.rule(_MIN_PERIOD) if _MIN_PERIOD in rules else None
    ends_at = due_on(least, now()).ends_at if least is not None else now()
    if rules.demonstration or (least is not None and least.unit == "minutes"):
        step, slack = timedelta(minutes=5), timedelta(minutes=10)
    else:
        step, slack = timedelta(minutes=30), timedelta(days=1)
    at = (ends_at + slack).replace(second=0, microsecond=0)
    return at + (step - timedelta(minutes=at.minute % (step.seconds // 60)))


def _all_problems(data: dict[str, Any], problems: list[Problem]) -> list[Problem]:
    try:
        operations.checked_form(now(), data)
    except Refusal as refused:
        return [*problems, *refused.reasons]
    return problems


def _problem_told(one: Problem) -> dict[str, Any]:
    return {"anchor": anchor_of(one.pointer), "sentence": sentence(one.rule, dict(one.facts)), "pointer": one.pointer}


def _mark(form: DraftForm, found: list[dict[str, Any]], written: frozenset[str]) -> None:
    """Put what was found beside its field: faults in the sections that somebody has begun, and advice as advice."""
    for one in found:
        field = field_at(form, one["pointer"])
        if field is None or sections.section_of(one["pointer"]) not in written:
            continue
        if one.get("severity", "blocks") == "blocks":
            field.errors = [*field.errors, one["sentence"]]
        else:
            # WTForms has a place for errors only; the macro `m.field` shows this beside the field.
            setattr(field, "advice", [*getattr(field, "advice", ()), one["sentence"]])  # noqa: B010


def _file_problem(ref: str, form: DraftForm) -> str:
    """Take the file that came with the form where the draft exists; return what is wrong with it, or nothing.

    A browser cannot send a file twice, so an existing draft keeps it even if other answers need correction.
    """
    try:
        if ref:
            intake.take_document(ref, form.document.data, form.document_title.data or "")
        else:
            documents.clean_name(form.document.data.filename or "")
    except Refusal as refused:
        return sentence(refused.rule, refused.facts)
    return ""
