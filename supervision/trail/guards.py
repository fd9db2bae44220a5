"""Triggers that keep the evidence append-only, for both engines. Migrations install them; a test tries each.

Whoever holds a SQLite file can still drop a trigger: real immutability comes from checkpoints kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

# Tables whose rows are never changed or deleted.
FROZEN = (
    "trail_entry",
    "trail_tile",
    "trail_checkpoint",
    "notice",
    "rendition",
    "sign_off",
    "evaluation",
    "frozen_rule_set",
)


def sqlite_table_guards(table: str) -> list[str]:
    """Return the statements that keep one table append-only on SQLite."""
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def sqlite_guards(tables: Sequence[str] = FROZEN) -> list[str]:
    """Return the statements that create the triggers on SQLite; a migration names the tables of its time."""
    found = [statement for table in tables for statement in sqlite_table_guards(table)]
    found.append(
        # INSERT OR REPLACE deletes without firing the delete trigger, so an index must be the next one.
        "CREATE TRIGGER trail_entry_next BEFORE INSERT ON trail_entry "
        'WHEN NEW."index" != (SELECT COALESCE(MAX("index") + 1, 0) FROM trail_entry) '
        "BEGIN SELECT RAISE(ABORT, 'trail_entry index is not the next one'); END"
    )
    found.append(
        "CREATE TRIGGER trail_head_grows BEFORE UPDATE ON trail_head "
        "WHEN NEW.size < OLD.size OR NEW.last_at < OLD.last_at "
        "BEGIN SELECT RAISE(ABORT, 'trail_head never goes back'); END"
    )
    found.append(
        "CREATE TRIGGER trail_head_no_delete BEFORE DELETE ON trail_head "
        "BEGIN SELECT RAISE(ABORT, 'trail_head is never deleted'); END"
    )
    return found


def sqlite_unguards() -> list[str]:
    """Return the statements that drop the triggers on SQLite, for a batch migration and a restore."""
    names = [f"{table}_no_{verb}" for table in FROZEN for verb in ("update", "delete")]
    names += ["trail_entry_next", "trail_head_grows", "trail_head_no_delete"]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in names]


def postgresql_table_guards(table: str) -> list[str]:
    """Return the statements that keep one table append-only on PostgreSQL; the function must be there."""
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION sunseal_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION sunseal_append_only()",
    ]


def postgresql_guards(tables: Sequence[str] = FROZEN) -> list[str]:
    """Return the statements that create the triggers on PostgreSQL; a migration names the tables of its time."""
    found = [
        "CREATE FUNCTION sunseal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "CREATE FUNCTION sunseal_next_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        'IF NEW."index" <> (SELECT COALESCE(MAX("index") + 1, 0) FROM trail_entry) '
        "THEN RAISE EXCEPTION 'trail_entry index is not the next one'; END IF; RETURN NEW; END $$",
        "CREATE FUNCTION sunseal_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.size < OLD.size OR NEW.last_at < OLD.last_at "
        "THEN RAISE EXCEPTION 'trail_head never goes back'; END IF; RETURN NEW; END $$",
    ]
    for table in tables:
        found += postgresql_table_guards(table)
    found += [
        "CREATE TRIGGER trail_entry_next BEFORE INSERT ON trail_entry "
        "FOR EACH ROW EXECUTE FUNCTION sunseal_next_entry()",
        "CREATE TRIGGER trail_head_grows BEFORE UPDATE ON trail_head "
        "FOR EACH ROW EXECUTE FUNCTION sunseal_head_grows()",
        "CREATE TRIGGER trail_head_no_delete BEFORE DELETE ON trail_head "
        "FOR EACH ROW EXECUTE FUNCTION sunseal_append_only()",
        "CREATE TRIGGER trail_head_no_truncate BEFORE TRUNCATE ON trail_head "
        "FOR EACH STATEMENT EXECUTE FUNCTION sunseal_append_only()",
    ]
    return found
