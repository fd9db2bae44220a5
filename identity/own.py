"""The account's own pages: profile, password, sessions, memberships, and closing the account."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.messages import COOKIE as LANGUAGE_COOKIE
from foundation.web import sentence
from identity import letters, operations, passwords, queries, sessions
from identity.door import blueprint, let_out, now, set_session_cookie
from identity.forms import KIND_NAMES, LANGUAGES, ROLE_NAMES, ChangePasswordForm, EraseForm, ProfileForm, typed
from identity.guard import IDLE, act_now, open_to, visitor
from identity.models import Account, LoginSession
from identity.rights import Right


def _own() -> tuple[Account, LoginSession]:
    """Return the visitor's account and session; the guard lets nobody else come here."""
    who = visitor()
    if who.account is None or who.session is None:
        raise Refusal("door.not_yours", 403)
    return who.account, who.session


@blueprint.get("/account")
@open_to(Right.KEEP_ACCOUNT)
def account() -> Any:
    """Show who one is here: person, memberships, sessions."""
    own, session = _own()
    return render_template(
        "identity/account.html",
        own=own,
        places=queries.memberships(own),
        present=visitor().membership,
        sessions=queries.sessions(own, now() - IDLE - sessions.SEEN_EVERY),
        this=session,
        handle=sessions.handle,
        role_names={role.value: name for role, name in ROLE_NAMES.items()},
        kind_names=KIND_NAMES,
        language=dict(LANGUAGES).get(own.locale or g.tongue, ""),
    )


@blueprint.route("/account/profile", methods=["GET", "POST"])
@open_to(Right.KEEP_ACCOUNT)
def profile() -> Any:
    """Change name and language of mails; the pages follow the same language from then on."""
    own, _session = _own()
    form = ProfileForm(name=own.name, locale=own.locale or g.tongue)
    if not form.validate_on_submit():
        return render_template("identity/profile.html", form=form), 422 if form.is_submitted() else 200
    with act_now() as act:
        operations.change_account(act, _own()[0], name=typed(form.name), locale=typed(form.locale))
    answer: Any = redirect(url_for("identity.account"), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, typed(form.locale), max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure
    )
    flash(gettext("Your profile was saved."), "ok")
    return answer


@blueprint.route("/account/password", methods=["GET", "POST"])
@open_to(Right.KEEP_ACCOUNT)
def password() -> Any:
    """Change the password; the other sessions end."""
    own, session = _own()
    form = ChangePasswordForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        if passwords.is_right(own.password_hash, typed(form.present)):
            made = passwords.hashed(typed(form.password))
            with act_now() as act:
                operations.change_password(act, own, made, keep=session)
            letters.password_changed(own)
            flash(gettext("Your password was changed. You are signed out everywhere else."), "ok")
            return redirect(url_for("identity.account"), 303)
        form.refuse(Refusal("password.wrong"), form.present)
    return render_template("identity/password.html", form=form), status


@blueprint.post("/account/sessions/<handle>/end")
@open_to(Right.KEEP_ACCOUNT)
def end_session(handle: str) -> Any:
    """End one of the own sessions, or with `others` all but this one."""
    own, session = _own()
    if handle == "others":
        sessions.end(own.id, now(), but=session.id)
    else:
        for found in queries.sessions(own, now() - sessions.KEPT):
            if sessions.handle(found) == handle:
                sessions.end(own.id, now(), only=found.id)
                if found.id == session.id:
                    return let_out(redirect(url_for("identity.log_in"), 303))
    return redirect(url_for("identity.account"), 303)


@blueprint.post("/account/membership")
@open_to(Right.KEEP_ACCOUNT)
def switch() -> Any:
    """Go on in another of the own memberships."""
    own, session = _own()
    wanted = request.form.get("place", "")
    for place in queries.memberships(own):
        if place_handle(place.organisation.ref, place.role) == wanted:
            answer: Any = redirect(url_for("identity.account"), 303)
            set_session_cookie(answer, sessions.switch(session.id, place.id))
            return answer
    raise Refusal("membership.unknown", 404)


def place_handle(organisation: str, role: str) -> str:
    """Return the public name of a membership of the visitor: reference and role."""
    return f"{organisation}/{role}"


@blueprint.post("/account/memberships/end")
@open_to(Right.KEEP_ACCOUNT)
def leave() -> Any:
    """Leave an organisation."""
    wanted = request.form.get("place", "")
    try:
        with act_now() as act:
            places = queries.memberships(_own()[0])
            found = [place for place in places if place_handle(place.organisation.ref, place.role) == wanted]
            if not found:
                raise Refusal("membership.unknown", 404)
            operations.end_membership(act, found[0])
    except Refusal as refusal:
        if refusal.rule != "membership.last":
            raise
        flash(sentence(refusal.rule, refusal.facts), "bad")
    return redirect(url_for("identity.account"), 303)


@blueprint.route("/account/erase", methods=["GET", "POST"])
@open_to(Right.KEEP_ACCOUNT)
def erase() -> Any:
    """Close the account and overwrite everything personal."""
    own, _session = _own()
    form = EraseForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            if not passwords.is_right(own.password_hash, typed(form.present)):
                raise Refusal("password.wrong")
            with act_now() as act:
                operations.erase_person(act, _own()[0])
            return let_out(redirect(url_for("identity.log_in"), 303))
        except Refusal as refusal:
            if refusal.rule not in ("password.wrong", "membership.last"):
                raise
            form.refuse(refusal, form.present if refusal.rule == "password.wrong" else None)
    return render_template("identity/erase.html", form=form), status
