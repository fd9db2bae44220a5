"""Print the generated parts of `docs/` anew: the lifecycles, the settings and the roles. `make docs` runs it."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from foundation.config import SETTINGS
from foundation.lifecycle import Lifecycle
from identity.rights import RIGHTS, Right, Role
from wsgi import ROOMS

DOCS = Path(__file__).parent.parent / "docs"


def lifecycles() -> list[Lifecycle]:
    """Return the lifecycles of every room."""
    found: list[Lifecycle] = []
    for room in ROOMS:
        if find_spec(f"{room}.lifecycle"):
            found += import_module(f"{room}.lifecycle").LIFECYCLES
    return found


def lifecycles_page() -> str:
    """Return `docs/lifecycles.md`."""
    lines = [
        "# Lifecycles",
        "",
        "Printed from the tables of moves in each room's `lifecycle.py` by `make docs`; a test keeps it current.",
        "An empty *right* means that a duty or an upper room makes the move. A guard's sentence is what people read",
        "when it refuses.",
    ]
    for lifecycle in lifecycles():
        lines += ["", f"## {lifecycle.name}", "", f"Begins as *{lifecycle.first}*.", ""]
        lines += ["| event | from | to | right | guards |", "|---|---|---|---|---|"]
        for move in lifecycle.moves:
            guards = "<br>".join(
                f"`{lifecycle.name}.{guard.__name__}`: {' '.join((guard.__doc__ or '').split())}"
                for guard in move.guards
            )
            sources = ", ".join(move.sources)
            lines.append(f"| {move.event} | {sources} | {move.target} | {str(move.right) or '–'} | {guards or '–'} |")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """Return the table of settings for `docs/running.md`."""
    lines = ["| name | default | meaning |", "|---|---|---|"]
    lines += [f"| `{s.name}` | {f'`{s.default}`' if s.default else '(empty)'} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(lines)


def roles_table() -> str:
    """Return the table of role × right for `docs/architecture.md`."""
    lines = ["| right | " + " | ".join(role.value for role in Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for right in Right:
        marks = ("yes" if right in RIGHTS[role] else "" for role in Role)
        lines.append(f"| {right.value} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Return every page with generated parts, as it should be."""
    found = {DOCS / "lifecycles.md": lifecycles_page()}
    for name, mark, table in (
        ("running.md", "settings", settings_table()),
        ("architecture.md", "roles", roles_table()),
    ):
        page = DOCS / name
        found[page] = re.sub(
            rf"(<!-- {mark} -->\n).*?(\n<!-- /{mark} -->)",
            lambda match, table=table: match[1] + table + match[2],  # type: ignore[misc]
            page.read_text(),
            flags=re.S,
        )
    return found


def main() -> int:
    """Write the pages; with ``--check`` only say which are stale."""
    stale = {page: text for page, text in pages().items() if not page.exists() or page.read_text() != text}
    if "--check" in sys.argv:
        for page in stale:
            print(f"{page} is stale; run make docs")
        return 1 if stale else 0
    for page, text in stale.items():
        page.write_text(text)
        print(f"wrote {page}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
