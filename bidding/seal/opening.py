"""Opening an envelope, and the quick look at intake that needs no key.

The steps of `open_envelope` are numbered where they happen; each refuses with a rule name of its own, and
nothing is left in the folder unless all of them passed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidding.seal.claims import Claims, parse_claims
from bidding.seal.headers import AgeFile, check_file, check_padding
from bidding.seal.keyrecord import LARGEST_RECORD, parse_key_record
from bidding.seal.layers import decrypt_stream, recipient_of, unwrap
from bidding.seal.manifest import Manifest, SealedFile, check_manifest, parse_manifest
from bidding.seal.offer import Offer, check_against_manifest, parse_offer, remarks_on
from bidding.seal.padding import KEY_RECORD_FLOOR, sealed_size
from bidding.seal.payload import OFFER, Unpacker
from bidding.seal.terms import Layer, terms_of
from foundation.errors import Refusal

_LAYER_EXTRA = 2048
"""More bytes than version line, MAC line and grease add to the header of one layer."""

_STANZA = len("-> X25519 ") + 43 + 1 + 43 + 1
"""Bytes of one X25519 stanza with its body and line ends."""

_PIECE = 1024 * 1024


@dataclass(frozen=True)
class OpenedFile:
    """One file of an opened envelope, lying at `path` on the disk under a safe name."""

    path: Path
    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Opened:
    """An envelope that opened: its manifest, offer and files, and what the panel has to decide about it.

    `remarks` are refusals that nobody raised (``offer.ceiling`` and the like); `signature` is the
    supplier's CMS signature over `manifest_bytes`, still to be verified by the caller, or None.
    """

    folder: Path
    manifest: Manifest
    manifest_bytes: bytes
    signature: bytes | None
    offer: Offer
    offer_bytes: bytes
    files: tuple[OpenedFile, ...]
    remarks: tuple[Refusal, ...]


def check_intake(
    bid_path: Path, key_path: Path, claims: Claims | bytes | Mapping[str, Any], layers: Sequence[Layer]
) -> None:
    """Check without any key that two uploaded files can be an envelope for these layers.

    Sizes and digests against the claims, strict headers, as many stanzas as the outermost layer has
    recipients, and sizes that padding can give. Raises `Refusal`: ``envelope.size``, ``envelope.digest``
    (fact `file`), ``envelope.not_encrypted``, ``envelope.armored``, ``envelope.header``,
    ``envelope.stanzas``, ``envelope.padding``.
    """
    stated = claims if isinstance(claims, Claims) else parse_claims(claims)
    _check_bytes(bid_path, stated, "bid.age")
    _check_bytes(key_path, stated, "bid.key.age")
    check_padding(check_file(bid_path, 1).plaintext)
    _check_key_size(check_file(key_path, len(layers[0].recipients)), layers)


def open_envelope(
    bid_path: Path,
    key_path: Path,
    identities: Sequence[Sequence[str]],
    claims: Claims | bytes | Mapping[str, Any],
    notice: bytes,
    workdir: Path,
    amendments: Sequence[bytes] = (),
) -> Opened:
    """Open one envelope into `workdir`/<reference of the claims>.

    `identities` are those revealed for each layer, outermost first; `notice` are the canonical bytes of the
    signed notice, `amendments` those of its amendments. The offer is read by the terms in force, whatever version
    the envelope was made for: whether it still stands is for the caller to know. What an interrupted opening left
    is removed, so that opening twice gives the same folder.
    Raises `Refusal` with one rule for each cause (see docs/formats/envelope.md); an `OSError` is ours and
    comes through.
    """
    stated = claims if isinstance(claims, Claims) else parse_claims(claims)
    # 1. The notice is the one that the claims name.
    terms = terms_of(notice, stated.lot, stated.envelope, amendments)
    if terms.notice != stated.notice:
        raise Refusal("envelope.manifest", at="claims.notice")
    # 2. The files are what was submitted, and are strict age files of a possible size.
    check_intake(bid_path, key_path, stated, terms.layers)
    # 3. The revealed identities open every layer.
    record = parse_key_record(
        unwrap(key_path.read_bytes(), identities, [len(one.recipients) for one in terms.layers])
    )
    # 4. The manifest belongs to this notice and to these files.
    manifest = parse_manifest(record.manifest)
    check_manifest(manifest, stated, terms)
    # 5. The one-time identity is the one that the manifest binds.
    if recipient_of(record.identity) != manifest.recipient:
        raise Refusal("envelope.one_time_key")
    if check_file(bid_path, 1).plaintext != manifest.payload_padded:
        raise Refusal("envelope.padding", expected=manifest.payload_padded)
    # 6. The payload decrypts to the end, and every byte of it is what the manifest says.
    folder, partial = workdir / stated.reference, workdir / f"{stated.reference}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _unpack(bid_path, record.identity, manifest, partial)
        # 7. The offer is one for this lot, adds up, and names the same supplier and files.
        offer_bytes = (partial / OFFER).read_bytes()
        offer = parse_offer(offer_bytes, terms)
        check_against_manifest(offer, manifest)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
        _sync(workdir)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Opened(
        folder=folder,
        manifest=manifest,
        manifest_bytes=record.manifest,
        signature=record.signature,
        offer=offer,
        offer_bytes=offer_bytes,
        files=tuple(_opened(folder, one) for one in manifest.files),
        remarks=remarks_on(offer, terms),
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in lowercase hexadecimal, in constant memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(bid_path: Path, identity: str, manifest: Manifest, folder: Path) -> None:
    unpacker = Unpacker(manifest, folder)
    try:
        with bid_path.open("rb", buffering=_PIECE) as source:
            try:
                decrypt_stream(source, unpacker, identity)
            except Refusal as refusal:
                if refusal.rule == "envelope.wrong_key":
                    raise Refusal("envelope.one_time_key") from refusal
                raise
        unpacker.finish()
    finally:
        unpacker.close()
    _sync(folder / "files")
    _sync(folder)


def _check_bytes(path: Path, claims: Claims, name: str) -> None:
    claim = claims.files[name]
    size = path.stat().st_size
    if size != claim.size:
        raise Refusal("envelope.size", file=name, expected=claim.size, found=size)
    if file_digest(path) != claim.sha256:
        raise Refusal("envelope.digest", file=name)


def _check_key_size(found: AgeFile, layers: Sequence[Layer]) -> None:
    """Refuse a key file that is smaller or larger than any wrapped key record for these layers."""
    least, most = KEY_RECORD_FLOOR, LARGEST_RECORD
    for layer in reversed(layers[1:]):
        stanzas = _STANZA * len(layer.recipients)
        least = sealed_size(least) + stanzas
        most = sealed_size(most) + stanzas + _LAYER_EXTRA
    if not least <= found.plaintext <= most:
        raise Refusal("envelope.size", file="bid.key.age", found=found.size)


def _opened(folder: Path, one: SealedFile) -> OpenedFile:
    return OpenedFile(folder / one.path, one.name, one.type, one.size, one.sha256)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
