"""Collects every sentence people may read, and adds those without a translation to the catalogue of their room.

Sentences stand in templates and in calls of gettext, in the `SENTENCES` tables of the rooms, and in the docstrings of
the guards of lifecycles. A sentence belongs to the room in which it was found first.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ("zh_Hans", "zh_Hant")
WINGS = ("foundation", "identity", "bidding", "procurement", "supervision")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_l": None,
}
PYTHON = {"encoding": "utf-8"}
JINJA = {**PYTHON, "extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}
HEAD = (
    'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
)


@dataclass(frozen=True)
class Sentence:
    """A sentence as its source has it: one text, or singular and plural, with the room and the place it stands in."""

    text: str | tuple[str, str]
    room: str
    place: str

    @property
    def id(self) -> str:
        """Return the text by which a catalogue finds it."""
        return self.text if isinstance(self.text, str) else self.text[0]


def room_of(file: Path) -> str:
    """Return the name of the catalogue to which a file's sentences belong."""
    parts = file.relative_to(ROOT).parts
    if parts[0] == "templates":
        return "foundation" if len(parts) == 2 or parts[1] == "errors" else parts[1]
    return parts[0] if len(parts) == 2 or parts[0] in ("foundation", "identity") else parts[1]


def sentences() -> list[Sentence]:
    """Return every sentence of the house, each once."""
    found: dict[str, Sentence] = {}
    for each in [*_in_templates(), *_in_code()]:
        found.setdefault(each.id, each)
    return list(found.values())


def translations(locale: str) -> dict[str, str | tuple[str, ...]]:
    """Return what the catalogues of a locale translate: source text → translation (or its plural forms)."""
    found: dict[str, str | tuple[str, ...]] = {}
    for file in sorted((ROOT / "translations" / locale).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=locale):
                if message.id and message.string and any(message.string):
                    text = message.id if isinstance(message.id, str) else message.id[0]
                    found[text] = message.string if isinstance(message.string, str) else tuple(message.string)
    return found


def _in_templates() -> list[Sentence]:
    found = []
    for file in sorted((ROOT / "templates").rglob("*.html")):
        with file.open("rb") as source:
            for line, text, _comments, _context in extract("jinja2", source, KEYWORDS, options=JINJA):
                found.append(_sentence(text, file, line))
    return found


def _in_code() -> list[Sentence]:
    found = []
    for wing in WINGS:
        for file in sorted((ROOT / wing).rglob("*.py")):
            with file.open("rb") as source:
                for line, text, _comments, _context in extract("python", source, KEYWORDS, options=PYTHON):
                    found.append(_sentence(text, file, line))
            # Tables of other modules are for the command line, which speaks English.
            tree = ast.parse(file.read_text() if file.name in ("sentences.py", "web.py") else "")
            found += [Sentence(text, room_of(file), f"{file.relative_to(ROOT)}:{line}") for text, line in _tabled(tree)]
            if file.name == "lifecycle.py" and len(file.relative_to(ROOT).parts) > 1 and wing != "foundation":
                found += _guards(file)
    return found


def _sentence(text: str | tuple[str, ...], file: Path, line: int) -> Sentence:
    place = f"{file.relative_to(ROOT)}:{line}"
    return Sentence(text if isinstance(text, str) else (text[0], text[1]), room_of(file), place)


def _tabled(tree: ast.Module) -> list[tuple[str, int]]:
    """Return the values of a module's `SENTENCES` table."""
    found = []
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Name) and each.id == "SENTENCES" for each in targets):
            for value in ast.walk(node.value):
                if isinstance(value, ast.Dict):
                    for text in value.values:
                        if isinstance(text, ast.Constant) and isinstance(text.value, str):
                            found.append((text.value, text.lineno))
    return found


def _guards(file: Path) -> list[Sentence]:
    from foundation.lifecycle import refusal_sentences

    module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    place = str(file.relative_to(ROOT))
    said = refusal_sentences(getattr(module, "LIFECYCLES", ())).values()
    return [Sentence(text, room_of(file), place) for text in said if text]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _entry(sentence: Sentence) -> str:
    if isinstance(sentence.text, str):
        return f'\nmsgid {_quoted(sentence.text)}\nmsgstr ""\n'
    one, many = sentence.text
    return f'\nmsgid {_quoted(one)}\nmsgid_plural {_quoted(many)}\nmsgstr[0] ""\n'


def add_missing() -> int:
    """Append what no catalogue knows to the catalogue of its room; return how many translations are to be written."""
    count = 0
    everything = sentences()
    for locale in LOCALES:
        folder = ROOT / "translations" / locale
        text_of = {file.stem: file.read_text() for file in folder.glob("*.po")}
        known = set()
        for file in folder.glob("*.po"):
            with file.open("rb") as source:
                known |= {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(source, locale=locale) if m.id}
        for sentence in everything:
            if sentence.id not in known:
                head = text_of.setdefault(sentence.room, HEAD.format(locale=locale))
                text_of[sentence.room] = head.rstrip("\n") + "\n" + _entry(sentence)
        for room, text in text_of.items():
            target = folder / f"{room}.po"
            if not target.exists() or target.read_text() != text:
                target.write_text(text)
        missing = [each for each in everything if each.id not in translations(locale)]
        for sentence in missing:
            print(f"{locale}/{sentence.room}.po needs: {re.sub(chr(10), ' ', sentence.id)[:90]}  ({sentence.place})")
        count += len(missing)
    return count


if __name__ == "__main__":
    sys.exit(1 if add_missing() else 0)
