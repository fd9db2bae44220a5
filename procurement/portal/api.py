"""Open data: every published tender as an OCDS release, one by one or in pages. No login, no key, no limit by name."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, current_app, render_template, request, url_for

from foundation import filters, ocds
from identity.guard import open_to
from identity.rights import Right
from procurement.notices import queries as published
from procurement.portal import queries
from procurement.portal.board import blueprint
from procurement.portal.release import release
from procurement.tender import queries as tenders_of

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


@blueprint.get("/data")
@open_to(Right.READ_PUBLIC)
def data() -> str:
    """Describe the open data and its addresses."""
    latest = queries.tenders(most=1).tenders
    return render_template("portal/data.html", example=latest[0] if latest else None)


@blueprint.get("/api/ocds/<ref>.json")
@open_to(Right.READ_PUBLIC)
def ocds_release(ref: str) -> Response:
    """Give a tender's release package."""
    tender = tenders_of.published_by_ref(ref)
    return _package([_release(tender.ref)], "")


@blueprint.get("/api/ocds/releases.json")
@open_to(Right.READ_PUBLIC)
def ocds_releases() -> Response:
    """Give the releases of all tenders, newest first, in pages."""
    page = queries.tenders(after=request.args.get("after", "")[:40])
    following = _address("portal.ocds_releases", after=page.next) if page.next else ""
    return _package([_release(tender.ref) for tender in page.tenders], following)


def _release(ref: str) -> dict[str, Any]:
    return release([published.content(one) for one in published.of_tender(ref)], address=_address)


def _package(releases: list[dict[str, Any]], following: str) -> Response:
    now = current_app.extensions["clock"].now()
    body = ocds.package(
        releases,
        uri=current_app.config["SETTINGS"].base_url + request.full_path.rstrip("?"),
        published=filters.iso(now),
        publisher="Sunseal",
        license=LICENCE,
        **({"links": {"next": following}} if following else {}),
    )
    answer = Response(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _address(endpoint: str, **values: Any) -> str:
    base: str = current_app.config["SETTINGS"].base_url
    return base + url_for(endpoint, **values)
