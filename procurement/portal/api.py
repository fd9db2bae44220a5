"""Open data: every published tender as an OCDS release, one by one or in pages. No login, no key, no limit by name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Response, current_app, render_template, request, url_for

from foundation import filters, ocds
from foundation.errors import Refusal
from identity.guard import open_to
from identity.rights import Right
from procurement.notices import queries as published
from procurement.portal import queries
from procurement.portal.board import blueprint
from procurement.portal.release import history, planned, record, release
from procurement.rules import ruleset as rulesets
from procurement.tender import following
from procurement.tender import queries as tenders_of
from procurement.tender.models import Tender

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
    """Give the release package of a tender, or of an announced project of a plan, as it stands."""
    if ref.startswith("P-"):
        return _answer(_package([_planned(ref)[-1]]))
    tender = tenders_of.published_by_ref(ref)
    return _answer(_package([_release(tender)]))


@blueprint.get("/api/ocds/records/<ref>.json")
@open_to(Right.READ_PUBLIC)
def ocds_record(ref: str) -> Response:
    """Give the record of a procurement: every release of all its stages in their order, and how it stands now."""
    if ref.startswith("P-"):
        root, releases = ref, _planned(ref)
    else:
        root, releases = _history(tenders_of.published_by_ref(ref))
    body = ocds.record_package([record(ocds.ocid(root), releases)], **_head())
    return _answer(body)


@blueprint.get("/api/ocds/releases.json")
@open_to(Right.READ_PUBLIC)
def ocds_releases() -> Response:
    """Give the releases of all tenders, newest first, in pages."""
    page = queries.tenders(after=request.args.get("after", "")[:40])
    later = _address("portal.ocds_releases", after=page.next) if page.next else ""
    return _answer(_package([_release(tender) for tender in page.tenders], later))


def _release(tender: Tender) -> dict[str, Any]:
    return release(_notices(tender.ref), **_about(tender))


def _history(tender: Tender) -> tuple[str, list[dict[str, Any]]]:
    """Return the first stage's reference and the releases of all published stages; a call-off stands by itself."""
    root = _root(tender)
    stages = [one for one in following.chain(tender) if one.published_at is not None and _root(one) == root]
    found = [each for one in stages for each in history(_notices(one.ref), **_about(one))]
    # Two stages may overlap: the old one's result is told after the new one began.
    return root, sorted(found, key=lambda each: datetime.fromisoformat(each["date"]))


def _about(tender: Tender) -> dict[str, Any]:
    """Return what a release needs beside the tender's own notices."""
    earlier, is_call = following.before(tender), _is_call(tender)
    announced = published.of_tender(tender.plan_ref, kind="intention") if tender.plan_ref else []
    return {
        "address": _address,
        "root": _root(tender),
        "framework": earlier[0].ref if is_call and earlier else "",
        "intention": published.content(announced[-1]) if announced and not is_call else None,
    }


def _root(tender: Tender) -> str:
    """Return the reference that gives the ocid: of the first stage, or of a call-off itself."""
    earlier = following.before(tender)
    return earlier[0].ref if earlier and not _is_call(tender) else tender.ref


def _is_call(tender: Tender) -> bool:
    """Tell whether a tender is an order under a framework agreement, a contracting process of its own."""
    if tender.notice_ref is None:
        return False
    return published.by_ref(tender.notice_ref).kind == "call_off"


def _planned(ref: str) -> list[dict[str, Any]]:
    """Return the releases of an announced project of a plan, or refuse with 404."""
    notices = [one for one in _notices(ref) if "plan" in one]
    if not notices:
        raise Refusal("plan.unknown", 404)
    said = notices[0]
    ruleset = rulesets.load(said["rule_set"]["id"])
    named = said["plan"]["procedure"]
    method = next((one.ocds for one in ruleset.procedures if one.id == named), "open")
    return planned(notices, address=_address, method=method)


def _notices(ref: str) -> list[dict[str, Any]]:
    return [published.content(one) for one in published.of_tender(ref)]


def _package(releases: list[dict[str, Any]], later: str = "") -> dict[str, Any]:
    more = {"links": {"next": later}} if later else {}
    return ocds.package(releases, **{**_head(), **more})


def _head() -> dict[str, Any]:
    return {
        "uri": current_app.config["SETTINGS"].base_url + request.full_path.rstrip("?"),
        "published": filters.iso(current_app.extensions["clock"].now()),
        "publisher": "Sunseal",
        "license": LICENCE,
    }


def _answer(body: dict[str, Any]) -> Response:
    answer = Response(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _address(endpoint: str, **values: Any) -> str:
    base: str = current_app.config["SETTINGS"].base_url
    return base + url_for(endpoint, **values)
