"""Migrations: bring a database to the present schema, whichever engine it is."""

from __future__ import annotations

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import create_engine, make_url, pool

from foundation.database import db

FOLDER = Path(__file__).parent.parent / "migrations"


def set_up(app: Flask) -> None:
    """Give the app its ``db`` commands."""
    Migrate(app, db, directory=str(FOLDER))


def bring_up_to_date(app: Flask) -> None:
    """Run the migrations that are missing, if any."""
    with app.app_context():
        if revision(app) != ScriptDirectory(str(FOLDER)).get_current_head():
            upgrade(directory=str(FOLDER))


def grant(app: Flask, frozen: tuple[str, ...]) -> None:
    """On PostgreSQL, give the serving role what it needs and no more: frozen tables can be read and added to."""
    settings = app.config["SETTINGS"]
    serving, owner = make_url(settings.database_url), make_url(settings.database_owner_url)
    if owner.get_backend_name() != "postgresql" or serving.username in (None, owner.username):
        return
    engine = create_engine(owner, poolclass=pool.NullPool)
    role = engine.dialect.identifier_preparer.quote(serving.username or "")
    with engine.begin() as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
            *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}" for table in frozen),
            f"REVOKE DELETE, TRUNCATE ON trail_head FROM {role}",
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM {role}",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()


def revision(app: Flask) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    engine = create_engine(app.config["SETTINGS"].database_owner_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found
