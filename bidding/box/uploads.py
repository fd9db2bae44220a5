"""Bytes on their way. They travel first and prove nothing; what counts is the small act of submitting afterwards.

Everything here is working data, written by `noting()`: parts that came whole, the joined envelope, and their removal.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from bidding.box import blinded
from bidding.box.blinded import Owner
from bidding.box.models import Upload, UploadPart
from bidding.seal.claims import FILES, parse_claims
from bidding.seal.opening import check_intake
from bidding.seal.terms import terms_of
from foundation.database import db, noting
from foundation.errors import Refusal
from foundation.storage import PIECE, Store, sync_folder
from procurement.notices.models import Notice
from procurement.tender import queries as tenders
from procurement.tender.invitees import INVITED, is_on_list
from procurement.tender.models import Lot, Tender
from supervision.trail.act import Act

PART_SIZE = 4 << 20
MOST_KEY_FILE = 1 << 20
MOST_UPLOADS = 20
KEPT = timedelta(days=3)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True)
class Whole:
    """An upload whose two files lie in the store and can be an envelope: plain values, ready for the act."""

    upload: str
    lot_id: int
    notice: str
    claims: dict[str, Any]
    envelope: str
    bid_key: str
    key_key: str


def start_upload(owner: Owner, data: bytes) -> Upload:
    """Begin an upload for the claims in `data` (JSON).

    Refuses what `parse_claims` refuses, ``bid.wrong_notice``, ``bid.late``, ``bid.not_open``, ``bid.too_large`` (413),
    ``bid.not_invited`` (403), ``upload.too_many`` (409).
    """
    claims = parse_claims(data)
    now = current_app.extensions["clock"].now()
    lot = _lot_named(claims.notice, claims.lot)
    closes_at = lot.tender.closes_at
    if closes_at is not None and now >= closes_at:
        raise Refusal("bid.late", 409, closes_at=closes_at, submitted_at=now)
    if lot.state != "open":
        raise Refusal("bid.not_open", 409)
    demand_invited(owner, lot.tender)
    for name, most in (("bid.age", current_app.config["SETTINGS"].most_upload), ("bid.key.age", MOST_KEY_FILE)):
        if claims.files[name].size > most:
            raise Refusal("bid.too_large", 413, most=most)
    tag = blinded.upload_tag(owner, lot.tender.ref, lot.number)
    waiting = select(func.count()).where(Upload.owner_tag == tag, Upload.bid_ref == "", Upload.expires_at > now)
    if db.session.execute(waiting).scalar_one() >= MOST_UPLOADS:
        raise Refusal("upload.too_many", 409, most=MOST_UPLOADS)
    files().demand_room()
    upload = Upload(
        ref=secrets.token_hex(16),
        owner_tag=tag,
        lot_id=lot.id,
        claims=claims.as_json(),
        expires_at=now + KEPT,
        is_whole=False,
        bid_ref="",
        refused="",
    )
    with noting() as session:
        session.add(upload)
    return by_ref(owner, upload.ref)


def demand_invited(owner: Owner, tender: Tender) -> None:
    """Refuse with 403 ``bid.not_invited`` a supplier who is not on the list of a stage that admits only the invited."""
    if tender.admits == INVITED and not is_on_list(tender.id, owner.organisation):
        raise Refusal("bid.not_invited", 403)


def by_ref(owner: Owner, ref: str) -> Upload:
    """Return an owner's upload, or refuse with 404 ``upload.unknown``; another's is as unknown as none."""
    # Parts are noted in transactions of their own, which a read that began before them would not see.
    db.session.rollback()
    found = db.session.execute(
        select(Upload).where(Upload.ref == ref).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None or found.owner_tag != blinded.upload_tag(owner, found.lot.tender.ref, found.lot.number):
        raise Refusal("upload.unknown", 404)
    return found


def by_ref_in(act: Act, ref: str) -> Upload:
    """Return an upload inside an act."""
    return act.session.execute(select(Upload).where(Upload.ref == ref)).scalar_one()


def state(upload: Upload) -> dict[str, Any]:
    """Return what the upload protocol answers: part size, and of each file the number of parts and those that came."""
    have: dict[str, list[int]] = {name: [] for name in FILES}
    rows = db.session.execute(
        select(UploadPart.file, UploadPart.number).where(UploadPart.upload_id == upload.id).order_by(UploadPart.number)
    )
    for file, number in rows:
        have[file].append(number)
    listed = {}
    for name in FILES:
        parts = parts_of(upload, name)
        listed[name] = {"parts": parts, "have": list(range(parts)) if upload.is_whole else have[name]}
    return {"upload": upload.ref, "part_size": PART_SIZE, "files": listed}


def parts_of(upload: Upload, file: str) -> int:
    """Return how many parts a file of this upload has."""
    return -(-int(upload.claims["files"][file]["size"]) // PART_SIZE)


def put_part(upload: Upload, file: str, number: int, body: IO[bytes], content_digest: str) -> None:
    """Store one part in constant memory; the same part again changes nothing.

    `content_digest` is the header of RFC 9530 with ``sha-256``. Refuses ``upload.no_such_part`` (404),
    ``upload.digest_missing``, ``upload.part_size``, ``upload.digest``.
    """
    if file not in FILES or not 0 <= number < parts_of(upload, file):
        raise Refusal("upload.no_such_part", 404)
    wanted = _digest_of(content_digest)
    expected = min(PART_SIZE, int(upload.claims["files"][file]["size"]) - number * PART_SIZE)
    if upload.is_whole:
        return
    here = select(UploadPart).where(
        UploadPart.upload_id == upload.id, UploadPart.file == file, UploadPart.number == number
    )
    old = db.session.execute(here).scalar_one_or_none()
    if old is not None and old.sha256 == wanted:
        return
    running, size = hashlib.sha256(), 0
    with incoming().writing() as (key, target):
        while piece := body.read(PIECE):
            size += len(piece)
            if size > expected:
                break
            running.update(piece)
            target.write(piece)
        if size != expected:
            raise Refusal("upload.part_size", expected=expected)
        if running.hexdigest() != wanted:
            raise Refusal("upload.digest")
    part = UploadPart(upload_id=upload.id, file=file, number=number, size=size, sha256=wanted, storage_key=key)
    try:
        with noting() as session:
            if old is not None:
                session.execute(delete(UploadPart).where(UploadPart.id == old.id))
            session.add(part)
            expires_at = current_app.extensions["clock"].now() + KEPT
            session.execute(update(Upload).where(Upload.id == upload.id).values(expires_at=expires_at))
    except IntegrityError:
        # The same part came twice at once, and the other one was first.
        incoming().remove(key)
        return
    if old is not None:
        incoming().remove(old.storage_key)


def has_all_parts(upload: Upload) -> bool:
    """Tell whether every part has come."""
    came = db.session.execute(select(func.count()).where(UploadPart.upload_id == upload.id)).scalar_one()
    return upload.is_whole or came == sum(parts_of(upload, name) for name in FILES)


def make_whole(upload: Upload) -> Whole:
    """Join the parts to two stored files and check that they can be an envelope; done again it changes nothing.

    Refuses ``upload.incomplete`` (409) and everything that `check_intake` refuses.
    """
    claims: dict[str, Any] = upload.claims
    keys = {name: _stored_key(upload.ref, name) for name in FILES}
    if not upload.is_whole:
        if not has_all_parts(upload):
            raise Refusal("upload.incomplete", 409)
        try:
            for name in FILES:
                _keep(files(), keys[name], _joined(upload, name))
        except FileNotFoundError:
            # Another request joined the same parts and has removed them.
            db.session.rollback()
            if not upload.is_whole:
                raise
        layers = terms_of(_notice(claims["notice"]).body, claims["lot"], claims["envelope"]).layers
        check_intake(files().path(keys["bid.age"]), files().path(keys["bid.key.age"]), claims, layers)
        _settle(upload)
    return Whole(
        upload=upload.ref,
        lot_id=upload.lot_id,
        notice=claims["notice"],
        claims=claims,
        envelope=blinded.envelope_digest(claims),
        bid_key=keys["bid.age"],
        key_key=keys["bid.key.age"],
    )


def remove_expired(now: datetime) -> int:
    """Remove uploads that nobody submitted in time, with their files; returns how many."""
    wanted = select(Upload.id, Upload.ref, Upload.bid_ref).where(Upload.expires_at <= now).limit(200)
    expired = list(db.session.execute(wanted))
    for row in expired:
        _forget_parts(row.id)
        with noting() as session:
            # One that is being submitted at this very moment is no longer what was read above, and stays.
            here = delete(Upload).where(Upload.id == row.id, Upload.bid_ref == row.bid_ref).returning(Upload.id)
            removed = session.execute(here).first() is not None
        if removed and not row.bid_ref:
            for name in FILES:
                files().remove(_stored_key(row.ref, name))
    return len(expired)


def remove_orphans(now: datetime) -> int:
    """Remove parts whose row was never written because a process died in between; returns how many."""
    named = set(db.session.execute(select(UploadPart.storage_key)).scalars())
    limit, removed = (now - timedelta(days=1)).timestamp(), 0
    for path in incoming().folder.glob("*/*"):
        if path.name.removesuffix(".part") not in named and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def files() -> Store:
    """Return the store of what was received whole."""
    store: Store = current_app.extensions["store"]
    return store


def incoming() -> Store:
    """Return the store of parts; it lies beside the other, so that a sweep of orphans can harm no evidence."""
    return Store(files().folder / "incoming")


def _lot_named(notice: str, number: str) -> Lot:
    found = _notice(notice)
    tender = tenders.by_ref(found.tender_ref)
    for lot in tender.lots:
        if lot.number == number and tender.notice_ref == found.ref:
            return lot
    raise Refusal("bid.wrong_notice", 409)


def _notice(sha256: str) -> Notice:
    # Whatever its kind: the notice that a tender was opened with, never an amendment or a notice of something else.
    wanted = select(Notice).join(Tender, Tender.notice_ref == Notice.ref).where(Notice.sha256 == sha256)
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refusal("bid.wrong_notice", 409)
    return found


def _digest_of(header: str) -> str:
    match = _DIGEST.search(header or "")
    try:
        return base64.b64decode(match[1], validate=True).hex() if match else _no_digest()
    except binascii.Error:
        return _no_digest()


def _no_digest() -> str:
    raise Refusal("upload.digest_missing")


def _stored_key(upload: str, file: str) -> str:
    # Derived from the upload's random reference, so that joining again after a crash leaves no second file.
    return hashlib.sha256(f"sunseal-envelope/1/{upload}/{file}".encode()).hexdigest()[:32]


def _joined(upload: Upload, file: str) -> Iterator[bytes]:
    keys = db.session.execute(
        select(UploadPart.storage_key)
        .where(UploadPart.upload_id == upload.id, UploadPart.file == file)
        .order_by(UploadPart.number)
    ).scalars()
    for key in list(keys):
        yield from incoming().pieces(key)


def _keep(store: Store, key: str, pieces: Iterable[bytes]) -> None:
    """Write a file under a given key: temp file, fsync, rename, fsync of the folder."""
    store.demand_room()
    path: Path = store.path(key)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{key}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as target:
            for piece in pieces:
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        temporary.rename(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _settle(upload: Upload) -> None:
    with noting() as session:
        session.execute(update(Upload).where(Upload.id == upload.id).values(is_whole=True))
    _forget_parts(upload.id)


def _forget_parts(upload_id: int) -> None:
    keys = list(db.session.execute(select(UploadPart.storage_key).where(UploadPart.upload_id == upload_id)).scalars())
    with noting() as session:
        session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))
    for key in keys:
        incoming().remove(key)
