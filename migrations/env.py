"""Runs migrations with the owner's address, on an engine of their own that the act's guard does not watch."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool

from foundation.database import Base, Canonical, Moment
from procurement.tender import search


def render_item(kind: str, thing: Any, _autogen: Any) -> Any:
    """Write our own column types into migrations as what the database stores."""
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Canonical):
        return "sa.Text()"
    return False


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    """Leave the search index out of comparisons: it follows a column and is made by its own statements."""
    return not (name or "").startswith((search.TABLE, search.INDEX))


settings = current_app.config["SETTINGS"]
engine = create_engine(settings.database_owner_url, poolclass=pool.NullPool)
with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        # A batch migration rebuilds tables; with foreign keys on, dropping the old one would cascade.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_name=include_name,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if engine.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"Foreign keys are broken after the migration: {broken[:5]}")
engine.dispose()
