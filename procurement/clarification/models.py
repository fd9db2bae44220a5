"""Tables of questions and followers: keyed tags and sealed notes stand for those who asked or follow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Bytes, Key, Moment, key
from procurement.tender.models import Tender


class Question(Base):
    """A question about a tender. The officer sees its words, never who asked; the answer goes to everyone."""

    __tablename__ = "question"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    owner_tag: Mapped[str] = mapped_column(String(64), index=True)
    owner_sealed: Mapped[bytes] = mapped_column(Bytes)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="asked")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    entry_index: Mapped[int] = mapped_column(Key)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    # The clarification or amendment in which the answer was published.
    notice_ref: Mapped[str | None] = mapped_column(String(20))

    tender: Mapped[Tender] = relationship()


class Follow(Base):
    """Somebody who wants to be told of a tender's notices: anyone with an e-mail address, a bidder or not."""

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("tender_ref", "tag"),)

    id: Mapped[int] = key()
    tender_ref: Mapped[str] = mapped_column(String(20))
    # A keyed digest of the address, and the address sealed for the platform's letters.
    tag: Mapped[str] = mapped_column(String(64))
    address_sealed: Mapped[bytes] = mapped_column(Bytes)
    locale: Mapped[str] = mapped_column(String(10), default="zh-CN")
    token_sha256: Mapped[str] = mapped_column(String(64), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    # The last entry of the trail whose notice was told, so that a killed process tells nothing twice for long.
    told_index: Mapped[int] = mapped_column(Key, default=-1)
