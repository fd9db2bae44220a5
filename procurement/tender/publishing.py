"""Publication and amendment: what is prepared before the act, checked in it, and signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app

from bidding.seal import bundle, layers, platform
from foundation.errors import Refusal
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.rules.counting import extended_deadline, latest_before
from procurement.rules.findings import Finding, blocking, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender import content, readiness
from procurement.tender.lifecycle import LOT, TENDER
from procurement.tender.models import LotKey, Tender
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act

MOST_AMENDMENT = 10000


@dataclass(frozen=True)
class PreparedKey:
    """The platform's recipient for one lot and envelope; `wrapped` opens only under the key-encryption key."""

    lot: str
    envelope: int
    recipient: str
    wrapped: bytes


@dataclass(frozen=True)
class Prepared:
    """What a publication needs and an act must not wait for."""

    tender_ref: str
    keys: tuple[PreparedKey, ...]
    bundle: str


def prepare_publication(tender: Tender) -> Prepared:
    """Make a fresh platform identity for each lot and wrap it. To be called outside the act."""
    keys = platform.keys_of(current_app.config["SETTINGS"].key_encryption_key)
    made = []
    for lot in tender.lots:
        identity, recipient = layers.new_identity()
        wrapped = platform.wrap_identity(keys, identity, tender=tender.ref, lot=lot.number, envelope=1)
        made.append(PreparedKey(lot.number, 1, recipient, wrapped))
    return Prepared(tender.ref, tuple(made), client_bundle())


def client_bundle() -> str:
    """Return the digest of the scripts that seal bids in the browser, as they are served now."""
    return bundle.bundle_digest(Path(str(current_app.static_folder)))


def publish(act: Act, tender: Tender, prepared: Prepared) -> Notice:
    """Approve and publish: freeze the rule set, sign the notice, open the lots.

    Refuses 409: ``tender.publish.not_now``, ``tender.by_a_second_person``, ``tender.not_ready`` (`reasons` are the
    findings that block), ``tender.changed`` where lots were added since the preparation.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "publish", act)
    if prepared.tender_ref != tender.ref or {k.lot for k in prepared.keys} != {x.number for x in tender.lots}:
        raise Refusal("tender.changed", 409)
    stopping = blocking(readiness.issues(tender, act.now))
    if stopping:
        raise Refusal("tender.not_ready", 409, reasons=stopping, count=len(stopping))
    ruleset = readiness.rule_set_of(tender)
    tender.rule_set = ruleset.as_json()
    tender.published_at = act.now
    keys = _keys(act, tender, prepared)
    zone = current_app.config["SETTINGS"].time_zone
    notice = notices.publish(
        act,
        kind="tender",
        tender_ref=tender.ref,
        title=tender.title,
        content=content.notice_of(tender, ruleset, at=act.now, zone=zone, keys=keys, bundle=prepared.bundle),
    )
    tender.notice_ref = notice.ref
    facts = {"notice": notice.ref, "sha256": notice.sha256, "rule_set": ruleset.digest()}
    TENDER.make(act, tender, "publish", subject_of(tender), facts)
    for lot in tender.lots:
        LOT.make(act, lot, "publish", subject_of(lot))
    act.session.flush()
    return notice


def amend(act: Act, tender: Tender, *, text: str, closes_at: datetime | None = None) -> Notice:
    """Publish a change of an open tender; the deadline may only move later.

    Refuses ``amendment.text_missing``, ``amendment.text_too_long``, ``amendment.earlier`` and, where the change comes
    so near to the deadline that the rule set asks for a later one, ``amendment.too_near`` with the article, the
    earliest lawful deadline (`earliest`) and the finding as its reason.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "amend", act)
    words = text.strip()
    if not words:
        raise Refusal("amendment.text_missing")
    if len(words) > MOST_AMENDMENT:
        raise Refusal("amendment.text_too_long", most=MOST_AMENDMENT)
    before = tender.closes_at
    assert before is not None, "An open tender has a deadline."
    after = closes_at.replace(microsecond=0) if closes_at is not None else before
    if after < before:
        raise Refusal("amendment.earlier", deadline=before)
    ruleset = readiness.rule_set_of(tender)
    found = amendment_issue(tender, ruleset, now=act.now, closes_at=after)
    if found is not None:
        facts = {"article": found.article, "earliest": found.facts["earliest"]}
        raise Refusal("amendment.too_near", 409, reasons=(found,), **facts)
    zone = current_app.config["SETTINGS"].time_zone
    said: dict[str, Any] = {
        **content.head_of(tender, ruleset),
        "tender": {"ref": tender.ref, "title": tender.title, "category": tender.category},
        "text": words,
        "closes_at": content.local_text(after, zone),
        "opens_at": content.local_text(after, zone),
    }
    if after != before:
        said["closed_at_before"] = content.local_text(before, zone)
    notice = notices.publish(
        act,
        kind="amendment",
        tender_ref=tender.ref,
        title=tender.title,
        content=said,
        previous=published.of_tender(tender.ref)[-1],
    )
    tender.closes_at = after
    facts = {"notice": notice.ref, "closes_at": said["closes_at"]}
    TENDER.make(act, tender, "amend", subject_of(tender), facts)
    return notice


def amendment_issue(tender: Tender, ruleset: RuleSet, *, now: datetime, closes_at: datetime) -> Finding | None:
    """Return what forbids an amendment now with this deadline: it comes too near to it, or None."""
    before = tender.closes_at
    assert before is not None, "An open tender has a deadline."
    earliest = extended_deadline(now, before, ruleset)
    if closes_at >= earliest:
        return None
    rule = ruleset.rule("clarification.before_deadline")
    latest = latest_before(rule, before).ends_at
    return finding(rule, "/closes_at", deadline=closes_at, latest=latest, earliest=earliest)


def _keys(act: Act, tender: Tender, prepared: Prepared) -> list[LotKey]:
    numbers = {lot.number: lot.id for lot in tender.lots}
    keys = [
        LotKey(
            lot_id=numbers[one.lot],
            envelope=one.envelope,
            layer="platform",
            position=0,
            recipient=one.recipient,
            wrapped=one.wrapped,
        )
        for one in prepared.keys
    ]
    act.session.add_all(keys)
    act.session.flush()
    return keys
