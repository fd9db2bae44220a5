"""Every period and every number of the law, one row each, counted by hand against the published arrangements.

The days of rest (State Council, checked by hand): Spring Festival 2020 24 January to 2 February (prolonged); 2021 11 to
17 February, 7 and 20 February worked; 2022 31 January to 6 February, 29 and 30 January worked; 2023 21 to 27 January, 28
and 29 worked; 2024 10 to 17 February, 4 and 18 worked; 2025 28 January to 4 February, 26 January and 8 February worked;
2026 15 to 23 February, 14 and 28 worked. National Day 2020 1 to 8 October, 27 September and 10 October worked; 2021 1 to
7, 26 September and 9 October worked; 2022 1 to 7, 8 and 9 worked; 2023 29 September to 6 October, 7 and 8 worked; 2024 1
to 7, 29 September and 12 October worked; 2025 1 to 8, 28 September and 11 October worked; 2026 1 to 7, 20 September and
10 October worked. Labour Day 2026 1 to 5 May, 9 May worked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from procurement.rules.counting import due_on, latest_before
from procurement.rules.rule import value_as_json
from procurement.rules.ruleset import load

CN, WORKS = load("cn-gp-2026"), load("cn-works-2026")
BACK = {
    "clarification.before_deadline", "prequalification.clarification", "negotiation.clarification",
    "consultation.clarification", "quotation.clarification", "objection.document", "objection.prequalification",
    "panel.draw_earliest", "question.before_deadline",
}  # fmt: skip

# Rule → number, unit, start, and the end counted by hand: a moment where hours count (elapsed), else the last day. Of a
# count backwards it is the latest moment, or the first moment of the last full day that must lie between.
GP = {
    "tender.min_period": (20, "days", "2026-09-11T10:00", "2026-10-08T00:00"),
    "tender.document_period": (5, "workdays", "2026-02-12T09:00", "2026-02-26"),
    "notice.period": (5, "workdays", "2020-01-20T09:00", "2020-02-04"),
    "notice.medium": (1, "workdays", "2026-10-09T16:00", "2026-10-10"),
    "notice.short_period": (3, "workdays", "2020-09-29T10:00", "2020-10-10"),
    "clarification.before_deadline": (15, "days", "2026-09-30T10:00", "2026-09-15T10:00"),
    "question.before_deadline": (3, "workdays", "2026-10-12T10:00", "2026-10-08T00:00"),
    "intention.period": (30, "days", "2026-01-20T08:00", "2026-02-24T00:00"),
    "prequalification.min_period": (5, "workdays", "2021-02-08T10:00", "2021-02-20"),
    "prequalification.clarification": (3, "days", "2026-10-09T09:30", "2026-10-06T09:30"),
    "negotiation.min_period": (3, "workdays", "2023-09-27T10:00", "2023-10-08"),
    "negotiation.clarification": (3, "workdays", "2025-02-06T10:00", "2025-01-26T00:00"),
    "consultation.document_period": (5, "workdays", "2022-09-29T10:00", "2022-10-11"),
    "consultation.min_period": (10, "days", "2026-09-10T10:00", "2026-09-20T10:00"),
    "consultation.clarification": (5, "days", "2026-10-09T10:00", "2026-10-04T10:00"),
    "quotation.min_period": (3, "workdays", "2025-01-24T10:00", "2025-02-05"),
    "quotation.clarification": (3, "workdays", "2020-10-12T10:00", "2020-09-30T00:00"),
    "single_source.publicity": (5, "workdays", "2023-01-19T10:00", "2023-01-31"),
    "panel.draw_earliest": (2, "workdays", "2026-10-08T09:00", "2026-09-29T00:00"),
    "panel.recusal_years": (3, "years", "2023-10-03T10:00", "2026-10-08"),
    "abnormal.explanation": (30, "minutes", "2026-09-30T23:45", "2026-10-01T00:15"),
    "evaluation.report": (2, "workdays", "2022-01-28T10:00", "2022-01-30"),
    "award.decision": (5, "workdays", "2024-02-07T10:00", "2024-02-20"),
    "award.notice": (2, "workdays", "2026-09-30T10:00", "2026-10-09"),
    "award.notice_period": (1, "workdays", "2026-02-13T10:00", "2026-02-14"),
    "contract.period": (30, "days", "2026-09-01T10:00", "2026-10-08"),
    "contract.publish": (2, "workdays", "2023-01-20T10:00", "2023-01-29"),
    "contract.file": (7, "workdays", "2024-09-27T10:00", "2024-10-12"),
    "bond.refund_losers": (5, "workdays", "2026-09-29T10:00", "2026-10-12"),
    "bond.refund_winner": (5, "workdays", "2025-01-23T10:00", "2025-02-06"),
    "bond.refund_withdrawn": (5, "workdays", "2021-09-29T10:00", "2021-10-12"),
    "termination.refund": (5, "workdays", "2026-04-29T10:00", "2026-05-09"),
    "payment.sme": (30, "days", "2026-01-16T10:00", "2026-02-24"),
    "payment.sme_agreed": (60, "days", "2026-08-03T10:00", "2026-10-08"),
    "inquiry.answer": (3, "workdays", "2026-09-30T10:00", "2026-10-10"),
    "challenge.period": (7, "workdays", "2021-09-28T00:00", "2021-10-13"),
    "challenge.answer": (7, "workdays", "2025-09-26T10:00", "2025-10-13"),
    "complaint.period": (15, "workdays", "2026-02-02T00:00", "2026-02-28"),
    "complaint.examine": (5, "workdays", "2026-09-18T10:00", "2026-09-24"),
    "complaint.copy": (8, "workdays", "2026-02-09T10:00", "2026-02-26"),
    "complaint.decision": (30, "workdays", "2026-01-05T10:00", "2026-02-14"),
    "complaint.suspension": (30, "days", "2026-04-02T10:00", "2026-05-06"),
    "complaint.ban_least": (1, "years", "2025-10-01T10:00", "2026-10-08"),
    "complaint.ban_most": (3, "years", "2023-05-03T10:00", "2026-05-06"),
    "framework.agreement": (30, "days", "2026-09-05T10:00", "2026-10-08"),
    "framework.file": (7, "workdays", "2020-09-25T10:00", "2020-10-12"),
    "framework.tell_users": (3, "workdays", "2022-01-28T10:00", "2022-02-07"),
    "framework.duration_goods": (1, "years", "2025-02-17T10:00", "2026-02-24"),
    "framework.duration_services": (2, "years", "2024-02-29T10:00", "2026-02-28"),
    "framework.open_decision": (7, "workdays", "2023-09-25T10:00", "2023-10-10"),
    "framework.open_notice": (2, "workdays", "2024-02-09T10:00", "2024-02-19"),
    "framework.summary": (10, "workdays", "2025-09-22T10:00", "2025-10-11"),
    "archive.period": (15, "years", "2011-05-03T10:00", "2026-05-06"),
}
TENDERED_WORKS = {
    "tender.min_period": (20, "days", "2026-09-10T10:00", "2026-09-30T10:00"),
    "tender.document_period": (5, "days", "2026-09-10T10:00", "2026-09-15"),
    "notice.period": (5, "days", "2026-09-28T10:00", "2026-10-08"),
    "clarification.before_deadline": (15, "days", "2026-10-20T09:00", "2026-10-05T09:00"),
    "prequalification.after_sale": (5, "days", "2026-02-10T10:00", "2026-02-24T00:00"),
    "prequalification.min_period": (10, "days", "2026-09-10T10:00", "2026-09-20T10:00"),
    "prequalification.clarification": (3, "days", "2026-09-20T10:00", "2026-09-17T10:00"),
    "bond.refund_losers_after_contract": (5, "days", "2026-09-25T10:00", "2026-09-30"),
    "bond.refund_winner": (5, "days", "2026-09-26T10:00", "2026-10-08"),
    "bond.refund_withdrawn": (5, "days", "2026-09-15T10:00", "2026-09-20"),
    "panel.expert_years": (8, "years", "2018-02-20T10:00", "2026-02-24"),
    "panel.recusal_years": (3, "years", "2023-10-03T10:00", "2026-10-08"),
    "award.candidates": (3, "days", "2026-09-29T10:00", "2026-10-08"),
    "award.candidate_publicity": (3, "days", "2026-02-11T10:00", "2026-02-14"),
    "award.notice_period": (3, "days", "2026-02-12T10:00", "2026-02-24"),
    "challenge.period": (3, "days", "2026-04-30T10:00", "2026-05-06"),
    "challenge.answer": (3, "days", "2026-10-07T10:00", "2026-10-10"),
    "objection.document": (10, "days", "2026-10-12T09:00", "2026-10-02T09:00"),
    "objection.prequalification": (2, "days", "2026-09-20T10:00", "2026-09-18T10:00"),
    "complaint.period": (10, "days", "2026-09-24T10:00", "2026-10-08"),
    "complaint.acceptance": (3, "workdays", "2020-09-29T10:00", "2020-10-10"),
    "complaint.decision": (30, "workdays", "2026-01-05T10:00", "2026-02-14"),
    "contract.period": (30, "days", "2026-10-09T10:00", "2026-11-09"),
    "award.report": (15, "days", "2026-09-18T10:00", "2026-10-08"),
    "payment.sme": (30, "days", "2026-01-16T10:00", "2026-02-24"),
    "payment.sme_agreed": (60, "days", "2026-08-03T10:00", "2026-10-08"),
}
ROWS = [
    pytest.param(ruleset, id, *row, id=f"{ruleset.id}-{id}")
    for ruleset, table in ((CN, GP), (WORKS, TENDERED_WORKS))
    for id, row in table.items()
]


@pytest.mark.parametrize(("ruleset", "id", "number", "unit", "start", "end"), ROWS)
def test_a_period_ends_where_the_hand_counts_it(ruleset, id, number, unit, start, end) -> None:
    rule = ruleset.rule(id)
    assert (rule.value, rule.unit) == (number, unit)
    began = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    counted = (latest_before if id in BACK else due_on)(rule, began)
    exact = "T" in end
    assert exact == (rule.counting == "elapsed" or counted.backward), "a moment where hours count, else a day"
    found = counted.ends_at.replace(tzinfo=None).isoformat(timespec="minutes") if exact else counted.ends_on.isoformat()
    assert found == end
    if counted.backward or rule.unit in ("minutes", "years"):
        return
    # Calendar days and workdays are never confused: the other unit ends elsewhere over these holidays, or the row
    # has no day of rest in it and says so by itself.
    other = due_on(replace(rule, unit="workdays" if unit == "days" else "days", counting="full_days"), began)
    assert other.last_day != counted.last_day or not counted.skipped


@pytest.mark.parametrize(("ruleset", "table"), [(CN, GP), (WORKS, TENDERED_WORKS)], ids=["gp", "works"])
def test_every_period_has_a_row(ruleset, table) -> None:
    """Whoever adds a period to a rule set counts one case of it by hand, and adds it above."""
    assert {rule.id for rule in ruleset.rules if rule.is_period} == set(table)


# Numbers that are no periods, typed from the domain file once more, so that a slip in the data is seen.
LIMITS = {
    "opening.min_bids": 3, "evaluation.min_effective": 3, "bond.bid_cap": "2", "bond.performance_cap": "10",
    "criteria.weights_sum": "100", "criteria.price_floor_goods": "30", "criteria.price_floor_services": "10",
    "criteria.single_price": 1, "panel.min_size": 5, "panel.large_budget": "10000000.00", "panel.large_min_size": 7,
    "panel.expert_share": "2/3", "policy.sme_deduction": ("10", "20"), "policy.sme_consortium_deduction": ("4", "6"),
    "policy.sme_works_deduction": ("3", "5"), "policy.sme_works_consortium_deduction": ("1", "2"),
    "policy.sme_reserve": "30", "policy.sme_reserve_small": "60", "policy.sme_reserve_whole": "2000000",
    "policy.sme_reserve_whole_works": "4000000", "policy.sme_consortium_share": "30", "policy.reserved_min_bids": 3,
    "policy.domestic_deduction": "20", "policy.domestic_share": "80", "abnormal.mean": "50", "abnormal.second": "50",
    "abnormal.ceiling": "45", "abnormal.most": "65", "plan.survey_least": 3, "plan.survey_required": "10000000",
    "plan.splitting_code": 5, "procedure.open_threshold": "2000000", "tender.procurement_limit": "1000000.00",
    "tender.procurement_limit_works": "1200000.00", "contract.addition_cap": "10", "negotiation.legal_experts": 1,
    "framework.knock_out": "20", "framework.knock_out_least": 1, "framework.knock_out_quality": "40",
    "framework.top_up": "70", "selective.min_qualified": 3, "selective.min_invited": 3,
    "negotiation.min_responses": 3, "negotiation.min_conforming": 3, "negotiation.min_invited": 3,
    "negotiation.panel_size": 3, "negotiation.panel_expert_share": "2/3",
    "negotiation.panel_large_budget": "2000000.00", "negotiation.panel_large_size": 5,
    "consultation.min_responses": 3, "consultation.min_conforming": 3, "consultation.min_invited": 3,
    "consultation.panel_size": 3, "consultation.panel_expert_share": "2/3", "consultation.price_floor_goods": "30",
    "consultation.price_ceiling_goods": "60", "consultation.price_floor_services": "10",
    "consultation.price_ceiling_services": "30", "quotation.min_responses": 3, "quotation.min_conforming": 3,
    "single_source.addition_cap": "10", "single_source.min_responses": 1, "single_source.min_conforming": 1,
    "single_source.min_invited": 1, "single_source.max_invited": 1, "framework.min_responses": 2,
    "framework.min_conforming": 2, "framework.call_min_responses": 1, "framework.call_min_conforming": 1,
    "framework.call_min_invited": 1, "framework.second_min_responses": 2, "framework.second_min_conforming": 2,
    "framework.second_min_invited": 2,
}  # fmt: skip
WORKS_LIMITS = {
    "tender.threshold_works": "4000000.00", "tender.threshold_goods": "2000000.00",
    "tender.threshold_services": "1000000.00", "procedure.open_threshold": "4000000", "opening.min_bids": 3,
    "evaluation.min_effective": 1, "selective.min_qualified": 3, "selective.min_invited": 3, "bond.bid_cap": "2",
    "bond.performance_cap": "10", "criteria.weights_sum": "100", "criteria.single_price": 1, "panel.min_size": 5,
    "panel.expert_share": "2/3", "award.max_candidates": 3, "plan.splitting_code": 5,
}  # fmt: skip


@pytest.mark.parametrize(("ruleset", "limits"), [(CN, LIMITS), (WORKS, WORKS_LIMITS)], ids=["gp", "works"])
def test_every_limit_has_its_number(ruleset, limits) -> None:
    found = {
        rule.id: value_as_json(rule.value)
        for rule in ruleset.rules
        if rule.unit in ("count", "percent", "amount", "share")
    }
    wanted = {
        id: {"least": value[0], "most": value[1]} if isinstance(value, tuple) else value
        for id, value in limits.items()
    }
    assert found == wanted


# Five workdays over each Spring Festival and three over each National Day, counted by hand for seven years.
@pytest.mark.parametrize(
    ("number", "start", "end"),
    [
        (5, "2020-01-20", "2020-02-04"), (3, "2020-09-29", "2020-10-10"),
        (5, "2021-02-08", "2021-02-20"), (3, "2021-09-30", "2021-10-11"),
        (5, "2022-01-28", "2022-02-09"), (3, "2022-09-30", "2022-10-10"),
        (5, "2023-01-19", "2023-01-31"), (3, "2023-09-28", "2023-10-09"),
        (5, "2024-02-07", "2024-02-20"), (3, "2024-09-30", "2024-10-10"),
        (5, "2025-01-26", "2025-02-08"), (3, "2025-09-30", "2025-10-11"),
        (5, "2026-02-12", "2026-02-26"), (3, "2026-09-30", "2026-10-10"),
    ],
)  # fmt: skip
def test_workdays_over_the_long_holidays_of_seven_years(number: int, start: str, end: str) -> None:
    rule = replace(CN.rule("notice.period"), value=number)
    counted = due_on(rule, datetime.fromisoformat(start).replace(hour=11, tzinfo=rule.zone))
    assert counted.ends_on.isoformat() == end and not counted.estimate and not counted.rolled
