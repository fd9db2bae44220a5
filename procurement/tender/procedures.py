"""Procedure and stage of a draft: is it lawful here, is its ground named, who is invited, and what comes first.

Everything comes from the rule set: the procedure's own table (kinds, grounds, methods, what must come before) and the
rules that stand in for the general ones in the tender's stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from foundation.canonical import canonical, digest
from foundation.database import db
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.plan.models import Project
from procurement.rules.counting import due_on
from procurement.rules.findings import Finding, finding
from procurement.rules.procedure import Procedure, Stage
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text
from procurement.scoring.method import REQUIREMENT
from procurement.tender import content, law
from procurement.tender.models import Tender

PUBLICITY, PUBLICITY_GROUNDS = "single_source.publicity", "single_source.publicity_grounds"
THRESHOLD = "procedure.open_threshold"
INTENTION, INTENTION_REQUIRED = "intention.period", "intention.required"
INVITEES_LEAST, INVITEES_MOST = "invitees.min", "invitees.max"
UNCHANGED = "stage.unchanged"
# What a notice's method says where a framework admits by quality first (110号令): its knock-out is the higher one.
KNOCK_OUT, QUALITY = "x_knock_out", "quality"

_CATEGORIES = {
    "goods": Text("货物", "貨物", "goods"),
    "services": Text("服务", "服務", "services"),
    "works": Text("工程", "工程", "works"),
}


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the procedure of a draft lacks or breaks."""
    if not ruleset.procedures:
        return
    procedure = law.procedure_in(ruleset, tender)
    if procedure is None:
        rule = ruleset.rule("procedure.known")
        yield finding(rule, "/procedure", procedure=tender.procedure)
        return
    stage = procedure.stage(tender.stage)
    yield from _lawful(tender, ruleset, procedure)
    yield from _invitees(tender, ruleset, stage)
    if stage.is_first:
        yield from _ground(tender, ruleset, procedure)
        yield from _announced(tender, ruleset, now)
        for id in procedure.before:
            if id == PUBLICITY:
                yield from _publicised(tender, ruleset, now)
    else:
        yield from _unchanged(tender, ruleset)


def needs_publicity(tender: Tender, ruleset: RuleSet) -> bool:
    """Tell whether the purchase must be made public before its notice, so that others may object (条例38)."""
    procedure = law.procedure_in(ruleset, tender)
    if procedure is None or PUBLICITY not in procedure.before or not procedure.stage(tender.stage).is_first:
        return False
    if PUBLICITY_GROUNDS in ruleset and tender.ground not in ruleset.rule(PUBLICITY_GROUNDS).items:
        return False
    return THRESHOLD not in ruleset or _yuan(tender) >= ruleset.rule(THRESHOLD).decimal


def publicity_of(tender: Tender) -> Notice | None:
    """Return the notice that made this very purchase public: same supplier, ground and need, or None."""
    for one in reversed(published.of_tender(tender.ref, kind="single_source")):
        if published.content(one).get("matter") == matter_of(tender):
            return one
    return None


def matter_of(tender: Tender) -> str:
    """Return a digest of what a publicity is about; a draft that says something else needs a publicity of its own."""
    form = content.form_of(tender)
    names = ("title", "description", "category", "procedure", "ground", "budget", "currency", "lots")
    return digest(canonical({**{name: form[name] for name in names}, "invitees": sorted(form["invitees"])}))


def judging(tender: Tender, ruleset: RuleSet) -> RuleSet:
    """Return the rules by which the draft's method and criteria are looked at.

    A stage that is judged by its requirements is not ranked by them: they are those of the stage it leads to.
    """
    procedure = law.procedure_in(ruleset, tender)
    if procedure is None or procedure.stage(tender.stage).judged == "method":
        return ruleset
    seen, wanted = {tender.stage}, [tender.stage]
    while wanted:
        for stage in procedure.following(wanted.pop(0)):
            if stage.judged == "method":
                return ruleset.under(procedure.id, stage.id)
            if stage.id not in seen:
                seen.add(stage.id)
                wanted.append(stage.id)
    return ruleset


def _lawful(tender: Tender, ruleset: RuleSet, procedure: Procedure) -> Iterator[Finding]:
    if tender.category not in procedure.kinds and tender.category in ruleset.kinds:
        kind: Any = _CATEGORIES.get(tender.category, tender.category)
        general = ruleset.rule("procedure.kinds")
        if isinstance(general.value, tuple) and tender.category not in general.value:
            yield finding(general, "/category", kind=kind)
        else:
            rule = ruleset.rule("procedure.own_kinds")
            yield finding(rule, "/procedure", procedure=procedure.name, kind=kind, basis=procedure.article)
    is_judged_alone = procedure.stage(tender.stage).judged == "requirements"
    if is_judged_alone and tender.criteria and not any(one.kind == REQUIREMENT for one in tender.criteria):
        rule = ruleset.rule("tender.contents")
        yield finding(rule, "/criteria", missing=(rule.label_text("criteria"),))


def _ground(tender: Tender, ruleset: RuleSet, procedure: Procedure) -> Iterator[Finding]:
    if not procedure.grounds:
        return
    known = dict(procedure.grounds)
    if tender.ground not in known:
        rule = ruleset.rule("procedure.ground")
        yield finding(rule, "/ground", procedure=procedure.name, basis=procedure.article)
    elif not tender.ground_reason:
        yield finding(ruleset.rule("procedure.ground_reason"), "/ground_reason", ground=known[tender.ground])
    if THRESHOLD in ruleset and not (tender.ground in known and tender.ground_reason):
        rule = ruleset.rule(THRESHOLD)
        if _yuan(tender) >= rule.decimal:
            yield finding(rule, "/procedure", amount=_yuan(tender))


def _invitees(tender: Tender, ruleset: RuleSet, stage: Stage) -> Iterator[Finding]:
    if stage.admits != "invited":
        return
    count = len(tender.invitees)
    if INVITEES_LEAST in ruleset:
        rule = ruleset.rule(INVITEES_LEAST)
        if count < rule.whole:
            yield finding(rule, "/invitees", count=count)
    if INVITEES_MOST in ruleset:
        rule = ruleset.rule(INVITEES_MOST)
        if count > rule.whole:
            yield finding(rule, "/invitees", count=count)
    for one in tender.invitees:
        if one.organisation.state != "verified":
            yield finding(ruleset.rule("invitees.verified"), "/invitees", supplier=one.organisation.name)


def _publicised(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    if not needs_publicity(tender, ruleset):
        return
    procedure = ruleset.procedure(tender.procedure)
    notice = publicity_of(tender)
    if notice is None:
        rule = ruleset.rule(PUBLICITY_GROUNDS)
        yield finding(rule, "/ground", ground=procedure.ground(tender.ground))
        return
    rule = ruleset.rule(PUBLICITY)
    due = due_on(rule, notice.issued_at)
    if now < due.ends_at:
        yield finding(rule, "/procedure", due=due.ends_at)


def _announced(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Look at the notice of intention of the project in the plan; the plan decides whether urgency stands for it."""
    if not tender.plan_ref or INTENTION not in ruleset:
        return
    notices = published.of_tender(tender.plan_ref, kind="intention")
    if not notices:
        wanted = select(Project.urgency).where(
            Project.ref == tender.plan_ref, Project.authority_id == tender.authority_id
        )
        urgency = db.session.execute(wanted).scalar_one_or_none()
        if not urgency and INTENTION_REQUIRED in ruleset:
            yield finding(ruleset.rule(INTENTION_REQUIRED), "/plan_ref")
        return
    rule = ruleset.rule(INTENTION)
    due = due_on(rule, notices[0].issued_at)
    if now < due.ends_at:
        yield finding(rule, "/plan_ref", earliest=due.ends_at)


def _unchanged(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    """A stage that does not negotiate asks for the very thing that the stage before has announced."""
    if tender.follows is None or UNCHANGED not in ruleset:
        return
    now, then = content.form_of(tender), content.form_of(tender.follows)
    numbers = {lot["number"] for lot in now["lots"]}
    then["lots"] = [lot for lot in then["lots"] if lot["number"] in numbers]
    rule = ruleset.rule(UNCHANGED)
    for name in rule.items:
        if now.get(name) != then.get(name):
            yield finding(rule, f"/{name}", part=rule.label_text(name))


def _yuan(tender: Tender) -> Decimal:
    return Decimal(tender.budget) / 100
