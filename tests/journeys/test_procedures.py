"""Every procedure from its first notice to the signed award, one stage after the other, in a trail that stays intact."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.notices import queries as notices
from procurement.notices import rendering
from procurement.panel import queries as panel
from procurement.tender import invitees, stages
from procurement.tender import queries as tenders
from procurement.tender.models import Tender
from supervision.desk import audit
from supervision.trail.blinding import is_opened_by
from tests.builders.awards import decide, propose, the_best, the_lot
from tests.builders.people import People, people
from tests.builders.stages import a_stage, approve, bid_all, next_stage, open_and_judge, outcome_of, publicise


@dataclass(frozen=True)
class Story:
    """One procedure: the stages after the first, the kind of notice of each stage, and who bids at first."""

    procedure: str
    later: tuple[str, ...]
    kinds: tuple[str, ...]
    bidders: tuple[int, ...]


STORIES = (
    Story("open", (), ("tender",), (0, 1, 2)),
    Story("selective", ("bids",), ("prequalification", "invitation"), (0, 1, 2, 3)),
    Story("negotiation", ("round", "last_offer"), ("tender", "round", "round"), (0, 1, 2)),
    Story("consultation", ("round", "round", "last_offer"), ("tender", "round", "round", "round"), (0, 1, 2)),
    Story("inquiry", (), ("tender",), (0, 1, 2)),
    Story("single_source", (), ("invitation",), (0,)),
)


@pytest.mark.parametrize("story", STORIES, ids=[one.procedure for one in STORIES])
def test_from_the_first_notice_to_the_signed_award(app: Flask, clock: FixedClock, story: Story) -> None:
    who = people(app)
    tender, going = begin(who, clock, story), list(story.bidders)
    for turn, following in enumerate((*story.later, "")):
        if tender.admits == invitees.INVITED:
            assert sorted(one.organisation.ref for one in tender.invitees) == [who.suppliers[n].ref for n in going]
            with_the_digest_alone(tender, who, going)
        bid_all(tenders.by_ref(tender.ref), who, going, less=turn)
        # Of four applicants one does not meet the requirements of the prequalification.
        failing = ["A"] if story.procedure == "selective" and turn == 0 else []
        lot = open_and_judge(who, clock, tenders.by_ref(tender.ref), failing=failing)
        assert lot.state == "evaluated", lot.state
        assert outcome_of(tenders.by_ref(tender.ref)) == ("advance" if following else "award")
        if failing:
            going = [n for n in going if who.suppliers[n].ref != supplier_of(lot, "A")]
        if following:
            tender = next_stage(who, clock, tenders.by_ref(tender.ref), following)
    propose(who, tender.ref, the_best(the_lot(tender.ref)))
    award = said(decide(who, tender.ref))
    # The lowest first price belongs to the first of those who went on.
    if story.procedure not in ("open", "selective", "consultation"):
        assert award["award"]["winner"]["ref"] == who.suppliers[going[0]].ref
    chain = stages.chain(tenders.by_ref(tender.ref))
    assert [first_notice(one)["kind"] for one in chain] == list(story.kinds)
    assert [stages.round_of(one) for one in chain][-2:-1] in ([], [1], [2 if story.procedure == "consultation" else 1])
    told_in_the_end(chain)
    every_notice_can_be_printed(chain)
    assert list(audit.faults()) == []


def begin(who: People, clock: FixedClock, story: Story) -> Tender:
    """Publish the first stage; a single source only after its publicity is over."""
    if story.procedure != "single_source":
        return a_stage(who, clock, story.procedure)
    named = {"invitees": [who.suppliers[0].ref], "budget": 3_000_000_00, "closes_in": timedelta(days=30)}
    draft = a_stage(who, clock, story.procedure, open=False, **named)
    publicise(who, draft)
    with pytest.raises(Refusal) as early:
        approve(who, draft.ref)
    assert [one.rule_id for one in early.value.reasons] == ["single_source.publicity"]
    assert [one["opinion"] for one in said(notices.of_tender(draft.ref)[0])["opinions"]]
    clock.forward(days=15)
    return approve(who, draft.ref)


def with_the_digest_alone(tender: Tender, who: People, going: list[int]) -> None:
    """Before the opening the notice of an invited stage names nobody and no number."""
    assert tender.notice_ref is not None
    body = notices.by_ref(tender.notice_ref).body.decode()
    assert not any(one.name in body or one.ref in body for one in who.suppliers)
    assert first_notice(tender)["tender"]["invitees"] == {"commitment": invitees.commitment(tender)}
    assert not panel.members(tender) or all(one.declared_at is None for one in panel.members(tender))


def told_in_the_end(chain: list[Tender]) -> None:
    """Every list of invitees and every withheld record is told by the end, and opens its digest."""
    told: dict[str, dict[str, Any]] = {}
    for tender in chain:
        for notice in notices.of_tender(tender.ref, kind="opening"):
            content = said(notice)
            told |= {one["notice"]: one for one in content.get("earlier", ())}
            asked = first_notice(tender)["tender"].get("invitees")
            if asked is not None and "withheld" not in content:
                assert invitees.commitment_of(tender.ref, content["invitees"]["list"]) == asked["commitment"]
    for tender in chain:
        for notice in notices.of_tender(tender.ref, kind="opening"):
            content = said(notice)
            if "withheld" in content:
                assert "bids" not in content and "sealed_entries" not in content and "cover_key" not in content
                one = told[notice.ref]
                assert is_opened_by(content["withheld"]["commitment"], one["salt"], one["record"])
                assert one["record"]["bids"] and one["record"]["sealed_entries"]


def every_notice_can_be_printed(chain: list[Tender]) -> None:
    """Each kind of notice has a paper in words; a member that its template does not know would be an error."""
    for tender in chain:
        for notice in notices.of_tender(tender.ref):
            if notice.kind != "award":
                sheet = rendering.paper_of(notice, "zh-CN")
                assert tender.title in sheet.html and "undefined" not in sheet.html.lower()


def supplier_of(lot: Any, letter: str) -> str:
    from bidding.box import queries as box

    supplier = box.bid_of_letter(lot, letter).supplier
    assert supplier is not None
    return str(supplier.ref)


def first_notice(tender: Tender) -> dict[str, Any]:
    assert tender.notice_ref is not None
    return said(notices.by_ref(tender.notice_ref))


def said(notice: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(notice.body)
    return found
