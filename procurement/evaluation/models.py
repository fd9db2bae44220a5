"""Tables of the evaluation: each expert's own sheet, its sign-off, and the ranking that follows from all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bidding.box.models import Bid
from foundation.database import Base, Canonical, Key, Moment, key
from procurement.panel.models import PanelMember
from procurement.tender.models import Lot


class Scoresheet(Base):
    """One expert's page for one bid. `salt` opens the digest of its last state, which the trail holds."""

    __tablename__ = "scoresheet"
    __table_args__ = (UniqueConstraint("member_id", "bid_id"),)

    id: Mapped[int] = key()
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id"))
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    salt: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(Moment)

    member: Mapped[PanelMember] = relationship()
    bid: Mapped[Bid] = relationship()
    scores: Mapped[list[Score]] = relationship(back_populates="sheet", order_by="Score.id")


class Score(Base):
    """One mark: points as exact text, or a verdict on a requirement."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("sheet_id", "criterion"),)

    id: Mapped[int] = key()
    sheet_id: Mapped[int] = mapped_column(ForeignKey("scoresheet.id"))
    criterion: Mapped[str] = mapped_column(String(10))
    points: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[bool | None] = mapped_column()
    reason: Mapped[str] = mapped_column(Text, default="")

    sheet: Mapped[Scoresheet] = relationship(back_populates="scores")


class SignOff(Base):
    """An expert's signature under all own sheets of one lot."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("member_id", "lot_id"),)

    id: Mapped[int] = key()
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    sheets_sha256: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(Moment)
    entry_index: Mapped[int] = mapped_column(Key)

    member: Mapped[PanelMember] = relationship()


class Evaluation(Base):
    """The published evaluation of one lot: inputs and result in the format of `docs/formats/evaluation.md`."""

    __tablename__ = "evaluation"

    id: Mapped[int] = key()
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), unique=True)
    document: Mapped[dict[str, Any]] = mapped_column(Canonical)
    sha256: Mapped[str] = mapped_column(String(64))
    completed_at: Mapped[datetime] = mapped_column(Moment)
    entry_index: Mapped[int] = mapped_column(Key)

    lot: Mapped[Lot] = relationship()
