"""What time brings to evaluations: the completion of a lot that everyone has signed."""

from __future__ import annotations

from foundation.database import db
from foundation.errors import Refusal
from procurement.evaluation import completion, operations, queries
from procurement.panel import queries as panel
from procurement.panel import readiness
from procurement.tender import queries as tenders
from procurement.tender.models import Lot
from supervision.trail.act import PLATFORM, acting


def complete_due() -> None:
    """Complete every lot that is signed by all: a server that died after the last sign-off loses nothing."""
    for ref, number in [(lot.tender.ref, lot.number) for lot in queries.lots_to_complete()]:
        settle(ref, number)


def settle(ref: str, number: str) -> None:
    """Complete one lot where it is due; where it is not, or somebody else was first, do nothing."""
    db.session.rollback()
    lot = _lot(ref, number)
    if lot.state != panel.TO_JUDGE or not queries.is_signed_by_all(lot):
        return
    if not readiness.is_complete(lot.tender, panel.members(lot.tender)):
        return
    prepared = completion.prepare(lot)
    try:
        with acting(PLATFORM) as act:
            operations.complete(act, _lot(ref, number), prepared)
    except Refusal as refusal:
        if refusal.rule not in ("evaluation.not_now", "evaluation.not_signed"):
            raise


def _lot(ref: str, number: str) -> Lot:
    return tenders.lot_of(tenders.by_ref(ref), number)


DUTIES = (complete_due,)
