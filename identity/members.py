"""Pages about organisations: the own one with its members and invitations, and the inspector's claims."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from foundation.errors import Refusal
from foundation.web import sentence
from identity import letters, numbers, operations, queries
from identity.door import blueprint, now
from identity.forms import KIND_NAMES, ROLE_NAMES, SIZES, InviteForm, OrganisationForm, RefuseClaimForm, typed
from identity.guard import act_now, open_to, visitor
from identity.lifecycle import ORGANISATION
from identity.models import Organisation
from identity.rights import GRANTS, Right, Role


def _own() -> Organisation:
    """Return the visitor's organisation; the guard lets nobody else come here."""
    found = visitor().organisation
    if found is None:
        raise Refusal("door.not_yours", 403)
    return found


def _grants() -> frozenset[Role]:
    return GRANTS.get(visitor().role, frozenset())


@blueprint.route("/members", methods=["GET", "POST"])
@open_to(Right.INVITE)
def members() -> Any:
    """Show the own organisation and its members; invite another."""
    form = InviteForm().offer(_grants())
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        role = Role(typed(form.role))
        with act_now() as act:
            token = operations.invite(act, _own(), typed(form.email), role, by=visitor().account)
            name = _own().name
        letters.invitation(queries.normal_email(typed(form.email)), name, ROLE_NAMES[role], token)
        flash(gettext("The invitation is on its way."), "ok")
        return redirect(url_for("identity.members"), 303)
    own = _own()
    return render_template(
        "identity/members.html",
        form=form,
        own=own,
        members=queries.members(own),
        invitations=queries.open_invitations(own, now()),
        grants={role.value for role in _grants()},
        is_last=queries.is_last_of_role,
        role_names={role.value: name for role, name in ROLE_NAMES.items()},
        kind_names=KIND_NAMES,
        size=dict(SIZES).get(own.enterprise_size, ""),
    ), status


@blueprint.post("/members/<ref>/<role>/end")
@open_to(Right.INVITE)
def end_member(ref: str, role: str) -> Any:
    """End a membership in the own organisation."""
    try:
        with act_now() as act:
            found = queries.membership_of(_own(), ref, role)
            if Role(found.role) not in _grants():
                raise Refusal("membership.not_yours_to_give", 403)
            operations.end_membership(act, found)
    except Refusal as refusal:
        if refusal.rule != "membership.last":
            raise
        flash(sentence(refusal.rule, refusal.facts), "bad")
    return redirect(url_for("identity.members"), 303)


@blueprint.post("/members/invitations/<handle>/cancel")
@open_to(Right.INVITE)
def cancel_invitation(handle: str) -> Any:
    """Take an invitation of the own organisation back."""
    with act_now() as act:
        found = queries.invitation_by_handle(_own(), handle, act.now)
        if Role(found.role) not in _grants():
            raise Refusal("membership.not_yours_to_give", 403)
        operations.cancel_invitation(act, found)
    return redirect(url_for("identity.members"), 303)


@blueprint.route("/members/organisation", methods=["GET", "POST"])
@open_to(Right.INVITE)
def organisation() -> Any:
    """Change the details of the own organisation; a refused claim is made again."""
    own = _own()
    form = OrganisationForm(
        name=own.name,
        number=own.number or own.claimed_number,
        address=own.address,
        contact=own.contact,
        phone=own.phone,
        enterprise_size=own.enterprise_size,
    )
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with act_now() as act:
                operations.change_organisation(
                    act,
                    _own(),
                    name=typed(form.name),
                    number=typed(form.number),
                    address=typed(form.address),
                    contact=typed(form.contact),
                    phone=typed(form.phone),
                    enterprise_size=typed(form.enterprise_size),
                )
            flash(gettext("The details were saved."), "ok")
            return redirect(url_for("identity.members"), 303)
        except Refusal as refusal:
            if refusal.rule != "organisation.is_verified":
                raise
            form.refuse(refusal, form.number)
    return render_template("identity/organisation.html", form=form, own=_own()), status


@blueprint.get("/organisations")
@open_to(Right.VERIFY_ORGANISATION)
def claims() -> Any:
    """List the organisations whose number waits for verification."""
    return render_template(
        "identity/claims.html", claims=queries.claims(), holder=queries.holder_of_number, kind_names=KIND_NAMES
    )


@blueprint.route("/organisations/<ref>", methods=["GET", "POST"])
@open_to(Right.VERIFY_ORGANISATION)
def claim(ref: str) -> Any:
    """Show one claim; refuse it with a reason. Verifying has a button of its own."""
    form = RefuseClaimForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        with act_now() as act:
            operations.refuse_organisation(act, queries.organisation_by_ref(ref), typed(form.reason))
        _tell(ref)
        flash(gettext("The claim was refused."), "ok")
        return redirect(url_for("identity.claims"), 303)
    found = queries.organisation_by_ref(ref)
    holder = queries.holder_of_number(found.claimed_number)
    return render_template(
        "identity/claim.html",
        form=form,
        found=found,
        holder=holder if holder != found else None,
        may=ORGANISATION.offered(found, visitor().rights),
        check=numbers.check(found.claimed_number),
        kind_names=KIND_NAMES,
        size=dict(SIZES).get(found.enterprise_size, ""),
        members=queries.members(found),
    ), status


@blueprint.post("/organisations/<ref>/verify")
@open_to(Right.VERIFY_ORGANISATION)
def verify_claim(ref: str) -> Any:
    """Bind the number to the organisation."""
    with act_now() as act:
        operations.verify_organisation(act, queries.organisation_by_ref(ref))
    _tell(ref)
    flash(gettext("The organisation is verified."), "ok")
    return redirect(url_for("identity.claims"), 303)


def _tell(ref: str) -> None:
    found = queries.organisation_by_ref(ref)
    for member in queries.members(found):
        letters.claim_decided(member.account, found.refusal_reason)
