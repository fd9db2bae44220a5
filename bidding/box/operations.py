"""All changes of the box: submit, withdraw, release, record. A deadline is a comparison under the act's lock."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bidding.box import blinded, records, revealing
from bidding.box.blinded import Owner
from bidding.box.confirming import confirm, unconfirmed
from bidding.box.lifecycle import OPENING, move
from bidding.box.models import Bid, BidFile, Opening, Upload
from bidding.box.records import Result
from bidding.box.uploads import Whole, put_part, start_upload
from foundation.canonical import canonical, parse
from foundation.errors import HouseFault, Refusal
from procurement.notices import operations as notices
from procurement.notices import queries as notice_queries
from procurement.notices.models import Notice
from procurement.tender import invitees
from procurement.tender import operations as tenders
from procurement.tender.invitees import INVITED, is_on_list
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import subject_of
from supervision.trail import queries as trail
from supervision.trail.act import SEALED, Act
from supervision.trail.blinding import commit

__all__ = [
    "abandon",
    "confirm",
    "cover",
    "put_part",
    "read_file",
    "record",
    "refuse",
    "refuse_opening",
    "release",
    "start_upload",
    "submit",
    "withdraw",
]

# Refusals that supervision must hear of, told by an act of their own since the refused one leaves nothing.
TOLD = frozenset({"bid.late", "bid.replayed", "envelope.not_encrypted"})

# What a submission reads and marks: plain statements, made once, because the last minute before a deadline is full of
# them. Columns, not rows: a tender's frozen rule set is large and decides nothing here.
_ASKED = (
    select(
        Lot.state,
        Lot.number,
        Tender.id,
        Tender.ref,
        Tender.closes_at,
        Tender.admits,
        Tender.version,
        Notice.sha256.label("notice"),
        select(Upload.bid_ref).where(Upload.ref == bindparam("upload")).scalar_subquery().label("became"),
        select(Bid.id).where(Bid.claims_sha256 == bindparam("envelope")).scalar_subquery().label("replayed"),
    )
    .join(Tender, Lot.tender_id == Tender.id)
    .outerjoin(Notice, Notice.ref == Tender.notice_ref)
    .where(Lot.id == bindparam("lot_id"))
)
# The tag names the lot too. Asked by the lot as well, SQLite would read every bid of the lot at each submission.
_EARLIER = select(Bid.id).where(
    Bid.owner_tag == bindparam("tag"), Bid.state == "sealed", Bid.envelope == bindparam("number")
)
_SUBMITTED = update(Upload.__table__).where(Upload.ref == bindparam("upload")).values(bid_ref=bindparam("bid"))  # type: ignore[arg-type]


def submit(act: Act, whole: Whole, owner: Owner) -> Bid:
    """Take an envelope into the box. The moment of this act is the moment of the bid; equal to the deadline is late.

    An earlier sealed bid of the same owner on the lot is replaced in the same act. The same upload submitted again
    gives the same bid. Refuses (409) ``bid.late``, ``bid.not_open``, ``bid.wrong_notice``, ``bid.other_version``,
    ``bid.replayed``, and (403) ``bid.not_invited``; a stage that admits everyone asks nothing more for it.
    """
    session, run = act.session, act.session.connection().execute
    lot = run(_ASKED, {"lot_id": whole.lot_id, "upload": whole.upload, "envelope": whole.envelope}).one()
    if lot.became is None:
        raise Refusal("upload.unknown", 404)
    tag = blinded.bid_tag(owner, lot.ref, lot.number)
    if lot.became:
        return _same_again(session, lot.became, tag)
    if act.now >= lot.closes_at:
        raise Refusal("bid.late", 409, closes_at=lot.closes_at, submitted_at=act.now)
    if lot.state != "open":
        raise Refusal("bid.not_open", 409)
    if lot.admits == INVITED and not is_on_list(lot.id, owner.organisation):
        raise Refusal("bid.not_invited", 403)
    if whole.notice != lot.notice:
        raise Refusal("bid.wrong_notice", 409)
    if whole.claims.get("version", 1) != lot.version:
        raise Refusal("bid.other_version", 409)
    if lot.replayed is not None:
        raise Refusal("bid.replayed", 409)
    replaces = _replace_earlier(act, whole, tag)
    bid = Bid(
        ref=secrets.token_hex(16),
        lot_id=whole.lot_id,
        envelope=whole.claims["envelope"],
        state="sealed",
        owner_tag=tag,
        claims=whole.claims,
        claims_sha256=whole.envelope,
        bid_key=whole.bid_key,
        key_key=whole.key_key,
        submitted_at=act.now,
        version=lot.version,
    )
    made = commit(blinded.submit_value(bid, f"{lot.ref}/{lot.number}", replaces))
    bid.owner_sealed = blinded.shut_note(
        {"organisation": owner.organisation, "account": owner.account, "salt": made.salt, "replaces": replaces}, bid.ref
    )
    bid.entry_index = blinded.record(act, made)
    session.add(bid)
    session.flush()
    run(_SUBMITTED, {"upload": whole.upload, "bid": bid.ref})
    return bid


def withdraw(act: Act, bid: Bid, owner: Owner) -> None:
    """Take a bid back before the deadline. Its envelope is never opened. Refuses 404 ``bid.unknown``, 409."""
    if not blinded.owns(owner, bid):
        raise Refusal("bid.unknown", 404)
    move(act, bid, "withdraw")
    at = blinded.instant(act.now)
    made = commit(blinded.withdraw_value(bid, blinded.lot_words(bid), at))
    index = blinded.record(act, made)
    note = blinded.read_note(bid) | {"end": {"salt": made.salt, "index": index, "at": at}}
    bid.owner_sealed = blinded.shut_note(note, bid.ref)


def refuse(act: Act, upload: Upload, owner: Owner, rule: str) -> None:
    """Tell supervision of a refused attempt, once for each upload, and without saying whose it was.

    Before the deadline it takes the common shape and comes out with the lot; after it the entry is open, and who it was
    stays behind a commitment that only the platform can open.
    """
    if rule not in TOLD or upload.refused == rule:
        return
    lot, tender = upload.lot, upload.lot.tender
    upload.refused = rule
    if tender.closes_at is None or act.now < tender.closes_at:
        blinded.record_nameless(act, tender.ref, lot.number, f"refused {rule}")
        return
    value = {
        "act": "bid.refuse",
        "rule": rule,
        "lot": f"{tender.ref}/{lot.number}",
        "reference": upload.claims["reference"],
        "organisation": owner.organisation,
        "at": blinded.instant(act.now),
    }
    key = blinded.box_keys().tag
    salt = hmac.new(key, canonical(["sunseal-refusal/1", upload.ref]), hashlib.sha256).hexdigest()
    facts = {"rule": rule, "commitment": commit(value, salt).digest}
    act.record("bid.refuse", subject_of(lot), facts, actor=SEALED)


def cover(act: Act, lot: Lot) -> None:
    """Add an entry that looks like a bid's, so that counting entries does not count bids."""
    tender = lot.tender
    if lot.state == "open" and tender.closes_at is not None and act.now < tender.closes_at:
        blinded.record_nameless(act, tender.ref, lot.number, blinded.COVER)


def release(act: Act, lot: Lot) -> Opening | None:
    """Begin the opening of a due lot, or let it fail where fewer bids came than its rule set asks for.

    Returns the opening, also when another worker began it; None where the lot has failed. Refuses 409
    ``opening.too_early``: the clock that decides is read under the lock; ``opening.invitees_changed`` where the list of
    invitees is not the one that the notice committed to: then no key is released until it is restored.
    """
    session, tender = act.session, lot.tender
    if tender.closes_at is None or act.now < tender.closes_at:
        raise Refusal("opening.too_early", 409, earliest=tender.closes_at)
    if lot.state != "open":
        return session.execute(select(Opening).where(Opening.lot_id == lot.id)).scalar_one_or_none()
    _demand_invitees(tender)
    bids = _of_lot(session, lot)
    sealed = [bid for bid in bids if bid.state == "sealed"]
    # What its owner did not confirm for the amended tender stays shut and makes no competition.
    rule = records.failing_rule(tender, len(sealed) - len(unconfirmed(sealed)))
    if rule is not None:
        _fail(act, lot, bids, rule)
        return None
    least = records.least_bids(tender)
    opening = Opening(lot_id=lot.id, envelope=1, state=OPENING.first, released_at=act.now)
    session.add(opening)
    tenders.release_lot(act, lot)
    # Where the record is withheld, so is the number of bids.
    counted = {} if records.is_withheld(tender) else {"bids": len(sealed)}
    act.record("opening.release", subject_of(lot), {**counted, **({"least": least["value"]} if least else {})})
    session.flush()
    return opening


def record(act: Act, opening: Opening, results: list[Result]) -> Notice | None:
    """Record what the opening of a lot found, and publish it; None where another worker was first."""
    if opening.state != "opening":
        return None
    session, lot = act.session, opening.lot
    bids = _of_lot(session, lot)
    sealed = [bid for bid in bids if bid.state == "sealed"]
    found = {result.bid: result for result in results}
    if {bid.ref for bid in sealed} != set(found):
        raise HouseFault(f"The opening of {subject_of(lot)} does not cover the bids that were released.")
    owners = {bid.ref: records.owner_of(bid) for bid in bids}
    letters = records.letters(bid for bid in sealed if not found[bid.ref].cause)
    for bid in bids:
        owner = owners[bid.ref]
        bid.supplier_id = owner.id if owner is not None else None
    for bid in sealed:
        result = found[bid.ref]
        move(act, bid, "give_up" if result.cause else "open")
        bid.cause = result.cause
        if result.cause:
            continue
        bid.letter = letters[bid.ref]
        bid.price, bid.offer, bid.manifest = result.price, result.offer, result.manifest
        for file in result.files:
            session.add(BidFile(bid_id=bid.id, **file))
    session.flush()
    said = records.opening_content(opening, bids, found, owners, act.now)
    facts: dict[str, Any] = {"opened": len(letters), "unopenable": len(sealed) - len(letters)}
    told = revealing.waiting_before(lot)
    if records.is_withheld(lot.tender):
        made = commit(said)
        opening.withheld, opening.salt, facts = said, made.salt, {}
        said = records.withheld_content(opening, made.digest, act.now)
    notice = notices.publish(
        act,
        kind="opening",
        tender_ref=lot.tender.ref,
        lot=lot.number,
        title=lot.tender.title,
        content=said | (revealing.earlier(told) if opening.withheld is None else {}),
    )
    if opening.withheld is None:
        revealing.mark(act, told, notice)
    opening.notice_ref = notice.ref
    opening.recorded_at = act.now
    facts["notice"] = notice.ref
    OPENING.make(act, opening, "record", subject_of(lot), facts)
    tenders.open_lot(act, lot)
    session.flush()
    return notice


def refuse_opening(act: Act, lot: Lot, rule: str) -> None:
    """Tell supervision, once, that a lot is not opened because its list of invitees was changed."""
    subject = subject_of(lot)
    if not any(entry.kind == "opening.refuse" for entry in trail.of_subject(subject)):
        act.record("opening.refuse", subject, {"rule": rule})


def abandon(act: Act, lot: Lot) -> None:
    """Leave the envelopes of a cancelled lot shut, and give out the key of its covers."""
    for bid in _of_lot(act.session, lot):
        if bid.state == "sealed":
            move(act, bid, "leave_shut")
    key = blinded.cover_key(lot.tender.ref, lot.number).hex()
    act.record("opening.abandon", subject_of(lot), {"cover_key": key})


def read_file(act: Act, file: BidFile) -> None:
    """Record that somebody of the procedure reads a file of an opened bid."""
    act.record("bid.read", subject_of(file.bid.lot), {"bid": file.bid.ref, "file": file.ref, "sha256": file.sha256})


def _demand_invitees(tender: Tender) -> None:
    """Compare the list of invitees with the digest in the signed notice; the rows alone prove nothing."""
    if tender.notice_ref is None:
        return
    published = parse(notice_queries.by_ref(tender.notice_ref).body)["tender"].get("invitees")
    if published is not None and published["commitment"] != invitees.commitment(tender):
        raise Refusal("opening.invitees_changed", 409)


def _same_again(session: Session, ref: str, tag: str) -> Bid:
    bid = session.execute(select(Bid).where(Bid.ref == ref)).scalar_one()
    if bid.owner_tag != tag:
        raise Refusal("upload.unknown", 404)
    return bid


def _replace_earlier(act: Act, whole: Whole, tag: str) -> str | None:
    asked = {"tag": tag, "number": whole.claims["envelope"]}
    found = act.session.connection().execute(_EARLIER, asked).one_or_none()
    if found is None:
        return None
    earlier = act.session.get_one(Bid, found.id)
    move(act, earlier, "replace")
    return earlier.ref


def _of_lot(session: Session, lot: Lot) -> list[Bid]:
    wanted = select(Bid).where(Bid.lot_id == lot.id, Bid.envelope == 1).order_by(Bid.claims_sha256)
    return list(session.execute(wanted).scalars())


def _fail(act: Act, lot: Lot, bids: list[Bid], rule: dict[str, object]) -> None:
    told = revealing.waiting_before(lot)
    notice = notices.publish(
        act,
        kind="failure",
        tender_ref=lot.tender.ref,
        lot=lot.number,
        title=lot.tender.title,
        content=records.failure_content(lot, bids, rule, act.now) | revealing.earlier(told),
    )
    revealing.mark(act, told, notice)
    for bid in bids:
        if bid.state == "sealed":
            move(act, bid, "leave_shut")
    tenders.fail_lot(act, lot, str(rule["id"]))
    act.record("opening.fail", subject_of(lot), {"notice": notice.ref, "rule": rule["id"]})
