"""Commands of the operator and the auditor: verify and export the trail, back up, restore, declare a fork."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import create_engine, pool, select, update

from foundation import migrate
from foundation.database import db
from foundation.errors import Refusal
from foundation.storage import write_whole
from foundation.web import SENTENCES
from supervision.desk import audit, backup, export
from supervision.trail import checkpoints, notes, queries
from supervision.trail.act import Actor, acting
from supervision.trail.faults import TrailError
from supervision.trail.models import Head
from supervision.trail.start import prepare

trail = AppGroup("trail", help="The trail: verify, export, and what a restore asks for.")


@trail.command("verify")
def verify_command() -> None:
    """Verify every stored entry, tile, checkpoint, notice and evaluation against the tree."""
    found = 0
    for fault in audit.faults():
        found += 1
        click.echo(f"FAULT {fault}")
    tip = queries.tip()
    if found:
        click.echo(f"REFUSED: {found} faults in {tip.size} entries")
        sys.exit(1)
    click.echo(f"INTACT: {tip.size} entries, root {tip.root.hex()}, origin {tip.origin}")


@trail.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
def export_command(folder: Path) -> None:
    """Write the public export into FOLDER, for `python -m supervision.trail.verify FOLDER`."""
    try:
        manifest = export.write(folder)
    except TrailError as error:
        raise click.ClickException(f"{error}") from error
    click.echo(f"{manifest.size} entries and {len(manifest.files)} files in {folder}")


@trail.command("log-key")
def log_key_command() -> None:
    """Print the public log key (C2SP verifier-key text), to be given to verifiers from outside."""
    click.echo(queries.signer().verifier.text())


@trail.command("unfreeze")
@click.argument("checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def unfreeze_command(checkpoint: Path) -> None:
    """Go on after a restore that lost nothing: CHECKPOINT is the newest one that was given out."""
    head = _frozen_head()
    try:
        said = checkpoints.open_checkpoint(checkpoint.read_bytes(), [queries.signer().verifier]).checkpoint
    except TrailError as error:
        raise click.ClickException(f"{error}") from error
    tip = queries.tip()
    if (said.size, said.root) != (tip.size, tip.root):
        raise _clear(Refusal("trail.not_the_latest", 409, theirs=said.size, ours=tip.size))
    _set_head(origin=head.origin)
    click.echo(f"Nothing was lost; the trail goes on from entry {tip.size}.")


@trail.command("declare-fork")
@click.argument("origin")
@click.option("--reason", required=True, help="Why, for everyone to read in the trail.")
def declare_fork_command(origin: str, reason: str) -> None:
    """Go on after a restore that lost entries, under a new ORIGIN and a new log key, linked to the old one."""
    head = _frozen_head()
    keys = current_app.config["SETTINGS"].keys
    old, tip, last = queries.signer(), queries.tip(), queries.checkpoint()
    try:
        new = notes.Signer.generate(origin)
    except TrailError as error:
        raise click.ClickException(f"{error}") from error
    if origin == head.origin:
        raise click.ClickException("A fork needs a new origin.")
    write_whole(keys / f"log-{tip.size}.pub", (old.verifier.text() + "\n").encode(), mode=0o644)
    write_whole(keys / "log.key", (new.text() + "\n").encode())
    current_app.extensions["log_signer"] = new
    _set_head(origin=origin)
    with acting(Actor("operator")) as act:
        act.record(
            "trail.fork",
            "trail",
            {
                "reason": reason,
                "old_origin": old.name,
                "old_key": old.verifier.text(),
                "old_checkpoint": last.decode(),
                "new_key": new.verifier.text(),
            },
        )
    click.echo(f"The trail goes on as {origin} from entry {tip.size}. Publish its new key:\n{new.verifier.text()}")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--with-keys", is_flag=True, help="Include the server's private keys (never the key-encryption key).")
@with_appcontext
def backup_command(folder: Path, with_keys: bool) -> None:
    """Write a consistent backup of database and files into FOLDER."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        count = backup.write(
            app.config["SETTINGS"], migrate.revision(app), folder, app.extensions["clock"].now(), with_keys=with_keys
        )
    except Refusal as error:
        raise _clear(error) from error
    click.echo(f"{count} files in {folder}")


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def restore_command(folder: Path) -> None:
    """Fill this empty instance from the backup in FOLDER. Writing stays refused until the trail is declared."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    prepare(app)
    try:
        rows = backup.restore(app.config["SETTINGS"], migrate.revision(app), folder)
    except Refusal as error:
        raise _clear(error) from error
    click.echo(f"{rows} rows restored. The trail is frozen: run `trail unfreeze CHECKPOINT` or `trail declare-fork`.")


def _clear(error: Refusal) -> click.ClickException:
    return click.ClickException(f"{SENTENCES[error.rule].format(**error.facts)} ({error.rule})")


def _frozen_head() -> Head:
    head = db.session.execute(select(Head)).scalar_one()
    if not head.is_frozen:
        raise _clear(Refusal("trail.not_frozen", 409))
    return head


def _set_head(*, origin: str) -> None:
    """Unfreeze with the owner's address: no act can, since acts are what is frozen."""
    db.session.rollback()
    engine = create_engine(current_app.config["SETTINGS"].database_owner_url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(update(Head).values(is_frozen=False, origin=origin))
    engine.dispose()


COMMANDS = (trail, backup_command, restore_command)
