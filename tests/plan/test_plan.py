"""Projects from draft to tender: what is refused, by whom, with which article; money that is never exceeded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.rights import Role
from procurement.notices import queries as published
from procurement.plan import drafting, intentions, operations, queries, suspicion
from procurement.plan.lifecycle import PROJECT
from procurement.plan.readiness import findings
from procurement.plan.splitting import Purchase
from procurement.rules.findings import Finding
from procurement.rules.ruleset import load
from procurement.tender import from_plan, readiness
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from supervision.trail.models import Entry
from tests.builders.people import people
from tests.builders.plans import YEAR, a_form, a_line, a_project, take
from tests.builders.tenders import a_tender, acting_as, as_approver, as_officer, publish


def refused(call: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value


def in_act(who: Any, call: Any) -> Refusal:
    def run() -> None:
        with who as act:
            call(act)

    return refused(run)


def ids(found: list[Finding]) -> set[str]:
    return {f"{one.rule_id} {one.pointer}" for one in found}


def test_a_project_is_told_everything_at_once_with_articles(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    line = a_line(everyone, 1_000_000_00)
    bare = a_project(everyone, "", need="", classification="", quantity="", amount=0, begins_on=None, survey=[], sme_reserve="none")
    found = findings(bare, load("cn-gp-2026"), clock.now())
    assert ids(found) == {
        "plan.contents /need",
        "plan.contents /classification",
        "plan.contents /quantity",
        "plan.contents /amount",
        "plan.contents /begins_on",
        "plan.budget_line /budget_line",
        "plan.survey_least /survey",
        "policy.sme_reserve_whole /sme_reserve",
    }
    assert all(one.article and one.sentence("zh_Hans") and one.remedy("en") for one in found)
    large = a_project(
        everyone, line, amount=12_000_000_00, procedure="negotiation", survey=[], sme_reserve="part", sme_share="20"
    )
    assert ids(findings(large, load("cn-gp-2026"), clock.now())) == {
        "plan.within_budget /amount",
        "plan.survey_required /survey",
        "procedure.open_threshold /procedure",
        "policy.sme_reserve /sme_share",
    }
    reasoned = a_project(everyone, line, amount=900_000_00, sme_reserve="none", sme_reason="仅有一家生产")
    assert findings(reasoned, load("cn-gp-2026"), clock.now()) == []


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"title": "", "amount": -1}, {"/title", "/amount"}),
        ({"year": "2027", "quantity": "viele"}, {"/year", "/quantity"}),
        ({"sme_reserve": "part", "sme_share": "100"}, {"/sme_share"}),
        ({"sme_reserve": "some", "sme_small": "101"}, {"/sme_reserve", "/sme_small"}),
        ({"rule_set_id": "no-such-law", "classification": "A 02"}, {"/rule_set_id", "/classification"}),
        ({"survey": [{"supplier": "", "price": 1, "on": "2026"}]}, {"/survey/0/supplier", "/survey/0/on"}),
    ],
)
def test_a_form_is_refused_with_all_its_problems(changes: dict[str, Any], pointers: set[str]) -> None:
    found = refused(lambda: drafting.project(a_form(**changes), rule_sets={"cn-gp-2026"}))
    assert found.rule == "plan.invalid"
    assert {one.pointer for one in found.reasons} == pointers


def test_the_path_of_approval_needs_two_people_of_the_authority(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_project(everyone, a_line(everyone), "submitted").ref
    # Neither the author under another role, nor anybody of another organisation.
    author = acting_as(everyone.officer, everyone.authority, Role.APPROVER)
    assert in_act(author, lambda act: operations.approve(act, queries.by_ref(ref), ())).rule == "project.by_a_second_person"
    for event in (operations.submit, operations.announce, operations.begin, operations.finish):
        stranger = acting_as(everyone.inspector, everyone.supervisor, Role.INSPECTOR)
        assert in_act(stranger, lambda act, event=event: event(act, queries.by_ref(ref))).status == 404
    with as_approver(everyone) as act:
        operations.return_to_draft(act, queries.by_ref(ref), "请补充质保要求")
    assert (queries.by_ref(ref).state, queries.by_ref(ref).reason) == ("draft", "请补充质保要求")
    take(everyone, ref, "submitted")
    take(everyone, ref, "approved")
    done = queries.by_ref(ref)
    assert (done.state, done.approved_by_id, done.reason) == ("approved", everyone.approver.id, "")
    assert in_act(as_officer(everyone), lambda act: operations.update(act, queries.by_ref(ref), a_form())).rule == "plan.not_a_draft"
    kinds = [one.kind for one in queries.story(done)]
    assert kinds == ["project.create", "project.submit", "project.return", "project.submit", "project.approve"]
    # A plan is nobody's business before its intention: entries hold digests, not words or amounts.
    bodies = db.session.query(Entry.body).filter(Entry.subject == f"plan/{ref}").all()
    assert all("护眼灯".encode() not in body and b"1200000" not in body for (body,) in bodies)


def test_each_event_is_refused_outside_its_states(app: Flask) -> None:
    everyone = people(app)
    ref = a_project(everyone, a_line(everyone)).ref
    events = {"approve": lambda act, one: operations.approve(act, one, ()), "announce": operations.announce}
    events |= {"begin": operations.begin, "finish": operations.finish}
    for event, call in events.items():
        found = in_act(as_approver(everyone), lambda act, call=call: call(act, queries.by_ref(ref)))
        assert found.rule == f"project.{event}.not_now"
    assert PROJECT.states() == list(queries.STATES)


def test_money_is_never_exceeded_whatever_the_order(app: Flask) -> None:
    everyone = people(app)
    line = a_line(everyone, 2_000_000_00)
    first = a_project(everyone, line, amount=1_200_000_00).ref
    second = a_project(everyone, line, amount=800_000_01).ref
    # Both fit alone and both are submitted by their own act; the second act sees what the first has taken.
    take(everyone, first, "submitted")
    found = in_act(as_officer(everyone), lambda act: operations.submit(act, queries.by_ref(second)))
    assert found.rule == "plan.not_ready"
    assert [one.rule_id for one in found.reasons] == ["plan.within_budget"]
    assert "800,000.00" in found.reasons[0].sentence("en") and found.reasons[0].article == "政府采购法第6条"
    # One fen less fits exactly, and then nothing more does.
    with as_officer(everyone) as act:
        operations.update(act, queries.by_ref(second), a_form(line.ref, amount=800_000_00))
    take(everyone, second, "submitted")
    (figures,) = queries.lines(everyone.authority, YEAR)
    assert (figures.planned, figures.left) == (2_000_000_00, 0)
    smaller = {"code": line.code, "title": "x", "amount": 1_999_999_99}
    found = in_act(as_officer(everyone), lambda act: operations.change_line(act, queries.line_by_ref(line.ref), smaller))
    assert (found.rule, found.facts["planned"]) == ("budget_line.below_planned", "2,000,000.00")
    # What is taken out of the plan is free again.
    with as_approver(everyone) as act:
        operations.return_to_draft(act, queries.by_ref(first), "以后再买")
    with as_officer(everyone) as act:
        operations.withdraw(act, queries.by_ref(first), "不再需要")
    (figures,) = queries.lines(everyone.authority, YEAR)
    assert (figures.planned, figures.drafts, figures.left) == (800_000_00, 0, 1_200_000_00)


def test_budget_lines_are_unique_and_go_only_unused(app: Flask) -> None:
    everyone = people(app)
    line = a_line(everyone)
    assert refused(lambda: a_line(everyone)).rule == "budget_line.code_taken"
    project = a_project(everyone, line)
    call = lambda act: operations.remove_line(act, queries.line_by_ref(line.ref))  # noqa: E731
    assert in_act(as_officer(everyone), call).rule == "budget_line.in_use"
    unknown = refused(lambda: a_project(everyone, "B-2027-999999"))
    assert [one.pointer for one in unknown.reasons] == ["/budget_line"]
    other = a_project(everyone, line, year=2026)
    found = in_act(as_officer(everyone), lambda act: operations.submit(act, queries.by_ref(other.ref)))
    assert [one.rule_id for one in found.reasons] == ["plan.budget_line"]
    unused = a_line(everyone, code="2")
    with as_officer(everyone) as act:
        operations.remove_line(act, queries.line_by_ref(unused.ref))
    assert [one.line.ref for one in queries.lines(everyone.authority, YEAR)] == [project.budget_line.ref]


def test_an_intention_is_signed_found_and_counted_from(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    clock.set(datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
    line = a_line(everyone)
    ref = a_project(everyone, line, "announced").ref
    a_project(everyone, line, "announced", title="LED 显示屏采购", amount=500_000_00)
    notice = published.by_ref(queries.by_ref(ref).intention_ref or "")
    said = published.content(notice)
    assert (notice.kind, notice.tender_ref) == ("intention", ref)
    assert {name: said["plan"][name] for name in ("ref", "budget", "begins", "sme_share")} == {
        "ref": ref, "budget": "1200000.00", "begins": "2027-03", "sme_share": "100",
    }  # fmt: skip
    assert said["issuer"]["name"] == "示例市教育局" and said["rule_set"]["id"] == "cn-gp-2026"
    subject = f"plan/{ref}/notice/{notice.ref}"
    assert db.session.query(Entry).filter(Entry.subject == subject, Entry.kind == "notice.publish").count() == 1
    # Thirty days without the first one, to the same time; a last day of rest moves to the next workday.
    counted = intentions.earliest_start(queries.by_ref(ref))
    assert counted is not None and counted.ends_at.isoformat() == "2027-02-03T10:00:00+08:00"
    for words, wanted in {"护眼": 1, "led 显示": 1, "采购": 2, "A0206": 2, "护眼 显示": 0, "，": 0, "示": 2}.items():
        assert len(queries.intentions(words=words)[0]) == wanted, words
    page, after = queries.intentions(most=1)
    assert [one.title for one in page] == ["LED 显示屏采购"] and after
    assert [one.tender_ref for one in queries.intentions(most=1, after=after)[0]] == [ref]
    with as_officer(everyone) as act:
        operations.withdraw(act, queries.by_ref(ref), "年度预算调整")
    (taken_back,) = published.of_tender(ref, kind="correction")
    assert published.content(taken_back)["previous"]["ref"] == notice.ref
    assert queries.retracted([ref]) == {ref}


def test_a_tender_begins_after_the_intention_or_in_urgency(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    line = a_line(everyone)
    ref = a_project(everyone, line, "approved", rule_set_id="demo-2026").ref
    begin = lambda act: from_plan.begin(act, queries.by_ref(ref), everyone.officer)  # noqa: E731
    found = in_act(as_officer(everyone), begin)
    assert (found.rule, found.reasons[0].rule_id) == ("plan.not_announced", "intention.required")
    take(everyone, ref, "announced")
    with as_officer(everyone) as act:
        tender = begin(act).ref
    made = tender_queries.by_ref(tender)
    item = made.lots[0].items[0]
    assert (made.plan_ref, made.budget, made.procedure, made.category) == (ref, 1_200_000_00, "open", "goods")
    assert (made.description, made.lots[0].ceiling) == (queries.by_ref(ref).need, 1_200_000_00)
    assert (item.quantity, item.unit, item.classification) == ("1600", "套", "A02061900")
    assert (made.method["id"], made.policies["sme_reserve"]) == ("weighted_points", "whole")
    assert queries.by_ref(ref).state == "under_way"
    # One tender at a time; a new one where the first came to nothing.
    assert in_act(as_officer(everyone), begin).facts["tender"] == tender
    with as_officer(everyone) as act:
        tenders.discard(act, tender_queries.by_ref(tender))
    with as_officer(everyone) as act:
        assert begin(act).ref != tender
    with as_officer(everyone) as act:
        operations.finish(act, queries.by_ref(ref))
    urgency = {"procedure": "inquiry", "urgency": "校舍受灾，须在一周内恢复照明。"}
    urgent = a_project(everyone, line, "approved", amount=100_000_00, **urgency).ref
    with as_officer(everyone) as act:
        made = from_plan.begin(act, queries.by_ref(urgent), everyone.officer)
        assert (made.procedure, made.method["id"]) == ("inquiry", "lowest_price")
    assert queries.by_ref(urgent).state == "under_way"


def test_a_suspicion_is_decided_by_a_second_person_on_its_figures(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    line = a_line(everyone, 9_000_000_00)
    one = a_project(everyone, line, "submitted", amount=1_200_000_00, procedure="inquiry").ref
    two = a_project(everyone, line, "submitted", amount=1_100_000_00, procedure="inquiry").ref
    approve = lambda act, ref=one: operations.approve(act, queries.by_ref(ref), ())  # noqa: E731
    found = in_act(as_approver(everyone), approve)
    assert (found.rule, found.facts["article"]) == ("plan.splitting_undecided", "条例第28条")
    assert "2,300,000.00" in found.reasons[0].sentence("en")
    (figures,) = suspicion.of_year(everyone.authority, YEAR, (), clock.now())

    def decide(who: Any, shown: str, decision: str = "justified", others: Any = ()) -> Refusal | None:
        try:
            with who as act:
                suspicion.decide(
                    act, everyone.authority, year=YEAR, group="A0206", shown=shown,
                    others=others, decision=decision, reason="两校区分别立项",
                )  # fmt: skip
        except Refusal as refusal:
            return refusal
        return None

    def rule_of(refusal: Refusal | None) -> str:
        return refusal.rule if refusal is not None else ""

    assert rule_of(decide(as_approver(everyone), "0" * 64)) == "splitting.changed"
    assert rule_of(decide(as_officer(everyone), figures.digest())) == "splitting.by_a_second_person"
    assert rule_of(decide(as_approver(everyone), figures.digest(), "maybe")) == "splitting.choice"
    assert rule_of(decide(as_approver(everyone), figures.digest())) == ""
    assert rule_of(decide(as_approver(everyone), figures.digest())) == "splitting.decided"
    take(everyone, one, "approved")
    # New figures ask anew: a third purchase of the group, or a tender that the plan does not know.
    other = Purchase("T-2027-000009", "照明维修", "goods", "A0206", 300_000_00, "single_source")
    call = lambda act: operations.approve(act, queries.by_ref(two), (other,))  # noqa: E731
    assert in_act(as_approver(everyone), call).rule == "plan.splitting_undecided"
    (more,) = suspicion.of_year(everyone.authority, YEAR, (other,), clock.now())
    assert rule_of(decide(as_approver(everyone), more.digest(), "combine", (other,))) == ""
    found = in_act(as_approver(everyone), call)
    assert (found.rule, found.facts["sum"]) == ("plan.to_be_combined", "2,600,000.00")
    take(everyone, two, "approved")
    kept = queries.decisions(everyone.authority, YEAR)[more.digest()]
    assert (kept.decision, kept.figures["counted"][-1]["ref"]) == ("combine", "T-2027-000009")


def test_published_tenders_without_a_project_count_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    line = a_line(everyone)
    planned = a_project(everyone, line, "announced", rule_set_id="demo-2026").ref
    a_tender(everyone, clock)
    early = refused(lambda: a_tender(everyone, clock, plan_ref=planned))
    assert [one.rule_id for one in early.reasons] == ["intention.period"]
    clock.set(clock.now() + timedelta(minutes=2))
    for changes, rule in (
        ({"plan_ref": planned, "budget": 1_200_000_01}, "tender.plan_amount"),
        ({"plan_ref": a_project(everyone, line, amount=1_00).ref}, "tender.plan_project"),
        ({"plan_ref": "P-2026-999999"}, "tender.plan_project"),
    ):
        made = a_tender(everyone, clock, open=False, **changes)
        assert rule in {one.rule_id for one in readiness.issues(made, clock.now())}
        with as_officer(everyone) as act:
            tenders.discard(act, tender_queries.by_ref(made.ref))
    publish(everyone, a_tender(everyone, clock, open=False, plan_ref=planned).ref)
    a_tender(everyone, clock, lots=2)
    # What was published from the project counts against it.
    again = a_tender(everyone, clock, open=False, plan_ref=planned, budget=300_000_00)
    assert "tender.plan_amount" in {one.rule_id for one in readiness.issues(again, clock.now())}
    found = from_plan.purchases(everyone.authority, 2026)
    assert [(one.ref, one.amount, one.procedure) for one in found] == [
        ("T-2026-000001", 1_000_000_00, "open"),
        ("T-2026-000007/1", 1_000_000_00, "open"),
        ("T-2026-000007/2", 1_000_000_00, "open"),
    ]
    assert from_plan.purchases(everyone.authority, 2027) == []


def test_years_and_pages_by_key(app: Flask) -> None:
    everyone = people(app)
    line = a_line(everyone)
    refs = [a_project(everyone, line, amount=1_00).ref for _ in range(5)]
    take(everyone, refs[0], "submitted")
    page = queries.of_year(everyone.authority, YEAR, most=3)
    assert [one.ref for one in page.projects] == refs[:1:-1]
    rest = queries.of_year(everyone.authority, YEAR, most=3, after=page.next or "")
    assert ([one.ref for one in rest.projects], rest.next) == (refs[1::-1], None)
    assert [one.ref for one in queries.of_year(everyone.authority, YEAR, state="submitted").projects] == [refs[0]]
    assert queries.counts(everyone.authority, YEAR) == {"draft": (4, 400), "submitted": (1, 100)}
    assert queries.years(everyone.authority) == [YEAR]
    assert queries.of_year(everyone.authority, 2026).projects == []


def test_the_month_counts_not_the_day(app: Flask) -> None:
    everyone = people(app)
    assert a_project(everyone, "", begins_on=date(2027, 3, 19)).begins_on == date(2027, 3, 1)
