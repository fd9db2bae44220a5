"""The methods: lowest evaluated price, weighted points, qualification. The same input gives the same bytes.

Sources: 财政部令第87号 articles 55 (price score, policy-adjusted prices for baseline and bid) and 57
(ranking, ties); 财库〔2022〕19号 (deductions). The result does not depend on the order in which bids are
listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from procurement.scoring import explain, explain_formula
from procurement.scoring.arithmetic import round_half_up
from procurement.scoring.explain import Step, money
from procurement.scoring.formula import MIN_MAX
from procurement.scoring.gates import Gate, gate, stated
from procurement.scoring.method import (
    FORMULA,
    POINTS,
    PRICE,
    QUALIFICATION,
    WEIGHTED_POINTS,
    BidInput,
    Evaluation,
    Method,
)
from procurement.scoring.reading import read
from procurement.scoring.report import excluded_json, qualified_json, ranked_json
from procurement.scoring.scored import Place, Score, Scored, Stated


def evaluate(document: object) -> dict[str, Any]:
    """Return the result of an evaluation document (parsed JSON, format ``sunseal-evaluation/1``).

    A ``result`` inside the document is not looked at. Raises `EvaluationRefused` with every problem at once.
    """
    return rank(read(document))


def evaluated_price(bid: BidInput, price: Fraction) -> Fraction:
    """Return the price after the policy deductions, each computed on the original price; never rounded."""
    return price - sum((deduction.amount(price) for deduction in bid.deductions), Fraction(0))


def price_points(baseline: Fraction, evaluated: Fraction, weight: Fraction) -> Fraction:
    """Return the points of a price before rounding: the lowest one divided by it, times the weight."""
    return baseline / evaluated * weight


def rank(evaluation: Evaluation) -> dict[str, Any]:
    """Compute gates, scores and order; the JSON form is specified in ``docs/formats/evaluation.md``."""
    gates = sorted((gate(evaluation, bid) for bid in evaluation.bids), key=lambda one: one.bid.id)
    if evaluation.method.id == QUALIFICATION:
        return _qualify(evaluation, gates)
    prices = sorted(
        (evaluated_price(one.bid, one.bid.price), one.bid.id)
        for one in gates
        if one.is_open and one.bid.price is not None
    )
    baseline = prices[0][0] if prices else Fraction(0)
    method = evaluation.method
    values = {one.bid.id: stated(evaluation, one.bid) for one in gates if one.is_open}
    among = _accepted(evaluation, values)
    scored = [
        _scored(evaluation, one.bid, one.bid.price, baseline, values[one.bid.id], among)
        for one in gates
        if one.is_open and one.bid.price is not None
    ]
    scored.sort(key=lambda one: (*_order(one, method), one.bid.id))
    places = _places([_order(one, method) for one in scored], method)
    of_gate = {one.bid.id: one for one in gates}
    ranked = [
        ranked_json(evaluation, of_gate[one.bid.id], one, place, baseline)
        for one, place in zip(scored, places, strict=True)
    ]
    excluded = [excluded_json(evaluation, one) for one in gates if not one.is_open]
    shared: list[Step] = []
    if prices and method.id == WEIGHTED_POINTS:
        shared.append(explain.baseline_step([(bid, price) for price, bid in prices], method.articles))
    for criterion in evaluation.of_kind(FORMULA):
        if among[criterion.id] and criterion.formula is not None and criterion.formula.type == MIN_MAX:
            shared += explain_formula.range_steps(criterion, among[criterion.id], method)
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


def _qualify(evaluation: Evaluation, gates: Sequence[Gate]) -> dict[str, Any]:
    """Judge by requirements alone: nobody is before another, so what is equal keeps the order of its ids."""
    qualified = [qualified_json(evaluation, one) for one in gates if one.is_open]
    return {
        "method": evaluation.method.id,
        "currency": evaluation.currency,
        "baseline": None,
        "ranking": [one["bid"] for one in qualified],
        "ties": [],
        "bids": [*qualified, *(excluded_json(evaluation, one) for one in gates if not one.is_open)],
        "steps": [],
    }


def _accepted(
    evaluation: Evaluation, values: Mapping[str, Mapping[str, Stated]]
) -> dict[str, list[tuple[str, Fraction]]]:
    """Return per formula criterion the accepted values of the bids that are ranked: (bid, value), lowest first."""
    found: dict[str, list[tuple[str, Fraction]]] = {}
    for criterion in evaluation.of_kind(FORMULA):
        used = [(bid, of_bid[criterion.id].used) for bid, of_bid in values.items()]
        known = [(bid, value) for bid, value in used if value is not None]
        found[criterion.id] = sorted(known, key=lambda pair: (pair[1], pair[0]))
    return found


def _scored(
    evaluation: Evaluation,
    bid: BidInput,
    price: Fraction,
    baseline: Fraction,
    values: Mapping[str, Stated],
    among: Mapping[str, Sequence[tuple[str, Fraction]]],
) -> Scored:
    method, evaluated = evaluation.method, evaluated_price(bid, price)
    if method.id != WEIGHTED_POINTS:
        return Scored(bid, price, evaluated, (), None, Fraction(0))
    scores: list[Score] = []
    for criterion in evaluation.criteria:
        given: dict[str, Fraction] = {}
        accepted = tuple(value for _bid, value in among.get(criterion.id, ()))
        if criterion.kind == PRICE:
            exact = price_points(baseline, evaluated, criterion.weight)
        elif criterion.kind == POINTS:
            given = {one.id: one.sheets[bid.id].scores[criterion.id] for one in evaluation.experts}
            exact = sum(given.values(), Fraction(0)) / len(given) / criterion.max * criterion.weight
        elif criterion.formula is not None:
            value = values[criterion.id].used
            earned = None if value is None else criterion.formula.points(value, criterion.weight, accepted)
            exact = earned or Fraction(0)
        else:
            continue
        each = method.rounding.stage == "each"
        used = round_half_up(exact, method.rounding.places) if each else exact
        scores.append(Score(criterion, given, exact, used, values.get(criterion.id), accepted))
    total = sum((one.used for one in scores), Fraction(0))
    return Scored(bid, price, evaluated, tuple(scores), total, _technical(scores))


def _technical(scores: Sequence[Score]) -> Fraction:
    return sum((score.used for score in scores if score.criterion.is_technical), Fraction(0))


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
