"""A real PostgreSQL for tests: Debian's binaries, an unprivileged user, a folder of its own, no durability."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

OWNER, SERVING = "sunseal_owner", "sunseal_app"


class Postgres:
    """One server on a unix socket. `database()` gives an address pair (serving, owner) for a fresh database."""

    def __init__(self, *, durable: bool = False) -> None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        if not installed:
            raise RuntimeError("PostgreSQL is not installed; scripts/sysdeps.sh installs it.")
        self.binaries = installed[-1]
        # The socket's path must stay below 108 characters, so the folder lies directly in the temporary one.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.user = "nobody" if os.getuid() == 0 else None
        if self.user:
            record = pwd.getpwnam(self.user)
            os.chown(self.folder, record.pw_uid, record.pw_gid)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")
        settings = f"-c listen_addresses='' -k {self.folder} -c max_connections=200"
        if not durable:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", settings,
                  "start")
        self.count = 0
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
            connection.execute(f"CREATE ROLE {SERVING} LOGIN")

    def _run(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.binaries / command), *arguments], user=self.user, check=True, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )

    def connect(self, database: str) -> psycopg.Connection:
        """Connect as the superuser, each statement by itself."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def database(self, template: str = "template1") -> str:
        """Create a database owned by the owner's role and return its name."""
        self.count += 1
        name = f"sunseal_{os.getpid()}_{self.count}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
            connection.execute(f"GRANT ALL ON DATABASE {name} TO {SERVING}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str, user: str) -> str:
        """Return the address of a database for a role."""
        return f"postgresql+psycopg://{user}@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
