"""Who is invited to a stage that does not admit everyone: a list frozen under a digest until the opening.

A notice holds only the digest, and the opening notice reveals the list. Before it nobody but the authority and each
invitee learns who was asked, or how many, and nobody can change the list unseen.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from foundation.canonical import canonical, digest
from foundation.database import db
from identity.models import Organisation
from procurement.tender.models import Invitee, Tender
from supervision.trail.act import Act

FORMAT = "sunseal-invitees/1"
INVITED = "invited"


def invite(act: Act, tender: Tender, organisations: Sequence[Organisation], origin: str) -> None:
    """Write the list of invitees of a draft anew, each with a salt of its own."""
    for old in list(tender.invitees):
        act.session.delete(old)
    act.session.flush()
    act.session.add_all(
        Invitee(tender_id=tender.id, organisation_id=one.id, origin=origin, salt=secrets.token_hex(32))
        for one in dict.fromkeys(organisations)
    )
    act.session.flush()
    act.session.expire(tender, ["invitees"])


def listed(tender: Tender) -> list[dict[str, str]]:
    """Return the frozen list in the order of its salts; before the opening for the authority only."""
    return [
        {"organisation": one.organisation.ref, "origin": one.origin, "salt": one.salt}
        for one in sorted(tender.invitees, key=lambda one: one.salt)
    ]


def commitment(tender: Tender) -> str:
    """Return the digest of the list. Its salts keep anyone from trying names, and it tells no number."""
    return commitment_of(tender.ref, listed(tender))


def commitment_of(ref: str, invitees: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of a list as a notice holds it (``docs/formats/tender-notice.md``)."""
    plain = [{name: one[name] for name in ("organisation", "origin", "salt")} for one in invitees]
    return digest(canonical({"format": FORMAT, "tender": ref, "invitees": plain}))


def revealed(tender: Tender) -> dict[str, Any]:
    """Return what the opening notice of an invited stage says of the list: the digest, and what it was made from."""
    names = {one.organisation.ref: one.organisation.name for one in tender.invitees}
    return {
        "commitment": commitment(tender),
        "list": [{**one, "name": names[one["organisation"]]} for one in listed(tender)],
    }


def is_invited(tender: Tender, organisation: Organisation) -> bool:
    """Tell whether a supplier may bid as far as the stage admits."""
    return tender.admits != INVITED or is_on_list(tender.id, organisation.ref)


def is_on_list(tender_id: int, organisation: str) -> bool:
    """Tell whether an organisation, by its reference, is an invitee of a tender, by its key."""
    wanted = (
        select(Invitee.id)
        .join(Organisation, Invitee.organisation_id == Organisation.id)
        .where(Invitee.tender_id == tender_id, Organisation.ref == organisation)
    )
    return db.session.execute(wanted).first() is not None


def invitations(organisation: Organisation, *, most: int = 100) -> list[Tender]:
    """Return the published tenders to which a supplier was invited, the newest first. For its own eyes."""
    wanted = (
        select(Tender)
        .join(Invitee, Invitee.tender_id == Tender.id)
        .where(Invitee.organisation_id == organisation.id, Tender.published_at.is_not(None))
        .order_by(Tender.published_at.desc(), Tender.id.desc())
        .limit(most)
    )
    return list(db.session.execute(wanted).scalars())
