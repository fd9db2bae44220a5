"""The people of a test: one authority, one supervising body, four verified suppliers, and the operator."""

from __future__ import annotations

from functools import cache

from flask import Flask
from flask.testing import FlaskClient

from identity import operations, passwords, queries, sessions
from identity.guard import COOKIE
from identity.models import Account, Organisation
from identity.passwords import Hashed
from identity.rights import Role
from supervision.trail.act import Actor, acting

PASSWORD = "a long enough secret 42"
SUPPLIER_NAMES = ("示例家具有限公司", "明日教育装备公司", "远山木业有限公司", "晨星科技有限公司")


@cache
def one_hash() -> Hashed:
    """Return one real Argon2id hash of `PASSWORD` for everyone: computed once, never weakened."""
    return passwords.hashed(PASSWORD)


class People:
    """Refs of everyone; each attribute reads its row anew, because an act empties the session.

    `authority`, `supervisor`, `platform` and `suppliers` are organisations; `bidders[i]` is the account of
    `suppliers[i]`; the others are accounts.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._organisations: dict[str, str] = {}
        self._accounts: dict[str, str] = {}

    @property
    def authority(self) -> Organisation:
        return self._organisation("authority")

    @property
    def supervisor(self) -> Organisation:
        return self._organisation("supervisor")

    @property
    def platform(self) -> Organisation:
        return self._organisation("platform")

    @property
    def suppliers(self) -> list[Organisation]:
        return [self._organisation(f"supplier{n}") for n in range(4)]

    @property
    def bidders(self) -> list[Account]:
        return [self._account(f"bidder{n}") for n in range(4)]

    @property
    def experts(self) -> list[Account]:
        return [self._account(f"expert{n}") for n in range(5)]

    @property
    def officer(self) -> Account:
        return self._account("officer")

    @property
    def approver(self) -> Account:
        return self._account("approver")

    @property
    def inspector(self) -> Account:
        return self._account("inspector")

    @property
    def auditor(self) -> Account:
        return self._account("auditor")

    @property
    def operator(self) -> Account:
        return self._account("operator")

    def of_role(self, role: Role) -> Account:
        """Return an account with this role."""
        named = {Role.SUPPLIER: "bidder0", Role.EXPERT: "expert0"}.get(role, role.value)
        return self._account(named)

    def log_in(self, client: FlaskClient, who: Account | Organisation) -> FlaskClient:
        """Sign `client` in; see the function of the same name."""
        return log_in(client, who)

    def _organisation(self, name: str) -> Organisation:
        return queries.organisation_by_ref(self._organisations[name])

    def _account(self, name: str) -> Account:
        return queries.account_by_ref(self._accounts[name])


def people(app: Flask) -> People:
    """Create everyone in one act. Everybody's password is `PASSWORD`."""
    found = People(app)
    with acting(Actor("operator")) as act:

        def organisation(key: str, kind: str, name: str, number: str) -> Organisation:
            made = operations.create_organisation(
                act,
                kind=kind,
                name=name,
                number=number,
                address="示例市人民路 1 号",
                contact="联系人",
                phone="000-0000000",
                enterprise_size="small" if kind == "supplier" else "",
                verified=True,
            )
            found._organisations[key] = made.ref
            return made

        def account(key: str, role: Role, place: Organisation, name: str) -> None:
            made = operations.create_account(
                act, email=f"{key}@example.test", name=name, password=one_hash(), email_verified=True
            )
            operations.add_member(act, made, place, role)
            found._accounts[key] = made.ref

        authority = organisation("authority", "authority", "示例市教育局", "11100000000013127D")
        supervisor = organisation("supervisor", "supervisor", "示例市财政局", "11100000000013128D")
        platform = organisation("platform", "platform", "Sunseal", "91100000000013129D")
        account("officer", Role.OFFICER, authority, "李经办")
        account("approver", Role.APPROVER, authority, "王审批")
        account("inspector", Role.INSPECTOR, supervisor, "赵监督")
        account("auditor", Role.AUDITOR, supervisor, "钱审计")
        account("operator", Role.OPERATOR, platform, "孙运维")
        for n in range(5):
            account(f"expert{n}", Role.EXPERT, supervisor, f"专家{n + 1}")
        for n, name in enumerate(SUPPLIER_NAMES):
            account(
                f"bidder{n}",
                Role.SUPPLIER,
                organisation(f"supplier{n}", "supplier", name, f"9111000000001313{n}D"),
                f"投标人{n + 1}",
            )
    return found


def log_in(client: FlaskClient, who: Account | Organisation) -> FlaskClient:
    """Sign `client` in as an account, or as the first member of an organisation, in its first membership.

    The session is made by the house's own function; only the password is passed by. Whoever was signed in before in
    this client is replaced.
    """
    membership = queries.members(who)[0] if isinstance(who, Organisation) else queries.memberships(who)[0]
    app = client.application
    token = sessions.start(membership.account_id, membership.id, app.extensions["clock"].now())
    client.set_cookie(COOKIE, token)
    return client
