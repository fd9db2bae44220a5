"""One person in two roles: who drafts does not approve, who judges does not decide."""

from __future__ import annotations

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity import operations as identity
from identity import queries as people_of
from identity.rights import Role
from procurement.award import operations as award
from procurement.award import queries as awards
from procurement.panel import operations as panels
from procurement.tender import queries as tenders
from supervision.trail.act import Actor, acting
from tests.builders.awards import propose
from tests.builders.bids import an_opened_tender
from tests.builders.judging import a_panel, judged, score_all, sign
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, acting_as, as_officer


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def join(who: People, account: str, role: Role) -> None:
    """Give a person a further membership, of the authority."""
    with acting(Actor("operator")) as act:
        found = people_of.account_by_ref(account)
        identity.add_member(act, found, people_of.organisation_by_ref(who.authority.ref), role)


def test_who_drafted_gets_no_seat(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock).ref
    with acting(Actor("operator")) as act:
        officer = people_of.account_by_ref(who.officer.ref)
        identity.add_member(act, officer, people_of.organisation_by_ref(who.supervisor.ref), Role.EXPERT)
    for capacity in ("expert", "representative"):
        with pytest.raises(Refusal) as refused, as_officer(who) as act:
            account = people_of.account_by_ref(who.officer.ref)
            panels.assign(act, tenders.by_ref(tender), account, capacity=capacity, reason="自己")
        assert refused.value.rule == "panel.own_tender"


def test_an_expert_who_became_approver_signs_nothing(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock).ref
    a_panel(who, tenders.by_ref(tender))
    score_all(who, tenders.by_ref(tender), who.experts[0])
    join(who, who.experts[0].ref, Role.APPROVER)
    with pytest.raises(Refusal) as refused:
        sign(who, tenders.by_ref(tender), who.experts[0])
    assert refused.value.rule == "panel.own_tender"


def test_a_judge_does_not_decide(app: Flask, clock: FixedClock, who: People) -> None:
    tender = judged(who, clock).tender.ref
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    propose(who, tender, awards.evaluation_of(lot).document["result"]["ranking"][0])
    join(who, who.experts[0].ref, Role.APPROVER)
    with pytest.raises(Refusal) as refused, acting_as(who.experts[0], who.authority, Role.APPROVER) as act:
        award.decide(act, tenders.lot_of(tenders.by_ref(tender), "1"))
    assert refused.value.rule == "panel.own_tender"


def test_who_proposed_does_not_decide_in_another_role(app: Flask, clock: FixedClock, who: People) -> None:
    tender = judged(who, clock).tender.ref
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    propose(who, tender, awards.evaluation_of(lot).document["result"]["ranking"][0])
    join(who, who.officer.ref, Role.APPROVER)
    with pytest.raises(Refusal) as refused, acting_as(who.officer, who.authority, Role.APPROVER) as act:
        award.decide(act, tenders.lot_of(tenders.by_ref(tender), "1"))
    assert refused.value.rule == "award.by_a_second_person"
