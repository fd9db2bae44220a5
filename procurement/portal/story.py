"""A tender's life at a glance: the steps of its indicator, told from what is public about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from foundation import filters
from procurement.notices.models import Notice
from procurement.tender.models import Tender

# How far a lot is: the step of the indicator on which its state stands.
_AT = {
    "draft": 0, "open": 1, "opening": 2, "opened": 3, "evaluated": 4, "proposed": 4, "awarded": 5,
    "selecting": 4, "advanced": 5, "agreed": 5,
}


@dataclass(frozen=True)
class Step:
    """One step: `state` is done, now or next; `note` is a day or a few words."""

    title: str
    note: str
    state: str


def steps(tender: Tender, notices: Sequence[Notice]) -> list[Step]:
    """Return the steps of a published tender. The slowest lot that still lives decides where it stands."""
    if tender.state == "cancelled":
        last = next((one for one in reversed(notices) if one.kind == "cancellation"), None)
        return [
            Step(_("Notice published"), filters.day(tender.published_at, "short"), "done"),
            Step(_("Cancelled"), filters.day(last.issued_at, "short") if last else "", "now"),
        ]
    living = [lot.state for lot in tender.lots if lot.state not in ("failed", "cancelled")]
    if not living:
        return [
            Step(_("Notice published"), filters.day(tender.published_at, "short"), "done"),
            Step(_("Bids taken"), filters.day(tender.closes_at, "short"), "done"),
            Step(_("Every lot failed"), "", "now"),
        ]
    at = min(_AT.get(state, 1) for state in living)
    award = next((one for one in reversed(notices) if one.kind == "award"), None)
    rows = (
        (_("Notice published"), filters.day(tender.published_at, "short")),
        (_("Bids taken"), _("sealed") if at == 1 else filters.day(tender.closes_at, "short")),
        (_("Opening"), filters.day(tender.closes_at, "short")),
        (_("Judging"), ""),
        (_("Decision"), ""),
        (_("Award published"), filters.day(award.issued_at, "short") if award else ""),
    )
    return [
        Step(title, note, "done" if number < at else "now" if number == at else "next")
        for number, (title, note) in enumerate(rows)
    ]
