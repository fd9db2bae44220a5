"""Throw-away instances on a real disk, both engines with their durability on, and what the engines do without us."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg
from flask import Flask

from foundation.database import db
from scripts.bench.measuring import rate
from tests.builders.people import People, people
from tests.postgres import OWNER, SERVING, Postgres
from wsgi import create_app, prepare

ENGINES = ("sqlite", "postgresql")
ROW = b"x" * 300


class Machines:
    """One instance for each engine, made when first asked for and removed at the end of the block."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sunseal-bench-"))
        self._apps: dict[str, Flask] = {}
        self._people: dict[str, People] = {}
        self._server: Postgres | None = None

    def __enter__(self) -> Machines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for app in self._apps.values():
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        if self._server is not None:
            self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def server(self) -> Postgres:
        """Return the PostgreSQL of this run, with fsync on."""
        self._server = self._server or Postgres(durable=True)
        return self._server

    def app(self, engine: str) -> Flask:
        """Return the instance on an engine."""
        if engine not in self._apps:
            environ = {"SUNSEAL_INSTANCE": str(self.folder / engine)}
            if engine == "postgresql":
                name = self.server.database()
                environ["SUNSEAL_DATABASE_URL"] = self.server.url(name, SERVING)
                environ["SUNSEAL_DATABASE_OWNER_URL"] = self.server.url(name, OWNER)
            app = create_app(environ)
            prepare(app)
            self._apps[engine] = app
        return self._apps[engine]

    def people(self, engine: str) -> People:
        """Return the people of an instance, made when first asked for, inside its app context."""
        if engine not in self._people:
            self._people[engine] = people(self._apps[engine])
        return self._people[engine]

    def bare_commits(self, engine: str, *, seconds: float = 1.0) -> float:
        """Return durable commits of one row of 300 bytes in a second, by one client and without any of our code."""
        if engine == "sqlite":
            path = Path(tempfile.mkdtemp(prefix="bare-", dir=self.folder)) / "bare.db"
            connection = sqlite3.connect(path, isolation_level=None)
            for setting in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {setting}")
            connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, body BLOB)")
            found = rate(lambda: connection.execute("INSERT INTO line (body) VALUES (?)", (ROW,)), seconds=seconds)
            connection.close()
            return found.per_second
        name = self.server.database()
        with psycopg.connect(host=str(self.server.folder), user=OWNER, dbname=name, autocommit=True) as bare:
            bare.execute("CREATE TABLE line (id BIGSERIAL PRIMARY KEY, body BYTEA)")
            found = rate(lambda: bare.execute("INSERT INTO line (body) VALUES (%s)", (ROW,)), seconds=seconds)
        self.server.drop(name)
        return found.per_second
