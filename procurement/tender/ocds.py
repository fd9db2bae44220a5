"""OCDS 1.1 in: the tender section of a release becomes the form of a draft. The way out is the portal's.

Lots, selection criteria and award criteria follow the official extensions of these names. What OCDS has no field for
(rounding, steps, bands) may stand in ``x_sunseal`` objects, which other readers ignore. Reading is tolerant about what
is absent and strict about what is there; all problems are told at once. The mapping is described in
``docs/formats/tender-notice.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation.errors import Refusal
from procurement.scoring.method import LOWEST_PRICE, POINTS, PRICE, REQUIREMENT, WEIGHTED_POINTS
from procurement.tender.drafting import CATEGORIES, Problem

MOST_BYTES = 16 << 20
_LOWEST = ("priceOnly", "lowestCost")


def read(data: bytes) -> dict[str, Any]:
    """Return the one release of a file that holds a release or a package of one.

    Raises `Refusal` ``import.unreadable``, ``import.not_a_release``, ``import.many_releases``.
    """
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("larger than 16 MiB")
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise Refusal("import.unreadable", cause=str(fault)[:200]) from None
    if isinstance(found, dict) and isinstance(found.get("releases"), list):
        releases = found["releases"]
        if len(releases) != 1:
            raise Refusal("import.many_releases", count=len(releases))
        found = releases[0]
    if not isinstance(found, dict) or not ("ocid" in found or "tender" in found):
        raise Refusal("import.not_a_release")
    return found


def from_release(release: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form (`drafting`) of a release's tender section, with where it came from in ``source``.

    Raises `Refusal` ``import.no_tender``, or ``tender.invalid`` with every field that is not what OCDS says it is.
    """
    if not isinstance(release.get("tender"), Mapping):
        raise Refusal("import.no_tender")
    problems: list[Problem] = []
    tender = _Node(release["tender"], "/tender", problems)
    ours = tender.node("x_sunseal")
    value = tender.node("value")
    lots = _lots(tender)
    requirements, words = _selection(tender)
    method, scored = _award_criteria(tender, ours, lots)
    contact = _contact(release, problems)
    form = {
        "title": tender.text("title"),
        "description": tender.text("description"),
        "qualifications": words,
        "category": _category(tender),
        "currency": value.text("currency") or "CNY",
        "budget": value.fen("amount"),
        "closes_at": tender.node("tenderPeriod").moment("endDate"),
        "contact": contact[0],
        "phone": contact[1],
        "accepts_consortium": ours.value.get("acceptsConsortium") is True,
        "method": method,
        "lots": [one["form"] for one in lots],
        "criteria": [*requirements, *scored],
        "source": _source(release, tender),
    }
    if ours.text("ruleSet"):
        form["rule_set_id"] = ours.text("ruleSet")
    if problems:
        raise Refusal("tender.invalid", reasons=tuple(problems), count=len(problems))
    return form


class _Node:
    """One object of the release; what is absent is empty, what is there must be of its kind."""

    def __init__(self, value: Any, at: str, problems: list[Problem]) -> None:
        self.at, self.problems = at, problems
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if value is not None and not isinstance(value, Mapping):
            self.refuse("", "an object")

    def refuse(self, name: str, expected: str) -> None:
        at = f"{self.at}/{name}" if name else self.at
        self.problems.append(Problem("import.field", at, {"field": at, "expected": expected}))

    def node(self, name: str) -> _Node:
        return _Node(self.value.get(name), f"{self.at}/{name}", self.problems)

    def nodes(self, name: str) -> list[_Node]:
        found = self.value.get(name)
        if found is not None and not isinstance(found, list):
            self.refuse(name, "a list")
            found = None
        return [_Node(one, f"{self.at}/{name}/{index}", self.problems) for index, one in enumerate(found or [])]

    def text(self, name: str) -> str:
        found = self.value.get(name)
        if found is None:
            return ""
        if isinstance(found, str):
            return found
        if isinstance(found, int | Decimal) and not isinstance(found, bool):
            return str(found)
        self.refuse(name, "a text")
        return ""

    def number(self, name: str) -> Decimal | None:
        found = self.value.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            self.refuse(name, "a number")
            return None
        number = Decimal(found)
        if number < 0 or number.adjusted() > 14:
            self.refuse(name, "a number from 0 to 999,999,999,999,999")
            return None
        return number

    def fen(self, name: str) -> int:
        number = self.number(name)
        if number is None:
            return 0
        if number * 100 != (number * 100).to_integral_value():
            self.refuse(name, "an amount with at most two decimals")
            return 0
        return int(number * 100)

    def moment(self, name: str) -> datetime | None:
        found = self.text(name)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            moment = None
        if moment is None or moment.utcoffset() is None:
            self.refuse(name, "a date and time with its offset, such as 2026-12-11T09:30:00+08:00")
            return None
        return moment


def _category(tender: _Node) -> str:
    found = tender.text("mainProcurementCategory") or "goods"
    if found not in CATEGORIES:
        tender.refuse("mainProcurementCategory", f"one of {', '.join(CATEGORIES)}")
        return "goods"
    return found


def _lots(tender: _Node) -> list[dict[str, Any]]:
    """Return every lot as ``{"id", "node", "form"}``; a tender without lots is one lot of everything."""
    nodes = tender.nodes("lots")
    found: list[dict[str, Any]]
    if not nodes:
        ceiling = tender.node("maxValue").fen("amount") or tender.node("value").fen("amount")
        whole = {"number": "1", "title": tender.text("title")[:300], "ceiling": ceiling, "items": []}
        found = [{"id": "", "node": tender, "form": whole}]
    else:
        found = [
            {
                "id": node.text("id"),
                "node": node,
                "form": {
                    "number": str(index),
                    "title": node.text("title")[:300],
                    "ceiling": node.node("value").fen("amount"),
                    "items": [],
                },
            }
            for index, node in enumerate(nodes, start=1)
        ]
    for item in tender.nodes("items"):
        wanted = item.text("relatedLot")
        lot = next((one for one in found if one["id"] == wanted), found[0] if len(found) == 1 else None)
        if lot is None:
            item.refuse("relatedLot", "the id of one of the lots")
            continue
        lot["form"]["items"].append(_item_in(item, len(lot["form"]["items"]) + 1))
    return found


def _item_in(item: _Node, number: int) -> dict[str, Any]:
    kind, ours, quantity = item.node("classification"), item.node("x_sunseal"), item.number("quantity")
    return {
        "number": str(number),
        "title": (item.text("description") or kind.text("description"))[:300],
        "scheme": kind.text("scheme")[:20],
        "classification": kind.text("id")[:40],
        "quantity": f"{quantity.normalize():f}" if quantity else "",
        "unit": item.node("unit").text("name")[:40],
        "spec": ours.text("specification") or kind.text("description"),
        "is_substantive": ours.value.get("substantive") is True,
    }


def _selection(tender: _Node) -> tuple[list[dict[str, Any]], str]:
    node = tender.node("selectionCriteria")
    rows = []
    for index, one in enumerate(node.nodes("criteria"), start=1):
        words = one.text("description")
        code = one.node("x_sunseal").text("code") or f"R{index}"
        rows.append({"code": code, "kind": REQUIREMENT, "title": (one.text("name") or words)[:300], "guidance": words})
    return rows, node.text("description") or tender.text("eligibilityCriteria")


def _award_criteria(
    tender: _Node, ours: _Node, lots: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    lowest = tender.text("awardCriteria") in _LOWEST
    method: dict[str, Any] = {"id": LOWEST_PRICE if lowest else WEIGHTED_POINTS}
    if ours.node("method").value:
        method = dict(ours.node("method").value)
    # The house judges all lots alike, so the first lot's criteria stand for all.
    rows = lots[0]["node"].node("awardCriteria").nodes("criteria") if lots[0]["id"] else []
    found = [_scored_in(one, index) for index, one in enumerate(rows, start=1)]
    if not found and lowest:
        words = tender.text("awardCriteriaDetails") or "Lowest price"
        found = [{"code": "C1", "kind": PRICE, "title": "Price", "guidance": words, "weight": "100"}]
    return method, found


def _scored_in(one: _Node, index: int) -> dict[str, Any]:
    ours = one.node("x_sunseal")
    weight = ""
    for number in one.nodes("numbers"):
        value, kind = number.number("number"), number.text("weight")
        if value is not None and kind in ("percentageExact", "pointsExact", "decimalExact"):
            weight = f"{(value * 100 if kind == 'decimalExact' else value).normalize():f}"
    return {
        "code": ours.text("code") or f"C{index}",
        "kind": PRICE if one.text("type") == "price" else POINTS,
        "title": one.text("name")[:300],
        "guidance": one.text("description"),
        "weight": weight,
        **({"step": ours.text("step")} if ours.text("step") else {}),
        "bands": [{name: band.text(name) for name in ("least", "most", "text")} for band in ours.nodes("bands")],
    }


def _contact(release: Mapping[str, Any], problems: list[Problem]) -> tuple[str, str]:
    buyer = _Node(release.get("buyer"), "/buyer", problems).text("id")
    for party in _Node(release, "", problems).nodes("parties"):
        roles = party.value.get("roles") or []
        if (buyer and party.text("id") == buyer) or (isinstance(roles, list) and "buyer" in roles):
            point = party.node("contactPoint")
            return point.text("name")[:200], point.text("telephone")[:60]
    return "", ""


def _source(release: Mapping[str, Any], tender: _Node) -> dict[str, Any]:
    buyer = release.get("buyer")
    return {
        "format": "ocds/1.1",
        "ocid": _plain(release.get("ocid")),
        "release": _plain(release.get("id")),
        "date": _plain(release.get("date")),
        "buyer": _plain(buyer.get("name")) if isinstance(buyer, Mapping) else "",
        "documents": [{"title": one.text("title"), "url": one.text("url")} for one in tender.nodes("documents")],
    }


def _plain(value: Any) -> str:
    """Return a mark of where a draft came from, as text that can be kept and shown."""
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(sign for sign in text if sign.isprintable())[:300]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
