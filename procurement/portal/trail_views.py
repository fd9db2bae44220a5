"""The public trail: pages for people, and checkpoint, tiles and keys in C2SP formats for programs."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, current_app, render_template, request, url_for

from foundation.errors import Refusal
from identity.guard import open_to
from identity.rights import Right
from procurement.portal import words
from procurement.portal.board import blueprint
from procurement.portal.drawing import ladder
from supervision.desk.proof import way
from supervision.trail import merkle, queries
from supervision.trail.faults import TrailError
from supervision.trail.proofs import Receipt
from supervision.trail.tiles import ENTRIES, WIDTH, Tile, pack_entries

PAGE = 50
FOREVER = "public, max-age=31536000, immutable"


@blueprint.get("/trail")
@open_to(Right.READ_PUBLIC)
def trail() -> str:
    """List entries, newest first, and explain what the trail is."""
    asked = {name: request.args.get(name, "")[:120] for name in ("kind", "subject", "before")}
    before = int(asked["before"]) if asked["before"].isdecimal() and len(asked["before"]) < 16 else None
    entries = queries.page(before=before, kind=asked["kind"], subject=asked["subject"], most=PAGE)
    given: dict[str, Any] = {"kind": asked["kind"], "subject": asked["subject"]}
    last = entries[-1].index if len(entries) == PAGE else 0
    return render_template(
        "portal/trail.html",
        entries=entries,
        kinds=queries.kinds(),
        asked=asked,
        following=url_for("portal.trail", **given, before=last) if last else None,
        first=url_for("portal.trail", **given) if before is not None else None,
        words=words,
    )


@blueprint.get("/trail/<int:index>")
@open_to(Right.READ_PUBLIC)
def entry(index: int) -> str:
    """Show one entry and prove that it stands in the trail."""
    found = queries.by_index(index)
    receipt = Receipt.from_value(queries.receipt(index))
    tip = queries.tip()
    path = way(index, tip.size, merkle.leaf_hash(found.body), receipt.proof.hashes)
    return render_template(
        "portal/entry.html",
        entry=found,
        body=json.dumps(json.loads(found.body), ensure_ascii=False, indent=2),
        path=path,
        narrow=ladder(path, upright=True),
        broad=ladder(path, upright=False),
        root=path[-1].result if path else merkle.leaf_hash(found.body),
        size=tip.size,
        words=words,
    )


@blueprint.get("/trail/<int:index>/proof")
@open_to(Right.READ_PUBLIC)
def entry_proof(index: int) -> Response:
    """Give the entry with its proof as a receipt file, for any verifier."""
    data = Receipt.from_value(queries.receipt(index)).data()
    answer = Response(data, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="entry-{index}.receipt.json"'
    return answer


@blueprint.get("/trail/checkpoint")
@open_to(Right.READ_PUBLIC)
def checkpoint() -> Response:
    """Give the signed checkpoint of the present tree."""
    return _text(queries.checkpoint())


@blueprint.get("/trail/log-key")
@open_to(Right.READ_PUBLIC)
def log_key() -> Response:
    """Give the key that signs checkpoints, as C2SP verifier-key text. Keep it: it must come from outside a receipt."""
    return _text(f"{queries.signer().verifier.text()}\n".encode())


@blueprint.get("/trail/platform-ca.pem")
@open_to(Right.READ_PUBLIC)
def certificate() -> Response:
    """Give the certificate to which the platform's seal leads, for `openssl cms -verify -CAfile`."""
    return _text(current_app.extensions["seal"].root_pem.encode())


@blueprint.get("/trail/tile/<path:place>")
@open_to(Right.READ_PUBLIC)
def tile(place: str) -> Response:
    """Give a tile of hashes or a bundle of entries (C2SP tlog-tiles), full or partial."""
    try:
        wanted = Tile.from_path(f"tile/{place}")
    except TrailError as error:
        raise Refusal("trail.no_such_tile", 404) from error
    size = queries.tip().size
    level = max(wanted.level, 0)
    start = wanted.index * WIDTH
    # The number of complete subtrees of this level; a tile may not reach beyond them.
    if level * 8 >= size.bit_length() + 8 or start + wanted.width > size >> (8 * level):
        raise Refusal("trail.no_such_tile", 404)
    if wanted.level == ENTRIES:
        data = pack_entries(queries.bodies(start, start + wanted.width))
    else:
        data = queries.reader(size).hashes(wanted.level, wanted.index)[: wanted.width * merkle.HASH_SIZE]
    answer = Response(data, content_type="application/octet-stream")
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _text(data: bytes) -> Response:
    answer = Response(data, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
