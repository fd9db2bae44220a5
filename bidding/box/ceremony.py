"""The heavy middle of an opening: keys, decryption, checks. No act runs meanwhile, and doing it again gives the same.

`operations.release` comes before it and `operations.record` after it. A worker that dies here leaves an opening that
the next sweep finishes; two workers that meet here do the same work twice, and only the first one's record counts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from bidding.box import blinded, confirming, operations, records
from bidding.box.models import Bid, Opening
from bidding.box.records import Result
from bidding.box.uploads import files
from bidding.seal import platform
from bidding.seal.opening import Opened, open_envelope
from foundation.canonical import canonical, parse
from foundation.database import db
from foundation.errors import HouseFault, Refusal
from foundation.storage import Store, sync_folder
from identity import queries as identity
from procurement.notices import queries as notices
from procurement.tender import queries as tenders
from procurement.tender.invitees import INVITED, is_on_list
from procurement.tender.models import LotKey
from supervision.trail import blinding
from supervision.trail import queries as trail
from supervision.trail.act import PLATFORM, acting

log = logging.getLogger("sunseal.box")

# A bid above this many fen is no bid; the limit keeps any figure inside the database's integers.
MOST_PRICE = 10**17

# The bytes of the signed notice and of its amendments, in order.
Said = tuple[bytes, list[bytes]]


def finish(opening_id: int) -> None:
    """Open every sealed bid of a released lot and record what was found; a finished opening is left as it is."""
    db.session.rollback()
    opening = db.session.get(Opening, opening_id)
    if opening is None or opening.state != "opening":
        return
    results = open_bids(opening)
    with acting(PLATFORM) as act:
        operations.record(act, act.session.get_one(Opening, opening_id), results)
    tidy()


def tidy() -> None:
    """Remove what a worker that died left of decrypted files, once their opening is on record."""
    for left in _workroom().glob("*-*"):
        opening = db.session.get(Opening, int(left.name.partition("-")[0]))
        if opening is None or opening.state != "opening":
            shutil.rmtree(left, ignore_errors=True)


def open_bids(opening: Opening) -> list[Result]:
    """Return what each sealed bid of the lot holds. One that cannot be opened has its cause and harms no other.

    A disk that fails is no cause of a bid's: the `OSError` comes through, and the sweep tries again.
    """
    identities = unseal(opening)
    tender = opening.lot.tender
    assert tender.notice_ref is not None, "An open tender has its notice."
    said = (notices.by_ref(tender.notice_ref).body, [one.body for one in tenders.amendments_of(tender)])
    wanted = select(Bid).where(Bid.lot_id == opening.lot_id, Bid.envelope == opening.envelope, Bid.state == "sealed")
    bids = list(db.session.execute(wanted.order_by(Bid.claims_sha256)).scalars())
    workdir = Path(tempfile.mkdtemp(prefix=f"{opening.id}-", dir=_workroom()))
    try:
        return [_result(bid, identities, said, workdir) for bid in bids]
    finally:
        shutil.rmtree(workdir, ignore_errors=True)


def unseal(opening: Opening) -> list[list[str]]:
    """Return the identities of each layer, outermost first. The only place where a lot's key leaves its wrapping.

    It demands an opening that was released, on record and in the past, whatever its caller believes.
    """
    lot, now = opening.lot, current_app.extensions["clock"].now(db.session.connection())
    released = db.session.execute(select(Opening.released_at).where(Opening.id == opening.id)).scalar_one_or_none()
    if released is None or lot.state != "opening" or lot.tender.closes_at is None:
        raise HouseFault("No key is unwrapped before its opening was released on record.")
    if now < lot.tender.closes_at or released < lot.tender.closes_at:
        raise HouseFault("No key is unwrapped before the deadline.")
    layers: dict[int, list[str]] = {}
    wanted = select(LotKey).where(LotKey.lot_id == lot.id, LotKey.envelope == opening.envelope)
    for key in db.session.execute(wanted.order_by(LotKey.position, LotKey.id)).scalars():
        if key.wrapped is None or key.released_at is None:
            raise HouseFault("A key of this lot was not released.")
        layers.setdefault(key.position, []).append(
            platform.unwrap_identity(
                blinded.box_keys(),
                key.wrapped,
                tender=lot.tender.ref,
                lot=lot.number,
                envelope=opening.envelope,
                recipient=key.recipient,
            )
        )
    return list(layers.values())


def _result(bid: Bid, identities: Sequence[Sequence[str]], said: Said, workdir: Path) -> Result:
    try:
        return _opened(bid, identities, said, workdir)
    except Refusal as refusal:
        return Result(bid.ref, cause=refusal.rule)
    except FileNotFoundError:
        log.exception("A sealed file is not in the store.")
        return Result(bid.ref, cause="envelope.lost")
    except (OSError, MemoryError, HouseFault):
        raise
    except Exception:
        # Whatever a stranger's bytes may provoke must not keep the other bids shut.
        log.exception("An envelope could not be read.")
        return Result(bid.ref, cause="envelope.unreadable")


def _opened(bid: Bid, identities: Sequence[Sequence[str]], said: Said, workdir: Path) -> Result:
    demand_as_recorded(bid)
    if not confirming.is_standing(bid):
        raise Refusal("bid.unconfirmed")
    notice, amendments = said
    store = files()
    paths = (store.path(bid.bid_key), store.path(bid.key_key))
    opened = open_envelope(*paths, identities, bid.claims, notice, workdir, amendments)
    _demand_own_supplier(bid, opened, notice)
    # A lot that asks for no price has offers of zero; a priced lot refuses such an offer before it comes here.
    price = int(opened.offer.total * 100) or None
    if price is not None and price > MOST_PRICE:
        raise Refusal("offer.price_out_of_range")
    offer: dict[str, Any] = json.loads(opened.offer_bytes)
    manifest: dict[str, Any] = parse(opened.manifest_bytes)
    remarks = tuple({"rule": one.rule, **{k: str(v) for k, v in one.facts.items()}} for one in opened.remarks)
    canonical([offer, manifest, list(remarks)])
    return Result(
        bid.ref, price=price, offer=offer, manifest=manifest, files=_keep(store, bid, opened), remarks=remarks
    )


def demand_as_recorded(bid: Bid) -> None:
    """Refuse a row that is not what its entry in the trail committed to: somebody changed it in the database."""
    body = parse(trail.by_index(bid.entry_index).body)
    try:
        made = blinded.submit_commitment(bid)
    except (KeyError, Refusal):
        raise Refusal("bid.not_as_recorded") from None
    if not blinding.is_opened_by(body["facts"].get("commitment", ""), made.salt, made.value):
        raise Refusal("bid.not_as_recorded")
    if blinded.envelope_digest(bid.claims) != bid.claims_sha256:
        raise Refusal("bid.not_as_recorded")


def _demand_own_supplier(bid: Bid, opened: Opened, notice: bytes) -> None:
    """Refuse an envelope that names another supplier than the one who handed it in, or one who was not invited."""
    owner = records.owner_of(bid)
    if owner is None:
        raise Refusal("bid.not_as_recorded")
    # The rows may have been changed; what the signed notice admits counts.
    if parse(notice)["tender"].get("admits") == INVITED and not is_on_list(bid.lot.tender_id, owner.ref):
        raise Refusal("bid.not_invited")
    named = opened.manifest.supplier
    numbers = records.numbers_of(owner)
    is_own = identity.normal_number(named.number) in numbers if numbers else named.name == owner.name
    if not is_own:
        raise Refusal("bid.other_supplier")


def _keep(store: Store, bid: Bid, opened: Opened) -> tuple[dict[str, Any], ...]:
    """Move the opened files into the store. A key follows from bid and place, so a second try leaves no second file."""
    kept = []
    for number, file in enumerate(opened.files, start=1):
        key = hashlib.sha256(f"sunseal-opened/1/{bid.ref}/{number}".encode()).hexdigest()[:32]
        path = store.path(key)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(file.path, path)
        sync_folder(path.parent)
        kept.append(
            {
                "ref": hashlib.sha256(f"sunseal-file/1/{bid.ref}/{number}".encode()).hexdigest()[:32],
                "name": file.name,
                "media_type": file.type or "application/octet-stream",
                "size": file.size,
                "sha256": file.sha256,
                "storage_key": key,
            }
        )
    return tuple(kept)


def _workroom() -> Path:
    # Inside the store's folder, so that a rename never crosses file systems.
    folder = files().folder / "opening"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
