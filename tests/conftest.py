"""Fixtures: a fresh, really migrated database per test on the engine named by ``--engine``, and a fixed clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from foundation.database import db
from tests.postgres import OWNER, SERVING, Postgres
from wsgi import create_app, prepare

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of engine."""
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run what uses a database; pure tests and looks at pages have run on SQLite's turn."""
    if config.getoption("--engine") == "postgresql":
        kept = [
            item
            for item in items
            if "app" in getattr(item, "fixturenames", ()) and item.get_closest_marker("one_engine") is None
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of this run."""
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this process."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A migrated instance that tests copy: its folder and, on PostgreSQL, its template database."""
    folder = tmp_path_factory.mktemp("template")
    environ = {"SUNSEAL_INSTANCE": str(folder)}
    if engine == "postgresql":
        server = request.getfixturevalue("postgres")
        name = server.database()
        environ["SUNSEAL_DATABASE_URL"] = server.url(name, SERVING)
        environ["SUNSEAL_DATABASE_OWNER_URL"] = server.url(name, OWNER)
    app = create_app(environ, clock=FixedClock(START))
    prepare(app)
    with app.app_context():
        db.engine.dispose()
    return {"folder": str(folder), "database": name if engine == "postgresql" else ""}


@pytest.fixture
def clock() -> FixedClock:
    """The clock of the app under test: 2026-11-20 09:00 in Shanghai until moved."""
    return FixedClock(START)


@pytest.fixture
def environ(
    engine: str, template: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """The environment of a fresh instance, so that a test may start further processes on it."""
    folder = tmp_path / "instance"
    # The fonts never change and are large: twenty megabytes a test would be most of the suite's work.
    shutil.copytree(template["folder"], folder, ignore=shutil.ignore_patterns("fonts"))
    (folder / "fonts").symlink_to(Path(template["folder"]) / "fonts")
    values = {"SUNSEAL_INSTANCE": str(folder), "PATH": os.environ["PATH"]}
    if engine == "sqlite":
        yield values
        return
    server = request.getfixturevalue("postgres")
    name = server.database(template["database"])
    values["SUNSEAL_DATABASE_URL"] = server.url(name, SERVING)
    values["SUNSEAL_DATABASE_OWNER_URL"] = server.url(name, OWNER)
    yield values
    server.drop(name)


class Browser(FlaskClient):
    """A test client whose requests run as on a server: each in an app context and a database session of its own.

    Flask would reuse the context that the `app` fixture has pushed, and with it `g`, the language and what the
    session has read. The test's own session forgets what it read, since the request may have changed it.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.rollback()
        try:
            return Context().run(super().open, *args, **kwargs)
        finally:
            db.session.rollback()


@pytest.fixture
def app(environ: dict[str, str], clock: FixedClock) -> Iterator[Flask]:
    """The app on a fresh database."""
    app = create_app(environ, clock=clock)
    app.config["TESTING"] = True
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without scripts."""
    return app.test_client()
