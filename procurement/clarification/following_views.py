"""Following a tender as pages: an address is typed, proves itself by its link, and leaves by another; and a feed."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from flask import Response, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from foundation.messages import DEFAULT
from identity.guard import open_to
from identity.rights import Right
from procurement.clarification import following, letters
from procurement.clarification.board import blueprint, page_of
from procurement.clarification.forms import FollowForm
from procurement.clarification.timeline import timeline
from procurement.tender import queries as tenders

_ATOM = "http://www.w3.org/2005/Atom"


@blueprint.route("/tenders/<ref>/follow", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def follow(ref: str) -> Any:
    """Ask for an address, and send it the link that begins to tell it of notices."""
    tender, form = tenders.published_by_ref(ref), FollowForm()
    if form.validate_on_submit():
        address, title, tongue = (form.email.data or "").strip(), tender.title, g.get("tongue", DEFAULT)
        token = following.begin(ref, address, tongue)
        if token is not None:
            letters.confirm_following(address, tongue, title, token)
        # The same words in each case: whether an address follows is nobody else's business.
        flash(_("If this address does not follow yet, a link was sent to it. Open it within two days."), "ok")
        return redirect(url_for("clarification.follow", ref=ref), 303)
    return render_template("clarification/follow.html", tender=tender, form=form), 422 if form.errors else 200


@blueprint.route("/follow/<token>", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def confirm_follow(token: str) -> Any:
    """Ask once more, because programs open links too, then begin to tell the address of notices."""
    found, form = following.by_token(token), FlaskForm()
    tender = tenders.published_by_ref(found.tender_ref)
    if form.validate_on_submit():
        ref = following.confirm(token)
        flash(_("From now on every notice of this tender is told to your address."), "ok")
        return redirect(page_of(ref), 303)
    return render_template(
        "clarification/following.html", tender=tender, form=form, token=token, is_on=found.confirmed_at is not None
    )


@blueprint.route("/follow/<token>/end", methods=["GET", "POST"])
@open_to(Right.READ_PUBLIC)
def end_follow(token: str) -> Any:
    """Ask once more, then forget the address."""
    found, form = following.by_token(token), FlaskForm()
    tender = tenders.published_by_ref(found.tender_ref)
    if form.validate_on_submit():
        ref = following.end(token)
        flash(_("Your address was forgotten. No more letters about this tender come to it."), "ok")
        return redirect(page_of(ref), 303)
    return render_template("clarification/unfollow.html", tender=tender, form=form)


@blueprint.get("/tenders/<ref>/feed.atom")
@open_to(Right.READ_PUBLIC)
def feed(ref: str) -> Response:
    """Give the notices of a tender as an Atom feed (RFC 4287), the newest first."""
    tender = tenders.published_by_ref(ref)
    base = current_app.config["SETTINGS"].base_url
    told = timeline(tender)[::-1]
    root = ElementTree.Element("feed", xmlns=_ATOM)
    page = base + page_of(ref)
    _add(root, "id", page)
    _add(root, "title", tender.title)
    _add(root, "updated", told[0].at.isoformat(timespec="seconds"))
    root.append(ElementTree.Element("link", rel="alternate", href=page))
    root.append(ElementTree.Element("link", rel="self", href=base + url_for("clarification.feed", ref=ref)))
    _add(ElementTree.SubElement(root, "author"), "name", tender.authority.name)
    for one in told:
        entry = ElementTree.SubElement(root, "entry")
        address = f"{base}/notices/{one.ref}"
        _add(entry, "id", address)
        _add(entry, "title", str(one.heading))
        _add(entry, "updated", one.at.isoformat(timespec="seconds"))
        entry.append(ElementTree.Element("link", rel="alternate", href=address))
        _add(entry, "summary", one.text)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    # XML 1.0 takes no control character but line ends and tabs.
    clean = "".join(sign for sign in text if sign >= " " or sign in "\n\t")
    ElementTree.SubElement(parent, name).text = clean
