"""What a tender says: as its form, and as the notice that is signed (``docs/formats/tender-notice.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from foundation.money import to_text
from procurement.rules.counting import due_on
from procurement.rules.procedure import Stage
from procurement.rules.ruleset import RuleSet
from procurement.scoring.method import FORMULA, POINTS, QUALIFICATION, REQUIREMENT
from procurement.tender import law, search
from procurement.tender.following import round_of
from procurement.tender.invitees import INVITED, commitment
from procurement.tender.models import Criterion, Item, Lot, LotKey, Tender

# Who can read bids and when, in the timed mode. The platform holds the key that opens at the deadline, so whoever has
# full power over the server could read early; the notice says so and part 3 of the design ends it.
WHO_READS = (
    {"who": "public", "before_opening": "nothing", "after_opening": "opening_record", "after_award": "scores"},
    {"who": "suppliers", "before_opening": "own_copy", "after_opening": "opening_record", "after_award": "scores"},
    {"who": "authority", "before_opening": "nothing", "after_opening": "opening_record", "after_award": "all"},
    {"who": "experts", "before_opening": "nothing", "after_opening": "offers", "after_award": "all"},
    {"who": "inspectors", "before_opening": "nothing", "after_opening": "all_logged", "after_award": "all_logged"},
    {"who": "server", "before_opening": "technically_possible", "after_opening": "offers", "after_award": "all"},
)


def form_of(tender: Tender) -> dict[str, Any]:
    """Return the tender in the shape of its form (`drafting.checked`)."""
    return {
        "title": tender.title,
        "description": tender.description,
        "qualifications": tender.qualifications,
        "category": tender.category,
        "procedure": tender.procedure,
        "ground": tender.ground,
        "ground_reason": tender.ground_reason,
        "invitees": [one.organisation.ref for one in tender.invitees if one.origin == "named"],
        "plan_ref": tender.plan_ref,
        "policies": tender.policies,
        "terms": tender.terms,
        "currency": tender.currency,
        "budget": tender.budget,
        "closes_at": tender.closes_at,
        "rule_set_id": tender.rule_set_id,
        "contact": tender.contact,
        "phone": tender.phone,
        "accepts_consortium": tender.accepts_consortium,
        "method": tender.method,
        "lots": [
            {
                "number": lot.number,
                "title": lot.title,
                "ceiling": lot.ceiling,
                "items": [
                    {
                        "number": item.number,
                        "title": item.title,
                        "scheme": item.scheme,
                        "classification": item.classification,
                        "quantity": item.quantity,
                        "unit": item.unit,
                        "spec": item.spec,
                        "is_substantive": item.is_substantive,
                    }
                    for item in lot.items
                ],
            }
            for lot in tender.lots
        ],
        "criteria": [
            {
                "code": one.code,
                "kind": one.kind,
                "title": one.title,
                "guidance": one.guidance,
                "weight": one.weight,
                "step": one.step,
                "bands": one.bands,
                "formula": one.formula,
                "evidence": one.evidence,
            }
            for one in tender.criteria
        ],
        "source": tender.source,
    }


def notice_of(
    tender: Tender, ruleset: RuleSet, *, at: datetime, zone: ZoneInfo, keys: Sequence[LotKey], bundle: str
) -> dict[str, Any]:
    """Return the content of the tender notice as it is published at the moment `at`.

    `keys` are the recipients of its envelopes (none for a preview), `bundle` is the digest of the client bundle.
    """
    stage = law.stage_in(ruleset, tender)
    judged, award = _judged(tender, ruleset, stage)
    return {
        **head_of(tender, ruleset),
        "tender": {
            "ref": tender.ref,
            "title": tender.title,
            "procedure": tender.procedure,
            "stage": tender.stage,
            **_staged(tender, ruleset, stage),
            **({"follows": tender.follows.ref} if tender.follows is not None else {}),
            **({"plan": tender.plan_ref} if tender.plan_ref else {}),
            "category": tender.category,
            "description": tender.description,
            "qualifications": tender.qualifications,
            "consortium": tender.accepts_consortium,
            "budget": to_text(tender.budget),
            "currency": tender.currency,
            "lots": [
                {
                    "lot": lot.number,
                    "title": lot.title,
                    "ceiling": to_text(lot.ceiling),
                    "items": [_item(item) for item in lot.items],
                    **judged,
                    **({"priced": False} if stage is not None and not stage.priced else {}),
                }
                for lot in tender.lots
            ],
            **({"policies": tender.policies} if tender.policies else {}),
            **({"terms": tender.terms} if tender.terms else {}),
            **({"award": award} if award else {}),
            "closes_at": local_text(tender.closes_at, zone),
            "opens_at": local_text(tender.closes_at, zone),
            "notice_period_ends_on": _notice_period(ruleset, at, zone),
        },
        "documents": [
            {
                "ref": one.ref,
                "title": one.title,
                "file_name": one.file_name,
                "media_type": one.media_type,
                "size": one.size,
                "sha256": one.sha256,
            }
            for one in tender.documents
        ],
        "mode": "timed",
        "envelopes": [_envelope(lot, [one for one in keys if one.lot_id == lot.id]) for lot in tender.lots],
        "client": {"bundle": bundle},
        "who_reads": [_reader(one, stage) for one in WHO_READS],
    }


def head_of(tender: Tender, ruleset: RuleSet) -> dict[str, Any]:
    """Return what every notice about a tender begins with: who issues it, and under which frozen rule set."""
    authority = tender.authority
    return {
        "issuer": {
            "ref": authority.ref,
            "name": authority.name,
            "number": authority.number or "",
            "address": authority.address,
            "contact": tender.contact or authority.contact,
            "phone": tender.phone or authority.phone,
        },
        "rule_set": {
            "id": ruleset.id,
            "digest": ruleset.digest(),
            "title": ruleset.name.as_json(),
            "demonstration": ruleset.demonstration,
        },
    }


def search_words(title: str, form: dict[str, Any], authority: str, ref: str) -> str:
    """Return the tokens by which the public finds a tender: of title, authority, reference, lots and items."""
    words = [title, authority, ref]
    for lot in form["lots"]:
        words += [lot["title"], *(item["title"] for item in lot["items"])]
    return search.indexed(" ".join(words))


def local_text(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Return a moment as it stands in a notice: ISO 8601 with seconds and the offset of `zone`."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def _staged(tender: Tender, ruleset: RuleSet, stage: Stage | None) -> dict[str, Any]:
    """Return what a notice says of its stage; of an invited one the digest of the list, no name and no number."""
    if stage is None:
        return {}
    procedure = ruleset.procedure(tender.procedure)
    said: dict[str, Any] = {
        "procedure_name": procedure.name.as_json(),
        "stage_name": stage.name.as_json(),
        "ocds_method": procedure.ocds,
        "admits": stage.admits,
        "outcome": stage.outcome,
    }
    if stage.record == "withheld":
        said["record"] = "withheld"
    if tender.ground in dict(procedure.grounds):
        said["ground"] = {
            "id": tender.ground,
            "words": procedure.ground(tender.ground).as_json(),
            "reason": tender.ground_reason,
            "article": procedure.article.as_json(),
        }
    if stage.id in stage.follows:
        said["round"] = round_of(tender)
    if stage.admits == INVITED:
        said["invitees"] = {"commitment": commitment(tender)}
    return said


def _judged(tender: Tender, ruleset: RuleSet, stage: Stage | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return criteria and method of this stage's lots, and those of the award where this stage asks for less."""
    criteria = [_criterion(one) for one in tender.criteria]
    method = {**tender.method, "articles": {"price_score": ruleset.rule("price.lowest_first").article}}
    if stage is None or stage.judged != "requirements":
        return {"criteria": criteria, "method": method}, {}
    own = {"id": QUALIFICATION, "requirement_fails_by": tender.method.get("requirement_fails_by", "majority")}
    asked = [one for one in criteria if one["kind"] == REQUIREMENT]
    return {"criteria": asked, "method": own}, {"criteria": criteria, "method": method}


def _notice_period(ruleset: RuleSet, at: datetime, zone: ZoneInfo) -> str | None:
    if "notice.period" not in ruleset:
        return None
    return due_on(ruleset.rule("notice.period"), at, tz=zone).ends_on.isoformat()


def _reader(reader: dict[str, str], stage: Stage | None) -> dict[str, str]:
    """Return who reads what; the record of some stages is told only with the stage that follows (法38)."""
    if stage is None or stage.record != "withheld" or reader["who"] in ("experts", "server"):
        return dict(reader)
    return {**reader, "after_opening": "own_copy" if reader["who"] == "suppliers" else "nothing"}


def _item(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {
        "item": item.number,
        "title": item.title,
        "quantity": item.quantity,
        "unit": item.unit,
        "spec": item.spec,
        "substantive": item.is_substantive,
    }
    if item.classification:
        found["classification"] = {"scheme": item.scheme, "id": item.classification}
    return found


def _criterion(one: Criterion) -> dict[str, Any]:
    found: dict[str, Any] = {
        "criterion": one.code,
        "kind": one.kind,
        "title": one.title,
        "guidance": one.guidance,
        **({"evidence": one.evidence} if one.evidence else {}),
    }
    if one.kind == FORMULA:
        found["formula"] = one.formula
    if one.kind == REQUIREMENT:
        return {**found, "mandatory": True}
    if one.kind == POINTS:
        found["step"] = one.step
        if one.bands:
            found["x_bands"] = one.bands
    return {**found, "weight": one.weight}


def _envelope(lot: Lot, keys: Sequence[LotKey]) -> dict[str, Any]:
    layers = [{"name": one.layer, "recipients": [one.recipient]} for one in sorted(keys, key=lambda k: k.position)]
    return {"lot": lot.number, "envelope": 1, "layers": layers}
