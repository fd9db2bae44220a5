"""What a draft takes from the library, and what it gives to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.errors import Refusal
from identity.guard import act_now, visitor
from identity.models import Organisation
from procurement.library import operations as library
from procurement.library import queries, shelf
from procurement.library.content import CRITERION, QUALIFICATIONS, TEMPLATE
from procurement.library.models import Piece
from procurement.scoring.method import PRICE, WEIGHTED_POINTS
from procurement.tender import criteria, criterion_fields
from procurement.tender.reader import Problem, Reader


def offered(authority: Organisation | None, category: str, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what may be taken, by kind: ``[(kind, [(name, title)])]``, the house's own templates last."""
    found: dict[str, list[tuple[str, str]]] = {}
    for piece in queries.current(authority, category=category) if authority is not None else ():
        found.setdefault(piece.kind, []).append((piece.ref, piece.title))
    groups = list(found.items())
    return [*groups, ("house", [(one.id, one.name(language)) for one in shelf.templates()])]


def add(given: dict[str, Any], name: str) -> None:
    """Put a piece of the library, or a template of the house, into the fields of a draft (`name`: its number or id).

    Criteria come after those that are there; rows without a title give way, and there is never a second price. A text
    takes the place of the text of the terms, and comes after that of the qualifications. Refuses ``library.unknown``.
    """
    content = _content(name)
    rows = [row for row in given["criteria"] if (row.get("title") or "").strip()] if content.get("criteria") else None
    if rows is not None:
        has_price = any(row.get("kind") == PRICE for row in rows)
        for index, one in enumerate(content["criteria"]):
            if not (has_price and one.get("kind") == PRICE):
                read = criteria.read(Reader(one, "", []), index, WEIGHTED_POINTS)
                rows.append(criterion_fields.shown(read))
        given["criteria"] = rows[: criteria.MOST_CRITERIA + 1]
    text = content.get(QUALIFICATIONS)
    if text:
        before = (given.get(QUALIFICATIONS) or "").strip()
        given[QUALIFICATIONS] = f"{before}\n{text}" if before else text
    given["terms"] = {**given.get("terms", {}), **(content.get("terms") or {})}


def keep(
    asked: str, data: Mapping[str, Any], unread: Sequence[Problem] = ()
) -> tuple[Piece | None, list[Problem]]:
    """Keep one criterion (``keep-criterion-3``) or all of them as a template (``keep-template``), in an act.

    `data` is what was typed, `unread` what of it could not be read. Returns the piece, or the problems in its way.
    """
    problems: list[Problem] = []
    rows = data["criteria"]
    last = asked.rpartition("-")[2]
    chosen = range(len(rows)) if asked == "keep-template" else [int(last)] if last.isdecimal() else []
    read = [
        criteria.read(Reader(rows[at], f"/criteria/{at}", problems), at, data["method"].get("id", WEIGHTED_POINTS))
        for at in chosen
        if at < len(rows)
    ]
    problems += [one for one in unread if any(one.pointer.startswith(f"/criteria/{at}/") for at in chosen)]
    if problems or not read:
        return None, problems
    # A number is given by the place in a draft, so a kept criterion has none.
    kept = [{name: value for name, value in one.items() if name != "code"} for one in read]
    content: dict[str, Any] = {"criteria": kept}
    kind, title = (TEMPLATE, data["title"]) if asked == "keep-template" else (CRITERION, read[0]["title"])
    if kind == TEMPLATE and data.get(QUALIFICATIONS):
        content[QUALIFICATIONS] = data[QUALIFICATIONS]
    try:
        with act_now() as act:
            organisation, account = visitor().organisation, visitor().account
            if organisation is None or account is None:
                raise Refusal("door.not_yours", 403)
            piece = library.keep(
                act,
                authority=organisation,
                account=account,
                kind=kind,
                category=data["category"],
                title=title,
                content=content,
            )
            return piece, []
    except Refusal as refused:
        if refused.rule != "library.title":
            raise
        place = "/title" if kind == TEMPLATE else f"/criteria/{chosen[0]}/title"
        return None, [Problem(refused.rule, place, refused.facts)]


def _content(name: str) -> Mapping[str, Any]:
    house = shelf.template(name)
    if house is not None:
        return house.content
    organisation = visitor().organisation
    if organisation is None:
        raise Refusal("library.unknown", 404, ref=name)
    return queries.by_ref(organisation, name).content
