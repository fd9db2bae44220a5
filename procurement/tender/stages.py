"""The stages of one procurement: which tender follows which, the draft of the next one, and draws by lot."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from foundation.errors import HouseFault, Refusal
from foundation.references import next_ref
from identity.models import Organisation
from procurement.rules import ruleset as rulesets
from procurement.rules.faults import RulesError
from procurement.tender import content, law
from procurement.tender import invitees as listing
from procurement.tender.attaching import current
from procurement.tender.following import before, chain, follow_ups, living_follow_ups, round_of
from procurement.tender.models import Criterion, Document, Item, Lot, Tender
from procurement.tender.ownership import demand_member, subject_of
from supervision.trail import queries as trail
from supervision.trail.act import Act

__all__ = [
    "DECIDED",
    "before",
    "chain",
    "demand_in_order",
    "drawn",
    "first_of",
    "follow_up",
    "follow_ups",
    "living_follow_ups",
    "round_of",
    "seed_of",
]

# The states of a lot in which it is decided who goes on.
DECIDED = ("advanced", "agreed")


def follow_up(
    act: Act,
    tender: Tender,
    *,
    stage: str,
    invitees: Sequence[Organisation],
    closes_at: datetime | None = None,
    lots: Sequence[str] | None = None,
) -> Tender:
    """Begin the draft of the stage that follows `tender`, for those of its lots about which it is decided.

    The form is copied, documents included; `invitees` are frozen on it. `lots` names lots by number; without it all
    decided lots go on that have no living follow-up yet. The draft belongs to whoever drafted `tender`, so that the
    person who decides here may approve it. Refuses 409 ``stage.not_following``, ``stage.no_lot_goes_on``,
    ``stage.invitees_missing``.
    """
    demand_member(act, tender.authority)
    procedure = law.procedure_of(tender)
    if procedure is None or stage not in {one.id for one in procedure.following(tender.stage)}:
        raise Refusal("stage.not_following", 409, stage=stage)
    if not invitees:
        raise Refusal("stage.invitees_missing", 409)
    going = [lot for lot in tender.lots if lot.state in DECIDED and (lots is None or lot.number in lots)]
    if lots is None:
        going = [lot for lot in going if lot.state == "agreed" or not living_follow_ups(lot)]
    if not going:
        raise Refusal("stage.no_lot_goes_on", 409)
    year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
    later = Tender(
        ref=next_ref(act.session, "T", year),
        authority_id=tender.authority_id,
        created_by_id=tender.created_by_id,
        created_at=act.now,
        state="draft",
        stage=stage,
        follows_id=tender.id,
        closes_at=closes_at.replace(microsecond=0) if closes_at is not None else None,
        # The law of the whole procurement is that of its first notice.
        frozen_id=tender.frozen_id,
        **{name: getattr(tender, name) for name in _COPIED},
    )
    act.session.add(later)
    act.session.flush()
    _copy_rows(act, later, going, tender)
    origin = procedure.stage(stage).origin or "advanced"
    listing.invite(act, later, invitees, origin)
    later.search = content.search_words(later.title, content.form_of(later), later.authority.name, later.ref)
    act.session.flush()
    # Not who goes on, and not how many: the notice of the selection tells what may be told.
    act.record("tender.follow_up", subject_of(later), {"follows": tender.ref, "stage": stage})
    return later


def first_of(tender: Tender) -> str:
    """Return the stage with which a draft's procedure begins; ``bids`` where the rule set does not know it."""
    try:
        return rulesets.load(tender.rule_set_id).procedure(tender.procedure).first.id
    except RulesError:
        return "bids"


def demand_in_order(tender: Tender) -> None:
    """Refuse (409) ``stage.out_of_order``: a stage is published where the one before has decided who goes on."""
    stage = law.stage_of(tender)
    if stage is None:
        return
    earlier = tender.follows
    if earlier is None:
        if not stage.is_first:
            raise Refusal("stage.out_of_order", 409)
        return
    decided = {lot.number for lot in earlier.lots if lot.state in DECIDED}
    if earlier.stage not in stage.follows or earlier.procedure != tender.procedure:
        raise Refusal("stage.out_of_order", 409)
    if earlier.authority_id != tender.authority_id or not {lot.number for lot in tender.lots} <= decided:
        raise Refusal("stage.out_of_order", 409)
    for lot in earlier.lots:
        others = [one for one in living_follow_ups(lot) if one.id != tender.id and one.published_at is not None]
        if lot.state == "advanced" and others and lot.number in {one.number for one in tender.lots}:
            raise Refusal("stage.out_of_order", 409)


def seed_of(entry: int) -> str:
    """Return the seed that an entry of the trail fixes for a draw: its leaf hash, which anyone computes from it.

    Take the entry that completed the evaluation: nobody chooses it, and it stands before the draw is asked for.
    """
    return trail.by_index(entry).leaf_hash.hex()


def drawn(candidates: Sequence[str], count: int, seed: str) -> list[str]:
    """Return `count` of the candidates' references by lot (法34): the lowest SHA-256 of ``seed/reference`` are drawn.

    The order in which the candidates are given changes nothing, so whoever has the seed draws the same again.
    """
    if count < 0:
        raise HouseFault("A draw needs a number of places.")
    order = sorted(set(candidates), key=lambda ref: hashlib.sha256(f"{seed}/{ref}".encode()).hexdigest())
    return order[:count]


_COPIED = (
    "title",
    "description",
    "category",
    "procedure",
    "ground",
    "ground_reason",
    "plan_ref",
    "policies",
    "terms",
    "rule_set_id",
    "method",
    "budget",
    "currency",
    "contact",
    "phone",
    "qualifications",
    "accepts_consortium",
)
_ITEM = ("number", "title", "scheme", "classification", "quantity", "unit", "spec", "is_substantive")
_CRITERION = ("code", "position", "kind", "title", "guidance", "weight", "step", "bands", "formula", "evidence")
_DOCUMENT = ("title", "file_name", "media_type", "size", "sha256", "storage_key", "pages", "version")


def _copy_rows(act: Act, later: Tender, lots: Sequence[Lot], earlier: Tender) -> None:
    for lot in lots:
        copied = Lot(tender_id=later.id, number=lot.number, title=lot.title, ceiling=lot.ceiling)
        act.session.add(copied)
        act.session.flush()
        act.session.add_all(Item(lot_id=copied.id, **_values(item, _ITEM)) for item in lot.items)
    act.session.add_all(Criterion(tender_id=later.id, **_values(one, _CRITERION)) for one in earlier.criteria)
    act.session.add_all(
        Document(ref=secrets.token_hex(8), tender_id=later.id, created_at=act.now, **_values(one, _DOCUMENT))
        for one in current(earlier.documents)
    )
    act.session.flush()
    act.session.expire(later, ["lots", "criteria", "documents"])


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
