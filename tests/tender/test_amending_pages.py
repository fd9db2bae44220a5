"""The pages of an amendment: what is typed survives, what differs is shown, two persons publish what affects bids."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.notices import queries as notices
from procurement.tender import queries
from procurement.tender.amending_fields import renumbered
from tests.builders.people import log_in, people
from tests.builders.tenders import PDF, a_tender

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


def fields(page: str) -> dict[str, Any]:
    """Return what a browser would send of the page's amendment form, unchanged."""
    form = page[page.index('id="amendment"') :]
    form = form[: form.index("</form>")]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or (kind and kind[1] in ("file", "submit")):
            continue
        if kind and kind[1] in ("checkbox", "radio") and " checked" not in tag:
            continue
        found.setdefault(name[1], []).append(_plain(value[1] if value else "y"))
    for name, text in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        # A browser drops the line end that follows the tag.
        found[name] = _plain(re.sub(r"^\r?\n", "", text))
    for attributes, inner in re.findall(r"<select\b([^>]*)>(.*?)</select>", form, re.S):
        name = re.search(r'name="([^"]+)"', attributes)
        chosen = re.findall(r'<option selected value="([^"]*)"', inner) or re.findall(r'value="([^"]*)"', inner)[:1]
        if name and chosen:
            found[name[1]] = _plain(chosen[0])
    return found


def _plain(text: str) -> str:
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(code, sign)
    return text


def get(client: FlaskClient, address: str) -> str:
    """Return a page in English."""
    return client.get(f"{address}{'&' if '?' in address else '?'}lang=en").get_data(as_text=True)


def test_an_officer_changes_and_an_approver_publishes(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    address = f"/office/tenders/{ref}/amend"
    client = log_in(app.test_client(), who.officer)
    given = fields(get(client, address))
    # Sent back as it came, the form changes nothing.
    assert client.post(address, data={**given, "do": "save", "text": "联系人不变。"}).status_code == 303
    page = get(client, address)
    assert "Nothing but the words of the notice." in page and "联系人不变。" in page
    # A row added by a button keeps everything that was typed and saves nothing.
    typed = {**given, "text": "数量更正", "lots-0-items-0-quantity": "5000", "do": "add-item-0"}
    page = client.post(address, data=typed).get_data(as_text=True)
    assert 'value="5000"' in page and "数量更正" in page and 'name="lots-0-items-2-title"' in page
    wrong = {**typed, "do": "save", "lots-0-items-0-quantity": "-7", "closes_at": "tomorrow"}
    answer = client.post(f"{address}?lang=en", data=wrong)
    assert answer.status_code == 422 and 'value="-7"' in answer.get_data(as_text=True)
    assert "tomorrow" in answer.get_data(as_text=True)
    pdf = (io.BytesIO(PDF + b"new"), "更正.pdf")
    document = queries.by_ref(ref).documents[0]
    files = {**typed, "do": "save", "replaces": document.ref, "document": pdf}
    assert client.post(address, data=files, content_type="multipart/form-data").status_code == 303
    page = get(client, address)
    assert "<del>" in page and "4800" in page and "5000" in page and "更正.pdf" in page
    assert "may be affected" in page
    with client.get(f"{address}/files/1") as file:
        assert file.data.endswith(b"new")
    assert client.get(f"{address}/files/2").status_code == 404
    token = given["csrf_token"][0]
    assert client.post(f"{address}/finish", data={"csrf_token": token}).status_code == 303
    # Nothing of it is public, and its author cannot decide.
    assert "5000" not in get(app.test_client(), f"/tenders/{ref}")
    assert client.post(f"{address}/review", data={"csrf_token": token, "do": "publish"}).status_code == 403
    other = log_in(app.test_client(), who.approver)
    page = get(other, f"{address}/review")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    back = other.post(f"{address}/review?lang=en", data={"csrf_token": token, "do": "return", "reason": ""})
    assert back.status_code == 422 and "Give a reason." in back.get_data(as_text=True)
    late = {"csrf_token": token, "do": "publish", "closes_at": "soon"}
    assert other.post(f"{address}/review", data=late).status_code == 422
    assert other.post(f"{address}/review", data={**late, "closes_at": ""}).status_code == 303
    tender = queries.by_ref(ref)
    assert (tender.version, tender.lots[0].items[0].quantity) == (2, "5000")
    public = get(app.test_client(), f"/tenders/{ref}")
    assert "Amendments and answers" in public and "Quantity of item 1 of lot 1" in public and "confirmed or sealed anew" in public
    sheet = get(app.test_client(), f"/notices/{queries.amendments_of(tender)[0].ref}")
    assert "<ins>" in sheet and "数量更正" in sheet


def test_what_affects_no_bid_is_published_at_once(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    address = f"/office/tenders/{ref}/amend"
    client = log_in(app.test_client(), who.officer)
    given = fields(get(client, address))
    token = given["csrf_token"][0]
    typed = {**given, "text": "联系人更正", "contact": "李老师", "do": "save"}
    assert client.post(address, data=typed).status_code == 303
    assert client.post(f"{address}/finish", data={"csrf_token": token}).status_code == 303
    said = notices.content(queries.amendments_of(queries.by_ref(ref))[0])
    assert (said["version"], said["affects_bids"], said["changes"][0]["path"]) == (1, False, "/issuer/contact")
    # Without words nothing is published, and the page says so with everything that was typed.
    assert client.post(address, data={**typed, "text": "", "phone": "0871-1"}).status_code == 303
    page = client.post(f"{address}/finish?lang=en", data={"csrf_token": token})
    assert page.status_code == 422 and "0871-1" in page.get_data(as_text=True)
    assert client.post(f"{address}/drop", data={"csrf_token": token}).status_code == 303
    assert queries.amendment_of(queries.by_ref(ref)) is None
    # Another authority's officer, a supplier and the public find nothing here.
    for visitor, status in ((log_in(app.test_client(), who.suppliers[0]), 403), (app.test_client(), 302)):
        assert visitor.get(address).status_code == status


def test_near_the_deadline_the_page_names_article_and_earliest_time(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    tender = a_tender(who, clock, closes_in=timedelta(minutes=10))
    ref, before = tender.ref, tender.closes_at
    assert before is not None
    clock.set(before - timedelta(seconds=20))
    address = f"/office/tenders/{ref}/amend"
    client = log_in(app.test_client(), who.officer)
    page = get(client, address)
    assert "must move the deadline now" in page
    given = {**fields(page), "text": "更正一处", "affects_bids": "y"}
    assert client.post(address, data={**given, "do": "save"}).status_code == 303
    refused = client.post(f"{address}/finish?lang=en", data={"csrf_token": given["csrf_token"][0]})
    assert refused.status_code == 409 and "09:10:40" in refused.text and "更正一处" in refused.text
    # The button fills in a lawful time; the law's name stands beside it.
    page = client.post(f"{address}?lang=en", data={**given, "do": "later"}).text
    assert 'value="2026-11-20 09:20"' in page or 'value="2026-11-20 09:25"' in page
    assert client.post(address, data={**fields(page), "do": "save"}).status_code == 303
    assert client.post(f"{address}/finish", data={"csrf_token": given["csrf_token"][0]}).status_code == 303


def test_rows_keep_their_numbers() -> None:
    before = [{"title": name, "number": str(at)} for at, name in enumerate("ABC", start=1)]

    def numbers(*titles: str) -> list[str]:
        return [one["number"] for one in renumbered(before, [{"title": title, "number": "x"} for title in titles], "number")]

    assert numbers("A", "B", "C") == ["1", "2", "3"]
    assert numbers("A", "C") == ["1", "3"]
    assert numbers("C", "B", "A") == ["3", "2", "1"]
    assert numbers("A", "B2", "C") == ["1", "2", "3"]
    assert numbers("A", "D", "B", "C", "E") == ["1", "4", "2", "3", "5"]
    kinds = [{"title": "X", "kind": "requirement", "code": "R1"}, {"title": "P", "kind": "price", "code": "C1"}]
    after = [{"title": "P", "kind": "price"}, {"title": "Y", "kind": "points"}, {"title": "Z", "kind": "requirement"}]
    assert [one["code"] for one in renumbered(kinds, after, "code")] == ["C1", "C2", "R2"]
