"""All reads of identity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from foundation.database import db
from foundation.errors import Refusal
from identity import tokens
from identity.models import Account, Invitation, LoginSession, Membership, Organisation
from identity.rights import KEEPERS, Role


def normal_email(email: str) -> str:
    """Return an address as it is kept and compared: trimmed and in lower case."""
    return email.strip().lower()


def normal_number(number: str) -> str:
    """Return an organisation's number as it is kept and compared: without spaces, in upper case."""
    return "".join(number.split()).upper()


def account_by_ref(ref: str) -> Account:
    """Return an account, or refuse with 404 ``account.unknown``."""
    found = db.session.execute(select(Account).where(Account.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("account.unknown", 404, ref=ref)
    return found


def account_by_email(email: str) -> Account | None:
    """Return the account of an address, if there is one."""
    return db.session.execute(select(Account).where(Account.email == normal_email(email))).scalar_one_or_none()


def organisation_by_ref(ref: str) -> Organisation:
    """Return an organisation, or refuse with 404 ``organisation.unknown``."""
    found = db.session.execute(select(Organisation).where(Organisation.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("organisation.unknown", 404, ref=ref)
    return found


def organisations(kind: str = "") -> list[Organisation]:
    """Return organisations by reference, of one kind or of all."""
    wanted = select(Organisation).order_by(Organisation.ref)
    if kind:
        wanted = wanted.where(Organisation.kind == kind)
    return list(db.session.execute(wanted).scalars())


def claims(*, most: int = 200) -> list[Organisation]:
    """Return the claims that wait for an inspector, oldest first."""
    wanted = (
        select(Organisation)
        .where(Organisation.state == "claimed", Organisation.kind != "platform")
        .order_by(Organisation.id)
        .limit(most)
    )
    return list(db.session.execute(wanted).scalars())


def holder_of_number(number: str) -> Organisation | None:
    """Return the organisation that is verified under a number. For inspectors' eyes only."""
    wanted = select(Organisation).where(Organisation.number == normal_number(number))
    return db.session.execute(wanted).scalar_one_or_none() if number else None


def suppliers_known_as(words: str, *, most: int = 5) -> list[Organisation]:
    """Return the verified suppliers with this number, reference or full name; for those who may name one."""
    known = or_(Organisation.number == normal_number(words), Organisation.ref == words, Organisation.name == words)
    wanted = select(Organisation).where(Organisation.kind == "supplier", Organisation.state == "verified", known)
    return list(db.session.execute(wanted.order_by(Organisation.ref).limit(most)).scalars())


def memberships(account: Account) -> list[Membership]:
    """Return an account's present memberships, oldest first."""
    return list(
        db.session.execute(
            select(Membership)
            .where(Membership.account_id == account.id, Membership.ended_at.is_(None))
            .options(joinedload(Membership.organisation))
            .order_by(Membership.id)
        ).scalars()
    )


def members(organisation: Organisation) -> list[Membership]:
    """Return an organisation's present memberships, oldest first."""
    return list(
        db.session.execute(
            select(Membership)
            .where(Membership.organisation_id == organisation.id, Membership.ended_at.is_(None))
            .options(joinedload(Membership.account))
            .order_by(Membership.id)
        ).scalars()
    )


def accounts(role: Role | str = "") -> list[Account]:
    """Return active accounts by reference, all or those with a present membership of this role."""
    wanted = select(Account).where(Account.is_active).order_by(Account.ref)
    if role:
        has_role = select(Membership.account_id).where(
            Membership.role == Role(role).value, Membership.ended_at.is_(None)
        )
        wanted = wanted.where(Account.id.in_(has_role))
    return list(db.session.execute(wanted).scalars())


def experts() -> list[Account]:
    """Return the accounts that may be called to a panel."""
    return accounts(Role.EXPERT)


def membership_by_id(key: int) -> Membership:
    """Return a membership by the key that an act of this request gave."""
    return db.session.get_one(Membership, key)


def membership_of(organisation: Organisation, account_ref: str, role: str) -> Membership:
    """Return a present membership, or refuse with 404 ``membership.unknown``."""
    for found in members(organisation):
        if found.account.ref == account_ref and found.role == role:
            return found
    raise Refusal("membership.unknown", 404)


def is_last_of_role(membership: Membership) -> bool:
    """Tell whether nobody else in the organisation holds this role, where the role must not fall empty."""
    if Role(membership.role) not in KEEPERS:
        return False
    left = db.session.execute(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.role == membership.role,
            Membership.ended_at.is_(None),
        )
    ).scalar_one()
    return left <= 1


def invitation_by_token(token: str) -> Invitation:
    """Return the invitation of a link, or refuse with 404 ``link.unknown``."""
    found = db.session.execute(
        select(Invitation)
        .where(Invitation.token_digest == tokens.digest(token))
        .options(joinedload(Invitation.organisation))
    ).scalar_one_or_none()
    if found is None:
        raise Refusal("link.unknown", 404)
    return found


def open_invitations(organisation: Organisation, now: datetime) -> list[Invitation]:
    """Return the invitations that still wait for an answer, oldest first."""
    return list(
        db.session.execute(
            select(Invitation)
            .where(
                Invitation.organisation_id == organisation.id,
                Invitation.accepted_at.is_(None),
                Invitation.expires_at > now,
            )
            .order_by(Invitation.id)
        ).scalars()
    )


def invitation_by_handle(organisation: Organisation, handle: str, now: datetime) -> Invitation:
    """Return an open invitation by the first characters of its digest, or refuse with 404 ``link.unknown``."""
    for found in open_invitations(organisation, now):
        if found.token_digest[:16] == handle:
            return found
    raise Refusal("link.unknown", 404)


def demand_open(invitation: Invitation, now: datetime) -> None:
    """Refuse with 409 ``link.used`` or ``link.expired`` where an invitation waits no longer."""
    if invitation.accepted_at is not None:
        raise Refusal("link.used", 409)
    if invitation.expires_at <= now:
        raise Refusal("link.expired", 409)


def sessions(account: Account, since: datetime) -> list[LoginSession]:
    """Return an account's running sessions, seen after `since`, newest first."""
    return list(
        db.session.execute(
            select(LoginSession)
            .where(
                LoginSession.account_id == account.id,
                LoginSession.revoked_at.is_(None),
                LoginSession.seen_at > since,
            )
            .options(joinedload(LoginSession.membership).joinedload(Membership.organisation))
            .order_by(LoginSession.id.desc())
        ).scalars()
    )
