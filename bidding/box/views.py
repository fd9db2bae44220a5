"""The pages of the box: sealing a bid, one's own bids and receipts, and the opening as everyone sees it."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy import or_, select

from bidding.box import confirming, operations, queries, readers, records, shown
from bidding.box.api import api, demand_supplier
from bidding.box.blinded import Owner
from bidding.box.lifecycle import BID
from bidding.box.models import BidFile
from bidding.box.uploads import demand_invited, files
from bidding.seal.bundle import load_bundle
from bidding.seal.manifest import MOST_FILES
from foundation import web
from foundation.canonical import canonical
from foundation.certificates import public_certificates
from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identity
from identity.guard import act_now, open_to, visitor
from identity.rights import Right
from procurement.notices import changed
from procurement.notices import queries as notices
from procurement.notices.models import Notice
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.tender import law, policies
from procurement.tender import queries as tenders
from procurement.tender.invitees import INVITED, invitations
from procurement.tender.models import Lot, Tender
from procurement.tender.ownership import subject_of
from supervision.trail import queries as trail

blueprint = Blueprint("box", __name__)
blueprint.register_blueprint(api)

# Payload and padding together stay below the largest upload.
_PAYLOAD_SHARE = (85, 100)
_SHOWN_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


@blueprint.get("/bids")
@open_to(Right.BID)
def mine() -> str:
    """Show a supplier's own bids, and the lots that take bids now."""
    now = current_app.extensions["clock"].now()
    owner = Owner.of(visitor())
    rights = {right.value for right in visitor().rights}
    rows: list[dict[str, Any]] = [
        {"bid": bid, "links": shown.lot_links(bid.lot), "may": _offered(bid, rights, now)}
        for bid in queries.own_bids(owner)
    ]
    organisation = identity.organisation_by_ref(owner.organisation)
    invited = {one.id for one in invitations(organisation)}
    open_lots = select(Lot).join(Tender).where(Lot.state == "open", Tender.closes_at > now)
    open_lots = open_lots.where(or_(Tender.admits != INVITED, Tender.id.in_(invited)))
    lots = db.session.execute(open_lots.order_by(Tender.closes_at, Lot.id).limit(50)).scalars()
    sealed_on = {row["bid"].lot_id for row in rows if row["bid"].state == "sealed"}
    listed = [
        {"lot": lot, "links": shown.lot_links(lot), "is_invited": lot.tender_id in invited}
        for lot in lots
        if lot.id not in sealed_on
    ]
    listed.sort(key=lambda row: not row["is_invited"])
    return render_template("box/mine.html", rows=rows, lots=listed, now=now)


@blueprint.get("/bids/<tender>/<lot>/seal")
@open_to(Right.BID)
def seal(tender: str, lot: str) -> str:
    """Show the page that seals a bid in the supplier's own browser, while the lot takes bids."""
    owner_page = demand_supplier()
    found, place = _place(tender, lot)
    now = current_app.extensions["clock"].now()
    if found.closes_at is None or now >= found.closes_at:
        raise Refusal("bid.late", 409, closes_at=found.closes_at, submitted_at=now, article=_article(found, "bid.late"))
    if place.state != "open" or found.notice_ref is None:
        raise Refusal("bid.not_open", 409)
    demand_invited(owner_page, found)
    settings, notice = current_app.config["SETTINGS"], notices.by_ref(found.notice_ref)
    static = Path(str(current_app.static_folder))
    client = load_bundle(static, tenders.content_in_force(found)["client"]["bundle"])
    closes_at = found.closes_at.astimezone(settings.time_zone)
    organisation = visitor().organisation
    assert organisation is not None and owner_page.organisation == organisation.ref
    number = organisation.number or organisation.claimed_number
    certificates = public_certificates(settings.keys / "seal")
    data = {
        "notice_b64": base64.b64encode(notice.body).decode(),
        "notice_p7s_b64": base64.b64encode(notice.signature).decode(),
        "amendments": [
            {
                "notice_b64": base64.b64encode(one.body).decode(),
                "notice_p7s_b64": base64.b64encode(one.signature).decode(),
            }
            for one in tenders.amendments_of(found)
        ],
        "platform_cert_pem": "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates),
        "lot": place.number,
        "envelope": 1,
        "supplier": {"name": organisation.name, "number": number},
        "industry": policies.industry_name(found.policies, law.rule_set_of(found), str(get_locale())),
        "limits": {"files": MOST_FILES, "bytes": settings.most_upload * _PAYLOAD_SHARE[0] // _PAYLOAD_SHARE[1]},
        "csrf": generate_csrf(),
        "server_now": now.astimezone(settings.time_zone).isoformat(),
        "closes_at": closes_at.isoformat(),
        "uploads_url": url_for("box.api.start"),
        "submit_url": url_for("box.api.submit"),
    }
    return render_template(
        "box/seal.html",
        tender={"ref": found.ref, "title": found.title, "url": _tender_url(found), "version": found.version},
        lot={"lot": place.number, "title": place.title},
        closes_at=closes_at,
        client=client,
        client_base=url_for("static", filename=f"{client.folder}/"),
        seal_data=data,
    )


@blueprint.get("/bids/<ref>/receipt")
@open_to(Right.BID)
def receipt(ref: str) -> str:
    """Show the receipt of one's own bid."""
    bid = queries.own(Owner.of(visitor()), ref)
    made = queries.receipt(bid)
    now = current_app.extensions["clock"].now()
    return render_template(
        "box/receipt.html",
        bid=bid,
        organisation=visitor().organisation,
        checks=shown.receipt_checks(bid, made),
        tip=trail.tip(),
        links=shown.lot_links(bid.lot),
        may=_offered(bid, {right.value for right in visitor().rights}, now),
        state=shown.state_of(bid.lot, now),
        tender_url=_tender_url(bid.lot.tender),
        causes=_cause,
    )


@blueprint.get("/bids/<ref>/receipt.json")
@open_to(Right.BID)
def receipt_json(ref: str) -> Response:
    """Give the receipt as a file, with its private part."""
    bid = queries.own(Owner.of(visitor()), ref)
    response = Response(canonical(queries.receipt(bid)), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{bid.ref[:8]}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/bids/<ref>/withdraw", methods=["GET", "POST"])
@open_to(Right.BID)
def withdraw(ref: str) -> Any:
    """Ask, then withdraw one's own bid before the deadline."""
    owner, form = Owner.of(visitor()), FlaskForm()
    bid = queries.own(owner, ref)
    if request.method == "POST" and form.validate_on_submit():
        with act_now() as act:
            operations.withdraw(act, queries.own(owner, ref), owner)
        flash(_("The bid is withdrawn. Its envelope will never be opened."), "ok")
        return redirect(url_for("box.mine"))
    now = current_app.extensions["clock"].now()
    rights = {right.value for right in visitor().rights}
    return render_template(
        "box/withdraw.html", bid=bid, form=form, may=_offered(bid, rights, now), links=shown.lot_links(bid.lot)
    )


@blueprint.route("/bids/<ref>/confirm", methods=["GET", "POST"])
@open_to(Right.BID)
def confirm(ref: str) -> Any:
    """Show what changed since a bid was sealed, and let its owner confirm it as it is."""
    owner, form = Owner.of(visitor()), FlaskForm()
    bid = queries.own(owner, ref)
    if request.method == "POST" and form.validate_on_submit():
        with act_now() as act:
            operations.confirm(act, queries.own(owner, ref), owner)
        flash(_("Confirmed. Your bid stands for the tender as it is now."), "ok")
        return redirect(url_for("box.receipt", ref=ref), 303)
    now = current_app.extensions["clock"].now()
    is_asked = confirming.needs_a_word(bid, now)
    return render_template(
        "box/confirm.html",
        bid=bid,
        form=form,
        is_asked=is_asked,
        changes=changed.shown(confirming.changes_for(bid)) if is_asked else [],
        must_seal=is_asked and confirming.must_be_sealed_anew(bid),
        links=shown.lot_links(bid.lot),
    )


@blueprint.get("/bids/<ref>/confirmations/<int:version>.json")
@open_to(Right.BID)
def confirmation_json(ref: str, version: int) -> Response:
    """Give the receipt of a confirmation as a file, with its private part."""
    bid = queries.own(Owner.of(visitor()), ref)
    response = Response(canonical(queries.confirmation_receipt(bid, version)), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{bid.ref[:8]}-{version}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/openings/<tender>/<lot>")
@open_to(Right.READ_PUBLIC)
def opening(tender: str, lot: str) -> str:
    """Show the opening of a lot: the countdown, then what happens, then the record."""
    found, place = _place(tender, lot)
    now = current_app.extensions["clock"].now()
    state, held = shown.state_of(place, now), queries.opening_of(place)
    failures = [one for one in notices.of_tender(found.ref, kind="failure") if one.lot == place.number]
    rules = law.rule_set_of(found)
    return render_template(
        "box/opening.html",
        tender=found,
        lot=place,
        state=state,
        key=shown.key_of(place, now),
        opening=held,
        bids=queries.public_bids(place),
        is_withheld=queries.is_withheld(place),
        steps=shown.steps(state, held, place),
        happenings=shown.happenings(place, subject_of(place)),
        notice=notices.by_ref(held.notice_ref) if held and held.notice_ref else None,
        failure=failures[-1] if failures else None,
        received=notices.content(failures[-1])["bids_received"] if failures else None,
        least=rules.rule("opening.min_bids") if "opening.min_bids" in rules else None,
        failed_by=_failed_by(rules, failures[-1]) if failures else None,
        rule_locale=str(get_locale() or "zh_Hans"),
        may_read=lambda bid: readers.may_read(visitor(), bid),
        tender_url=_tender_url(found),
        causes=_cause,
    )


@blueprint.get("/openings/<tender>/<lot>/state")
@open_to(Right.READ_PUBLIC)
def opening_state(tender: str, lot: str) -> Response:
    """Tell the state of an opening, for pages that follow it as it happens."""
    _found, place = _place(tender, lot)
    response = jsonify(shown.public_state(place, current_app.extensions["clock"].now()))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/bids/files/<ref>")
@open_to(Right.BID, Right.READ_CASE, Right.READ_TENDER, Right.SCORE)
def file(ref: str) -> Response:
    """Give a file of an opened bid to those entitled; reading it is an act, but for its own supplier."""
    found = queries.file_by_ref(ref)
    if not readers.may_read(visitor(), found.bid):
        raise Refusal("bid.not_entitled", 403)
    if not readers.is_own(visitor(), found.bid):
        with act_now() as act:
            operations.read_file(act, queries.file_by_ref(ref))
    return deliver(queries.file_by_ref(ref))


def deliver(found: BidFile) -> Response:
    """Return a file as an attachment that no browser will run: strangers wrote it."""
    kind = found.media_type if found.media_type in _SHOWN_TYPES else "application/octet-stream"
    response = Response(files().pieces(found.storage_key), content_type=kind)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = _attachment(found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _attachment(name: str) -> str:
    """Return the header for a file name of any script (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _place(tender: str, lot: str) -> tuple[Tender, Lot]:
    found = tenders.published_by_ref(tender)
    return found, tenders.lot_of(found, lot)


def _offered(bid: Any, rights: set[str], now: Any) -> list[str]:
    """Return the moves that a page may offer on a bid now."""
    moment = SimpleNamespace(now=now)
    found = [event for event in BID.offered(bid, rights) if BID.why_not(bid, event, moment) is None]
    return [event for event in found if event != "confirm" or confirming.needs_a_word(bid, now)]


def _article(tender: Tender, rule: str) -> str:
    found = records.article_of(tender, rule) or {}
    return found.get(str(get_locale() or "zh_Hans"), "")


def _cause(rule: str) -> str:
    return web.sentence(rule, {}) if rule in web.SENTENCES else rule


def _failed_by(rules: RuleSet, notice: Notice) -> Rule | None:
    """Return the rule by which a lot failed, as its notice names it."""
    named = (notices.content(notice).get("rule") or {}).get("id", "")
    return next((one for one in rules.rules if one.id == named), None)


def _tender_url(tender: Tender) -> str:
    # The portal stands above this room: its address is known by convention, not by asking it.
    return f"/tenders/{tender.ref}"
