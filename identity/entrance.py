"""Pages without login: sign in and out, register, confirm an address, set a new password, accept an invitation.

No answer here tells whether an address has an account.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from foundation.errors import Refusal
from identity import carrying, letters, operations, passwords, queries, sessions, tokens
from identity.door import blueprint, device_of, even_time, let_in, let_out, local_path, now
from identity.forms import ROLE_NAMES, AcceptForm, AskResetForm, LogInForm, RegisterForm, ResetForm, typed
from identity.guard import Visitor, act_now, open_to, visitor
from identity.models import Account, Membership
from identity.rights import Right, Role


@blueprint.route("/login", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def log_in() -> Any:
    """Sign in."""
    target = local_path(request.args.get("next", ""))
    if visitor().account is not None and request.method == "GET":
        return redirect(target or url_for("identity.account"))
    form = LogInForm()
    status = 200
    if form.validate_on_submit():
        try:
            account = _enter(form)
        except Refusal as refusal:
            form.refuse(refusal)
            account = None
        if account is not None:
            places = queries.memberships(account)
            if places:
                answer = let_in(places[0], target)
                return _with_carried(answer, places[0], target) if request.form.get("carried") else answer
            form.form_errors.append(gettext("Your account belongs to no organisation any more. Ask to be invited."))
        status = 422
    elif form.is_submitted():
        status = 422
    page = "identity/carry.html" if request.form.get("carried") else "identity/log_in.html"
    return render_template(page, form=form, target=target, carried=request.form.get("carried", "")), status


def _with_carried(answer: Answer, place: Membership, target: str) -> Answer:
    """Turn the way back into a page that holds what was typed before the session had ended."""
    fields = carrying.read(request.form["carried"])
    if not fields or not target:
        return answer
    g.visitor = Visitor(Role(place.role), place.account, place)
    answer.status_code = 200
    del answer.headers["Location"]
    answer.set_data(render_template("identity/carried.html", carried=fields, target=target))
    return answer


def _enter(form: LogInForm) -> Account | None:
    """Return the account that may come in, or leave the one sentence about it in the form."""
    moment, secret = now(), current_app.config["SECRET_KEY"]
    email = queries.normal_email(typed(form.email))
    account = queries.account_by_email(email)
    # The stranger's browser and the known one are counted apart, by digests that name nobody.
    counted = sessions.failure_key(secret, email, device_of(account.ref if account is not None else ""))
    wait = sessions.wait_until(counted, moment)
    if wait is not None:
        g.wait_until = wait
        form.form_errors.append(
            gettext(
                "There were several failed tries for this address. Further tries are possible in %(minutes)s "
                "minutes; with a new password by mail at once.",
                minutes=max(1, -(-int((wait - moment).total_seconds()) // 60)),
            )
        )
        return None
    # Counted before the slow check and forgotten after it, so that many tries at once are not one.
    sessions.note_failure(counted, moment)
    stored = account.password_hash if account is not None and account.is_active else ""
    if not passwords.is_right(stored, typed(form.password)) or account is None:
        form.form_errors.append(gettext("Address and password do not match. Check both and try again."))
        return None
    sessions.forget_failures(counted)
    if account.email_verified_at is None:
        letters.confirm_email(account, moment)
        form.form_errors.append(gettext("Confirm your address first: open the link in the mail we have sent you."))
        return None
    if passwords.is_outdated(stored):
        account = _rehash(account.ref, typed(form.password))
    return account


def _rehash(ref: str, password: str) -> Account:
    better = passwords.hashed(password)
    with act_now() as act:
        operations.rehash_password(act, queries.account_by_ref(ref), better)
    return queries.account_by_ref(ref)


@blueprint.post("/logout")
@open_to(Right.READ_PUBLIC)
def log_out() -> Any:
    """Sign out; the session ends on the server too."""
    who = visitor()
    if who.account is not None and who.session is not None:
        sessions.end(who.account.id, now(), only=who.session.id)
    return let_out(redirect(url_for("identity.log_in"), 303))


@blueprint.route("/register", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def register() -> Any:
    """Register a supplier, free of charge."""
    form = RegisterForm()
    if not form.validate_on_submit():
        return render_template("identity/register.html", form=form), 422 if form.is_submitted() else 200
    with even_time():
        try:
            _register(form)
        except Refusal as refusal:
            form.refuse(refusal)
            return render_template("identity/register.html", form=form), 422
    return redirect(url_for("identity.mail_sent", why="register"), 303)


def _register(form: RegisterForm) -> None:
    password = passwords.hashed(typed(form.password))
    known = queries.account_by_email(typed(form.email))
    if known is None:
        try:
            with act_now() as act:
                # The visitor may be logged in under another account; the new one begins by itself all the same.
                ref = operations.register_supplier(
                    act,
                    email=typed(form.email),
                    name=typed(form.name),
                    password=password,
                    organisation=typed(form.organisation),
                    number=typed(form.number),
                    address=typed(form.address),
                    phone=typed(form.phone),
                    enterprise_size=typed(form.enterprise_size),
                    locale=g.get("tongue", ""),
                ).ref
            letters.confirm_email(queries.account_by_ref(ref), now())
            return
        except Refusal as refusal:
            if refusal.rule != "account.email_taken":
                raise
        known = queries.account_by_email(typed(form.email))
    if known is not None and known.is_active:
        letters.set_password(known, now(), registering=True)


@blueprint.get("/mail-sent/<why>")
@open_to(Right.READ_PUBLIC)
def mail_sent(why: str) -> Any:
    """Say that a mail has left if it could, and what to do next: the same words for every address."""
    if why not in ("register", "forgot"):
        raise Refusal("page.not_found", 404)
    return render_template("identity/mail_sent.html", why=why)


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def confirm(token: str) -> Any:
    """Confirm an address. The link shows a button first, because mail filters open links by themselves."""
    if request.method == "GET":
        tokens.look(token, "email", now())
        return render_template("identity/confirm.html", done=False)
    with act_now() as act:
        operations.verify_email(act, token)
    return render_template("identity/confirm.html", done=True)


@blueprint.route("/forgot", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def forgot() -> Any:
    """Ask for a link that sets a new password."""
    form = AskResetForm()
    if not form.validate_on_submit():
        return render_template("identity/forgot.html", form=form), 422 if form.is_submitted() else 200
    with even_time():
        account = queries.account_by_email(typed(form.email))
        if account is not None and account.is_active:
            letters.set_password(account, now())
    return redirect(url_for("identity.mail_sent", why="forgot"), 303)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def reset(token: str) -> Any:
    """Set a new password by link; every session ends."""
    tokens.look(token, "password", now())
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("identity/reset.html", form=form, done=False), 422 if form.is_submitted() else 200
    password = passwords.hashed(typed(form.password))
    with act_now() as act:
        account = operations.reset_password(act, token, password)
        ref, email = account.ref, account.email
    sessions.forget_failures(sessions.failure_key(current_app.config["SECRET_KEY"], email))
    letters.password_changed(queries.account_by_ref(ref))
    return render_template("identity/reset.html", form=form, done=True)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def invitation(token: str) -> Any:
    """Accept an invitation: with the account that has the invited address, or with a new one."""
    found = queries.invitation_by_token(token)
    queries.demand_open(found, now())
    known = queries.account_by_email(found.email)
    form = AcceptForm()
    is_mine = visitor().account is not None and visitor().account == known
    shown = {
        "form": form,
        "invited": found,
        "role": ROLE_NAMES[Role(found.role)],
        "has_account": known is not None,
        "is_mine": is_mine,
    }
    # Whoever has an account for the invited address proves it by signing in; only then a button is enough.
    if known is not None and (not is_mine or request.method == "GET"):
        return render_template("identity/invitation.html", **shown), 200 if request.method == "GET" else 403
    password = None
    if known is None:
        if not form.validate_on_submit():
            return render_template("identity/invitation.html", **shown), 422 if form.is_submitted() else 200
        password = passwords.hashed(typed(form.password))
    with act_now() as act:
        account = visitor().account if is_mine else None
        place = operations.accept_invitation(act, token, account=account, name=typed(form.name), password=password)
        place_id = place.id
    return let_in(queries.membership_by_id(place_id))
