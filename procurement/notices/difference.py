"""What differs between two contents of a tender notice, in words that people can read. Pure.

A difference names what changed by the rule of a sentence (``change.item_quantity``) with its facts, so that pages,
papers and mails tell it in the reader's language (`foundation.web.sentence`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

# Beyond this many words a text is shown as a whole, before and after: comparing takes the square of it.
MOST_WORDS = 3000

_WORD = re.compile(r"[A-Za-z0-9_.,%+-]+|\s+|.", re.DOTALL)
_TENDER = (
    "title", "description", "qualifications", "consortium", "budget", "closes_at", "notice_period_ends_on",
)
_LOT = ("title", "ceiling")
_ITEM = ("title", "quantity", "unit", "spec", "substantive", "classification")
_CRITERION = ("title", "kind", "guidance", "weight", "step", "x_bands", "formula", "evidence", "mandatory")
_DOCUMENT = ("file_name", "sha256")
# Members with words of their own; any other is told by its path.
_KNOWN = {
    "terms": (
        "acceptance", "agency_fee", "certificates", "contract", "credit_query", "delivery_place", "delivery_time",
        "instructions", "invalidity", "offer_format", "other", "payment", "site_visit", "validity_days",
    ),
    "policies": (
        "domestic_rate", "energy", "energy_items", "energy_list", "environment", "environment_items",
        "environment_list", "imported", "imported_approval", "industry", "sme_consortium_rate", "sme_rate",
        "sme_reason", "sme_reserve", "sme_share", "sme_small",
    ),
    "method": ("id", "requirement_fails_by"),
}


@dataclass(frozen=True)
class Difference:
    """One thing that changed: where, what it is called (`label` and `facts`), and its words before and after.

    An empty `before` is something that came new, an empty `after` something that was taken away.
    """

    pointer: str
    label: str
    before: str
    after: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between two contents of a notice, in the order of the notice."""
    old, new = before.get("tender") or {}, after.get("tender") or {}
    found = [*_members("tender", "/tender", _TENDER, old, new, {})]
    found += _rows("lot", "/tender/lots", "lot", old.get("lots"), new.get("lots"), {}, _lot)
    # All lots have the same criteria and method, so the first one tells of them.
    first, second = _first(old), _first(new)
    at = "/tender/lots/0"
    found += _rows("criterion", f"{at}/criteria", "criterion", first.get("criteria"), second.get("criteria"), {})
    found += _others("method", f"{at}/method", first.get("method"), second.get("method"))
    for name in ("policies", "terms"):
        found += _others(name, f"/tender/{name}", old.get(name), new.get(name))
    found += _documents(before.get("documents"), after.get("documents"))
    found += _members("issuer", "/issuer", ("contact", "phone"), before.get("issuer"), after.get("issuer"), {})
    return found


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Return a text's change as pieces ``("same" | "gone" | "new", text)``, word by word, CJK sign by sign."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if not before or not after or len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return [(kind, text) for kind, text in (("gone", before), ("new", after)) if text]
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(old[a:b])))
            continue
        found += [(kind, text) for kind, text in (("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))) if text]
    return found


def _lot(old: Any, new: Any, at: str, facts: Mapping[str, Any]) -> Iterator[Difference]:
    inside = {"lot": facts["name"]}
    yield from _members("lot", at, _LOT, old, new, inside)
    yield from _rows("item", f"{at}/items", "item", old.get("items"), new.get("items"), inside)


def _documents(old: Any, new: Any) -> Iterator[Difference]:
    """A new version has a reference of its own, so documents are known by their titles where these are unique."""
    titles = [[str(row.get("title", "")) for row in rows or ()] for rows in (old, new)]
    key = "title" if all(len(set(each)) == len(each) for each in titles) else "ref"
    return _rows("document", "/documents", key, old, new, {})


def _rows(
    what: str, at: str, key: str, old: Any, new: Any, facts: Mapping[str, Any], inside: Any = None
) -> Iterator[Difference]:
    """Yield what came, went and changed in two lists of objects that are known by `key`."""
    rows, later = _by(key, old), _by(key, new)
    names = {"item": _ITEM, "criterion": _CRITERION, "document": _DOCUMENT}.get(what, ())
    for place, (name, row) in enumerate(rows.items()):
        here = {**facts, "name": name, "title": str(row.get("title", ""))}
        if name not in later:
            yield Difference(f"{at}/{place}", f"change.{what}_gone", _said(row, names), "", here)
        elif inside is not None:
            yield from inside(row, later[name], f"{at}/{place}", here)
        else:
            yield from _members(what, f"{at}/{place}", names, row, later[name], here)
    for place, (name, row) in enumerate(later.items()):
        if name not in rows:
            here = {**facts, "name": name, "title": str(row.get("title", ""))}
            yield Difference(f"{at}/{place}", f"change.{what}_new", "", _said(row, names), here)


def _members(
    what: str, at: str, names: Sequence[str], old: Any, new: Any, facts: Mapping[str, Any]
) -> Iterator[Difference]:
    rows, later = old or {}, new or {}
    for name in names:
        before, after = _text(rows.get(name)), _text(later.get(name))
        if before != after:
            yield Difference(f"{at}/{name}", f"change.{what}_{name}", before, after, facts)


def _others(what: str, at: str, old: Any, new: Any) -> Iterator[Difference]:
    """Yield what differs between two objects whose members this module does not know, each by its path."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    for path in [*before, *(path for path in after if path not in before)]:
        if before.get(path, "") != after.get(path, ""):
            name = path.strip("/")
            label = f"change.{what}_{name}" if name in _KNOWN[what] else f"change.{what}"
            yield Difference(at + path, label, before.get(path, ""), after.get(path, ""), {"path": name})


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, f"{at}/{name}")
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for place, one in enumerate(value):
            yield from _leaves(one, f"{at}/{place + 1}")
    elif value not in (None, "", [], {}):
        yield at, _text(value)


def _by(key: str, rows: Any) -> dict[str, Mapping[str, Any]]:
    return {str(row[key]): row for row in rows or () if isinstance(row, Mapping) and key in row}


def _first(tender: Mapping[str, Any]) -> Mapping[str, Any]:
    lots = tender.get("lots") or []
    return lots[0] if lots else {}


def _said(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return "; ".join(text for name in names if name != "title" and (text := _text(row.get(name))))


def _text(value: Any) -> str:
    """Return a value in plain words: lists by line, a missing one as nothing, yes and no as marks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Mapping):
        return " ".join(text for one in value.values() if (text := _text(one)))
    if isinstance(value, list):
        return "\n".join(text for one in value if (text := _text(one)))
    return str(value)
