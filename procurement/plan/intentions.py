"""The notice of intention (采购意向): what it says, its publication, and from when a tender may follow it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app

from foundation.errors import Refusal
from foundation.money import to_text
from foundation.words import tokens
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.plan import law
from procurement.plan.lifecycle import PROJECT
from procurement.plan.models import IntentionWord, Project
from procurement.plan.ownership import demand_member, subject_of
from procurement.rules.counting import Counted, due_on
from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from supervision.trail.act import Act

KIND = "intention"
PERIOD, REQUIRED, CONTENTS = "intention.period", "intention.required", "notice.intention_contents"
_LONGEST_TOKEN = 60


def content_of(project: Project, ruleset: RuleSet, at: datetime) -> dict[str, Any]:
    """Return what a notice of intention published at the moment `at` says (``docs/formats/notice.md``)."""
    period = {}
    if PERIOD in ruleset:
        rule = ruleset.rule(PERIOD)
        counted = due_on(rule, at)
        period = {
            "period": {
                "number": rule.whole,
                "unit": rule.unit,
                "ends_at": counted.ends_at.isoformat(timespec="seconds"),
                "article": rule.articles.as_json(),
            }
        }
    share = {"none": "0", "whole": "100"}.get(project.sme_reserve, project.sme_share)
    return {
        **head_of(project, ruleset),
        "plan": {
            **matter_of(project),
            "need": project.need,
            "quantity": project.quantity,
            "unit": project.unit,
            "budget": to_text(project.amount),
            "currency": project.currency,
            "begins": f"{project.begins_on:%Y-%m}" if project.begins_on else "",
            "procedure": project.procedure,
            "sme_share": share,
            **(
                {"classification": {"scheme": project.scheme, "id": project.classification}}
                if project.classification
                else {}
            ),
        },
        **period,
    }


def matter_of(project: Project) -> dict[str, str]:
    """Return how a notice names the project it is about."""
    return {"ref": project.ref, "title": project.title, "category": project.category}


def head_of(project: Project, ruleset: RuleSet) -> dict[str, Any]:
    """Return who issues a notice about a project, and under which rule set."""
    authority = project.authority
    return {
        "issuer": {
            "ref": authority.ref,
            "name": authority.name,
            "number": authority.number or "",
            "address": authority.address,
            "contact": authority.contact,
            "phone": authority.phone,
        },
        "rule_set": {
            "id": ruleset.id,
            "digest": ruleset.digest(),
            "title": ruleset.name.as_json(),
            "demonstration": ruleset.demonstration,
        },
    }


def announce(act: Act, project: Project) -> Notice:
    """Publish the notice of intention of an approved project.

    Refuses 409 ``project.announce.not_now`` and ``plan.notice_lacks`` with what the notice would lack.
    """
    demand_member(act, project.authority)
    rule = PROJECT.why_not(project, "announce", act)
    if rule is not None:
        raise Refusal(rule, 409, state=project.state)
    ruleset = law.of(project)
    content = content_of(project, ruleset, act.now)
    lacking = lacks(content, ruleset)
    if lacking:
        raise Refusal("plan.notice_lacks", 409, reasons=tuple(lacking), article=lacking[0].article)
    notice = notices.publish(act, kind=KIND, tender_ref=project.ref, title=project.title, content=content)
    project.intention_ref = notice.ref
    PROJECT.make(act, project, "announce", subject_of(project), {"notice": notice.ref, "sha256": notice.sha256})
    words = f"{project.title} {project.ref} {project.authority.name} {project.classification} {project.need}"
    found = dict.fromkeys(token[:_LONGEST_TOKEN] for token in tokens(words))
    act.session.add_all(IntentionWord(token=token, notice_id=notice.id) for token in found)
    act.session.flush()
    return notice


def retract(act: Act, project: Project, reason: str) -> Notice | None:
    """Publish that an announced project is not bought after all; None where nothing was announced."""
    notice = notice_of(project)
    if notice is None:
        return None
    content = {**head_of(project, law.of(project)), "plan": matter_of(project), "reason": reason}
    return notices.publish(
        act, kind="correction", tender_ref=project.ref, title=project.title, content=content, previous=notice
    )


def notice_of(project: Project) -> Notice | None:
    """Return the project's notice of intention, or None."""
    return published.by_ref(project.intention_ref) if project.intention_ref else None


def earliest_start(project: Project) -> Counted | None:
    """Count the period after the notice of intention: `ends_at` is when a tender may be published at the earliest.

    None where nothing was announced, or the law of the project asks for no such period.
    """
    notice, ruleset = notice_of(project), law.of(project)
    if notice is None or PERIOD not in ruleset:
        return None
    return due_on(ruleset.rule(PERIOD), notice.issued_at, tz=current_app.config["SETTINGS"].time_zone)


def missing(project: Project) -> Finding | None:
    """Return the finding of a project that is neither announced nor urgent, or None."""
    ruleset = law.of(project)
    if project.intention_ref or project.urgency or REQUIRED not in ruleset:
        return None
    return finding(ruleset.rule(REQUIRED), "/urgency")


def lacks(content: dict[str, Any], ruleset: RuleSet) -> list[Finding]:
    """Return what a notice of intention lacks of the contents that the law asks for."""
    if CONTENTS not in ruleset:
        return []
    rule, issuer, plan = ruleset.rule(CONTENTS), content["issuer"], content["plan"]
    held = {
        "buyer": bool(issuer["name"] and issuer["contact"] and issuer["phone"]),
        "title": bool(plan["title"]),
        "need": bool(plan["need"]),
        "budget": plan["budget"] != "0.00",
        "begins": bool(plan["begins"]),
    }
    absent = tuple(rule.label_text(name) for name in rule.items if not held.get(name, True))
    return [finding(rule, "", missing=absent)] if absent else []
