"""Commands that belong to no room."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from foundation import scheduler


@click.command("worker")
@click.option("--every", default=1.0, show_default=True, help="Seconds between two rings of the duties.")
@with_appcontext
def worker(every: float) -> None:
    """Ring the duties in the foreground: openings, checkpoints, mails. Several workers may run; one leads."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo("The worker rings its duties.")
    scheduler.work(app, every=every)


COMMANDS = (worker,)
