"""The moves of an award and of a selection: proposed by one person, returned or decided by another."""

from __future__ import annotations

from typing import Any

from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right


def by_a_second_person(award: Any, act: Any) -> bool:
    """Whoever proposed the award cannot decide on it. Ask a second person."""
    if act is None:
        return True
    return act.account_id is not None and act.account_id != award.proposed_by_id


AWARD = Lifecycle(
    "award",
    "begun",
    (
        # A row begins and is proposed in one act; a returned proposal is made anew in the same row.
        Move("propose", ("begun", "returned"), "proposed", Right.DRAFT),
        Move("return", ("proposed",), "returned", Right.APPROVE, (by_a_second_person,)),
        Move("decide", ("proposed",), "decided", Right.APPROVE, (by_a_second_person,)),
    ),
)


def by_another_person(selection: Any, act: Any) -> bool:
    """Whoever proposed who goes on cannot decide on it. Ask a second person."""
    if act is None:
        return True
    return act.account_id is not None and act.account_id != selection.proposed_by_id


SELECTION = Lifecycle(
    "selection",
    "begun",
    (
        Move("propose", ("begun", "returned"), "proposed", Right.DRAFT),
        Move("return", ("proposed",), "returned", Right.APPROVE, (by_another_person,)),
        Move("decide", ("proposed",), "decided", Right.APPROVE, (by_another_person,)),
    ),
)

LIFECYCLES = (AWARD, SELECTION)
