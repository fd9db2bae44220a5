"""The upload protocol: parts travel first, then one small call submits. Every no is a problem document (RFC 9457)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import get_locale

from bidding.box import operations, queries, records, uploads
from bidding.box.blinded import Owner
from bidding.box.models import Upload
from foundation import web
from foundation.canonical import parse
from foundation.database import db
from foundation.errors import Refusal
from identity.guard import act_now, open_to, visitor
from identity.rights import Right

api = Blueprint("api", __name__, url_prefix="/bids")

MOST_WORDS = 64 << 10
View = TypeVar("View", bound=Callable[..., Any])


def answers_in_json(view: View) -> View:
    """Answer refusals of this view as problem documents, whatever the asker accepts."""

    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except Refusal as no:
            more = {"article": no.facts["article"]} if no.facts.get("article") else {}
            return web.problem(no.rule, no.status, web.sentence(no.rule, no.facts), **more)

    return answer  # type: ignore[return-value]


@api.post("/uploads")
@open_to(Right.BID)
@answers_in_json
def start() -> tuple[Response, int]:
    """Begin an upload for the claims in the body."""
    owner = demand_supplier()
    upload = operations.start_upload(owner, _words())
    return jsonify(uploads.state(upload)), 201


@api.get("/uploads/<ref>")
@open_to(Right.BID)
@answers_in_json
def state(ref: str) -> Response:
    """Tell which parts have come, so that an interrupted upload goes on."""
    return jsonify(uploads.state(uploads.by_ref(Owner.of(visitor()), ref)))


@api.put("/uploads/<ref>/<file>/<int:number>")
@open_to(Right.BID)
@answers_in_json
def put_part(ref: str, file: str, number: int) -> tuple[str, int]:
    """Take one part; with the last one the two files are joined and looked at, so that submitting is quick."""
    _demand_at_most(uploads.PART_SIZE)
    owner = demand_supplier()
    upload = uploads.by_ref(owner, ref)
    operations.put_part(upload, file, number, request.stream, request.headers.get("Content-Digest", ""))
    upload = uploads.by_ref(owner, ref)
    if not upload.is_whole and uploads.has_all_parts(upload):
        try:
            uploads.make_whole(upload)
        except Refusal:
            # This part was right. What is wrong with the whole is told where it counts, at *submit*.
            db.session.rollback()
    return "", 204


@api.post("/submit")
@open_to(Right.BID)
@answers_in_json
def submit() -> tuple[Response, int]:
    """Submit: the one call whose moment counts. Asked again for the same upload it gives the same answer."""
    owner = demand_supplier()
    upload = uploads.by_ref(owner, _upload_named())
    ref = upload.ref
    try:
        whole = uploads.make_whole(upload)
        with act_now() as act:
            bid = operations.submit(act, whole, owner).ref
    except Refusal as no:
        _tell(ref, owner, no)
        raise
    location = url_for("box.receipt", ref=bid)
    return jsonify({"receipt": queries.receipt(queries.by_ref(bid)), "location": location}), 201


def demand_supplier() -> Owner:
    """Return the visitor as an owner of bids, or refuse with 403 ``bid.email_unverified``."""
    who = visitor()
    if who.account is None or who.account.email_verified_at is None:
        raise Refusal("bid.email_unverified", 403)
    return Owner.of(who)


def _demand_at_most(most: int) -> None:
    if (request.content_length or 0) > most:
        raise Refusal("request.too_large", 413)


def _words() -> bytes:
    """Return a small body. Its length is counted, since a chunked one does not state it."""
    _demand_at_most(MOST_WORDS)
    data = request.stream.read(MOST_WORDS + 1)
    if len(data) > MOST_WORDS:
        raise Refusal("request.too_large", 413)
    return data


def _upload_named() -> str:
    try:
        given = parse(_words())
    except (ValueError, RecursionError):
        given = None
    ref = given.get("upload") if isinstance(given, dict) else None
    # Checked before it is looked up: no engine takes a lone surrogate or a zero character as text.
    if not isinstance(ref, str) or not ref.isascii() or not ref.isprintable():
        raise Refusal("request.malformed", 422)
    return ref


def _tell(ref: str, owner: Owner, no: Refusal) -> None:
    """Tell supervision of a refusal in an act of its own, and the asker of the article."""
    upload: Upload = uploads.by_ref(owner, ref)
    if no.rule == "bid.late":
        article = records.article_of(upload.lot.tender, "bid.late")
        no.facts["article"] = article.get(str(get_locale()), "") if article else ""
    if no.rule in operations.TOLD and upload.refused != no.rule:
        with act_now() as act:
            operations.refuse(act, uploads.by_ref_in(act, ref), owner, no.rule)
