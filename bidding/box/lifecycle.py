"""The moves of a bid and of an opening.

A bid's moves before the opening write blinded entries (`blinded.py`), since an entry ``bid.submit`` about a lot would
tell that somebody bid. So `operations` sets a bid's state through `move`, which refuses what this table does not allow.
"""

from __future__ import annotations

from typing import Any

from bidding.box.models import Bid
from foundation.lifecycle import Lifecycle, Move
from identity.rights import Right


def before_the_deadline(bid: Any, act: Any) -> bool:
    """Bidding has closed, so this bid can be neither replaced nor withdrawn."""
    return act is None or act.now < bid.lot.tender.closes_at


BID = Lifecycle(
    "bid",
    "sealed",
    (
        Move("replace", ("sealed",), "replaced", Right.BID, (before_the_deadline,)),
        Move("withdraw", ("sealed",), "withdrawn", Right.BID, (before_the_deadline,)),
        # The tender changed since it was sealed, and its owner lets it stand as it is.
        Move("confirm", ("sealed",), "sealed", Right.BID, (before_the_deadline,)),
        Move("open", ("sealed",), "opened"),
        # It could not be opened: the cause stands beside it, and no other bid is harmed.
        Move("give_up", ("sealed",), "unopenable"),
        # The lot failed or was cancelled: the envelope stays shut for good.
        Move("leave_shut", ("sealed",), "unopened"),
    ),
)

OPENING = Lifecycle("opening", "opening", (Move("record", ("opening",), "recorded"),))

LIFECYCLES = (BID, OPENING)


def move(act: Any, bid: Bid, event: str) -> None:
    """Move a bid without an entry of its own; the caller writes the one that stands for it. Raises `Refusal` (409)."""
    BID.shift(act, bid, event)
    bid.ended_at = act.now
