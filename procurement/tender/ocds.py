"""OCDS 1.1 in: the tender section of a release becomes the form of a draft. The way out is `ocds_out`.

Lots, selection criteria and award criteria follow the official extensions of these names. What OCDS has no field for
may stand in ``x_sunseal`` objects, which other readers ignore. Reading is tolerant about what is absent and strict
about what is there; all problems are told at once, and so is what the house has no place for. The mapping is described
in ``docs/formats/ocds.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from foundation.errors import Refusal
from foundation.ocds_reader import MOST_BYTES, Node, read
from procurement.scoring.method import FORMULA, LOWEST_PRICE, POINTS, PRICE, REQUIREMENT, WEIGHTED_POINTS
from procurement.tender.drafting import CATEGORIES, Problem

__all__ = ["MOST_BYTES", "from_release", "read"]

_LOWEST = ("priceOnly", "lowestCost")
# Of the standard's methods those that one procedure of the house stands for; "limited" has several.
_PROCEDURES = {"open": "open", "selective": "selective", "direct": "single_source"}
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")
# What a draft takes, and what a publication makes anew; anything else that is said is told as left out.
# fmt: off
_KNOWN = frozenset((
    "id", "title", "description", "status", "procuringEntity", "mainProcurementCategory", "value", "maxValue",
    "tenderPeriod", "items", "lots", "procurementMethod", "procurementMethodDetails",
    "procurementMethodRationale", "submissionMethod", "awardCriteria", "awardCriteriaDetails",
    "selectionCriteria", "eligibilityCriteria", "documents", "amendments", "enquiries", "hasEnquiries",
    "tenderers", "numberOfTenderers", "x_sunseal",
))
# fmt: on


def from_release(release: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form (`drafting`) of a release's tender section, with where it came from in ``source``.

    ``source.left_out`` are pointers to what was said and has no place in a draft.

    Raises `Refusal` ``import.no_tender``, or ``tender.invalid`` with every field that is not what OCDS says it is.
    """
    if not isinstance(release.get("tender"), Mapping):
        raise Refusal("import.no_tender")
    problems: list[Problem] = []
    tender = Node(release["tender"], "/tender", problems)
    ours = tender.node("x_sunseal")
    left = tender.unread(_KNOWN)
    value = tender.node("value")
    lots = _lots(tender)
    requirements, words = _selection(tender)
    method, scored = _award_criteria(tender, ours, lots)
    contact = _contact(release, problems)
    form = {
        "title": tender.text("title"),
        "description": tender.text("description"),
        "qualifications": ours.text("qualifications") or words,
        "category": _category(tender),
        "currency": value.text("currency") or "CNY",
        "budget": value.fen("amount"),
        "closes_at": tender.node("tenderPeriod").moment("endDate"),
        "contact": contact[0],
        "phone": contact[1],
        "accepts_consortium": ours.value.get("acceptsConsortium") is True,
        **_procedure(tender, ours, left),
        "method": method,
        "lots": [one["form"] for one in lots],
        "criteria": _in_order([*requirements, *scored]),
        "source": _source(release, tender, left),
    }
    for name in ("policies", "terms"):
        if name in ours.value:
            form[name] = ours.object(name)
    blank = ours.value.get("blankTerms")
    if isinstance(blank, list) and "terms" in form:
        form["terms"] |= {name: "" for name in blank if isinstance(name, str)}
    if ours.text("ruleSet"):
        form["rule_set_id"] = ours.text("ruleSet")
    if problems:
        raise Refusal("tender.invalid", reasons=tuple(problems), count=len(problems))
    return form


def _category(tender: Node) -> str:
    found = tender.text("mainProcurementCategory") or "goods"
    if found not in CATEGORIES:
        tender.refuse("mainProcurementCategory", f"one of {', '.join(CATEGORIES)}")
        return "goods"
    return found


def _procedure(tender: Node, ours: Node, left: list[str]) -> dict[str, Any]:
    """Return procedure and ground. The standard's word ``limited`` names no one procedure, which is then told."""
    method, ground = tender.text("procurementMethod"), ours.node("ground")
    found = ours.text("procedure") or _PROCEDURES.get(method, "")
    if method and not found:
        left.append(f"{tender.at}/procurementMethod")
    return {
        "procedure": found or "open",
        "ground": ground.text("id"),
        "ground_reason": ground.text("reason"),
        "plan_ref": ours.text("plan"),
    }


def _lots(tender: Node) -> list[dict[str, Any]]:
    """Return every lot as ``{"id", "node", "form"}``; a tender without lots is one lot of everything."""
    nodes = tender.nodes("lots")
    found: list[dict[str, Any]]
    if not nodes:
        ceiling = tender.node("maxValue").fen("amount") or tender.node("value").fen("amount")
        whole = {"number": "1", "title": tender.text("title")[:300], "ceiling": ceiling, "items": []}
        found = [{"id": "", "node": tender, "form": whole}]
    else:
        ids = [node.text("id") for node in nodes]
        are_numbers = len(set(ids)) == len(ids) and all(_NUMBER.fullmatch(one) for one in ids)
        numbers = ids if are_numbers else [str(index) for index in range(1, len(ids) + 1)]
        found = [
            {
                "id": node.text("id"),
                "node": node,
                "form": {
                    "number": numbers[index - 1],
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


def _item_in(item: Node, number: int) -> dict[str, Any]:
    kind, ours, quantity = item.node("classification"), item.node("x_sunseal"), item.number("quantity")
    has_spec = "specification" in ours.value
    return {
        "number": ours.text("number") or str(number),
        "title": (item.text("description") or kind.text("description"))[:300],
        "scheme": kind.text("scheme")[:20],
        "classification": kind.text("id")[:40] or ours.text("classification")[:40],
        "quantity": ours.text("quantity") or (f"{quantity.normalize():f}" if quantity else ""),
        "unit": item.node("unit").text("name")[:40],
        "spec": ours.text("specification") if has_spec else kind.text("description"),
        "is_substantive": ours.value.get("substantive") is True,
    }


def _selection(tender: Node) -> tuple[list[dict[str, Any]], str]:
    node = tender.node("selectionCriteria")
    rows = []
    for index, one in enumerate(node.nodes("criteria"), start=1):
        words, ours = one.text("description"), one.node("x_sunseal")
        title = ours.text("title") if "title" in ours.value else one.text("name") or words
        rows.append(
            {
                "code": ours.text("code") or f"R{index}",
                "kind": REQUIREMENT,
                "title": title[:300],
                "guidance": words,
                **_more(ours),
            }
        )
    return rows, node.text("description") or tender.text("eligibilityCriteria")


def _more(ours: Node) -> dict[str, Any]:
    """Return what only the house's own criteria say; `drafting` reads each of it strictly."""
    found = {name: ours.value[name] for name in ("formula", "evidence") if name in ours.value}
    return {**found, "position": ours.value.get("position")}


def _in_order(criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return criteria in the order that they had in the house, or, from elsewhere, as they come."""
    places = [one.pop("position") for one in criteria]
    if not all(isinstance(one, int) for one in places):
        return criteria
    return [criteria[at] for at in sorted(range(len(criteria)), key=lambda at: places[at])]


def _award_criteria(
    tender: Node, ours: Node, lots: list[dict[str, Any]]
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
        price = {"code": "C1", "kind": PRICE, "title": "Price", "guidance": words, "weight": "100"}
        found = [{**price, "position": None}]
    return method, found


def _scored_in(one: Node, index: int) -> dict[str, Any]:
    ours = one.node("x_sunseal")
    weight, kind_named = "", ours.text("kind")
    for number in one.nodes("numbers"):
        value, kind = number.number("number"), number.text("weight")
        if value is not None and kind in ("percentageExact", "pointsExact", "decimalExact"):
            weight = f"{(value * 100 if kind == 'decimalExact' else value).normalize():f}"
    is_price = one.text("type") == "price"
    return {
        "code": ours.text("code") or f"C{index}",
        "kind": kind_named if kind_named in (PRICE, POINTS, FORMULA) else PRICE if is_price else POINTS,
        "title": one.text("name")[:300],
        "guidance": one.text("description"),
        "weight": ours.text("weight") or weight,
        **_more(ours),
        **({"step": ours.text("step")} if ours.text("step") else {}),
        "bands": [{name: band.text(name) for name in ("least", "most", "text")} for band in ours.nodes("bands")],
    }


def _contact(release: Mapping[str, Any], problems: list[Problem]) -> tuple[str, str]:
    buyer = Node(release.get("buyer"), "/buyer", problems).text("id")
    for party in Node(release, "", problems).nodes("parties"):
        roles = party.value.get("roles") or []
        if (buyer and party.text("id") == buyer) or (isinstance(roles, list) and "buyer" in roles):
            point = party.node("contactPoint")
            return point.text("name")[:200], point.text("telephone")[:60]
    return "", ""


def _source(release: Mapping[str, Any], tender: Node, left: list[str]) -> dict[str, Any]:
    buyer = release.get("buyer")
    return {
        "format": "ocds/1.1",
        "ocid": _plain(release.get("ocid")),
        "release": _plain(release.get("id")),
        "date": _plain(release.get("date")),
        "buyer": _plain(buyer.get("name")) if isinstance(buyer, Mapping) else "",
        "documents": [{"title": one.text("title"), "url": one.text("url")} for one in tender.nodes("documents")],
        "amendments": [
            {name: one.text(name) for name in ("id", "date", "rationale", "description")}
            for one in tender.nodes("amendments")
        ],
        "left_out": sorted(left),
    }


def _plain(value: Any) -> str:
    """Return a mark of where a draft came from, as text that can be kept and shown."""
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(sign for sign in text if sign.isprintable())[:300]
