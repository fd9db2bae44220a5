"""Who asked a question, and what the trail says of it: keyed tags, sealed notes and a commitment, as with bids.

A question's entry has the common shape of the box. Its commitment names tender, question, moment and a salted digest of
the words, but nobody; it comes out with the answer. Each question of a supplier has a tag of its own, so that not even
the operator sees that two of them are of the same hand.
"""

from __future__ import annotations

import secrets
from typing import Any

from bidding.box.blinded import Owner, box_keys, instant
from bidding.seal import platform
from foundation.canonical import canonical, digest
from procurement.clarification.models import Question
from procurement.tender.models import Tender
from supervision.trail.blinding import Commitment, commit

# How many questions one supplier may ask about one tender.
MOST_QUESTIONS = 20


def tags(owner: Owner, tender_ref: str) -> list[str]:
    """Return the tags of an owner's first, second, … question about a tender; nothing connects them for others."""
    keys, organisation = box_keys(), owner.organisation
    return [
        platform.owner_tag(keys, tender=f"question/{tender_ref}", lot=str(number), organisation=organisation)
        for number in range(1, MOST_QUESTIONS + 1)
    ]


def new_note(owner: Owner) -> dict[str, str]:
    """Return what only the platform and the asker learn: who it was, and the salt of the words."""
    return {"organisation": owner.organisation, "account": owner.account, "words_salt": secrets.token_hex(32)}


def shut_note(note: dict[str, Any], reference: str) -> bytes:
    """Seal the note of a question."""
    return platform.seal_owner(box_keys(), note, reference=reference)


def read_note(question: Question) -> dict[str, Any]:
    """Return the note of a question: ``organisation``, ``account``, ``words_salt``, ``salt``."""
    return platform.open_owner(box_keys(), question.owner_sealed, reference=question.ref)


def ask_value(tender: Tender, question: Question, words_salt: str) -> dict[str, Any]:
    """Return what the entry of a question commits to."""
    return {
        "act": "question.ask",
        "tender": tender.ref,
        "question": question.ref,
        "words": words_digest(question.text, words_salt),
        "at": instant(question.asked_at),
    }


def words_digest(words: str, salt: str) -> str:
    """Return the salted digest of the words as they were asked: told even where the officer published other words."""
    return digest(canonical([salt, words]))


def commitment(question: Question) -> Commitment:
    """Return the commitment of a question, built anew from the row and its note."""
    note = read_note(question)
    return commit(ask_value(question.tender, question, note["words_salt"]), note["salt"])
