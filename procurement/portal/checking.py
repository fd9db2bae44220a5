"""What a file that someone brings is worth: a receipt, a notice or a sealed PDF, judged step by step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from foundation.canonical import canonical
from foundation.database import db
from foundation.documents import verify_pdf
from foundation.signing import Verdict
from procurement.evaluation.models import Evaluation
from procurement.notices.models import Notice, Rendition
from procurement.portal.seals import roots, verdict_on
from supervision.trail import checkpoints, merkle, proofs, queries
from supervision.trail.canonical import parse_strict
from supervision.trail.faults import TrailError


@dataclass(frozen=True)
class Check:
    """One step in words: `is_so` says whether it holds, `detail` what it rests on."""

    text: str
    is_so: bool
    detail: str = ""


@dataclass
class Finding:
    """The whole answer: what the file is, whether it holds, the steps, and where it leads."""

    kind: str
    title: str
    is_good: bool
    checks: list[Check] = field(default_factory=list)
    notice: Notice | None = None
    entry: int | None = None


def judge(data: bytes) -> Finding:
    """Return what a file is worth; never raises for what stands in it."""
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    try:
        value = parse_strict(data)
    except TrailError:
        value = None
    found = value.get("format") if isinstance(value, dict) else None
    if found == proofs.FORMAT:
        return _receipt(data)
    if found == "sunseal-notice/1":
        return _notice(data, value)
    if isinstance(found, str) and found.startswith("sunseal-evaluation/"):
        return _evaluation(value)
    return Finding("unknown", _("This is no receipt, notice or sealed PDF of this platform"), False)


def _receipt(data: bytes) -> Finding:
    status = proofs.verify(data, queries.signer().verifier)
    checks = [
        Check(
            _("The entry and its proof lead to the root that the checkpoint names"), status.intact, status.rule or ""
        ),
        Check(_("The checkpoint is signed with the key of this trail"), status.valid),
    ]
    if status.reveals:
        checks.append(Check(_("What the receipt tells is what the entry committed to"), True))
    held = status.valid and _stands(proofs.Receipt.from_data(data), status)
    checks.append(Check(_("The trail still holds this entry at the same place and under the same root"), held))
    good = status.valid and held
    title = _("This receipt is true") if good else _("This receipt does not hold")
    return Finding("receipt", title, good, checks, entry=status.index if good else None)


def _stands(receipt: proofs.Receipt, status: proofs.Status) -> bool:
    """Tell whether today's trail, at the size of the receipt, has the receipt's root."""
    tip = queries.tip()
    named = checkpoints.read(receipt.proof.checkpoint)
    if named.size > tip.size or named.origin != tip.origin:
        return False
    return merkle.root_at(named.size, queries.reader(tip.size).node) == named.root


def _notice(data: bytes, value: dict[str, Any]) -> Finding:
    same_form = _is_canonical(data, value)
    notice = _by_digest(hashlib.sha256(data).hexdigest()) if same_form else None
    checks = [Check(_("The bytes are in the one form that is signed"), same_form)]
    checks.append(Check(_("This platform published exactly these bytes"), notice is not None))
    if notice is not None:
        checks += _seal_checks(verdict_on(notice))
    good = notice is not None and verdict_on(notice).ok
    title = _("This notice is true") if good else _("This is not a notice as we published it")
    return Finding("notice", title, good, checks, notice, notice.entry_index if notice else None)


def _pdf(data: bytes) -> Finding:
    verdict = verify_pdf(data, roots())
    wanted = select(Rendition).where(Rendition.sha256 == hashlib.sha256(data).hexdigest())
    rendition = db.session.execute(wanted).scalars().first()
    checks = _seal_checks(verdict)
    checks.append(Check(_("This platform published exactly this file"), rendition is not None))
    good = verdict.ok and rendition is not None
    title = _("This document is true") if good else _("This is not a document as we published it")
    if rendition is None:
        return Finding("pdf", title, good, checks)
    return Finding("pdf", title, good, checks, rendition.notice, rendition.entry_index)


def _evaluation(value: dict[str, Any]) -> Finding:
    try:
        digest = hashlib.sha256(canonical(value)).hexdigest()
    except (ValueError, TypeError, RecursionError):
        # A number or a text that has no canonical form was never published.
        digest = ""
    found = db.session.execute(select(Evaluation).where(Evaluation.sha256 == digest)).scalars().first()
    checks = [Check(_("This platform published an evaluation with exactly this content"), found is not None)]
    title = _("This evaluation is true") if found else _("This is not an evaluation as we published it")
    return Finding("evaluation", title, found is not None, checks, entry=found.entry_index if found else None)


def _seal_checks(verdict: Verdict) -> list[Check]:
    signer = verdict.signer or ""
    return [
        Check(_("The bytes are those that were signed"), verdict.intact, verdict.rule or ""),
        Check(_("The signature is valid"), verdict.valid),
        Check(_("It is the seal of this platform"), verdict.trusted, signer),
    ]


def _is_canonical(data: bytes, value: dict[str, Any]) -> bool:
    try:
        return canonical(value) == data
    except (ValueError, TypeError, RecursionError):
        return False


def _by_digest(sha256: str) -> Notice | None:
    return db.session.execute(select(Notice).where(Notice.sha256 == sha256)).scalar_one_or_none()
