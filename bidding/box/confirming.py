"""Bids and the versions of their tender: which one a bid stands for, and its owner's word that it stands for the next.

An amendment that may affect bids raises the tender's version. A bid sealed for an older one is confirmed or sealed anew
before the deadline; what is neither stays shut. A confirmation's entry has the common shape of the box, so that nobody
learns that there was one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bidding.box import blinded
from bidding.box.blinded import Owner
from bidding.box.lifecycle import BID
from bidding.box.models import Bid, Confirmation
from bidding.seal.terms import Terms, terms_of
from bidding.seal.versions import in_force
from foundation.canonical import parse
from foundation.errors import HouseFault, Refusal
from procurement.notices import queries as notices
from procurement.notices.difference import Difference, difference
from procurement.notices.models import Notice
from procurement.tender import queries as tenders
from procurement.tender.models import Tender
from supervision.trail import queries as trail
from supervision.trail.act import Act
from supervision.trail.blinding import Commitment, commit, is_opened_by


def confirm(act: Act, bid: Bid, owner: Owner) -> Confirmation:
    """Let a sealed bid stand for the version in force. Refuses 404 ``bid.unknown`` to anybody but its owner.

    Refuses (409) ``bid.before_the_deadline``, ``bid.confirm.not_now``, ``bid.not_open``, ``bid.stands`` (nothing to
    confirm), ``bid.seal_anew`` where items, quantities or criteria changed: the sealed offer cannot answer them.
    """
    if not blinded.owns(owner, bid):
        raise Refusal("bid.unknown", 404)
    tender = bid.lot.tender
    BID.shift(act, bid, "confirm")
    if bid.lot.state != "open":
        raise Refusal("bid.not_open", 409)
    if stands_for(bid) >= tender.version:
        raise Refusal("bid.stands", 409)
    if must_be_sealed_anew(bid):
        raise Refusal("bid.seal_anew", 409)
    found = Confirmation(
        bid_id=bid.id,
        version=tender.version,
        notice_sha256=_raising(tender)[-1],
        confirmed_at=act.now,
    )
    made = commit(confirm_value(bid, found))
    found.salt, found.entry_index = made.salt, blinded.record(act, made)
    act.session.add(found)
    act.session.flush()
    act.session.expire(bid, ["confirmations"])
    return found


def stands_for(bid: Bid) -> int:
    """Return the version of its tender that a bid stands for: its own, or the last one confirmed on record."""
    return max([bid.version, *(one.version for one in bid.confirmations if _is_as_recorded(bid, one))])


def is_standing(bid: Bid) -> bool:
    """Tell whether a bid stands for the version in force."""
    version: int = bid.lot.tender.version
    return stands_for(bid) >= version


def needs_a_word(bid: Bid, now: datetime) -> bool:
    """Tell whether the owner of a bid has to confirm it, or seal it anew, before the deadline."""
    closes_at = bid.lot.tender.closes_at
    if bid.state != "sealed" or bid.lot.state != "open" or closes_at is None or now >= closes_at:
        return False
    return not is_standing(bid)


def changes_for(bid: Bid) -> list[Difference]:
    """Return what changed since the version that a bid stands for."""
    return difference(_content(bid, stands_for(bid)), _content(bid, bid.lot.tender.version))


def must_be_sealed_anew(bid: Bid) -> bool:
    """Tell whether the offer inside cannot answer what is asked now, so that a word of confirmation would not do."""
    return _asked(_terms(bid, stands_for(bid))) != _asked(_terms(bid, bid.lot.tender.version))


def confirm_value(bid: Bid, one: Confirmation) -> dict[str, object]:
    """Return what the entry of a confirmation commits to."""
    return {
        "act": "bid.confirm",
        "lot": blinded.lot_words(bid),
        "bid": bid.ref,
        "version": one.version,
        "notice": one.notice_sha256,
        "at": blinded.instant(one.confirmed_at),
    }


def commitments(bid: Bid) -> list[tuple[int, Commitment]]:
    """Return index and commitment of every confirmation of a bid."""
    return [(one.entry_index, commit(confirm_value(bid, one), one.salt)) for one in bid.confirmations]


def confirmation(bid: Bid, version: int) -> Confirmation:
    """Return a bid's confirmation for a version, or refuse with 404. The caller must know who may see it."""
    for one in bid.confirmations:
        if one.version == version:
            return one
    raise Refusal("bid.unknown", 404)


def unconfirmed(bids: list[Bid]) -> list[Bid]:
    """Return those bids that do not stand for the version in force."""
    return [bid for bid in bids if not is_standing(bid)]


def _is_as_recorded(bid: Bid, one: Confirmation) -> bool:
    """Tell whether the trail committed to this confirmation, so that a row put into the database confirms nothing."""
    try:
        body = parse(trail.by_index(one.entry_index).body)
    except Refusal:
        return False
    return is_opened_by(body["facts"].get("commitment", ""), one.salt, confirm_value(bid, one))


def _raising(tender: Tender) -> list[str]:
    """Return the digests of the amendments that raised the version, in order."""
    found, version = [], 1
    for notice in tenders.amendments_of(tender):
        said = notices.content(notice)
        if said.get("version", version) > version:
            version = said["version"]
            found.append(notice.sha256)
    if version != tender.version:
        raise HouseFault(f"The notices of {tender.ref} do not give version {tender.version}.")
    return found


def _terms(bid: Bid, version: int) -> Terms:
    """Return the terms of the bid's lot as they read in a version."""
    original = notices.by_ref(str(bid.lot.tender.notice_ref)).body
    return terms_of(original, bid.lot.number, bid.envelope, [one.body for one in _until(bid.lot.tender, version)])


def _content(bid: Bid, version: int) -> dict[str, Any]:
    """Return the content of the tender as it read in a version."""
    tender = bid.lot.tender
    notice = notices.by_ref(str(tender.notice_ref))
    said = [notices.content(one) for one in _until(tender, version)]
    found: dict[str, Any] = in_force(notices.content(notice), notice.sha256, said)[0]
    return found


def _until(tender: Tender, version: int) -> list[Notice]:
    """Return the amendments up to a version, those after it that raise nothing included."""
    found: list[Notice] = []
    for notice in tenders.amendments_of(tender):
        if notices.content(notice).get("version", 1) > version:
            break
        found.append(notice)
    return found


def _asked(terms: Terms) -> tuple[object, ...]:
    return (terms.currency, terms.is_priced, terms.quantities, terms.criteria, terms.asked)
