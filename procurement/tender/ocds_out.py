"""OCDS 1.1 out: what a tender's content in force says, as the tender section of a release. The way in is `ocds`.

Standard fields come first; what OCDS and its extensions have no field for stands in ``x_sunseal`` objects, so that a
release read in again gives the same form. Everything comes from signed notices: an invited stage tells the digest of
its list and never a name. The mapping is described in ``docs/formats/ocds.md``. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation import ocds
from foundation.errors import HouseFault
from procurement.scoring.method import LOWEST_PRICE, PRICE, QUALIFICATION, REQUIREMENT, WEIGHTED_POINTS

_AWARD = {WEIGHTED_POINTS: "ratedCriteria", LOWEST_PRICE: "priceOnly"}
# What goes into `x_sunseal` as it stands: (member of the notice, member of `x_sunseal`).
_OWN = (
    ("procedure", "procedure"),
    ("stage", "stage"),
    ("round", "round"),
    ("follows", "follows"),
    ("plan", "plan"),
    ("admits", "admits"),
    ("outcome", "outcome"),
    ("record", "record"),
    ("invitees", "invitees"),
    ("consortium", "acceptsConsortium"),
    ("qualifications", "qualifications"),
    ("policies", "policies"),
    ("terms", "terms"),
)


def tender_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of ``tender`` that a content in force (``docs/formats/tender-notice.md``) gives."""
    said, currency = content["tender"], content["tender"]["currency"]
    criteria, method = judged(said)
    found: dict[str, Any] = {
        "id": said["ref"],
        "title": said["title"],
        "description": said.get("description", ""),
        "procurementMethod": said.get("ocds_method", "open"),
        **_method(said),
        "mainProcurementCategory": said["category"],
        "value": ocds.value(said["budget"], currency),
        "submissionMethod": ["electronicSubmission"],
        "items": [_item(item, lot) for lot in said["lots"] for item in lot["items"]],
        "lots": [_lot(lot, criteria, currency) for lot in said["lots"]],
    }
    if method.get("id") in _AWARD:
        found["awardCriteria"] = _AWARD[method["id"]]
    if said.get("qualifications"):
        found["eligibilityCriteria"] = said["qualifications"]
    selection = _selection(said, criteria)
    if selection:
        found["selectionCriteria"] = selection
    found["x_sunseal"] = _own(content, method)
    filled: dict[str, Any] = ocds.filled(found)
    return filled


def judged(said: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return criteria and method of the award; a stage judged by its requirements alone tells them beside."""
    award = said.get("award") or {}
    lot = said["lots"][0] if said["lots"] else {"criteria": [], "method": {}}
    return award.get("criteria") or lot["criteria"], award.get("method") or lot["method"]


def document_of(document: Mapping[str, Any], url: str, published: str) -> dict[str, Any]:
    """Return a document of the tender with its digest."""
    return ocds.document(
        document["ref"],
        "biddingDocuments",
        document["title"],
        url,
        format=document["media_type"],
        datePublished=published,
        x_sunseal={"sha256": document["sha256"], "size": document["size"], "fileName": document["file_name"]},
    )


def _method(said: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    name = said.get("procedure_name")
    if name:
        stage = said.get("stage_name")
        found["procurementMethodDetails"] = f"{name['zh_Hans']} / {stage['zh_Hans']}" if stage else name["zh_Hans"]
    ground = said.get("ground")
    if ground:
        words = [ground["words"]["zh_Hans"], ground["article"]["zh_Hans"], ground["reason"]]
        found["procurementMethodRationale"] = "\n".join(one for one in words if one)
    return found


def _own(content: Mapping[str, Any], method: Mapping[str, Any]) -> dict[str, Any]:
    said = content["tender"]
    own = {theirs: said[ours] for ours, theirs in _OWN if said.get(ours) not in (None, "", {})}
    if said.get("ground"):
        own["ground"] = {"id": said["ground"]["id"], "reason": said["ground"]["reason"]}
    # The standard leaves empty members out; a text that an officer emptied is not the usual one, so it is named.
    blank = [name for name, words in (said.get("terms") or {}).items() if words == ""]
    own |= {"blankTerms": blank, "ruleSet": content["rule_set"]["id"]}
    # The articles are the frozen rule set's, not the officer's.
    own["method"] = {name: value for name, value in method.items() if name != "articles"}
    if said["lots"] and said["lots"][0]["method"].get("id") == QUALIFICATION:
        own["judged"] = "requirements"
    return own


def _lot(lot: Mapping[str, Any], criteria: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": lot["lot"],
        "title": lot["title"],
        "value": ocds.value(lot["ceiling"], currency),
    }
    scored = [_scored(one, at) for at, one in enumerate(criteria, start=1) if one["kind"] != REQUIREMENT]
    if scored:
        found["awardCriteria"] = {"criteria": scored}
    if lot.get("priced") is False:
        found["x_sunseal"] = {"priced": False}
    return found


def _scored(one: Mapping[str, Any], at: int) -> dict[str, Any]:
    numbers, exact = _exact("weight", one["weight"])
    weight = {"numbers": [{"number": numbers["weight"], "weight": "percentageExact"}]} if numbers else {}
    return {
        "type": "price" if one["kind"] == PRICE else "quality",
        "name": one["title"],
        "description": one["guidance"],
        **weight,
        "x_sunseal": {
            **_criterion(one, at),
            "kind": one["kind"],
            **exact,
            "step": one.get("step"),
            "bands": one.get("x_bands"),
            "formula": one.get("formula"),
        },
    }


def _selection(said: Mapping[str, Any], criteria: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        {
            "type": "other",
            "description": one["guidance"],
            "x_sunseal": {**_criterion(one, at), "title": one["title"]},
        }
        for at, one in enumerate(criteria, start=1)
        if one["kind"] == REQUIREMENT
    ]
    return {
        **({"description": said["qualifications"]} if said.get("qualifications") else {}),
        **({"criteria": rows} if rows else {}),
    }


def _criterion(one: Mapping[str, Any], at: int) -> dict[str, Any]:
    """Return what every criterion has: its code, its place among all of them, and the proofs that are asked for."""
    return {"code": one["criterion"], "position": at, "evidence": one.get("evidence")}


def _item(item: Mapping[str, Any], lot: Mapping[str, Any]) -> dict[str, Any]:
    quantity, exact = _exact("quantity", item["quantity"])
    found: dict[str, Any] = {
        "id": f"{lot['lot']}-{item['item']}",
        "description": item["title"],
        **quantity,
        "unit": {"name": item["unit"]},
        "relatedLot": lot["lot"],
        "x_sunseal": {
            "number": item["item"],
            "specification": item["spec"],
            "substantive": item["substantive"],
            **exact,
        },
    }
    named = item.get("classification") or {}
    if named.get("scheme"):
        found["classification"] = {"scheme": named["scheme"], "id": named["id"]}
    elif named.get("id"):
        found["x_sunseal"]["classification"] = named["id"]
    return found


def _exact(name: str, text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a decimal as a JSON number, and as text where a number does not carry it digit by digit."""
    try:
        number = ocds.number(text)
    except HouseFault:
        return {}, {name: text}
    return {name: number}, {} if str(number) == text else {name: text}
