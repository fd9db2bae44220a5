"""The timetable of a case: a whole procurement counted by hand, what it refuses, and properties of every date."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.rules.calendar import Calendar, china
from procurement.rules.ruleset import load
from procurement.tender.timetable import BROKEN, KEPT, UNUSABLE, compute, main
from procurement.tender.timetable_case import CaseRefused, events, read
from procurement.tender.timetable_steps import STEPS

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOODS = {
    "rule_set": "cn-gp-2026",
    "kind": "goods",
    "procedure": "open",
    "stage": "bids",
    "intention_published_at": "2026-01-04T09:00",
    "published_at": "2026-02-05T10:00",
    "deadline": "2026-03-05T09:30",
    "amended_at": ["2026-02-20T10:00"],
    "evaluation_starts_at": "2026-03-05T14:00",
    "drawn_at": "2026-03-03T15:00",
    "evaluated_at": "2026-03-06T17:00",
    "reported_at": "2026-03-10T10:00",
    "decided_at": "2026-03-17T16:00",
    "award_published_at": "2026-03-19T09:00",
    "challenge_received_at": "2026-03-31T16:00",
    "challenge_answered_at": "2026-04-10T16:00",
    "contract_signed_at": "2026-04-20T10:00",
    "contract_published_at": "2026-04-22T10:00",
    "contract_filed_at": "2026-04-29T10:00",
    "losers_refunded_at": "2026-03-26T10:00",
    "winner_refunded_at": "2026-04-28T10:00",
    "delivered_at": "2026-05-20T10:00",
    "paid_at": "2026-06-19T10:00",
    "ended_at": "2026-06-19T10:00",
}
# Counted by hand: 15 to 23 February and 1 to 5 May 2026 are off, 14 and 28 February and 9 May are worked.
BY_HAND = {
    "intention.period": "2026-02-03T09:00:00+08:00",
    "notice.period": "2026-02-12",
    "tender.document_period": "2026-02-12",
    "tender.min_period": "2026-02-25T10:00:00+08:00",
    "clarification.before_deadline": "2026-02-18T09:30:00+08:00",
    "panel.draw_earliest": "2026-03-03",
    "evaluation.report": "2026-03-10",
    "award.decision": "2026-03-17",
    "award.notice": "2026-03-19",
    "award.notice_period": "2026-03-20",
    "challenge.period": "2026-03-31",
    "challenge.answer": "2026-04-10",
    "complaint.period": "2026-05-06",
    "contract.period": "2026-04-20",
    "contract.publish": "2026-04-22",
    "contract.file": "2026-04-29",
    "bond.refund_losers": "2026-03-26",
    "bond.refund_winner": "2026-04-27",
    "payment.sme": "2026-06-22",
    "payment.sme_agreed": "2026-07-20",
    "archive.period": "2041-06-19",
}
WORKS = {
    "rule_set": "cn-works-2026",
    "kind": "works",
    "published_at": "2026-09-10T10:00",
    "objected_at": "2026-09-20T10:00",
    "evaluated_at": "2026-10-12T15:00",
    "reported_at": "2026-10-12T16:00",
    "candidates_published_at": "2026-10-14T09:00",
    "decided_at": "2026-10-19T09:00",
    "award_published_at": "2026-10-19T10:00",
    "award_reported_at": "2026-11-04T10:00",
}
WORKS_BY_HAND = {
    "tender.document_period": "2026-09-15",
    "tender.min_period": "2026-09-30T10:00:00+08:00",
    "objection.document": "2026-09-20T10:00:00+08:00",
    "clarification.before_deadline": "2026-09-15T10:00:00+08:00",
    "award.candidates": "2026-10-15",
    "award.candidate_publicity": "2026-10-19",
    "award.notice_period": "2026-10-22",
    "challenge.period": "2026-10-22",
    "contract.period": "2026-11-18",
    "award.report": "2026-11-03",
}


@pytest.mark.parametrize(("case", "wanted"), [(GOODS, BY_HAND), (WORKS, WORKS_BY_HAND)], ids=["goods", "works"])
def test_a_whole_procurement_counted_by_hand(case, wanted) -> None:
    found = compute(read(case))
    said = {step: found.line(step).result.isoformat() for step in wanted}
    assert said == wanted
    for line in found.lines:
        assert line.rule.cite("en") in json.dumps(line.as_json("en"))
        assert line.as_json("zh-TW")["how"] and line.as_json("zh-CN")["counted"]["rule"] == line.rule.id


def test_what_was_not_kept_is_told_and_what_is_unknown_waits() -> None:
    found = compute(read(GOODS))
    # The winner's bond was due on 27 April; of the rest everything was done in time, on its last day where one is.
    assert [line.step for line in found.broken] == ["bond.refund_winner"]
    assert found.line("tender.min_period").kept is True and found.line("notice.period").kept is None
    assert found.line("panel.draw_earliest").kept is True
    too_early = compute(read({**GOODS, "drawn_at": "2026-03-02T23:59"}))
    assert "panel.draw_earliest" in [line.step for line in too_early.broken]
    changed = [line for line in found.lines if line.extends is not None]
    # Fifteen days from 20 February end on Saturday 7 March, and roll to Monday.
    assert [line.result.isoformat() for line in changed] == ["2026-03-09T00:00:00+08:00"]
    works = compute(read(WORKS))
    assert [line.step for line in works.broken] == ["award.candidate_publicity", "award.report"]
    assert works.line("objection.document").assumed and not works.line("tender.min_period").assumed
    assert ("contract.publish", "contract_signed_at") in compute(read({**GOODS, "contract_signed_at": None})).waiting
    with pytest.raises(KeyError):
        works.line("contract.file")


def test_each_stage_counts_by_its_own_rules() -> None:
    def dates(procedure: str, stage: str, **more: object) -> dict[str, str]:
        given = {"rule_set": "cn-gp-2026", "kind": "goods", "procedure": procedure, "stage": stage}
        found = compute(read({**given, "published_at": "2026-09-10T10:00", **more}))
        return {line.step: line.result.isoformat() for line in found.lines}

    assert dates("consultation", "response")["tender.min_period"] == "2026-09-20T10:00:00+08:00"
    assert dates("negotiation", "response")["tender.min_period"] == "2026-09-15"
    assert dates("inquiry", "bids")["notice.period"] == "2026-09-15"
    assert "tender.min_period" not in dates("negotiation", "round") | dates("single_source", "bids")
    publicity = dates("single_source", "bids", publicity_published_at="2026-09-18T09:00")
    assert publicity["single_source.publicity"] == "2026-09-24"  # Sunday 20 September is worked, 25 to 27 are off
    assert "single_source.publicity" not in dates("open", "bids", publicity_published_at="2026-09-01T09:00")
    signed = {"admitted_at": "2026-09-10T10:00", "agreement_signed_at": "2026-09-20T10:00"}
    framework = dates("framework", "admission", **signed)
    assert framework["framework.duration_goods"] == "2027-09-20" and framework["framework.file"] == "2026-09-30"
    assert "framework.duration_services" not in framework and "contract.period" not in framework
    assert "framework.agreement" not in dates("open", "bids", **signed)
    minutes = compute(read({"rule_set": "demo-2026", "kind": "goods", "published_at": "2026-09-10T10:00:30"}))
    assert minutes.line("tender.min_period").result.isoformat() == "2026-09-10T10:01:30+08:00"


@pytest.mark.parametrize("name", ["cn-gp-2026", "cn-works-2026"])
def test_every_period_of_the_law_has_a_step(name: str) -> None:
    """Left out are the spans looked back on in people's lives, and rules that stand in for general ones."""
    ruleset = load(name)
    standing_in = {own for one in ruleset.procedures for stage in one.stages for _general, own in stage.rules if own}
    lives = {"panel.recusal_years", "panel.expert_years"}
    periods = {rule.id for rule in ruleset.rules if rule.is_period}
    assert periods - {step.rule for step in STEPS} - standing_in - lives == set()
    assert {name for step in STEPS for name in (*step.start, step.done) if name and not name.endswith(".end")} <= set(
        events()
    )


@pytest.mark.parametrize(
    ("case", "problems"),
    [
        ([], [("timetable.not_a_table", "")]),
        ({}, [("timetable.missing", "/rule_set")]),
        ({"rule_set": "cn-gp-1999"}, [("timetable.rule_set", "/rule_set")]),
        ({"rule_set": {"id": "x"}}, [("timetable.rule_set", "/rule_set")]),
        (
            {"rule_set": "cn-gp-2026", "kind": "boats", "procedure": "auction", "publish/ed": 1, "format": "x"},
            [
                ("timetable.format", "/format"),
                ("timetable.unknown_field", "/publish~1ed"),
                ("timetable.kind", "/kind"),
                ("timetable.procedure", "/procedure"),
            ],
        ),
        (
            {"rule_set": "cn-gp-2026", "kind": "works", "procedure": "open", "stage": "round"},
            [("timetable.kind", "/kind"), ("timetable.stage", "/stage")],
        ),
        (
            {"rule_set": "cn-gp-2026", "kind": "goods", "published_at": "2026-09-10", "amended_at": ["x", 1]},
            [
                ("timetable.moment", "/published_at"),
                ("timetable.moment", "/amended_at/0"),
                ("timetable.moment", "/amended_at/1"),
            ],
        ),
        (
            {"rule_set": "cn-gp-2026", "kind": "goods", "amended_at": "2026-09-10T10:00", "stage": 3},
            [("timetable.not_a_word", "/stage"), ("timetable.not_a_list", "/amended_at")],
        ),
        (
            {**GOODS, "decided_at": "2026-03-01T10:00"},
            [("timetable.order", "/decided_at"), ("timetable.order", "/decided_at")],
        ),
    ],
)
def test_a_case_that_cannot_be_computed_names_every_problem(case, problems) -> None:
    with pytest.raises(CaseRefused) as refused:
        read(case)
    assert [(one.rule, one.pointer) for one in refused.value.problems] == problems
    for one in refused.value.problems:
        assert all(one.sentence(locale) for locale in ("en", "zh-CN", "zh-TW")) and one.as_json("en")["rule"]


def test_the_command_tells_dates_and_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(case: object, *more: str) -> tuple[int, str, str]:
        path = tmp_path / "case.json"
        path.write_text(case if isinstance(case, str) else json.dumps(case), encoding="utf-8")
        status = main([str(path), *more])
        told = capsys.readouterr()
        return status, told.out, told.err

    assert run(WORKS)[0] == BROKEN
    status, out, _err = run({**WORKS, "award_reported_at": None, "decided_at": "2026-10-20T09:00", "award_published_at": None})
    assert status == KEPT and "Tendering Law art. 24" in out and "Wed 30 September 2026, 10:00" in out
    status, out, _err = run(WORKS, "--lang", "zh-TW")
    assert "招標投標法第24條" in out and "2026年9月30日（週三）10:00" in out and "✗" in out
    status, out, _err = run(GOODS, "--json", "--lang", "zh-CN")
    said = json.loads(out)
    assert status == BROKEN and said["format"] == "sunseal-timetable/1" and said["kept"] is False
    assert said["rule_set"]["digest"] == load("cn-gp-2026").digest()
    for broken in ("{", '{"a": 1, "a": 2}', {"kind": "goods"}):
        status, out, err = run(broken)
        assert status == UNUSABLE and err.startswith("timetable.")
    status, out, _err = run({"kind": "goods"}, "--json")
    assert json.loads(out)[0]["pointer"] == "/rule_set"
    assert main([str(tmp_path / "none.json")]) == UNUSABLE


MOMENTS = st.datetimes(datetime(2020, 1, 2), datetime(2026, 11, 1)).map(lambda one: one.replace(microsecond=0))
STAGES = [
    (ruleset.id, one.kinds[0], one.id, stage.id)
    for ruleset in (load("cn-gp-2026"), load("cn-works-2026"))
    for one in ruleset.procedures
    for stage in one.stages
    if "tender.min_period" in ruleset.under(one.id, stage.id)
]


def dates_of(stage: tuple[str, str, str, str], published_at: datetime, calendar: Calendar | None = None, **more: str):
    given = dict(zip(("rule_set", "kind", "procedure", "stage"), stage, strict=True))
    return compute(read({**given, "published_at": published_at.isoformat(), **more}), calendar)


@settings(max_examples=60, deadline=None)
@given(stage=st.sampled_from(STAGES), first=MOMENTS, later=st.integers(0, 60 * 24 * 40))
def test_publishing_later_never_makes_an_earlier_deadline_lawful(stage, first: datetime, later: int) -> None:
    one, other = (dates_of(stage, moment) for moment in (first, first + timedelta(minutes=later)))
    for step in ("tender.min_period", "tender.document_period", "notice.period", "clarification.before_deadline"):
        lines = [[line for line in found.lines if line.step == step] for found in (one, other)]
        if all(lines):
            assert lines[0][0].counted.ends_at <= lines[1][0].counted.ends_at
    deadline = one.line("tender.min_period").counted.ends_at
    assert dates_of(stage, first, deadline=deadline.isoformat()).line("tender.min_period").kept is True
    too_early = (deadline - timedelta(seconds=1)).isoformat()
    assert dates_of(stage, first, deadline=too_early).line("tender.min_period").kept is False


@settings(max_examples=60, deadline=None)
@given(stage=st.sampled_from(STAGES), at=MOMENTS, days=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_another_holiday_never_shortens_a_period(stage, at: datetime, days: list[int]) -> None:
    known = china()
    off = {(at + timedelta(days=step)).date() for step in days}
    longer = replace(known, holidays=known.holidays | off, workdays=known.workdays - off)
    for before, after in zip(dates_of(stage, at).lines, dates_of(stage, at, longer).lines, strict=True):
        if not before.counted.backward and before.start == "published_at":
            assert before.counted.ends_at <= after.counted.ends_at


@settings(max_examples=60, deadline=None)
@given(stage=st.sampled_from(STAGES), at=MOMENTS)
def test_the_start_day_is_left_out_and_units_are_not_confused(stage, at: datetime) -> None:
    for line in dates_of(stage, at).lines:
        counted, start = line.counted, line.counted.start.date()
        if counted.backward:
            continue
        between = [start + timedelta(days=step) for step in range(1, (counted.last_day - start).days + 1)]
        if counted.unit == "days":
            assert len(between) == counted.number
        elif counted.unit == "workdays":
            assert sum(map(china().is_workday, between)) == counted.number
        assert start not in between and china().is_workday(counted.ends_on)
        assert isinstance(line.result, date) and line.rule.unit == counted.unit
