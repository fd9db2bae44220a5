"""The result of an evaluation as JSON: of each bid its gates, figures and steps (``docs/formats/evaluation.md``)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from procurement.scoring import explain, explain_formula
from procurement.scoring.arithmetic import exact_text, fixed_text
from procurement.scoring.explain import Input, Step, money
from procurement.scoring.gates import Gate
from procurement.scoring.method import POINTS, BidInput, Evaluation, Method
from procurement.scoring.scored import Place, Score, Scored


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
                "amount": None if bid.price is None else money(part.amount(bid.price)),
                **({} if part.base is None else {"base": money(part.base)}),
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


def ranked_json(
    evaluation: Evaluation, one: Gate, scored: Scored, place: Place, baseline: Fraction
) -> dict[str, Any]:
    """Return a bid with a rank, and how each of its figures came about."""
    method, bid = evaluation.method, scored.bid
    places = method.rounding.places
    steps = _gate_steps(evaluation, one)
    steps.append(explain.evaluated_price_step(bid, scored.price, scored.evaluated, method.articles))
    for score in scored.scores:
        steps += _score_steps(score, bid, baseline, scored.evaluated, method)
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
            parts = [part for part in parts if part[0].is_technical]
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


def _score_steps(
    score: Score, bid: BidInput, baseline: Fraction, evaluated: Fraction, method: Method
) -> Iterator[Step]:
    criterion = score.criterion
    if score.stated is not None:
        if score.stated.value is not None:
            yield explain_formula.accepted_step(bid, score.stated, method)
        yield explain_formula.formula_score_step(bid, score.stated, score.among, score.exact, method)
    elif criterion.kind == POINTS:
        yield explain.points_score_step(criterion, bid, score.scores, score.exact, method)
    else:
        yield explain.price_score_step(criterion, baseline, evaluated, score.exact, method)


def _score_json(score: Score, places: int) -> dict[str, Any]:
    mean = sum(score.scores.values(), Fraction(0)) / len(score.scores) if score.scores else None
    found: dict[str, Any] = {
        "criterion": score.criterion.id,
        "kind": score.criterion.kind,
        "weight": exact_text(score.criterion.weight),
        "scores": {expert: exact_text(value) for expert, value in score.scores.items()},
        "mean": None if mean is None else _figure(mean, places),
        "score": _figure(score.exact, places),
    }
    if score.stated is not None:
        value = score.stated.value
        found |= {
            "value": None if value is None else exact_text(value),
            "verdicts": dict(score.stated.verdicts),
            "accepted": None if value is None else score.stated.is_accepted,
        }
    return found


def qualified_json(evaluation: Evaluation, one: Gate) -> dict[str, Any]:
    """Return a bid that passes where requirements alone decide."""
    return {**_unranked(evaluation, one), "status": "qualified"}


def excluded_json(evaluation: Evaluation, one: Gate) -> dict[str, Any]:
    """Return a bid that is out, with every reason."""
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
    return {**_unranked(evaluation, one), "status": "excluded", "reasons": reasons}


def _unranked(evaluation: Evaluation, one: Gate) -> dict[str, Any]:
    return {
        **_common_json(one),
        "reasons": [],
        "evaluated_price": None,
        "criteria": [],
        "technical": None,
        "total": None,
        "rank": None,
        "tie": False,
        "decided_by": None,
        "steps": [step.as_json() for step in _gate_steps(evaluation, one)],
    }
