"""Tables of framework agreements and of the call-offs under them. Unit prices are exact text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bidding.box.models import Bid
from foundation.database import Base, Canonical, Moment, key
from identity.models import Organisation
from procurement.tender.models import Lot, Tender


class Agreement(Base):
    """A framework agreement: who was admitted in stage one of a lot, until when, and how orders are given out."""

    __tablename__ = "agreement"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    # The ways of calling off that its notice allows: ``direct``, ``second_price``, ``rotation``.
    ways: Mapped[list[str]] = mapped_column(Canonical, default=list)
    state: Mapped[str] = mapped_column(String(20))
    notice_ref: Mapped[str | None] = mapped_column(String(20))
    concluded_at: Mapped[datetime] = mapped_column(Moment)
    summary_ref: Mapped[str | None] = mapped_column(String(20))

    lot: Mapped[Lot] = relationship()
    authority: Mapped[Organisation] = relationship()
    members: Mapped[list[AgreementMember]] = relationship(
        back_populates="agreement", order_by="AgreementMember.position"
    )
    call_offs: Mapped[list[CallOff]] = relationship(back_populates="agreement", order_by="CallOff.id")


class AgreementMember(Base):
    """A supplier in an agreement with its rank and its unit prices, which are ceilings from then on."""

    __tablename__ = "agreement_member"
    __table_args__ = (UniqueConstraint("agreement_id", "organisation_id"),)

    id: Mapped[int] = key()
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    position: Mapped[int] = mapped_column()
    # ``[{"item", "unit_price", "brand", "model"}]`` from the opened offer.
    prices: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list)
    state: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    end_notice_ref: Mapped[str | None] = mapped_column(String(20))

    agreement: Mapped[Agreement] = relationship(back_populates="members")
    organisation: Mapped[Organisation] = relationship()
    bid: Mapped[Bid] = relationship()


class CallOff(Base):
    """An order under an agreement: the tender that was made for it and how its supplier was or will be found."""

    __tablename__ = "call_off"

    id: Mapped[int] = key()
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), unique=True)
    way: Mapped[str] = mapped_column(String(20))
    # The place in the rotation whose turn it was; whose turn comes next follows from it.
    position: Mapped[int | None] = mapped_column()
    reason: Mapped[str] = mapped_column(String(2000), default="")
    made_at: Mapped[datetime] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship(back_populates="call_offs")
    tender: Mapped[Tender] = relationship()
