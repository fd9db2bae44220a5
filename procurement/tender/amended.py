"""What a change of an open tender leads to, and whether the law lets it: nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from foundation.errors import Refusal
from procurement.notices.difference import Difference, difference
from procurement.rules.counting import extended_deadline, latest_before
from procurement.rules.findings import Finding, blocking, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender import content, drafting, queries, readiness
from procurement.tender.models import Amendment, Tender
from procurement.tender.proposed import CHANGEABLE, in_force, proposed
from procurement.tender.publishing import client_bundle

RULE = "clarification.before_deadline"

# Members of the notice that an amendment may change.
_TENDER = (
    "title", "description", "qualifications", "consortium", "budget", "lots", "policies", "terms", "closes_at",
    "opens_at",
)
# Members of the form whose change always may affect bids.
_BEARING = ("qualifications", "accepts_consortium", "policies", "terms", "method", "criteria")


def checked(tender: Tender, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole form a change leads to; what no change may touch is taken from the tender.

    Refuses ``tender.invalid`` with all problems, ``amendment.lots`` where lots were added or taken away.
    """
    own = content.form_of(tender)
    given = {**own, **{name: form[name] for name in (*CHANGEABLE, "lots", "criteria") if name in form}}
    if given["closes_at"] is not None:
        given["closes_at"] = given["closes_at"].replace(microsecond=0)
    found = drafting.checked(given, rule_sets={tender.rule_set_id}, rule_set=tender.rule_set_id)
    if [lot["number"] for lot in found["lots"]] != [lot["number"] for lot in own["lots"]]:
        raise Refusal("amendment.lots")
    # The form's deadline may be left out: it then stays as it is.
    found["closes_at"] = found["closes_at"] or own["closes_at"]
    return found


def as_kept(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form as it is kept in a row: the deadline as text."""
    return {**form, "closes_at": form["closes_at"].isoformat() if form["closes_at"] else None}


def form_kept(amendment: Amendment) -> dict[str, Any]:
    """Return the form of a change as `drafting` has it."""
    kept: dict[str, Any] = amendment.form
    return {**kept, "closes_at": datetime.fromisoformat(kept["closes_at"]) if kept["closes_at"] else None}


def content_after(tender: Tender, form: Mapping[str, Any], files: Sequence[Any] = ()) -> dict[str, Any]:
    """Return the content that would be in force after a change."""
    return amended_content(tender, proposed(tender, form, files))


def changes_of(tender: Tender, form: Mapping[str, Any], files: Sequence[Any] = ()) -> list[Difference]:
    """Return what a change alters of the content in force, in words."""
    return difference(queries.content_in_force(tender), content_after(tender, form, files))


def always_affects(tender: Tender, form: Mapping[str, Any]) -> bool:
    """Tell whether a change always may affect bids, whatever its author declares. `form` comes from `checked`."""
    before, after = _bearing(checked(tender, {})), _bearing(form)
    return before != after


def amendment_issue(tender: Tender, ruleset: RuleSet, *, now: datetime, closes_at: datetime) -> Finding | None:
    """Return what forbids a change that may affect bids now with this deadline: it comes too near to it, or None."""
    before = tender.closes_at
    assert before is not None, "An open tender has a deadline."
    if RULE not in ruleset:
        return None
    earliest = extended_deadline(now, before, ruleset)
    if closes_at >= earliest:
        return None
    rule = ruleset.rule(RULE)
    latest = latest_before(rule, before).ends_at
    return finding(rule, "/closes_at", deadline=closes_at, latest=latest, earliest=earliest)


def suggested_deadline(tender: Tender, now: datetime) -> datetime | None:
    """Return a lawful deadline for a change that may affect bids, with time for the second person; None: no need."""
    ruleset, before = readiness.rule_set_of(tender), tender.closes_at
    if before is None or RULE not in ruleset:
        return None
    minutes = ruleset.rule(RULE).unit == "minutes"
    later = now + (timedelta(minutes=10) if minutes else timedelta(days=1))
    found = extended_deadline(later, before, ruleset)
    if found <= before:
        return None
    step = timedelta(minutes=5 if minutes else 30)
    whole = found.replace(second=0, microsecond=0)
    return found if whole == found and not found.minute % 5 else whole + step - timedelta(minutes=whole.minute % 5)


def demand_lawful(
    tender: Tender, form: Mapping[str, Any], files: Sequence[Any], *, now: datetime, affects_bids: bool
) -> None:
    """Refuse a change that shortens the time, comes too near to the deadline, or breaks a rule of publication."""
    before, after = tender.closes_at, form["closes_at"]
    assert before is not None, "An open tender has a deadline."
    if after < before:
        raise Refusal("amendment.earlier", deadline=before)
    ruleset = readiness.rule_set_of(tender)
    found = amendment_issue(tender, ruleset, now=now, closes_at=after) if affects_bids else None
    if found is not None:
        facts = {"article": found.article, "earliest": found.facts["earliest"]}
        raise Refusal("amendment.too_near", 409, reasons=(found,), **facts)
    # The rules are asked as of the publication, whose periods began then; what they said already then is no news.
    at = tender.published_at or now
    known = {(one.rule_id, one.pointer) for one in readiness.issues(tender, at)}
    stopping = [
        one
        for one in blocking(readiness.issues(proposed(tender, form, files), at))
        if (one.rule_id, one.pointer) not in known
    ]
    if stopping:
        raise Refusal("amendment.not_ready", 409, reasons=tuple(stopping), count=len(stopping))


def amended_content(tender: Tender, shape: Tender) -> dict[str, Any]:
    """Return the content in force with what an amendment may change taken from `shape`."""
    zone, ruleset = current_app.config["SETTINGS"].time_zone, readiness.rule_set_of(tender)
    assert tender.published_at is not None, "Only what is public is amended."
    made = content.notice_of(shape, ruleset, at=tender.published_at, zone=zone, keys=(), bundle=client_bundle())
    found = queries.content_in_force(tender)
    kept = {name: value for name, value in found["tender"].items() if name not in _TENDER}
    found["tender"] = {**kept, **{name: made["tender"][name] for name in _TENDER if name in made["tender"]}}
    places = {one["ref"]: one for one in made["documents"]}
    found["documents"] = [places[one.ref] for one in (in_force(tender) if shape is tender else shape.documents)]
    found["issuer"] = {**found["issuer"], **{name: made["issuer"][name] for name in ("contact", "phone")}}
    found["client"] = made["client"]
    return found


def _bearing(form: Mapping[str, Any]) -> list[Any]:
    """Return what bids are measured against: all of the lots but their titles, which decide nothing."""
    lots = [{name: value for name, value in lot.items() if name != "title"} for lot in form["lots"]]
    return [lots, *(form[name] for name in _BEARING)]
