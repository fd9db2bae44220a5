"""Templates that come with the house, as data: criteria for common purchases (``data/*.toml``). Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
_CONTENT = ("qualifications", "terms", "criteria")


@dataclass(frozen=True)
class Template:
    """One template: its id, names by language (``zh_Hans``, ``zh_Hant``, ``en``), category and content."""

    id: str
    category: str
    names: Mapping[str, str]
    notes: Mapping[str, str]
    content: Mapping[str, Any]

    def name(self, language: str) -> str:
        """Return the name in a language."""
        return self.names.get(language, self.names["zh_Hans"])

    def note(self, language: str) -> str:
        """Return what it is for, in a language."""
        return self.notes.get(language, self.notes["zh_Hans"])


@cache
def templates() -> tuple[Template, ...]:
    """Return all templates by id."""
    return tuple(_template(path) for path in sorted(DATA.glob("*.toml")))


def template(id: str) -> Template | None:
    """Return a template by its id."""
    return next((one for one in templates() if one.id == id), None)


def _template(path: Path) -> Template:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    content: dict[str, Any] = {name: value for name, value in data.items() if name in _CONTENT}
    return Template(path.stem, data["category"], data["name"], data["note"], content)
