"""A case as a timeline: entries of the trail in words, those of one act together, sealed ones explained afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from foundation import web
from foundation.canonical import parse
from supervision.desk import words
from supervision.trail.models import Entry

# Of the entries of one act, the first in this order tells it; the others stand below it.
_LEADS = (
    "award.decide", "award.propose", "award.return", "evaluation.complete", "evaluation.fail", "opening.record",
    "opening.fail", "opening.release", "opening.abandon", "tender.publish", "tender.amend", "tender.cancel",
)
_SEALED = ("sealed", "bid.submit", "bid.withdraw", "opening.release", "opening.record", "lot.release", "lot.open")
_HOT = ("bid.refuse", "opening.fail", "lot.fail", "evaluation.fail", "tender.cancel")


@dataclass(frozen=True)
class Note:
    """A few words below a line, and where they lead: an endpoint of this or a higher room with its values."""

    text: str
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    index: int
    at: datetime
    kind: str
    subject: str
    lot: str
    text: str
    actor: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Moment:
    """The entries of one act; `lines[0]` tells it. `look` is a class: hot, sealed or none."""

    lines: tuple[Line, ...]
    look: str

    @property
    def lead(self) -> Line:
        """The line that tells what the act was."""
        return self.lines[0]


def body_of(entry: Entry) -> dict[str, Any]:
    """Return what an entry says; nothing but its columns where somebody destroyed its bytes in the database."""
    try:
        found = parse(entry.body)
    except ValueError:
        found = None
    if isinstance(found, dict) and found.keys() >= {"kind", "actor", "facts"}:
        return found
    return {"kind": entry.kind, "actor": {"kind": entry.actor}, "facts": {}}


def line(entry: Entry, organisations: Mapping[str, str], told: Mapping[str, Any] | None = None) -> Line:
    """Return an entry in words. `told` is what an opening revealed of a sealed one."""
    body = body_of(entry)
    kind, facts = body["kind"], body["facts"]
    if told is not None:
        kind = told["act"]
        return Line(
            entry.index, entry.at, kind, entry.subject, told["lot"], words.said(kind, facts),
            "", tuple(_afterwards(told)),
        )
    return Line(
        entry.index,
        entry.at,
        kind,
        entry.subject,
        _lot_of(entry.subject) or str(facts.get("lot", "")),
        words.said(kind, facts),
        words.actor(body["actor"], organisations),
        tuple(_notes(kind, facts)),
    )


def organisations_in(entries: Iterable[Entry]) -> set[str]:
    """Return the references of organisations that actors of these entries belong to."""
    found = {body_of(entry)["actor"].get("organisation", "") for entry in entries}
    return found - {""}


def moments(lines: Iterable[Line]) -> list[Moment]:
    """Return lines, newest first, grouped by act: one moment, one actor, entries that follow each other."""
    groups: list[list[Line]] = []
    for each in lines:
        last = groups[-1][-1] if groups else None
        # A bid is an act of its own, and its actor stands in its notes.
        if last and each.actor and (last.at, last.actor, last.index) == (each.at, each.actor, each.index + 1):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [_moment(group) for group in groups]


def _moment(group: list[Line]) -> Moment:
    lead = min(group, key=lambda one: (_LEADS.index(one.kind) if one.kind in _LEADS else len(_LEADS), one.index))
    others = sorted((one for one in group if one is not lead), key=lambda one: one.index)
    kinds = {one.kind for one in group}
    look = "hot" if kinds & set(_HOT) else "sealed" if kinds & set(_SEALED) else ""
    return Moment((lead, *others), look)


def _lot_of(subject: str) -> str:
    parts = subject.split("/")
    return parts[3] if len(parts) > 3 and parts[2] == "lot" else ""


def _afterwards(told: Mapping[str, Any]) -> Iterable[Note]:
    where = {"ref": told["notice"]}
    if told["supplier"]:
        yield Note(_("Told at the opening: %(supplier)s", supplier=told["supplier"]), "portal.notice", where)
    else:
        yield Note(_("Told at the deadline, without a name"), "portal.notice", where)
    if told["replaces"]:
        yield Note(_("It replaced an earlier bid of the same supplier"))


def _notes(kind: str, facts: Mapping[str, Any]) -> Iterable[Note]:
    """Return what an entry's facts say, where people can use it."""
    if "notice" in facts:
        yield Note(_("Notice %(ref)s", ref=facts["notice"]), "portal.notice", {"ref": facts["notice"]})
    if "document" in facts and kind not in ("tender.remove_document", "tender.change_document"):
        yield Note(_("Document %(ref)s", ref=facts["document"][:8]), "portal.document", {"ref": facts["document"]})
    if kind == "opening.release":
        count = int(facts["bids"])
        yield Note(ngettext("%(num)s bid at the deadline", "%(num)s bids at the deadline", count))
        yield Note(_("At least %(least)s needed", least=facts["least"]))
    if kind == "opening.record":
        yield Note(ngettext("%(num)s opened", "%(num)s opened", int(facts["opened"])))
        if facts["unopenable"]:
            unopened = int(facts["unopenable"])
            yield Note(ngettext("%(num)s that could not be opened", "%(num)s that could not be opened", unopened))
    if kind == "bid.refuse":
        rule = facts.get("rule")
        yield Note(_("It came at or after the deadline") if rule == "bid.late" else _rule(rule))
    if "rank" in facts:
        yield Note(_("Rank %(rank)s", rank=facts["rank"]))
    if "seat" in facts:
        yield Note(_("Seat %(seat)s", seat=facts["seat"]))
    if "replaced" in facts:
        yield Note(_("in place of seat %(seat)s", seat=facts["replaced"]))
    if "standstill_ends_on" in facts:
        yield Note(_("Challenges until %(day)s", day=facts["standstill_ends_on"]))
    reason = facts.get("reason")
    # A reason that speaks of people stands behind a digest; that of a rule is told by the entry beside it.
    if isinstance(reason, str) and not re.fullmatch(r"[0-9a-f]{64}|[a-z_]+(\.[a-z_]+)+", reason):
        yield Note(reason)


def _rule(name: object) -> str:
    """Return the sentence of a rule, or the words as they stand where they name none."""
    return web.sentence(str(name), {}) if name in web.SENTENCES else str(name)
