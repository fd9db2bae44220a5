"""The moves of a question. Asking writes a blinded entry (`asked.py`), answering an open one."""

from __future__ import annotations

from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right

QUESTION = Lifecycle(
    "question",
    "asked",
    (
        Move("answer", ("asked",), "answered", Right.DRAFT),
        # The deadline came, or the tender ended, without an answer.
        Move("lapse", ("asked",), "lapsed"),
    ),
)

LIFECYCLES = (QUESTION,)
