"""Every figure as a step: what went in and from where, the formula in symbols and in numbers, what came out.

Steps hold no words of any language. The step's name, the symbols and the rule names are looked up
in `words`, so that a page, a PDF and the recompute command say the same. A source is a path of ids:
``bid/B1``, ``criterion/C1``, ``sheet/E1/B1/C2``, ``step/evaluated_price`` (the step of that name of
the same bid) or ``method``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from procurement.scoring.arithmetic import exact_text, fixed_text, shown_text
from procurement.scoring.gates import Gate, RequirementOutcome
from procurement.scoring.method import BidInput, Criterion, Method

MONEY_PLACES = 2


@dataclass(frozen=True)
class Input:
    """One value that enters a formula: its symbol, its exact text, where it is from, under which article.

    `origin` is the people's name of the place, such as a line of the opening record.
    """

    symbol: str
    value: str
    source: str
    article: str | None = None
    origin: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the JSON form, without what is absent."""
        extras = {"article": self.article, "origin": self.origin}
        known = {name: value for name, value in extras.items() if value is not None}
        return {"symbol": self.symbol, "value": self.value, "source": self.source, **known}


@dataclass(frozen=True)
class Step:
    """One step. `value` is before rounding (exact text), `rounded` after it, `used` which of them goes on."""

    step: str
    inputs: Sequence[Input]
    symbols: str
    numbers: str
    value: str | None = None
    rounded: str | None = None
    used: str = "exact"
    outcome: bool | None = None
    criterion: str | None = None
    article: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form; every name is always there."""
        return {
            "step": self.step,
            "criterion": self.criterion,
            "inputs": [one.as_json() for one in self.inputs],
            "formula": {"symbols": self.symbols, "numbers": self.numbers},
            "value": self.value,
            "rounded": self.rounded,
            "used": self.used,
            "outcome": self.outcome,
            "article": self.article,
        }


def money(value: Fraction) -> str:
    """Return an amount exactly, with at least two decimals."""
    return exact_text(value, MONEY_PLACES)


def price_step(bid: BidInput, price: Fraction, articles: Mapping[str, str]) -> Step:
    """Tell which price the bid offers."""
    taken = Input("P", money(price), f"bid/{bid.id}", origin=bid.source)
    return Step("price", (taken,), "P", money(price), money(price), article=articles.get("price"))


def ceiling_step(bid: BidInput, price: Fraction, ceiling: Fraction, articles: Mapping[str, str]) -> Step:
    """Compare the price as offered with the ceiling."""
    inputs = (Input("P", money(price), f"bid/{bid.id}"), Input("C", money(ceiling), "tender"))
    numbers = f"{money(price)} ≤ {money(ceiling)}"
    return Step(
        "ceiling", inputs, "P ≤ C", numbers, outcome=price <= ceiling, article=articles.get("ceiling")
    )


def requirement_step(gate: Gate, one: RequirementOutcome, method: Method) -> Step:
    """Count the experts who found a requirement not met."""
    count = len(one.verdicts)
    inputs = (
        Input("K", str(one.not_met), f"sheet/*/{gate.bid.id}/{one.criterion.id}"),
        Input("N", str(count), "experts"),
    )
    symbols, numbers = majority("K", one.not_met, count, method)
    return Step(
        "requirement",
        inputs,
        symbols,
        numbers,
        outcome=one.passed,
        criterion=one.criterion.id,
        article=method.articles.get("requirement"),
    )


def majority(symbol: str, against: int, count: int, method: Method) -> tuple[str, str]:
    """Write the rule by which `against` of `count` experts decide: in symbols and in numbers."""
    return {
        "any": (f"{symbol} = 0", f"{against} = 0"),
        "all": (f"{symbol} < N", f"{against} < {count}"),
    }.get(method.requirement_fails_by, (f"{symbol} ≤ N ÷ 2", f"{against} ≤ {count} ÷ 2"))


def evaluated_price_step(
    bid: BidInput, price: Fraction, evaluated: Fraction, articles: Mapping[str, str]
) -> Step:
    """Take the policy deductions, each a percentage of the original price, off the price."""
    taken = [
        Input("d", exact_text(one.rate), f"bid/{bid.id}/{one.rule}", one.article) for one in bid.deductions
    ] or [Input("d", "0", f"bid/{bid.id}")]
    if any(one.base not in (None, price) for one in bid.deductions):
        bases = [price if one.base is None else one.base for one in bid.deductions]
        parts = [
            Input("G", money(base), f"bid/{bid.id}/{one.rule}")
            for one, base in zip(bid.deductions, bases, strict=True)
        ]
        numbers = [f" − {one.value} % × {part.value}" for one, part in zip(taken, parts, strict=True)]
        return Step(
            "evaluated_price",
            (Input("P", money(price), "step/price"), *taken, *parts),
            "E = P − Σ(d × G)",
            money(price) + "".join(numbers),
            money(evaluated),
            article=articles.get("evaluated_price"),
        )
    rates = " − ".join(f"{one.value} %" for one in taken)
    return Step(
        "evaluated_price",
        (Input("P", money(price), "step/price"), *taken),
        "E = P × (1 − Σd)",
        f"{money(price)} × (1 − {rates})",
        money(evaluated),
        article=articles.get("evaluated_price"),
    )


def baseline_step(prices: Sequence[tuple[str, Fraction]], articles: Mapping[str, str]) -> Step:
    """Take the lowest evaluated price of the bids that are ranked; `prices` comes sorted, lowest first."""
    inputs = tuple(Input("E", money(price), f"bid/{bid}/evaluated_price") for bid, price in prices)
    numbers = f"min({', '.join(one.value for one in inputs)})"
    return Step(
        "baseline", inputs, "B = min(E)", numbers, money(prices[0][1]), article=articles.get("baseline")
    )


def price_score_step(
    criterion: Criterion, baseline: Fraction, evaluated: Fraction, score: Fraction, method: Method
) -> Step:
    """Divide the lowest evaluated price by the bid's own, times the weight."""
    weight = exact_text(criterion.weight)
    inputs = (
        Input("B", money(baseline), "step/baseline"),
        Input("E", money(evaluated), "step/evaluated_price"),
        Input("W", weight, f"criterion/{criterion.id}"),
    )
    numbers = f"{money(baseline)} ÷ {money(evaluated)} × {weight}"
    return score_step("price_score", criterion, inputs, "F = B ÷ E × W", numbers, score, method)


def points_score_step(
    criterion: Criterion, bid: BidInput, scores: Mapping[str, Fraction], score: Fraction, method: Method
) -> Step:
    """Take the arithmetic mean of the experts' scores, scaled to the weight where the two differ."""
    given = tuple(
        Input("s", exact_text(value), f"sheet/{expert}/{bid.id}/{criterion.id}")
        for expert, value in scores.items()
    )
    count = Input("N", str(len(given)), "experts")
    symbols, numbers = "F = Σs ÷ N", f"({' + '.join(one.value for one in given)}) ÷ {len(given)}"
    inputs: tuple[Input, ...] = (*given, count)
    if criterion.max != criterion.weight:
        most, weight = exact_text(criterion.max), exact_text(criterion.weight)
        symbols, numbers = f"{symbols} ÷ M × W", f"{numbers} ÷ {most} × {weight}"
        source = f"criterion/{criterion.id}"
        inputs = (*inputs, Input("M", most, source), Input("W", weight, source))
    return score_step("points_score", criterion, inputs, symbols, numbers, score, method)


def score_step(
    step: str,
    criterion: Criterion,
    inputs: Sequence[Input],
    symbols: str,
    numbers: str,
    score: Fraction,
    method: Method,
) -> Step:
    """Tell a criterion's score, exactly and rounded; `step` names how it came about."""
    return Step(
        step,
        inputs,
        symbols,
        numbers,
        exact_text(score),
        fixed_text(score, method.rounding.places),
        "rounded" if method.rounding.stage == "each" else "exact",
        criterion=criterion.id,
        article=method.articles.get(step),
    )


def sum_step(step: str, parts: Sequence[tuple[Criterion, Fraction]], value: Fraction, method: Method) -> Step:
    """Add up the criteria's scores: all of them for the total, the technical ones for a tie-break."""
    inputs = tuple(Input("F", exact_text(part), f"criterion/{criterion.id}") for criterion, part in parts)
    least = method.rounding.places if method.rounding.stage == "each" else 0
    return Step(
        step,
        inputs,
        "T = ΣF" if step == "total" else "Q = ΣF",
        " + ".join(shown_text(part, least) for _, part in parts) or "0",
        exact_text(value),
        fixed_text(value, method.rounding.places),
        method.order_by,
        article=method.articles.get(step),
    )


def rank_step(ahead: int, figure: Input, method: Method) -> Step:
    """Place the bid behind those that the ordering figure and the tie-break put ahead of it."""
    inputs = (figure, Input("A", str(ahead), "step/rank"))
    value = str(ahead + 1)
    return Step("rank", inputs, "R = 1 + A", f"1 + {ahead}", value, article=method.articles.get("rank"))
