"""The verification page says yes to what is true and no to anything that differs by one byte."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from procurement.notices import queries as published
from procurement.portal.checking import judge
from supervision.trail import checkpoints, queries
from supervision.trail.act import Actor, acting
from supervision.trail.notes import Signer
from supervision.trail.proofs import Receipt
from tests.builders import people as builders
from tests.builders.tenders import a_tender

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def receipt(app: Flask) -> bytes:
    """A receipt given when the trail had three entries more than nothing, before it grew on."""
    with acting(Actor("platform")) as act:
        for number in range(3):
            act.record("test.entry", f"thing/{number}")
    data = Receipt.from_value(queries.receipt(1)).data()
    with acting(Actor("platform")) as act:
        act.record("test.entry", "thing/later")
    return data


def _send(client: FlaskClient, data: bytes, name: str = "file.json") -> str:
    client.application.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/verify?lang=en", data={"file": (io.BytesIO(data), name)})
    return answer.get_data(as_text=True)


def test_a_true_receipt_is_true(client: FlaskClient, receipt: bytes) -> None:
    text = _send(client, receipt)
    assert "This receipt is true" in text and "does not hold" not in text


def test_each_changed_member_of_a_receipt_is_refused(app: Flask, receipt: bytes) -> None:
    value = json.loads(receipt)
    assert judge(receipt).is_good
    for name in ("entry", "proof"):
        text = value[name]
        for at in range(0, len(text), 7):
            other = "A" if text[at] != "A" else "B"
            changed = {**value, name: text[:at] + other + text[at + 1 :]}
            assert not judge(json.dumps(changed).encode()).is_good, (name, at)


def test_a_receipt_signed_with_another_key_is_intact_and_not_ours(app: Flask, receipt: bytes) -> None:
    found = Receipt.from_data(receipt)
    named = checkpoints.read(found.proof.checkpoint)
    forged = checkpoints.sign(named, Signer.generate(named.origin)).decode()
    value = json.loads(receipt)
    value["proof"] = value["proof"].partition("\n\n")[0] + "\n\n" + forged
    finding = judge(json.dumps(value).encode())
    assert [check.is_so for check in finding.checks] == [True, False, False] and not finding.is_good


def test_a_notice_is_true_only_byte_for_byte(app: Flask, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock)
    body = published.by_ref(tender.notice_ref or "").body
    assert judge(body).is_good
    assert not judge(body.replace(b"4800", b"4801", 1)).is_good
    assert not judge(body + b"\n").is_good
    assert not judge(json.dumps(json.loads(body), ensure_ascii=False).encode()).is_good


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"format":1}', b"\xff\xfe", b"%PDF-1.7 no", b"x" * 100])
def test_anything_else_is_answered_calmly(app: Flask, data: bytes) -> None:
    finding = judge(data)
    assert not finding.is_good and finding.title


def test_no_file_is_told(client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/verify?lang=en", data={})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.get_data(as_text=True)


def test_a_strange_form_is_refused(client: FlaskClient) -> None:
    assert client.post("/verify", data={"file": (io.BytesIO(b"x"), "x")}).status_code == 403
