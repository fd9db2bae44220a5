"""Who goes on from a stage that ends in no award: proposed, decided by another, told to each alone."""

from __future__ import annotations

import json
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.rights import Role
from procurement.award import knockout, operations, queries, selection
from procurement.notices import queries as notices
from procurement.panel import queries as panels
from procurement.tender import queries as tenders
from procurement.tender.models import Lot
from supervision.trail.blinding import is_opened_by
from supervision.trail.models import Entry
from tests.builders.awards import decide as decide_award
from tests.builders.awards import evaluated, the_bid, the_lot
from tests.builders.awards import propose as propose_award
from tests.builders.bids import a_bid, open_lot
from tests.builders.frameworks import PRICES, judged_admission
from tests.builders.judging import declare, judge
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, acting_as, as_approver, as_officer, publish
from tests.journeys.visitors import Person

SELECTIVE = {"procedure": "selective", "ground": "special", "ground_reason": "只有少数供应商能够提供。"}


def judged(who: People, clock: FixedClock, *, applicants: int = 4, failing: tuple[str, ...] = ()) -> Lot:
    """Return a prequalification whose applicants were judged; `failing` are letters."""
    ref = a_tender(who, clock, **SELECTIVE).ref
    for number in range(applicants):
        a_bid(tenders.by_ref(ref), "1", who.suppliers[number], items=[])
    open_lot(clock, tenders.by_ref(ref))
    return judge(who, tenders.by_ref(ref), failing=failing)


def listed(who: People, clock: FixedClock, *, failing: tuple[int, ...] = ()) -> Lot:
    """Return the same without sealing; `failing` are the numbers of suppliers."""
    points = [("0", "0")] * 4
    return evaluated(who, clock, points=points, prices=PRICES[:4], failing=failing, **SELECTIVE)


def proposed(who: People, ref: str, **left_out: str) -> None:
    """Propose as the officer."""
    with as_officer(who) as act:
        selection.propose(act, the_lot(ref), "", left_out)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("ranks", "percent", "kept", "tied", "open_places"),
    [
        ((1,), 20, "", "", 0),
        ((1, 2), 20, "A", "", 0),
        ((1, 2, 3, 4, 5), 20, "ABCD", "", 0),
        # 20 % of six is 1.2: with one out only 16.7 % would go.
        ((1, 2, 3, 4, 5, 6), 20, "ABCD", "", 0),
        ((1, 2, 3, 4, 5), 40, "ABC", "", 0),
        ((1, 2, 3), 40, "A", "", 0),
        ((1, 2, 3, 3), 20, "AB", "CD", 1),
        ((1, 1, 1), 20, "", "ABC", 1),
        ((1, 2, 2, 2, 5), 40, "A", "BCD", 1),
        ((1, 1, 3, 4, 5), 40, "ABC", "", 0),
    ],
)
def test_the_knock_out_by_hand(ranks: tuple[int, ...], percent: int, kept: str, tied: str, open_places: int) -> None:
    ranked = [(chr(65 + place), rank) for place, rank in enumerate(ranks)]
    found = knockout.cut(ranked, Fraction(percent), 1)
    assert ("".join(found.kept), "".join(found.tied), found.open_places) == (kept, tied, open_places)
    assert len(found.kept) + len(found.tied) + len(found.dropped) == len(ranks)
    out = len(found.dropped) + found.open_places
    assert out >= 1 and Fraction(out, len(ranks)) * 100 >= percent


def test_who_qualifies_is_invited_and_nobody_else_learns_of_it(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = judged(who, clock, failing=("B",)).tender.ref
    failed = the_bid(the_lot(ref), "B").supplier
    assert failed is not None
    failed_ref, names = failed.ref, [one.name for one in who.suppliers]
    with pytest.raises(Refusal, match=r"award\.not_this_stage"), as_officer(who) as act:
        operations.propose(act, the_lot(ref), the_bid(the_lot(ref), "A"))
    proposed(who, ref)
    chosen = queries.selection_of(the_lot(ref))
    assert chosen is not None
    assert [one["bid"] for one in chosen.bids] == ["A", "C", "D"]
    assert [(one["bid"], one["cause"]) for one in chosen.left_out] == [("B", "evaluation")]
    with as_approver(who) as act:
        notice = selection.decide(act, the_lot(ref)).ref
    said = notices.content(notices.by_ref(notice))
    assert said["kind"] == "shortlist" and not {"selected", "not_selected", "evaluation"} & said.keys()
    assert not any(name in json.dumps(said, ensure_ascii=False) for name in names)
    entries = db.session.execute(select(Entry.body).where(Entry.kind.startswith("selection."))).scalars().all()
    letters = [bid.ref for bid in queries.opened_bids(the_lot(ref))]
    told = b"".join(entries).decode()
    assert len(entries) == 2 and not any(one in told for one in [*names, *letters])
    with as_officer(who) as act:
        later = selection.open_next(act, the_lot(ref), "bids", clock.now() + timedelta(hours=2)).ref
    following = tenders.by_ref(later)
    invited = [one.organisation.ref for one in following.invitees]
    assert len(invited) == 3 and failed_ref not in invited
    assert [one.account_id for one in panels.members(following)] == [one.id for one in who.experts[:3]]
    with pytest.raises(Refusal, match=r"selection\.next_there"), as_officer(who) as act:
        selection.open_next(act, the_lot(ref), "bids")
    # The award of the following stage opens the digest for everyone.
    publish(who, later)
    for supplier in [one for one in who.suppliers if one.ref in invited]:
        a_bid(tenders.by_ref(later), "1", supplier)
    open_lot(clock, tenders.by_ref(later))
    for expert in who.experts[:3]:
        declare(who, tenders.by_ref(later), expert)
    best = judge(who, tenders.by_ref(later))
    propose_award(who, later, queries.evaluation_of(best).document["result"]["ranking"][0])
    opened = notices.content(decide_award(who, later))["award"]["selections"]
    assert [one["value"]["selected"] for one in opened] == [["A", "C", "D"]]
    assert is_opened_by(said["selection"]["commitment"], opened[0]["salt"], opened[0]["value"])


def test_two_people_a_reason_for_each_and_enough_that_go_on(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = listed(who, clock).tender.ref
    with pytest.raises(Refusal, match=r"selection\.decide\.not_now"), as_approver(who) as act:
        selection.decide(act, the_lot(ref))
    for left_out, rule in (
        ({"A": " "}, "selection.reason_missing"),
        ({"A": "资料不实", "B": "资料不实"}, "selection.too_few"),
        ({name: "资料不实" for name in "ABCD"}, "selection.nobody_left"),
        ({"Z": "没有这份申请"}, "award.bid_unknown"),
    ):
        with pytest.raises(Refusal) as refused, as_officer(who) as act:
            selection.propose(act, the_lot(ref), "", left_out)
        assert refused.value.rule == rule
    assert queries.selection_of(the_lot(ref)) is None and the_lot(ref).state == "evaluated"
    proposed(who, ref, A="提交的资料不实")
    again = acting_as(who.officer, who.authority, Role.APPROVER)
    with pytest.raises(Refusal, match=r"selection\.by_another_person"), again as act:
        selection.decide(act, the_lot(ref))
    stranger = acting_as(who.approver, who.supervisor, Role.APPROVER)
    with pytest.raises(Refusal) as unknown, stranger as act:
        selection.decide(act, the_lot(ref))
    assert unknown.value.status == 404
    with as_approver(who) as act:
        selection.return_proposal(act, the_lot(ref), "请说明哪份资料不实。")
    proposed(who, ref, A="营业执照已过期")
    with as_approver(who) as act:
        selection.decide(act, the_lot(ref))
    kinds = [entry for entry in _kinds() if entry.startswith(("selection.", "lot.select", "lot.advance", "lot.return"))]
    assert kinds == [
        "selection.propose", "lot.select", "selection.return", "lot.return_selection",
        "selection.propose", "lot.select", "selection.decide", "lot.advance",
    ]  # fmt: skip


def test_too_few_who_qualify_let_the_lot_fail_with_the_article(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    lot = judged(who, clock, applicants=3, failing=("A",))
    assert lot.state == "failed"
    said = notices.content(notices.of_tender(lot.tender.ref, kind="failure")[0])
    assert said["rule"]["id"] == "selective.min_qualified" and "34" in said["rule"]["article"]["zh_Hans"]
    with pytest.raises(Refusal, match=r"lot\.select\.not_now"), as_officer(who) as act:
        selection.propose(act, the_lot(lot.tender.ref))


def test_a_stage_that_ends_in_an_award_knows_no_selection(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = evaluated(who, clock).tender.ref
    with pytest.raises(Refusal, match=r"selection\.not_this_stage"), as_officer(who) as act:
        selection.propose(act, the_lot(ref))


@pytest.mark.one_engine
def test_a_tie_at_the_cut_is_decided_by_people_with_a_reason(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    same = (("100.00", "400.00"), ("110.00", "410.00"), ("110.00", "410.00"))
    ref = judged_admission(who, clock, prices=same).tender.ref
    found = selection.choice(the_lot(ref))
    assert len(found.tied) == 2 and found.open_places == 1
    with pytest.raises(Refusal, match=r"selection\.tie_at_the_cut"), as_officer(who) as act:
        selection.propose(act, the_lot(ref))
    proposed(who, ref, **{found.tied[1]: "按征集文件规定抽签，结果为该供应商落选"})
    chosen = queries.selection_of(the_lot(ref))
    assert chosen is not None and len(chosen.bids) == 2
    assert [one["cause"] for one in chosen.left_out] == ["officer"]


@pytest.mark.one_engine
def test_the_pages_lead_from_the_proposal_to_the_next_stage(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = listed(who, clock, failing=(1,)).tender.ref
    page = f"/office/tenders/{ref}/lots/1/selection"
    names = {bid.letter: bid.supplier.name for bid in queries.opened_bids(the_lot(ref)) if bid.supplier}
    mine = {bid.letter: bid.supplier.ref for bid in queries.opened_bids(the_lot(ref)) if bid.supplier}
    officer, approver = Person(app, who.officer), Person(app, who.approver)
    assert officer.client.get(f"/office/tenders/{ref}/lots/1/award").location.endswith(page)
    assert all(name in officer.page(page) for name in names.values())
    refused = officer.send(page, action="/propose", status=422, **{"select-out_A": "理由", "select-out_C": "理由"})
    assert "At least 3 go on" in refused.get_data(as_text=True) and "理由" in refused.get_data(as_text=True)
    officer.send(page, action="/propose")
    assert "/decide" not in officer.page(page)
    approver.send(page, action="/decide")
    shown = Person(app).page(f"/tenders/{ref}")
    assert not any(name in shown for name in names.values())
    for letter, words in (("A", "You go on"), ("B", "You do not go on")):
        supplier = next(account for account, one in zip(who.bidders, who.suppliers, strict=True) if one.ref == mine[letter])
        own = Person(app, supplier).page(f"/bids/{ref}/1/result")
        assert words in own and not any(name in own for other, name in names.items() if other != letter)
    form = {"next-stage": "bids", "next-closes_at": "morgen"}
    assert "not a date" in officer.send(page, action="/next", status=422, **form).get_data(as_text=True)
    made = officer.send(page, action="/next", **{**form, "next-closes_at": "2026-11-21 09:30"})
    assert made.location.rpartition("/")[2] in officer.page(page)


def _kinds() -> list[str]:
    return list(db.session.execute(select(Entry.kind).order_by(Entry.index)).scalars())
