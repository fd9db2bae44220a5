"""What people read where a rule of the award says no."""

from __future__ import annotations

SENTENCES = {
    "award.unknown": "There is no award under this reference.",
    "award.bid_unknown": "This bid does not belong to the lot.",
    "award.no_bid_of_yours": "Your organisation has no opened bid for this lot.",
    "award.not_evaluated": "The experts have not finished this lot, so nothing can be proposed yet.",
    "award.bid_excluded": "The bid of {supplier} was excluded in the evaluation and cannot be proposed.",
    "award.supplier_unverified": (
        "{supplier} may bid but not win until its organisation number is verified. Ask the supervising body to verify "
        "it, or propose the next bid in rank order with this as the reason."
    ),
    "award.reason_missing": (
        "Winners are fixed in rank order ({article}). To propose a bid that is not alone in rank one, give the reason; "
        "it is published in the award notice."
    ),
    "award.return_reason_missing": "Say why the proposal goes back, so that the officer knows what to change.",
    "award.reason_too_long": "The reason has more than {most} characters.",
    "award.notice_incomplete": (
        "The award notice would not say all that it must ({article}). Complete it before the decision."
    ),
}
