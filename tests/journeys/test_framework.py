"""A framework agreement: five bid, one goes out, one order in each of the three ways, each to its signed award."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity import queries as identities
from procurement.contract import call_offs, queries
from procurement.evaluation import duties as evaluation
from procurement.evaluation import queries as evaluations
from procurement.notices import queries as notices
from procurement.notices import rendering
from procurement.tender import queries as tenders
from supervision.trail.models import Entry
from tests.builders.awards import decide, propose, the_lot
from tests.builders.bids import a_bid, open_lot
from tests.builders.frameworks import sealed_admission
from tests.builders.people import People, people
from tests.builders.tenders import as_officer, publish
from tests.journeys.visitors import Person, export_of, verified


def ordered(officer: Person, agreement: str, clock: FixedClock, way: str, **more: str) -> str:
    """Give out an order on its page; return the reference of the draft."""
    closes_at = (clock.now() + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M")
    form = {"call-way": way, "call-quantity_1": "40", "call-closes_at": closes_at, **more}
    made: str = officer.send(f"/office/agreements/{agreement}/call-off", has="call-way", **form).location
    return made.rpartition("/")[2]


def awarded(who: People, clock: FixedClock, ref: str, offers: dict[str, str]) -> dict[str, Any]:
    """Publish an order, take an offer from each supplier (unit price by reference), award; return the notice."""
    publish(who, ref)
    for supplier, price in offers.items():
        a_bid(tenders.by_ref(ref), "1", identities.organisation_by_ref(supplier), prices={"1": price})
    open_lot(clock, tenders.by_ref(ref))
    evaluation.complete_due()
    found = evaluations.evaluation_of(the_lot(ref))
    assert found is not None
    propose(who, ref, found.document["result"]["ranking"][0])
    said: dict[str, Any] = json.loads(decide(who, ref).body)["award"]
    return said


def test_a_framework_from_the_admission_to_three_orders(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who = people(app)
    ref = sealed_admission(who, clock, category="services").tender.ref
    officer, approver, public = Person(app, who.officer), Person(app, who.approver), Person(app)
    selecting = f"/office/tenders/{ref}/lots/1/selection"
    assert "left out by the knock-out" in officer.page(selecting)
    officer.send(selecting, action="/propose")
    officer.page(f"/office/tenders/{ref}/lots/1/agreement", status=403)
    conclude = f"/office/tenders/{ref}/lots/1/agreement"
    assert "2 years" in approver.send(conclude, has="agree-ends_on", status=422, **{"agree-ends_on": "2030-01-01"}).text
    made = approver.send(conclude, has="agree-ends_on", **{"agree-ways": ["direct", "second_price", "rotation"]})
    agreement = made.location.rpartition("/")[2]
    members = [one.organisation.ref for one in queries.by_ref(agreement).members]
    assert len(members) == 4
    shown = public.page(f"/agreements/{agreement}")
    assert "100.00" in shown and "140.00" not in shown and "春风文具有限公司" not in shown
    own = Person(app, who.bidders[0]).page(f"/bids/{ref}/1/result")
    assert "You are admitted" in own and f"/agreements/{agreement}" in own
    refused = officer.send(
        f"/office/agreements/{agreement}/call-off", has="call-way", status=422,
        **{"call-way": "direct", "call-quantity_1": "40", "call-member": "2"},
    )  # fmt: skip
    assert "Say why this supplier is chosen" in refused.text and 'value="40"' in refused.text
    direct = ordered(officer, agreement, clock, "direct", **{"call-member": "2", "call-reason": "同一栋楼已用其产品。"})
    said = awarded(who, clock, direct, {members[1]: "110.00"})
    assert (said["winner"]["ref"], said["winner"]["amount"], said["experts"]) == (members[1], "4400.00", [])
    price_round = ordered(officer, agreement, clock, "second_price")
    # The cheapest offer of all is above what its bidder agreed to, and does not count.
    said = awarded(who, clock, price_round, {members[0]: "100.01", members[1]: "105.00", members[2]: "102.00"})
    assert said["winner"]["ref"] == members[2]
    assert [one["bidder"] for one in said["excluded"]] == [identities.organisation_by_ref(members[0]).name]
    with pytest.raises(Refusal, match=r"call_off\.wrong_turn"), as_officer(who) as act:
        held = queries.by_ref(agreement)
        favourite = queries.member_at(held, 3)
        call_offs.call_off(act, held, way="rotation", quantities={"1": "1"}, member=favourite)
    turns = []
    for _turn in range(2):
        rotation = ordered(officer, agreement, clock, "rotation")
        turns += [one.organisation.ref for one in tenders.by_ref(rotation).invitees]
    assert turns == members[:2]
    said = awarded(who, clock, rotation, {members[1]: "110.00"})
    assert said["winner"]["ref"] == members[1]
    # Nobody judged, so the paper of the award names no experts.
    notice = notices.of_tender(rotation, kind="award")[0]
    assert rendering.pdf_of(notice, "zh-CN", at=clock.now()).startswith(b"%PDF")
    page = public.page(f"/agreements/{agreement}")
    assert page.count("Awarded") == 3 and "turn" not in page.lower()
    # An order put aside took nobody's turn.
    officer.send(f"/office/tenders/{tenders.by_ref(ordered(officer, agreement, clock, 'rotation')).ref}", action="/discard")
    third = ordered(officer, agreement, clock, "rotation")
    assert [one.organisation.ref for one in tenders.by_ref(third).invitees] == [members[2]]
    # What the public trail says of an order that is not opened yet names nobody who is asked.
    entries = [body.decode() for body in db.session.execute(select(Entry.body)).scalars() if third.encode() in body]
    assert len(entries) >= 3 and not any(member in entry for entry in entries for member in members)
    code, words = verified(export_of(app, tmp_path))
    assert code == 0, words
