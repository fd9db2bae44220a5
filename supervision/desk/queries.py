"""Reads for inspectors and auditors: the overview, a case, the trail by filter, who read what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from bidding.box import queries as box
from bidding.box.models import Bid
from foundation.canonical import parse
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Account, Membership, Organisation
from procurement.award.models import Award
from procurement.evaluation.models import Evaluation, Score, Scoresheet, SignOff
from procurement.notices import queries as notices
from procurement.notices.models import Notice
from procurement.panel.models import PanelMember
from procurement.tender.models import Lot, Tender
from supervision.trail import queries as trail
from supervision.trail.models import Checkpoint, Entry

PAGE = 50
# States in which a lot waits for experts or for the authority.
JUDGED = ("opened", "evaluated", "proposed")
READINGS = ("desk.read", "bid.read", "evaluation.read")


@dataclass(frozen=True)
class Overview:
    """The house at a glance. Nothing in it comes from a sealed bid."""

    open_count: int
    closing: list[Tender]
    opening: list[Lot]
    judged: list[Lot]
    decided: list[Notice]


def overview(now: datetime, *, most: int = 8) -> Overview:
    """Return what is open, being opened, being judged, and decided lately."""
    is_open = (Tender.state == "open") & (Tender.closes_at > now)
    closing = select(Tender).where(is_open).options(joinedload(Tender.authority))
    lots = select(Lot).join(Tender).options(joinedload(Lot.tender).joinedload(Tender.authority))
    due = (Lot.state == "opening") | ((Lot.state == "open") & (Tender.closes_at <= now))
    decided = select(Notice).where(Notice.kind.in_(("award", "failure", "cancellation")))
    run = db.session.execute
    return Overview(
        run(select(func.count()).select_from(Tender).where(is_open)).scalar_one(),
        list(run(closing.order_by(Tender.closes_at, Tender.id).limit(most)).scalars()),
        list(run(lots.where(due).order_by(Tender.closes_at, Lot.id).limit(most)).scalars()),
        list(run(lots.where(Lot.state.in_(JUDGED)).order_by(Tender.closes_at, Lot.id).limit(most)).scalars()),
        list(run(decided.order_by(Notice.id.desc()).limit(most)).scalars()),
    )


def about(subject: str) -> ColumnElement[bool]:
    """Return the condition for entries about `subject` and what lies under it; both engines answer it by an index."""
    return (Entry.subject == subject) | Entry.subject.between(f"{subject}/", f"{subject}0")


def count_about(subject: str) -> int:
    """Return how many entries speak of `subject` or what lies under it."""
    return db.session.execute(select(func.count()).select_from(Entry).where(about(subject))).scalar_one()


def entries(
    *,
    before: int | None = None,
    kinds: Collection[str] = (),
    subject: str = "",
    actors: Collection[str] | None = None,
    most: int = PAGE,
) -> list[Entry]:
    """Return entries below index `before`, newest first. Each filter has an index of its own."""
    wanted = select(Entry).order_by(Entry.index.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(Entry.index < before)
    if kinds:
        wanted = wanted.where(Entry.kind.in_(kinds))
    if subject:
        wanted = wanted.where(about(subject))
    if actors is not None:
        wanted = wanted.where(Entry.actor.in_(actors))
    return list(db.session.execute(wanted).scalars())


def entries_at(indexes: Collection[int]) -> list[Entry]:
    """Return the entries at these places."""
    found: list[Entry] = []
    wanted = sorted(indexes)
    for first in range(0, len(wanted), 500):
        found += db.session.execute(select(Entry).where(Entry.index.in_(wanted[first : first + 500]))).scalars()
    return found


def entry(index: int) -> Entry:
    """Return one entry, or refuse with 404 ``trail.no_such_entry``."""
    if index >= trail.tip().size:
        raise Refusal("trail.no_such_entry", 404, index=index)
    return trail.by_index(index)


def actors_named(words: str) -> set[str] | None:
    """Return whose entries are meant: an account's reference, a kind of actor, or everyone of an organisation.

    An organisation is named by its reference or its exact name. None where nothing is asked.
    """
    asked = words.strip()
    if not asked:
        return None
    members = (
        select(Account.ref)
        .join(Membership, Membership.account_id == Account.id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where((Organisation.ref == asked.upper()) | (Organisation.name == asked))
    )
    return {asked, asked.upper(), asked.lower()} | set(db.session.execute(members).scalars())


def names(refs: Collection[str]) -> dict[str, str]:
    """Return the names of organisations by reference."""
    wanted = select(Organisation.ref, Organisation.name).where(Organisation.ref.in_(refs))
    return {ref: name for ref, name in db.session.execute(wanted)} if refs else {}


def readers(refs: Collection[str]) -> dict[str, str]:
    """Return the names of supervisors by the reference of their account; of nobody else."""
    wanted = (
        select(Account.ref, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(Account.ref.in_(refs), Organisation.kind == "supervisor", Membership.role.in_(("inspector", "auditor")))
    )
    return {ref: name for ref, name in db.session.execute(wanted)} if refs else {}


def has_read(subject: str, matter: str, reader: str, session: str) -> bool:
    """Tell whether the trail holds this reader's reading of `matter` in this session."""
    wanted = select(Entry.body).where(Entry.subject == subject, Entry.kind == "desk.read", Entry.actor == reader)
    asked = {"matter": matter, "session": session}
    rows = db.session.execute(wanted.order_by(Entry.index.desc()).limit(200)).scalars()
    return any(parse(body)["facts"] == asked for body in rows)


def revealed(tender: Tender) -> dict[int, dict[str, Any]]:
    """Return what openings told of sealed entries: index → ``act``, ``bid``, ``replaces`` and the supplier's name.

    From public, signed notices only, so nothing is told before the opening.
    """
    found: dict[int, dict[str, Any]] = {}
    for ref, said in _records(tender):
        told = [*said.get("bids", ()), *said.get("unopenable", ())]
        who = {one["bid"]: (one.get("supplier") or {}).get("name", "") for one in told}
        for one in said.get("sealed_entries", ()):
            value = one["value"]
            found[int(one["entry"])] = {
                "act": value.get("act", ""),
                "lot": said["lot"]["lot"],
                "replaces": bool(value.get("replaces")),
                "supplier": who.get(value.get("bid"), ""),
                "notice": ref,
            }
    return found


def _records(tender: Tender) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the public records of a tender's lots with their notices, those too that a later stage's notice told."""
    for kind in ("opening", "failure"):
        for notice in notices.of_tender(tender.ref, kind=kind):
            yield notice.ref, notices.content(notice)
    for lot in tender.lots:
        opening = box.opening_of(lot)
        if opening is not None and opening.revealed_ref is not None:
            for one in notices.content(notices.by_ref(opening.revealed_ref)).get("earlier", ()):
                if (one["tender"], one["lot"]) == (tender.ref, lot.number):
                    yield opening.revealed_ref, one["record"]


def evaluated_at(tender: Tender) -> dict[str, datetime]:
    """Return when each lot's evaluation was complete, by the lot's number."""
    wanted = select(Lot.number, Evaluation.completed_at).join(Evaluation, Evaluation.lot_id == Lot.id)
    return {number: at for number, at in db.session.execute(wanted.where(Lot.tender_id == tender.id))}


def decided_at(tender: Tender) -> dict[str, datetime]:
    """Return when each lot was awarded, by the lot's number."""
    wanted = select(Lot.number, Award.decided_at).join(Award, Award.lot_id == Lot.id)
    rows = db.session.execute(wanted.where(Lot.tender_id == tender.id, Award.decided_at.is_not(None)))
    return {number: at for number, at in rows if at is not None}


def sheets(lot: Lot) -> list[Scoresheet]:
    """Return every expert's sheets of a lot, by seat and letter."""
    wanted = (
        select(Scoresheet)
        .join(Bid, Scoresheet.bid_id == Bid.id)
        .join(PanelMember, Scoresheet.member_id == PanelMember.id)
        .where(Bid.lot_id == lot.id)
        .options(joinedload(Scoresheet.bid), joinedload(Scoresheet.member).joinedload(PanelMember.account))
        .order_by(PanelMember.number, Bid.letter)
    )
    return list(db.session.execute(wanted).scalars())


def marks(sheets: Collection[Scoresheet]) -> dict[int, list[Score]]:
    """Return the marks of sheets by the sheet's key."""
    found: dict[int, list[Score]] = {sheet.id: [] for sheet in sheets}
    wanted = select(Score).where(Score.sheet_id.in_(found)).order_by(Score.id)
    for score in db.session.execute(wanted).scalars():
        found[score.sheet_id].append(score)
    return found


def signed(lot: Lot) -> dict[int, SignOff]:
    """Return the signatures under a lot's sheets by the member's key."""
    wanted = select(SignOff).where(SignOff.lot_id == lot.id)
    return {one.member_id: one for one in db.session.execute(wanted).scalars()}


def kept_checkpoints(*, before: int | None = None, most: int = 20) -> list[Checkpoint]:
    """Return checkpoints that were given out, newest first, below a size."""
    wanted = select(Checkpoint).order_by(Checkpoint.size.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(Checkpoint.size < before)
    return list(db.session.execute(wanted).scalars())
