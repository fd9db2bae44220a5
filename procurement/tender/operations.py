"""All changes of a tender from first draft to last day. Upper rooms push its lots onward, see `lots.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from foundation.canonical import canonical, digest
from foundation.errors import Refusal
from foundation.references import next_ref
from identity import queries as identity
from identity.models import Account, Organisation
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.rules import ruleset as rulesets
from procurement.rules.faults import RulesError
from procurement.tender import content, drafting, invitees, readiness, stages
from procurement.tender.amending import amend
from procurement.tender.attaching import (
    add_document,
    enclose_document,
    redraft_document,
    remove_document,
    replace_document,
)
from procurement.tender.lifecycle import TENDER
from procurement.tender.lots import (
    advance_lot,
    agree_lot,
    award_lot,
    cancel_lots,
    evaluate_lot,
    fail_lot,
    open_lot,
    propose_lot,
    propose_selection_lot,
    release_lot,
    return_lot,
    return_selection_lot,
)
from procurement.tender.models import Criterion, Item, Lot, Tender
from procurement.tender.ownership import demand_draft, demand_member, move_or_refuse, subject_of
from procurement.tender.publicity import publicise
from procurement.tender.publishing import Prepared, prepare_publication, publish
from supervision.trail.act import Act

__all__ = [
    "Prepared",
    "add_document",
    "advance_lot",
    "agree_lot",
    "amend",
    "award_lot",
    "cancel",
    "checked_form",
    "create",
    "discard",
    "enclose_document",
    "evaluate_lot",
    "fail_lot",
    "open_lot",
    "prepare_publication",
    "propose_lot",
    "propose_selection_lot",
    "publicise",
    "publish",
    "redraft_document",
    "release_lot",
    "remove_document",
    "replace_document",
    "return_lot",
    "return_selection_lot",
    "return_to_draft",
    "rule_sets_allowed",
    "submit",
    "update",
]


def rule_sets_allowed(now: datetime) -> tuple[rulesets.RuleSet, ...]:
    """Return the rule sets a draft may name today; production refuses the demonstration sets."""
    settings = current_app.config["SETTINGS"]
    found = rulesets.available(now.astimezone(settings.time_zone).date())
    return tuple(one for one in found if not (settings.is_production and one.demonstration))


def create(act: Act, *, authority: Organisation, account: Account, data: dict[str, Any]) -> Tender:
    """Begin a draft from a form (`drafting`). Refuses ``tender.invalid`` with all problems at once."""
    demand_member(act, authority)
    if authority.kind != "authority":
        raise Refusal("tender.not_an_authority", 403)
    form = checked_form(act.now, data)
    year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
    tender = Tender(
        ref=next_ref(act.session, "T", year),
        authority_id=authority.id,
        created_by_id=account.id,
        created_at=act.now,
        state=TENDER.first,
        title=form["title"],
        rule_set_id=form["rule_set_id"],
    )
    act.session.add(tender)
    act.session.flush()
    _fill(act, tender, form)
    act.record("tender.create", subject_of(tender), _fingerprint(tender))
    return tender


def update(act: Act, tender: Tender, data: dict[str, Any]) -> Tender:
    """Replace the whole form of a draft. `source` stays what the import gave."""
    demand_draft(act, tender)
    form = checked_form(act.now, {**data, "source": tender.source})
    _fill(act, tender, form)
    act.record("tender.update", subject_of(tender), _fingerprint(tender))
    return tender


def submit(act: Act, tender: Tender) -> Tender:
    """Hand a draft to the approver. A tender that is not ready may be submitted; it is publishing that refuses."""
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "submit", act)
    tender.submitted_by_id = act.account_id or tender.created_by_id
    tender.reason = ""
    TENDER.make(act, tender, "submit", subject_of(tender), _fingerprint(tender))
    return tender


def return_to_draft(act: Act, tender: Tender, reason: str) -> Tender:
    """Give a submitted tender back to its officer, with a reason."""
    demand_member(act, tender.authority)
    tender.reason = _reason(reason)
    TENDER.make(act, tender, "return", subject_of(tender))
    return tender


def discard(act: Act, tender: Tender) -> Tender:
    """Put a draft aside for good. Its reference is never given again."""
    demand_member(act, tender.authority)
    TENDER.make(act, tender, "discard", subject_of(tender))
    return tender


def cancel(act: Act, tender: Tender, reason: str) -> Notice:
    """Cancel an open tender before its deadline: a notice with the reason, and every lot is cancelled unopened."""
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "cancel", act)
    tender.reason = _reason(reason)
    notice = notices.publish(
        act,
        kind="cancellation",
        tender_ref=tender.ref,
        title=tender.title,
        content={
            **content.head_of(tender, readiness.rule_set_of(tender)),
            "tender": {"ref": tender.ref, "title": tender.title, "category": tender.category},
            "reason": tender.reason,
        },
        previous=published.of_tender(tender.ref)[-1],
    )
    TENDER.make(act, tender, "cancel", subject_of(tender), {"notice": notice.ref})
    cancel_lots(act, tender)
    return notice


def checked_form(now: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """Return a form as it would be kept, or refuse ``tender.invalid`` with all its problems (`drafting.Problem`)."""
    allowed = rule_sets_allowed(now)
    on = now.astimezone(current_app.config["SETTINGS"].time_zone).date()
    kind = data.get("category") if data.get("category") in drafting.CATEGORIES else "goods"
    try:
        usual = rulesets.for_tender(str(kind), on).id
    except RulesError:
        # No set in force is for this kind. The draft is kept, and readiness tells what to do.
        usual = next((one.id for one in allowed if not one.demonstration), "")
    return drafting.checked(data, rule_sets={one.id for one in allowed}, rule_set=usual)


def _fill(act: Act, tender: Tender, form: dict[str, Any]) -> None:
    for name in ("title", "description", "qualifications", "category", "currency", "budget", "closes_at"):
        setattr(tender, name, form[name])
    for name in ("policies", "terms", "contact", "phone", "accepts_consortium", "method", "source"):
        setattr(tender, name, form[name])
    # A following stage keeps the procedure, law and invitees with which the one before began it.
    if tender.follows_id is None:
        for name in ("rule_set_id", "procedure", "ground", "ground_reason", "plan_ref"):
            setattr(tender, name, form[name])
        tender.stage = stages.first_of(tender)
        invitees.invite(act, tender, [identity.organisation_by_ref(ref) for ref in form["invitees"]], "named")
    if tender.follows_id is None:
        tender.stage = _first_stage(form)
    # Rows of a draft are replaced as a whole: nothing refers to them before publication.
    old = select(Lot.id).where(Lot.tender_id == tender.id)
    act.session.execute(delete(Item).where(Item.lot_id.in_(old)))
    act.session.execute(delete(Lot).where(Lot.tender_id == tender.id))
    act.session.execute(delete(Criterion).where(Criterion.tender_id == tender.id))
    act.session.expire(tender, ["lots", "criteria"])
    for row in form["lots"]:
        lot = Lot(tender_id=tender.id, number=row["number"], title=row["title"], ceiling=row["ceiling"])
        act.session.add(lot)
        act.session.flush()
        act.session.add_all(Item(lot_id=lot.id, **item) for item in row["items"])
    act.session.add_all(
        Criterion(tender_id=tender.id, position=position, **one) for position, one in enumerate(form["criteria"])
    )
    tender.search = content.search_words(tender.title, form, tender.authority.name, tender.ref)
    act.session.flush()
    act.session.expire(tender, ["lots", "criteria"])


def _first_stage(form: dict[str, Any]) -> str:
    """Return the stage with which the form's procedure begins; readiness tells where the rule set knows no such one."""
    try:
        return rulesets.load(form["rule_set_id"]).procedure(form["procedure"]).first.id
    except RulesError:
        return "bids"


def _fingerprint(tender: Tender) -> dict[str, Any]:
    """Return the facts of an entry about a draft: its digest, since a draft is not public."""
    form = content.form_of(tender)
    form["closes_at"] = form["closes_at"].isoformat() if form["closes_at"] else None
    form["documents"] = [one.sha256 for one in tender.documents]
    return {"form": digest(canonical(form))}


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise Refusal("tender.reason_missing")
    return words[:2000]
