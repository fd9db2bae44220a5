"""Publishing: the canonical JSON, signed inside the act, *is* the notice. Its PDF follows after the act."""

from __future__ import annotations

from typing import Any

from flask import current_app

from foundation.canonical import canonical, digest
from foundation.errors import HouseFault
from foundation.references import next_ref
from foundation.signing import sign_detached
from procurement.notices.models import Notice
from supervision.trail.act import Act

FORMAT = "sunseal-notice/1"

# What a notice is about, by the letter of its reference.
_MATTERS = {"T": "tender", "P": "plan", "F": "agreement"}


def subject_of(matter_ref: str, ref: str) -> str:
    """Return a notice in the words of the trail: ``tender/T-2026-000001/notice/N-2026-000001``, ``plan/P-…`` and so on.

    Raises `HouseFault` for the reference of something about which no notice is published.
    """
    matter = _MATTERS.get(matter_ref[:1])
    if matter is None or matter_ref[1:2] != "-":
        raise HouseFault(f"No notice can be about {matter_ref}.")
    return f"{matter}/{matter_ref}/notice/{ref}"


def publish(
    act: Act,
    *,
    kind: str,
    tender_ref: str,
    title: str,
    content: dict[str, Any],
    lot: str = "",
    previous: Notice | None = None,
) -> Notice:
    """Sign and publish a notice of `kind` and write its entry ``notice.publish``.

    `tender_ref` is the reference of whatever it is about: a tender, a project of the plan or a framework agreement.
    `content` is what this kind of notice says (`docs/formats/notice.md`); the head (format, kind, reference, moment,
    the notice it corrects) is added here. Signed by the platform's seal, a key that the server holds.
    """
    settings = current_app.config["SETTINGS"]
    ref = next_ref(act.session, "N", act.now.astimezone(settings.time_zone).year)
    body = canonical(
        {
            "format": FORMAT,
            "kind": kind,
            "ref": ref,
            "issued_at": act.now.astimezone(settings.time_zone).isoformat(timespec="seconds"),
            **({"previous": {"ref": previous.ref, "sha256": previous.sha256}} if previous else {}),
            **content,
        }
    )
    sha256 = digest(body)
    index = act.record(
        "notice.publish",
        subject_of(tender_ref, ref),
        {"notice": ref, "kind": kind, "sha256": sha256, **({"lot": lot} if lot else {})},
    )
    notice = Notice(
        ref=ref,
        kind=kind,
        tender_ref=tender_ref,
        lot=lot,
        title=title,
        body=body,
        sha256=sha256,
        signature=sign_detached(body, current_app.extensions["seal"], act.now),
        issued_at=act.now,
        entry_index=index,
        previous=previous,
    )
    act.session.add(notice)
    act.session.flush()
    return notice
