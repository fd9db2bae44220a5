"""Amounts and totals for any quantities and prices, against integers counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding.seal.manifest import Supplier
from bidding.seal.offer import amount_of, complete, parse_offer, total_of
from bidding.seal.reading import decimal_text
from bidding.seal.terms import Terms, terms_of
from foundation.errors import Refusal
from tests.seal.builders import vectors

TERMS = terms_of(vectors()["notice"]["canonical"].encode(), "1")
MILLIONTHS = st.integers(0, 10**15)
LINES = st.lists(st.tuples(st.integers(1, 10**12), MILLIONTHS), min_size=1, max_size=8)


def _text(millionths: int) -> str:
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"


def _cents(quantity: int, price: int) -> int:
    """Round half up with integers alone: both numbers are in millionths."""
    whole, rest = divmod(quantity * price, 10**10)
    return whole + (2 * rest >= 10**10)


def _terms(quantities: list[int]) -> Terms:
    return replace(TERMS, quantities={str(n): Decimal(_text(q)) for n, q in enumerate(quantities, 1)}, ceiling=None)


def _offer(lines: list[tuple[int, int]]) -> dict[str, Any]:
    items = [{"item": str(n), "unit_price": _text(price)} for n, (_, price) in enumerate(lines, 1)]
    terms = _terms([quantity for quantity, _ in lines])
    return complete({"items": items, "answers": []}, terms, Supplier("甲", "1"), [])


@given(st.integers(0, 10**18), MILLIONTHS)
@settings(deadline=None)
def test_amounts_round_half_up(quantity: int, price: int) -> None:
    amount = amount_of(Decimal(_text(quantity)), Decimal(_text(price)))
    assert amount * 100 == _cents(quantity, price)
    assert str(amount).partition(".")[2].isdigit() and len(str(amount).partition(".")[2]) == 2


@given(LINES)
@settings(max_examples=60, deadline=None)
def test_what_the_packer_completes_is_accepted(lines: list[tuple[int, int]]) -> None:
    offer = _offer(lines)
    expected = sum(_cents(quantity, price) for quantity, price in lines)
    terms = _terms([quantity for quantity, _ in lines])
    if expected == 0:
        with pytest.raises(Refusal, match=r"^offer.zero"):
            parse_offer(json.dumps(offer).encode(), terms)
        return
    parsed = parse_offer(json.dumps(offer).encode(), terms)
    assert parsed.total * 100 == expected
    assert total_of([one.amount for one in parsed.items]) == parsed.total


@given(LINES, st.integers(0, 7), st.sampled_from([-100, -1, 1, 100]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_one_fen_more_or_less_is_refused(lines: list[tuple[int, int]], at: int, fen: int, follow: bool) -> None:
    offer = _offer(lines)
    item = offer["items"][at % len(lines)]
    moved = Decimal(item["amount"]) + Decimal(fen) / 100
    total = Decimal(offer["total"]) + Decimal(fen) / 100
    item["amount"] = f"{abs(moved):f}" if moved >= 0 else "0.00"
    if item["amount"] == _offer(lines)["items"][at % len(lines)]["amount"]:
        return
    if follow and total >= 0:
        offer["total"] = f"{total:f}"
    with pytest.raises(Refusal) as refused:
        parse_offer(json.dumps(offer).encode(), _terms([quantity for quantity, _ in lines]))
    assert refused.value.rule == "offer.amount"
    moved_total = any(one.rule == "offer.total" for one in refused.value.reasons)
    assert moved_total == (offer["total"] != _offer(lines)["total"])


@settings(deadline=None)
@given(st.text(max_size=12) | st.integers() | st.none() | st.floats() | st.booleans())
def test_only_plain_decimals_are_numbers(value: Any) -> None:
    number = decimal_text(value, whole=6, places=2)
    if number is not None:
        assert isinstance(value, str) and value.isascii() and set(value) <= set("0123456789.")
        assert 0 <= number < 10**6


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(vectors()["offers"]["cases"][0]["offer"])), JSON)
@settings(max_examples=150, deadline=None)
def test_any_value_in_any_field_is_accepted_or_refused_never_a_fault(name: str, value: Any) -> None:
    offer = vectors()["offers"]["cases"][0]["offer"] | {name: value}
    try:
        parse_offer(json.dumps(offer).encode(), TERMS)
    except Refusal as refusal:
        assert refusal.rule.startswith("offer.") and refusal.reasons


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[" * 200_000,
        b'{"a":NaN}',
        "{}".encode("utf-16"),
        b"1" * 5000,
        b"null",
        b'{"a":1,"a":1}',
    ],
)
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match=r"^offer\.(malformed|missing_field)"):
        parse_offer(data, TERMS)
