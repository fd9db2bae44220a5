"""Tables of the panel: who judges a tender, why, and who replaced whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Moment, key
from identity.models import Account
from procurement.tender.models import Tender


class PanelMember(Base):
    """One seat on the panel. Replacing ends this row and begins another; nothing is overwritten.

    `salt` opens what the trail says of the seat: until the award its entries hold only a salted digest of the account.
    """

    __tablename__ = "panel_member"
    __table_args__ = (UniqueConstraint("tender_id", "account_id"),)

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    number: Mapped[int] = mapped_column()
    capacity: Mapped[str] = mapped_column(String(20), default="expert")
    reason: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(64))
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    declared_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("panel_member.id"))

    tender: Mapped[Tender] = relationship()
    account: Mapped[Account] = relationship()
