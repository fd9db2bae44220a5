"""Publication: what is prepared before the act, checked in it, and signed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from bidding.seal import bundle, layers, platform
from foundation.errors import Refusal
from procurement.notices import operations as notices
from procurement.notices.models import Notice
from procurement.rules.findings import blocking
from procurement.tender import content, law, readiness, stages
from procurement.tender.lifecycle import LOT, TENDER
from procurement.tender.models import LotKey, Tender
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act


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
    findings that block), ``tender.changed`` where lots were added since the preparation, ``stage.out_of_order``.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "publish", act)
    if prepared.tender_ref != tender.ref or {k.lot for k in prepared.keys} != {x.number for x in tender.lots}:
        raise Refusal("tender.changed", 409)
    stopping = blocking(readiness.issues(tender, act.now))
    if stopping:
        raise Refusal("tender.not_ready", 409, reasons=stopping, count=len(stopping))
    stages.demand_in_order(tender)
    ruleset = readiness.rule_set_of(tender)
    stage = law.stage_in(ruleset, tender)
    tender.frozen = tender.frozen or law.freeze(act, ruleset)
    tender.admits = stage.admits if stage is not None else "all"
    tender.published_at = act.now
    keys = _keys(act, tender, prepared)
    zone = current_app.config["SETTINGS"].time_zone
    notice = notices.publish(
        act,
        kind=stage.notice if stage is not None else "tender",
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
