"""Before the opening: what a stranger, an operator, a log line or an export can tell of a lot with bids and one without."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from foundation.clock import FixedClock
from foundation.database import db
from identity.rights import Role
from procurement.tender import queries as tenders
from supervision.desk import export
from tests.box.carrier import Carrier, an_envelope
from tests.builders.bids import a_bid
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def shape(client: FlaskClient, address: str, ref: str) -> tuple[object, ...]:
    """Return all that an answer shows from outside: status, size, validators, and its bytes without the reference."""
    answer = client.get(address, headers={"Accept-Language": "en"})
    body = answer.data.replace(ref.encode(), b"T-2026-XXXXXX")
    headers = {name: answer.headers.get(name) for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Type")}
    return answer.status_code, len(body), headers


def test_a_lot_with_bids_looks_like_one_without(app: Flask, clock: FixedClock, who: People) -> None:
    """Two tenders alike but for three bids: sizes, validators and moments of all public and office answers agree."""
    first = a_tender(who, clock, title="甲方案采购").ref
    second = a_tender(who, clock, title="乙方案采购").ref
    for number in range(3):
        a_bid(tenders.by_ref(first), "1", who.suppliers[number])
    addresses = ("/tenders/{}", "/openings/{}/1", "/openings/{}/1/state", "/api/ocds/{}.json", "/evaluations/{}/1",
                 "/office/tenders/{}", "/office/tenders/{}/panel", "/desk/tenders/{}", "/desk/tenders/{}/lots/1/offers",
                 "/office/tenders/{}/lots/1/award", "/bids/{}/1/result", "/judging/{}/1/A", "/judging/{}/declaration")
    for role in Role:
        client = app.test_client()
        if role is not Role.PUBLIC:
            log_in(client, who.bidders[3] if role is Role.SUPPLIER else who.of_role(role))
        for address in addresses:
            one, two = (shape(client, address.format(ref), ref) for ref in (first, second))
            assert one == two, (role, address, one, two)


def test_no_log_line_names_who_was_at_the_box(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    tender = a_tender(who, clock)
    carrier = Carrier(app.test_client(), who.suppliers[0], tender)
    answer = carrier.hand_in(an_envelope(tender, who.suppliers[0], tmp_path))
    assert answer.status_code == 201
    supplier, account = who.suppliers[0], who.bidders[0]
    names = {supplier.name, supplier.ref, str(supplier.number), account.ref, account.name, account.email}
    names |= {answer.get_json()["location"].split("/")[2]}
    told = "\n".join([caplog.text, *(str(one) for one in capfd.readouterr())])
    assert not any(name in told for name in names)


def test_a_fault_at_the_box_logs_no_value_of_a_statement(
    app: Flask, clock: FixedClock, who: People, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["SHOW_FAULT_PAGE"] = True
    client = log_in(app.test_client(), who.bidders[0])
    supplier = who.suppliers[0].ref

    def broken(_owner: object) -> list[object]:
        db.session.execute(text("SELECT * FROM no_such_table WHERE ref = :ref"), {"ref": supplier})
        return []

    monkeypatch.setattr("bidding.box.queries.own_bids", broken)
    answer = client.get("/bids")
    assert answer.status_code == 500 and "no_such_table" in caplog.text
    assert supplier not in caplog.text and supplier not in answer.get_data(as_text=True)


def test_the_export_before_the_opening_names_no_bidder(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    export.write(tmp_path / "none")
    tender = a_tender(who, clock).ref
    for number in range(3):
        a_bid(tenders.by_ref(tender), "1", who.suppliers[number])
    export.write(tmp_path / "three")
    names = {
        word
        for supplier, account in zip(who.suppliers[:3], who.bidders[:3], strict=True)
        for word in (supplier.name, str(supplier.number), account.name, account.email)
    }
    refs = {one.ref.encode() for one in who.suppliers[:3]} | {one.ref.encode() for one in who.bidders[:3]}
    entries = sorted((tmp_path / "three").rglob("*"))
    whole = b"".join(path.read_bytes() for path in entries if path.is_file())
    assert whole.count(b'"kind":"sealed"') >= 6 and not any(name.encode() in whole for name in names)
    # References stand in the acts that made the people, and in none that came after them.
    old = b"".join(path.read_bytes() for path in (tmp_path / "none").rglob("*") if path.is_file())
    for ref in refs:
        assert whole.count(ref) == old.count(ref)


def test_the_operators_console_and_commands_show_no_content(
    app: Flask, clock: FixedClock, who: People
) -> None:
    tender = a_tender(who, clock, title="绝无仅有的标题").ref
    client = log_in(app.test_client(), who.operator)
    bids = [a_bid(tenders.by_ref(tender), "1", who.suppliers[number]).ref for number in range(3)]
    page = client.get("/operator").get_data(as_text=True)
    names = [who.suppliers[number].name for number in range(3)]
    assert "绝无仅有" not in page and not any(word in page for word in (*bids, *names))
    runner = app.test_cli_runner()
    for arguments in (["trail", "verify"], ["trail", "log-key"], ["--help"], ["tender", "--help"], ["trail", "--help"]):
        told = runner.invoke(app.cli, arguments).output
        assert not any(word in told for word in (*bids, *names)), arguments
    for address in ("/office", f"/office/tenders/{tender}", "/bids", "/desk", "/judging", "/organisations"):
        assert client.get(address).status_code == 403


def test_wildcards_of_sql_find_nothing(app: Flask, clock: FixedClock, who: People) -> None:
    # The first reference stands in examples beside the fields.
    a_tender(who, clock)
    assert a_tender(who, clock).ref == "T-2026-000002"
    client = app.test_client()
    assert "T-2026-000002" in client.get("/trail").get_data(as_text=True)
    for words in ("%", "_", "%%", "*", "\"", "'", "a* OR b", "NEAR(", "教室*", "' OR 1=1 --", "\\", "NOT", "教室 AND"):
        for address in ("/tenders", "/trail"):
            answer = client.get(address, query_string={"q": words, "subject": words, "kind": words, "state": words})
            assert answer.status_code == 200
            if address == "/trail" or "教室" not in words:
                assert "T-2026-000002" not in answer.get_data(as_text=True), words
    inspector = log_in(app.test_client(), who.inspector)
    for words in ("%", "_%", "tender/%", "*"):
        for name in ("subject", "actor"):
            page = inspector.get("/desk/trail", query_string={name: words}).get_data(as_text=True)
            assert "T-2026-000002" not in page, (name, words)
