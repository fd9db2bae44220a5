"""Pages that anyone may see without a login: home, tenders, results, guides. Nobody's reading is recorded."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import get_locale

from foundation.errors import Refusal
from identity.guard import open_to, visitor
from identity.rights import Right
from procurement.clarification.timeline import changes_since
from procurement.notices import changed
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.portal import queries, story, words
from procurement.portal.board import blueprint
from procurement.portal.seals import verdict_on
from procurement.tender import attaching, document_paper, invitees, stages
from procurement.tender import queries as tenders_of
from procurement.tender.models import TENDER_DOCUMENT, Tender

# The modules below add their addresses to the blueprint when they are loaded.
from procurement.portal import api, calendar_views, papers, rule_views, trail_views, verify_views  # noqa: F401  isort: skip

__all__ = ["blueprint"]


@blueprint.get("/")
@open_to(Right.READ_PUBLIC)
def home() -> str:
    """Show what closes soon, what was decided last, and how to check us."""
    awards, _next = queries.awards(most=5)
    return render_template(
        "portal/home.html",
        closing=queries.tenders(state="open", most=5).tenders,
        open_count=queries.open_count(),
        awards=[_award_line(one) for one in awards],
        now=current_app.extensions["clock"].now(),
    )


@blueprint.get("/tenders")
@open_to(Right.READ_PUBLIC)
def tenders() -> str:
    """List tenders: all words of the search, one state, one category, by key from page to page."""
    asked = {name: request.args.get(name, "")[:200] for name in ("q", "state", "category", "after")}
    if "state" not in request.args and not asked["q"].strip():
        asked["state"] = "open"
    found = queries.tenders(
        words=asked["q"], state=asked["state"], category=asked["category"], after=asked["after"]
    )
    given: dict[str, Any] = {name: value for name, value in asked.items() if name != "after"}
    following = url_for("portal.tenders", **given, after=found.next) if found.next else None
    return render_template(
        "portal/tenders.html",
        found=found.tenders,
        asked=asked,
        following=following,
        first=url_for("portal.tenders", **given) if asked["after"] else None,
        categories=words.CATEGORIES,
        now=current_app.extensions["clock"].now(),
    )


@blueprint.get("/tenders/<ref>")
@open_to(Right.READ_PUBLIC)
def tender(ref: str) -> str:
    """Tell a tender's story at a glance."""
    found = tenders_of.published_by_ref(ref)
    content = tenders_of.notice_content(found)
    notices = published.of_tender(found.ref)
    original = published.by_ref(found.notice_ref or "")
    states = {lot.number: lot.state for lot in found.lots}
    return render_template(
        "portal/tender.html",
        tender=found,
        content=content,
        notice=original,
        notices=notices,
        changes=[{"told": one, "changed": changed.shown(one.changes)} for one in changes_since(found)],
        states=states,
        awards={one.lot: one for one in notices if one.kind == "award"},
        # Everyone may know the stages that are published; who is invited only its own supplier.
        chain=[one for one in stages.chain(found) if one.published_at is not None],
        is_invited=_is_invited(found),
        named=_named,
        made=attaching.chains(found.documents, TENDER_DOCUMENT),
        is_made_soon=document_paper.is_asked_for(found),
        enclosed=attaching.chains(found.documents),
        steps=story.steps(found, notices),
        verdict=verdict_on(original),
        rule_set_name=_named(content["rule_set"]["title"]),
        words=words,
        now=current_app.extensions["clock"].now(),
    )


def _is_invited(tender: Tender) -> bool:
    """Tell whether the visitor's own organisation may bid; a visitor without one is told by who may bid at all."""
    organisation = visitor().organisation
    if organisation is None or not visitor().has(Right.BID):
        return tender.admits != invitees.INVITED
    return invitees.is_invited(tender, organisation)


@blueprint.get("/results")
@open_to(Right.READ_PUBLIC)
def results() -> str:
    """List the awards, newest first."""
    found, following = queries.awards(after=request.args.get("after", ""))
    return render_template(
        "portal/results.html",
        awards=[_award_line(one) for one in found],
        following=url_for("portal.results", after=following) if following else None,
        first=url_for("portal.results") if "after" in request.args else None,
    )


@blueprint.get("/about")
@open_to(Right.READ_PUBLIC)
def about() -> str:
    """Say what this system is and what it does not promise."""
    return render_template("portal/about.html")


@blueprint.get("/help")
@open_to(Right.READ_PUBLIC)
def help() -> str:
    """Guide each role through its task."""
    return render_template("portal/help.html")


@blueprint.get("/accessibility")
@open_to(Right.READ_PUBLIC)
def accessibility() -> str:
    """State how accessible the pages are."""
    return render_template("portal/accessibility.html")


@blueprint.get("/privacy")
@open_to(Right.READ_PUBLIC)
def privacy() -> str:
    """State what is kept about visitors."""
    return render_template("portal/privacy.html")


def _award_line(notice: Notice) -> dict[str, Any]:
    """Return what a list shows of an award notice; a member that a notice lacks stays empty."""
    award = published.content(notice).get("award", {})
    winner = award.get("winner") or {}
    total = next((one.get("total") for one in award.get("ranking", ()) if one.get("rank") == 1), None)
    return {
        "notice": notice,
        "title": award.get("tender", {}).get("title", notice.title),
        "lot": award.get("lot", {}),
        "winner": winner.get("name", ""),
        "amount": winner.get("amount", ""),
        "total": total or "",
    }


def _named(title: dict[str, str]) -> str:
    """Return a text that a notice holds in three languages, in the reader's."""
    name = title.get(str(get_locale())) or title.get("zh_Hans")
    if not name:
        raise Refusal("notice.unknown", 404)
    return name
