"""Words for the codes that stand in notices and entries, said in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

CATEGORIES: dict[str, Any] = {"goods": _("Goods"), "services": _("Services"), "works": _("Works")}

METHODS: dict[str, Any] = {
    "weighted_points": _("Weighted points"),
    "lowest_price": _("Lowest evaluated price"),
}

CRITERIA: dict[str, Any] = {
    "requirement": _("Requirement: pass or fail"),
    "price": _("Price: computed"),
    "points": _("Points: judged by experts"),
}

NOTICES: dict[str, Any] = {
    "tender": _("Tender notice"),
    "amendment": _("Amendment"),
    "cancellation": _("Cancellation notice"),
    "opening": _("Opening record"),
    "failure": _("Failed lot"),
    "evaluation": _("Evaluation"),
    "award": _("Award notice"),
}

READERS: dict[str, Any] = {
    "public": _("The public"),
    "suppliers": _("Other suppliers"),
    "authority": _("The authority"),
    "experts": _("Experts"),
    "inspectors": _("Inspectors"),
    "server": _("Whoever has full power over the server"),
}

# What someone can see → words, and whether an eye is open: "shut", "eye" or "warning".
SIGHTS: dict[str, tuple[Any, str]] = {
    "nothing": (_("Nothing, not even how many"), "shut"),
    "own_copy": (_("Only their own bid"), "shut"),
    "technically_possible": (_("Could read with effort"), "warning"),
    "opening_record": (_("The opening record"), "eye"),
    "offers": (_("The offers"), "eye"),
    "all_logged": (_("Everything; each reading is recorded"), "eye"),
    "scores": (_("Scores and reasons"), "eye"),
    "all": (_("Everything"), "eye"),
}

# Kinds of entry in the trail. What is not named here is shown as it stands.
ENTRIES: dict[str, Any] = {
    "sealed": _("Sealed entry"),
    "notice.publish": _("Notice published"),
    "notice.render": _("Notice printed"),
    "tender.create": _("Tender drafted"),
    "tender.update": _("Draft changed"),
    "tender.submit": _("Draft submitted for approval"),
    "tender.return": _("Draft returned"),
    "tender.publish": _("Tender published"),
    "tender.amend": _("Tender amended"),
    "tender.cancel": _("Tender cancelled"),
    "tender.close": _("Bidding closed"),
    "tender.discard": _("Draft discarded"),
    "lot.publish": _("Lot open for bids"),
    "lot.release": _("Key of a lot released"),
    "lot.open": _("Lot opened"),
    "lot.fail": _("Lot failed"),
    "lot.evaluate": _("Lot evaluated"),
    "lot.propose": _("Award proposed"),
    "lot.return_proposal": _("Proposal returned"),
    "lot.award": _("Lot awarded"),
    "lot.cancel": _("Lot cancelled"),
    "account.create": _("Account created"),
    "organisation.create": _("Organisation registered"),
    "organisation.verify": _("Organisation verified"),
    "account.change": _("Account changed"),
    "account.verify_email": _("E-mail address confirmed"),
    "account.rehash_password": _("Password protected anew"),
    "account.erase": _("Account erased"),
    "membership.add": _("Member added"),
    "invitation.create": _("Member invited"),
    "invitation.accept": _("Invitation accepted"),
    "invitation.cancel": _("Invitation withdrawn"),
    "organisation.claim": _("Number claimed"),
    "organisation.refuse": _("Number refused"),
    "organisation.change": _("Organisation changed"),
    "tender.add_document": _("Document added"),
    "tender.remove_document": _("Document removed"),
    "opening.release": _("Opening begun"),
    "opening.record": _("Opening recorded"),
    "opening.fail": _("Too few bids: not opened"),
    "opening.abandon": _("Envelopes left shut"),
    "bid.refuse": _("Bid refused"),
    "bid.read": _("File of a bid read"),
    "panel.assign": _("Expert assigned"),
    "panel.declare": _("Expert declared interests"),
    "panel.recuse": _("Expert stepped back"),
    "panel.replace": _("Expert replaced"),
    "panel.remove": _("Expert removed"),
    "evaluation.save": _("Scores saved"),
    "evaluation.sign_off": _("Scores signed off"),
    "evaluation.read": _("Scores read"),
    "evaluation.complete": _("Evaluation complete"),
    "evaluation.fail": _("Evaluation ended without a winner"),
    "award.propose": _("Award proposed"),
    "award.return": _("Proposal returned"),
    "award.decide": _("Award decided"),
    "mail.read": _("Mail read by the operator"),
}


def word(table: dict[str, Any], code: str) -> str:
    """Return the word for a code, or the code itself where the table does not know it."""
    return str(table.get(code, code))
