"""Tables of the plan. Amounts are whole fen, shares and quantities exact text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base, Canonical, Key, Moment, key
from identity.models import Account, Organisation


class BudgetLine(Base):
    """Money that was granted for one purpose in one year. What is planned from it never exceeds it."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("authority_id", "year", "code"),)

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    funding: Mapped[str] = mapped_column(String(200), default="")
    amount: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)

    authority: Mapped[Organisation] = relationship()
    projects: Mapped[list[Project]] = relationship(back_populates="budget_line", order_by="Project.id")


class Project(Base):
    """One line of a year's procurement plan: the need, its market survey, how and when it is bought."""

    __tablename__ = "plan_project"
    __table_args__ = (Index("ix_plan_project_authority_year", "authority_id", "year", "classification"),)

    id: Mapped[int] = key()
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    budget_line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_line.id"), index=True)
    year: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(300))
    need: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(10), default="goods")
    scheme: Mapped[str] = mapped_column(String(20), default="")
    classification: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[str] = mapped_column(String(40), default="")
    unit: Mapped[str] = mapped_column(String(40), default="")
    amount: Mapped[int] = mapped_column(Key, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    procedure: Mapped[str] = mapped_column(String(20), default="open")
    rule_set_id: Mapped[str] = mapped_column(String(40), default="")
    # The month in which it is to begin, as its first day.
    begins_on: Mapped[date | None] = mapped_column(Date)
    # ``none``, ``whole`` or ``part``, and the share of the amount in per cent that is kept for small and medium firms.
    sme_reserve: Mapped[str] = mapped_column(String(10), default="none")
    sme_share: Mapped[str] = mapped_column(String(20), default="")
    # Of what is kept, the share in per cent that goes to small and micro firms.
    sme_small: Mapped[str] = mapped_column(String(20), default="", server_default="")
    sme_reason: Mapped[str] = mapped_column(Text, default="")
    # ``[{"supplier", "price", "source", "on", "words"}]``: what asking around found.
    survey: Mapped[list[dict[str, Any]]] = mapped_column(Canonical, default=list)
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    intention_ref: Mapped[str | None] = mapped_column(String(20))
    # Why the notice of intention may be left out, where the rule set allows it.
    urgency: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)

    authority: Mapped[Organisation] = relationship()
    budget_line: Mapped[BudgetLine | None] = relationship(back_populates="projects")
    created_by: Mapped[Account] = relationship(foreign_keys=[created_by_id])


class IntentionWord(Base):
    """A token by which the public finds a notice of intention (`foundation.words`)."""

    __tablename__ = "intention_word"
    __table_args__ = (UniqueConstraint("token", "notice_id"),)

    id: Mapped[int] = key()
    token: Mapped[str] = mapped_column(String(60))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))


class SplittingDecision(Base):
    """What a person decided about a suspicion of splitting, on the figures that were shown."""

    __tablename__ = "splitting_decision"

    id: Mapped[int] = key()
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    year: Mapped[int] = mapped_column()
    classification: Mapped[str] = mapped_column(String(40))
    # The figures as they were shown: projects, sums, threshold, rule and article.
    figures: Mapped[dict[str, Any]] = mapped_column(Canonical)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    # ``justified`` or ``combine``.
    decision: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime] = mapped_column(Moment)

    decided_by: Mapped[Account] = relationship()
