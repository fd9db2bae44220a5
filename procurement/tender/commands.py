"""Commands at the machine: drafts from an OCDS release and from a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identities
from identity.models import Account, Organisation
from identity.rights import Role
from procurement.plan import law as plan_law
from procurement.plan import queries as plans
from procurement.plan.readiness import findings as project_findings
from procurement.tender import backlog, backlog_template, importing, ocds, queries, readiness
from procurement.tender.sentences import SENTENCES
from supervision.trail.act import Actor, acting

tender = AppGroup("tender", help="Tenders: drafts from open data and from spreadsheets.")
OPERATOR = Actor("operator")


@tender.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--authority", default="", help="Reference of the authority, such as O-000001; the first one by default.")
@click.option("--account", default="", help="Reference of its officer, such as A-000001; the first one by default.")
def import_release(file: Path, authority: str, account: str) -> None:
    """Make a draft from an OCDS 1.1 release or a package of one release, and list what it still lacks.

    A planning release becomes a project of the plan, any other the draft of a tender; what the release says and the
    house has no place for is told by pointer. FILE may be - for standard input. The draft is an officer's like any
    other: it is submitted, approved by a second person and published in the office.
    """
    try:
        data = sys.stdin.buffer.read(ocds.MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
        made = import_draft(data, authority=authority, account=account)
    except OSError as fault:
        raise click.ClickException(f"[import.unreadable] {file}: {fault.strerror}") from None
    except Refusal as refusal:
        raise click.ClickException(_told(refusal)) from None
    now, found = current_app.extensions["clock"].now(), []
    if made.kind == importing.PROJECT:
        project = plans.by_ref(made.ref)
        click.echo(f"{made.ref} is a project in the plan of {project.authority.name}: {project.title}")
        found = project_findings(project, plan_law.of(project), now)
    else:
        draft = queries.by_ref(made.ref)
        click.echo(f"{made.ref} is a draft of {draft.authority.name}: {draft.title}")
        found = readiness.issues(draft, now)
    for pointer in made.left_out:
        click.echo(f"  left out [import.left_out] {pointer}: {SENTENCES['import.left_out']}")
    for one in found:
        mark = "must" if one.blocks else "may"
        click.echo(f"  {mark} change [{one.rule_id}] {one.pointer or '/'}: {one.sentence('en')} {one.remedy('en')}")
    if not found:
        click.echo("  Nothing stands in the way of its publication.")


@tender.command("backlog")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--authority", default="", help="Reference of the authority, such as O-000001; the first one by default.")
@click.option("--account", default="", help="Reference of its officer, such as A-000001; the first one by default.")
@click.option("--template", is_flag=True, help="Write the empty spreadsheet to FILE instead, and read nothing.")
def import_backlog(file: Path, authority: str, account: str, template: bool) -> None:
    """Make budget lines, projects and tender drafts from a spreadsheet (docs/formats/backlog.md), all or nothing.

    With one fault in the file nothing is made, and every fault is told by sheet, row and column.
    """
    now = current_app.extensions["clock"].now()
    try:
        if template:
            file.write_bytes(backlog_template.workbook(backlog.choices(now)))
            click.echo(f"The empty spreadsheet was written to {file}.")
            return
        prepared = backlog.prepare(file.read_bytes(), now, _authority(authority, account))
        with acting(OPERATOR) as act:
            owner = _authority(authority, account)
            made = backlog.make(act, prepared, authority=owner, account=_officer(owner, account))
    except OSError as fault:
        raise click.ClickException(f"[backlog.unreadable] {file}: {fault.strerror}") from None
    except Refusal as refusal:
        lines = [f"[{refusal.rule}] {_sentence(refusal.rule, refusal.facts)}"]
        for one in refusal.reasons:
            lines.append(f"  [{one.rule}] {one.place('en')}: {_sentence(one.rule, one.facts)}")
        raise click.ClickException("\n".join(lines)) from None
    for ref, title in made:
        click.echo(f"{ref} {title}")


def import_draft(data: bytes, *, authority: str = "", account: str = "") -> importing.Imported:
    """Make a draft from the bytes of a release. Refuses what cannot be read, all at once."""
    with acting(OPERATOR) as act:
        owner = _authority(authority, account)
        return importing.make(act, data, authority=owner, account=_officer(owner, account))


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
