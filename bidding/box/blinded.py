"""Who owns what in the box, and what the trail says of it before the opening: keyed tags, sealed notes, commitments.

Before an opening every entry of the box has one shape: kind and subject ``sealed``, no actor, one commitment. Their
number and moments would still tell how many bids came, so *covers* of the same shape are added at random while a lot is
open. A bid's commitment has a random salt, kept in the bid's sealed note and told to its owner in the receipt. Covers
and nameless refusals have salts derived from a key of their lot and the entry's index; the lot's opening record gives
out that key, and with it anyone tells covers from bids. Each entry belongs to one lot and comes out with that lot
alone: covers told earlier would let the bids of the lots still open be counted.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app

from bidding.box.models import Bid
from bidding.seal import platform
from bidding.seal.platform import PlatformKeys
from foundation.canonical import canonical, digest
from identity.guard import Visitor
from supervision.trail.act import SEALED, Act
from supervision.trail.blinding import Commitment, commit

KIND = "sealed"
COVER = "cover"


@dataclass(frozen=True)
class Owner:
    """Whose bid it is: references of the organisation and of the account that acts for it."""

    organisation: str
    account: str = ""

    @classmethod
    def of(cls, visitor: Visitor) -> Owner:
        """Return the owner that a signed-in visitor acts for."""
        assert visitor.organisation is not None and visitor.account is not None, "The guard lets members in only."
        return cls(visitor.organisation.ref, visitor.account.ref)


@lru_cache(maxsize=4)
def _keys(kek: bytes) -> PlatformKeys:
    return platform.keys_of(kek)


def box_keys() -> PlatformKeys:
    """Return the keys derived from the instance's key-encryption key."""
    return _keys(current_app.config["SETTINGS"].key_encryption_key)


def bid_tag(owner: Owner, tender: str, lot: str) -> str:
    """Return the tag of an owner's bids on one lot."""
    return platform.owner_tag(box_keys(), tender=tender, lot=lot, organisation=owner.organisation)


def upload_tag(owner: Owner, tender: str, lot: str) -> str:
    """Return the tag of an owner's uploads for one lot; it has nothing in common with the tag of the bids."""
    return platform.owner_tag(box_keys(), tender=f"upload/{tender}", lot=lot, organisation=owner.organisation)


def owns(owner: Owner, bid: Bid) -> bool:
    """Tell whether a bid is this owner's."""
    tag = bid_tag(owner, bid.lot.tender.ref, bid.lot.number)
    return hmac.compare_digest(tag, bid.owner_tag)


def shut_note(note: dict[str, Any], reference: str) -> bytes:
    """Seal what only the platform may read of a bid: its owner and the salts of its commitments."""
    return platform.seal_owner(box_keys(), note, reference=reference)


def read_note(bid: Bid) -> dict[str, Any]:
    """Return the note of a bid: ``organisation``, ``account``, ``salt``, ``replaces`` and, once withdrawn, ``end``."""
    return platform.open_owner(box_keys(), bid.owner_sealed, reference=bid.ref)


def envelope_digest(claims: dict[str, Any]) -> str:
    """Return the digest by which a replayed envelope is known: lot, notice and files, without the reference."""
    return digest(canonical({name: claims[name] for name in ("lot", "notice", "envelope", "files")}))


def submit_value(bid: Bid, lot: str, replaces: str | None) -> dict[str, Any]:
    """Return what the entry of a submission commits to. `lot` is ``T-2026-000001/1``."""
    return {
        "act": "bid.submit",
        "lot": lot,
        "bid": bid.ref,
        "envelope": bid.envelope,
        "files": {name: file["sha256"] for name, file in bid.claims["files"].items()},
        "at": instant(bid.submitted_at),
        "replaces": replaces,
        **({"version": bid.version} if bid.version > 1 else {}),
    }


def withdraw_value(bid: Bid, lot: str, at: str) -> dict[str, Any]:
    """Return what the entry of a withdrawal commits to."""
    return {"act": "bid.withdraw", "lot": lot, "bid": bid.ref, "at": at}


def submit_commitment(bid: Bid) -> Commitment:
    """Return the commitment of a bid's submission, built anew from the row and its note."""
    note = read_note(bid)
    return commit(submit_value(bid, lot_words(bid), note["replaces"]), note["salt"])


def end_commitment(bid: Bid) -> tuple[int, Commitment] | None:
    """Return index and commitment of a bid's withdrawal, where there was one."""
    end = read_note(bid).get("end")
    if end is None:
        return None
    return end["index"], commit(withdraw_value(bid, lot_words(bid), end["at"]), end["salt"])


def lot_words(bid: Bid) -> str:
    """Return the lot of a bid as commitments name it."""
    return f"{bid.lot.tender.ref}/{bid.lot.number}"


def instant(moment: Any) -> str:
    """Return a moment as the trail writes it: UTC with microseconds."""
    text: str = moment.isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def cover_key(tender: str, lot: str) -> bytes:
    """Return the key of a lot's covers and nameless refusals; the opening record gives it out."""
    return hmac.new(box_keys().tag, canonical(["sunseal-cover-key/1", tender, lot]), hashlib.sha256).digest()


def nameless(key: bytes, lot: str, index: int, what: str) -> Commitment:
    """Return the commitment of a nameless entry: `what` is ``cover`` or ``refused <rule>``, `index` its place.

    The salt is HMAC-SHA-256 under the lot's cover key of the index in decimal digits.
    """
    salt = hmac.new(key, str(index).encode(), hashlib.sha256).hexdigest()
    return commit({"act": what, "lot": lot, "index": index}, salt)


def record_nameless(act: Act, tender: str, lot: str, what: str) -> int:
    """Append a nameless entry of the common shape and return its index."""
    made = nameless(cover_key(tender, lot), f"{tender}/{lot}", act.next_index, what)
    return record(act, made)


def record(act: Act, commitment: Commitment) -> int:
    """Append an entry of the common shape and return its index."""
    return act.record(KIND, KIND, {"commitment": commitment.digest}, actor=SEALED)
