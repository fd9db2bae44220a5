"""One table of role × right. A test compares it with what every endpoint answers to every role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is in an organisation. `PUBLIC` is anyone without a login."""

    PUBLIC = "public"
    OFFICER = "officer"
    APPROVER = "approver"
    SUPPLIER = "supplier"
    EXPERT = "expert"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Right(StrEnum):
    """What a role may do. Whose tender or bid it is, is checked by the room on top of the right."""

    READ_PUBLIC = "read_public"
    KEEP_ACCOUNT = "keep_account"
    DRAFT = "draft"
    APPROVE = "approve"
    READ_TENDER = "read_tender"
    BID = "bid"
    SCORE = "score"
    SUPERVISE = "supervise"
    AUDIT = "audit"
    READ_CASE = "read_case"
    VERIFY_ORGANISATION = "verify_organisation"
    INVITE = "invite"
    OPERATE = "operate"


_EVERYONE = frozenset({Right.READ_PUBLIC})
_MEMBER = _EVERYONE | {Right.KEEP_ACCOUNT}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.PUBLIC: _EVERYONE,
    Role.OFFICER: _MEMBER | {Right.DRAFT, Right.READ_TENDER, Right.INVITE},
    Role.APPROVER: _MEMBER | {Right.APPROVE, Right.READ_TENDER, Right.INVITE},
    Role.SUPPLIER: _MEMBER | {Right.BID, Right.INVITE},
    Role.EXPERT: _MEMBER | {Right.SCORE},
    Role.INSPECTOR: _MEMBER | {Right.SUPERVISE, Right.READ_CASE, Right.VERIFY_ORGANISATION, Right.INVITE},
    Role.AUDITOR: _MEMBER | {Right.AUDIT, Right.READ_CASE},
    # The operator runs the machine and has no right to any tender's content.
    Role.OPERATOR: _MEMBER | {Right.OPERATE},
}

# Which roles a member of each kind of organisation may have.
ROLES_OF_KIND: dict[str, frozenset[Role]] = {
    "authority": frozenset({Role.OFFICER, Role.APPROVER}),
    "supplier": frozenset({Role.SUPPLIER}),
    "supervisor": frozenset({Role.INSPECTOR, Role.AUDITOR, Role.EXPERT}),
    "platform": frozenset({Role.OPERATOR}),
}

# Which roles a member may give away or end in the own organisation. Only an approver makes approvers: an officer who
# could invite a second name of their own as approver would sign alone.
GRANTS: dict[Role, frozenset[Role]] = {
    Role.OFFICER: frozenset({Role.OFFICER}),
    Role.APPROVER: frozenset({Role.OFFICER, Role.APPROVER}),
    Role.SUPPLIER: frozenset({Role.SUPPLIER}),
    Role.INSPECTOR: frozenset({Role.INSPECTOR, Role.AUDITOR, Role.EXPERT}),
}

# Roles of which an organisation never loses its last member.
KEEPERS = frozenset({Role.OFFICER, Role.APPROVER, Role.SUPPLIER, Role.INSPECTOR, Role.OPERATOR})
