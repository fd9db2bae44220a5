"""Bringing an instance up to date: schema, rights of the serving role, and the first head of the trail."""

from __future__ import annotations

from flask import Flask

from foundation import migrate
from foundation.database import db
from supervision.trail import operations
from supervision.trail.guards import FROZEN


def prepare(app: Flask) -> None:
    """Do all of it; what is done already stays as it is."""
    settings = app.config["SETTINGS"]
    migrate.bring_up_to_date(app)
    migrate.grant(app, FROZEN)
    # A trail's origin is the name of the key that signs it; after a declared fork that is the new one.
    operations.begin(settings.database_owner_url, app.extensions["log_signer"].name)
    # The first connection turns SQLite's write-ahead log on, which no other writer may disturb: before any thread runs.
    with app.app_context(), db.engine.connect():
        pass
