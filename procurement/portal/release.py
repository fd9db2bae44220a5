"""OCDS releases of a procurement, put together from its signed notices and from nothing else.

So a release can never tell more than what was published: before an opening it names no tenderer and no number of them.
All stages of one procurement, and the project of the plan before them, have one ocid; each notice that changed what
is public is a release of its own, and `record` holds them in their order. Described in ``docs/formats/ocds.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bidding.seal.versions import in_force
from foundation import ocds
from foundation.canonical import canonical, digest
from procurement.award import ocds as award
from procurement.notices.queries import STAGE_KINDS
from procurement.plan import ocds as plan
from procurement.tender import ocds_out

Address = Callable[..., str]
Notice = Mapping[str, Any]
_DOCUMENTS = {
    **dict.fromkeys(STAGE_KINDS, "tenderNotice"),
    # The standard's list has no word for an opening record.
    "opening": "",
    "single_source": "plannedProcurementNotice",
    "clarification": "clarifications",
}
_TAGS = {
    **dict.fromkeys(STAGE_KINDS, "tender"),
    "amendment": "tenderAmendment",
    "cancellation": "tenderCancellation",
    "award": "award",
    "clarification": "tenderUpdate",
    "opening": "tenderUpdate",
    "failure": "tenderUpdate",
    "shortlist": "tenderUpdate",
}


def release(
    notices: Sequence[Notice],
    *,
    address: Address,
    root: str = "",
    framework: str = "",
    intention: Notice | None = None,
    alone: bool = False,
) -> dict[str, Any]:
    """Return the release made of a tender's notices in their order (docs/formats/notice.md).

    `address(endpoint, **values)` gives the absolute address of a page; `root` is the reference of the procurement's
    first stage, `framework` that of the admission to the agreement that a call-off belongs to, `intention` the notice
    of intention before it. The notice that began the stage is needed. `alone` tags the release with its last notice
    only, as one step of a history.
    """
    first = next(one for one in notices if one["kind"] in STAGE_KINDS)
    latest = notices[-1]
    said = first["tender"]
    buyer = buyer_of(first["issuer"])
    parties = [buyer]
    found: dict[str, Any] = {
        "ocid": ocds.ocid(root or said["ref"]),
        "id": release_id(said["ref"], latest),
        "date": latest["issued_at"],
        "tag": _tags(notices[-1:] if alone else notices),
        "initiationType": "tender",
        "language": "zh",
        "buyer": {"id": buyer["id"], "name": buyer["name"]},
        "tender": _tender(first, notices, buyer, address),
    }
    awards = [one for one in notices if one["kind"] == "award"]
    if awards:
        found["awards"] = [award.part_of(one, said["currency"], address) for one in awards]
    if intention is not None:
        found["planning"] = plan.planning_of(intention, address)
    related = [(framework, "framework")] if framework else []
    related += [(intention["plan"]["ref"], "planning")] if intention is not None else []
    if related:
        found["relatedProcesses"] = [_related(ref, kind, address) for ref, kind in related]
    tenderers = _tenderers(notices)
    parties += tenderers
    parties += [award.supplier_of(one) for one in awards]
    if tenderers:
        found["tender"]["tenderers"] = [{"id": one["id"], "name": one["name"]} for one in tenderers]
        found["tender"]["numberOfTenderers"] = len(tenderers)
    found["parties"] = ocds.merged_parties(parties)
    return found


def history(notices: Sequence[Notice], **more: Any) -> list[dict[str, Any]]:
    """Return a release for every notice of a stage that changed what is public, each as things stood then.

    `more` is what `release` takes besides.
    """
    begun = next(at for at, one in enumerate(notices) if one["kind"] in STAGE_KINDS)
    return [
        release(notices[: at + 1], alone=True, **more)
        for at in range(begun, len(notices))
        if notices[at]["kind"] in _TAGS
    ]


def planned(notices: Sequence[Notice], *, address: Address, method: str) -> list[dict[str, Any]]:
    """Return the releases of a project of the plan: its notice of intention, and the one that took it back.

    `method` is the standard's word for the procedure of the plan.
    """
    found: list[dict[str, Any]] = []
    for one in notices:
        if one["kind"] == "intention":
            buyer = buyer_of(one["issuer"])
            about = {"id": buyer["id"], "name": buyer["name"]}
            found.append(
                {
                    "ocid": ocds.ocid(one["plan"]["ref"]),
                    "id": release_id(one["plan"]["ref"], one),
                    "date": one["issued_at"],
                    "tag": ["planning"],
                    "initiationType": "tender",
                    "language": "zh",
                    "parties": [buyer],
                    "buyer": about,
                    "planning": plan.planning_of(one, address),
                    "tender": {**plan.tender_of(one, method), "procuringEntity": about},
                }
            )
        elif one["kind"] == "correction" and found:
            last = found[-1]
            tender = {**last["tender"], "status": "withdrawn"}
            more = {"id": release_id(one["plan"]["ref"], one), "date": one["issued_at"], "tag": ["planningUpdate"]}
            found.append({**last, **more, "tender": tender})
    return found


def record(ocid: str, releases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the record of a procurement: its releases in their order, and how it stands after the last of them.

    A following stage takes the tender section over from the one before; parties, awards and planning add up.
    """
    whole: dict[str, Any] = {}
    parties: list[dict[str, Any]] = []
    awards: dict[str, Any] = {}
    for one in releases:
        whole |= one
        parties += one["parties"]
        awards |= {each["id"]: each for each in one.get("awards", ())}
    whole |= {"ocid": ocid, "id": f"{ocid}-compiled", "tag": ["compiled"], "parties": ocds.merged_parties(parties)}
    if awards:
        whole["awards"] = list(awards.values())
    return {"ocid": ocid, "releases": list(releases), "compiledRelease": whole}


def buyer_of(issuer: Mapping[str, Any]) -> dict[str, Any]:
    """Return who issued a notice as the buyer of a release."""
    buyer = ocds.party(
        issuer["name"],
        organisation_number=issuer.get("number", ""),
        ref=issuer.get("ref", ""),
        roles=("buyer", "procuringEntity"),
    )
    buyer["contactPoint"] = {"name": issuer.get("contact"), "telephone": issuer.get("phone")}
    buyer["address"] = {"streetAddress": issuer.get("address")}
    found: dict[str, Any] = ocds.filled(buyer)
    return found


def release_id(ref: str, notice: Notice) -> str:
    """Return the id of the release that a notice made."""
    return f"{ref}-{notice['ref']}"


def _related(ref: str, relationship: str, address: Address) -> dict[str, Any]:
    return {
        "id": ref,
        "relationship": [relationship],
        "scheme": "ocid",
        "identifier": ocds.ocid(ref),
        "uri": address("portal.ocds_release", ref=ref),
    }


def _tenderers(notices: Sequence[Notice]) -> list[dict[str, Any]]:
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


def _tags(notices: Sequence[Notice]) -> list[str]:
    return list(dict.fromkeys(_TAGS[one["kind"]] for one in notices if one["kind"] in _TAGS))


def _tender(first: Notice, notices: Sequence[Notice], buyer: dict[str, Any], address: Address) -> dict[str, Any]:
    amendments = [one for one in notices if one["kind"] == "amendment"]
    content, since = _in_force(first, amendments)
    closes_at = next((one["closes_at"] for one in reversed(amendments) if one.get("closes_at")), None)
    found = ocds_out.tender_of(content)
    found |= {
        "status": _status(notices),
        "procuringEntity": {"id": buyer["id"], "name": buyer["name"]},
        "tenderPeriod": {
            "startDate": first["issued_at"],
            "endDate": closes_at or content["tender"]["closes_at"],
        },
        "documents": [
            *(
                ocds_out.document_of(one, address("portal.document", ref=one["ref"]), since[one["ref"]])
                for one in content.get("documents", ())
            ),
            *(_notice(one, first["tender"]["title"], address) for one in notices if one["kind"] in _DOCUMENTS),
        ],
    }
    enquiries = [_enquiry(each, one) for one in notices if one["kind"] == "clarification" for each in one["answers"]]
    if enquiries:
        found |= {"hasEnquiries": True, "enquiries": enquiries}
    if amendments:
        found["amendments"] = [_amendment(one, notices) for one in amendments]
    return found


def _notice(one: Notice, title: str, address: Address) -> dict[str, Any]:
    more = {"format": "text/html", "datePublished": one["issued_at"]}
    url = address("portal.notice", ref=one["ref"])
    found: dict[str, Any] = ocds.filled(ocds.document(one["ref"], _DOCUMENTS[one["kind"]], title, url, **more))
    return found


def _in_force(first: Notice, amendments: Sequence[Notice]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the content in force, and since when each document is public."""
    since = {one["ref"]: first["issued_at"] for one in first.get("documents", ())}
    sha256, content = digest(canonical(first)), dict(first)
    for at, one in enumerate(amendments, start=1):
        content = in_force(first, sha256, amendments[:at])[0]
        for each in content.get("documents", ()):
            since.setdefault(each["ref"], one["issued_at"])
    return content, since


def _enquiry(answer: Mapping[str, Any], notice: Notice) -> dict[str, Any]:
    """Return a question and its answer. Who asked is in no notice, and a day is all that is told of when."""
    return {
        "id": answer["question"],
        "date": f"{answer['asked_on']}T00:00:00{notice['issued_at'][19:]}",
        "description": answer["words"],
        "answer": answer["answer"],
        "dateAnswered": notice["issued_at"],
    }


def _amendment(one: Notice, notices: Sequence[Notice]) -> dict[str, Any]:
    ref = one["tender"]["ref"]
    earlier = [each for each in notices[: notices.index(one)] if each["kind"] in _TAGS]
    own = {theirs: one[ours] for ours, theirs in _CHANGES if ours in one}
    return {
        "id": one["ref"],
        "date": one["issued_at"],
        "rationale": one["text"],
        "description": one["text"],
        "amendsReleaseID": release_id(ref, earlier[-1]),
        "releaseID": release_id(ref, one),
        **({"x_sunseal": own} if own else {}),
    }


_CHANGES = (
    ("version", "version"),
    ("affects_bids", "affectsBids"),
    ("closed_at_before", "closedAtBefore"),
    ("changes", "changes"),
)


def _status(notices: Sequence[Notice]) -> str:
    kinds = [one["kind"] for one in notices]
    if "cancellation" in kinds:
        return "cancelled"
    lots = {lot["lot"] for lot in next(one for one in notices if one["kind"] in STAGE_KINDS)["tender"]["lots"]}
    awarded = {one["award"]["lot"]["lot"] for one in notices if one["kind"] == "award"}
    failed = {one["lot"]["lot"] for one in notices if one["kind"] == "failure"}
    if lots <= failed:
        return "unsuccessful"
    return "complete" if lots <= awarded | failed else "active"
