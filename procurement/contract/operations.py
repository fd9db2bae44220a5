"""All changes of a framework agreement: conclude, end a member, end by its date, sum up. Call-offs: `call_offs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import current_app

from foundation.errors import HouseFault, Refusal
from foundation.references import next_ref
from procurement.award import queries as awards
from procurement.award import selection
from procurement.award.models import Selection
from procurement.award.parts import demand_verified, party, published, reason_of
from procurement.contract import framework, queries
from procurement.contract import notice as words
from procurement.contract.lifecycle import AGREEMENT, MEMBER
from procurement.contract.models import Agreement, AgreementMember
from procurement.notices import operations as notices
from procurement.notices import queries as notice_queries
from procurement.notices.models import Notice
from procurement.panel import queries as panels
from procurement.rules.findings import finding
from procurement.rules.ruleset import RuleSet
from procurement.tender import content as tender_content
from procurement.tender import law
from procurement.tender import operations as tenders
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import demand_member, move_or_refuse
from supervision.trail.act import Act

DURATION = "framework.duration_"
SECOND_PRICE_METHODS, ROTATION_KINDS = "framework.second_price_methods", "framework.rotation_kinds"
CONTENTS = "notice.agreement_contents"


def subject_of(agreement: Agreement) -> str:
    """Return an agreement in the words of the trail: ``agreement/F-2026-000001``."""
    return f"agreement/{agreement.ref}"


def ways_of(tender: Tender) -> dict[str, Any]:
    """Return the ways of calling off that the law allows for a tender: stage → its name; rules leave some of them out.

    A second price round follows a price-first admission only, rotation is for services (110号令).
    """
    procedure, rules = law.procedure_of(tender), law.rule_set_of(tender)
    if procedure is None:
        return {}
    found = {one.id: one.name for one in procedure.following(tender.stage) if one.origin == selection.AGREEMENT}
    if SECOND_PRICE_METHODS in rules and tender.method.get("id") not in rules.rule(SECOND_PRICE_METHODS).items:
        found.pop("second_price", None)
    if ROTATION_KINDS in rules and tender.category not in rules.rule(ROTATION_KINDS).items:
        found.pop("rotation", None)
    return found


def latest_end(tender: Tender, starts_on: date) -> date | None:
    """Return the last day that an agreement of this tender may have, None where the law sets no period."""
    rules = law.rule_set_of(tender)
    if f"{DURATION}{tender.category}" not in rules:
        return None
    rule = rules.rule(f"{DURATION}{tender.category}")
    if rule.unit != "years":
        raise HouseFault(f"{rule.id} is in {rule.unit}: agreements are made for years.")
    return framework.latest_end(starts_on, rule.whole)


def conclude(
    act: Act, lot: Lot, *, starts_on: date, ends_on: date, ways: Sequence[str], remark: str = ""
) -> Agreement:
    """Decide on who is admitted, and conclude the agreement with them in the same act: members, prices, notice.

    Refuses 409 ``selection.by_another_person``, ``selection.decide.not_now``, ``panel.own_tender``,
    ``award.supplier_unverified``, ``agreement.notice_incomplete``; 422 ``agreement.in_the_past``,
    ``agreement.ends_first``, ``agreement.too_long`` with the article and the last lawful day, ``agreement.no_way``,
    ``agreement.way_not_allowed``.
    """
    chosen = selection.proposed(act, lot, "decide")
    if chosen.outcome != selection.AGREEMENT:
        raise Refusal("selection.not_this_stage", 409)
    tender = lot.tender
    rules = awards.ruleset_of(tender)
    _demand_period(act, tender, rules, starts_on, ends_on)
    allowed = ways_of(tender)
    if not ways:
        raise Refusal("agreement.no_way")
    for way in ways:
        if way not in allowed:
            raise Refusal("agreement.way_not_allowed", way=way)
    year = act.now.astimezone(current_app.config["SETTINGS"].time_zone).year
    agreement = Agreement(
        ref=next_ref(act.session, "F", year),
        lot_id=lot.id,
        authority_id=tender.authority_id,
        title=f"{tender.title} · {lot.title}"[:300] if len(tender.lots) > 1 else tender.title,
        starts_on=starts_on,
        ends_on=ends_on,
        ways=[one for one in allowed if one in ways],
        state=AGREEMENT.first,
        concluded_at=act.now,
    )
    act.session.add(agreement)
    act.session.flush()
    members = _members(act, agreement, lot, chosen)
    said = _content(act, agreement, lot, chosen, members)
    if CONTENTS in rules:
        rule = rules.rule(CONTENTS)
        missing = words.lacking(said, rule.items)
        if missing:
            found = finding(rule, missing=tuple(rule.label_text(key) for key in missing))
            raise Refusal("agreement.notice_incomplete", 409, reasons=(found,), article=rule.article)
    notice = notices.publish(
        act, kind="agreement", tender_ref=agreement.ref, lot=lot.number, title=agreement.title, content=said
    )
    agreement.notice_ref = notice.ref
    selection.settle(act, lot, chosen, notice, remark)
    tenders.agree_lot(act, lot)
    facts = {
        "agreement": agreement.ref,
        "lot": f"{tender.ref}/{lot.number}",
        "notice": notice.ref,
        "members": len(members),
        "ends_on": ends_on.isoformat(),
    }
    AGREEMENT.make(act, agreement, "conclude", subject_of(agreement), facts)
    act.session.flush()
    act.session.refresh(agreement)
    return agreement


def end_member(act: Act, member: AgreementMember, reason: str) -> Notice:
    """End one member's place, with a reason that everyone reads. Its open call-offs count no offer of it any more.

    Refuses 409 ``agreement_member.end.not_now``, ``agreement.over``; 422 ``agreement.reason_missing``.
    """
    agreement = member.agreement
    demand_member(act, agreement.authority)
    move_or_refuse(MEMBER, member, "end", act)
    if agreement.state != "in_force":
        raise Refusal("agreement.over", 409, ends_on=agreement.ends_on.isoformat())
    said = reason_of(reason)
    if not said:
        raise Refusal("agreement.reason_missing")
    organisation = member.organisation
    notice = notices.publish(
        act,
        kind="termination",
        tender_ref=agreement.ref,
        title=agreement.title,
        content=words.ended_member(
            head=_head(agreement),
            ref=agreement.ref,
            title=agreement.title,
            member={"rank": member.position, "name": organisation.name, "number": organisation.number or ""},
            reason=said,
        ),
        previous=notice_queries.by_ref(agreement.notice_ref or ""),
    )
    member.ended_at, member.end_reason, member.end_notice_ref = act.now, said, notice.ref
    facts = {"agreement": agreement.ref, "rank": member.position, "notice": notice.ref}
    MEMBER.make(act, member, "end", f"{subject_of(agreement)}/member/{member.position}", facts)
    act.session.flush()
    return notice


def end(act: Act, agreement: Agreement) -> Agreement:
    """End an agreement whose last day is over. Refuses 409 ``agreement.too_early``, ``agreement.end.not_now``."""
    if queries.today(act.now) <= agreement.ends_on:
        raise Refusal("agreement.too_early", 409, ends_on=agreement.ends_on.isoformat())
    AGREEMENT.make(act, agreement, "end", subject_of(agreement), {"agreement": agreement.ref})
    act.session.flush()
    return agreement


def summarise(act: Act, agreement: Agreement) -> Notice:
    """Publish what was called off under an agreement that has ended (110号令: within ten workdays of its end).

    Refuses 409 ``agreement.still_in_force``, ``agreement.calls_open`` while a call-off is not decided yet, and
    ``agreement.summarised``.
    """
    demand_member(act, agreement.authority)
    if queries.today(act.now) <= agreement.ends_on:
        raise Refusal("agreement.still_in_force", 409, ends_on=agreement.ends_on.isoformat())
    if agreement.summary_ref is not None:
        raise Refusal("agreement.summarised", 409, ref=agreement.summary_ref)
    running = [one.tender for one in agreement.call_offs if is_running(one.tender)]
    if running:
        raise Refusal("agreement.calls_open", 409, refs=", ".join(one.ref for one in running))
    decided = queries.awards_of(agreement)
    calls: list[dict[str, Any]] = []
    for one in agreement.call_offs:
        if one.tender.published_at is None:
            continue
        calls.append(
            {
                "tender": {"ref": one.tender.ref, "title": one.tender.title},
                "way": one.way,
                "awards": [_award(each.notice_ref or "") for each in decided.get(one.tender_id, [])],
            }
        )
    said = words.summary(
        head=_head(agreement),
        ref=agreement.ref,
        title=agreement.title,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        calls=calls,
    )
    notice = notices.publish(
        act, kind="agreement_summary", tender_ref=agreement.ref, title=agreement.title, content=said
    )
    agreement.summary_ref = notice.ref
    facts = {"agreement": agreement.ref, "notice": notice.ref, "calls": len(calls)}
    act.record("agreement.summarise", subject_of(agreement), facts)
    act.session.flush()
    return notice


def is_running(tender: Tender) -> bool:
    """Tell whether a call-off is published and neither awarded nor ended otherwise."""
    if tender.published_at is None or tender.state == "cancelled":
        return False
    return any(lot.state not in ("awarded", "failed", "cancelled") for lot in tender.lots)


def _demand_period(act: Act, tender: Tender, rules: RuleSet, starts_on: date, ends_on: date) -> None:
    if starts_on < queries.today(act.now):
        raise Refusal("agreement.in_the_past")
    if ends_on < starts_on:
        raise Refusal("agreement.ends_first")
    latest = latest_end(tender, starts_on)
    if latest is not None and ends_on > latest:
        rule = rules.rule(f"{DURATION}{tender.category}")
        raise Refusal("agreement.too_long", years=rule.whole, latest=latest.isoformat(), article=rule.article)


def _members(act: Act, agreement: Agreement, lot: Lot, chosen: Selection) -> list[dict[str, Any]]:
    document = awards.evaluation_of(lot).document
    items = published(lot.tender, lot)["lot"]["items"]
    found = []
    for rank, one in enumerate(chosen.bids, start=1):
        bid = awards.bid_named(lot, document, one["bid"])
        supplier = demand_verified(bid)
        if bid.offer is None:
            raise HouseFault(f"The opened bid {bid.ref} has no offer.")
        prices = words.prices_of(bid.offer, items)
        act.session.add(
            AgreementMember(
                agreement_id=agreement.id,
                organisation_id=supplier.id,
                bid_id=bid.id,
                position=rank,
                prices=prices,
                state=MEMBER.first,
            )
        )
        found.append(words.member_of(rank, one["bid"], party(supplier).as_json(), prices))
    act.session.flush()
    return found


def _content(
    act: Act, agreement: Agreement, lot: Lot, chosen: Selection, members: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    tender, evaluation = lot.tender, awards.evaluation_of(lot)
    names, made = selection.names_of(evaluation), selection.commitment(lot, chosen)
    allowed = ways_of(tender)
    return words.content(
        head=_head(agreement),
        ref=agreement.ref,
        title=agreement.title,
        tender={"ref": tender.ref, "title": tender.title, "category": tender.category},
        lot={"lot": lot.number, "title": lot.title},
        currency=tender.currency,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        ways=[{"id": one, "name": allowed[one].as_json()} for one in agreement.ways],
        members=members,
        not_selected=[
            {"bid": one["bid"], "bidder": names[one["bid"]], "cause": one["cause"], "reason": one["reason"]}
            for one in chosen.left_out
        ],
        experts=awards.judges(lot),
        panel=panels.reveal(tender),
        evaluation_sha256=evaluation.sha256,
        # The salt opens the digests that the proposal's and the decision's entries hold.
        selection={"ref": chosen.ref, "commitment": made.digest, "salt": made.salt},
        challenge=selection.challenge(act, lot),
    )


def _head(agreement: Agreement) -> dict[str, Any]:
    tender = agreement.lot.tender
    return tender_content.head_of(tender, law.rule_set_of(tender))


def _award(ref: str) -> dict[str, Any]:
    notice = notice_queries.by_ref(ref)
    winner = notice_queries.content(notice)["award"]["winner"]
    return {"notice": notice.ref, "sha256": notice.sha256, "supplier": winner["name"], "amount": winner["amount"]}
