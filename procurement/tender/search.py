"""Finding tenders by words, Chinese ones too: overlapping bigrams made here, an index of the engine behind them.

Neither engine cuts Chinese into words, and SQLite's trigram tokenizer finds nothing for one or two characters. So a
run of ideographs becomes its overlapping pairs and its last character; letters and digits stay whole words. FTS5 on
SQLite and a GIN index over a tsvector on PostgreSQL look these tokens up; both follow the column `tender.search`, which
holds `indexed(text)`, by triggers and by a generated column.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, Select, column, table, text

from foundation.database import db
from procurement.tender.models import Tender

# Names by which tools that compare the schema with the models know what belongs to this index.
TABLE = "tender_search"
INDEX = "ix_tender_search"

VECTOR = "tender_search_vector"
_IDEOGRAPHS = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"([{_IDEOGRAPHS}]+)|([^\W_{_IDEOGRAPHS}]+)")
MOST_ASKED = 24


def tokens(words: str) -> list[str]:
    """Return the tokens of a text, each once, in order: 教室照明 LED → 教室, 室照, 照明, 明, led."""
    found: dict[str, None] = {}
    for ideographs, word in _RUN.findall(_folded(words)):
        if word:
            found[word] = None
            continue
        found.update(dict.fromkeys(ideographs[at : at + 2] for at in range(len(ideographs) - 1)))
        found[ideographs[-1]] = None
    return list(found)


def indexed(words: str) -> str:
    """Return what `tender.search` holds for a text: its tokens, parted by single spaces."""
    return " ".join(tokens(words))


def asked(words: str) -> list[tuple[str, bool]]:
    """Return the tokens a query asks for, each with whether it is only the beginning of one.

    A single ideograph and a word of letters or digits match every token that begins with it; pairs match exactly.
    """
    found: dict[str, bool] = {}
    for ideographs, word in _RUN.findall(_folded(words)):
        if word:
            found[word] = True
        elif len(ideographs) == 1:
            found[ideographs] = True
        else:
            found.update(dict.fromkeys((ideographs[at : at + 2] for at in range(len(ideographs) - 1)), False))
    return list(found.items())[:MOST_ASKED]


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


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
