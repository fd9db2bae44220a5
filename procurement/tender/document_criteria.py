"""The criteria of a tender as blocks of its document: method, weights, bands, formulas and evidence. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from procurement.tender.document_blocks import Block, Said
from procurement.tender.document_words import WORDS


def blocks(method: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    """Yield the method in words, the table of criteria and what the bidder gives as evidence."""
    yield Block("facts", rows=((WORDS["method"], WORDS.get(method["id"], Said(method["id"], method["id"]))),))
    price = next((one for one in criteria if one["kind"] == "price"), None)
    if price is not None and method["id"] == "weighted_points":
        yield Block("line", said=WORDS["price_formula"].fill(weight=price["weight"]))
    scored = any(one["kind"] != "requirement" for one in criteria)
    if scored and method.get("rounding"):
        yield Block("line", said=WORDS["rounding"].fill(places=method["rounding"]["places"]))
    head = (WORDS["number"], WORDS["criterion"], WORDS["kind"], WORDS["weight"], WORDS["rule"])
    rows = tuple(
        (one["criterion"], one["title"], WORDS[one["kind"]], one.get("weight") or WORDS["pass"], tuple(_rule(one)))
        for one in criteria
    )
    yield Block("table", head=head, rows=rows, sizes=("c", "", "c", "c", ""))
    evidence = tuple(
        (one["criterion"], piece["title"], WORDS["required" if piece.get("required") else "optional"])
        for one in criteria
        for piece in one.get("evidence") or ()
    )
    if evidence:
        yield Block("heading", said=WORDS["evidence"])
        columns = (WORDS["number"], WORDS["evidence"], WORDS["rule"])
        yield Block("table", head=columns, rows=evidence, sizes=("c", "", "c"))


def _rule(one: Mapping[str, Any]) -> Iterator[str | Said]:
    """How a criterion is judged, line by line."""
    yield from (line for line in (one.get("guidance") or "").splitlines() if line.strip())
    for band in one.get("x_bands") or ():
        yield f"{band['least']}–{band['most']}：{band['text']}"
    formula = one.get("formula") or {}
    unit = formula.get("unit") or ""
    for step in formula.get("steps") or ():
        word, value = ("step_least", step["least"]) if "least" in step else ("step_most", step["most"])
        yield WORDS[word].fill(value=value, unit=unit, points=step["points"])
    if formula.get("type") == "linear":
        yield WORDS["linear"].fill(zero=formula["zero"], full=formula["full"], unit=unit)
    elif formula.get("type") == "min_max":
        yield WORDS[f"min_max_{formula.get('direction') or 'higher'}"]
