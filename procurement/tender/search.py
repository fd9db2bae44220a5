"""Finding tenders by words, Chinese ones too: overlapping bigrams made here, an index of the engine behind them.

Neither engine cuts Chinese into words, and SQLite's trigram tokenizer finds nothing for one or two characters. So a
run of ideographs becomes its overlapping pairs and its last character; letters and digits stay whole words. FTS5 on
SQLite and a GIN index over a tsvector on PostgreSQL look these tokens up; both follow the column `tender.search`, which
holds `indexed(text)`, by triggers and by a generated column.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, column, table, text

from foundation.database import db
from foundation.words import asked, indexed, tokens
from procurement.tender.models import Tender

__all__ = ["INDEX", "TABLE", "asked", "create_statements", "drop_statements", "indexed", "narrowed", "tokens"]

# Names by which tools that compare the schema with the models know what belongs to this index.
TABLE = "tender_search"
INDEX = "ix_tender_search"

VECTOR = "tender_search_vector"


def narrowed(wanted: Select[Tender], words: str) -> tuple[Select[Tender], ColumnElement[int]]:
    """Return the select of tenders narrowed to those that hold all of `words`, and the column to order by."""
    parts = asked(words)
    if db.engine.dialect.name == "sqlite":
        match = " AND ".join(f'"{token}"*' if begins else f'"{token}"' for token, begins in parts)
        index = table(TABLE, column("rowid"))
        found = wanted.join(index, index.c.rowid == Tender.id)
        return found.where(text(f"{TABLE} MATCH :asked").bindparams(asked=match)), index.c.rowid
    query = " & ".join(f"'{token}':*" if begins else f"'{token}'" for token, begins in parts)
    hit = text(f"tender.{VECTOR} @@ CAST(:asked AS tsquery)").bindparams(asked=query)
    # The statistics of the column's lexemes tell the planner whether to begin in this index or in the key's order.
    return wanted.where(hit), Tender.id  # type: ignore[return-value]


def create_statements(dialect: str) -> list[str]:
    """Return the statements that create the index; migrations run them."""
    if dialect == "postgresql":
        made = "array_to_tsvector(string_to_array(search, ' '))"
        return [
            f"ALTER TABLE tender ADD COLUMN {VECTOR} tsvector GENERATED ALWAYS AS ({made}) STORED",
            f"CREATE INDEX {INDEX} ON tender USING gin ({VECTOR})",
        ]
    gone = "INSERT INTO tender_search(tender_search, rowid, search) VALUES ('delete', OLD.id, OLD.search);"
    come = "INSERT INTO tender_search(rowid, search) VALUES (NEW.id, NEW.search);"
    return [
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5(search, content='tender', content_rowid='id', detail=none, "
        "columnsize=0, tokenize='unicode61 remove_diacritics 0')",
        f"CREATE TRIGGER {TABLE}_come AFTER INSERT ON tender BEGIN {come} END",
        f"CREATE TRIGGER {TABLE}_change AFTER UPDATE OF search ON tender BEGIN {gone} {come} END",
        f"CREATE TRIGGER {TABLE}_go AFTER DELETE ON tender BEGIN {gone} END",
    ]


def drop_statements(dialect: str) -> list[str]:
    """Return the statements that take the index away."""
    if dialect == "postgresql":
        return [f"DROP INDEX IF EXISTS {INDEX}", f"ALTER TABLE tender DROP COLUMN IF EXISTS {VECTOR}"]
    return [
        *(f"DROP TRIGGER IF EXISTS {TABLE}_{name}" for name in ("come", "change", "go")),
        f"DROP TABLE IF EXISTS {TABLE}",
    ]
