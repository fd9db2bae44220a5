"""All changes of the library: a piece is kept, and kept again as its next version. No version is ever changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from foundation.canonical import canonical, digest
from foundation.errors import Refusal
from foundation.references import next_ref
from identity.models import Account, Organisation
from procurement.library import content as contents
from procurement.library import queries
from procurement.library.models import Piece
from supervision.trail.act import Act


def keep(
    act: Act,
    *,
    authority: Organisation,
    account: Account,
    kind: str,
    title: str,
    content: Mapping[str, Any],
    category: str = "",
    ref: str = "",
) -> Piece:
    """Keep a piece: as the next version of `ref`, or of the own piece of this kind and title, or as a new one.

    What is the same as the current version changes nothing. Refuses ``library.kind``, ``library.title``,
    ``library.content``, ``library.too_large``, ``library.not_an_authority`` (403) and ``library.unknown`` (404).
    """
    if authority.kind != "authority":
        raise Refusal("library.not_an_authority", 403)
    title, kept = contents.checked(kind, category, title, content)
    before = queries.by_ref(authority, ref) if ref else queries.titled(authority, kind, title)
    if before is not None and before.kind != kind:
        raise Refusal("library.kind")
    if before is not None and (before.title, before.category, before.content) == (title, category, kept):
        return before
    if before is not None:
        before.is_current = False
        act.session.flush()
    year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
    piece = Piece(
        ref=before.ref if before is not None else next_ref(act.session, "L", year),
        version=before.version + 1 if before is not None else 1,
        authority_id=authority.id,
        kind=kind,
        category=category,
        title=title,
        content=kept,
        created_by_id=account.id,
        created_at=act.now,
    )
    act.session.add(piece)
    act.session.flush()
    facts = {"version": piece.version, "kind": kind, "sha256": digest(canonical({"title": title, "content": kept}))}
    act.record("library.keep", f"library/{piece.ref}", facts)
    return piece
