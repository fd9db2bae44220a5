"""What a decision is made of, whoever is chosen: the person who decides, the reason, the parties it names."""

from __future__ import annotations

from typing import Any

from bidding.box.models import Bid
from foundation.errors import HouseFault, Refusal
from identity.models import Organisation
from procurement.award import notice as words
from procurement.tender import queries as tender_queries
from procurement.tender.models import TENDER_DOCUMENT, Lot, Tender
from supervision.trail.act import Act

MOST_REASON = 2000


def person(act: Act) -> int:
    """Return the key of the acting person; what a duty or a command does is no decision."""
    if act.account_id is None:
        raise HouseFault("An award is proposed and decided by people.")
    return act.account_id


def reason_of(text: str) -> str:
    """Return a reason without blanks around it. Refuses ``award.reason_too_long``."""
    said = text.strip()
    if len(said) > MOST_REASON:
        raise Refusal("award.reason_too_long", most=MOST_REASON)
    return said


def demand_verified(bid: Bid) -> Organisation:
    """Return an opened bid's supplier. Refuses 409 ``award.supplier_unverified``."""
    if bid.supplier is None:
        raise HouseFault(f"The opened bid {bid.ref} has no supplier.")
    if bid.supplier.state != "verified" or not bid.supplier.number:
        raise Refusal("award.supplier_unverified", 409, supplier=bid.supplier.name)
    return bid.supplier


def party(organisation: Organisation, tender: Tender | None = None) -> words.Party:
    """Return an organisation as a notice names it; the tender's own contact goes before the authority's."""
    return words.Party(
        ref=organisation.ref,
        name=organisation.name,
        number=organisation.number or "",
        address=organisation.address,
        contact=(tender.contact if tender else "") or organisation.contact,
        phone=(tender.phone if tender else "") or organisation.phone,
    )


def published(tender: Tender, lot: Lot) -> dict[str, Any]:
    """Return what the tender notice in force says of the tender, of one lot, and which documents belong to it."""
    said = tender_queries.notice_content(tender)
    return {
        "tender": said["tender"],
        "lot": next(one for one in said["tender"]["lots"] if one["lot"] == lot.number),
        "documents": [
            *({"title": one["title"], "sha256": one["sha256"]} for one in said["documents"]),
            # The tender document is made from the notice after its act, so that the notice itself cannot name it.
            *(
                {"title": one.title, "sha256": one.sha256}
                for one in tender.documents
                if one.kind == TENDER_DOCUMENT and one.ended_at is None
            ),
        ],
    }
