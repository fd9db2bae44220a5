"""A module imports its own rung or lower, never higher; and only acts and notes commit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The ladder, rung by rung, as docs/architecture.md tells it.
RUNGS = {
    "foundation": 0,
    "bidding.seal": 1,
    "procurement.scoring": 1,
    "procurement.rules": 2,
    "supervision.trail": 2,
    "identity": 3,
    "procurement.notices": 4,
    "procurement.plan": 5,
    "procurement.library": 5,
    "procurement.tender": 6,
    "bidding.box": 7,
    "procurement.clarification": 7,
    "procurement.panel": 8,
    "procurement.evaluation": 9,
    "procurement.award": 10,
    "procurement.contract": 11,
    "supervision.desk": 14,
    "procurement.portal": 15,
}
# Pure rooms know neither the web nor the database.
PURE = ("bidding.seal", "procurement.scoring", "procurement.rules")
WEB = ("flask", "sqlalchemy", "flask_sqlalchemy", "flask_babel", "flask_wtf", "wtforms", "werkzeug")


def room_of(name: str) -> str | None:
    """Return the room that a dotted module name lies in."""
    parts = name.split(".")
    for length in (2, 1):
        room = ".".join(parts[:length])
        if room in RUNGS:
            return room
    return None


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    """Yield every module of every room."""
    for top in ("foundation", "identity", "procurement", "bidding", "supervision"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path, ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every imported dotted name with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def test_every_module_stands_in_a_room() -> None:
    wings = {"procurement", "bidding", "supervision"}
    assert [name for name, _, _ in modules() if room_of(name) is None and name not in wings] == []


def test_no_room_imports_a_higher_one() -> None:
    wrong = []
    for name, _path, tree in modules():
        here = room_of(name)
        for wanted, line in imports(tree):
            there = room_of(wanted)
            if here and there and RUNGS[there] > RUNGS[here]:
                wrong.append(f"{name}:{line} imports {wanted}")
            if here and wanted.split(".")[0] in ("wsgi", "scripts", "tests"):
                wrong.append(f"{name}:{line} imports {wanted}")
    assert wrong == []


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_know_no_web_and_no_database(room: str) -> None:
    wrong = [
        f"{name}:{line} imports {wanted}"
        for name, _path, tree in modules()
        if room_of(name) == room
        for wanted, line in imports(tree)
        if wanted.split(".")[0] in WEB
    ]
    assert wrong == []


def test_an_init_file_is_one_docstring() -> None:
    for name, path, tree in modules():
        if path.name == "__init__.py":
            assert len(tree.body) == 1 and ast.get_docstring(tree), f"{name} holds more than its docstring"


def test_only_acts_and_notes_commit() -> None:
    allowed = {"supervision.trail.act", "foundation.database"}
    wrong = []
    for name, _path, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "commit" and name not in allowed:
                wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_operations_never_read_the_request() -> None:
    wrong = [
        f"{name}:{line}"
        for name, _path, tree in modules()
        if name.endswith(".operations")
        for wanted, line in imports(tree)
        if wanted in ("flask.request", "flask.session", "flask.g") or wanted.startswith("foundation.mail")
    ]
    assert wrong == []


def test_nothing_but_the_lifecycle_sets_a_state() -> None:
    """A state is set by `Lifecycle.make`, or by a constructor that begins in the first state."""
    wrong = []
    for name, _path, tree in modules():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state" and name != "foundation.lifecycle":
                    wrong.append(f"{name}:{node.lineno}")
    assert wrong == []
