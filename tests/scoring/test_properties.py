"""Laws that every evaluation keeps, whatever its bids, criteria and experts are."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.canonical import canonical
from procurement.scoring.arithmetic import fixed_text, parse_exact, round_half_up
from procurement.scoring.ranking import evaluate
from tests.scoring.builders import by_bid, documents

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY = st.one_of(documents(), documents("lowest_price"))


def accepted_values(document: dict[str, Any], bid: dict[str, Any]) -> dict[str, Fraction]:
    """Return the stated values of a bid that at most half of the experts refuse."""
    sheets = [one for expert in document["experts"] for one in expert["sheets"] if one["bid"] == bid["bid"]]
    return {
        name: Fraction(value)
        for name, value in bid.get("values", {}).items()
        if sum(not sheet["verdicts"][name] for sheet in sheets) * 2 <= len(sheets)
    }


def naive(criterion: dict[str, Any], value: Fraction, among: list[Fraction]) -> Fraction:
    """Return a formula's points, with the better value always made the higher one by changing signs."""
    formula, weight = criterion["formula"], Fraction(criterion["weight"])
    sign = -1 if formula.get("direction") == "lower" else 1
    if formula["type"] == "steps":
        bound = "least" if sign == 1 else "most"
        reached = [Fraction(one["points"]) for one in formula["steps"] if sign * value >= sign * Fraction(one[bound])]
        return max(reached, default=Fraction(0))
    if formula["type"] == "linear":
        least, most = Fraction(formula["zero"]), Fraction(formula["full"])
        sign = 1 if most > least else -1
        least, most = sign * least, sign * most
    else:
        least, most = min(sign * one for one in among), max(sign * one for one in among)
    if least == most:
        return weight
    between = sorted([least, sign * value, most])[1]
    return weight * (between - least) / (most - least)


def ranked(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [bid for bid in result["bids"] if bid["status"] == "ranked"]


@quick
@given(ANY, st.randoms(use_true_random=False))
def test_the_order_of_bids_changes_no_byte(document: dict[str, Any], random: Any) -> None:
    shuffled = copy.deepcopy(document)
    random.shuffle(shuffled["bids"])
    for expert in shuffled["experts"]:
        random.shuffle(expert["sheets"])
    assert canonical(evaluate(shuffled)) == canonical(evaluate(document))


@quick
@given(documents())
def test_figures_are_those_of_plain_fractions(document: dict[str, Any]) -> None:
    """A second, naive computation of every figure from the document alone."""
    result = evaluate(document)
    bids = by_bid(result)
    rounding = document["method"]["rounding"]
    taken: dict[str, Fraction] = {}
    for bid in document["bids"]:
        against = sum(
            not sheet["verdicts"]["R1"]
            for expert in document["experts"]
            for sheet in expert["sheets"]
            if sheet["bid"] == bid["bid"]
        )
        if against * 2 <= len(document["experts"]):
            off = sum(Fraction(one["rate"]) for one in bid["deductions"])
            taken[bid["bid"]] = Fraction(bid["price"]) * (100 - off) / 100
    assert set(taken) == set(result["ranking"])
    accepted = {bid["bid"]: accepted_values(document, bid) for bid in document["bids"] if bid["bid"] in taken}
    for bid_id, price in taken.items():
        total = Fraction(0)
        scores = {one["criterion"]: one for one in bids[bid_id]["criteria"]}
        for criterion in document["criteria"][1:]:
            if criterion["kind"] == "price":
                exact = min(taken.values()) / price * Fraction(criterion["weight"])
            elif criterion["kind"] == "formula":
                among = [of[criterion["criterion"]] for of in accepted.values() if criterion["criterion"] in of]
                value = accepted[bid_id].get(criterion["criterion"])
                exact = Fraction(0) if value is None else naive(criterion, value, among)
            else:
                given_ = [
                    Fraction(sheet["scores"][criterion["criterion"]])
                    for expert in document["experts"]
                    for sheet in expert["sheets"]
                    if sheet["bid"] == bid_id
                ]
                exact = sum(given_, Fraction(0)) / len(given_)
            found = scores[criterion["criterion"]]["score"]
            assert parse_exact(found["exact"]) == exact
            assert found["rounded"] == fixed_text(exact, rounding["places"])
            total += round_half_up(exact, rounding["places"]) if rounding["stage"] == "each" else exact
        assert parse_exact(bids[bid_id]["total"]["exact"]) == total
        assert bids[bid_id]["total"]["rounded"] == fixed_text(total, rounding["places"])
        assert 0 <= total <= 100 + len(scores)


@quick
@given(documents())
def test_the_lowest_evaluated_price_gets_the_full_weight(document: dict[str, Any]) -> None:
    result = evaluate(document)
    weight = Fraction(document["criteria"][1]["weight"])
    for bid in ranked(result):
        score = parse_exact(bid["criteria"][0]["score"]["exact"])
        assert 0 < score <= weight
        assert (score == weight) == (bid["bid"] in result["baseline"]["bids"])


@quick
@given(documents(), st.sampled_from(["2", "0.5", "7.3", "1000"]))
def test_scaling_all_prices_changes_no_score(document: dict[str, Any], factor: str) -> None:
    scaled = copy.deepcopy(document)
    for bid in scaled["bids"]:
        bid["price"] = fixed_text(Fraction(bid["price"]) * Fraction(factor), 4)
    before, after = evaluate(document), evaluate(scaled)
    assert before["ranking"] == after["ranking"]
    for one, other in zip(before["bids"], after["bids"], strict=True):
        assert (one["criteria"], one["total"], one["rank"]) == (
            other["criteria"],
            other["total"],
            other["rank"],
        )


@quick
@given(documents())
def test_the_parts_make_the_total(document: dict[str, Any]) -> None:
    used = "rounded" if document["method"]["rounding"]["stage"] == "each" else "exact"
    for bid in ranked(evaluate(document)):
        parts = sum((parse_exact(one["score"][used]) for one in bid["criteria"]), Fraction(0))
        assert parts == parse_exact(bid["total"]["exact"])
        steps = {step["criterion"]: step for step in bid["steps"] if step["step"].endswith("_score")}
        assert {name: step["value"] for name, step in steps.items()} == {
            one["criterion"]: one["score"]["exact"] for one in bid["criteria"]
        }
        assert all(step["used"] == used for step in steps.values())


@quick
@given(ANY)
def test_ranks_follow_the_order_and_ties_share_them(document: dict[str, Any]) -> None:
    result = evaluate(document)
    bids = [by_bid(result)[bid] for bid in result["ranking"]]
    ranks = [bid["rank"] for bid in bids]
    assert ranks == [1 + ranks.index(rank) for rank in ranks]
    assert [bid["tie"] for bid in bids] == [ranks.count(rank) > 1 for rank in ranks]
    assert all((bid["decided_by"] is None) == bid["tie"] for bid in bids)
    tied = {bid for tie in result["ties"] for bid in tie["bids"]}
    assert tied == {bid["bid"] for bid in bids if bid["tie"]}
    if document["method"]["id"] == "lowest_price":
        prices = [Fraction(bid["evaluated_price"]) for bid in bids]
        assert prices == sorted(prices)


@quick
@given(documents("lowest_price"))
def test_rounding_never_touches_prices(document: dict[str, Any]) -> None:
    other = copy.deepcopy(document)
    other["method"].pop("rounding")
    other["method"].pop("order_by")
    assert evaluate(other) == evaluate(document)
