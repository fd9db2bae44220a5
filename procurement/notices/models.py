"""Tables of what was made public. Rows are never changed; a correction is a new notice that names the old one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Bytes, Key, Moment, key


class Notice(Base):
    """A signed notice: `body` is its canonical JSON, `signature` the detached CMS over exactly these bytes."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_tender_ref", "tender_ref", "issued_at"),)

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    tender_ref: Mapped[str] = mapped_column(String(20))
    lot: Mapped[str] = mapped_column(String(10), default="")
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[bytes] = mapped_column(Bytes)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    signature: Mapped[bytes] = mapped_column(Bytes)
    issued_at: Mapped[datetime] = mapped_column(Moment, index=True)
    entry_index: Mapped[int] = mapped_column(Key)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))

    previous: Mapped[Notice | None] = relationship(remote_side=[id])
    renditions: Mapped[list[Rendition]] = relationship(back_populates="notice")


class Rendition(Base):
    """A PDF of a notice in one language, rendered and signed after the act; its digest follows as an entry."""

    __tablename__ = "rendition"
    # Several workers may render the same notice; one of them keeps its file.
    __table_args__ = (UniqueConstraint("notice_id", "locale"),)

    id: Mapped[int] = key()
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    locale: Mapped[str] = mapped_column(String(10))
    storage_key: Mapped[str] = mapped_column(String(32))
    size: Mapped[int] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(String(64))
    entry_index: Mapped[int] = mapped_column(Key)

    notice: Mapped[Notice] = relationship(back_populates="renditions")
