"""Questions and their answers: a supplier asks, unseen by everyone; the officer answers to all by a signed notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from bidding.box import blinded
from bidding.box.blinded import Owner
from foundation.errors import Refusal
from foundation.references import next_ref
from identity import queries as identity
from procurement.clarification import asked
from procurement.clarification.lifecycle import QUESTION
from procurement.clarification.models import Question
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.rules.counting import Counted, latest_before
from procurement.tender import content, invitees, readiness
from procurement.tender.models import Tender
from procurement.tender.ownership import demand_member, subject_of
from supervision.trail.act import Act
from supervision.trail.blinding import commit

MOST_TEXT = 4000
LAST_MOMENT = "question.before_deadline"


@dataclass(frozen=True)
class Answer:
    """An answer to one question. `words` is the question as it is published: the officer may take names out of it."""

    question: str
    words: str
    answer: str


def ask(act: Act, tender: Tender, owner: Owner, text: str) -> Question:
    """Keep a question about an open tender. The same words again, while unanswered, give the same question.

    Refuses ``question.closed`` (409), ``question.too_late`` (409, with article), ``question.not_invited`` (403),
    ``question.too_many`` (409), ``question.text_missing``, ``question.text_too_long``.
    """
    _demand_open(act, tender, "question.closed")
    _demand_in_time(act, tender)
    if not invitees.is_invited(tender, identity.organisation_by_ref(owner.organisation)):
        raise Refusal("question.not_invited", 403)
    words = _text(text, "question.text_missing", "question.text_too_long")
    session, tags = act.session, asked.tags(owner, tender.ref)
    own = list(session.execute(select(Question).where(Question.owner_tag.in_(tags))).scalars())
    for one in own:
        if one.text == words and one.state == QUESTION.first:
            return one
    free = [tag for tag in tags if tag not in {one.owner_tag for one in own}]
    if not free:
        raise Refusal("question.too_many", 409, most=asked.MOST_QUESTIONS)
    year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
    question = Question(
        ref=next_ref(session, "Q", year),
        tender_id=tender.id,
        owner_tag=free[0],
        text=words,
        state=QUESTION.first,
        asked_at=act.now,
    )
    note = asked.new_note(owner)
    made = commit(asked.ask_value(tender, question, note["words_salt"]))
    question.owner_sealed = asked.shut_note({**note, "salt": made.salt}, question.ref)
    question.entry_index = blinded.record(act, made)
    session.add(question)
    session.flush()
    return question


def answer(act: Act, tender: Tender, answers: Sequence[Answer], *, amendment: str = "") -> Notice:
    """Answer one or several questions to everyone, by one signed notice of kind ``clarification``.

    `amendment` is the reference of the amendment that carries a change these answers speak of. Refuses
    ``clarification.closed`` (409), ``clarification.none``, ``clarification.answer_missing``,
    ``clarification.answer_too_long``, ``clarification.amendment``, and 404 ``question.unknown``.
    """
    demand_member(act, tender.authority)
    _demand_open(act, tender, "clarification.closed")
    if not answers:
        raise Refusal("clarification.none")
    rows = {one.question: _of(act, tender, one.question) for one in answers}
    said = [_said(rows[one.question], one) for one in answers]
    notice = notices.publish(
        act,
        kind="clarification",
        tender_ref=tender.ref,
        title=tender.title,
        content={
            **content.head_of(tender, readiness.rule_set_of(tender)),
            "tender": {"ref": tender.ref, "title": tender.title, "category": tender.category},
            "answers": said,
            **({"amendment": _amendment(tender, amendment)} if amendment else {}),
        },
        previous=published.of_tender(tender.ref)[-1],
    )
    for one in answers:
        row = rows[one.question]
        row.answer, row.answered_at, row.notice_ref = one.answer.strip(), act.now, notice.ref
        QUESTION.make(act, row, "answer", _subject(tender, row), {"notice": notice.ref})
    return notice


def lapse(act: Act, question: Question) -> None:
    """End a question that was not answered in time; its entry is explained, its asker is not told."""
    made = asked.commitment(question)
    facts = {"entry": question.entry_index, **made.private()}
    QUESTION.make(act, question, "lapse", _subject(question.tender, question), facts)


def last_moment(tender: Tender) -> Counted | None:
    """Return until when a question is lawfully answered before the deadline, and how it was counted; None: no rule."""
    ruleset = readiness.rule_set_of(tender)
    if LAST_MOMENT not in ruleset or tender.closes_at is None:
        return None
    return latest_before(ruleset.rule(LAST_MOMENT), tender.closes_at)


def _demand_in_time(act: Act, tender: Tender) -> None:
    """Refuse after the last moment where the rule set says that it stops; where it only warns, the page does."""
    counted = last_moment(tender)
    if counted is None:
        return
    rule = readiness.rule_set_of(tender).rule(LAST_MOMENT)
    if rule.severity == "blocks" and act.now > counted.ends_at:
        raise Refusal("question.too_late", 409, latest=counted.ends_at, article=rule.article)


def _demand_open(act: Act, tender: Tender, rule: str) -> None:
    closes_at: datetime | None = tender.closes_at
    if tender.state != "open" or closes_at is None or act.now >= closes_at:
        raise Refusal(rule, 409)


def _of(act: Act, tender: Tender, ref: str) -> Question:
    wanted = select(Question).where(Question.ref == ref, Question.tender_id == tender.id)
    found = act.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refusal("question.unknown", 404)
    return found


def _said(question: Question, one: Answer) -> dict[str, Any]:
    """Return one question and answer as the notice holds them, with what opens the question's entry."""
    words = _text(one.words or question.text, "question.text_missing", "question.text_too_long")
    note, made = asked.read_note(question), asked.commitment(question)
    is_edited = words != question.text
    zone = current_app.config["SETTINGS"].time_zone
    return {
        "question": question.ref,
        "asked_on": question.asked_at.astimezone(zone).date().isoformat(),
        "words": words,
        "edited": is_edited,
        "answer": _text(one.answer, "clarification.answer_missing", "clarification.answer_too_long"),
        "entry": question.entry_index,
        **made.private(),
        # Words that were taken out could be guessed, and the guess confirmed, with this salt.
        **({} if is_edited else {"words_salt": note["words_salt"]}),
    }


def _amendment(tender: Tender, ref: str) -> dict[str, str]:
    for one in published.of_tender(tender.ref, kind="amendment"):
        if one.ref == ref:
            return {"ref": one.ref, "sha256": one.sha256}
    raise Refusal("clarification.amendment")


def _subject(tender: Tender, question: Question) -> str:
    return f"{subject_of(tender)}/question/{question.ref}"


def _text(text: str, missing: str, too_long: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Refusal(missing)
    if len(words) > MOST_TEXT:
        raise Refusal(too_long, most=MOST_TEXT)
    return words
