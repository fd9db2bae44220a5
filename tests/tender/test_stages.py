"""Procedures and stages: what a draft lacks, which stage may follow, what a following stage may change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from foundation.clock import FixedClock
from foundation.errors import HouseFault, Refusal
from identity.models import Organisation
from procurement.award import selection
from procurement.notices import queries as notices
from procurement.rules.ruleset import load
from procurement.tender import content, drafting, operations, procedures, publicity, queries, readiness, stages
from procurement.tender.models import Criterion, Invitee, Item, Lot, Tender
from supervision.trail.act import PLATFORM, acting
from tests.builders.awards import the_lot
from tests.builders.people import People, log_in, people
from tests.builders.stages import (
    FORMS,
    OPINION,
    a_stage,
    approve,
    begin_next,
    bid_all,
    open_and_judge,
    publicise,
    select,
)
from tests.builders.tenders import a_form, as_approver, as_officer
from tests.tender.test_pages import token, typed

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = load("cn-gp-2026")


def a_row(procedure: str, *, stage: str = "", suppliers: tuple[str, ...] = (), **more: Any) -> Tender:
    """Return an unsaved draft of a procedure, lawful as far as `FORMS` knows; `suppliers` are states of invitees."""
    given = {**a_form(NOW + timedelta(days=31)), **FORMS[procedure], "procedure": procedure, **more}
    method = given["method"]
    given["method"] = method if isinstance(method, dict) else {"id": method}
    form = drafting.checked({**given, "rule_set_id": "cn-gp-2026"}, rule_sets={"cn-gp-2026"}, rule_set="")
    kept = {name: value for name, value in form.items() if name not in ("lots", "criteria", "invitees")}
    tender = Tender(stage=stage or RULES.procedure(procedure).first.id, **kept)
    tender.lots = [
        Lot(
            number=lot["number"],
            title=lot["title"],
            ceiling=lot["ceiling"],
            items=[Item(**one) for one in lot["items"]],
        )
        for lot in form["lots"]
    ]
    tender.criteria = [Criterion(position=at, **one) for at, one in enumerate(form["criteria"])]
    for number, state in enumerate(suppliers):
        named = Organisation(ref=f"O-{number}", kind="supplier", name=f"供应商 {number}", state=state)
        tender.invitees.append(Invitee(organisation=named, origin="named", salt=str(number)))
    return tender


def found(tender: Tender) -> list[tuple[str, str]]:
    rules = RULES.under(tender.procedure, tender.stage)
    return [(one.rule_id, one.pointer) for one in procedures.findings(tender, rules, NOW)]


@pytest.mark.parametrize(
    ("procedure", "more", "expected"),
    [
        ("open", {}, []),
        ("open", {"category": "works"}, [("procedure.kinds", "/category")]),
        ("selective", {}, []),
        ("negotiation", {}, []),
        ("inquiry", {"category": "services"}, [("procedure.own_kinds", "/procedure")]),
        ("negotiation", {"ground": ""}, [("procedure.ground", "/ground")]),
        ("consultation", {"ground": "urgent_need"}, [("procedure.ground", "/ground")]),
        ("consultation", {"ground_reason": ""}, [("procedure.ground_reason", "/ground_reason")]),
        (
            "negotiation",
            {"ground_reason": "", "budget": 2_000_000_00},
            [("procedure.ground_reason", "/ground_reason"), ("procedure.open_threshold", "/procedure")],
        ),
        ("selective", {"criteria": FORMS["open"]["criteria"][1:]}, [("tender.contents", "/criteria")]),
        ("single_source", {}, [("single_source.min_invited", "/invitees")]),
        ("single_source", {"suppliers": ("verified",)}, []),
        ("single_source", {"suppliers": ("claimed",)}, [("invitees.verified", "/invitees")]),
        ("single_source", {"suppliers": ("verified", "verified")}, [("single_source.max_invited", "/invitees")]),
        ("negotiation", {"stage": "round"}, [("negotiation.min_invited", "/invitees")]),
        ("negotiation", {"stage": "round", "suppliers": ("verified",) * 3}, []),
    ],
)
def test_what_the_procedure_of_a_draft_lacks(
    procedure: str, more: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert found(a_row(procedure, **more)) == expected


def test_the_method_is_looked_at_by_the_rules_of_the_stage_that_awards() -> None:
    for procedure, method, kept in (
        ("negotiation", "negotiation.method", "lowest_price"),
        ("consultation", "consultation.method", "weighted_points"),
        ("selective", "method.allowed", "weighted_points"),
    ):
        row = a_row(procedure)
        rules = procedures.judging(row, RULES.under(procedure, row.stage))
        assert rules.rule("method.allowed").id == method and kept in rules.rule("method.allowed").items
        # The stage itself is judged by its requirements alone.
        assert RULES.under(procedure, row.stage).rule("method.allowed").items == ("qualification",)


def test_a_procedure_that_the_rules_do_not_know_is_told() -> None:
    row = a_row("open")
    row.procedure = "auction"
    assert [(one.rule_id, one.pointer) for one in procedures.findings(row, RULES, NOW)] == [
        ("procedure.known", "/procedure")
    ]


def test_a_draw_is_the_same_for_everyone_who_has_the_seed() -> None:
    names = [f"O-{number:06}" for number in range(12)]
    drawn = stages.drawn(names, 3, "ab" * 32)
    assert drawn == stages.drawn(names[::-1] + names, 3, "ab" * 32) and len(set(drawn)) == 3
    assert drawn != stages.drawn(names, 3, "cd" * 32)
    assert stages.drawn(names, 99, "ab" * 32)[:3] == drawn
    with pytest.raises(HouseFault):
        stages.drawn(names, -1, "ab" * 32)
    places = [name for seed in range(600) for name in stages.drawn(names, 1, str(seed))]
    # Each of twelve is drawn about fifty times in six hundred.
    assert all(25 < places.count(name) < 80 for name in names)


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


def test_a_stage_follows_only_where_the_one_before_decided(app: Flask, clock: FixedClock, who: People) -> None:
    ref = a_stage(who, clock, "selective").ref
    bid_all(queries.by_ref(ref), who, (0, 1, 2))
    with as_officer(who) as act, pytest.raises(Refusal) as early:
        stages.follow_up(act, queries.by_ref(ref), stage="bids", invitees=[who.suppliers[0]])
    assert early.value.rule == "stage.no_lot_goes_on"
    open_and_judge(who, clock, queries.by_ref(ref))
    select(who, queries.by_ref(ref))
    for stage, going, rule in (("last_offer", [0], "stage.not_following"), ("bids", [], "stage.invitees_missing")):
        with as_officer(who) as act, pytest.raises(Refusal) as refused:
            stages.follow_up(act, queries.by_ref(ref), stage=stage, invitees=[who.suppliers[n] for n in going])
        assert refused.value.rule == rule
    later = begin_next(who, clock, queries.by_ref(ref), "bids").ref
    with as_officer(who) as act, pytest.raises(Refusal) as twice:
        selection.open_next(act, the_lot(ref), "bids")
    assert twice.value.rule == "selection.next_there"
    kept_in_the_later_stage(who, ref, later)
    moved_by_hand(later)
    with as_officer(who) as act:
        operations.submit(act, queries.by_ref(later))
    tamper_lots(queries.by_ref(ref).id, "evaluated")
    with pytest.raises(Refusal) as undecided:
        approve(who, later)
    assert undecided.value.rule == "stage.out_of_order"
    tamper_lots(queries.by_ref(ref).id, "advanced")
    assert approve(who, later).state == "open"


def kept_in_the_later_stage(who: People, ref: str, later: str) -> None:
    """A following stage keeps law, procedure and invitees, and this one also what is bought."""
    form = content.form_of(queries.by_ref(later))
    changed = {**form, "procedure": "open", "ground": "", "invitees": [who.suppliers[3].ref], "title": "另一标题"}
    changed["lots"] = [{**form["lots"][0], "title": "换了内容"}]
    with as_officer(who) as act:
        operations.update(act, queries.by_ref(later), changed)
    tender = queries.by_ref(later)
    assert (tender.procedure, tender.stage, tender.ground, tender.title) == ("selective", "bids", "special", "另一标题")
    assert {one.organisation.ref for one in tender.invitees} == {who.suppliers[n].ref for n in range(3)}
    assert tender.frozen is not None and tender.frozen == queries.by_ref(ref).frozen
    rules = readiness.rule_set_of(tender)
    told = [(one.rule_id, one.pointer) for one in procedures.findings(tender, rules, tender.created_at)]
    assert told == [("stage.unchanged", "/lots")]
    with as_officer(who) as act:
        operations.update(act, queries.by_ref(later), form)
    assert list(procedures.findings(queries.by_ref(later), rules, tender.created_at)) == []
    assert [one.file_name for one in queries.by_ref(later).documents] == ["tender-1.pdf"]


def moved_by_hand(later: str) -> None:
    """Whoever changes rows so that a stage seems to be first, or seems to follow another one, publishes nothing."""
    for values in ({"follows_id": None}, {"follows_id": queries.by_ref(later).id}, {"stage": "prequalification"}):
        kept = {name: getattr(queries.by_ref(later), name) for name in values}
        tamper(later, values)
        with pytest.raises(Refusal) as refused:
            stages.demand_in_order(queries.by_ref(later))
        assert refused.value.rule == "stage.out_of_order", values
        tamper(later, kept)


def tamper(ref: str, values: dict[str, Any]) -> None:
    with acting(PLATFORM) as act:
        act.session.execute(update(Tender).where(Tender.ref == ref).values(**values))
        act.record("test.change", f"tender/{ref}")


def tamper_lots(tender_id: int, state: str) -> None:
    with acting(PLATFORM) as act:
        act.session.execute(update(Lot).where(Lot.tender_id == tender_id).values(state=state))
        act.record("test.change", "tender/lots")


def test_a_single_source_is_made_public_by_a_second_person_for_this_very_purchase(
    app: Flask, clock: FixedClock, who: People
) -> None:
    named = {"invitees": [who.suppliers[0].ref], "budget": 3_000_000_00, "closes_in": timedelta(days=30)}
    ref = a_stage(who, clock, "single_source", open=False, **named).ref
    assert ("single_source.publicity_grounds", "/ground") in [
        (one.rule_id, one.pointer) for one in readiness.issues(queries.by_ref(ref), clock.now()) if one.blocks
    ]
    with as_approver(who) as act, pytest.raises(Refusal) as unsubmitted:
        operations.publicise(act, queries.by_ref(ref), opinions=[OPINION])
    assert unsubmitted.value.rule == "tender.publicise.not_now"
    with as_officer(who) as act:
        operations.submit(act, queries.by_ref(ref))
    for actor, opinions, rule in (
        (as_officer, [OPINION], "tender.by_a_second_person"),
        (as_approver, [], "publicity.incomplete"),
        (as_approver, [{**OPINION, "unit": ""}], "publicity.opinion"),
    ):
        with actor(who) as act, pytest.raises(Refusal) as refused:
            operations.publicise(act, queries.by_ref(ref), opinions=opinions)
        assert refused.value.rule == rule
    client = log_in(app.test_client(), who.approver)
    fields = {f"opinions-0-{name}": words for name, words in OPINION.items()}
    answer = client.post(
        f"/office/tenders/{ref}/publicity",
        data={**fields, "csrf_token": token(client, f"/office/tenders/{ref}/publicity")},
    )
    assert answer.status_code == 303
    notice = notices.of_tender(ref, kind="single_source")[0]
    assert notices.content(notice)["suppliers"][0]["name"] == who.suppliers[0].name
    with as_approver(who) as act, pytest.raises(Refusal) as again:
        operations.publicise(act, queries.by_ref(ref), opinions=[OPINION])
    assert again.value.rule == "publicity.done"
    with as_approver(who) as act:
        operations.return_to_draft(act, queries.by_ref(ref), "供应商写错")
    with as_officer(who) as act:
        form = {**content.form_of(queries.by_ref(ref)), "invitees": [who.suppliers[1].ref]}
        operations.update(act, queries.by_ref(ref), form)
    # Another supplier: what was made public is not this purchase.
    assert procedures.publicity_of(queries.by_ref(ref)) is None
    publicise(who, queries.by_ref(ref))
    assert len(notices.of_tender(ref, kind="single_source")) == 2
    assert publicity.lacking(notices.content(notice), readiness.rule_set_of(queries.by_ref(ref))) == []


def test_the_officer_chooses_the_procedure_in_the_form(app: Flask, clock: FixedClock, who: People) -> None:
    client = log_in(app.test_client(), who.officer)
    page = client.get("/office/tenders/new?lang=en").get_data(as_text=True)
    assert "Competitive negotiation" in page and "Government Procurement Law art. 26" in page
    way = {"procedure": "single_source", "ground": "single_source/emergency", "ground_reason": "抢险救灾。"}
    given = typed(
        method="lowest_price",
        **way,
        invitees="91110000000013130D\n不存在的公司",
        csrf_token=token(client, "/office/tenders/new"),
    )
    wrong = client.post("/office/tenders/new?lang=en", data=given)
    told = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and "No verified supplier is known" in told and "不存在的公司" in told
    given["invitees"] = f"91110000000013130D 示例家具有限公司\n{who.suppliers[0].name}"
    answer = client.post("/office/tenders/new", data=given)
    assert answer.status_code == 303
    tender = queries.by_ref(answer.location.rpartition("/")[2])
    assert (tender.procedure, tender.stage, tender.ground) == ("single_source", "bids", "emergency")
    assert [one.organisation.ref for one in tender.invitees] == [who.suppliers[0].ref]
    again = client.get(f"{answer.location}/edit?lang=en").get_data(as_text=True)
    assert "抢险救灾。" in again and "91110000000013130D 示例家具有限公司" in again
    # A ground of another procedure is none of the one chosen now.
    given |= {"procedure": "negotiation", "csrf_token": token(client, f"{answer.location}/edit")}
    assert client.post(f"{answer.location}/edit", data=given).status_code == 303
    tender = queries.by_ref(tender.ref)
    assert (tender.procedure, tender.stage, tender.ground) == ("negotiation", "response", "")
    assert ("procedure.ground", "/ground") in [
        (one.rule_id, one.pointer) for one in readiness.issues(tender, clock.now())
    ]
