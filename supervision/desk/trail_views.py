"""The trail as supervisors search it: entries by filter, one entry with its proof, checkpoints, and who read what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from sqlalchemy.exc import NoResultFound

from foundation.canonical import parse
from foundation.errors import Refusal
from identity.guard import open_to
from identity.rights import Right
from supervision.desk import queries, timeline, words
from supervision.desk.board import blueprint, place
from supervision.desk.forms import FilterForm
from supervision.desk.proof import Step, way
from supervision.trail import merkle
from supervision.trail import queries as trail
from supervision.trail.faults import TrailError
from supervision.trail.models import Entry
from supervision.trail.proofs import Receipt

FILTERS = ("kind", "subject", "actor")


@blueprint.get("/desk/trail", endpoint="trail")
@open_to(Right.READ_CASE)
def entries() -> str:
    """List entries, newest first, by kind, subject and actor."""
    form, before = FilterForm(request.args), place()
    form.kind.choices = [("", words.anything())] + [(kind, words.said(kind, {})) for kind in trail.kinds()]
    found = _found(form, before) if form.validate() else []
    given = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    last = found[-1].index if len(found) == queries.PAGE else None
    who = queries.names(timeline.organisations_in(found))
    return render_template(
        "desk/trail.html",
        form=form,
        lines=[timeline.line(entry, who) for entry in found],
        following=f"{request.path}?{urlencode({**given, 'before': last})}" if last else None,
        first=f"{request.path}?{urlencode(given)}" if before is not None else None,
        is_filtered=bool(given),
        tip=trail.tip(),
    )


@blueprint.get("/desk/trail/<int:index>")
@open_to(Right.READ_CASE)
def entry(index: int) -> str:
    """Show one entry with everything that proves it."""
    found = queries.entry(index)
    who = queries.names(timeline.organisations_in([found]))
    proved = _prove(found)
    return render_template(
        "desk/entry.html",
        entry=found,
        line=timeline.line(found, who),
        body=_spread(found.body),
        proved=proved,
        tender=_tender_of(found),
        checkpoint=trail.checkpoint().decode(),
    )


@blueprint.get("/desk/trail/<int:index>/receipt")
@open_to(Right.READ_CASE)
def receipt(index: int) -> Response:
    """Give an entry with its proof as a file, for any verifier."""
    queries.entry(index)
    data = Receipt.from_value(trail.receipt(index)).data()
    return _download(data, "application/json", f"entry-{index}.receipt.json")


@blueprint.get("/desk/readings")
@open_to(Right.READ_CASE)
def readings() -> str:
    """List who read what, newest first."""
    before = place()
    found = queries.entries(before=before, kinds=queries.READINGS)
    who = queries.names(timeline.organisations_in(found))
    last = found[-1].index if len(found) == queries.PAGE else None
    own = [entry.actor for entry in found if entry.kind == "desk.read"]
    return render_template(
        "desk/readings.html",
        lines=[(timeline.line(entry, who), _tender_of(entry), entry.actor) for entry in found],
        readers=queries.readers(own),
        following=url_for("desk.readings", before=last) if last else None,
        first=url_for("desk.readings") if before is not None else None,
    )


@blueprint.get("/desk/checking")
@open_to(Right.READ_CASE)
def checking() -> str:
    """Say how everything is verified and exported, and list the checkpoints that were given out."""
    before = place()
    kept = queries.kept_checkpoints(before=before)
    return render_template(
        "desk/checking.html",
        tip=trail.tip(),
        log_key=trail.signer().verifier.text(),
        kept=kept,
        following=url_for("desk.checking", before=kept[-1].size) if len(kept) == 20 else None,
        first=url_for("desk.checking") if before is not None else None,
    )


@blueprint.get("/desk/checkpoints/<int:size>")
@open_to(Right.READ_CASE)
def checkpoint(size: int) -> Response:
    """Give a checkpoint that was kept, as the signed note it is."""
    kept = queries.kept_checkpoints(before=size + 1, most=1) if size <= trail.tip().size else []
    if not kept or kept[0].size != size:
        raise Refusal("trail.no_such_checkpoint", 404, size=size)
    return _download(kept[0].text.encode(), "text/plain; charset=utf-8", f"checkpoint-{size}.txt")


@blueprint.get("/desk/log-key")
@open_to(Right.READ_CASE)
def log_key() -> Response:
    """Give the public key that signs checkpoints, for the stand-alone verifier."""
    return _download(f"{trail.signer().verifier.text()}\n".encode(), "text/plain; charset=utf-8", "log-key")


@dataclass(frozen=True)
class Proved:
    """What came of proving an entry: `holds`, its leaf hash computed anew, the steps, the size and root."""

    holds: bool
    leaf: bytes
    stored: bytes
    steps: list[Step]
    size: int
    root: bytes


def _prove(entry: Entry) -> Proved:
    """Compute the way from an entry's bytes to the root; what does not lead there is told, not hidden by an error."""
    tip = trail.tip()
    leaf = merkle.leaf_hash(entry.body)
    try:
        hashes = merkle.inclusion_proof(entry.index, tip.size, trail.reader(tip.size).node)
    except (TrailError, NoResultFound):
        # A stored hash or tile is missing or of another length: there is no way to the root.
        return Proved(False, leaf, entry.leaf_hash, [], tip.size, tip.root)
    steps = way(entry.index, tip.size, leaf, hashes)
    reached = steps[-1].result if steps else leaf
    return Proved(reached == tip.root and leaf == entry.leaf_hash, leaf, entry.leaf_hash, steps, tip.size, tip.root)


def _found(form: FilterForm, before: int | None) -> list[Entry]:
    return queries.entries(
        before=before,
        kinds=[form.kind.data] if form.kind.data else (),
        subject=form.subject_words(),
        actors=queries.actors_named(form.actor.data or ""),
    )


def _spread(body: bytes) -> str:
    """Return an entry's bytes line by line; what is no JSON any more is shown as it stands."""
    try:
        return json.dumps(parse(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body.decode(errors="backslashreplace")


def _tender_of(entry: Entry) -> str:
    subject = entry.subject.split("/")
    return subject[1] if subject[0] == "tender" and len(subject) > 1 else ""


def _download(data: bytes, kind: str, name: str) -> Response:
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
