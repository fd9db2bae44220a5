"""What happened, in words: kinds of entry, notices, actors, matters. A kind without words is shown as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

KINDS: dict[str, Any] = {
    "sealed": _("Sealed entry: what it says comes out at an opening"),
    "notice.publish": _("A notice was signed and published"),
    "notice.render": _("The paper form of a notice was made"),
    "library.keep": _("A piece was kept in the authority's library"),
    "tender.create": _("The draft was begun"),
    "tender.update": _("The draft was changed"),
    "tender.add_document": _("A document was added to the draft"),
    "tender.change_document": _("A document of the draft was changed"),
    "tender.replace_document": _("A published document got its next version"),
    "tender.enclose_document": _("A document was added to the published tender"),
    "tender.render_document": _("The tender document was made from the notice"),
    "tender.remove_document": _("A document was taken out of the draft"),
    "tender.submit": _("The draft was handed to the approver"),
    "tender.return": _("The approver gave the draft back"),
    "tender.discard": _("The draft was discarded"),
    "tender.publish": _("The tender was approved and published"),
    "tender.amend": _("The tender was amended"),
    "amendment.save": _("An amendment was written or changed"),
    "amendment.propose": _("An amendment was handed to the approver"),
    "amendment.return": _("The approver gave an amendment back"),
    "amendment.publish": _("An amendment was signed and published"),
    "amendment.drop": _("An amendment was put aside"),
    "question.answer": _("A question was answered to everyone"),
    "question.lapse": _("A question was not answered before the deadline"),
    "tender.cancel": _("The tender was cancelled"),
    "tender.close": _("Bidding closed"),
    "lot.publish": _("The lot takes sealed bids"),
    "lot.cancel": _("The lot was cancelled"),
    "lot.release": _("The lot's envelopes may be opened"),
    "lot.open": _("The lot's bids are opened"),
    "lot.fail": _("The lot failed"),
    "lot.evaluate": _("The lot is judged"),
    "lot.propose": _("The lot waits for the decision"),
    "lot.return_proposal": _("The lot waits for another proposal"),
    "lot.award": _("The lot is awarded"),
    "lot.select": _("The lot waits for the decision who goes on"),
    "lot.return_selection": _("The lot waits for another selection"),
    "lot.advance": _("The lot goes on to the following stage"),
    "lot.agree": _("The lot ended in a framework agreement"),
    "tender.publicise": _("The single source was made public"),
    "tender.follow_up": _("The draft of a following stage was begun"),
    "opening.refuse": _("An opening was refused: the list of invitees is not the one that was published"),
    "opening.reveal": _("A withheld opening record was made public"),
    "panel.carry_over": _("The panel goes on to the following stage"),
    "opening.release": _("Sealed bids were counted and their key was released"),
    "opening.record": _("All bids were opened together and put on record"),
    "opening.fail": _("The lot failed unopened: too few bids"),
    "opening.abandon": _("The envelopes stay shut for good"),
    "bid.submit": _("A sealed bid was received"),
    "bid.withdraw": _("A sealed bid was withdrawn"),
    "bid.refuse": _("A bid was refused"),
    "bid.read": _("A file of an opened bid was read"),
    "panel.assign": _("An expert was assigned to the panel"),
    "panel.remove": _("An expert was taken off the panel"),
    "panel.replace": _("An expert of the panel was replaced"),
    "panel.declare": _("An expert declared to have no conflict of interest"),
    "panel.recuse": _("An expert stepped back"),
    "evaluation.read": _("A supervisor read an evaluation that is not public yet"),
    "evaluation.save": _("An expert saved a score sheet"),
    "evaluation.sign_off": _("An expert signed the score sheets"),
    "evaluation.complete": _("All experts signed; the ranking was computed and published"),
    "evaluation.fail": _("Too few bids met the requirements; the lot failed"),
    "award.propose": _("A winner was proposed"),
    "award.return": _("The proposal was given back"),
    "award.decide": _("The award was decided and its notice signed"),
    "selection.propose": _("It was proposed who goes on"),
    "selection.return": _("The proposal who goes on was given back"),
    "selection.decide": _("It was decided who goes on"),
    "agreement.conclude": _("A framework agreement was concluded"),
    "agreement.call_off": _("An order was begun under a framework agreement"),
    "agreement.end": _("A framework agreement ended by its date"),
    "agreement.summarise": _("The orders under a framework agreement were summed up"),
    "agreement_member.end": _("A supplier left a framework agreement"),
    "desk.read": _("A supervisor read sealed or personal matter"),
    "mail.read": _("The operator read a mail at the console"),
    "organisation.create": _("An organisation was registered"),
    "organisation.change": _("An organisation changed its details"),
    "organisation.claim": _("An organisation claimed its number"),
    "organisation.verify": _("An organisation's number was verified"),
    "organisation.refuse": _("An organisation's number was refused"),
    "account.create": _("An account was created"),
    "account.change": _("An account's details changed"),
    "account.verify_email": _("An account confirmed its address"),
    "account.set_password": _("An account got its password"),
    "account.change_password": _("An account changed its password"),
    "account.reset_password": _("An account set its password anew"),
    "account.rehash_password": _("A password's digest was renewed"),
    "account.erase": _("A person's details were erased"),
    "membership.add": _("A member was added"),
    "membership.end": _("A membership ended"),
    "invitation.create": _("Someone was invited"),
    "invitation.cancel": _("An invitation was taken back"),
    "invitation.accept": _("An invitation was accepted"),
    "budget_line.create": _("A budget line was written down"),
    "budget_line.change": _("A budget line was changed"),
    "budget_line.remove": _("A budget line was taken away"),
    "backlog.import": _("A spreadsheet of drafts was brought in"),
    "project.create": _("A project of the plan was begun"),
    "project.update": _("A project of the plan was changed"),
    "project.submit": _("A project of the plan was handed to the approver"),
    "project.return": _("A project of the plan was returned"),
    "project.approve": _("A project of the plan was approved"),
    "project.announce": _("The intention of a project was announced"),
    "project.begin": _("A tender was begun from a project of the plan"),
    "project.finish": _("A project of the plan was closed as bought"),
    "project.withdraw": _("A project was taken out of the plan"),
    "splitting.decide": _("It was decided whether purchases are split"),
    "trail.fork": _("The trail went on under a new origin after a restore"),
}

NOTICES: dict[str, Any] = {
    "tender": _("The tender notice was signed and published"),
    "prequalification": _("The prequalification notice was signed and published"),
    "invitation": _("The invitation to bid was signed and published"),
    "round": _("The invitation to the next round was signed and published"),
    "call_off": _("The call-off was signed and published"),
    "single_source": _("The single source publicity was signed and published"),
    "amendment": _("An amendment was signed and published"),
    "cancellation": _("The cancellation was signed and published"),
    "opening": _("The opening record was signed and published"),
    "failure": _("The notice of a failed lot was signed and published"),
    "evaluation": _("The evaluation was signed and published"),
    "award": _("The award notice was signed and published"),
    "shortlist": _("The notice of who goes on was signed and published"),
    "agreement": _("The notice of who is admitted to a framework agreement was signed and published"),
    "agreement_summary": _("The summary of orders was signed and published"),
}

NOTICE_NAMES: dict[str, Any] = {
    "tender": _("Tender notice"),
    "prequalification": _("Prequalification notice"),
    "invitation": _("Invitation to bid"),
    "round": _("Invitation to the next round"),
    "call_off": _("Call-off"),
    "single_source": _("Single source publicity"),
    "amendment": _("Amendment"),
    "cancellation": _("Cancellation notice"),
    "opening": _("Opening record"),
    "failure": _("Failed lot"),
    "evaluation": _("Evaluation"),
    "award": _("Award notice"),
    "shortlist": _("Notice of who goes on"),
    "agreement": _("Notice of who is admitted to a framework agreement"),
    "agreement_summary": _("Summary of the orders under a framework agreement"),
}

MATTERS: dict[str, Any] = {
    "offers": _("the opened offers: unit prices, answers and files"),
    "sheets": _("the score sheets of each expert"),
    "panel": _("the names on the panel"),
}

ROLES: dict[str, Any] = {
    "officer": _("Officer"),
    "approver": _("Approver"),
    "supplier": _("Supplier"),
    "expert": _("Expert"),
    "inspector": _("Inspector"),
    "auditor": _("Auditor"),
    "operator": _("Operator"),
}


def anything() -> str:
    """Return the words for no filter."""
    return gettext("Anything")


def said(kind: str, facts: Mapping[str, Any]) -> str:
    """Return what happened, in the reader's language."""
    if kind == "notice.publish" and facts.get("kind") in NOTICES:
        return str(NOTICES[facts["kind"]])
    if kind == "desk.read" and facts.get("matter") in MATTERS:
        return gettext("A supervisor read %(matter)s", matter=MATTERS[facts["matter"]])
    return str(KINDS.get(kind, kind))


def actor(who: Mapping[str, str], organisations: Mapping[str, str]) -> str:
    """Return who acted: role, organisation and reference of the account, never a person's name."""
    match who.get("kind", ""):
        case "platform":
            return gettext("The platform, by itself")
        case "operator":
            return gettext("The operator, by command")
        case "public":
            return gettext("Someone without a login")
        case "sealed":
            return gettext("Not told")
        case "expert":
            return gettext("Panel seat %(number)s", number=who.get("ref", "").removeprefix("seat-"))
    place = organisations.get(who.get("organisation", ""), who.get("organisation", ""))
    parts = [str(ROLES.get(who.get("role", ""), who.get("role", ""))), place, who.get("ref", "")]
    return " · ".join(part for part in parts if part) or who.get("kind", "")
