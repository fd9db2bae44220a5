"""The moves of a framework agreement and of each member in it."""

from __future__ import annotations

from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right

AGREEMENT = Lifecycle(
    "agreement",
    "begun",
    (
        # The decision on the selection and the agreement are one act.
        Move("conclude", ("begun",), "in_force", Right.APPROVE),
        # By its date, whoever watches; nothing is called off after it even where this comes late.
        Move("end", ("in_force",), "ended"),
    ),
)

MEMBER = Lifecycle("agreement_member", "listed", (Move("end", ("listed",), "ended", Right.APPROVE),))

LIFECYCLES = (AGREEMENT, MEMBER)
