"""What people read where a rule of framework agreements says no."""

from __future__ import annotations

SENTENCES = {
    "agreement.unknown": "There is no framework agreement under this reference.",
    "agreement.no_such_member": "This supplier has no place in the agreement.",
    "agreement.in_the_past": "An agreement begins today or later.",
    "agreement.ends_first": "An agreement ends on the day on which it begins or later.",
    "agreement.too_long": "It lasts {years} years at most ({article}): until {latest}.",
    "agreement.no_way": "Choose at least one way in which orders are given out.",
    "agreement.way_not_allowed": "The law does not allow this way of ordering for this agreement.",
    "agreement.notice_incomplete": "The notice would not say all that it must ({article}). Complete it first.",
    "agreement.over": "This agreement ended on {ends_on}.",
    "agreement.too_early": "This agreement lasts until {ends_on}.",
    "agreement.reason_missing": "Say why the supplier leaves the agreement; everyone reads it.",
    "agreement.still_in_force": "The summary comes when the agreement has ended, after {ends_on}.",
    "agreement.summarised": "The summary is published already: {ref}.",
    "agreement.calls_open": "These orders are not decided yet: {refs}. The summary comes after them.",
    "agreement.not_in_force": "Orders are possible from {starts_on} to {ends_on} only, the period of the agreement.",
    "call_off.way_not_agreed": "The agreement does not provide for this way of ordering.",
    "call_off.member_missing": "Choose the supplier that gets the order.",
    "call_off.reason_missing": "Say why this supplier is chosen; the reason stays with the order.",
    "call_off.member_ended": "{name} is no longer in the agreement.",
    "call_off.nobody_left": "No supplier is left in the agreement.",
    "call_off.wrong_turn": "It is the turn of {name}. A rotation goes by rank, and nobody is passed over.",
    "call_off.too_few_members": "A price round needs {least} suppliers of the agreement at least ({article}).",
    "call_off.no_items": "Write a quantity for at least one item.",
    "call_off.unknown_item": "Item {item} is not in the agreement.",
    "call_off.quantity": "The quantity of item {item} is not a number above zero, such as 4800 or 12.5.",
}
