"""Tables of the award: who proposed, who decided, and until when nothing may be signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bidding.box.models import Bid
from foundation.database import Base, Canonical, Moment, key
from identity.models import Account
from procurement.tender.models import Lot


class Award(Base):
    """The award of one lot, from the officer's proposal to the signed notice."""

    __tablename__ = "award"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), unique=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    state: Mapped[str] = mapped_column(String(20), default="proposed")
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    notice_ref: Mapped[str | None] = mapped_column(String(20))
    standstill_ends_on: Mapped[date | None] = mapped_column(Date)

    lot: Mapped[Lot] = relationship()
    bid: Mapped[Bid] = relationship()
    proposed_by: Mapped[Account] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])


class Selection(Base):
    """Who goes on from a stage that does not end in an award: shortlist, next round or framework agreement.

    `bids` are ``[{"bid": letter, "reason": text}]`` in their order, those left out in `left_out` with their reasons.
    """

    __tablename__ = "selection"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), unique=True)
    # What the stage leads to: ``advance`` (a following stage) or ``agreement`` (a framework agreement).
    outcome: Mapped[str] = mapped_column(String(20))
    bids: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list)
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[str] = mapped_column(String(64), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    notice_ref: Mapped[str | None] = mapped_column(String(20))

    lot: Mapped[Lot] = relationship()
    proposed_by: Mapped[Account] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
