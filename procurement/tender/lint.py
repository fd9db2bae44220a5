"""The lint of a draft: what its fields and documents say that the law forbids, less what somebody set aside.

The words of a document are read once and kept beside its file (``<key>.words.json``); they are derived and can be
made again at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app

from foundation import texts
from foundation.errors import Refusal
from foundation.storage import Store, write_whole
from procurement.rules import lint
from procurement.rules.findings import Finding, finding
from procurement.rules.lint import Hit, Passage
from procurement.rules.ruleset import RuleSet
from procurement.scoring.method import PRICE, REQUIREMENT
from procurement.tender.models import Document, Override, Tender
from procurement.tender.ownership import demand_member, subject_of
from supervision.trail.act import Act

UNREAD = "lint.unread_document"
MOST_REASON = 2000


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the lint found and nobody set aside."""
    aside = {(one.rule, one.passage) for one in tender.overrides}
    for hit in hits(tender, ruleset):
        if (hit.rule, hit.sha256) not in aside:
            yield finding(ruleset.rule(hit.rule), hit.pointer, words=_told(tender, hit))


def hits(tender: Tender, ruleset: RuleSet) -> list[Hit]:
    """Return every hit in fields and documents, those set aside too."""
    rules = frozenset(one.rule for one in lint.load() if one.rule in ruleset)
    found = lint.look(_passages(tender), rules)
    for at, document in enumerate(_documents(tender)):
        pages = words_of(document)
        if not pages and UNREAD in ruleset:
            found.append(Hit(UNREAD, f"/documents/{at}", document.file_name, 0))
        found += _of_document(_Pages(document.sha256, pages), f"/documents/{at}", rules)
    return found


def set_aside(act: Act, tender: Tender, ruleset: RuleSet, passage: str, reason: str) -> Override:
    """Set one hit aside, with the reason that approver, supervisors and auditors read.

    Refuses ``tender.not_a_draft`` (409), ``lint.unknown`` (404) where nothing in the draft is found by this digest,
    and ``lint.reason_missing``.
    """
    demand_member(act, tender.authority)
    if tender.state not in ("draft", "submitted"):
        raise Refusal("tender.not_a_draft", 409, state=tender.state)
    words = reason.strip()[:MOST_REASON]
    if not words:
        raise Refusal("lint.reason_missing")
    hit = next((one for one in hits(tender, ruleset) if one.sha256 == passage), None)
    if hit is None:
        raise Refusal("lint.unknown", 404)
    made = Override(
        tender_id=tender.id,
        rule=hit.rule,
        pointer=hit.pointer,
        passage=hit.sha256,
        reason=words,
        account_id=act.account_id,
        made_at=act.now,
    )
    act.session.add(made)
    act.session.flush()
    act.session.expire(tender, ["overrides"])
    act.record("tender.set_aside", subject_of(tender), {"rule": hit.rule, "passage": hit.sha256, "reason": words})
    return made


def words_of(document: Document) -> list[str]:
    """Return the words of a document's pages; nothing where its kind holds none or it cannot be read."""
    store: Store = current_app.extensions["store"]
    path = store.path(document.storage_key)
    return list(_words(path, f".{document.file_name.rpartition('.')[2].lower()}"))


@lru_cache(maxsize=64)
def _words(path: Path, ending: str) -> tuple[str, ...]:
    kept = path.with_suffix(".words.json")
    try:
        return tuple(json.loads(kept.read_bytes()))
    except (OSError, ValueError):
        pages = texts.of_file(path, ending)
    write_whole(kept, json.dumps(pages).encode())
    return tuple(pages)


def _documents(tender: Tender) -> list[Document]:
    """Return the documents in which words are expected: pictures, archives and tables are for people to look at."""
    return [
        one
        for one in tender.documents
        if one.ended_at is None and one.kind == "attachment" and one.file_name.lower().endswith((".pdf", ".docx"))
    ]


@dataclass(frozen=True)
class _Pages:
    """The pages of a document, known by its digest alone."""

    sha256: str
    pages: list[str] = field(compare=False)


@lru_cache(maxsize=64)
def _of_document(document: _Pages, pointer: str, rules: frozenset[str]) -> tuple[Hit, ...]:
    passages = (Passage(pointer, "document", text, page) for page, text in enumerate(document.pages, start=1))
    return tuple(lint.look(passages, rules))


def _passages(tender: Tender) -> Iterator[Passage]:
    yield Passage("/title", "description", tender.title)
    yield Passage("/description", "description", tender.description)
    yield Passage("/qualifications", "qualification", tender.qualifications)
    for at, lot in enumerate(tender.lots):
        yield Passage(f"/lots/{at}/title", "description", lot.title)
        for place, item in enumerate(lot.items):
            kind = "substantive" if item.is_substantive else "need"
            yield Passage(f"/lots/{at}/items/{place}/title", kind, item.title)
            yield Passage(f"/lots/{at}/items/{place}/spec", kind, item.spec)
    for at, one in enumerate(tender.criteria):
        kind = "price" if one.kind == PRICE else "requirement" if one.kind == REQUIREMENT else "scored"
        yield Passage(f"/criteria/{at}/title", kind, one.title)
        yield Passage(f"/criteria/{at}/guidance", kind, one.guidance)
        # A band is judged with its points, as people read it.
        bands = "\n".join(f"{band['text']} 得 {_points(band)} 分" for band in one.bands)
        yield Passage(f"/criteria/{at}/bands", kind, bands)
    for name, value in (tender.terms or {}).items():
        if isinstance(value, str):
            yield Passage(f"/terms/{name}", "terms", value)


def _points(band: dict[str, Any]) -> str:
    return band["least"] if band["least"] == band["most"] else f"{band['least']}-{band['most']}"


def place_of(tender: Tender, hit: Hit) -> str:
    """Return file and page of a hit in a document; nothing for one in a field."""
    if not hit.page:
        return ""
    return f"{_documents(tender)[int(hit.pointer.rpartition('/')[2])].file_name}, p. {hit.page}"


def _told(tender: Tender, hit: Hit) -> str:
    place = place_of(tender, hit)
    return f"{place}: {hit.words}" if place else hit.words
