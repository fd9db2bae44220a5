"""Following: anyone, by a link that proves the address; every notice told once, to followers alone, through a kill."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, text

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from foundation.models import OutboxMail
from procurement.clarification import duties, following
from procurement.clarification.models import Follow
from procurement.clarification.operations import Answer
from procurement.tender import amending
from procurement.tender import queries as tenders
from tests.builders.amending import amended, form_of
from tests.builders.bids import a_bid
from tests.builders.people import people
from tests.builders.tenders import a_tender, as_officer
from tests.clarification.test_questions import ask, reply


def mails() -> list[OutboxMail]:
    """Return the letters of the outbox, the oldest first."""
    db.session.rollback()
    return list(db.session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars())


def follows(ref: str, address: str, tongue: str = "en") -> str:
    """Follow a tender with a confirmed address; return the token of its links."""
    token = following.begin(ref, address, tongue)
    assert token is not None
    following.confirm(token)
    return token


def test_every_follower_is_told_once_and_nobody_else(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    a_bid(tenders.by_ref(ref), "1", who.suppliers[0])
    number = ask(who.suppliers[1], ref)
    before = len(mails())
    for person in range(7):
        follows(ref, f"reader{person}@example.org", "en" if person else "zh-CN")
    following.begin(ref, "never@example.org", "en")
    duties.tell_followers()
    assert len(mails()) == before
    clock.forward(minutes=1)
    changed = amended(who, ref, {**form_of(ref), "qualifications": "具有独立承担民事责任的能力，且信用良好。"})
    reply(who, ref, Answer(number, "", "可以。"), amendment=changed.ref)
    monkeypatch.setattr(duties, "BATCH", 3)
    duties.tell_followers()
    assert len(mails()) == before + 3
    # A process that is killed in the middle of a letter leaves neither the letter nor the note that it was written.
    real = duties.OutboxMail
    monkeypatch.setattr(duties, "OutboxMail", _killed)
    with pytest.raises(KeyboardInterrupt):
        duties.tell_followers()
    monkeypatch.setattr(duties, "OutboxMail", real)
    app.extensions.pop("told_followers")
    for _ in range(4):
        duties.tell_followers()
    sent = mails()[before:]
    assert sorted(one.to for one in sent) == sorted(f"reader{person}@example.org" for person in range(7))
    english = next(one for one in sent if one.to == "reader3@example.org")
    assert "Qualifications of bidders" in english.body and "且信用良好" in english.body and "Answer: 可以。" in english.body
    assert "confirmed or sealed anew" in english.body and f"/tenders/{ref}" in english.body
    assert "投标" in next(one for one in sent if one.to == "reader0@example.org").body
    # The bidder and the asker get nothing that others do not get.
    account = who.bidders[0].email
    assert not [one for one in sent if one.to in (account, who.bidders[1].email)]
    bodies = {re.sub(r"/follow/[0-9a-f]+/end", "", one.body) for one in sent if one.to != "reader0@example.org"}
    assert len(bodies) == 1


def _killed(**_: Any) -> OutboxMail:
    raise KeyboardInterrupt


def test_an_address_proves_itself_and_leaves_by_its_link(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    client, before = app.test_client(), len(mails())

    def post(address: str, **data: str) -> Any:
        page = client.get(f"{address}?lang=en").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        return client.post(address, data={"csrf_token": token[1], **data})

    assert post(f"/tenders/{ref}/follow", email="nobody").status_code == 422
    said = [post(f"/tenders/{ref}/follow", email="Reader@Example.org") for _ in range(2)]
    # One letter, whatever is typed how often; the page says the same each time.
    assert [one.status_code for one in said] == [303, 303] and len(mails()) == before + 1
    link = re.search(r"/follow/[0-9a-f]{64}", mails()[-1].body)
    assert link
    rows = db.session.execute(text("SELECT * FROM follow")).mappings().all()
    assert len(rows) == 1 and "example.org" not in str([*rows[0].values()]).lower()
    # A program that opens links confirms nothing.
    assert client.get(link[0]).status_code == 200
    assert db.session.execute(select(Follow.confirmed_at)).scalar_one() is None
    assert post(link[0]).status_code == 303
    db.session.rollback()
    assert db.session.execute(select(Follow.confirmed_at)).scalar_one() is not None
    clock.forward(minutes=11)
    assert post(f"/tenders/{ref}/follow", email="reader@example.org").status_code == 303
    assert len(mails()) == before + 1
    assert post(f"{link[0]}/end").status_code == 303
    assert client.get(link[0]).status_code == client.get("/follow/nothing").status_code == 404
    # Links that were never opened do not stay good.
    token = following.begin(ref, "late@example.org", "en")
    clock.forward(days=3)
    with pytest.raises(Refusal, match=r"follow\.unknown"):
        following.confirm(str(token))
    duties.forget_unconfirmed()
    assert db.session.execute(select(Follow)).first() is None


def test_too_many_unproved_addresses_are_refused(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = a_tender(people(app), clock).ref
    monkeypatch.setattr(following, "MOST_WAITING", 2)
    for number in range(2):
        following.begin(ref, f"a{number}@example.org", "xx")
    with pytest.raises(Refusal, match=r"follow\.too_many"):
        following.begin(ref, "a3@example.org", "en")


def test_the_feed_tells_each_notice(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    clock.forward(minutes=1)
    with as_officer(who) as act:
        amending.amend(act, tenders.by_ref(ref), text="联系人 <更正> \x0b", form={"contact": "李老师"})
    answer = app.test_client().get(f"/tenders/{ref}/feed.atom?lang=en")
    assert answer.mimetype == "application/atom+xml"
    root = ElementTree.fromstring(answer.data)  # noqa: S314 (it is our own)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert [one.text for one in root.findall("a:entry/a:title", space)] == ["Amendment", "Tender notice"]
    assert "联系人 <更正>" in str(root.findtext("a:entry/a:summary", "", space))
    assert app.test_client().get("/tenders/T-2026-999999/feed.atom").status_code == 404
