"""The two methods: lowest evaluated price, and weighted points. The same input gives the same bytes.

Sources: 财政部令第87号 articles 55 (price score, policy-adjusted prices for baseline and bid) and 57
(ranking, ties); 财库〔2022〕19号 (deductions). The result does not depend on the order in which bids are
listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from procurement.scoring import explain
from procurement.scoring.arithmetic import exact_text, fixed_text, round_half_up
from procurement.scoring.explain import Input, Step, money
from procurement.scoring.gates import Gate, gate
from procurement.scoring.method import POINTS, PRICE, WEIGHTED_POINTS, BidInput, Criterion, Evaluation, Method
from procurement.scoring.reading import read


@dataclass(frozen=True)
class Score:
    """One criterion's score of one bid: the experts' scores (none for the price), exact score, score used."""

    criterion: Criterion
    scores: Mapping[str, Fraction]
    exact: Fraction
    used: Fraction


@dataclass(frozen=True)
class Scored:
    """One bid that is ranked, with everything that orders it. `total` is None where only the price orders."""

    bid: BidInput
    price: Fraction
    evaluated: Fraction
    scores: tuple[Score, ...]
    total: Fraction | None
    technical: Fraction


@dataclass(frozen=True)
class Place:
    """Where a bid stands, whether it shares the place, and which rule parted it from its neighbours."""

    rank: int
    is_tie: bool
    decided_by: str | None


def evaluate(document: object) -> dict[str, Any]:
    """Return the result of an evaluation document (parsed JSON, format ``sunseal-evaluation/1``).

    A ``result`` inside the document is not looked at. Raises `EvaluationRefused` with every problem at once.
    """
    return rank(read(document))


def evaluated_price(bid: BidInput, price: Fraction) -> Fraction:
    """Return the price after the policy deductions, each computed on the original price; never rounded."""
    return price * (1 - sum((deduction.rate for deduction in bid.deductions), Fraction(0)) / 100)


def rank(evaluation: Evaluation) -> dict[str, Any]:
    """Compute gates, scores and order; the JSON form is specified in ``docs/formats/evaluation.md``."""
    gates = sorted((gate(evaluation, bid) for bid in evaluation.bids), key=lambda one: one.bid.id)
    prices = sorted(
        (evaluated_price(one.bid, one.bid.price), one.bid.id)
        for one in gates
        if one.is_open and one.bid.price is not None
    )
    baseline = prices[0][0] if prices else Fraction(0)
    scored = [
        _scored(evaluation, one.bid, one.bid.price, baseline)
        for one in gates
        if one.is_open and one.bid.price is not None
    ]
    method = evaluation.method
    scored.sort(key=lambda one: (*_order(one, method), one.bid.id))
    places = _places([_order(one, method) for one in scored], method)
    of_gate = {one.bid.id: one for one in gates}
    ranked = [
        _ranked_json(evaluation, of_gate[one.bid.id], one, place, baseline)
        for one, place in zip(scored, places, strict=True)
    ]
    excluded = [_excluded_json(evaluation, one) for one in gates if not one.is_open]
    shared: list[Step] = []
    if prices and method.id == WEIGHTED_POINTS:
        shared.append(explain.baseline_step([(bid, price) for price, bid in prices], method.articles))
    return {
        "method": method.id,
        "currency": evaluation.currency,
        "baseline": {"price": money(baseline), "bids": [bid for price, bid in prices if price == baseline]}
        if prices
        else None,
        "ranking": [one.bid.id for one in scored],
        "ties": _ties(scored, places, method),
        "bids": [*ranked, *excluded],
        "steps": [step.as_json() for step in shared],
    }


def _scored(evaluation: Evaluation, bid: BidInput, price: Fraction, baseline: Fraction) -> Scored:
    method, evaluated = evaluation.method, evaluated_price(bid, price)
    if method.id != WEIGHTED_POINTS:
        return Scored(bid, price, evaluated, (), None, Fraction(0))
    scores: list[Score] = []
    for criterion in evaluation.criteria:
        given: dict[str, Fraction] = {}
        if criterion.kind == PRICE:
            exact = baseline / evaluated * criterion.weight
        elif criterion.kind == POINTS:
            given = {one.id: one.sheets[bid.id].scores[criterion.id] for one in evaluation.experts}
            exact = sum(given.values(), Fraction(0)) / len(given) / criterion.max * criterion.weight
        else:
            continue
        each = method.rounding.stage == "each"
        used = round_half_up(exact, method.rounding.places) if each else exact
        scores.append(Score(criterion, given, exact, used))
    total = sum((one.used for one in scores), Fraction(0))
    return Scored(bid, price, evaluated, tuple(scores), total, _technical(scores))


def _technical(scores: Sequence[Score]) -> Fraction:
    return sum((score.used for score in scores if _is_technical(score.criterion)), Fraction(0))


def _is_technical(criterion: Criterion) -> bool:
    return criterion.kind == POINTS and criterion.technical


def _order(one: Scored, method: Method) -> tuple[Fraction, ...]:
    """Return the sort key: what orders first, then each rule of the tie-break; smaller comes first."""

    def compared(value: Fraction) -> Fraction:
        return round_half_up(value, method.rounding.places) if method.order_by == "rounded" else value

    key = [one.evaluated if one.total is None else -compared(one.total)]
    figures = {"price": one.evaluated, "bid_price": one.price, "technical": -compared(one.technical)}
    key.extend(figures[rule] for rule in method.tie_break if rule in figures)
    return tuple(key)


def _places(keys: Sequence[tuple[Fraction, ...]], method: Method) -> list[Place]:
    """Give equal keys the same rank; the ranks after a tie are left out (1, 2, 2, 4)."""
    names = ["total" if method.id == WEIGHTED_POINTS else "evaluated_price"]
    names += [rule for rule in method.tie_break if rule != "draw"]
    places: list[Place] = []
    for index, key in enumerate(keys):
        neighbours = [*keys[max(0, index - 1) : index], *keys[index + 1 : index + 2]]
        is_tie = key in neighbours
        parted = max((_common(key, other) for other in neighbours), default=0)
        rank_ = places[-1].rank if index and keys[index - 1] == key else index + 1
        places.append(Place(rank_, is_tie, None if is_tie else names[parted]))
    return places


def _common(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> int:
    """Return how many leading figures two keys share."""
    for index, (left, right) in enumerate(zip(one, other, strict=True)):
        if left != right:
            return index
    return len(one)


def _ties(scored: Sequence[Scored], places: Sequence[Place], method: Method) -> list[dict[str, Any]]:
    groups: dict[int, list[str]] = {}
    for one, place in zip(scored, places, strict=True):
        if place.is_tie:
            groups.setdefault(place.rank, []).append(one.bid.id)
    then = "draw" if "draw" in method.tie_break else None
    return [{"rank": rank_, "bids": bids, "next": then} for rank_, bids in groups.items()]


def _figure(value: Fraction, places: int) -> dict[str, str]:
    return {"exact": exact_text(value), "rounded": fixed_text(value, places)}


def _common_json(one: Gate) -> dict[str, Any]:
    bid = one.bid
    return {
        "bid": bid.id,
        "supplier": {"name": bid.supplier, "number": bid.number},
        "price": None if bid.price is None else money(bid.price),
        "deductions": [
            {
                "rule": part.rule,
                "rate": exact_text(part.rate),
                "article": part.article,
                "amount": None if bid.price is None else money(bid.price * part.rate / 100),
            }
            for part in bid.deductions
        ],
        "requirements": [
            {
                "criterion": outcome.criterion.id,
                "mandatory": outcome.criterion.mandatory,
                "verdicts": outcome.verdicts,
                "met": len(outcome.verdicts) - outcome.not_met,
                "not_met": outcome.not_met,
                "passed": outcome.passed,
            }
            for outcome in one.requirements
        ],
    }


def _gate_steps(evaluation: Evaluation, one: Gate) -> list[Step]:
    bid, method, steps = one.bid, evaluation.method, []
    if bid.price is not None:
        steps.append(explain.price_step(bid, bid.price, method.articles))
        if evaluation.ceiling is not None:
            steps.append(explain.ceiling_step(bid, bid.price, evaluation.ceiling, method.articles))
    steps += [explain.requirement_step(one, outcome, method) for outcome in one.requirements]
    return steps


def _ranked_json(
    evaluation: Evaluation, one: Gate, scored: Scored, place: Place, baseline: Fraction
) -> dict[str, Any]:
    method, bid = evaluation.method, scored.bid
    places = method.rounding.places
    steps = _gate_steps(evaluation, one)
    steps.append(explain.evaluated_price_step(bid, scored.price, scored.evaluated, method.articles))
    for score in scored.scores:
        steps.append(
            explain.points_score_step(score.criterion, bid, score.scores, score.exact, method)
            if score.criterion.kind == POINTS
            else explain.price_score_step(score.criterion, baseline, scored.evaluated, score.exact, method)
        )
    figure = Input("E", money(scored.evaluated), "step/evaluated_price")
    technical = None
    if scored.total is not None:
        parts = [(score.criterion, score.used) for score in scored.scores]
        steps.append(explain.sum_step("total", parts, scored.total, method))
        compared = (
            fixed_text(scored.total, places) if method.order_by == "rounded" else exact_text(scored.total)
        )
        figure = Input("T", compared, "step/total")
        technical = _figure(scored.technical, places)
        if "technical" in method.tie_break:
            parts = [part for part in parts if _is_technical(part[0])]
            steps.append(explain.sum_step("technical", parts, scored.technical, method))
    steps.append(explain.rank_step(place.rank - 1, figure, method))
    return {
        **_common_json(one),
        "status": "ranked",
        "reasons": [],
        "evaluated_price": money(scored.evaluated),
        "criteria": [_score_json(score, places) for score in scored.scores],
        "technical": technical,
        "total": None if scored.total is None else _figure(scored.total, places),
        "rank": place.rank,
        "tie": place.is_tie,
        "decided_by": place.decided_by,
        "steps": [step.as_json() for step in steps],
    }


def _score_json(score: Score, places: int) -> dict[str, Any]:
    mean = sum(score.scores.values(), Fraction(0)) / len(score.scores) if score.scores else None
    return {
        "criterion": score.criterion.id,
        "kind": score.criterion.kind,
        "weight": exact_text(score.criterion.weight),
        "scores": {expert: exact_text(value) for expert, value in score.scores.items()},
        "mean": None if mean is None else _figure(mean, places),
        "score": _figure(score.exact, places),
    }


def _excluded_json(evaluation: Evaluation, one: Gate) -> dict[str, Any]:
    reasons: list[dict[str, Any]] = []
    if one.invalid:
        told = {"reason": one.invalid.reason, "article": one.invalid.article}
        reasons.append({"rule": one.invalid.rule, "criterion": None, **told})
    article = evaluation.method.articles.get
    if one.above_ceiling:
        told = {"reason": None, "article": article("ceiling")}
        reasons.append({"rule": "bid.above_ceiling", "criterion": None, **told})
    for outcome in one.failed:
        told = {"reason": None, "article": article("requirement")}
        reasons.append({"rule": "bid.requirement_failed", "criterion": outcome.criterion.id, **told})
    return {
        **_common_json(one),
        "status": "excluded",
        "reasons": reasons,
        "evaluated_price": None,
        "criteria": [],
        "technical": None,
        "total": None,
        "rank": None,
        "tie": False,
        "decided_by": None,
        "steps": [step.as_json() for step in _gate_steps(evaluation, one)],
    }
