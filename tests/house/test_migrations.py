"""Migrations on both engines: an empty database, one with data, up, down and up again; models equal the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from foundation.database import Base, db
from foundation.migrate import FOLDER
from procurement.tender import law
from procurement.tender import queries as tenders
from supervision.trail.guards import FROZEN, postgresql_guards, sqlite_guards
from tests.builders.bids import an_opened_tender
from tests.builders.people import people
from wsgi import prepare


@pytest.fixture
def owner(app: Flask) -> Iterator[Engine]:
    """The database as its owner sees it, without the act's guard."""
    engine = create_engine(app.config["SETTINGS"].database_owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def is_of_the_models(_thing: object, name: str | None, _kind: str, _reflected: bool, _to: object) -> bool:
    """Leave out the search index (a virtual table on SQLite, a column and its index on PostgreSQL): it is no model."""
    return not (name or "").startswith(("tender_search", "ix_tender_search"))


def triggers(owner: Engine) -> set[str]:
    """Return the names of all triggers of ours."""
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if owner.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with owner.connect() as connection:
        return set(connection.execute(text(asked)).scalars())


def counts(owner: Engine) -> dict[str, int]:
    """Return the number of rows of every table."""
    with owner.connect() as connection:
        return {
            table.name: connection.execute(text(f"SELECT COUNT(*) FROM {table.name}")).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_models_equal_the_schema(owner: Engine) -> None:
    with owner.connect() as connection:
        options = {"compare_type": False, "include_object": is_of_the_models}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_every_guard_is_installed(owner: Engine) -> None:
    wanted = sqlite_guards() if owner.dialect.name == "sqlite" else postgresql_guards()
    names = {statement.split()[2] for statement in wanted if statement.startswith("CREATE TRIGGER")}
    assert names and names <= triggers(owner)


def test_down_and_up_again_on_an_empty_database(app: Flask, owner: Engine) -> None:
    before = set(inspect(owner).get_table_names())
    db.session.remove()
    db.engine.dispose()
    downgrade(directory=str(FOLDER), revision="base")
    assert set(inspect(owner).get_table_names()) <= {"alembic_version"}
    assert triggers(owner) == set()
    upgrade(directory=str(FOLDER))
    assert set(inspect(owner).get_table_names()) == before
    test_every_guard_is_installed(owner)


def test_a_database_with_data_keeps_every_row_and_guard(app: Flask, owner: Engine, clock: object) -> None:
    """What a start does on an instance that has worked before: nothing is lost, and the evidence stays frozen."""
    an_opened_tender(people(app), clock)  # type: ignore[arg-type]
    before, guards = counts(owner), triggers(owner)
    assert before["bid"] == 3 and before["trail_entry"] > 20
    db.session.remove()
    prepare(app)
    assert counts(owner) == before and triggers(owner) == guards
    for table in FROZEN:
        if before[table] == 0:
            continue
        column = next(iter(Base.metadata.tables[table].columns)).name
        for statement in (f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError), owner.begin() as connection:
                connection.execute(text(statement))


def test_the_last_release_with_data_comes_up_whole(app: Flask, owner: Engine, clock: object) -> None:
    """Down to the schema of the last release, as an instance of it stands, and up: no row and no word is lost."""
    ref = an_opened_tender(people(app), clock).ref  # type: ignore[arg-type]
    before, guards, notice = counts(owner), triggers(owner), tenders.notice_content(tenders.by_ref(ref))
    digest = law.frozen_set(tenders.by_ref(ref)).digest()
    db.session.remove()
    db.engine.dispose()
    downgrade(directory=str(FOLDER), revision="0001")
    with owner.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM tender WHERE rule_set IS NOT NULL")).scalar_one() == 1
    prepare(app)
    assert counts(owner) == before and triggers(owner) == guards
    assert tenders.notice_content(tenders.by_ref(ref)) == notice
    law._READ.clear()
    assert law.frozen_set(tenders.by_ref(ref)).digest() == digest


def test_one_head_and_no_gap() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert len(script.get_heads()) == 1
    assert all(Path(revision.path).exists() for revision in script.walk_revisions())


def test_on_postgresql_the_serving_role_cannot_rewrite_evidence(app: Flask, engine: str) -> None:
    if engine == "sqlite":
        # SQLite has no roles: there the triggers stand alone, and the test above holds them.
        assert db.engine.dialect.name == "sqlite"
        return
    serving = create_engine(app.config["SETTINGS"].database_url, poolclass=NullPool)
    for statement in ("DELETE FROM trail_entry", "TRUNCATE notice", "DROP TABLE bid", "DELETE FROM alembic_version"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), serving.begin() as connection:
            connection.execute(text(statement))
    serving.dispose()
