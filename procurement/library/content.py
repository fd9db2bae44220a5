"""What a piece of the library holds: a part of a tender's form, checked, and told in lines that people can compare.

A clause is one text: ``{"terms": {place: text}}`` or ``{"qualifications": text}``. A criterion is
``{"criteria": [criterion]}``. A template has several criteria, and may have ``method`` and both of the others. Criteria
have the shape of ``procurement/tender/drafting.py``; who makes them checks them there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from flask_babel import gettext, lazy_gettext

from foundation.canonical import canonical
from foundation.errors import Refusal
from procurement.notices.difference import pieces
from procurement.scoring.arithmetic import parse_decimal
from procurement.scoring.formula_reading import formula_of
from procurement.scoring.formula_words import formula_lines

_ = lazy_gettext

CLAUSE, CRITERION, TEMPLATE = "clause", "criterion", "template"
KINDS = (CLAUSE, CRITERION, TEMPLATE)
KIND_WORDS: dict[str, Any] = {CLAUSE: _("Clause"), CRITERION: _("Criterion"), TEMPLATE: _("Template")}
CATEGORIES = ("", "goods", "services", "works")
CATEGORY_WORDS: dict[str, Any] = {
    "": _("Any"),
    "goods": _("Goods"),
    "services": _("Services"),
    "works": _("Works"),
}
QUALIFICATIONS = "qualifications"
# Where a clause belongs in the form of a tender.
PLACES: dict[str, Any] = {
    QUALIFICATIONS: _("Qualifications of bidders"),
    "instructions": _("Instructions to bidders"),
    "site_visit": _("Site visit and meeting"),
    "certificates": _("Certificates that bidders give"),
    "offer_format": _("What a bid consists of"),
    "acceptance": _("Acceptance"),
    "contract": _("Text of the contract"),
    "delivery_place": _("Place of delivery"),
    "delivery_time": _("Time of delivery"),
    "payment": _("Payment"),
    "invalidity": _("When a bid is invalid"),
    "agency_fee": _("Agency fee"),
    "credit_query": _("How credit records are looked up"),
    "other": _("Other matters"),
}
CRITERION_WORDS: dict[str, Any] = {
    "requirement": _("Pass or fail"),
    "price": _("Price score"),
    "points": _("Scored by experts"),
    "formula": _("By a formula"),
}
MOST_BYTES, MOST_TITLE, MOST_TEXT = 200_000, 300, 20_000
_MEMBERS = ("qualifications", "terms", "criteria", "method")


@dataclass(frozen=True)
class Row:
    """One row of a comparison: ``same``, ``changed``, ``gone`` or ``new``, with the pieces of its two lines."""

    kind: str
    left: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...]


def checked(kind: str, category: str, title: str, content: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return title and content of a piece as they are kept.

    Refuses ``library.kind``, ``library.title``, ``library.content`` and ``library.too_large``.
    """
    title = " ".join(title.split())
    if kind not in KINDS or category not in CATEGORIES:
        raise Refusal("library.kind")
    if not title or len(title) > MOST_TITLE or not all(map(_is_plain, title)):
        raise Refusal("library.title", most=MOST_TITLE)
    found = {name: value for name, value in content.items() if name in _MEMBERS and value}
    texts = [found.get(QUALIFICATIONS, ""), *(found.get("terms") or {}).values()]
    given = [text for text in texts if isinstance(text, str) and text.strip()]
    is_whole = len(given) == 1 if kind == CLAUSE else bool(found.get("criteria"))
    if not is_whole or any(len(text) > MOST_TEXT or not all(map(_is_plain, text)) for text in given):
        raise Refusal("library.content", most=MOST_TEXT)
    if len(canonical(found)) > MOST_BYTES:
        raise Refusal("library.too_large", most=MOST_BYTES)
    return title, found


def place_of(content: Mapping[str, Any]) -> str:
    """Return where the text of a clause belongs."""
    return next(iter(content.get("terms") or {}), QUALIFICATIONS)


def text_of(content: Mapping[str, Any]) -> str:
    """Return the text of a clause."""
    place = place_of(content)
    return str(content.get(QUALIFICATIONS, "") if place == QUALIFICATIONS else content["terms"][place])


def lines(content: Mapping[str, Any], language: str) -> list[str]:
    """Return a piece line by line, in the reader's language."""
    return list(_lines(content, language))


def compared(left: Mapping[str, Any], right: Mapping[str, Any], language: str) -> list[Row]:
    """Return two pieces side by side, line by line, with what differs inside a line."""
    old, new = lines(left, language), lines(right, language)
    rows = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for before, after in zip_longest(old[a:b], new[c:d]):
            if tag == "equal":
                rows.append(Row("same", (("same", before),), (("same", after),)))
            elif before is None:
                rows.append(Row("new", (), (("new", after),)))
            elif after is None:
                rows.append(Row("gone", (("gone", before),), ()))
            else:
                found = pieces(before, after)
                gone = tuple(one for one in found if one[0] != "new")
                rows.append(Row("changed", gone, tuple(one for one in found if one[0] != "gone")))
    return rows


def _lines(content: Mapping[str, Any], language: str) -> Iterator[str]:
    if content.get(QUALIFICATIONS):
        yield f"【{PLACES[QUALIFICATIONS]}】"
        yield from content[QUALIFICATIONS].splitlines()
    for place, text in (content.get("terms") or {}).items():
        if isinstance(text, str) and text:
            yield f"【{PLACES.get(place, place)}】"
            yield from text.splitlines()
    for one in content.get("criteria") or ():
        yield from _criterion_lines(one, language)


def _criterion_lines(one: Mapping[str, Any], language: str) -> Iterator[str]:
    kind = str(CRITERION_WORDS.get(one["kind"], one["kind"]))
    weight = one.get("weight") or "0"
    points = "" if one["kind"] == "requirement" else " · " + gettext("%(points)s points", points=weight)
    yield f"【{one.get('title') or ''}】{kind}{points}"
    yield from (line for line in (one.get("guidance") or "").splitlines() if line.strip())
    for band in one.get("bands") or ():
        yield f"{band['least']}–{band['most']}  {band['text']}"
    formula = formula_of(one.get("formula"), parse_decimal(weight)) if one.get("formula") else None
    if formula is not None:
        yield from formula_lines(formula, parse_decimal(weight), language)
    for proof in one.get("evidence") or ():
        must = gettext("Proof, must be uploaded") if proof.get("required") else gettext("Proof, may be added")
        yield f"{must}: {proof['title']}" if language == "en" else f"{must}：{proof['title']}"


def _is_plain(sign: str) -> bool:
    return sign in "\r\n\t" or (ord(sign) >= 32 and ord(sign) != 127 and not 0xD800 <= ord(sign) <= 0xDFFF)
