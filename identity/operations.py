"""All recorded changes of identity. Entries hold references and salted digests, never a name or an address."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from foundation.errors import Refusal
from foundation.references import next_ref
from identity import passwords, queries, tokens
from identity.lifecycle import ORGANISATION
from identity.models import Account, Invitation, LoginSession, Membership, Organisation
from identity.passwords import Hashed
from identity.rights import ROLES_OF_KIND, Role
from supervision.trail.act import Act
from supervision.trail.blinding import commit

INVITATION_LASTS = timedelta(days=7)


def create_organisation(
    act: Act,
    *,
    kind: str,
    name: str,
    number: str = "",
    address: str = "",
    contact: str = "",
    phone: str = "",
    enterprise_size: str = "",
    verified: bool = False,
) -> Organisation:
    """Create an organisation; `kind` is a key of `ROLES_OF_KIND`. Its number stays a claim unless `verified`."""
    if kind not in ROLES_OF_KIND:
        raise Refusal("organisation.no_such_kind", kind=kind)
    made = Organisation(
        ref=next_ref(act.session, "O"),
        kind=kind,
        name=name.strip(),
        claimed_number=queries.normal_number(number),
        state=ORGANISATION.first,
        refusal_reason="",
        address=address.strip(),
        contact=contact.strip(),
        phone=phone.strip(),
        enterprise_size=enterprise_size,
        salt=commit("").salt,
        created_at=act.now,
    )
    act.session.add(made)
    act.session.flush()
    act.record("organisation.create", subject_of(made), {"kind": kind, "details": digest_of_organisation(made)})
    if verified:
        verify_organisation(act, made)
    return made


def platform(act: Act) -> Organisation:
    """Return the organisation of those who run the machine; the first command creates it."""
    found = queries.organisations("platform")
    return found[0] if found else create_organisation(act, kind="platform", name="Sunseal", verified=False)


def verify_organisation(act: Act, organisation: Organisation) -> None:
    """Bind the claimed number to the organisation. Refuses where another is verified under it."""
    ORGANISATION.make(
        act,
        organisation,
        "verify",
        subject_of(organisation),
        {"details": digest_of_organisation(organisation)},
    )
    organisation.number = organisation.claimed_number
    organisation.verified_at = act.now
    organisation.refusal_reason = ""
    act.session.flush()


def refuse_organisation(act: Act, organisation: Organisation, reason: str) -> None:
    """Refuse the claim with a reason, which its members read; they may correct it and claim again."""
    if not reason.strip():
        raise Refusal("organisation.reason_missing")
    ORGANISATION.make(
        act, organisation, "refuse", subject_of(organisation), {"details": digest_of_organisation(organisation)}
    )
    organisation.refusal_reason = reason.strip()


def change_organisation(
    act: Act,
    organisation: Organisation,
    *,
    name: str,
    number: str,
    address: str,
    contact: str,
    phone: str,
    enterprise_size: str,
) -> None:
    """Change the details. Name and number of a verified organisation stay; of another they are a new claim."""
    claim = (name.strip(), queries.normal_number(number))
    is_new_claim = claim != (organisation.name, organisation.claimed_number)
    if is_new_claim and organisation.state == "verified":
        raise Refusal("organisation.is_verified", 409)
    organisation.name, organisation.claimed_number = claim
    organisation.address, organisation.contact, organisation.phone = address.strip(), contact.strip(), phone.strip()
    organisation.enterprise_size = enterprise_size
    facts = {"details": digest_of_organisation(organisation)}
    if is_new_claim or organisation.state == "refused":
        ORGANISATION.make(act, organisation, "claim", subject_of(organisation), facts)
        organisation.refusal_reason = ""
    else:
        act.record("organisation.change", subject_of(organisation), facts)


def create_account(
    act: Act, *, email: str, name: str, password: str | Hashed, email_verified: bool = False, locale: str = ""
) -> Account:
    """Create an account. A password given as text is checked and hashed here, inside the act; pages hash before."""
    address = queries.normal_email(email)
    if isinstance(password, str):
        passwords.check(password, email=address, name=name)
        password = passwords.hashed(password)
    if queries.account_by_email(address) is not None:
        raise Refusal("account.email_taken", 409)
    made = Account(
        ref=next_ref(act.session, "A"),
        email=address,
        name=name.strip(),
        password_hash=password.text,
        email_verified_at=act.now if email_verified else None,
        locale=locale,
        is_active=True,
        salt=commit("").salt,
        created_at=act.now,
    )
    act.session.add(made)
    act.session.flush()
    act.record("account.create", subject_of(made), {"details": digest_of_account(made)})
    return made


def change_account(act: Act, account: Account, *, name: str, locale: str) -> None:
    """Change the person's name and the language of their mails."""
    account.name, account.locale = name.strip(), locale
    act.record("account.change", subject_of(account), {"details": digest_of_account(account)})


def verify_email(act: Act, token: str) -> Account:
    """Use a link of purpose ``email`` and return its account."""
    account = tokens.use(act, token, "email")
    if account.email_verified_at is None:
        account.email_verified_at = act.now
        act.record("account.verify_email", subject_of(account))
    return account


def reset_password(act: Act, token: str, password: Hashed) -> Account:
    """Use a link of purpose ``password``: set the password, end every session, and count the address as proven."""
    account = tokens.use(act, token, "password")
    account.email_verified_at = account.email_verified_at or act.now
    change_password(act, account, password, event="account.reset_password")
    return account


def change_password(
    act: Act,
    account: Account,
    password: Hashed,
    *,
    keep: LoginSession | None = None,
    event: str = "account.change_password",
) -> None:
    """Set a new password and end every session but `keep`."""
    account.password_hash = password.text
    _end_sessions(act, account, keep)
    tokens.void(act, account)
    act.record(event, subject_of(account))


def rehash_password(act: Act, account: Account, password: Hashed) -> None:
    """Keep the same password under the higher parameters of today."""
    account.password_hash = password.text
    act.record("account.rehash_password", subject_of(account))


def add_member(act: Act, account: Account, organisation: Organisation, role: Role | str) -> Membership:
    """Give an account a role in an organisation; a role that had ended begins again."""
    wanted = Role(role)
    if wanted not in ROLES_OF_KIND[organisation.kind]:
        raise Refusal("membership.role_of_kind", role=wanted.value, kind=organisation.kind)
    found = act.session.execute(
        select(Membership).where(
            Membership.account_id == account.id,
            Membership.organisation_id == organisation.id,
            Membership.role == wanted.value,
        )
    ).scalar_one_or_none()
    if found is not None and found.ended_at is None:
        raise Refusal("membership.exists", 409)
    if found is None:
        found = Membership(account=account, organisation=organisation, role=wanted.value, created_at=act.now)
        act.session.add(found)
    found.ended_at = None
    act.session.flush()
    act.record("membership.add", subject_of(organisation), {"account": account.ref, "role": wanted.value})
    return found


def end_membership(act: Act, membership: Membership) -> None:
    """End a membership and the sessions that run in it. The last one who can let others in stays."""
    if membership.ended_at is not None:
        raise Refusal("membership.ended", 409)
    if queries.is_last_of_role(membership):
        raise Refusal("membership.last", 409)
    membership.ended_at = act.now
    act.session.execute(
        update(LoginSession)
        .where(LoginSession.membership_id == membership.id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=act.now)
    )
    act.session.flush()
    act.record(
        "membership.end",
        subject_of(membership.organisation),
        {"account": membership.account.ref, "role": membership.role},
    )


def register_supplier(
    act: Act,
    *,
    email: str,
    name: str,
    password: str | Hashed,
    organisation: str,
    number: str = "",
    address: str = "",
    phone: str = "",
    enterprise_size: str = "",
    locale: str = "",
) -> Account:
    """Register a supplier free of charge: organisation, account and membership. The number stays a claim.

    A number that another organisation holds is taken in all the same, so that nobody learns from the answer that its
    owner is here; the inspector who reads the claim sees it.
    """
    account = create_account(act, email=email, name=name, password=password, locale=locale)
    made = create_organisation(
        act,
        kind="supplier",
        name=organisation,
        number=number,
        address=address,
        contact=name,
        phone=phone,
        enterprise_size=enterprise_size,
    )
    add_member(act, account, made, Role.SUPPLIER)
    return account


def invite(act: Act, organisation: Organisation, email: str, role: Role | str, *, by: Account | None) -> str:
    """Invite a person to a role and return the token of the link; only its digest is kept."""
    wanted = Role(role)
    if wanted not in ROLES_OF_KIND[organisation.kind]:
        raise Refusal("membership.role_of_kind", role=wanted.value, kind=organisation.kind)
    token = tokens.new()
    made = Invitation(
        organisation=organisation,
        email=queries.normal_email(email),
        role=wanted.value,
        token_digest=tokens.digest(token),
        invited_by_id=by.id if by is not None else None,
        created_at=act.now,
        expires_at=act.now + INVITATION_LASTS,
    )
    act.session.add(made)
    act.session.flush()
    act.record("invitation.create", subject_of(organisation), {"role": wanted.value})
    return token


def cancel_invitation(act: Act, invitation: Invitation) -> None:
    """Let an open invitation end now."""
    queries.demand_open(invitation, act.now)
    invitation.expires_at = act.now
    act.record("invitation.cancel", subject_of(invitation.organisation), {"role": invitation.role})


def accept_invitation(
    act: Act, token: str, *, account: Account | None = None, name: str = "", password: Hashed | None = None
) -> Membership:
    """Accept by link, with the account that has the invited address or with a new one. Proves the address."""
    invitation = queries.invitation_by_token(token)
    queries.demand_open(invitation, act.now)
    if account is None:
        if password is None:
            raise Refusal("invitation.other_address", 403)
        account = create_account(act, email=invitation.email, name=name, password=password, email_verified=True)
    elif account.email != invitation.email:
        raise Refusal("invitation.other_address", 403)
    account.email_verified_at = account.email_verified_at or act.now
    invitation.accepted_at = act.now
    act.record("invitation.accept", subject_of(invitation.organisation), {"account": account.ref})
    return add_member(act, account, invitation.organisation, invitation.role)


def erase_person(act: Act, account: Account) -> None:
    """Overwrite everything personal about an account. References in the trail stay and point to nobody.

    The salt goes too, so that the digests in the trail cannot be tried against a list of names. Refuses for the last
    officer, inspector or operator, who has to hand over first; the last person of a supplier may go.
    """
    for membership in queries.memberships(account):
        if membership.role != Role.SUPPLIER and queries.is_last_of_role(membership):
            raise Refusal("membership.last", 409)
    for membership in queries.memberships(account):
        others = [other for other in queries.members(membership.organisation) if other.account_id != account.id]
        if membership.organisation.contact == account.name or not others:
            membership.organisation.contact = membership.organisation.phone = ""
        membership.ended_at = act.now
    act.session.execute(update(Invitation).where(Invitation.email == account.email).values(email="erased"))
    account.name, account.email = "", f"{account.ref.lower()}@erased.invalid"
    account.password_hash = account.salt = account.locale = ""
    account.is_active = False
    _end_sessions(act, account, None)
    tokens.void(act, account)
    act.session.flush()
    act.record("account.erase", subject_of(account))


def subject_of(thing: Organisation | Account) -> str:
    """Return the thing in the trail's words."""
    return f"organisation/{thing.ref}" if isinstance(thing, Organisation) else f"account/{thing.ref}"


def digest_of_organisation(organisation: Organisation) -> str:
    """Return the salted digest of an organisation's details as they are now."""
    names = ("name", "claimed_number", "address", "contact", "phone", "enterprise_size")
    return commit({name: getattr(organisation, name) for name in names}, organisation.salt).digest


def digest_of_account(account: Account) -> str:
    """Return the salted digest of a person's details as they are now."""
    return commit({"email": account.email, "name": account.name, "locale": account.locale}, account.salt).digest


def _end_sessions(act: Act, account: Account, keep: LoginSession | None) -> None:
    act.session.execute(
        update(LoginSession)
        .where(
            LoginSession.account_id == account.id,
            LoginSession.revoked_at.is_(None),
            LoginSession.id != (keep.id if keep is not None else 0),
        )
        .values(revoked_at=act.now)
    )
