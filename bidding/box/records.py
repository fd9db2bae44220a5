"""What an opening puts on record: the notice that is signed, in plain values (``docs/formats/opening.md``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app

from bidding.box import blinded, confirming
from bidding.box.models import Bid, Opening
from foundation.errors import Refusal
from foundation.money import to_text
from identity import queries as identity
from identity.models import Organisation
from procurement.rules.rule import value_as_json
from procurement.tender import invitees, law
from procurement.tender.models import Lot, Tender
from supervision.trail.blinding import Commitment

MIN_BIDS = "opening.min_bids"


@dataclass(frozen=True)
class Result:
    """What the opening found in one envelope: a price in fen, offer, manifest and files, or a cause (a rule's name)."""

    bid: str
    cause: str = ""
    price: int | None = None
    offer: dict[str, Any] | None = None
    manifest: dict[str, Any] | None = None
    files: tuple[dict[str, Any], ...] = ()
    remarks: tuple[dict[str, Any], ...] = field(default=())


def least_bids(tender: Tender) -> dict[str, Any] | None:
    """Return how many bids an opening needs by the tender's stage: id, value, article by locale; None for no rule."""
    return _rule(tender, MIN_BIDS)


def failing_rule(tender: Tender, count: int) -> dict[str, Any] | None:
    """Return the rule by which a lot with so many bids fails unopened, or None where it is opened.

    Where a stage asks for no number of bids, a lot without any still fails: nobody could go on from it.
    """
    rule = least_bids(tender)
    if rule is None and count == 0:
        rule = _rule(tender, "evaluation.min_effective")
    return rule if rule is not None and count < rule["value"] else None


def article_of(tender: Tender, rule: str) -> dict[str, str] | None:
    """Return the article of a rule by locale, as it was frozen on the tender."""
    found = _rule(tender, rule)
    return found["article"] if found is not None else None


def _rule(tender: Tender, id: str) -> dict[str, Any] | None:
    rules = law.rule_set_of(tender)
    if id not in rules:
        return None
    rule = rules.rule(id)
    return {"id": rule.id, "value": value_as_json(rule.value), "article": rule.articles.as_json()}


def is_withheld(tender: Tender) -> bool:
    """Tell whether the stage's record is told only with the stage that follows it."""
    stage = law.stage_of(tender)
    return stage is not None and stage.record == "withheld"


def owner_of(bid: Bid) -> Organisation | None:
    """Return the organisation whose bid it is, from the sealed note; None where the note was tampered with.

    For the opening only.
    """
    try:
        return identity.organisation_by_ref(blinded.read_note(bid)["organisation"])
    except (Refusal, KeyError):
        return None


def numbers_of(organisation: Organisation) -> set[str]:
    """Return the numbers an organisation may be known by: the one verified and the one it claims."""
    return {identity.normal_number(one) for one in (organisation.number, organisation.claimed_number) if one}


def letters(bids: Iterable[Bid]) -> dict[str, str]:
    """Give letters in the order of the envelopes' digests, which nobody chose: A … Z, AA, AB, …"""
    found = {}
    for place, bid in enumerate(sorted(bids, key=lambda one: one.claims_sha256)):
        name, rest = "", place + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(65 + digit) + name
        found[bid.ref] = name
    return found


def opening_content(
    opening: Opening, bids: list[Bid], found: dict[str, Result], owners: dict[str, Organisation | None], at: datetime
) -> dict[str, Any]:
    """Return the content of the notice ``opening``."""
    lot = opening.lot
    sealed = [bid for bid in bids if bid.ref in found]
    opened = sorted((b for b in sealed if not found[b.ref].cause), key=lambda b: (len(b.letter), b.letter))
    return {
        **_head(lot),
        "released_at": local(opening.released_at),
        "opened_at": local(at),
        "rule": least_bids(lot.tender),
        "bids": [_opened(bid, found[bid.ref], owners[bid.ref]) for bid in opened],
        "unopenable": [
            {**_common(bid), "supplier": _supplier(owners[bid.ref]), "cause": found[bid.ref].cause}
            for bid in sealed
            if found[bid.ref].cause
        ],
        **admission(lot.tender),
        **_revealed(lot, bids),
    }


def admission(tender: Tender) -> dict[str, Any]:
    """Return what the opening of an invited stage reveals: who was on the list that its notice committed to."""
    return {"invitees": invitees.revealed(tender)} if tender.admits == invitees.INVITED else {}


def withheld_content(opening: Opening, commitment: str, at: datetime) -> dict[str, Any]:
    """Return what is told at once of a withheld record: that it is there, and its digest. No name, no number."""
    return {
        **_head(opening.lot),
        "released_at": local(opening.released_at),
        "opened_at": local(at),
        "rule": least_bids(opening.lot.tender),
        "withheld": {"commitment": commitment},
    }


def told_later(opening: Opening) -> dict[str, Any]:
    """Return a withheld record whole, with the salt that opens the digest in its own notice."""
    lot = opening.lot
    return {
        "tender": lot.tender.ref,
        "lot": lot.number,
        "stage": lot.tender.stage,
        "notice": opening.notice_ref,
        "salt": opening.salt,
        "record": opening.withheld,
    }


def failure_content(lot: Lot, bids: list[Bid], rule: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the content of the notice ``failure``: the rule, how many came, and no name."""
    count = sum(bid.state == "sealed" for bid in bids)
    return {**_head(lot), "failed_at": local(at), "rule": rule, "bids_received": count, **_revealed(lot, bids)}


def local(moment: datetime) -> str:
    """Return a moment as it stands in notices, with microseconds and the offset of the house's zone."""
    return moment.astimezone(current_app.config["SETTINGS"].time_zone).isoformat(timespec="microseconds")


def _head(lot: Lot) -> dict[str, Any]:
    tender = lot.tender
    assert tender.closes_at is not None, "A lot that is due has a deadline."
    return {
        "issuer": {"ref": tender.authority.ref, "name": tender.authority.name},
        "tender": {"ref": tender.ref, "title": tender.title, "currency": tender.currency},
        "lot": {"lot": lot.number, "title": lot.title, "ceiling": to_text(lot.ceiling) if lot.ceiling else None},
        "closes_at": local(tender.closes_at),
    }


def _supplier(organisation: Organisation | None) -> dict[str, Any] | None:
    if organisation is None:
        return None
    number = organisation.number or organisation.claimed_number
    return {"name": organisation.name, "number": number, "verified": bool(organisation.number)}


def _common(bid: Bid) -> dict[str, Any]:
    return {"bid": bid.ref, "submitted_at": local(bid.submitted_at), "envelope": bid.claims["files"]}


def _opened(bid: Bid, result: Result, owner: Organisation | None) -> dict[str, Any]:
    return {
        "letter": bid.letter,
        **_common(bid),
        "supplier": _supplier(owner),
        "price": to_text(bid.price) if bid.price is not None else None,
        "offer_sha256": (result.manifest or {}).get("offer"),
        "files": [{name: file[name] for name in ("name", "size", "sha256")} for file in result.files],
        "remarks": list(result.remarks),
    }


def _revealed(lot: Lot, bids: list[Bid]) -> dict[str, Any]:
    """Return the salts of all that the lot's sealed entries committed to, and the key of its covers."""
    found = []
    for bid in bids:
        try:
            submitted, ended = blinded.submit_commitment(bid), blinded.end_commitment(bid)
        except (Refusal, KeyError):
            # Its note was tampered with; the entry stays unexplained, and the bid is among those not opened.
            continue
        found.append(_entry(bid.entry_index, submitted))
        if ended is not None:
            found.append(_entry(*ended))
        found += [_entry(*one) for one in confirming.commitments(bid)]
    found.sort(key=lambda one: int(one["entry"]))
    return {"sealed_entries": found, "cover_key": blinded.cover_key(lot.tender.ref, lot.number).hex()}


def _entry(index: int, made: Commitment) -> dict[str, Any]:
    return {"entry": index, **made.private()}
