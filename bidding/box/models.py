"""Tables of the box. Before the opening no row names a bidder: the owner stands as a keyed tag and a sealed note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Bytes, Canonical, Key, Moment, key
from identity.models import Organisation
from procurement.tender.models import Lot


class Upload(Base):
    """Bytes on their way. `owner_tag` is keyed, so the row does not tell whose they are."""

    __tablename__ = "upload"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    owner_tag: Mapped[str] = mapped_column(String(64), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    claims: Mapped[dict[str, Any]] = mapped_column(Canonical)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    # All parts are joined to two stored files that passed the intake.
    is_whole: Mapped[bool] = mapped_column(default=False)
    # The bid it became: the same submission asked again is answered alike.
    bid_ref: Mapped[str] = mapped_column(String(32), default="")
    # The rule whose refusal stands in the trail already, so that a repeat adds no entry.
    refused: Mapped[str] = mapped_column(String(60), default="")

    lot: Mapped[Lot] = relationship()
    parts: Mapped[list[UploadPart]] = relationship(back_populates="upload")


class UploadPart(Base):
    """One part that arrived whole and matched its digest."""

    __tablename__ = "upload_part"
    __table_args__ = (UniqueConstraint("upload_id", "file", "number"),)

    id: Mapped[int] = key()
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    file: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column()
    size: Mapped[int] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(32))

    upload: Mapped[Upload] = relationship(back_populates="parts")


class Bid(Base):
    """A supplier's entry for a lot. The sealed half is written at *submit*, the opened half at the opening."""

    __tablename__ = "bid"
    __table_args__ = (
        Index("ix_bid_lot_id_state", "lot_id", "state"),
        Index("ix_bid_owner_tag", "owner_tag"),
    )

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    envelope: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20), default="sealed")
    owner_tag: Mapped[str] = mapped_column(String(64))
    owner_sealed: Mapped[bytes] = mapped_column(Bytes)
    claims: Mapped[dict[str, Any]] = mapped_column(Canonical)
    claims_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    bid_key: Mapped[str] = mapped_column(String(32))
    key_key: Mapped[str] = mapped_column(String(32))
    entry_index: Mapped[int] = mapped_column(Key, unique=True)
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    # The version of the tender that was in force when it was handed in.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    letter: Mapped[str] = mapped_column(String(4), default="")
    price: Mapped[int | None] = mapped_column(Key)
    offer: Mapped[dict[str, Any] | None] = mapped_column(Canonical)
    manifest: Mapped[dict[str, Any] | None] = mapped_column(Canonical)
    cause: Mapped[str] = mapped_column(Text, default="")

    lot: Mapped[Lot] = relationship()
    supplier: Mapped[Organisation | None] = relationship()
    files: Mapped[list[BidFile]] = relationship(back_populates="bid", order_by="BidFile.id")
    confirmations: Mapped[list[Confirmation]] = relationship(back_populates="bid", order_by="Confirmation.version")


class BidFile(Base):
    """A file found inside an opened bid."""

    __tablename__ = "bid_file"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(32))

    bid: Mapped[Bid] = relationship(back_populates="files")


class Confirmation(Base):
    """An owner's word that a sealed bid stands for a later version of its tender. Its entry is a blinded one."""

    __tablename__ = "bid_confirmation"
    __table_args__ = (UniqueConstraint("bid_id", "version"),)

    id: Mapped[int] = key()
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    version: Mapped[int] = mapped_column()
    notice_sha256: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    entry_index: Mapped[int] = mapped_column(Key, unique=True)

    bid: Mapped[Bid] = relationship(back_populates="confirmations")


class Opening(Base):
    """The opening of one lot and envelope. The unique pair is what makes it happen exactly once."""

    __tablename__ = "opening"
    __table_args__ = (UniqueConstraint("lot_id", "envelope"),)

    id: Mapped[int] = key()
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    envelope: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20))
    released_at: Mapped[datetime] = mapped_column(Moment)
    recorded_at: Mapped[datetime | None] = mapped_column(Moment)
    notice_ref: Mapped[str | None] = mapped_column(String(20))
    # The whole record of a stage that withholds it, the salt of its digest, and the notice that published it later.
    withheld: Mapped[dict[str, Any] | None] = mapped_column(Canonical)
    salt: Mapped[str] = mapped_column(String(64), default="", server_default="")
    revealed_ref: Mapped[str | None] = mapped_column(String(20))

    lot: Mapped[Lot] = relationship()
