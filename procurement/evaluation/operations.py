"""All changes of an evaluation: marks, sign-off, completion.

Each expert works alone. What the trail tells before the end are salted digests under a seat's number: no mark, no name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from bidding.box.models import Bid
from foundation.canonical import canonical, digest
from foundation.errors import Refusal
from procurement.evaluation import completion, queries
from procurement.evaluation.completion import Prepared
from procurement.evaluation.marks import Mark, read_marks, sheet_value
from procurement.evaluation.models import Evaluation, Score, Scoresheet, SignOff
from procurement.notices import operations as notices
from procurement.panel import operations as panels
from procurement.panel import queries as panel
from procurement.panel import readiness
from procurement.panel.models import PanelMember
from procurement.rules.findings import blocking
from procurement.tender import operations as tenders
from procurement.tender.content import local_text
from procurement.tender.models import Lot
from procurement.tender.ownership import subject_of
from supervision.trail.act import PLATFORM, Act
from supervision.trail.blinding import commit

MIN_EFFECTIVE = "evaluation.min_effective"


def save_marks(act: Act, member: PanelMember, bid: Bid, marks: Mapping[str, Mapping[str, Any]]) -> Scoresheet:
    """Keep marks on one bid: ``{criterion: {"points" | "verdict", "reason", "band"}}``. A sheet may have gaps.

    Refuses ``evaluation.marks_refused`` with every problem in `reasons` (range, step, band) and then keeps nothing;
    ``evaluation.not_now``, ``evaluation.signed``, ``panel.not_declared`` and ``panel.ended`` (409).
    """
    lot = bid.lot
    _demand_judging(act, member, lot)
    terms = queries.terms_of(lot)
    queries.bid_to_judge(lot, terms, bid.letter)
    good, problems = read_marks(queries.judged(terms, bid), bid.letter, marks)
    if problems:
        raise Refusal("evaluation.marks_refused", reasons=tuple(problems), count=len(problems))
    sheet = act.session.execute(
        select(Scoresheet).where(Scoresheet.member_id == member.id, Scoresheet.bid_id == bid.id)
    ).scalar_one_or_none()
    kept = queries.marks_of(sheet) | good
    if sheet is not None and kept == queries.marks_of(sheet):
        return sheet
    made = commit(sheet_value(bid.letter, kept))
    if sheet is None:
        sheet = Scoresheet(member_id=member.id, bid_id=bid.id, salt=made.salt, saved_at=act.now)
        act.session.add(sheet)
        act.session.flush()
    sheet.salt, sheet.saved_at = made.salt, act.now
    act.session.execute(delete(Score).where(Score.sheet_id == sheet.id, Score.criterion.in_(good)))
    act.session.add_all(_row(sheet, code, mark) for code, mark in good.items())
    act.session.flush()
    act.session.expire(sheet, ["scores"])
    act.record("evaluation.save", subject_of(lot), {"sheet": made.digest}, actor=panels.seat_actor(member))
    return sheet


def sign_off(act: Act, member: PanelMember, lot: Lot) -> SignOff:
    """Sign all own sheets of a lot. Nothing of them changes any more.

    Refuses ``evaluation.marks_missing`` with everything that is missing in `reasons`, ``panel.incomplete`` (409, with
    the panel's findings), and what `save_marks` refuses.
    """
    _demand_judging(act, member, lot)
    panels.demand_unrelated(act, member)
    blocks = blocking(readiness.findings(lot.tender, panel.members(lot.tender)))
    if blocks:
        raise Refusal("panel.incomplete", 409, reasons=blocks)
    terms = queries.terms_of(lot)
    bids = queries.bids_to_judge(lot, terms)
    gaps = queries.progress(member, lot, bids, terms).missing
    if gaps:
        raise Refusal("evaluation.marks_missing", reasons=gaps, count=len(gaps))
    sheets = queries.sheets_of(member, lot)
    made = commit([sheet_value(bid.letter, queries.marks_of(sheets.get(bid.id))) for bid in bids])
    index = act.record("evaluation.sign_off", subject_of(lot), {"sheets": made.digest}, actor=panels.seat_actor(member))
    signed = SignOff(
        member_id=member.id,
        lot_id=lot.id,
        sheets_sha256=made.digest,
        salt=made.salt,
        signed_at=act.now,
        entry_index=index,
    )
    act.session.add(signed)
    act.session.flush()
    return signed


def complete(act: Act, lot: Lot, prepared: Prepared | None = None) -> Evaluation:
    """Close a lot that everyone on a complete panel has signed: rank it, or let it fail where too few bids are left.

    Run it in an act of the platform, so that no entry names who signed last. A lot that is complete already gives its
    evaluation again. Refuses 409 ``evaluation.not_now`` and ``evaluation.not_signed``.
    """
    done = queries.evaluation_of(lot)
    if done is not None:
        return done
    if lot.state != panel.TO_JUDGE:
        raise Refusal("evaluation.not_now", 409, state=lot.state)
    members = panel.members(lot.tender)
    if not readiness.is_complete(lot.tender, members) or not queries.is_signed_by_all(lot):
        raise Refusal("evaluation.not_signed", 409)
    if prepared is None or prepared.fingerprint != completion.fingerprint(lot):
        prepared = completion.prepare(lot)
    document = prepared.document
    sha256 = digest(canonical(document))
    seats = [one.number for one in members]
    facts = {"sha256": sha256, "format": document["format"], "seats": seats}
    index = act.record("evaluation.complete", subject_of(lot), facts, actor=PLATFORM)
    evaluation = Evaluation(
        lot_id=lot.id, document=document, sha256=sha256, completed_at=act.now, entry_index=index
    )
    act.session.add(evaluation)
    act.session.flush()
    # Those ranked, or those qualified where the stage ranks nobody. A stage may ask for no number of them.
    effective, rules = len(document["result"]["ranking"]), panel.rule_set(lot.tender)
    if MIN_EFFECTIVE in rules and effective < rules.rule(MIN_EFFECTIVE).whole:
        _fail(act, lot, document, sha256, effective)
    else:
        tenders.evaluate_lot(act, lot)
    return evaluation


def read_result(act: Act, lot: Lot) -> None:
    """Record that a supervisor reads an evaluation that is not public yet."""
    act.record("evaluation.read", subject_of(lot))


def read_file(act: Act, member: PanelMember, bid: Bid, ref: str) -> None:
    """Record that a member of the panel opens a file of a bid, under the seat's number."""
    facts = {"bid": bid.ref, "file": ref}
    act.record("bid.read", subject_of(bid.lot), facts, actor=panels.seat_actor(member))


def _fail(act: Act, lot: Lot, document: dict[str, Any], sha256: str, effective: int) -> None:
    """Publish that too few effective bids are left (法36). Whose bids fell, and why, the evaluation keeps."""
    tender, rule = lot.tender, panel.rule_set(lot.tender).rule(MIN_EFFECTIVE)
    zone = current_app.config["SETTINGS"].time_zone
    notice = notices.publish(
        act,
        kind="failure",
        tender_ref=tender.ref,
        lot=lot.number,
        title=tender.title,
        content={
            "issuer": {"ref": tender.authority.ref, "name": tender.authority.name},
            "tender": {"ref": tender.ref, "title": tender.title, "currency": tender.currency},
            "lot": {"lot": lot.number, "title": lot.title, "ceiling": document.get("ceiling")},
            "closes_at": local_text(tender.closes_at, zone),
            "failed_at": local_text(act.now, zone),
            "rule": {"id": rule.id, "value": rule.whole, "article": rule.articles.as_json()},
            "bids_received": len(document["bids"]),
            "bids_effective": effective,
            "evaluation": {"sha256": sha256},
        },
    )
    tenders.fail_lot(act, lot, rule.id)
    facts = {"notice": notice.ref, "rule": rule.id, "effective": effective}
    act.record("evaluation.fail", subject_of(lot), facts)


def _demand_judging(act: Act, member: PanelMember, lot: Lot) -> None:
    if member.ended_at is not None or member.tender_id != lot.tender_id:
        raise Refusal("panel.ended", 409)
    if lot.state != panel.TO_JUDGE:
        raise Refusal("evaluation.not_now", 409, state=lot.state)
    if member.declared_at is None:
        raise Refusal("panel.not_declared", 409)
    if queries.sign_off_of(member, lot) is not None:
        raise Refusal("evaluation.signed", 409)


def _row(sheet: Scoresheet, code: str, mark: Mark) -> Score:
    return Score(sheet_id=sheet.id, criterion=code, points=mark.points, verdict=mark.verdict, reason=mark.reason)
