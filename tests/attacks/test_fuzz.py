"""Nasty input at every door, for every role that may pass it: refused in words, never a fault of ours."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from foundation.clock import FixedClock
from foundation.database import db
from identity.rights import RIGHTS, Role
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from supervision.trail.proofs import Receipt
from tests.attacks.tokens import with_token
from tests.builders.bids import an_opened_tender
from tests.builders.judging import a_panel
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender
from tests.house.test_doors import sample

TEXTS = (
    "",
    "\0",
    "a\0b",
    "'",
    "' OR 1=1 --",
    "%",
    "%_%",
    "\\",
    "<script>alert(1)</script>",
    "{{7*7}}{x}%(x)s",
    "../../../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "\u202egnp.exe",
    "\ufffe\uffff",
    "😀𠮷",
    "²",
    "٣",
    "-1",
    "1e999",
    "nan",
    "9" * 30,
    "9" * 5000,
    "0001-01-01 00:00",
    "9999-12-31 23:59",
    "0001-01-01T00:00:00+14:00_1",
    "9999-12-31T23:59:59-14:00_1",
    "A" * 70_000,
)
# Values with a place in a path; a server refuses longer ones before they come to us.
PLACES = tuple(text for text in TEXTS if text and len(text) < 6000)
BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"1",
    b'"x"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"upload":null}',
    b'{"upload":1}',
    b'{"upload":["x"]}',
    b'{"upload":"\\u0000"}',
    b'{"upload":"\\ud800"}',
    b'{"upload":"x","upload":"y"}',
    b'{"upload":' + b"9" * 6000 + b"}",
    b'{"upload":NaN}',
    b'{"lot":"\\ud800","notice":"\\u0000","reference":{},"envelope":1e400,"files":[]}',
    b'{"lot":{},"notice":[],"reference":1,"envelope":true,"files":{"bid.age":{"size":-1},"bid.key.age":{"size":1.5}}}',
    b"[" * 60_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"{" * 5,
    b"x" * 70_000,
)
# What would end the account that asks, or the session: tested where they belong.
NOT_ASKED = {"identity.erase", "identity.log_out", "identity.end_session", "identity.leave", "identity.switch"}


@dataclass
class World:
    """Everyone, and what there is to attack: an open tender, an opened one with its panel, a draft."""

    app: Flask
    people: People
    open: str
    opened: str
    draft: str

    def places(self, rule: Rule) -> list[dict[str, Any]]:
        """Return real values for the parts of an address, so that what lies behind the first look-up is reached."""
        refs = (self.open, self.opened, self.draft)
        found = [
            {"ref": ref, "tender": ref, "lot": "1", "letter": "A", "index": 1, "size": 1, "number": 1, "file": "bid.age"}
            for ref in refs
        ]
        if not rule.arguments:
            return [{}]
        return [{name: one.get(name) or sample(rule, name) for name in rule.arguments} for one in found]


@pytest.fixture
def world(app: Flask, clock: FixedClock) -> World:
    app.config.update(SHOW_FAULT_PAGE=True, WTF_CSRF_ENABLED=False)
    who = people(app)
    opened = an_opened_tender(who, clock).ref
    a_panel(who, tenders.by_ref(opened))
    return World(app, who, a_tender(who, clock).ref, opened, a_tender(who, clock, open=False).ref)


def allowed(app: Flask, role: Role) -> list[Rule]:
    """Return the doors through which this role passes."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "open_to", frozenset()) & RIGHTS[role]
        and rule.endpoint not in NOT_ASKED
    ]


def met_first(app: Flask, role: Role) -> list[Rule]:
    """Return the doors through which this role is the first to pass, so that each is tried by one role."""
    earlier = {right for other in list(Role)[: list(Role).index(role)] for right in RIGHTS[other]}
    return [rule for rule in allowed(app, role) if not app.view_functions[rule.endpoint].open_to & earlier]  # type: ignore[attr-defined]


def signed_in(world: World, role: Role) -> FlaskClient:
    client = world.app.test_client()
    return client if role is Role.PUBLIC else with_token(log_in(client, world.people.of_role(role)))


def fields_of(client: FlaskClient, address: str) -> list[str]:
    """Return the names of the fields of the forms on a page."""
    page = client.get(address).get_data(as_text=True)
    return sorted(set(re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', page)))


class Faults:
    """Collects answers that are no answer."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, answer: Any, what: str) -> None:
        if answer.status_code >= 500:
            self.found.append(f"{what[:300]}: {answer.status_code}")
        assert b"Traceback" not in answer.get_data()[:2000]


def addresses(world: World, rule: Rule) -> Iterator[str]:
    adapter = world.app.url_map.bind("localhost")
    for values in world.places(rule):
        yield adapter.build(rule.endpoint, values, force_external=False)


@pytest.mark.one_engine
@pytest.mark.parametrize("role", list(Role))
def test_no_place_in_an_address_is_a_fault(world: World, role: Role) -> None:
    faults, client = Faults(), signed_in(world, role)
    for rule in met_first(world.app, role):
        for name in sorted(rule.arguments):
            for text in PLACES:
                parts = {**world.places(rule)[0], name: text}
                path = rule.rule
                for part, value in parts.items():
                    path = re.sub(rf"<(\w+:)?{part}>", lambda _found, v=value: quote(str(v), safe=""), path)
                for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT"}):
                    faults.look(client.open(path, method=method), f"{method} {path}")
    assert not faults.found, "\n".join(faults.found)


@pytest.mark.parametrize("role", list(Role))
def test_no_question_is_a_fault(world: World, role: Role) -> None:
    faults, client = Faults(), signed_in(world, role)
    names = ("q", "state", "category", "after", "before", "kind", "subject", "actor", "next", "lang", "why", "beside",
             "language")
    for rule in met_first(world.app, role):
        if "GET" not in (rule.methods or ()):
            continue
        for address in addresses(world, rule):
            faults.look(client.get(address), f"GET {address}")
        address = next(addresses(world, rule))
        # Every text in all questions at once: one page shows what each of them does with it.
        for text in TEXTS:
            asked = urlencode(dict.fromkeys(names, text[:6000]))
            faults.look(client.get(f"{address}?{asked}"), f"GET {address}?…={text[:20]!r}")
        for text in TEXTS[::3]:
            for name in ("after", "next", "before"):
                faults.look(client.get(f"{address}?{urlencode({name: text[:6000]})}"), f"GET {address}?{name}={text[:20]!r}")
        faults.look(client.get(f"{address}?after=%ff%fe&q=%00&lang=%ed%a0%80"), f"GET {address}?broken")
    assert not faults.found, "\n".join(faults.found)


@pytest.mark.parametrize("role", list(Role))
def test_no_form_is_a_fault(world: World, role: Role) -> None:
    faults, client, chance = Faults(), signed_in(world, role), random.Random(7)
    for rule in met_first(world.app, role):
        methods = sorted((rule.methods or set()) & {"POST", "PUT"})
        if not methods:
            continue
        for place, address in enumerate(addresses(world, rule)):
            names = fields_of(client, address) if "GET" in (rule.methods or ()) else []
            names = names or ["reason", "title", "document_title", "place", "bid", "propose-bid", "propose-reason",
                              "decide-remark", "back-reason", "ground", "words", "account", "capacity"]
            forms = [{name: text for name in names} for text in TEXTS]
            forms += [{name: chance.choice(TEXTS) for name in names} for _ in range(6)]
            # Everything at the first address; at the others what a draw gives, since their doors are the same.
            forms = forms if place == 0 else chance.sample(forms, 8)
            for method in methods:
                for form in forms:
                    if role is Role.PUBLIC and chance.random() < 0.5:
                        continue
                    faults.look(client.open(address, method=method, data=form), f"{method} {address} {form!r}")
                for body in (b"\xff\x00=%zz&=&a", b"&" * 3000):
                    kind = "application/x-www-form-urlencoded"
                    answer = client.open(address, method=method, data=body, content_type=kind)
                    faults.look(answer, f"{method} {address} {body[:20]!r}")
                for body in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--x--"):
                    answer = client.open(address, method=method, data=body, content_type="multipart/form-data; boundary=x")
                    faults.look(answer, f"{method} {address} {body[:20]!r}")
    assert not faults.found, "\n".join(faults.found)


@pytest.mark.one_engine
@pytest.mark.parametrize("role", [Role.PUBLIC, Role.SUPPLIER, Role.EXPERT, Role.OFFICER])
def test_no_body_is_a_fault(world: World, role: Role) -> None:
    chance = random.Random(11)
    faults, client = Faults(), signed_in(world, role)
    for rule in allowed(world.app, role):
        for method in sorted((rule.methods or set()) & {"POST", "PUT"}):
            for address in list(addresses(world, rule))[:1]:
                # JSON everywhere; what else a body may call itself at a third of the doors, by a draw that stays the same.
                kinds = ("application/json", "application/octet-stream", "text/plain; charset=utf-7")
                for body in BODIES:
                    for kind in kinds if chance.random() < 0.33 else kinds[:1]:
                        answer = client.open(address, method=method, data=body, content_type=kind)
                        faults.look(answer, f"{method} {address} {kind} {body[:60]!r}")
    assert not faults.found, "\n".join(faults.found)


def test_no_sheet_of_an_expert_is_a_fault(world: World) -> None:
    faults, client = Faults(), log_in(world.app.test_client(), world.people.experts[0])
    address = f"/judging/{world.opened}/1/A"
    names = [name for name in fields_of(client, address) if name != "csrf_token"]
    assert {"points-C2", "verdict-R1", "reason-C2"} <= set(names)
    for text in (*TEXTS, "9" * 4301, "0." + "1" * 9000, "１２"):
        for kind in ("text/html", "application/json"):
            answer = client.post(address, data=dict.fromkeys(names, text), headers={"Accept": kind})
            faults.look(answer, f"{text[:30]!r}")
    for name in ("go", "beside"):
        for text in ("to-", "to-/evil", "to-//evil.example", "sign", "²"):
            faults.look(client.post(address, data={name: text}), f"{name}={text}")
    assert not faults.found, "\n".join(faults.found)


FILES = (
    b"%PDF-",
    b"%PDF-1.7\n" + b"\0" * 200,
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/AcroForm<</Fields[2 0 R]>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    b'{"format":"sunseal-evaluation/1","n":' + b"9" * 30 + b"}",
    b'{"format":"sunseal-evaluation/1","n":"\\ud800"}',
    b'{"format":"sunseal-evaluation/1","n":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"format":"sunseal-notice/1","n":' + b"9" * 30 + b"}",
    b'{"format":"sunseal-notice/1","n":"\\ud800"}',
    b'{"format":"sunseal-notice/1","n":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"format":{}}',
    b'{"format":null}',
    b"[" * 100_000,
    b"\xff\xfe",
    b"",
)


@pytest.mark.one_engine
def test_no_file_brought_to_the_verifier_is_a_fault(world: World) -> None:
    client, faults = world.app.test_client(), Faults()
    good = json.loads(Receipt.from_value(trail.receipt(1)).data())
    db.session.rollback()
    spoiled = []
    for path in paths(good):
        for value in (None, 1, -1, 10**30, "", "x", [], {}, "\0", "\ud800", 1.5, True):
            copy = json.loads(json.dumps(good))
            place = copy
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
            spoiled.append(json.dumps(copy).encode())
    for data in (*FILES, *spoiled):
        answer = client.post("/verify", data={"file": (io.BytesIO(data), "x.json")}, content_type="multipart/form-data")
        faults.look(answer, repr(data[:200]))
    assert not faults.found, "\n".join(faults.found)


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*before, name)
        if isinstance(item, dict | list):
            yield from paths(item, (*before, name))
