"""Where each bid stands in a finished evaluation: rank, scores and reasons, read from its published document. Pure.

The document is a ``sunseal-evaluation/1`` with its result (``docs/formats/evaluation.md``). Nothing is computed anew
here except differences between two published figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Standing:
    """One bid in the result. `total` is rounded text, None by the lowest price; `reasons` say why it is excluded."""

    bid: str
    supplier: str
    price: str | None
    evaluated_price: str | None
    total: str | None
    rank: int | None
    is_tied: bool
    reasons: tuple[Mapping[str, Any], ...]

    @property
    def is_ranked(self) -> bool:
        """Tell whether the bid may be awarded at all."""
        return self.rank is not None


@dataclass(frozen=True)
class Mark:
    """One criterion of one bid: every expert's score in the order of the document, mean, score, and the winner's.

    `ahead` is the own score minus the winner's; it has a minus sign where the winner's is higher.
    """

    criterion: str
    title: str
    kind: str
    weight: str
    scores: tuple[str | None, ...]
    reasons: tuple[str, ...]
    mean: str | None
    score: str
    winner: str | None
    ahead: str | None

    @property
    def has_reasons(self) -> bool:
        """Tell whether any expert gave a reason."""
        return any(self.reasons)


@dataclass(frozen=True)
class Verdict:
    """One requirement of one bid: what each expert found, why, and whether it was passed."""

    criterion: str
    title: str
    verdicts: tuple[bool | None, ...]
    reasons: tuple[str, ...]
    passed: bool

    @property
    def has_reasons(self) -> bool:
        """Tell whether any expert gave a reason."""
        return any(self.reasons)


def standings(document: Mapping[str, Any]) -> list[Standing]:
    """Return every bid, the ranked ones first and best first."""
    return [
        Standing(
            bid=one["bid"],
            supplier=one["supplier"]["name"],
            price=one["price"],
            evaluated_price=one["evaluated_price"],
            total=one["total"]["rounded"] if one["total"] else None,
            rank=one["rank"],
            is_tied=one["tie"],
            reasons=tuple(one["reasons"]),
        )
        for one in document["result"]["bids"]
    ]


def standing_of(document: Mapping[str, Any], bid: str) -> Standing | None:
    """Return where one bid stands, None where the evaluation does not know it."""
    return next((one for one in standings(document) if one.bid == bid), None)


def marks(document: Mapping[str, Any], bid: str, winner: str | None) -> list[Mark]:
    """Return a bid's scores in the notice's order, beside the winner's."""
    titles = _titles(document)
    own = _of_result(document, bid)
    best = {}
    if winner is not None:
        best = {one["criterion"]: one["score"]["rounded"] for one in _of_result(document, winner)["criteria"]}
    found = []
    for one in own["criteria"]:
        score, other = one["score"]["rounded"], best.get(one["criterion"])
        points = one["kind"] == "points"
        found.append(
            Mark(
                criterion=one["criterion"],
                title=titles[one["criterion"]],
                kind=one["kind"],
                weight=one["weight"],
                scores=tuple(one["scores"].get(each) for each in _experts(document)) if points else (),
                reasons=_reasons(document, bid, one["criterion"]) if points else (),
                mean=one["mean"]["rounded"] if one["mean"] else None,
                score=score,
                winner=other,
                ahead=difference(score, other) if other is not None else None,
            )
        )
    return found


def verdicts(document: Mapping[str, Any], bid: str) -> list[Verdict]:
    """Return what the experts found about a bid's requirements."""
    titles = _titles(document)
    return [
        Verdict(
            criterion=one["criterion"],
            title=titles[one["criterion"]],
            verdicts=tuple(one["verdicts"].get(each) for each in _experts(document)),
            reasons=_reasons(document, bid, one["criterion"]),
            passed=one["passed"],
        )
        for one in _of_result(document, bid)["requirements"]
    ]


def experts_count(document: Mapping[str, Any]) -> int:
    """Return how many experts judged; they are shown by number, not by name."""
    return len(_experts(document))


def difference(more: str, less: str) -> str:
    """Return the exact difference of two decimal texts with the larger number of places, without exponent."""
    return f"{Decimal(more) - Decimal(less):f}"


def _of_result(document: Mapping[str, Any], bid: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in document["result"]["bids"] if one["bid"] == bid)
    return found


def _titles(document: Mapping[str, Any]) -> dict[str, str]:
    return {one["criterion"]: one.get("title") or one["criterion"] for one in document["criteria"]}


def _experts(document: Mapping[str, Any]) -> list[str]:
    return [one["expert"] for one in document.get("experts") or []]


def _reasons(document: Mapping[str, Any], bid: str, criterion: str) -> tuple[str, ...]:
    found = []
    for expert in document.get("experts") or []:
        sheet: Mapping[str, Any] = next((one for one in expert.get("sheets") or [] if one["bid"] == bid), {})
        found.append(str((sheet.get("reasons") or {}).get(criterion) or ""))
    return tuple(found)
