"""What an amendment changes, who may publish it, and when: patches, differences, the two persons, the deadline."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bidding.seal.terms import terms_of
from bidding.seal.versions import in_force
from foundation import patch
from foundation.canonical import canonical
from foundation.clock import FixedClock
from foundation.errors import Refusal
from procurement.notices import queries as notices
from procurement.notices.difference import difference, pieces
from procurement.tender import amending, queries
from procurement.tender.amended import changes_of, suggested_deadline
from supervision.trail import queries as trail
from tests.builders.amending import amended, form_of, proposed, published, saved, waiting
from tests.builders.people import people
from tests.builders.tenders import a_tender, as_approver, as_officer, store_pdf

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "versions.json").read_text("utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab/~", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~0", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
def test_changes_lead_from_one_value_to_the_other(before: Any, after: Any) -> None:
    listed = patch.changes(before, after)
    assert canonical(patch.apply(before, listed)) == canonical(after)
    assert bool(listed) == (canonical(before) != canonical(after))


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/b", "value": 1},
        {"op": "add", "path": "/a", "value": 1},
        {"op": "remove", "path": "/a", "value": 1},
        {"op": "remove", "path": "/b"},
        {"op": "replace", "path": "/a/2", "value": 1},
        {"op": "replace", "path": "/a/01", "value": 1},
        {"op": "add", "path": "/a/1", "value": 1},
        {"op": "move", "path": "/a", "value": 1},
        {"op": "replace", "path": "a", "value": 1},
        {"op": "replace", "path": "/c/d", "value": 1},
    ],
)
def test_a_change_that_does_not_fit_is_refused(operation: dict[str, Any]) -> None:
    with pytest.raises(patch.PatchFault):
        patch.apply({"a": [1, 2]}, [operation])


def test_a_difference_names_what_people_know() -> None:
    items = [{"item": "1", "title": "灯", "quantity": "10", "unit": "套"}, {"item": "2", "title": "控制器"}]
    before = {"tender": {"title": "T", "lots": [{"lot": "1", "title": "A", "items": items, "criteria": []}]}}
    later = [{**items[0], "quantity": "12"}, {"item": "3", "title": "支架", "quantity": "4", "unit": "个"}]
    after = {
        "tender": {"title": "T", "lots": [{**before["tender"]["lots"][0], "items": later}], "terms": {"payment": "30"}},
        "documents": [{"ref": "x", "title": "图纸", "file_name": "a.pdf", "sha256": "0"}],
    }
    found = [(one.label, one.before, one.after) for one in difference(before, after)]
    assert found == [
        ("change.item_quantity", "10", "12"),
        ("change.item_gone", "", ""),
        ("change.item_new", "", "4; 个"),
        ("change.terms_payment", "", "30"),
        ("change.document_new", "", "a.pdf; 0"),
    ]
    assert difference(after, after) == []
    assert pieces("45 日内交货", "30 日内交货。") == [("gone", "45"), ("new", "30"), ("same", " 日内交货"), ("new", "。")]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_what_is_in_force_is_what_the_vectors_say(case: dict[str, Any]) -> None:
    # The browser is held to the same vectors (tests/browser/test_sealing_client.py).
    if "fault" in case:
        with pytest.raises(Refusal, match=case["fault"]):
            in_force(VECTORS["notice"], VECTORS["sha256"], case["amendments"])
        return
    content, version = in_force(VECTORS["notice"], VECTORS["sha256"], case["amendments"])
    assert canonical(content) == canonical(case["content"]) and version == case["version"]


def test_a_change_of_items_takes_two_persons_and_reaches_everything(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    tender = queries.by_ref(ref)
    original = notices.by_ref(str(tender.notice_ref))
    first, old = original.body, tender.documents[0]
    form = form_of(ref)
    form["lots"][0]["items"][0]["quantity"] = "5000"
    form["criteria"][0]["guidance"] = "合同签订后 60 日内交货。"
    form["qualifications"] = "具有独立承担民事责任的能力，且信用良好。"
    file = amending.waiting_file(old.ref, "", "tender-1b.pdf", "application/pdf", store_pdf(who, b"%PDF-1.7 new"))
    # What officers declare does not free them: changed items always may affect bids.
    saved(who, ref, form, affects_bids=False, files=[file])
    assert waiting(ref).affects_bids and queries.by_ref(ref).lots[0].items[0].quantity == "4800"
    with pytest.raises(Refusal, match=r"amendment\.by_another_person"), as_officer(who) as act:
        amending.publish(act, waiting(ref))
    with pytest.raises(Refusal, match=r"amendment\.by_another_person"), as_officer(who) as act:
        amending.amend(act, queries.by_ref(ref), text="更正", form=form)
    proposed(who, ref)
    with pytest.raises(Refusal, match=r"amendment\.by_another_person"), as_officer(who) as act:
        amending.publish(act, waiting(ref))
    with pytest.raises(Refusal, match=r"amendment\.waiting"):
        saved(who, ref, form)
    # Nothing of it is public yet, nor in the trail, which holds a digest.
    assert "5000" not in json.dumps(queries.notice_content(queries.by_ref(ref)))
    assert b"5000" not in b"".join(one.body for one in trail.of_subject(f"tender/{ref}"))
    said = notices.content(published(who, ref))
    assert (said["version"], said["affects_bids"], said["sequence"]) == (2, True, 1)
    assert said["original"]["sha256"] == original.sha256
    assert {one["path"] for one in said["changes"]} == {
        "/tender/qualifications",
        "/tender/lots/0/items/0/quantity",
        "/tender/lots/0/criteria/0/guidance",
        "/documents/0/file_name",
        "/documents/0/ref",
        "/documents/0/sha256",
        "/documents/0/size",
    }
    tender = queries.by_ref(ref)
    assert (tender.version, tender.lots[0].items[0].quantity) == (2, "5000")
    in_force = queries.notice_content(tender)
    assert in_force["tender"]["lots"][0]["items"][0]["quantity"] == "5000"
    assert [one["file_name"] for one in in_force["documents"]] == ["tender-1b.pdf"]
    amendments = [one.body for one in queries.amendments_of(tender)]
    terms = terms_of(first, "1", amendments=amendments)
    assert (str(terms.quantities["1"]), terms.version, terms.notice) == ("5000", 2, original.sha256)
    assert str(terms_of(first, "1").quantities["1"]) == "4800"
    # The original is what it was, and the old file stays open to everyone.
    assert notices.by_ref(str(tender.notice_ref)).body == first and queries.document_by_ref(old.ref).ended_at


def test_of_two_changes_at_once_only_one_fits(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    form = form_of(ref)
    form["description"] = "更换 90 所学校的照明。"
    saved(who, ref, form, affects_bids=True)
    proposed(who, ref)
    with as_officer(who) as act:
        amending.amend(act, queries.by_ref(ref), text="联系人更正", form={"contact": "李老师"})
    with pytest.raises(Refusal, match=r"amendment\.outdated"):
        published(who, ref)
    with as_officer(who) as act:
        amending.drop(act, waiting(ref))
    assert queries.amendment_of(queries.by_ref(ref)) is None
    said = queries.notice_content(queries.by_ref(ref))
    assert (said["issuer"]["contact"], said["tender"]["description"]) == ("李老师", "为 86 所学校更换教室照明。")


def test_an_amendment_keeps_what_a_publication_had_to_keep(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, lots=2).ref
    tender = queries.by_ref(ref)
    before = tender.closes_at
    assert before is not None
    form = form_of(ref)
    form["criteria"][2]["weight"] = "50"
    saved(who, ref, form)
    with pytest.raises(Refusal, match=r"amendment\.not_ready") as refused:
        proposed(who, ref)
    assert {one.rule_id for one in refused.value.reasons} == {"criteria.weights_sum"}
    with pytest.raises(Refusal, match=r"amendment\.lots"):
        saved(who, ref, {**form, "lots": form["lots"][:1]})
    with pytest.raises(Refusal, match=r"tender\.invalid"):
        saved(who, ref, {**form, "lots": [{**form["lots"][0], "items": [{"quantity": "-1"}]}, form["lots"][1]]})
    # Neither law nor procedure nor buyer can be changed by a form that says so.
    form = {**form_of(ref), "rule_set_id": "cn-gp-2026", "currency": "EUR", "category": "works", "procedure": "inquiry"}
    saved(who, ref, form)
    assert changes_of(queries.by_ref(ref), form) == []
    clock.set(before - timedelta(seconds=30))
    form["description"] = "更换 90 所学校的照明。"
    saved(who, ref, form, affects_bids=True)
    with pytest.raises(Refusal, match=r"amendment\.too_near"):
        proposed(who, ref)
    assert suggested_deadline(queries.by_ref(ref), clock.now()) > before + timedelta(minutes=5)
    form["closes_at"] = suggested_deadline(queries.by_ref(ref), clock.now())
    saved(who, ref, form, affects_bids=True)
    proposed(who, ref)
    # The approver comes late: time decides at the publication, and the approver may move the deadline further.
    clock.set(form["closes_at"] - timedelta(seconds=20))
    with pytest.raises(Refusal, match=r"tender\.before_the_deadline"):
        published(who, ref)
    clock.set(before - timedelta(seconds=10))
    said = notices.content(published(who, ref, closes_at=form["closes_at"] + timedelta(hours=1)))
    assert queries.by_ref(ref).closes_at == form["closes_at"] + timedelta(hours=1) and said["version"] == 2


def test_a_change_goes_back_with_a_reason_and_only_its_authority_sees_it(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock).ref
    amended(who, ref, {**form_of(ref), "description": "更换 87 所学校的照明。"})
    saved(who, ref, {**form_of(ref), "description": "更换 90 所学校的照明。"}, affects_bids=True)
    proposed(who, ref)
    with pytest.raises(Refusal, match=r"tender\.reason_missing"), as_approver(who) as act:
        amending.give_back(act, waiting(ref), " ")
    with as_approver(who) as act:
        amending.give_back(act, waiting(ref), "请说明学校名单。")
    assert (waiting(ref).state, waiting(ref).reason) == ("draft", "请说明学校名单。")
    saved(who, ref, {**form_of(ref), "description": "更换 91 所学校的照明。"}, affects_bids=True)
    proposed(who, ref)
    assert [notices.content(each)["sequence"] for each in (published(who, ref),)] == [2]
    assert queries.by_ref(ref).version == 3
