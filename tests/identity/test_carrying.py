"""A session that ended loses nothing that was typed, and carries no other site's form."""

from __future__ import annotations

import html
import json
import re

from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.tender import queries
from tests.builders.people import PASSWORD, log_in, people
from tests.builders.tenders import a_tender
from tests.tender.test_pages import token

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_what_was_typed_comes_through_the_log_in(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    house = people(app)
    ref = a_tender(house, clock, open=False).ref
    log_in(client, house.officer)
    path = f"/office/tenders/{ref}/edit"
    form = dict(re.findall(r'<(?:input|textarea)[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', client.get(path).text))
    typed = {**{name: html.unescape(value) for name, value in form.items()}, "title": "新的名称“<>&”", "do": "save"}
    clock.forward(hours=10)
    refused = client.post(path, data=typed, headers=OURS)
    assert refused.status_code == 403 and "carried" in refused.text
    carried = html.unescape(re.search(r'name="carried" value="([^"]*)"', refused.text)[1])
    assert ["title", "新的名称“<>&”"] in json.loads(carried) and "csrf_token" not in carried
    again = {"csrf_token": token(client, "/login"), "email": house.officer.email, "carried": carried}
    wrong = client.post(f"/login?next={path}", data={**again, "password": "wrong-password-x"})
    assert wrong.status_code == 422 and "新的名称" in wrong.text
    back = client.post(f"/login?next={path}", data={**again, "password": PASSWORD})
    assert back.status_code == 200 and f'action="{path}"' in back.text
    fields = {html.unescape(n): html.unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', back.text)}
    fields["csrf_token"] = token(client, path)
    client.post(path, data=fields)
    assert queries.by_ref(ref).title == "新的名称“<>&”"


def test_no_other_sites_form_is_carried(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    house = people(app)
    ref = a_tender(house, clock, open=False).ref
    log_in(client, house.officer)
    clock.forward(hours=10)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = client.post(f"/office/tenders/{ref}/edit", data={"title": "x"}, headers=headers)
        assert answer.status_code == 403 and "carried" not in answer.text
