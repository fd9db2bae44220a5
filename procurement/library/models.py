"""Tables of the library: what an authority wrote once and uses again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Canonical, Moment, key
from identity.models import Account, Organisation


class Piece(Base):
    """One version of a clause, a criterion or a whole template of an authority. Versions are never changed.

    `content` has the shape of the part of the tender's form that it fills (``procurement/tender/drafting.py``).
    """

    __tablename__ = "library_piece"
    __table_args__ = (UniqueConstraint("ref", "version"),)

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # ``clause``, ``criterion`` or ``template``.
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(10), default="")
    title: Mapped[str] = mapped_column(String(300))
    content: Mapped[dict[str, Any]] = mapped_column(Canonical)
    is_current: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)

    authority: Mapped[Organisation] = relationship()
    created_by: Mapped[Account] = relationship()
