"""Reads of the plan: lists by key instead of by offset, sums by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from foundation.database import db
from foundation.errors import Refusal
from foundation.words import asked
from identity.models import Organisation
from procurement.notices.models import Notice
from procurement.plan.lifecycle import COMMITTED
from procurement.plan.models import BudgetLine, IntentionWord, Project, SplittingDecision
from procurement.plan.splitting import Purchase
from supervision.trail.models import Entry

PAGE = 50
STATES = ("draft", "submitted", "approved", "announced", "under_way", "done", "withdrawn")


@dataclass(frozen=True)
class Page:
    """Some projects in order; `next` is the key of the page that follows, None on the last one."""

    projects: list[Project]
    next: str | None


@dataclass(frozen=True)
class LineFigures:
    """A budget line with what is planned from it, in whole fen. `drafts` is what its drafts would take."""

    line: BudgetLine
    planned: int
    drafts: int

    @property
    def left(self) -> int:
        """What is left of the line."""
        return self.line.amount - self.planned


@dataclass(frozen=True)
class Told:
    """An entry of the trail about a project."""

    at: datetime
    kind: str
    index: int


def by_ref(ref: str) -> Project:
    """Return one project in whatever state, or refuse with 404."""
    found = db.session.execute(select(Project).where(Project.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("plan.unknown", 404, ref=ref)
    return found


def line_by_ref(ref: str) -> BudgetLine:
    """Return one budget line, or refuse with 404."""
    found = db.session.execute(select(BudgetLine).where(BudgetLine.ref == ref)).scalar_one_or_none()
    if found is None:
        raise Refusal("budget_line.unknown", 404, ref=ref)
    return found


def of_year(authority: Organisation, year: int, *, state: str = "", after: str = "", most: int = PAGE) -> Page:
    """Return an authority's projects of a year, the newest first; `after` is a key that an earlier page gave."""
    wanted = select(Project).where(Project.authority_id == authority.id, Project.year == year)
    if state in STATES:
        wanted = wanted.where(Project.state == state)
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(Project.id < int(after))
    wanted = wanted.options(joinedload(Project.budget_line)).order_by(Project.id.desc()).limit(most + 1)
    found = list(db.session.execute(wanted).scalars())
    return Page(found[:most], str(found[most - 1].id) if len(found) > most else None)


def counts(authority: Organisation, year: int) -> dict[str, tuple[int, int]]:
    """Return state → (number of projects, sum of their amounts in whole fen) of an authority's year."""
    wanted = (
        select(Project.state, func.count(), func.sum(Project.amount))
        .where(Project.authority_id == authority.id, Project.year == year)
        .group_by(Project.state)
    )
    return {state: (count, int(amount)) for state, count, amount in db.session.execute(wanted)}


def lines(authority: Organisation, year: int) -> list[LineFigures]:
    """Return an authority's budget lines of a year by code, each with its figures."""
    wanted = select(BudgetLine).where(BudgetLine.authority_id == authority.id, BudgetLine.year == year)
    found = list(db.session.execute(wanted.order_by(BudgetLine.code)).scalars())
    sums = (
        select(Project.budget_line_id, Project.state, func.sum(Project.amount))
        .where(Project.authority_id == authority.id, Project.year == year, Project.state != "withdrawn")
        .group_by(Project.budget_line_id, Project.state)
    )
    planned: dict[int | None, int] = {}
    drafts: dict[int | None, int] = {}
    for key, state, amount in db.session.execute(sums):
        into = planned if state in COMMITTED else drafts
        into[key] = into.get(key, 0) + int(amount)
    return [LineFigures(one, planned.get(one.id, 0), drafts.get(one.id, 0)) for one in found]


def of_line(line: BudgetLine, *, most: int = 500) -> list[Project]:
    """Return the projects that name a budget line, in order."""
    wanted = select(Project).where(Project.budget_line_id == line.id).order_by(Project.id).limit(most)
    return list(db.session.execute(wanted).scalars())


def planned(line: BudgetLine, *, without: Project | None = None) -> int:
    """Return the whole fen that projects beyond the draft take from a line, `without` one of them."""
    wanted = select(func.coalesce(func.sum(Project.amount), 0)).where(
        Project.budget_line_id == line.id, Project.state.in_(COMMITTED)
    )
    if without is not None:
        wanted = wanted.where(Project.id != without.id)
    return int(db.session.execute(wanted).scalar_one())


def years(authority: Organisation) -> list[int]:
    """Return the years for which an authority has lines or projects, the latest first."""
    found: set[int] = set()
    for table in (BudgetLine, Project):
        wanted = select(table.year).where(table.authority_id == authority.id).distinct()
        found |= set(db.session.execute(wanted).scalars())
    return sorted(found, reverse=True)


def purchases(authority: Organisation, year: int, *, along: Project | None = None) -> list[Purchase]:
    """Return the projects of a year that count as purchases, with `along` (a draft that is looked at) among them."""
    wanted = select(Project).where(Project.authority_id == authority.id, Project.year == year)
    counted = Project.state.in_(COMMITTED)
    wanted = wanted.where(counted if along is None else counted | (Project.id == along.id))
    found = db.session.execute(wanted.options(joinedload(Project.budget_line)).order_by(Project.id)).scalars()
    return [
        Purchase(
            one.ref,
            one.title,
            one.category,
            one.classification,
            one.amount,
            one.procedure,
            one.budget_line.code if one.budget_line is not None else "",
        )
        for one in found
    ]


def authors(authority: Organisation, refs: list[str]) -> set[int]:
    """Return the accounts that wrote or submitted these projects; what is no project has no author here."""
    wanted = select(Project.created_by_id, Project.submitted_by_id).where(
        Project.authority_id == authority.id, Project.ref.in_(refs)
    )
    return {key for row in db.session.execute(wanted) for key in row if key is not None}


def decisions(authority: Organisation, year: int) -> dict[str, SplittingDecision]:
    """Return what was decided about suspicions of splitting, by the digest of the figures."""
    wanted = select(SplittingDecision).where(
        SplittingDecision.authority_id == authority.id, SplittingDecision.year == year
    )
    wanted = wanted.options(joinedload(SplittingDecision.decided_by)).order_by(SplittingDecision.id)
    return {one.sha256: one for one in db.session.execute(wanted).scalars()}


def intentions(*, words: str = "", after: str = "", most: int = PAGE) -> tuple[list[Notice], str | None]:
    """Return notices of intention that hold all of `words`, the newest first, and the key of the next page."""
    parts = asked(words)
    if words.strip() and not parts:
        return [], None
    wanted = select(Notice).where(Notice.kind == "intention")
    for token, begins in parts:
        word = aliased(IntentionWord)
        hit = word.token == token
        if begins:
            # No sign of Unicode comes after this one, so the range is every token that begins so.
            hit = word.token.between(token, f"{token}\U0010ffff")
            found = select(word.notice_id).where(hit).distinct().subquery()
            wanted = wanted.join(found, found.c.notice_id == Notice.id)
        else:
            wanted = wanted.join(word, (word.notice_id == Notice.id) & hit)
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(Notice.id < int(after))
    rows = list(db.session.execute(wanted.order_by(Notice.id.desc()).limit(most + 1)).scalars())
    return rows[:most], str(rows[most - 1].id) if len(rows) > most else None


def retracted(refs: list[str]) -> set[str]:
    """Return those of these projects whose intention was taken back by a later notice."""
    wanted = select(Notice.tender_ref).where(Notice.tender_ref.in_(refs), Notice.kind == "correction")
    return set(db.session.execute(wanted).scalars()) if refs else set()


def authorities(*, words: str = "", after: str = "", most: int = PAGE) -> tuple[list[Organisation], str | None]:
    """Return authorities by key for a supervisor's list, those whose name begins with `words`."""
    wanted = select(Organisation).where(Organisation.kind == "authority")
    if words.strip():
        wanted = wanted.where(Organisation.name.startswith(words.strip()[:200], autoescape=True))
    if after.isdecimal() and len(after) < 16:
        wanted = wanted.where(Organisation.id > int(after))
    rows = list(db.session.execute(wanted.order_by(Organisation.id).limit(most + 1)).scalars())
    return rows[:most], str(rows[most - 1].id) if len(rows) > most else None


def story(project: Project, *, most: int = 100) -> list[Told]:
    """Return what the trail tells of a project, in order."""
    subject = f"plan/{project.ref}"
    wanted = select(Entry).where((Entry.subject == subject) | Entry.subject.between(f"{subject}/", f"{subject}0"))
    found = db.session.execute(wanted.order_by(Entry.index.desc()).limit(most)).scalars()
    return [Told(one.at, one.kind, one.index) for one in reversed(list(found))]
