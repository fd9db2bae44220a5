"""The steps that explain a formula's score: the stated value and who accepted it, then the points it earns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from procurement.scoring.arithmetic import exact_text
from procurement.scoring.explain import Input, Step, majority, score_step
from procurement.scoring.formula import HIGHER, LINEAR, STEPS, Formula
from procurement.scoring.method import BidInput, Criterion, Method
from procurement.scoring.scored import Stated

Written = tuple[str, str, Sequence[Input]]


def accepted_step(bid: BidInput, stated: Stated, method: Method) -> Step:
    """Count the experts who do not accept the stated value, by the same rule as for requirements."""
    given = tuple(
        Input("k", "0" if accepts else "1", f"sheet/{expert}/{bid.id}/{stated.criterion.id}")
        for expert, accepts in stated.verdicts.items()
    )
    against, count = sum(not accepts for accepts in stated.verdicts.values()), len(stated.verdicts)
    symbols, numbers = majority("J", against, count, method)
    counted = Input("J", str(against), f"sheet/*/{bid.id}/{stated.criterion.id}")
    inputs = (_value(bid, stated), *given, counted, Input("N", str(count), "experts"))
    article = method.articles.get("value_accepted")
    return Step(
        "value_accepted",
        inputs,
        symbols,
        numbers,
        outcome=stated.is_accepted,
        criterion=stated.criterion.id,
        article=article,
    )


def range_steps(criterion: Criterion, values: Sequence[tuple[str, Fraction]], method: Method) -> list[Step]:
    """Take the lowest and the highest accepted value of the bids that are ranked; `values` are (bid, value)."""
    inputs = tuple(Input("V", exact_text(value), f"bid/{bid}/{criterion.id}") for bid, value in values)
    listed = ", ".join(one.value for one in inputs)
    found = []
    for step, symbol, take in (("lowest_value", "Y", min), ("highest_value", "H", max)):
        value = exact_text(take(value for _bid, value in values))
        article = method.articles.get(step)
        found.append(
            Step(
                step,
                inputs,
                f"{symbol} = {take.__name__}(V)",
                f"{take.__name__}({listed})",
                value,
                criterion=criterion.id,
                article=article,
            )
        )
    return found


def formula_score_step(
    bid: BidInput, stated: Stated, among: Sequence[Fraction], score: Fraction, method: Method
) -> Step:
    """Put the accepted value into the formula; without one the bid earns the lowest points."""
    criterion, formula, value = stated.criterion, stated.criterion.formula, stated.used
    if formula is None or value is None:
        return score_step("lowest_score", criterion, (), "F = 0", "0", score, method)
    taken = _value(bid, stated)
    if formula.type == STEPS:
        symbols, numbers, inputs = _steps(criterion, formula, value)
        return score_step("steps_score", criterion, (taken, *inputs), symbols, numbers, score, method)
    is_linear = formula.type == LINEAR
    ends = (formula.zero, formula.full)
    if not is_linear:
        ends = (min(among), max(among)) if formula.direction == HIGHER else (max(among), min(among))
    source = f"criterion/{criterion.id}"
    names = ("Z", "X") if is_linear else ("Y", "H") if formula.direction == HIGHER else ("H", "Y")
    sources = [source, source] if is_linear else ["step/lowest_value", "step/highest_value"]
    if names[0] == "H":
        sources.reverse()
    inputs = tuple(Input(name, exact_text(end), at) for name, end, at in zip(names, ends, sources, strict=True))
    symbols, numbers = _between(names, ends, value, criterion.weight)
    inputs = (taken, *inputs, Input("W", exact_text(criterion.weight), source))
    return score_step(f"{formula.type}_score", criterion, inputs, symbols, numbers, score, method)


def _value(bid: BidInput, stated: Stated) -> Input:
    assert stated.value is not None, "Only a stated value is explained."
    return Input("V", exact_text(stated.value), f"bid/{bid.id}/{stated.criterion.id}")


def _between(
    names: tuple[str, str], ends: tuple[Fraction, Fraction], value: Fraction, weight: Fraction
) -> tuple[str, str]:
    """Write a share of the way from one end to the other, or that the value is at an end or beyond it."""
    (zero, full), written, most = ends, exact_text(value), exact_text(weight)
    left, right = exact_text(zero), exact_text(full)
    if zero == full:
        return f"F = W ({names[0]} = {names[1]})", f"{most} ({left} = {right})"
    share = (value - zero) / (full - zero)
    rises = full > zero
    if share >= 1:
        sign = "≥" if rises else "≤"
        return f"F = W (V {sign} {names[1]})", f"{most} ({written} {sign} {right})"
    if share <= 0:
        sign = "≤" if rises else "≥"
        return f"F = 0 (V {sign} {names[0]})", f"0 ({written} {sign} {left})"
    if rises:
        symbols = f"F = (V − {names[0]}) ÷ ({names[1]} − {names[0]}) × W"
        return symbols, f"({written} − {left}) ÷ ({right} − {left}) × {most}"
    symbols = f"F = ({names[0]} − V) ÷ ({names[0]} − {names[1]}) × W"
    return symbols, f"({left} − {written}) ÷ ({left} − {right}) × {most}"


def _steps(criterion: Criterion, formula: Formula, value: Fraction) -> Written:
    """Write between which thresholds a value lies: the one it reaches and the next better one."""
    count, written, source = formula.reached(value), exact_text(value), f"criterion/{criterion.id}"
    rises = formula.direction == HIGHER
    reached = formula.steps[count - 1] if count else None
    missed = formula.steps[count] if count < len(formula.steps) else None
    inputs = []
    symbols = numbers = ""
    low, high = (reached, missed) if rises else (missed, reached)
    if low is not None:
        sign = "≤" if rises else "<"
        inputs.append(Input("L", exact_text(low.at), source))
        symbols, numbers = f"L {sign} ", f"{exact_text(low.at)} {sign} "
    symbols, numbers = f"{symbols}V", f"{numbers}{written}"
    if high is not None:
        sign = "<" if rises else "≤"
        inputs.append(Input("U", exact_text(high.at), source))
        symbols, numbers = f"{symbols} {sign} U", f"{numbers} {sign} {exact_text(high.at)}"
    if reached is None:
        return f"F = 0 ({symbols})", f"0 ({numbers})", inputs
    inputs.append(Input("p", exact_text(reached.points), source))
    return f"F = p ({symbols})", f"{exact_text(reached.points)} ({numbers})", inputs
