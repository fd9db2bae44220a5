"""Commands at the machine: the first operator, and organisations that do not register themselves."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from foundation.errors import Refusal
from foundation.web import SENTENCES
from identity import letters, operations, passwords, queries
from identity.forms import ROLE_NAMES
from identity.rights import ROLES_OF_KIND, Role
from supervision.trail.act import Actor, acting

operator = AppGroup("operator", help="The people who run this machine.")
organisation = AppGroup("organisation", help="Authorities, supervising bodies and suppliers.")
OPERATOR = Actor("operator")


@operator.command("create")
@click.argument("email")
@click.option("--name", default="", help="Name of the person; asked for where it is missing.")
@click.option("--invite", "by_link", is_flag=True, help="Print an invitation link instead of asking for a password.")
def create_operator(email: str, name: str, by_link: bool) -> None:
    """Create the platform's organisation where there is none yet, and an operator's account in it."""
    try:
        _create_operator(email, name, by_link)
    except Refusal as refusal:
        raise _told(refusal) from refusal


def _create_operator(email: str, name: str, by_link: bool) -> None:
    if by_link:
        with acting(OPERATOR) as act:
            token = operations.invite(act, operations.platform(act), email, Role.OPERATOR, by=None)
        click.echo(f"Open this link within seven days: {letters.whole('identity.invitation', token=token)}")
        return
    name = name or click.prompt("Name of the person")
    # A password from a pipe serves scripts; it is never an argument, which every process could read.
    typed = (
        click.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    passwords.check(typed, email=email, name=name)
    made = passwords.hashed(typed)
    with acting(OPERATOR) as act:
        account = operations.create_account(act, email=email, name=name, password=made, email_verified=True)
        operations.add_member(act, account, operations.platform(act), Role.OPERATOR)
        ref = account.ref
    click.echo(f"Operator {ref} was created and can sign in at {letters.whole('identity.log_in')}")


@organisation.command("create")
@click.option("--kind", type=click.Choice(sorted(set(ROLES_OF_KIND) - {"platform"})), required=True)
@click.option("--name", required=True, help="Name as it is registered.")
@click.option("--number", required=True, help="Organisation number; it counts as verified.")
@click.option("--first", "email", required=True, help="E-mail address of the first member.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="Role of that member.")
def create_organisation(kind: str, name: str, number: str, email: str, role: str) -> None:
    """Create a verified organisation and print the invitation link of its first member."""
    try:
        with acting(OPERATOR) as act:
            made = operations.create_organisation(act, kind=kind, name=name, number=number, verified=True)
            token = operations.invite(act, made, email, role, by=None)
            ref = made.ref
    except Refusal as refusal:
        raise _told(refusal) from refusal
    link = letters.invitation(queries.normal_email(email), name, ROLE_NAMES[Role(role)], token)
    click.echo(f"{ref} was created. Its first member opens this link within seven days: {link}")


@organisation.command("invite")
@click.argument("ref")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def invite(ref: str, email: str, role: str) -> None:
    """Invite a person to an organisation, as when its last member has left."""
    try:
        with acting(OPERATOR) as act:
            found = queries.organisation_by_ref(ref)
            token = operations.invite(act, found, email, role, by=None)
            name = found.name
    except Refusal as refusal:
        raise _told(refusal) from refusal
    click.echo(letters.invitation(queries.normal_email(email), name, ROLE_NAMES[Role(role)], token))


def _told(refusal: Refusal) -> click.ClickException:
    """Return the refusal for a terminal: in English, since no reader's language is known there."""
    return click.ClickException(SENTENCES.get(refusal.rule, refusal.rule).format(**refusal.facts))


COMMANDS = (operator, organisation)
