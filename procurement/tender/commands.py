"""Commands at the machine: a draft from an OCDS release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from foundation.canonical import digest
from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identities
from identity.models import Account, Organisation
from identity.rights import Role
from procurement.tender import ocds, operations, queries, readiness
from procurement.tender.sentences import SENTENCES
from supervision.trail.act import Actor, acting

tender = AppGroup("tender", help="Tenders: drafts from open data.")
OPERATOR = Actor("operator")


@tender.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--authority", default="", help="Reference of the authority, such as O-000001; the first one by default.")
@click.option("--account", default="", help="Reference of its officer, such as A-000001; the first one by default.")
def import_release(file: Path, authority: str, account: str) -> None:
    """Make a draft from an OCDS 1.1 release or a package of one release, and list what it still lacks.

    FILE may be - for standard input. The draft is an officer's like any other: it is submitted, approved by a second
    person and published in the office.
    """
    try:
        data = sys.stdin.buffer.read(ocds.MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
        ref = import_draft(data, authority=authority, account=account)
    except OSError as fault:
        raise click.ClickException(f"[import.unreadable] {file}: {fault.strerror}") from None
    except Refusal as refusal:
        raise click.ClickException(_told(refusal)) from None
    made = queries.by_ref(ref)
    click.echo(f"{ref} is a draft of {made.authority.name}: {made.title}")
    found = readiness.issues(made, current_app.extensions["clock"].now())
    for one in found:
        mark = "must" if one.blocks else "may"
        click.echo(f"  {mark} change [{one.rule_id}] {one.pointer or '/'}: {one.sentence('en')} {one.remedy('en')}")
    if not found:
        click.echo("  Nothing stands in the way of its publication.")


def import_draft(data: bytes, *, authority: str = "", account: str = "") -> str:
    """Make a draft from the bytes of a release; return its reference. Refuses what cannot be read, all at once."""
    form = ocds.from_release(ocds.read(data))
    form["source"]["sha256"] = digest(data)
    with acting(OPERATOR) as act:
        owner = _authority(authority, account)
        officer = _officer(owner, account)
        return operations.create(act, authority=owner, account=officer, data=form).ref


def _authority(ref: str, account: str) -> Organisation:
    if ref:
        return identities.organisation_by_ref(ref)
    if account:
        for membership in identities.memberships(identities.account_by_ref(account)):
            if membership.role == Role.OFFICER:
                return membership.organisation
        raise Refusal("import.who", cause=f"{account} is no officer")
    found = db.session.execute(
        select(Organisation).where(Organisation.kind == "authority").order_by(Organisation.id).limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise Refusal("import.who", cause="there is no authority yet")
    return found


def _officer(owner: Organisation, ref: str) -> Account:
    for membership in identities.members(owner):
        if membership.role == Role.OFFICER and ref in ("", membership.account.ref):
            return membership.account
    raise Refusal("import.who", cause=f"{ref or 'nobody'} is an officer of {owner.ref}")


def _told(refusal: Refusal) -> str:
    lines = [f"[{refusal.rule}] {_sentence(refusal.rule, refusal.facts)}"]
    for one in refusal.reasons:
        words = _sentence(one.rule, one.facts)
        lines.append(f"  [{one.rule}] {one.pointer or '/'}: {words}")
    return "\n".join(lines)


def _sentence(rule: str, facts: Any) -> str:
    known = SENTENCES.get(rule, "This is not possible now.")
    try:
        return known.format(**facts)
    except (KeyError, IndexError):
        return known


COMMANDS = (tender,)
