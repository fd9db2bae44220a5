"""The moves of a tender and of its lots. Upper rooms push a lot onward through `operations`."""

from __future__ import annotations

from typing import Any

from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right


def before_the_deadline(tender: Any, act: Any) -> bool:
    """The deadline has passed, so this tender can no longer be changed."""
    return act is None or tender.closes_at is None or act.now < tender.closes_at


def by_a_second_person(tender: Any, act: Any) -> bool:
    """Whoever drafted or submitted the tender cannot approve it. Ask a second person."""
    if act is None:
        return True
    authors = {tender.created_by_id, tender.submitted_by_id}
    return act.account_id is not None and act.account_id not in authors


def by_another_person(amendment: Any, act: Any) -> bool:
    """A change that may affect bids is published by a second person, not by the one who wrote it."""
    if act is None or not amendment.affects_bids:
        return True
    return act.account_id is not None and act.account_id not in (amendment.created_by_id, amendment.changed_by_id)


TENDER = Lifecycle(
    "tender",
    "draft",
    (
        Move("submit", ("draft",), "submitted", Right.DRAFT),
        Move("return", ("submitted",), "draft", Right.APPROVE),
        # Says in public that only one supplier can deliver; publishing comes after the period for objections.
        Move("publicise", ("submitted",), "submitted", Right.APPROVE, (by_a_second_person,)),
        Move("publish", ("submitted",), "open", Right.APPROVE, (by_a_second_person,)),
        Move("amend", ("open",), "open", Right.DRAFT, (before_the_deadline,)),
        Move("cancel", ("open",), "cancelled", Right.APPROVE, (before_the_deadline,)),
        Move("close", ("open",), "closed"),
        Move("discard", ("draft",), "discarded", Right.DRAFT),
    ),
)

LOT = Lifecycle(
    "lot",
    "draft",
    (
        Move("publish", ("draft",), "open"),
        Move("cancel", ("open",), "cancelled"),
        # The platform's key is released; decryption runs outside the act.
        Move("release", ("open",), "opening"),
        # Fewer bids than the rule set asks for: the lot fails and its envelopes stay shut.
        Move("fail", ("open", "opened"), "failed"),
        Move("open", ("opening",), "opened"),
        Move("evaluate", ("opened",), "evaluated"),
        Move("propose", ("evaluated",), "proposed", Right.DRAFT),
        Move("return_proposal", ("proposed",), "evaluated", Right.APPROVE),
        Move("award", ("proposed",), "awarded", Right.APPROVE),
        # A stage that ends in no award: who goes on is proposed, then decided by a second person.
        Move("select", ("evaluated",), "selecting", Right.DRAFT),
        Move("return_selection", ("selecting",), "evaluated", Right.APPROVE),
        Move("advance", ("selecting",), "advanced", Right.APPROVE),
        Move("agree", ("selecting",), "agreed", Right.APPROVE),
    ),
)

AMENDMENT = Lifecycle(
    "amendment",
    "draft",
    (
        # What may affect bids is read and published by a second person; the rest by whoever wrote it.
        Move("propose", ("draft",), "proposed", Right.DRAFT),
        Move("return", ("proposed",), "draft", Right.APPROVE),
        Move("publish", ("draft", "proposed"), "published", "", (by_another_person,)),
        Move("drop", ("draft", "proposed"), "dropped", Right.DRAFT),
    ),
)

LIFECYCLES = (TENDER, LOT, AMENDMENT)
