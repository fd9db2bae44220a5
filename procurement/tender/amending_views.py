"""The office's pages of an amendment: the officer writes it, sees what differs, and publishes it or hands it on."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm

from foundation.errors import Refusal
from foundation.web import csrf, sentence
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.notices import changed
from procurement.tender import amended, amending, criterion_page, intake, law, policy_fields, queries
from procurement.tender.amending_fields import AmendmentForm, PublishForm, made, read_change, shown_as
from procurement.tender.attaching import current
from procurement.tender.board import anchor_of, blueprint, language, now, own
from procurement.tender.content import form_of
from procurement.tender.downloads import SANDBOX
from procurement.tender.drafting import MOST_ITEMS
from procurement.tender.forms import ReasonForm, field_at, moment_of, moment_text
from procurement.tender.models import Amendment, Tender
from procurement.tender.reader import Problem


@blueprint.route("/office/tenders/<ref>/amend", methods=["GET", "POST"])
@open_to(Right.DRAFT)
@csrf.exempt
def amend(ref: str) -> Any:
    """Write a change of an open tender; what is typed is kept, and nothing is public before it is published."""
    intake.admit_large_body()
    tender = own(ref)
    found = queries.amendment_of(tender) if tender.state == "open" else None
    if tender.state != "open" or (found is not None and found.state != "draft"):
        return redirect(url_for("tender.review_amendment" if found else "tender.show", ref=ref), 303)
    form = made(_given(tender, found), current(tender.documents))
    if not form.is_submitted():
        return _page(form, tender, found)
    asked = request.form.get("do", "save")
    if asked.startswith("drop-file-"):
        _take_back(ref, asked.removeprefix("drop-file-"))
    if asked != "save":
        return _page(_rearranged(form, own(ref), asked), own(ref), queries.amendment_of(own(ref)))
    return _save(ref, form)


@blueprint.post("/office/tenders/<ref>/amend/finish")
@open_to(Right.DRAFT)
def finish_amendment(ref: str) -> Any:
    """Publish what cannot affect bids, hand the rest to a second person."""
    own(ref)
    try:
        with act_now() as act:
            found = _waiting(own(ref))
            is_published = not found.affects_bids
            if is_published:
                amending.publish(act, found)
            else:
                amending.propose(act, found)
    except Refusal as refused:
        if not refused.rule.startswith(("amendment.", "tender.", "document.")):
            raise
        tender = own(ref)
        found_now = queries.amendment_of(tender)
        form = made(_given(tender, found_now), current(tender.documents), fresh=True)
        return _page(form, tender, found_now, refused=refused, status=refused.status)
    if is_published:
        flash(gettext("The amendment was signed and published."), "ok")
        return redirect(url_for("tender.show", ref=ref), 303)
    flash(gettext("Handed to the approver, who reads what differs and publishes it."), "ok")
    return redirect(url_for("tender.review_amendment", ref=ref), 303)


@blueprint.post("/office/tenders/<ref>/amend/drop")
@open_to(Right.DRAFT)
def drop_amendment(ref: str) -> Any:
    """Put the change aside, with the files that waited in it."""
    own(ref)
    with act_now() as act:
        keys = amending.drop(act, _waiting(own(ref)))
    for key in keys:
        intake.store().remove(key)
    flash(gettext("The amendment was put aside. The tender stays as it is."), "ok")
    return redirect(url_for("tender.show", ref=ref), 303)


@blueprint.route("/office/tenders/<ref>/amend/review", methods=["GET", "POST"])
@open_to(Right.READ_TENDER)
def review_amendment(ref: str) -> Any:
    """Show a change that waits for its second person, who publishes it or gives it back."""
    tender, form, reason = own(ref), PublishForm(), ReasonForm()
    found = queries.amendment_of(tender)
    if found is None or found.state != "proposed":
        return redirect(url_for("tender.show", ref=ref), 303)
    refused: Refusal | None = None
    if form.is_submitted():
        if Right.APPROVE not in visitor().rights:
            raise Refusal("door.not_yours", 403)
        refused = _decide(ref, form, reason)
        if refused is None and not form.errors and not reason.errors:
            return redirect(url_for("tender.show", ref=ref), 303)
    return _review(own(ref), form, reason, refused)


@blueprint.get("/office/tenders/<ref>/amend/files/<int:place>")
@open_to(Right.READ_TENDER)
def amendment_file(ref: str, place: int) -> Any:
    """Give a document that waits in a change."""
    found = _waiting(own(ref))
    if not 1 <= place <= len(found.files):
        raise Refusal("document.unknown", 404, ref=str(place))
    file = found.files[place - 1]
    path = intake.store().path(file["storage_key"])
    answer = send_file(path, mimetype=file["media_type"], as_attachment=True, download_name=file["file_name"])
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _save(ref: str, form: AmendmentForm) -> Any:
    zone = current_app.config["SETTINGS"].time_zone
    tender = own(ref)
    data, problems = read_change(form, form_of(tender), zone)
    file_problem, files = _files(form)
    if not problems and not form.text.errors and len(form.text.data or "") <= amending.MOST_TEXT:
        try:
            with act_now() as act:
                amending.save(
                    act,
                    own(ref),
                    text=form.text.data or "",
                    form=data,
                    affects_bids=bool(form.affects_bids.data),
                    files=files,
                )
        except Refusal as refused:
            _forget(files)
            if not refused.rule.startswith(("amendment.", "tender.")):
                raise
            problems = [one for one in refused.reasons if isinstance(one, Problem)]
            return _page(form, own(ref), queries.amendment_of(own(ref)), problems, refused=refused, status=422)
        if file_problem:
            form.document.errors = [file_problem]
            return _page(form, own(ref), queries.amendment_of(own(ref)), status=422)
        flash(gettext("Saved. Nothing of it is public yet."), "ok")
        return redirect(url_for("tender.amend", ref=ref, _anchor="difference"), 303)
    _forget(files)
    if len(form.text.data or "") > amending.MOST_TEXT:
        problems.append(Problem("amendment.text_too_long", "/text", {"most": amending.MOST_TEXT}))
    return _page(form, own(ref), queries.amendment_of(own(ref)), problems, status=422)


def _decide(ref: str, form: PublishForm, reason: ReasonForm) -> Refusal | None:
    """Publish, or give back with a reason; return what refused."""
    zone = current_app.config["SETTINGS"].time_zone
    if request.form.get("do") == "return":
        if not reason.validate():
            return None
        with act_now() as act:
            amending.give_back(act, _waiting(own(ref)), reason.reason.data or "")
        flash(gettext("Returned to its officer."), "ok")
        return None
    if not form.validate():
        return None
    typed = (form.closes_at.data or "").strip()
    closes_at = moment_of(typed, zone) if typed else None
    if typed and closes_at is None:
        form.closes_at.errors = [sentence("draft.moment", {})]
        return None
    try:
        with act_now() as act:
            amending.publish(act, _waiting(own(ref)), closes_at=closes_at)
    except Refusal as refused:
        if not refused.rule.startswith(("amendment.", "tender.", "document.")):
            raise
        return refused
    flash(gettext("The amendment was signed and published."), "ok")
    return None


def _rearranged(form: AmendmentForm, tender: Tender, asked: str) -> AmendmentForm:
    """Return the form with a row added or taken away, and everything that was typed. Lots stay as they are."""
    given, words = dict(form.data), asked.split("-")
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < 4]
    verb, what = words[0], words[1] if len(words) > 1 else ""
    try:
        if what == "criterion":
            criterion_page.rearrange(given["criteria"], verb, numbers[0] if numbers else None)
        elif verb == "add" and what == "item" and len(given["lots"][numbers[0]]["items"]) <= MOST_ITEMS:
            given["lots"][numbers[0]]["items"].append({})
        elif verb == "drop" and what == "item":
            del given["lots"][numbers[0]]["items"][numbers[1]]
        elif verb == "later":
            zone = current_app.config["SETTINGS"].time_zone
            given["closes_at"] = moment_text(amended.suggested_deadline(tender, now()), zone) or given["closes_at"]
    except IndexError:
        # The row is gone already, as after a second press of the same button.
        pass
    return made(given, current(tender.documents), fresh=True)


def _page(
    form: AmendmentForm,
    tender: Tender,
    found: Amendment | None,
    problems: list[Problem] | None = None,
    *,
    refused: Refusal | None = None,
    status: int = 200,
) -> Any:
    told = []
    for one in problems or []:
        words, field = sentence(one.rule, dict(one.facts)), field_at(form, one.pointer)
        told.append((anchor_of(one.pointer), words))
        if field is not None:
            field.errors = [*field.errors, words]
    rules = law.rule_set_of(tender)
    has_rule = amended.RULE in rules
    page = render_template(
        "tender/amend.html",
        tender=tender,
        form=form,
        amending=True,
        found=found,
        faults=told,
        change=_change(tender, found) if found is not None else None,
        documents=current(tender.documents),
        suggested=amended.suggested_deadline(tender, now()),
        rule_title=rules.rule(amended.RULE).title(language()) if has_rule else "",
        article=rules.rule(amended.RULE).cite(language()) if has_rule else "",
        weights=criterion_page.weights(form),
        pieces=(),
        criterion_previews=criterion_page.previews(form, language()),
        policy_hints=policy_fields.hints(rules, tender.category),
        policy_previews=list(policy_fields.previews(form.policies.form)),
        stage_name="",
        most=intake.most(),
        bare=FlaskForm(),
        **_refusal(refused),
    )
    return page, status


def _review(tender: Tender, form: PublishForm, reason: ReasonForm, refused: Refusal | None) -> Any:
    found = _waiting(tender)
    zone = current_app.config["SETTINGS"].time_zone
    proposed, suggested = amended.form_kept(found)["closes_at"], amended.suggested_deadline(tender, now())
    if not form.is_submitted():
        # The time that the law asks for runs from the publication, so that it may have grown since the proposal.
        form.closes_at.data = moment_text(max(proposed, suggested or proposed), zone)
    page = render_template(
        "tender/amend_review.html",
        tender=tender,
        found=found,
        change=_change(tender, found),
        form=form,
        reason=reason,
        may_decide=Right.APPROVE in visitor().rights,
        is_author=_is_author(found),
        proposed=proposed,
        **_refusal(refused),
    )
    return page, refused.status if refused is not None else 422 if form.errors or reason.errors else 200


def _change(tender: Tender, found: Amendment) -> dict[str, Any]:
    """Return what a saved change alters, in words."""
    form = amended.form_kept(found)
    listed = amended.changes_of(tender, form, found.files)
    return {
        "list": changed.shown(one for one in listed if one.pointer != "/tender/closes_at"),
        "closes_at": form["closes_at"],
        "moves": form["closes_at"] != tender.closes_at,
        "affects": found.affects_bids,
    }


def _refusal(refused: Refusal | None) -> dict[str, Any]:
    if refused is None:
        return {"refused": None, "refused_words": "", "reasons": []}
    reasons = [one.sentence(language()) for one in refused.reasons if hasattr(one, "sentence")]
    return {"refused": refused, "refused_words": sentence(refused.rule, refused.facts), "reasons": reasons}


def _given(tender: Tender, found: Amendment | None) -> dict[str, Any]:
    zone = current_app.config["SETTINGS"].time_zone
    if found is None:
        return shown_as(form_of(tender), "", False, zone)
    return shown_as(amended.form_kept(found), found.text, found.affects_bids, zone)


def _files(form: AmendmentForm) -> tuple[str, list[dict[str, Any]]]:
    """Store the file that came with the form; return what is wrong with it, or the document that waits."""
    if not form.document.data:
        return "", []
    try:
        taken = intake.stored(form.document.data)
    except Refusal as refused:
        return sentence(refused.rule, refused.facts), []
    return "", [amending.waiting_file(form.replaces.data or "", form.document_title.data or "", **taken)]


def _take_back(ref: str, place: str) -> None:
    with act_now() as act:
        key = amending.take_back(act, _waiting(own(ref)), int(place) if place.isdecimal() and len(place) < 4 else -1)
    intake.store().remove(key)


def _forget(files: list[dict[str, Any]]) -> None:
    for one in files:
        intake.store().remove(one["storage_key"])


def _waiting(tender: Tender) -> Amendment:
    found = queries.amendment_of(tender)
    if found is None:
        raise Refusal("amendment.none", 404)
    return found


def _is_author(found: Amendment) -> bool:
    account = visitor().account
    return account is not None and account.id in (found.created_by_id, found.changed_by_id)
