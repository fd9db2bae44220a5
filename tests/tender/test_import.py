"""Import from OCDS: a foreign sample, our own, a round trip, and files that are refused with every reason at once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.plan import ocds as plan_ocds
from procurement.plan import queries as plans
from procurement.tender import ocds, operations, queries, readiness
from procurement.tender.commands import import_draft
from procurement.tender.content import form_of
from procurement.tender.drafting import checked
from tests.builders.people import people
from tests.builders.plans import a_line, a_project
from tests.builders.tenders import WEIGHTED, a_form, as_officer, publish

DATA = Path(__file__).parents[1] / "data"
SAMPLE = DATA / "tender-sample.json"
FOREIGN = DATA / "ocds" / "ocds-213czf-000-00001-02-tender.json"


def test_the_foreign_sample_becomes_a_draft_that_says_what_it_lacks(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ran = app.test_cli_runner().invoke(args=["tender", "import", str(FOREIGN)])
    assert ran.exit_code == 0, ran.output
    tender = queries.by_ref(ran.output.split()[0])
    assert (tender.state, tender.currency, tender.category) == ("draft", "GBP", "works")
    assert tender.authority_id == everyone.authority.id and tender.created_by_id == everyone.officer.id
    assert tender.budget == 1_100_000_00 and tender.lots[0].ceiling == 1_100_000_00
    item = tender.lots[0].items[0]
    assert (item.title, item.quantity, item.unit, item.classification) == (
        "Cycle lane improvements",
        "8",
        "Miles",
        "45233130.0",
    )
    assert tender.closes_at == datetime(2010, 4, 1, 18, tzinfo=UTC)
    assert (tender.contact, tender.phone) == ("Procurement Team", "01234 345 346")
    assert tender.source is not None and tender.source["ocid"] == "ocds-213czf-000-00001"
    found = {one.rule_id for one in readiness.issues(tender, clock.now()) if one.blocks}
    # Works are for the rule set of tendered works, which knows the open tender.
    assert tender.rule_set_id == "cn-works-2026" and {"tender.min_period", "tender.contents"} <= found
    for rule in found:
        assert f"[{rule}]" in ran.output
    assert "GBP" in ran.output


def test_our_own_sample_lacks_only_its_documents_and_time(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ran = app.test_cli_runner().invoke(
        args=["tender", "import", str(SAMPLE), "--authority", everyone.authority.ref, "--account", everyone.officer.ref]
    )
    assert ran.exit_code == 0, ran.output
    tender = queries.by_ref(ran.output.split()[0])
    assert [lot.title for lot in tender.lots] == ["教室灯具", "走廊及办公照明"]
    assert [(one.code, one.kind, one.weight) for one in tender.criteria] == [
        ("R1", "requirement", "0"),
        ("R2", "requirement", "0"),
        ("R3", "requirement", "0"),
        ("C1", "price", "30"),
        ("C2", "points", "30"),
        ("C3", "points", "20"),
        ("C4", "points", "12"),
        ("C5", "points", "8"),
    ]
    assert {(one.rule_id, one.pointer) for one in readiness.issues(tender, clock.now())} == {
        ("document.contents", "/terms/delivery_place"),
        ("document.contents", "/terms/delivery_time"),
        ("tender.min_period", "/closes_at"),
        ("tender.document_period", "/closes_at"),
        ("policy.sme_expected", "/policies/sme_rate"),
        ("lint.unquantified_points", "/criteria/4/bands"),
    }


# Everything that a form may say, in one form: a formula of each kind, bands, proofs, policies, terms, two lots.
FULL: dict[str, Any] = {
    "procedure": "consultation",
    "ground": "complex",
    "ground_reason": "技术复杂，不能事先确定详细规格。\n批准文号：示例财采〔2026〕12 号。",
    "contact": "林书禾",
    "phone": "000-8800 1206",
    "accepts_consortium": True,
    "policies": {
        **{"industry": "industry", "sme_rate": "12", "sme_consortium_rate": "5", "imported": "approved"},
        **{"imported_approval": "示例〔2026〕3 号", "energy": "mandatory", "energy_list": "清单 12", "energy_items": ["1/2a"]},
    },
    "terms": {
        **{"delivery_place": "各学校", "delivery_time": "30 日内", "payment": "验收后 10 日内付清。", "validity_days": 60},
        "bid_bond": {"basis": "percent", "value": "1.5", "forms": ["guarantee"]},
        "performance_bond": {"basis": "percent", "value": "5", "forms": ["transfer", "guarantee"]},
    },
    "criteria": [
        {"code": "C1", "kind": "price", "title": "价格", "guidance": "低价优先。", "weight": "30"},
        {"code": "R1", "kind": "requirement", "title": "认证", "guidance": "★ 3C", "evidence": [{"title": "证书", "required": True}]},
        {**cast(dict[str, Any], WEIGHTED[2]), "weight": "45"},
        {
            **{"code": "C3", "kind": "formula", "title": "质保", "guidance": "年限。", "weight": "12.5"},
            "formula": {
                **{"type": "steps", "unit": "年", "direction": "higher"},
                "steps": [{"least": "5", "points": "12.5"}, {"least": "3", "points": "4"}],
            },
            "evidence": [{"title": "质保书", "required": False}],
        },
        {
            **{"code": "C4", "kind": "formula", "title": "功耗", "weight": "7.5"},
            "formula": {"type": "linear", "unit": "W", "zero": "40", "full": "20"},
        },
        {
            **{"code": "C5", "kind": "formula", "title": "交货", "weight": "5"},
            "formula": {"type": "min_max", "unit": "日", "direction": "lower"},
        },
        {"code": "R9", "kind": "requirement", "title": "交货期", "guidance": "合同签订后 45 日内交货。"},
    ],
}  # fmt: skip


def test_what_is_published_comes_back_as_the_same_form(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    """Form, notice, release, import: the same form, but for whom it invites, which is nobody else's to know."""
    everyone = people(app)
    lots = a_form(None, lots=2)["lots"]
    lots[1]["number"] = "B"
    lots[0]["items"][0] |= {"scheme": "CN-GPC", "classification": "A02061900"}
    lots[0]["items"][1] |= {"quantity": "12.50", "number": "2a", "spec": ""}
    form = {**a_form(clock.now() + timedelta(hours=1)), **FULL, "lots": lots, "budget": 2_000_000_00}
    with as_officer(everyone) as act:
        ref = operations.create(act, authority=everyone.authority, account=everyone.officer, data=form).ref
    publish(everyone, ref)
    before = form_of(queries.by_ref(ref))
    released = client.get(f"/api/ocds/{ref}.json").data
    made = import_draft(released, authority=everyone.authority.ref)
    after = form_of(queries.by_ref(made.ref))
    assert made.left_out == () and after["source"]["ocid"].endswith(ref)
    before["method"].pop("articles", None)
    for name in before.keys() - {"source"}:
        assert after[name] == before[name], name
    # An amendment is imported as it stands then.
    later = before["closes_at"] + timedelta(hours=2)
    with as_officer(everyone) as act:
        operations.amend(act, queries.by_ref(ref), text="延长。", closes_at=later)
    record = json.loads(client.get(f"/api/ocds/records/{ref}.json").data)["records"][0]
    amended = json.dumps(record["releases"][-1], ensure_ascii=False).encode()
    again = queries.by_ref(import_draft(amended, authority=everyone.authority.ref).ref)
    assert again.closes_at == later and again.source is not None
    assert [one["rationale"] for one in again.source["amendments"]] == ["延长。"]


def test_a_planned_project_comes_back_as_the_same_project(app: Flask, client: FlaskClient) -> None:
    everyone = people(app)
    project = a_project(
        everyone, a_line(everyone), "announced", sme_reserve="part", sme_share="40", sme_reason="其余部分须大型设备。"
    )
    made = import_draft(client.get(f"/api/ocds/{project.ref}.json").data, authority=everyone.authority.ref)
    before, after = plans.by_ref(project.ref), plans.by_ref(made.ref)
    assert made.kind == "project" and after.state == "draft"
    names = "title need year category scheme classification quantity unit amount currency procedure begins_on"
    for name in (*names.split(), "rule_set_id", "sme_reserve", "sme_share"):
        assert getattr(after, name) == getattr(before, name), name
    # Which money pays, what was asked around and the small firms' part are in no notice.
    assert after.budget_line is None and after.survey == []


def test_foreign_planning_and_amendment_tell_what_they_leave_out(app: Flask) -> None:
    people(app)
    run = app.test_cli_runner().invoke
    planned = run(args=["tender", "import", str(FOREIGN.with_name("ocds-213czf-000-00001-01-planning.json"))])
    assert planned.exit_code == 0, planned.output
    project = plans.by_ref(planned.output.split()[0])
    assert (project.title, project.year, project.category) == ("Planned cycle lane improvements", 2010, "works")
    assert (project.quantity, project.unit, project.begins_on) == ("10", "Miles", date(2010, 2, 1))
    # The plan counts in yuan and by the state's catalogue.
    assert (project.amount, project.classification) == (0, "")
    left = ("/planning/milestones", "/planning/documents", "/tender/value", "/tender/items/0/classification")
    for pointer in left:
        assert f"left out [import.left_out] {pointer}:" in planned.output
    ran = run(args=["tender", "import", str(FOREIGN.with_name("ocds-213czf-000-00001-03-tenderAmendment.json"))])
    assert ran.exit_code == 0, ran.output
    tender = queries.by_ref(ran.output.split()[0])
    assert tender.closes_at == datetime(2010, 4, 8, 18, tzinfo=UTC)
    assert tender.source is not None and tender.source["amendments"][0]["id"] == "1.0"
    for pointer in ("/tender/minValue", "/tender/contractPeriod", "/tender/enquiryPeriod", "/tender/awardPeriod"):
        assert f"left out [import.left_out] {pointer}:" in ran.output


PLANNED: list[tuple[dict[str, Any], str]] = [
    ({"tender": {"title": "x", "value": {"amount": "many"}}}, "/tender/value/amount"),
    ({"tender": {"title": "x", "mainProcurementCategory": "gifts"}}, "/tender/mainProcurementCategory"),
    ({"planning": {"budget": []}, "tender": {"title": "x"}}, "/planning/budget"),
    ({"tender": {"title": "x"}, "date": ""}, "/tender/tenderPeriod/startDate"),
    ({"tender": {}}, "/title"),
]


@pytest.mark.parametrize(("more", "pointer"), PLANNED)
def test_a_faulty_planning_release_is_refused_by_pointer(app: Flask, more: dict[str, Any], pointer: str) -> None:
    everyone = people(app)
    release = {"ocid": "x", "tag": ["planning"], "date": "2027-01-01T00:00:00Z", **more}
    with pytest.raises(Refusal) as refused:
        import_draft(json.dumps(release).encode(), authority=everyone.authority.ref)
    assert refused.value.rule == "plan.invalid" and pointer in [one.pointer for one in refused.value.reasons]


BROKEN = [
    (b"\xff\xfe", "import.unreadable"),
    (b"{", "import.unreadable"),
    (b'{"ocid": "x", "tender": {"value": {"amount": NaN}}}', "import.unreadable"),
    (b"[" * 100_000, "import.unreadable"),
    (b"[1]", "import.not_a_release"),
    (b'{"title": "x"}', "import.not_a_release"),
    (b'{"releases": []}', "import.many_releases"),
    (b'{"ocid": "x"}', "import.no_tender"),
    (b'{"ocid": "x", "tender": []}', "import.no_tender"),
    (b'{"ocid": "x", "tender": {}}', "tender.invalid"),
]


@pytest.mark.parametrize(("data", "rule"), BROKEN)
def test_a_bad_file_is_refused_by_name_and_leaves_nothing(app: Flask, tmp_path: Path, data: bytes, rule: str) -> None:
    everyone = people(app)
    file = tmp_path / "release.json"
    file.write_bytes(data)
    ran = app.test_cli_runner().invoke(args=["tender", "import", str(file)])
    assert ran.exit_code == 1 and f"[{rule}]" in ran.output and "Traceback" not in ran.output
    assert queries.of_authority(everyone.authority) == []


def test_all_faults_of_a_file_are_told_at_once(app: Flask, tmp_path: Path) -> None:
    people(app)
    file = tmp_path / "release.json"
    tender: dict[str, Any] = {
        "title": "x",
        "value": {"amount": "many", "currency": "CNY"},
        "mainProcurementCategory": "gifts",
        "tenderPeriod": {"endDate": "tomorrow"},
        "items": [{"quantity": -1}, 7],
    }
    file.write_text(json.dumps({"ocid": "x", "tender": tender}))
    ran = app.test_cli_runner().invoke(args=["tender", "import", str(file)])
    assert ran.exit_code == 1
    for pointer in ("/tender/value/amount", "/tender/mainProcurementCategory", "/tender/tenderPeriod/endDate"):
        assert f"[import.field] {pointer}:" in ran.output
    assert "/tender/items/0/quantity" in ran.output and "/tender/items/1:" in ran.output


def test_a_missing_file_and_an_unknown_authority_are_told(app: Flask) -> None:
    ran = app.test_cli_runner().invoke(args=["tender", "import", "/nowhere.json"])
    assert ran.exit_code == 1 and "[import.unreadable]" in ran.output
    ran = app.test_cli_runner().invoke(args=["tender", "import", str(SAMPLE)])
    assert ran.exit_code == 1 and "[import.who]" in ran.output


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8) | st.just("2026-12-01T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["title", "value", "amount", "items", "lots", "id", "relatedLot", "quantity", "unit", "name", "currency",
             "tenderPeriod", "endDate", "awardCriteria", "criteria", "numbers", "number", "weight", "x_sunseal",
             "method", "bands", "least", "selectionCriteria", "description", "classification", "type"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_whatever_stands_in_a_release_it_is_read_or_refused(tender: Any) -> None:
    try:
        form = ocds.from_release({"ocid": "x", "tender": tender, "parties": tender, "buyer": tender})
        checked(form, rule_sets={"cn-gp-2026"}, rule_set="cn-gp-2026")
    except Refusal as refused:
        assert refused.rule in ("import.no_tender", "tender.invalid")
    try:
        plan_ocds.from_release({"ocid": "x", "tender": tender, "planning": tender, "date": tender})
    except Refusal as refused:
        assert refused.rule == "plan.invalid"


def test_update_keeps_where_a_draft_came_from(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ran = app.test_cli_runner().invoke(args=["tender", "import", str(SAMPLE)])
    ref = ran.output.split()[0]
    before = queries.by_ref(ref).source
    assert before is not None
    form = {**form_of(queries.by_ref(ref)), "title": "改名", "source": None}
    with as_officer(everyone) as act:
        operations.update(act, queries.by_ref(ref), form)
    assert (queries.by_ref(ref).title, queries.by_ref(ref).source) == ("改名", before)
