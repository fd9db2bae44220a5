"""The public calendar and its feeds, read by a library that is not ours."""

from __future__ import annotations

from datetime import timedelta

import icalendar
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.tender import operations, queries
from tests.builders.people import people
from tests.builders.tenders import a_tender, as_approver, as_officer


def events(client: FlaskClient, path: str) -> list[icalendar.Event]:
    """Return the events of a feed."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return list(icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT"))


def test_calendar_and_feeds_follow_a_tender(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    house = people(app)
    tender, draft = a_tender(house, clock), a_tender(house, clock, open=False)
    (event,) = events(client, "/calendar.ics")
    assert event["UID"].startswith(tender.ref) and event.decoded("DTSTART") == tender.closes_at
    assert event["STATUS"] == "CONFIRMED" and tender.title in event["SUMMARY"]
    assert events(client, "/calendar.ics?category=services") == []
    later = tender.closes_at + timedelta(minutes=5)
    with as_officer(house) as act:
        operations.amend(act, queries.by_ref(tender.ref), text="延期", closes_at=later)
    assert events(client, f"/tenders/{tender.ref}.ics")[0].decoded("DTSTART") == later
    with as_approver(house) as act:
        operations.cancel(act, queries.by_ref(tender.ref), "需求取消")
    assert events(client, "/calendar.ics")[0]["STATUS"] == "CANCELLED"
    assert client.get(f"/tenders/{draft.ref}.ics").status_code == 404
    month = client.get("/calendar?month=2026-11").text
    assert tender.title in month and draft.ref not in month
    assert tender.title not in client.get("/calendar?month=2026-12").text
    for wrong in ("2026-13", "0001-01", "x", "9999-12"):
        assert client.get(f"/calendar?month={wrong}").status_code == 200


def test_notices_by_kind(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(people(app), clock)
    assert tender.title in client.get("/notices").text and tender.title in client.get("/notices?kind=tender").text
    assert tender.title not in client.get("/notices?kind=award").text
    assert client.get("/notices?kind=nothing").status_code == 404
