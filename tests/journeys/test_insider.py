"""An insider before the opening: the database, every file but the key, all log lines, the operator's login.

None of it tells a price, a word of a bid, or who bid. What is left to see (that envelopes exist, their padded sizes,
when rows were written) is said in ``docs/threats.md``. The key-encryption key is what stands between; production keeps
it outside the instance folder.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text
from sqlalchemy import table as sql_table

from foundation.clock import FixedClock
from foundation.database import db
from identity.models import Account, Organisation
from identity.rights import Role
from procurement.tender import queries as tenders
from procurement.tender.models import Tender
from supervision.trail import queries as trail
from tests.box.carrier import Carrier, an_envelope
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine

# What only the bids say; nothing else in the instance may hold any of it.
PRICE, TOTAL = "137.91", "662"
SECRET = "绝密的护眼方案"
FILE_NAME, CONTENT = "绝密图纸.txt", "只有投标人知道的内容".encode()

# Tables that name organisations and people because that is what they are for; no row of them speaks of a bid.
IDENTITY = {
    "organisation",
    "account",
    "membership",
    "login_session",
    "invitation",
    "one_time_token",
    "failed_login",
    "outbox_mail",
    "alembic_version",
    "counter",
}


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def names_of(people: People) -> set[str]:
    """Return everything by which the suppliers who bid could be known."""
    found: set[str] = set()
    for supplier, account in zip(people.suppliers[:3], people.bidders[:3], strict=True):
        found |= {supplier.name, supplier.ref, str(supplier.number), account.ref, account.name, account.email}
    return found


def three_bids(app: Flask, tender: str, who: People, folder: Path) -> None:
    """Let three suppliers bid through HTTP, as people do."""
    for number in range(3):
        supplier = who.suppliers[number]
        prices = {"1": PRICE, "2": f"{TOTAL}.{number}"}
        answers = [{"criterion": code, "answer": SECRET} for code in ("R1", "C2", "C3")]
        envelope = an_envelope(
            tenders.by_ref(tender), supplier, folder / str(number), prices=prices, answers=answers,
            files={FILE_NAME: CONTENT},
        )
        answer = Carrier(app.test_client(), supplier, tenders.by_ref(tender)).hand_in(envelope)
        assert answer.status_code == 201
        db.session.remove()


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every row outside the tables of identity, as an insider with SQL reads it."""
    db.session.rollback()
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if table in IDENTITY:
                continue
            for row in connection.execute(select(text("*")).select_from(sql_table(table))):
                yield table, dict(row._mapping)


def test_rows_files_and_logs_tell_nothing(
    app: Flask,
    clock: FixedClock,
    who: People,
    tmp_path: Path,
    environ: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    tender = a_tender(who, clock).ref
    already = {str(row) for _table, row in rows()}
    three_bids(app, tender, who, tmp_path / "bids")
    names = names_of(who)
    ids = {supplier.id for supplier in who.suppliers[:3]} | {account.id for account in who.bidders[:3]}
    new = [(table, row) for table, row in rows() if str(row) not in already]
    assert {table for table, _row in new} >= {"bid", "upload", "trail_entry"}
    for table, row in new:
        for column, value in row.items():
            shown = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
            for name in names:
                assert name not in shown, f"{table}.{column} names {name}"
            if column.endswith("_id") and column not in ("lot_id", "upload_id", "tender_id", "previous_id"):
                assert value not in ids, f"{table}.{column} points at a bidder"
    words = [PRICE.encode(), SECRET.encode(), FILE_NAME.encode(), CONTENT]
    instance = Path(environ["SUNSEAL_INSTANCE"])
    looked = 0
    for path in sorted(instance.rglob("*")):
        if path.is_dir():
            continue
        data, looked = path.read_bytes(), looked + 1
        for word in words:
            assert word not in data, f"{path.name} holds a word of a bid"
        assert not any(name in str(path) for name in names), "a path names a bidder"
        if "files" in path.relative_to(instance).parts:
            for name in names:
                assert name.encode() not in data, "a stored file names a bidder"
    assert looked > 8
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert not any(name in logged for name in names) and SECRET not in logged


def pages(app: Flask, tender: Tender) -> list[str]:
    """Return the addresses that what is public leads to: those without parts, and those of a tender and lot."""
    known = {"tender": tender.ref, "ref": tender.ref, "lot": "1", "number": "1"}
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or "log_out" in rule.endpoint:
            continue
        # The trail grows with every entry; that a bid's entry looks like a cover's is tested with the box.
        if "trail" in rule.endpoint or "checkpoint" in rule.rule or "entry" in rule.endpoint:
            continue
        if rule.arguments <= set(known):
            built = rule.build({name: known[name] for name in rule.arguments})
            assert built is not None
            found.append(built[1])
    return sorted(found)


def body(client: FlaskClient, address: str) -> tuple[int, str]:
    """Return status and text of a page without what changes by itself: tokens, and the trail's size and root."""
    answer = client.get(address, headers={"Accept-Language": "en"})
    if answer.mimetype not in ("text/html", "application/json", "application/problem+json", "text/plain"):
        return answer.status_code, answer.mimetype or ""
    shown = answer.get_data(as_text=True)
    db.session.rollback()
    tip = trail.tip()
    shown = shown.replace(tip.root.hex(), "the root")
    shown = re.sub(rf"\b{tip.size}\b(?=(\s|<[^>]*>)*entries)", "all", shown)
    # The operator's console shows the machine's free disk, which moves by itself.
    shown = re.sub(r"[0-9.,]+ [KMG]iB", "room", shown)
    shown = re.sub(r'<input[^>]*csrf_token[^>]*>|"csrf": ?"[^"]+"', "", shown)
    return answer.status_code, shown


def test_no_page_shows_anyone_that_bids_came(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    tender = a_tender(who, clock).ref
    visitors: dict[str, Account | Organisation | None] = {"public": None, "a fourth supplier": who.bidders[3]}
    for role in Role:
        if role not in (Role.PUBLIC, Role.SUPPLIER):
            visitors[role.value] = who.of_role(role)
    clients: dict[str, FlaskClient] = {}
    for name, account in visitors.items():
        clients[name] = app.test_client()
        if account is not None:
            log_in(clients[name], account)
    addresses = pages(app, tenders.by_ref(tender))
    assert f"/openings/{tender}/1" in addresses and f"/openings/{tender}/1/state" in addresses
    clock.forward(minutes=5)
    before = {(name, address): body(client, address) for name, client in clients.items() for address in addresses}
    three_bids(app, tender, who, tmp_path / "bids")
    for (name, address), seen in before.items():
        assert body(clients[name], address) == seen, f"{address} changed for {name} when bids came"
    assert sum(status == 200 for status, _ in before.values()) > 20


def test_the_operator_reads_no_bid(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    tender = a_tender(who, clock).ref
    three_bids(app, tender, who, tmp_path / "bids")
    client = log_in(app.test_client(), who.operator)
    refs = [row["ref"] for table, row in rows() if table == "bid"]
    assert len(refs) == 3
    for ref in refs:
        for address in (f"/bids/{ref}/receipt", f"/bids/{ref}/receipt.json", f"/bids/{ref}/withdraw"):
            assert client.get(address).status_code == 403
    for address in pages(app, tenders.by_ref(tender)):
        shown = client.get(address).get_data(as_text=True)
        assert SECRET not in shown and PRICE not in shown and not any(ref in shown for ref in refs)
