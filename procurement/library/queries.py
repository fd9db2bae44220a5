"""Reads of the library. A piece is its authority's own; anybody else's is unknown."""

from __future__ import annotations

from sqlalchemy import func, select

from foundation.database import db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.library.models import Piece

MOST_LISTED = 200


def current(authority: Organisation, *, kind: str = "", category: str = "", words: str = "") -> list[Piece]:
    """Return the current version of every piece of an authority, by title; `words` must all stand in the title.

    Pieces of any category are there for each category.
    """
    wanted = select(Piece).where(Piece.authority_id == authority.id, Piece.is_current)
    if kind:
        wanted = wanted.where(Piece.kind == kind)
    if category:
        wanted = wanted.where(Piece.category.in_((category, "")))
    for word in words.lower().split()[:8]:
        wanted = wanted.where(func.lower(Piece.title).contains(word, autoescape=True))
    return list(db.session.execute(wanted.order_by(Piece.title, Piece.id).limit(MOST_LISTED)).scalars())


def by_ref(authority: Organisation, ref: str, version: int | None = None) -> Piece:
    """Return a piece in its current or a named version. Refuses 404 ``library.unknown``."""
    wanted = select(Piece).where(Piece.authority_id == authority.id, Piece.ref == ref)
    wanted = wanted.where(Piece.is_current if version is None else Piece.version == version)
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refusal("library.unknown", 404, ref=ref)
    return found


def versions(piece: Piece) -> list[Piece]:
    """Return all versions of a piece, newest first."""
    wanted = select(Piece).where(Piece.ref == piece.ref).order_by(Piece.version.desc())
    return list(db.session.execute(wanted).scalars())


def titled(authority: Organisation, kind: str, title: str) -> Piece | None:
    """Return the current piece of this kind and title, the oldest if there are several."""
    wanted = (
        select(Piece)
        .where(Piece.authority_id == authority.id, Piece.is_current, Piece.kind == kind, Piece.title == title)
        .order_by(Piece.id)
        .limit(1)
    )
    return db.session.execute(wanted).scalar_one_or_none()
