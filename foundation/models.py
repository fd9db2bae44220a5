"""Tables that belong to no room: the mail outbox and the counters behind public references."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, Key, Moment, key


class OutboxMail(Base):
    """A mail that waits to be sent or, without SMTP settings, to be read at the operator's console."""

    __tablename__ = "outbox_mail"

    id: Mapped[int] = key()
    to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")


class Counter(Base):
    """The last number given out for one series of public references. Changed under the act's lock only."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    last: Mapped[int] = mapped_column(Key)
