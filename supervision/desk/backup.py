"""Backup and restore, independent of the engine: every table as JSON lines, every file, a manifest of digests.

A county may begin on SQLite and restore the same backup on PostgreSQL. The key-encryption key is never part of a
backup, and the server's private keys only where asked for, so a stolen backup opens no bid.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, pool, select, update

from foundation.config import Settings
from foundation.database import Base
from foundation.errors import Refusal
from foundation.storage import sync_folder, write_whole
from supervision.trail.models import Head

FORMAT = "sunseal-backup/1"
SECRETS = ("development-kek", "development-secret")
BATCH = 500


def write(settings: Settings, revision: str | None, folder: Path, moment: datetime, *, with_keys: bool) -> int:
    """Write a backup into `folder`, which must not exist; return the number of files in it."""
    if folder.exists():
        raise Refusal("backup.exists", 409, folder=str(folder))
    (folder / "tables").mkdir(parents=True, mode=0o700)
    engine = create_engine(settings.database_url, poolclass=pool.NullPool)
    # One snapshot for all tables: SQLite's deferred transaction, PostgreSQL's repeatable read.
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection:
        for table in Base.metadata.sorted_tables:
            with (folder / "tables" / f"{table.name}.jsonl").open("w", encoding="utf-8") as out:
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
                    out.write(json.dumps({name: _written(value) for name, value in row.items()}) + "\n")
    engine.dispose()
    shutil.copytree(settings.files, folder / "files", ignore=shutil.ignore_patterns("*.part"))
    if with_keys:
        shutil.copytree(settings.keys, folder / "keys", ignore=shutil.ignore_patterns(*SECRETS))
    files = {str(path.relative_to(folder)): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = {"format": FORMAT, "created_at": moment.isoformat(), "revision": revision, "files": files}
    write_whole(folder / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    sync_folder(folder)
    return len(files)


def restore(settings: Settings, revision: str | None, folder: Path) -> int:
    """Fill an empty, migrated instance from a backup, freeze its trail, and return the number of rows.

    Raises `Refusal` ``backup.damaged``, ``backup.other_schema`` or ``backup.not_empty``; nothing is written then.
    """
    _check(folder, revision)
    engine = create_engine(settings.database_owner_url, poolclass=pool.NullPool)
    count = 0
    with engine.begin() as connection:
        if connection.execute(select(Head.size)).scalar():
            raise Refusal("backup.not_empty", 409)
        for table in Base.metadata.sorted_tables:
            rows = 0
            for batch in _batches(folder / "tables" / f"{table.name}.jsonl", table):
                _put(connection, table, batch)
                rows += len(batch)
            count += rows
            if rows:
                _set_sequence(connection, table)
        connection.execute(update(Head).values(is_frozen=True))
    engine.dispose()
    shutil.copytree(folder / "files", settings.files, dirs_exist_ok=True)
    if (folder / "keys").exists():
        shutil.copytree(folder / "keys", settings.keys, dirs_exist_ok=True)
    return count


def _set_sequence(connection: Connection, table: Table) -> None:
    """On PostgreSQL, let the next key follow the restored ones."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns or table.name == Head.__tablename__:
        return
    sequence = func.pg_get_serial_sequence(table.name, "id")
    connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def _put(connection: Connection, table: Table, batch: list[dict[str, Any]]) -> None:
    if table.name == Head.__tablename__:
        # The migrated instance has an empty head, which the triggers let grow but not go away.
        connection.execute(update(table).values(**batch[0]))
        return
    connection.execute(insert(table), batch)


def _check(folder: Path, revision: str | None) -> None:
    """Refuse a backup of which any byte changed, or that another schema wrote."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        expected = dict(manifest["files"])
        format_, written_at = manifest["format"], manifest["revision"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal("backup.damaged", 409, file="manifest.json") from error
    if format_ != FORMAT or written_at != revision:
        raise Refusal("backup.other_schema", 409, theirs=str(written_at), ours=str(revision))
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    for name in sorted(found ^ set(expected)):
        raise Refusal("backup.damaged", 409, file=name)
    for name, sha256 in expected.items():
        if _sha256(folder / name) != sha256:
            raise Refusal("backup.damaged", 409, file=name)


def _batches(path: Path, table: Table) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            batch.append({name: _read(value) for name, value in row.items() if name in table.columns})
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _written(value: Any) -> Any:
    """Return a column's value as JSON; what JSON has no word for is marked by its type."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, dict | list):
        return {"json": value}
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    match kind:
        case "bytes":
            return base64.b64decode(inner)
        case "moment":
            return datetime.fromisoformat(inner)
        case "date":
            return date.fromisoformat(inner)
        case _:
            return inner


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
