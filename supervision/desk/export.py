"""The public export: entries, tiles, checkpoints, notices, evaluations and certificates as one plain folder.

It holds no envelope, no key and no personal data beyond what notices publish. The stand-alone verifier
(`python -m supervision.trail.verify`) judges it without a database or a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from flask import current_app
from sqlalchemy import select

from foundation.canonical import canonical
from foundation.certificates import public_certificates
from foundation.database import db
from procurement.evaluation.models import Evaluation
from procurement.notices.models import Notice, Rendition
from procurement.tender.models import Lot
from supervision.trail import export, layout, notes, queries


def write(folder: Path) -> layout.Manifest:
    """Write the public export of everything up to the present entry into `folder`, which must not exist."""
    tip = queries.tip()
    return export.write(
        folder,
        origin=tip.origin,
        log_signer=queries.signer(),
        entries=queries.bodies(0, tip.size),
        files=_files(tip.size),
        checkpoints=[kept.text.encode() for kept in queries.kept_checkpoints() if kept.size <= tip.size],
        created_at=current_app.extensions["clock"].now(),
        log_keys=older_keys(),
    )


def older_keys() -> list[notes.Verifier]:
    """Return the public log keys of earlier origins, oldest first."""
    folder = current_app.config["SETTINGS"].keys
    return [notes.Verifier.from_text(path.read_text().strip()) for path in sorted(folder.glob("log-*.pub"))]


def _files(size: int) -> Iterator[tuple[str, bytes]]:
    store = current_app.extensions["store"]
    notices = select(Notice).where(Notice.entry_index < size).order_by(Notice.id).execution_options(yield_per=500)
    for notice in db.session.execute(notices).scalars():
        yield f"notices/{notice.ref}.json", notice.body
        yield f"notices/{notice.ref}.p7s", notice.signature
    renditions = select(Rendition, Notice.ref).join(Notice).where(Rendition.entry_index < size).order_by(Rendition.id)
    for rendition, ref in db.session.execute(renditions):
        yield f"notices/{ref}.{rendition.locale}.pdf", b"".join(store.pieces(rendition.storage_key))
    # Marks, reasons and the experts' names are published with the award, or with the framework agreement, not before.
    evaluations = (
        select(Evaluation)
        .join(Lot, Evaluation.lot_id == Lot.id)
        .where(Evaluation.entry_index < size, Lot.state.in_(("awarded", "agreed")))
        .order_by(Evaluation.id)
    )
    for evaluation in db.session.execute(evaluations).scalars():
        lot = db.session.get_one(Lot, evaluation.lot_id)
        yield f"evaluations/{lot.tender.ref}-{lot.number}.json", canonical(evaluation.document)
    for number, certificate in enumerate(public_certificates(current_app.config["SETTINGS"].keys / "seal")):
        yield f"certificates/{number}.pem", certificate.public_bytes(Encoding.PEM)
