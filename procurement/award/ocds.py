"""The award's part of an OCDS release (1.1), from its signed notice and from nothing else. Pure.

The portal assembles the release; the words of the codec are `foundation.ocds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from foundation import ocds

Address = Callable[..., str]


def part_of(notice: Mapping[str, Any], currency: str, address: Address) -> dict[str, Any]:
    """Return the member of ``awards`` for an award notice; `address(endpoint, **values)` gives a page's address."""
    award = notice["award"]
    lot, winner = award["lot"]["lot"], award["winner"]
    supplier = supplier_of(notice)
    return {
        "id": notice["ref"],
        "title": f"{award['tender']['title']} {award['lot']['title']}".strip(),
        "status": "active",
        "date": notice["issued_at"],
        "value": ocds.value(winner["amount"], currency),
        "suppliers": [{"id": supplier["id"], "name": supplier["name"]}],
        "relatedLots": [lot],
        "items": [_item(item, lot, currency) for item in winner.get("items", ())],
        "documents": [
            ocds.document(
                notice["ref"],
                "awardNotice",
                award["tender"]["title"],
                address("portal.notice", ref=notice["ref"]),
                format="text/html",
                datePublished=notice["issued_at"],
            )
        ],
        **({"description": award["reason"]} if award.get("reason") else {}),
    }


def supplier_of(notice: Mapping[str, Any]) -> dict[str, Any]:
    """Return the winner as a party of the release, by the same id as in the opening's list of tenderers."""
    winner = notice["award"]["winner"]
    found = ocds.party(winner["name"], organisation_number=winner.get("number", ""), roles=("supplier", "tenderer"))
    if winner.get("address"):
        found["address"] = {"streetAddress": winner["address"]}
    return found


def _item(item: Mapping[str, Any], lot: str, currency: str) -> dict[str, Any]:
    return {
        "id": f"{lot}-{item['item']}",
        "description": item["title"],
        "quantity": ocds.number(item["quantity"]),
        "unit": {"name": item["unit"], "value": ocds.value(item["unit_price"], currency)},
        "relatedLot": lot,
    }
