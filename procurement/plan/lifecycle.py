"""The moves of a project of the plan. The tender room begins it through `operations.begin`."""

from __future__ import annotations

from typing import Any

from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right


def by_a_second_person(project: Any, act: Any) -> bool:
    """Whoever wrote or submitted the project cannot approve it. Ask a second person."""
    if act is None:
        return True
    authors = {project.created_by_id, project.submitted_by_id}
    return act.account_id is not None and act.account_id not in authors


PROJECT = Lifecycle(
    "project",
    "draft",
    (
        Move("submit", ("draft",), "submitted", Right.DRAFT),
        Move("approve", ("submitted",), "approved", Right.APPROVE, (by_a_second_person,)),
        Move("return", ("submitted", "approved"), "draft", Right.APPROVE),
        Move("announce", ("approved",), "announced", Right.DRAFT),
        # A tender was begun; another one may be where the first came to nothing.
        Move("begin", ("approved", "announced", "under_way"), "under_way", Right.DRAFT),
        Move("finish", ("under_way",), "done", Right.DRAFT),
        Move("withdraw", ("draft", "approved", "announced"), "withdrawn", Right.DRAFT),
    ),
)

# From here on a project's money counts against its budget line.
COMMITTED = ("submitted", "approved", "announced", "under_way", "done")

LIFECYCLES = (PROJECT,)
