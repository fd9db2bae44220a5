"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

from __future__ import annotations

SENTENCES = {
    "panel.not_following": "This tender does not follow the one whose panel should go on.",
    "panel.unknown": "There is no such seat on this panel.",
    "panel.not_a_member": "You do not sit on the panel of this tender.",
    "panel.too_early": "The panel is formed after the tender was published.",
    "panel.too_late": "Every lot of this tender has been judged, so its panel does not change any more.",
    "panel.not_registered": "Only a registered expert can be assigned.",
    "panel.own_tender": "Whoever prepared or approves this tender cannot judge its bids.",
    "panel.excluded": "This person may not sit on the panel of this tender.",
    "panel.capacity_missing": "Say whether this person sits as an expert or for the buyer.",
    "panel.reason_missing": "Give the reason. It is kept on record.",
    "panel.only_replace": "The bids are opened, so a member can only be replaced by another.",
    "panel.ended": "This seat has ended.",
    "panel.not_opened": "The bidders are not known before every lot was opened. Declare after that.",
    "panel.related": "You belong to {names}, or did so in the years that count. You have to step back.",
    "panel.ground_missing": "Say which relation is in the way.",
    "panel.not_declared": "First declare that no relation with a bidder is in the way.",
    "panel.incomplete": "The panel is not complete, so no sign-off counts yet. Everything that is missing is listed.",
}
