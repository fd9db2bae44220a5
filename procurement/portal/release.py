"""One OCDS release of a tender as it stands, put together from its signed notices and from nothing else.

So a release can never tell more than what was published: before an opening it names no tenderer and no number of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from foundation import ocds
from procurement.award import ocds as award
from procurement.notices.queries import STAGE_KINDS

Address = Callable[..., str]
_CATEGORIES = {"goods": "goods", "services": "services", "works": "works"}
_NOTICES = {"tender": "tenderNotice", "award": "awardNotice", "opening": "openingRecord"}
_CRITERIA = {"weighted_points": "ratedCriteria", "lowest_price": "priceOnly"}


def release(notices: Sequence[dict[str, Any]], *, address: Address) -> dict[str, Any]:
    """Return the release made of a tender's notices in their order (docs/formats/notice.md).

    `address(endpoint, **values)` gives the absolute address of a page. The notice that began the stage is needed.
    """
    first = next(one for one in notices if one["kind"] in STAGE_KINDS)
    latest = notices[-1]
    said = first["tender"]
    issuer = first["issuer"]
    buyer = ocds.party(
        issuer["name"], organisation_number=issuer.get("number", ""), ref=issuer.get("ref", ""),
        roles=("buyer", "procuringEntity"),
    )
    buyer["contactPoint"] = {"name": issuer.get("contact", ""), "telephone": issuer.get("phone", "")}
    if issuer.get("address"):
        buyer["address"] = {"streetAddress": issuer["address"]}
    parties = [buyer]
    found: dict[str, Any] = {
        "ocid": ocds.ocid(said["ref"]),
        "id": f"{said['ref']}-{latest['ref']}",
        "date": latest["issued_at"],
        "tag": _tags(notices),
        "initiationType": "tender",
        "language": "zh",
        "buyer": {"id": buyer["id"], "name": buyer["name"]},
        "tender": _tender(first, notices, buyer, address),
    }
    awards = [one for one in notices if one["kind"] == "award"]
    if awards:
        found["awards"] = [award.part_of(one, said["currency"], address) for one in awards]
    tenderers = _tenderers(notices)
    parties += tenderers
    parties += [award.supplier_of(one) for one in awards]
    if tenderers:
        found["tender"]["tenderers"] = [{"id": one["id"], "name": one["name"]} for one in tenderers]
        found["tender"]["numberOfTenderers"] = len(tenderers)
    found["parties"] = ocds.merged_parties(parties)
    return found


def _tenderers(notices: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return who bid, as the opening records named them; before an opening there is no such record."""
    found = []
    for one in notices:
        if one["kind"] == "opening":
            # A withheld record names nobody.
            for bid in [*one.get("bids", ()), *one.get("unopenable", ())]:
                supplier = bid["supplier"]
                if supplier:
                    number = supplier.get("number") or ""
                    found.append(ocds.party(supplier["name"], organisation_number=number, roles=("tenderer",)))
    return ocds.merged_parties(found)


def _tags(notices: Sequence[dict[str, Any]]) -> list[str]:
    tags = {
        **dict.fromkeys(STAGE_KINDS, "tender"),
        "amendment": "tenderAmendment", "cancellation": "tenderCancellation", "award": "award",
        "opening": "tenderUpdate", "failure": "tenderUpdate",
    }
    return list(dict.fromkeys(tags[one["kind"]] for one in notices if one["kind"] in tags))


def _tender(
    first: dict[str, Any], notices: Sequence[dict[str, Any]], buyer: dict[str, Any], address: Address
) -> dict[str, Any]:
    said = first["tender"]
    amendments = [one for one in notices if one["kind"] == "amendment"]
    closes_at = next((one["closes_at"] for one in reversed(amendments) if one.get("closes_at")), said["closes_at"])
    currency = said["currency"]
    method = said["lots"][0]["method"]["id"] if said["lots"] else ""
    found: dict[str, Any] = {
        "id": said["ref"],
        "title": said["title"],
        "description": said.get("description", ""),
        "status": _status(notices),
        "procuringEntity": {"id": buyer["id"], "name": buyer["name"]},
        "procurementMethod": said.get("ocds_method", "open"),
        "mainProcurementCategory": _CATEGORIES[said["category"]],
        "value": ocds.value(said["budget"], currency),
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": {"startDate": first["issued_at"], "endDate": closes_at},
        "items": [_item(item, lot) for lot in said["lots"] for item in lot["items"]],
        "lots": [
            {"id": lot["lot"], "title": lot["title"], "value": ocds.value(lot["ceiling"], currency)}
            for lot in said["lots"]
        ],
        "documents": [
            *(
                ocds.document(
                    one["ref"], "biddingDocuments", one["title"], address("portal.document", ref=one["ref"]),
                    format=one["media_type"], datePublished=first["issued_at"],
                )
                for one in first.get("documents", ())
            ),
            *(
                ocds.document(
                    one["ref"], _NOTICES.get(one["kind"], "tenderNotice"), said["title"],
                    address("portal.notice", ref=one["ref"]),
                    format="text/html", datePublished=one["issued_at"],
                )
                for one in notices
                if one["kind"] in (*STAGE_KINDS, "opening")
            ),
        ],
    }
    if method in _CRITERIA:
        found["awardCriteria"] = _CRITERIA[method]
    if said.get("qualifications"):
        found["eligibilityCriteria"] = said["qualifications"]
    if amendments:
        found["amendments"] = [
            {"id": one["ref"], "date": one["issued_at"], "description": one["text"]} for one in amendments
        ]
    return found


def _status(notices: Sequence[dict[str, Any]]) -> str:
    kinds = [one["kind"] for one in notices]
    if "cancellation" in kinds:
        return "cancelled"
    lots = {lot["lot"] for lot in next(one for one in notices if one["kind"] in STAGE_KINDS)["tender"]["lots"]}
    awarded = {one["award"]["lot"]["lot"] for one in notices if one["kind"] == "award"}
    failed = {one["lot"]["lot"] for one in notices if one["kind"] == "failure"}
    if lots <= failed:
        return "unsuccessful"
    return "complete" if lots <= awarded | failed else "active"


def _item(item: dict[str, Any], lot: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"{lot['lot']}-{item['item']}",
        "description": item["title"],
        "quantity": ocds.number(item["quantity"]),
        "unit": {"name": item["unit"]},
        "relatedLot": lot["lot"],
    }
    classification = item.get("classification")
    if classification and classification.get("scheme"):
        found["classification"] = {"scheme": classification["scheme"], "id": classification["id"]}
    return found
