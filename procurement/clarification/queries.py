"""Reads of questions. Nobody but its asker finds whose a question is."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bidding.box.blinded import Owner
from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.clarification import asked
from procurement.clarification.lifecycle import QUESTION
from procurement.clarification.models import Question
from procurement.rules.counting import due_on
from procurement.tender import across, readiness
from procurement.tender.models import Tender
from supervision.trail import queries as trail

ANSWER = "inquiry.answer"


@dataclass(frozen=True)
class Waiting:
    """A question that waits for its answer: the day it was asked, the last day of the answer, and whether that passed.

    The moment is not told to the day's hour, since it might be compared with who was here.
    """

    question: Question
    due: date | None
    is_overdue: bool


def own(owner: Owner, tender: Tender) -> list[Question]:
    """Return an owner's questions about a tender, the newest first."""
    wanted = select(Question).where(Question.owner_tag.in_(asked.tags(owner, tender.ref)))
    return list(db.session.execute(wanted.order_by(Question.id.desc())).scalars())


def own_by_ref(owner: Owner, tender: Tender, ref: str) -> Question:
    """Return an owner's question, or refuse with 404; another's is as unknown as none."""
    found = db.session.execute(select(Question).where(Question.ref == ref)).scalar_one_or_none()
    if found is None or not any(hmac.compare_digest(tag, found.owner_tag) for tag in asked.tags(owner, tender.ref)):
        raise Refusal("question.unknown", 404)
    return found


def receipt(question: Question) -> dict[str, Any]:
    """Return the receipt of a question with its private part. For its asker only."""
    return trail.receipt(question.entry_index, asked.commitment(question).private())


def of_tender(tender: Tender, *states: str) -> list[Question]:
    """Return a tender's questions in the order in which they came; `states` limits them."""
    wanted = select(Question).where(Question.tender_id == tender.id).order_by(Question.id)
    if states:
        wanted = wanted.where(Question.state.in_(states))
    return list(db.session.execute(wanted).scalars())


def waiting(tender: Tender, now: datetime) -> list[Waiting]:
    """Return the questions that wait for an answer, each with the last day that the rule set gives for it."""
    ruleset = readiness.rule_set_of(tender)
    rule = ruleset.rule(ANSWER) if ANSWER in ruleset else None
    found = []
    for question in of_tender(tender, QUESTION.first):
        counted = due_on(rule, question.asked_at) if rule is not None else None
        found.append(
            Waiting(question, counted.ends_on if counted else None, counted is not None and now >= counted.ends_at)
        )
    return found


@across.also
def told(authority: Organisation, now: datetime) -> list[across.Told]:
    """Tell the office which of its tenders have questions waiting, the earliest last day first."""
    wanted = (
        select(Tender)
        .where(Tender.authority_id == authority.id, Tender.state == "open", Tender.closes_at > now)
        .where(Tender.id.in_(select(Question.tender_id).where(Question.state == QUESTION.first)))
    )
    found = []
    for tender in db.session.execute(wanted.limit(50)).scalars():
        held = waiting(tender, now)
        due = min((one.due for one in held if one.due), default=None)
        late = any(one.is_overdue for one in held)
        said = across.Told(
            "questions", "clarification.inbox", len(held), len(held), due, late, tender.ref, tender.title
        )
        found.append(said)
    return sorted(found, key=lambda one: one.due or date.max)


def forsaken(now: datetime, *, most: int = 100) -> list[int]:
    """Return the keys of questions whose tender takes no bids any more and that nobody answered."""
    wanted = (
        select(Question.id)
        .join(Tender, Question.tender_id == Tender.id)
        .where(Question.state == QUESTION.first, (Tender.state != "open") | (Tender.closes_at <= now))
    )
    return list(db.session.execute(wanted.order_by(Question.id).limit(most)).scalars())
