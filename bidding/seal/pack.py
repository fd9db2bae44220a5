"""The packer: seals an offer and its files on the supplier's own machine, without browser and without server.

    python -m bidding.seal.pack --notice notice.json --lot 1 --offer offer.json --file plan.pdf --out sealed

It checks prices and items before it seals, reads again what it sealed, and writes bid.age, bid.key.age,
claims.json and, for the supplier alone, copy/offer.json and copy/manifest.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mimetypes
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bidding.seal.claims import Claims, FileClaim
from bidding.seal.keyrecord import KeyRecord
from bidding.seal.layers import decrypt_stream, encrypt_stream, new_identity, wrap
from bidding.seal.manifest import PYTHON_PACKER, Manifest, SealedFile, Supplier, is_file_name, parse_manifest
from bidding.seal.offer import complete, parse_offer, remarks_on
from bidding.seal.opening import check_intake, file_digest
from bidding.seal.payload import PayloadReader
from bidding.seal.reading import read_json
from bidding.seal.terms import terms_of
from foundation import canonical
from foundation.errors import Refusal

OUTPUTS = ("bid.age", "bid.key.age", "claims.json", "copy")

SENTENCES = {
    "pack.exists": "The folder holds a sealed bid already; sealing again would give other bytes.",
    "pack.file_missing": "This file cannot be read.",
    "pack.file_name": "This file's name cannot be sealed: it is too long or holds control characters.",
    "pack.file_changed": "This file changed while it was being sealed.",
    "pack.reread": "What was read back from the disk is not what was sealed.",
    "pack.notice_digest": "The notice is not the one whose digest was given.",
    "notice.malformed": "This is not a tender notice.",
    "notice.not_canonical": "The notice is not in its signed form (RFC 8785): download it again, unedited.",
    "notice.amendment": "An amendment is missing, out of order, or of another tender: download all of them.",
    "notice.unknown_lot": "The notice has no such lot.",
    "notice.unknown_envelope": "The notice asks for no such envelope.",
    "offer.item_missing": "Every item of the lot must be priced.",
    "offer.unknown_item": "The lot has no such item.",
    "offer.item_twice": "An item is priced twice.",
    "offer.unit_price": "A unit price is a plain decimal with at most six places.",
    "offer.amount": "The amount is not quantity × unit price, rounded half up to two places.",
    "offer.total": "The total is not the sum of the amounts.",
    "offer.zero": "The total is zero.",
    "offer.ceiling": "The total is above the ceiling of the lot.",
    "offer.answer_missing": "A mandatory criterion has no answer.",
    "offer.requirement_not_met": "A mandatory requirement is not met.",
    "offer.unknown_criterion": "The lot has no such criterion.",
    "offer.answer_twice": "A criterion is answered twice.",
    "offer.unpriced": "This stage takes no prices: leave the items out.",
    "offer.value": "The value of a formula is a plain decimal with at most six places.",
    "offer.value_not_asked": "This criterion asks for no value.",
    "offer.value_missing": "A criterion is computed from a value that you state, and it is missing.",
    "offer.answer_files": "An answer names a file that is not enclosed, or names one twice.",
    "offer.evidence_missing": "A criterion must be proved by a file: name it in the answer's files.",
    "offer.declaration_missing": "A declaration that this tender asks for is missing.",
    "offer.declaration_not_asked": "This tender does not ask for this declaration.",
    "offer.not_sme": "Only small and medium enterprises may win this tender.",
    "offer.imported": "Imported goods are not approved for this tender.",
    "offer.shares": "Shares must sum to 100 % of the cost, or at most to 100 % of the contract.",
    "offer.lot": "The offer is for another lot.",
    "offer.currency": "The offer is in another currency.",
    "offer.malformed": "A field of the offer is not what it has to be.",
    "offer.unknown_field": "The offer has a field that the format does not know.",
    "offer.missing_field": "The offer lacks a field.",
}


@dataclass(frozen=True)
class PackFile:
    """A file to seal: where it lies, the name people will see, and its media type."""

    path: Path
    name: str
    type: str

    @staticmethod
    def at(path: Path) -> PackFile:
        """Describe the file at `path` by its own name and the media type its ending suggests."""
        return PackFile(path, path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


@dataclass(frozen=True)
class Sealed:
    """A sealed envelope on the disk: its two files, what travels outside them, and what they hold."""

    bid_path: Path
    key_path: Path
    claims: Claims
    manifest: Manifest
    offer: bytes


def seal(
    notice: bytes,
    lot: str,
    offer: Mapping[str, Any],
    files: Sequence[PackFile],
    supplier: Supplier,
    out: Path,
    *,
    bundle: str = PYTHON_PACKER,
    envelope: int = 1,
    amendments: Sequence[bytes] = (),
) -> Sealed:
    """Seal an offer and its files for one lot into `out`, in constant memory.

    `notice` are the canonical bytes of the signed notice, whose recipients are used, and `amendments` those of its
    amendments in order; the caller has checked the signatures. `offer` may leave out what `offer.complete` fills in.
    Raises `Refusal` with ``pack.…``, ``notice.…`` or ``offer.…``; nothing is written before prices and items are right.
    """
    terms = terms_of(notice, lot, envelope, amendments)
    taken = [name for name in OUTPUTS if (out / name).exists()]
    if taken:
        raise Refusal("pack.exists", folder=str(out), name=taken[0])
    listed = [_listed(one, number) for number, one in enumerate(files, start=1)]
    offer_bytes = json.dumps(complete(offer, terms, supplier, listed), ensure_ascii=False).encode("utf-8")
    parsed = parse_offer(offer_bytes, terms)
    remarks = remarks_on(parsed, terms)
    if remarks:
        raise Refusal(remarks[0].rule, reasons=remarks, **remarks[0].facts)
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".sealing-", dir=out))
    try:
        identity, recipient = new_identity()
        payload = PayloadReader(offer_bytes, listed, [one.path for one in files])
        ciphertext = _encrypt(payload, draft / "bid.age", identity, recipient)
        manifest = Manifest(
            tender=terms.tender,
            lot=lot,
            envelope=envelope,
            notice=terms.notice,
            supplier=parsed.supplier,
            offer=canonical.digest(offer_bytes),
            files=tuple(listed),
            payload_size=payload.size,
            payload_padded=payload.padded,
            ciphertext=ciphertext,
            recipient=recipient,
            bundle=bundle,
            version=terms.version,
        )
        parse_manifest(manifest.as_bytes())
        record = KeyRecord(identity, manifest.as_bytes(), None)
        wrapped = wrap(record.as_bytes(), [layer.recipients for layer in terms.layers])
        _write(draft / "bid.key.age", wrapped)
        key_claim = FileClaim(len(wrapped), canonical.digest(wrapped))
        sealed = {"bid.age": ciphertext, "bid.key.age": key_claim}
        claims = Claims(lot, terms.notice, secrets.token_hex(16), envelope, sealed, terms.version)
        check_intake(draft / "bid.age", draft / "bid.key.age", claims, terms.layers)
        _write(draft / "claims.json", canonical.canonical(claims.as_json()))
        (draft / "copy").mkdir()
        _write(draft / "copy" / "offer.json", offer_bytes)
        _write(draft / "copy" / "manifest.json", manifest.as_bytes())
        for name in OUTPUTS:
            (draft / name).rename(out / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Sealed(out / "bid.age", out / "bid.key.age", claims, manifest, offer_bytes)


class _HashingReader:
    def __init__(self, payload: PayloadReader) -> None:
        self.payload, self.hash = payload, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.payload.read(size)
        self.hash.update(data)
        return data


class _HashingWriter:
    """Hashes what passes and hands it on to a file, where one is given."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self.stream, self.hash, self.size = stream, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.size += len(data)
        if self.stream is not None:
            self.stream.write(data)
        return len(data)

    def flush(self) -> None:
        if self.stream is not None:
            self.stream.flush()


def _encrypt(payload: PayloadReader, path: Path, identity: str, recipient: str) -> FileClaim:
    """Encrypt the payload into `path`, read the file again from the disk, and return its size and digest."""
    reader = _HashingReader(payload)
    with path.open("xb", buffering=1024 * 1024) as stream:
        writer = _HashingWriter(stream)
        encrypt_stream(reader, writer, recipient)
        stream.flush()
        os.fsync(stream.fileno())
    again = _HashingWriter()
    with path.open("rb", buffering=1024 * 1024) as source:
        decrypt_stream(source, again, identity)
    if again.hash.digest() != reader.hash.digest() or file_digest(path) != writer.hash.hexdigest():
        raise Refusal("pack.reread")
    return FileClaim(writer.size, writer.hash.hexdigest())


def _listed(one: PackFile, number: int) -> SealedFile:
    if not is_file_name(one.name):
        raise Refusal("pack.file_name", name=one.name)
    try:
        return SealedFile(
            f"files/{number}", one.name, one.type, one.path.stat().st_size, file_digest(one.path)
        )
    except OSError as fault:
        raise Refusal("pack.file_missing", path=str(one.path)) from fault


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling every refusal on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m bidding.seal.pack", description="Seal a bid for one lot."
    )
    parser.add_argument("--notice", type=Path, required=True, help="the tender notice as downloaded (JSON)")
    parser.add_argument("--notice-digest", help="SHA-256 of the notice, as the tender's page shows it")
    parser.add_argument(
        "--amendment", type=Path, action="append", default=[], help="an amendment of it (JSON), in order; repeatable"
    )
    parser.add_argument("--lot", required=True)
    parser.add_argument("--envelope", type=int, default=1)
    parser.add_argument(
        "--offer", type=Path, required=True, help="prices and answers (docs/formats/offer.md)"
    )
    parser.add_argument(
        "--file", type=Path, action="append", default=[], help="a file to enclose; repeatable"
    )
    parser.add_argument("--supplier-name")
    parser.add_argument("--supplier-number")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the sealed files")
    given = parser.parse_args(arguments)
    try:
        sealed = _run(given)
    except Refusal as refusal:
        for one in refusal.reasons or (refusal,):
            print(f"{one}: {SENTENCES.get(one.rule, 'The bid was not sealed.')}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"{fault.filename or 'The disk'}: {fault.strerror or fault}", file=sys.stderr)
        return 1
    total = json.loads(sealed.offer)["total"]
    print(f"Sealed lot {given.lot} with a total of {total} and {len(sealed.manifest.files)} files.")
    for name, claim in sealed.claims.files.items():
        print(f"{claim.sha256}  {given.out / name}  {claim.size} bytes")
    return 0


def _run(given: argparse.Namespace) -> Sealed:
    notice = given.notice.read_bytes()
    if given.notice_digest and given.notice_digest.lower() != canonical.digest(notice):
        raise Refusal("pack.notice_digest", found=canonical.digest(notice))
    offer = read_json(given.offer.read_bytes(), "offer.malformed", limit=4 * 1024 * 1024)
    if not isinstance(offer, dict):
        raise Refusal("offer.malformed", at="$")
    stated = offer.get("supplier")
    own = stated if isinstance(stated, dict) else {}
    supplier = Supplier(
        given.supplier_name or own.get("name", ""), given.supplier_number or own.get("number", "")
    )
    offer = {name: value for name, value in offer.items() if name not in ("supplier", "files")}
    files = [PackFile.at(path) for path in given.file]
    amended = [one.read_bytes() for one in given.amendment]
    return seal(notice, given.lot, offer, files, supplier, given.out, envelope=given.envelope, amendments=amended)


if __name__ == "__main__":
    sys.exit(main())
