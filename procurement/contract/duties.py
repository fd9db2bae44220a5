"""What time brings to framework agreements: their end. What may be ordered is compared with the date, not with this."""

from __future__ import annotations

from flask import current_app

from foundation.database import db
from foundation.errors import Refusal
from procurement.contract import operations, queries
from supervision.trail.act import PLATFORM, acting


def end_due() -> None:
    """End every agreement whose last day is over; one that somebody else ended meanwhile stays as it is."""
    found = queries.due_to_end(queries.today(current_app.extensions["clock"].now()))
    refs = [one.ref for one in found]
    for ref in refs:
        db.session.rollback()
        try:
            with acting(PLATFORM) as act:
                operations.end(act, queries.by_ref(ref))
        except Refusal as refusal:
            if refusal.rule not in ("agreement.end.not_now", "agreement.too_early"):
                raise


DUTIES = (end_due,)
