"""What people read where a rule of the award says no."""

from __future__ import annotations

SENTENCES = {
    "award.unknown": "There is no award under this reference.",
    "award.bid_unknown": "This bid does not belong to the lot.",
    "award.no_bid_of_yours": "Your organisation has no opened bid for this lot.",
    "award.not_evaluated": "The experts have not finished this lot, so nothing can be proposed yet.",
    "award.not_this_stage": "This stage ends in no award. Select who goes on from it.",
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
    "selection.not_this_stage": "This stage ends in an award. Propose its winner.",
    "selection.reason_missing": "Say why bid {bid} is left out; its bidder is told.",
    "selection.nobody_left": "Nobody would go on. Leave out fewer bids.",
    "selection.too_few": "At least {least} go on from this stage ({article}). Leave out fewer bids.",
    "selection.tie_at_the_cut": (
        "The bids {bids} share one rank, and {out} of them must go out. Leave out as many by the rule of the tender "
        "document, and write down how it was decided."
    ),
    "selection.needs_agreement": "The decision on a framework agreement is made where the agreement is concluded.",
    "selection.next_not_now": "The next stage can be opened when it is decided who goes on.",
    "selection.next_there": "The next stage is there already: {ref}.",
}
