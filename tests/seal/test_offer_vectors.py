"""The vectors of the offer, shared with the browser code: what a notice asks, what refuses, what the panel is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bidding.seal.offer import complete, parse_offer, remarks_on
from bidding.seal.terms import Terms, terms_of
from foundation import canonical
from foundation.errors import Refusal
from tests.seal.builders import VECTORS

V: dict[str, Any] = json.loads((VECTORS / "offer.json").read_text("utf-8"))
TERMS: dict[str, Terms] = {name: terms_of(canonical.canonical(value), "1") for name, value in V["notices"].items()}

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("name", V["notices"])
def test_a_notice_asks_exactly_for_this(name: str) -> None:
    asked = TERMS[name].asked
    assert V["asks"][name] == {
        "names": sorted(asked.names),
        "demanded": sorted(asked.demanded),
        "items": {label: list(items) for label, items in asked.items.items()},
        "is_reserved": asked.is_reserved,
        "may_import": asked.may_import,
    }


@pytest.mark.parametrize("case", V["cases"], ids=lambda case: case["name"])
def test_offers(case: dict[str, Any]) -> None:
    terms, data = TERMS[case["notice"]], json.dumps(case["offer"], ensure_ascii=False).encode()
    if case["rules"]:
        with pytest.raises(Refusal) as refused:
            parse_offer(data, terms)
        assert [one.rule for one in refused.value.reasons] == case["rules"]
        return
    offer = parse_offer(data, terms)
    assert str(offer.total) == case["offer"]["total"]
    assert [{"rule": one.rule, **one.facts} for one in remarks_on(offer, terms)] == case["remarks"]
    draft = {name: case["offer"][name] for name in ("items", "answers", "declarations")}
    again = complete(draft, terms, offer.supplier, offer.files)
    assert again["format"] == "sunseal-offer/2" and again["total"] == case["offer"]["total"]
    if case["offer"]["format"] == again["format"]:
        assert parse_offer(json.dumps(again).encode(), terms) == offer
