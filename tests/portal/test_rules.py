"""The pages of the law as data: every rule, the frozen set of a tender, what two sets change, bytes with their digest."""

from __future__ import annotations

import hashlib
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.portal import rule_words
from procurement.rules.ruleset import load
from tests.builders.people import log_in, people
from tests.builders.tenders import a_tender

pytestmark = pytest.mark.one_engine
ENGLISH = {"Accept-Language": "en"}


def read(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def test_everyone_reads_the_rules_and_their_bytes(client: FlaskClient) -> None:
    page = read(client, "/rules")
    for name in ("cn-gp-2026", "cn-works-2026", "demo-2026", "demo-works-2026"):
        assert f"/rules/{name}" in page
    assert page.count("In force today") == 2
    found = load("cn-works-2026")
    page = read(client, "/rules/cn-works-2026")
    for rule in found.rules:
        assert f'id="{rule.id}"' in page
    for said in ("Tendering Law art. 24", "Text read", "To be confirmed", "Prequalification", found.digest()):
        assert said in page
    assert "<details open>" not in page
    answer = client.get("/rules/cn-works-2026.json")
    assert hashlib.sha256(answer.data).hexdigest() == found.digest() and answer.mimetype == "application/json"
    assert client.get("/rules/cn-works-2026.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for path in ("/rules/none", "/rules/T-2026-999999", "/rules/..%2Fdemo", "/rules/none.json"):
        read(client, path, 404)


def test_two_rule_sets_are_compared(client: FlaskClient) -> None:
    page = read(client, "/rules/compare?a=cn-gp-2026&b=demo-2026")
    assert "0 added, 0 removed" in page and "at least 20 days" in page and "at least 1 minute" in page
    page = read(client, "/rules/compare?a=cn-gp-2026&b=cn-works-2026")
    assert "Tendering Law art. 24" in page and "Single source" in page and "award.max_candidates" in page
    assert "Both are the same rules" in read(client, "/rules/compare?a=demo-2026&b=demo-2026")
    assert client.get("/rules/compare?a=demo-2026").status_code == 302
    read(client, "/rules/compare?a=demo-2026&b=none", 404)


def test_a_tender_shows_the_rules_frozen_on_it(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    draft = a_tender(who, clock, open=False).ref
    assert f"/rules/{ref}" in read(client, f"/tenders/{ref}")
    page = read(client, f"/rules/{ref}")
    assert f"Frozen on {ref}" in page and load("demo-2026").digest() in page
    assert json.loads(read(client, f"/rules/{ref}.json"))["id"] == "demo-2026"
    assert "Both are the same rules" in read(client, f"/rules/compare?a={ref}&b=demo-2026")
    read(client, f"/rules/{draft}", 404)
    # Whoever edits rules sees first what is to be confirmed.
    log_in(client, who.officer)
    assert "<details open>" in read(client, "/rules/cn-gp-2026")


def test_stages_stand_in_columns_and_every_rule_under_a_heading() -> None:
    gp = load("cn-gp-2026")
    ids = [[one.id for one in column] for column in rule_words.columns(gp.procedure("consultation"))]
    assert ids == [["response"], ["round"], ["last_offer"]]
    ids = [[one.id for one in column] for column in rule_words.columns(gp.procedure("framework"))]
    assert ids == [["admission"], ["direct", "second_price", "rotation"]]
    assert sum(len(rules) for _title, rules in rule_words.grouped(gp.rules)) == len(gp.rules)
