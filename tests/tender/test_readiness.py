"""Readiness tells everything at once, with rule, place, article and remedy; deadlines are counted by the rule set."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import FixedClock
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.rules.counting import earliest_deadline
from procurement.rules.ruleset import load
from procurement.tender import drafting, law, operations, queries, readiness
from procurement.tender.amended import amendment_issue
from procurement.tender.models import Criterion, Document, Item, Lot, Tender
from tests.builders.people import people
from tests.builders.tenders import LOWEST, WEIGHTED, a_form, a_tender, as_officer

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


def a_row(closes_at: datetime | None = NOW + timedelta(days=31), **more: Any) -> Tender:
    """Return an unsaved tender under the law, with nothing in its way unless `more` puts it there."""
    given_form = {**a_form(closes_at), "rule_set_id": "cn-gp-2026", **more}
    form = drafting.checked(given_form, rule_sets={"cn-gp-2026", "demo-2026"}, rule_set="")
    kept = {name: value for name, value in form.items() if name not in ("lots", "criteria", "invitees")}
    tender = Tender(stage="bids", **kept)
    tender.authority = Organisation(
        ref="O-000001", kind="authority", name="教育局", address="路 1 号", contact="林", phone="000"
    )
    tender.lots = [
        Lot(
            number=lot["number"],
            title=lot["title"],
            ceiling=lot["ceiling"],
            items=[Item(**item) for item in lot["items"]],
        )
        for lot in form["lots"]
    ]
    tender.criteria = [Criterion(position=at, **one) for at, one in enumerate(form["criteria"])]
    tender.documents = [Document(ref="d", title="招标文件", sha256="0" * 64)]
    return tender


def found(tender: Tender, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(one.rule_id, one.pointer) for one in readiness.issues(tender, now)]


def test_a_sound_tender_has_nothing_in_its_way() -> None:
    assert found(a_row()) == []
    assert found(a_row(criteria=LOWEST, method={"id": "lowest_price"})) == []


def test_everything_is_told_at_once() -> None:
    tender = a_row(
        NOW + timedelta(days=15),
        description="",
        qualifications="",
        budget=900_000_00,
        lots=[
            {"title": "", "ceiling": 1_000_000_00, "items": [{"title": "灯", "quantity": "", "unit": "套"}]},
            {"title": "二", "ceiling": 0, "items": []},
        ],
        criteria=[
            {"code": "R1", "kind": "requirement", "title": "交货期", "guidance": ""},
            {"code": "C1", "kind": "price", "title": "价格", "weight": "20"},
            {"code": "C2", "kind": "points", "title": "方案", "weight": "0", "guidance": ""},
        ],
    )
    tender.documents = []
    assert set(found(tender)) == {
        ("tender.min_period", "/closes_at"),
        ("tender.deadline_workday", "/closes_at"),
        ("tender.contents", "/description"),
        ("tender.contents", "/qualifications"),
        ("tender.contents", "/lots/0/title"),
        ("tender.contents", "/lots/0/items/0/quantity"),
        ("tender.contents", "/lots/1/ceiling"),
        ("tender.contents", "/lots/1/items"),
        ("tender.ceiling_within_budget", "/lots/0/ceiling"),
        ("tender.lot_ceilings", "/lots"),
        ("criteria.has_words", "/criteria/0/guidance"),
        ("criteria.weights_sum", "/criteria"),
        ("criteria.price_floor_goods", "/criteria/1/weight"),
        ("criteria.quantified", "/criteria/2/guidance"),
        ("criteria.weight_positive", "/criteria/2/weight"),
    }
    for one in readiness.issues(tender, NOW):
        for locale in ("zh_Hans", "zh_Hant", "en"):
            told = one.as_json(locale)
            assert told["sentence"] and told["remedy"] and told["article"], one


def test_what_blocks_comes_first_and_advice_stops_nothing() -> None:
    saturday = datetime(2027, 1, 9, 9, 30, tzinfo=SHANGHAI)
    only_advice = readiness.issues(a_row(saturday), NOW)
    assert [(one.rule_id, one.blocks) for one in only_advice] == [("tender.deadline_workday", False)]
    both = readiness.issues(a_row(saturday, description=""), NOW)
    assert [one.blocks for one in both] == [True, False]


def test_the_price_of_services_may_weigh_less_than_that_of_goods() -> None:
    criteria = [*WEIGHTED[:1], {**WEIGHTED[1], "weight": "10"}, {**WEIGHTED[2], "weight": "75"}, WEIGHTED[3]]
    assert found(a_row(criteria=criteria, category="services")) == []
    assert found(a_row(criteria=criteria)) == [("criteria.price_floor_goods", "/criteria/1/weight")]
    criteria = [criteria[0], {**criteria[1], "weight": "9.99"}, {**criteria[2], "weight": "75.01"}, criteria[3]]
    assert found(a_row(criteria=criteria, category="services")) == [
        ("criteria.price_floor_services", "/criteria/1/weight")
    ]


def test_works_foreign_money_and_methods_that_do_not_fit() -> None:
    assert ("procedure.kinds", "/category") in found(a_row(category="works"))
    tender = a_row(currency="GBP")
    assert found(tender) == [("tender.contents", "/currency")]
    assert "GBP" in readiness.issues(tender, NOW)[0].sentence("en")
    lowest = found(a_row(method={"id": "lowest_price"}))
    assert lowest == [("method.lowest_without_points", "/criteria")]
    assert ("criteria.single_price", "/criteria") in found(a_row(criteria=WEIGHTED[:1]))


def test_a_finding_names_the_earliest_lawful_time() -> None:
    (finding,) = (
        one for one in readiness.issues(a_row(NOW + timedelta(days=19)), NOW) if one.rule_id == "tender.min_period"
    )
    assert finding.facts["earliest"] == datetime(2026, 12, 10, 10, 0, tzinfo=SHANGHAI)
    assert found(a_row(finding.facts["earliest"])) == []


moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 11, 30), timezones=st.just(SHANGHAI))


@given(moments, st.integers(-3 * 86400, 40 * 86400))
def test_a_deadline_is_too_early_exactly_before_the_counted_one(now: datetime, seconds: int) -> None:
    now = now.replace(microsecond=0)
    deadline = now + timedelta(seconds=seconds)
    too_early = ("tender.min_period", "/closes_at") in found(a_row(deadline), now)
    assert too_early == (deadline < earliest_deadline(now, load("cn-gp-2026")).ends_at)
    if not too_early:
        assert deadline - now >= timedelta(days=20)


@given(moments, st.integers(0, 40 * 24), st.integers(0, 40 * 24))
def test_an_amendment_never_leaves_less_than_the_law_asks(now: datetime, left: int, more: int) -> None:
    now = now.replace(microsecond=0)
    before = now + timedelta(hours=left, seconds=1)
    after = before + timedelta(hours=more)
    tender = a_row(before)
    refused = amendment_issue(tender, load("cn-gp-2026"), now=now, closes_at=after)
    if refused is None:
        assert after - now >= timedelta(days=15)
    else:
        earliest = refused.facts["earliest"]
        assert earliest > after
        # What the refusal offers is accepted.
        assert amendment_issue(tender, load("cn-gp-2026"), now=now, closes_at=earliest) is None


def test_all_problems_of_a_form_are_told_at_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    form = {
        "title": "",
        "budget": -1,
        "category": "gifts",
        "closes_at": datetime(2026, 12, 1),
        "rule_set_id": "no-such-set",
        "lots": [
            {"number": "1", "items": [{"quantity": "1e5"}, {"quantity": "0"}]},
            {"number": "1", "title": "x\x00"},
        ],
        "method": {"id": "weighted_points", "rounding": {"places": 99}},
        "criteria": [{"kind": "luck"}, {"kind": "points", "bands": [{"least": "5", "most": "1", "text": ""}]}],
    }
    with pytest.raises(Refusal) as refused, as_officer(everyone) as act:
        operations.create(act, authority=everyone.authority, account=everyone.officer, data=form)
    assert refused.value.rule == "tender.invalid"
    assert {(one.rule, one.pointer) for one in refused.value.reasons} == {
        ("draft.title", "/title"),
        ("draft.money", "/budget"),
        ("draft.choice", "/category"),
        ("draft.moment", "/closes_at"),
        ("draft.rule_set", "/rule_set_id"),
        ("draft.quantity", "/lots/0/items/0/quantity"),
        ("draft.quantity", "/lots/0/items/1/quantity"),
        ("draft.text", "/lots/1/title"),
        ("draft.number_twice", "/lots/1/number"),
        ("draft.method", "/method/rounding/places"),
        ("draft.choice", "/criteria/0/kind"),
        ("draft.bands", "/criteria/1/bands/0/least"),
    }
    assert all(str(one) for one in refused.value.reasons)
    assert queries.of_authority(everyone.authority) == []


def test_production_refuses_the_demonstration_set(app: Flask, clock: FixedClock, monkeypatch: Any) -> None:
    everyone = people(app)
    settings = dataclasses.replace(app.config["SETTINGS"], is_production=True)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with pytest.raises(Refusal) as refused, as_officer(everyone) as act:
        form = a_form(clock.now() + timedelta(hours=1))
        operations.create(act, authority=everyone.authority, account=everyone.officer, data=form)
    assert [one.rule for one in refused.value.reasons] == ["draft.rule_set"]


def test_the_law_of_a_published_tender_is_the_frozen_one(app: Flask, clock: FixedClock) -> None:
    house = people(app)
    tender = a_tender(house, clock)
    changed = dataclasses.replace(law.frozen_set(tender), note="changed")
    with as_officer(house) as act:
        tender = queries.by_ref(tender.ref)
        tender.frozen = law.freeze(act, changed)
        assert readiness.rule_set_of(tender).note == "changed"
        act.record("test.freeze", "test")


def test_times_are_kept_to_the_second_in_utc() -> None:
    form = drafting.checked(
        a_form(datetime(2026, 12, 1, 9, 30, 0, 123, tzinfo=SHANGHAI)), rule_sets={"demo-2026"}, rule_set=""
    )
    assert form["closes_at"] == datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
