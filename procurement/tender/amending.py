"""Changing an open tender: a signed notice that lists what changes, never at the bidders' expense.

A change is prepared as an `Amendment`. What may affect bids needs time before the deadline (条例31) and a second
person; it raises the version of the tender, and bids made for an older one are confirmed or sealed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from foundation import patch
from foundation.canonical import canonical, digest
from foundation.errors import Refusal
from foundation.storage import Stored
from procurement.notices import operations as notices
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.tender import attaching, content, queries, readiness
from procurement.tender.amended import (
    always_affects,
    amended_content,
    as_kept,
    checked,
    demand_lawful,
    form_kept,
)
from procurement.tender.lifecycle import AMENDMENT, TENDER
from procurement.tender.models import Amendment, Criterion, Document, Item, Tender
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from procurement.tender.proposed import CHANGEABLE
from supervision.trail.act import Act

MOST_TEXT = 10000
MOST_FILES = 40


def amend(
    act: Act,
    tender: Tender,
    *,
    text: str,
    closes_at: datetime | None = None,
    form: Mapping[str, Any] | None = None,
) -> Notice:
    """Publish at once a change that cannot affect bids: words, a contact, a later deadline.

    Refuses as `publish` does, and ``amendment.by_another_person`` (409) where the change may affect bids.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "amend", act)
    given = checked(tender, {**(form or content.form_of(tender)), **({"closes_at": closes_at} if closes_at else {})})
    if always_affects(tender, given):
        raise Refusal("amendment.by_another_person", 409)
    return _publish(act, tender, text=text, form=given, affects_bids=False, files=())


def save(
    act: Act, tender: Tender, *, text: str, form: Mapping[str, Any], affects_bids: bool, files: Sequence[Any] = ()
) -> Amendment:
    """Keep a change that is being prepared; a tender has one at a time.

    `files` are further documents (`waiting_file`). A change that always may affect bids is kept as one. Refuses
    ``tender.invalid`` with all problems, ``amendment.waiting`` (409) while one waits for its second person.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "amend", act)
    assert act.account_id is not None, "A person prepares a change."
    given = checked(tender, form)
    found = queries.amendment_of(tender)
    if found is None:
        found = Amendment(tender_id=tender.id, state=AMENDMENT.first, created_by_id=act.account_id, created_at=act.now)
        found.base, found.files, found.reason = _base(tender), [], ""
        act.session.add(found)
    elif found.state != AMENDMENT.first:
        raise Refusal("amendment.waiting", 409)
    found.text, found.form = _text_of(text, is_final=False), as_kept(given)
    found.files = [*found.files, *files][:MOST_FILES]
    found.affects_bids = affects_bids or always_affects(tender, given)
    found.changed_by_id = act.account_id
    act.session.flush()
    act.record("amendment.save", subject_of(tender), _fingerprint(found))
    return found


def take_back(act: Act, amendment: Amendment, place: int) -> str:
    """Take a waiting document off a change; returns the key of its file, to be removed after the act."""
    demand_member(act, amendment.tender.authority)
    if amendment.state != AMENDMENT.first or not 0 <= place < len(amendment.files):
        raise Refusal("document.unknown", 404, ref=str(place))
    key: str = amendment.files[place]["storage_key"]
    amendment.files = [one for at, one in enumerate(amendment.files) if at != place]
    act.record("amendment.save", subject_of(amendment.tender), _fingerprint(amendment))
    return key


def propose(act: Act, amendment: Amendment) -> Amendment:
    """Hand a change that may affect bids to a second person. Refuses as `publish` would now."""
    tender = amendment.tender
    demand_member(act, tender.authority)
    move_or_refuse(AMENDMENT, amendment, "propose", act)
    move_or_refuse(TENDER, tender, "amend", act)
    _demand_fit(act, tender, amendment)
    demand_lawful(tender, form_kept(amendment), amendment.files, now=act.now, affects_bids=amendment.affects_bids)
    _text_of(amendment.text)
    AMENDMENT.make(act, amendment, "propose", subject_of(tender), _fingerprint(amendment))
    return amendment


def give_back(act: Act, amendment: Amendment, reason: str) -> Amendment:
    """Give a change back to its officer, with a reason."""
    demand_member(act, amendment.tender.authority)
    words = reason.strip()
    if not words:
        raise Refusal("tender.reason_missing")
    amendment.reason = words[:2000]
    AMENDMENT.make(act, amendment, "return", subject_of(amendment.tender))
    return amendment


def drop(act: Act, amendment: Amendment) -> list[str]:
    """Put a change aside; returns the keys of its files, to be removed after the act."""
    demand_member(act, amendment.tender.authority)
    AMENDMENT.make(act, amendment, "drop", subject_of(amendment.tender))
    return [one["storage_key"] for one in amendment.files]


def publish(act: Act, amendment: Amendment, *, closes_at: datetime | None = None) -> Notice:
    """Publish a change. Where it may affect bids this takes a second person, who may move the deadline further.

    Refuses (409) ``amendment.by_another_person``, ``amendment.outdated`` (another change came first),
    ``amendment.too_near`` with the article, the earliest lawful deadline (`earliest`) and the finding as its reason,
    ``amendment.not_ready`` (`reasons`); and ``amendment.text_missing``, ``amendment.earlier``.
    """
    tender = amendment.tender
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "amend", act)
    move_or_refuse(AMENDMENT, amendment, "publish", act)
    if amendment.affects_bids and amendment.state != "proposed":
        raise Refusal("amendment.by_another_person", 409)
    _demand_fit(act, tender, amendment)
    form = form_kept(amendment)
    if closes_at is not None:
        form["closes_at"] = max(closes_at.replace(microsecond=0), form["closes_at"])
    notice = _publish(
        act, tender, text=amendment.text, form=form, affects_bids=amendment.affects_bids, files=amendment.files
    )
    amendment.decided_by_id, amendment.decided_at, amendment.notice_ref = act.account_id, act.now, notice.ref
    AMENDMENT.make(act, amendment, "publish", subject_of(tender), {"notice": notice.ref})
    return notice


def waiting_file(
    replaces: str, title: str, file_name: str, media_type: str, stored: Stored, pages: int | None = None
) -> dict[str, Any]:
    """Return a document that waits in a change; its bytes were stored and found harmless before."""
    return {
        "replaces": replaces,
        "title": " ".join(title.split())[:300],
        "file_name": file_name,
        "media_type": media_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "storage_key": stored.key,
        "pages": pages,
    }


def _publish(
    act: Act, tender: Tender, *, text: str, form: dict[str, Any], affects_bids: bool, files: Sequence[Any]
) -> Notice:
    words = _text_of(text)
    demand_lawful(tender, form, files, now=act.now, affects_bids=affects_bids)
    before, closed_at = queries.content_in_force(tender), tender.closes_at
    _fill(act, tender, form)
    for file in files:
        _attach(act, tender, file)
    after = amended_content(tender, tender)
    if affects_bids:
        tender.version += 1
    original = published.by_ref(str(tender.notice_ref))
    earlier = published.of_tender(tender.ref)
    zone = current_app.config["SETTINGS"].time_zone
    said: dict[str, Any] = {
        **content.head_of(tender, readiness.rule_set_of(tender)),
        "tender": {"ref": tender.ref, "title": tender.title, "category": tender.category},
        "original": {"ref": original.ref, "sha256": original.sha256},
        "sequence": sum(one.kind == "amendment" for one in earlier) + 1,
        "version": tender.version,
        "affects_bids": affects_bids,
        "text": words,
        "changes": patch.changes(before, after),
        "closes_at": content.local_text(tender.closes_at, zone),
        "opens_at": content.local_text(tender.closes_at, zone),
    }
    if tender.closes_at != closed_at:
        said["closed_at_before"] = content.local_text(closed_at, zone)
    notice = notices.publish(
        act, kind="amendment", tender_ref=tender.ref, title=tender.title, content=said, previous=earlier[-1]
    )
    facts = {"notice": notice.ref, "closes_at": said["closes_at"], "version": tender.version}
    TENDER.make(act, tender, "amend", subject_of(tender), facts)
    return notice


def _fill(act: Act, tender: Tender, form: Mapping[str, Any]) -> None:
    """Write the form into the rows. Lots keep theirs, which have keys; before the deadline nothing names the others."""
    for name in CHANGEABLE:
        setattr(tender, name, form[name])
    rows = {lot.number: lot for lot in tender.lots}
    act.session.execute(delete(Item).where(Item.lot_id.in_([lot.id for lot in tender.lots])))
    act.session.execute(delete(Criterion).where(Criterion.tender_id == tender.id))
    for given in form["lots"]:
        lot = rows[given["number"]]
        lot.title, lot.ceiling = given["title"], given["ceiling"]
        act.session.add_all(Item(lot_id=lot.id, **item) for item in given["items"])
        act.session.expire(lot, ["items"])
    act.session.add_all(
        Criterion(tender_id=tender.id, position=position, **one) for position, one in enumerate(form["criteria"])
    )
    tender.search = content.search_words(tender.title, dict(form), tender.authority.name, tender.ref)
    act.session.flush()
    act.session.expire(tender, ["criteria"])


def _attach(act: Act, tender: Tender, file: Mapping[str, Any]) -> None:
    stored = Stored(key=file["storage_key"], size=file["size"], sha256=file["sha256"])
    rest = (file["title"], file["file_name"], file["media_type"], stored)
    if not file["replaces"]:
        attaching.enclose_document(act, tender, *rest, pages=file["pages"])
        return
    here = select(Document).where(Document.tender_id == tender.id, Document.ref == file["replaces"])
    document = act.session.execute(here).scalar_one_or_none()
    if document is None:
        raise Refusal("document.unknown", 404, ref=file["replaces"])
    attaching.replace_document(act, tender, document, *rest, pages=file["pages"])


def _demand_fit(act: Act, tender: Tender, amendment: Amendment) -> None:
    if amendment.base != _base(tender):
        raise Refusal("amendment.outdated", 409)


def _base(tender: Tender) -> str:
    """Return the digest of the notice that was last to say how the tender reads."""
    said = [one for one in published.of_tender(tender.ref) if one.kind == "amendment"]
    return said[-1].sha256 if said else published.by_ref(str(tender.notice_ref)).sha256


def _text_of(text: str, *, is_final: bool = True) -> str:
    words = text.strip()
    if not words and is_final:
        raise Refusal("amendment.text_missing")
    if len(words) > MOST_TEXT:
        raise Refusal("amendment.text_too_long", most=MOST_TEXT)
    return words


def _fingerprint(amendment: Amendment) -> dict[str, Any]:
    """Return the facts of an entry about a change that is not public yet: its digest."""
    said = {"text": amendment.text, "form": amendment.form, "files": [one["sha256"] for one in amendment.files]}
    return {"amendment": digest(canonical(said))}
