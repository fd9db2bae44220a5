"""What the desk changes: it records who read sealed or personal matter, before that is shown."""

from __future__ import annotations

import hashlib

from bidding.box import queries as box
from foundation.errors import Refusal
from procurement.tender import law
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import subject_of
from supervision.desk import queries
from supervision.trail.act import Act

# What may be read, and whether it belongs to a lot that must have been opened.
MATTERS = {"offers": True, "sheets": True, "panel": False}
KIND = "desk.read"


def session_tag(token_digest: str) -> str:
    """Return the words by which the entries of one session are known, from which nobody learns its token."""
    return hashlib.sha256(f"sunseal-reading/1 {token_digest}".encode()).hexdigest()[:32]


def demand_readable(lot: Lot, locale: str) -> None:
    """Refuse (409) what nobody may read: bids before their opening, and bids of a lot that stays shut."""
    opening = box.opening_of(lot)
    if opening is not None and opening.recorded_at is not None:
        if box.is_withheld(lot):
            raise Refusal("desk.withheld", 409, lot=lot.number)
        return
    if lot.state in ("failed", "cancelled"):
        raise Refusal("desk.stays_shut", 409, lot=lot.number)
    article = law.rule_set_of(lot.tender).rule("opening.at_deadline").cite(locale)
    raise Refusal("desk.not_opened", 409, lot=lot.number, earliest=lot.tender.closes_at, article=article)


def read(act: Act, about: Tender | Lot, matter: str, session: str) -> None:
    """Record that the actor reads `matter` of a tender or lot in this session; once is enough."""
    subject = subject_of(about)
    if not queries.has_read(subject, matter, act.actor.ref, session):
        act.record(KIND, subject, {"matter": matter, "session": session})
