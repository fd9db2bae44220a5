"""An agency's backlog from a spreadsheet: budget lines, projects and tender drafts in one act, or nothing at all.

`prepare` reads and checks outside the act; `make` looks at what the house knows already, creates, and turns whatever a
room refuses into a fault of the row it came from. Described in ``docs/formats/backlog.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from foundation.canonical import digest
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Account, Organisation
from procurement.plan import drafting as plan_drafting
from procurement.plan import law as plan_law
from procurement.plan import operations as plan
from procurement.plan.models import BudgetLine, Project
from procurement.rules.wording import Text
from procurement.tender import operations
from procurement.tender.backlog_forms import Draft, drafts_of, lines_of, projects_of
from procurement.tender.backlog_reading import MOST_FAULTS, Fault, Rows, read
from procurement.tender.backlog_sheets import BUDGET, PLAN, SHEETS, TENDERS, Choices
from procurement.tender.models import Tender
from supervision.trail.act import Act
from supervision.trail.models import Entry

KIND = "backlog.import"


@dataclass(frozen=True)
class Prepared:
    """A file that was read and found right in itself."""

    sha256: str
    rows: Rows
    lines: tuple[Draft, ...]
    projects: tuple[Draft, ...]
    tenders: tuple[Draft, ...]


def choices(now: datetime) -> Choices:
    """Return the words of the columns that follow the law in force: procedures, their grounds, and industries."""
    found: dict[str, dict[str, Text]] = {"procedure": {}, "ground": {}, "industry": {}}
    for ruleset in plan_law.allowed(now):
        for one in ruleset.procedures:
            found["procedure"].setdefault(one.id, one.name)
            for key, words in one.grounds:
                found["ground"].setdefault(key, words)
        if "policy.industries" in ruleset:
            rule = ruleset.rule("policy.industries")
            for key in rule.items:
                found["industry"].setdefault(key, rule.label_text(key))
    return found


def prepare(data: bytes, now: datetime, authority: Organisation) -> Prepared:
    """Read a file and check everything in it, also against what the authority has. To be called outside the act.

    Refuses what `backlog_reading.read` refuses, and ``backlog.invalid`` whose `reasons` are all `Fault` values.
    """
    zone = current_app.config["SETTINGS"].time_zone
    rows, faults = read(data, choices(now), zone)
    faults = [*faults, *_twice(rows)]
    lines, projects = lines_of(rows), projects_of(rows)
    tenders = drafts_of(rows, faults)
    for draft in lines:
        faults += _checked(draft, lambda one: plan_drafting.line(one.form))
    for draft in projects:
        faults += _checked(draft, lambda one: plan_drafting.project(one.form, rule_sets=()))
    for draft in tenders:
        faults += _checked(draft, lambda one: operations.checked_form(now, one.form))
    prepared = Prepared(digest(data), rows, tuple(lines), tuple(projects), tuple(tenders))
    if faults or imported(db.session, subject_of(authority, prepared.sha256)) is None:
        _demand_none([*faults, *_known_already(db.session, authority, prepared)])
    return prepared


def make(act: Act, prepared: Prepared, *, authority: Organisation, account: Account) -> list[tuple[str, str]]:
    """Create everything in the file; return reference and title of each.

    Refuses 409 ``backlog.already`` where this very file was imported, and ``backlog.invalid`` with all faults.
    """
    subject = subject_of(authority, prepared.sha256)
    if imported(act.session, subject) is not None:
        raise Refusal("backlog.already", 409)
    # Once more under the lock: somebody may have written the same since.
    _demand_none(list(_known_already(act.session, authority, prepared)))
    lines = _budget_lines(act.session, authority)
    made: list[tuple[str, str]] = []
    for draft in prepared.lines:
        line = _created(draft, lambda one: plan.create_line(act, authority=authority, account=account, data=one.form))
        lines[line.year, line.code] = line.ref
        made.append((line.ref, line.title))
    projects: dict[str, str] = {}
    for draft in prepared.projects:
        form = {**draft.form, "budget_line": lines.get((draft.form["year"], draft.row.get("budget_code")), "")}
        named = Draft(draft.row, form, draft.places)
        project = _created(named, lambda one: plan.create(act, authority=authority, account=account, data=one.form))
        projects[draft.row.get("number")] = project.ref
        made.append((project.ref, project.title))
    for draft in prepared.tenders:
        said = draft.row.get("plan")
        source = {"format": "sunseal-backlog/1", "sha256": prepared.sha256, "row": draft.row.number}
        form = {**draft.form, "plan_ref": projects.get(said, said), "source": source}
        named = Draft(draft.row, form, draft.places)
        tender = _created(
            named, lambda one: operations.create(act, authority=authority, account=account, data=one.form)
        )
        made.append((tender.ref, tender.title))
    act.record(KIND, subject, {"made": [ref for ref, _title in made]})
    return made


def subject_of(authority: Organisation, sha256: str) -> str:
    """Return how the trail names the import of a file."""
    return f"backlog/{authority.ref}/{sha256}"


def imported(session: Any, subject: str) -> Entry | None:
    """Return the entry of an import, or None where this file was never imported."""
    wanted = select(Entry).where(Entry.subject == subject, Entry.kind == KIND).limit(1)
    found: Entry | None = session.execute(wanted).scalar_one_or_none()
    return found


def _twice(rows: Rows) -> Iterator[Fault]:
    """Yield rows whose own number or code another row has already."""
    for sheet, keys in ((BUDGET, ("year", "code")), (PLAN, ("number",)), (TENDERS, ("number",))):
        seen: dict[tuple[Any, ...], int] = {}
        for row in rows[sheet.key]:
            named = tuple(row.get(key) for key in keys)
            if all(named):
                first = seen.setdefault(named, row.number)
                if first != row.number:
                    yield row.fault("backlog.twice", keys[-1], row=first)


def _known_already(session: Any, authority: Organisation, prepared: Prepared) -> Iterator[Fault]:
    """Yield rows for which the house holds something of the same name, and rows that name what it does not hold."""
    held = _budget_lines(session, authority)
    yield from _references(session, authority, prepared, held)
    for draft in prepared.lines:
        ref = held.get((draft.form.get("year", 0), draft.form.get("code", "")))
        if ref:
            yield draft.row.fault("backlog.exists", "code", ref=ref)
    wanted = select(Project.year, Project.title, Project.ref).where(
        Project.authority_id == authority.id, Project.state != "withdrawn"
    )
    projects = {(year, title): ref for year, title, ref in session.execute(wanted)}
    for draft in prepared.projects:
        ref = projects.get((draft.form.get("year", 0), draft.form.get("title", "")))
        if ref:
            yield draft.row.fault("backlog.exists", "title", ref=ref)
    known = select(Tender.title, Tender.ref).where(
        Tender.authority_id == authority.id, Tender.state.not_in(("discarded", "cancelled"))
    )
    tenders = {title: ref for title, ref in session.execute(known)}
    for draft in prepared.tenders:
        ref = tenders.get(draft.form.get("title", ""))
        if ref:
            yield draft.row.fault("backlog.exists", "title", ref=ref)


def _references(
    session: Any, authority: Organisation, prepared: Prepared, lines: Mapping[tuple[int, str], str]
) -> Iterator[Fault]:
    """Yield rows that name a budget line or a project which is neither in the file nor in the house."""
    ours = {(draft.row.get("year", 0), draft.row.get("code")) for draft in prepared.lines}
    for draft in prepared.projects:
        code = draft.row.get("budget_code")
        if code and (draft.row.get("year", 0), code) not in {*lines, *ours}:
            yield draft.row.fault("backlog.reference", "budget_code", named=code)
    numbers = {draft.row.get("number") for draft in prepared.projects}
    held = set(session.execute(select(Project.ref).where(Project.authority_id == authority.id)).scalars())
    for draft in prepared.tenders:
        named = draft.row.get("plan")
        if named and named not in numbers and named not in held:
            yield draft.row.fault("backlog.reference", "plan", named=named)


def _budget_lines(session: Any, authority: Organisation) -> dict[tuple[int, str], str]:
    wanted = select(BudgetLine.year, BudgetLine.code, BudgetLine.ref).where(BudgetLine.authority_id == authority.id)
    return {(year, code): ref for year, code, ref in session.execute(wanted)}


def _checked(draft: Draft, check: Any) -> list[Fault]:
    try:
        check(draft)
    except Refusal as refused:
        return _faults(draft, refused)
    return []


def _created(draft: Draft, create: Any) -> Any:
    try:
        return create(draft)
    except Refusal as refused:
        if refused.status == 403:
            raise
        faults = _faults(draft, refused)
        raise Refusal("backlog.invalid", reasons=tuple(faults), count=len(faults)) from refused


def _faults(draft: Draft, refused: Refusal) -> list[Fault]:
    """Return a room's refusal of a form as faults of the cells that the form came from."""
    if not refused.reasons:
        return [draft.row.fault(refused.rule, **refused.facts)]
    found = []
    for one in refused.reasons:
        row, key = draft.place_of(one.pointer)
        # What a cell said wrongly was told by its own kind already.
        if key in row.values and row.values[key] is None:
            continue
        found.append(row.fault(one.rule, key, **dict(one.facts)))
    return found


def _demand_none(faults: list[Fault]) -> None:
    if faults:
        # Two rows of one number share their lots, whose faults are told once.
        once = {(one.rule, one.pointer): one for one in sorted(faults, key=_order)}
        raise Refusal("backlog.invalid", reasons=tuple(once.values())[:MOST_FAULTS], count=len(once))


def _order(fault: Fault) -> tuple[int, int, int, str]:
    at = SHEETS.index(fault.sheet) if fault.sheet else -1
    return (at, fault.row, len(fault.letter), fault.letter)
