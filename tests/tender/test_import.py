"""Import from OCDS: a foreign sample, our own, a round trip, and files that are refused with every reason at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.tender import ocds, operations, queries, readiness
from procurement.tender.content import form_of
from procurement.tender.drafting import checked
from tests.builders.people import people
from tests.builders.tenders import as_officer

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
    }


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
