"""The operator's console: whether the machine is well, and mails where no SMTP is set. Nothing of any tender."""

from __future__ import annotations

import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select, text

from foundation.database import db
from foundation.errors import HouseFault, Refusal
from foundation.mail import MOST_TRIES
from foundation.models import OutboxMail
from foundation.scheduler import LEADER_LOCK
from foundation.storage import LEAST_FREE
from identity import letters, operations, queries
from identity.door import blueprint, now
from identity.forms import KIND_NAMES, ROLE_NAMES, NewOrganisationForm, typed
from identity.guard import act_now, open_to
from identity.rights import Right, Role
from supervision.trail import queries as trail
from supervision.trail.models import Checkpoint

log = logging.getLogger("sunseal")

# What the first member of a new organisation becomes.
FIRST_ROLES = {"authority": Role.APPROVER, "supervisor": Role.INSPECTOR}
SHOWN_MAILS = 50


@blueprint.get("/operator")
@open_to(Right.OPERATE)
def operator() -> Any:
    """Show clock, disk, trail, duties and mails."""
    settings = current_app.config["SETTINGS"]
    mails = [] if settings.smtp_url else _mails()
    return render_template(
        "identity/operator.html",
        settings=settings,
        clock=_clock(),
        disk=_disk(settings.instance),
        tip=trail.tip(),
        checkpoint=_last_checkpoint(),
        duties=_duties(settings.instance),
        mails=[(mail, _handles().dumps(mail.id)) for mail in mails],
        waiting=_count(OutboxMail.sent_at.is_(None), OutboxMail.tries < MOST_TRIES),
        failed=_count(OutboxMail.sent_at.is_(None), OutboxMail.tries >= MOST_TRIES),
        organisations=[each for kind in ("authority", "supervisor") for each in queries.organisations(kind)],
        kind_names=KIND_NAMES,
    )


@blueprint.post("/operator/mails/<handle>")
@open_to(Right.OPERATE)
def mail(handle: str) -> Any:
    """Show one mail's text. Reading what was written to a person is itself an act."""
    if current_app.config["SETTINGS"].smtp_url:
        raise Refusal("mail.sent_out", 409)
    try:
        key = int(_handles().loads(handle))
    except (BadSignature, ValueError, TypeError) as error:
        raise Refusal("mail.unknown", 404) from error
    with act_now() as act:
        found = db.session.get(OutboxMail, key)
        if found is None:
            raise Refusal("mail.unknown", 404)
        reader = queries.account_by_email(found.to)
        act.record("mail.read", operations.subject_of(reader) if reader is not None else "mail/invitation")
    return render_template("identity/mail.html", found=db.session.get_one(OutboxMail, key))


@blueprint.route("/operator/organisations", methods=["GET", "POST"])
@open_to(Right.OPERATE)
def new_organisation() -> Any:
    """Create an authority or a supervising body and invite its first member."""
    form = NewOrganisationForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        role = FIRST_ROLES[typed(form.kind)]
        try:
            with act_now() as act:
                made = operations.create_organisation(
                    act, kind=typed(form.kind), name=typed(form.name), number=typed(form.number), verified=True
                )
                token = operations.invite(act, made, typed(form.email), role, by=None)
                name = made.name
        except Refusal as refusal:
            if not refusal.rule.startswith("organisation."):
                raise
            form.refuse(refusal, form.number)
        else:
            letters.invitation(queries.normal_email(typed(form.email)), name, ROLE_NAMES[role], token)
            flash(gettext("The organisation was created and its first member invited."), "ok")
            return redirect(url_for("identity.operator"), 303)
    return render_template("identity/new_organisation.html", form=form), status


def _handles() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="console-mail")


def _mails() -> list[OutboxMail]:
    wanted = select(OutboxMail).order_by(OutboxMail.id.desc()).limit(SHOWN_MAILS)
    return list(db.session.execute(wanted).scalars())


def _count(*conditions: Any) -> int:
    wanted = select(func.count()).select_from(OutboxMail).where(*conditions)
    return int(db.session.execute(wanted).scalar_one())


def _clock() -> dict[str, Any]:
    """Return the moment acts would have now, whether they are refused, and how far the process's clock is away."""
    clock = current_app.extensions["clock"]
    process = now()
    try:
        decides: datetime = clock.moment_of_act(db.session.connection())
    except HouseFault:
        return {"now": process, "refused": True, "offset": 0.0}
    return {"now": decides, "refused": False, "offset": abs((decides - process).total_seconds())}


def _disk(folder: Path) -> dict[str, Any]:
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    return {"free": free / 2**30, "whole": room.f_blocks * room.f_frsize / 2**30, "is_short": free < 4 * LEAST_FREE}


def _last_checkpoint() -> Checkpoint | None:
    return db.session.execute(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).scalar_one_or_none()


def _duties(instance: Path) -> dict[str, Any]:
    """Return the duties and whether a process rings them."""
    names = [duty.__module__.removesuffix(".duties") for duty in current_app.extensions.get("duties", [])]
    return {"names": sorted(set(names)), "count": len(names), "is_rung": _is_rung(instance)}


def _is_rung(instance: Path) -> bool | None:
    """Tell whether some process holds the lock of whoever rings the duties; None where this cannot be seen."""
    if "scheduler" in current_app.extensions:
        return True
    if db.engine.dialect.name == "postgresql":
        held = db.session.execute(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted"),
            {"key": LEADER_LOCK},
        ).scalar_one()
        if held:
            return True
    try:
        inode = (instance / "scheduler.lock").stat().st_ino
        return any(f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())
    except FileNotFoundError:
        return False
    except OSError:
        return None
