"""The life of an organisation's claim to its number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from foundation.database import db
from foundation.lifecycle import Lifecycle, Move
from identity.models import Organisation
from identity.rights import Right


def number_is_given(thing: Organisation, act: Any) -> bool:
    """The organisation has not given its number yet."""
    return bool(thing.claimed_number)


def number_is_free(thing: Organisation, act: Any) -> bool:
    """Another organisation is already verified under this number. Refuse the claim, or clear up whose number it is."""
    session = act.session if act is not None else db.session
    found = session.execute(
        select(Organisation.id).where(Organisation.number == thing.claimed_number, Organisation.id != thing.id)
    ).first()
    return found is None


ORGANISATION = Lifecycle(
    "organisation",
    "claimed",
    (
        Move("verify", ("claimed",), "verified", Right.VERIFY_ORGANISATION, (number_is_given, number_is_free)),
        Move("refuse", ("claimed",), "refused", Right.VERIFY_ORGANISATION),
        Move("claim", ("refused", "claimed"), "claimed", Right.INVITE),
    ),
)
LIFECYCLES = (ORGANISATION,)
