"""Tables of the tender: what is bought, by when, judged how. Amounts are whole fen, quantities exact text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Bytes, Canonical, Key, Moment, key
from identity.models import Account, Organisation


class FrozenRules(Base):
    """A rule set as it was when a tender under it was published; many tenders share one row, named by its digest."""

    __tablename__ = "frozen_rule_set"

    id: Mapped[int] = key()
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    demonstration: Mapped[bool] = mapped_column()
    # Some 300 KB, read by `law` once a process; a list of tenders never needs it.
    body: Mapped[str] = mapped_column(Text, deferred=True)


class Tender(Base):
    """One procedure. After publication the signed notice is what counts; these rows are the officer's form."""

    __tablename__ = "tender"
    __table_args__ = (
        Index("ix_tender_state_closes_at", "state", "closes_at"),
        Index("ix_tender_published_at", "published_at"),
    )

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(10), default="goods")
    # The procedure of its rule set, and which stage of it this tender is; `follows` is the stage before.
    procedure: Mapped[str] = mapped_column(String(20), default="open", server_default="open")
    stage: Mapped[str] = mapped_column(String(20), default="bids", server_default="bids")
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id"), index=True)
    # Why another procedure than the open one is lawful: a key of the procedure's grounds, and the facts.
    ground: Mapped[str] = mapped_column(String(40), default="", server_default="")
    ground_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    plan_ref: Mapped[str] = mapped_column(String(20), default="", server_default="", index=True)
    policies: Mapped[dict[str, Any]] = mapped_column(Canonical, default=dict, server_default="{}")
    terms: Mapped[dict[str, Any]] = mapped_column(Canonical, default=dict, server_default="{}")
    # Counts the notices that may affect bids; a bid made for an older version is confirmed or sealed anew.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Who may bid, frozen from the stage at publication, so that a submission need not read the rule set.
    admits: Mapped[str] = mapped_column(String(10), default="all", server_default="all")
    rule_set_id: Mapped[str] = mapped_column(String(40))
    frozen_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_rule_set.id"))
    method: Mapped[dict[str, Any]] = mapped_column(Canonical, default=dict)
    budget: Mapped[int] = mapped_column(Key, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    contact: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    qualifications: Mapped[str] = mapped_column(Text, default="")
    accepts_consortium: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    reason: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[dict[str, Any] | None] = mapped_column(Canonical)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    notice_ref: Mapped[str | None] = mapped_column(String(20))
    search: Mapped[str] = mapped_column(Text, default="")

    authority: Mapped[Organisation] = relationship()
    created_by: Mapped[Account] = relationship(foreign_keys=[created_by_id])
    lots: Mapped[list[Lot]] = relationship(back_populates="tender", order_by="Lot.id")
    criteria: Mapped[list[Criterion]] = relationship(back_populates="tender", order_by="Criterion.position")
    documents: Mapped[list[Document]] = relationship(back_populates="tender", order_by="Document.id")
    follows: Mapped[Tender | None] = relationship(remote_side=[id])
    frozen: Mapped[FrozenRules | None] = relationship(lazy="joined")
    invitees: Mapped[list[Invitee]] = relationship(back_populates="tender", order_by="Invitee.id")
    overrides: Mapped[list[Override]] = relationship(back_populates="tender", order_by="Override.id")


class Invitee(Base):
    """A supplier who may bid where a stage does not admit everyone. The list is frozen at publication.

    Until the opening nobody but the authority and each invitee learns of it: the notice holds only a salted digest.
    """

    __tablename__ = "invitee"
    __table_args__ = (UniqueConstraint("tender_id", "organisation_id"),)

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # How the supplier came onto the list: ``named``, ``advanced``, ``drawn`` or ``agreement``.
    origin: Mapped[str] = mapped_column(String(20), default="named")
    salt: Mapped[str] = mapped_column(String(64))

    tender: Mapped[Tender] = relationship(back_populates="invitees")
    organisation: Mapped[Organisation] = relationship()


class Override(Base):
    """A warning of the lint that somebody set aside, with the reason that stands in the trail.

    `passage` is the SHA-256 of the words it was found in, so that changed words are looked at again.
    """

    __tablename__ = "lint_override"
    __table_args__ = (UniqueConstraint("tender_id", "rule", "pointer", "passage"),)

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    rule: Mapped[str] = mapped_column(String(60))
    pointer: Mapped[str] = mapped_column(String(200))
    passage: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)

    tender: Mapped[Tender] = relationship(back_populates="overrides")


class Lot(Base):
    """A part of a tender that is awarded by itself."""

    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("tender_id", "number"),)

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    number: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    ceiling: Mapped[int] = mapped_column(Key, default=0)
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)

    tender: Mapped[Tender] = relationship(back_populates="lots")
    items: Mapped[list[Item]] = relationship(back_populates="lot", order_by="Item.id")
    keys: Mapped[list[LotKey]] = relationship(back_populates="lot")


class Item(Base):
    """A line to buy. `quantity` is an exact decimal kept as text."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("lot_id", "number"),)

    id: Mapped[int] = key()
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    number: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    scheme: Mapped[str] = mapped_column(String(20), default="")
    classification: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(40))
    spec: Mapped[str] = mapped_column(Text, default="")
    is_substantive: Mapped[bool] = mapped_column(default=False)

    lot: Mapped[Lot] = relationship(back_populates="items")


class Criterion(Base):
    """A rule of judgement for all lots: ``requirement`` (pass or fail), ``price``, ``points`` or ``formula``."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("tender_id", "code"),)

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    code: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    guidance: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[str] = mapped_column(String(20), default="0")
    step: Mapped[str] = mapped_column(String(20), default="0.5")
    bands: Mapped[list[dict[str, str]]] = mapped_column(Canonical, default=list)
    # How a value that the bidder states becomes points (``docs/formats/evaluation.md``); empty for the other kinds.
    formula: Mapped[dict[str, Any]] = mapped_column(Canonical, default=dict, server_default="{}")
    # What the bidder uploads to prove the answer: ``[{"title", "required"}]``.
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list, server_default="[]")

    tender: Mapped[Tender] = relationship(back_populates="criteria")


# Kinds of documents: one that somebody added, and the one that is generated from the structured data.
ATTACHMENT, TENDER_DOCUMENT = "attachment", "tender_document"


class Document(Base):
    """A tender document with its digest. Downloads need no login and leave no trace of the downloader."""

    __tablename__ = "document"

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(32))
    # How many pages a PDF says it has; None where that cannot be told.
    pages: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(20), default=ATTACHMENT, server_default=ATTACHMENT)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # A published document is never taken away: an amendment ends its version and names the next one.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    tender: Mapped[Tender] = relationship(back_populates="documents")
    replaces: Mapped[Document | None] = relationship(remote_side=[id])


class Amendment(Base):
    """A change of an open tender while it is prepared: nothing of it is public before its notice is signed.

    `form` is the whole form as it shall read (`drafting`, the deadline as text), `files` are documents that wait:
    ``[{"replaces", "title", "file_name", "media_type", "size", "sha256", "storage_key", "pages"}]``. `base` is the
    digest of the notice it was written against, so that of two changes made at once only one fits.
    """

    __tablename__ = "amendment"

    id: Mapped[int] = key()
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    base: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[dict[str, Any]] = mapped_column(Canonical)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list)
    affects_bids: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Whoever wrote it last; neither of the two publishes what may affect bids.
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    notice_ref: Mapped[str | None] = mapped_column(String(20))

    tender: Mapped[Tender] = relationship()


class LotKey(Base):
    """A recipient of one lot and envelope. Each lot has its own, so that opening one unseals no other.

    `wrapped` is the platform's identity under the key-encryption key; it is there in the timed mode only.
    """

    __tablename__ = "lot_key"
    __table_args__ = (UniqueConstraint("lot_id", "envelope", "layer", "recipient"),)

    id: Mapped[int] = key()
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    envelope: Mapped[int] = mapped_column(default=1)
    layer: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    recipient: Mapped[str] = mapped_column(Text)
    wrapped: Mapped[bytes | None] = mapped_column(Bytes)
    released_at: Mapped[datetime | None] = mapped_column(Moment)

    lot: Mapped[Lot] = relationship(back_populates="keys")
