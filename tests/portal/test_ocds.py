"""Open data: the releases pass the standard's own checker, and say nothing before its time."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft4Validator
from libcoveocds.api import ocds_json_output
from libcoveocds.config import LibCoveOCDSConfig

from foundation import ocds
from foundation.clock import FixedClock
from foundation.errors import HouseFault
from procurement.clarification import operations as questions
from procurement.tender import operations
from procurement.tender import queries as tenders
from tests.builders import people as builders
from tests.builders.plans import a_line, a_project
from tests.builders.stages import a_stage, bid_all, next_stage, open_and_judge
from tests.builders.tenders import a_tender, as_officer
from tests.clarification.test_questions import ask
from tests.portal.test_pages import an_award

DATA = Path(__file__).parents[1] / "data" / "ocds"
# What official extensions add, whose schemas a test below holds them to, and the house's own objects.
EXTENDED = ("lots", "relatedLot", "relatedLots", "selectionCriteria", "enquiries", "x_sunseal")


def _faults(package: dict[str, Any]) -> list[Any]:
    """Return what the checker of the Open Contracting Partnership finds, without the network."""
    config = LibCoveOCDSConfig()
    config.config["context"] = "api"
    config.config["standard_zip"] = f"file://{DATA / 'standard-1__1__5.zip'}"
    # The extension's schema is merged in the test below; the checker would fetch it.
    value = {**package, "extensions": []}
    found = ocds_json_output(json_data=value, schema_version="1.1", lib_cove_ocds_config=config, record_pkg=False)
    unknown = {
        each["field"]
        for each in found["additional_fields"]
        if each["field"] not in EXTENDED and not any(f"/{name}" in f"/{each['path']}/" for name in EXTENDED)
    }
    codes = {**found["additional_closed_codelist_values"], **found["additional_open_codelist_values"]}
    # The state's own catalogue of purchases is in no list of the standard, which leaves this one open.
    codes = {place: each for place, each in codes.items() if each["values"] != ["CN-GPC"]}
    checks = found["additional_checks"]
    return [*found["validation_errors"], *found["deprecated_fields"], *unknown, *codes, *checks]


def _merged(base: Any, patch: Any) -> Any:
    """Return RFC 7396 JSON Merge Patch of `base`."""
    if not isinstance(patch, dict):
        return patch
    found = dict(base) if isinstance(base, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found


def test_the_schemas_are_the_copies_they_claim_to_be() -> None:
    for line in (DATA / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def test_a_tender_and_its_award_are_valid_ocds(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock, lots=2)
    package = json.loads(client.get(f"/api/ocds/{tender.ref}.json").data)
    release = package["releases"][0]
    assert release["tag"] == ["tender"] and release["tender"]["value"] == {"amount": 2000000, "currency": "CNY"}
    assert _faults(package) == []
    clock.forward(hours=3)
    an_award(tender.ref)
    package = json.loads(client.get(f"/api/ocds/{tender.ref}.json").data)
    assert package["releases"][0]["awards"][0]["value"] == {"amount": 2386800, "currency": "CNY"}
    assert package["releases"][0]["tag"] == ["tender", "award"]
    assert _faults(package) == []
    assert _faults(json.loads(client.get("/api/ocds/releases.json").data)) == []


def _record_faults(package: dict[str, Any]) -> list[Any]:
    """Return what the checker finds in a record's releases, each and compiled; its own check of records is online."""
    with zipfile.ZipFile(DATA / "standard-1__1__5.zip") as archive:
        required = json.loads(archive.read("standard-1__1__5/schema/record-package-schema.json"))["required"]
    head = {name: value for name, value in package.items() if name != "records"}
    releases = [each for one in package["records"] for each in (*one["releases"], one["compiledRelease"])]
    assert len({each["id"] for each in releases}) == len(releases)
    return [*(set(required) - set(package)), *_faults({**head, "releases": releases})]


def _validator() -> Draft4Validator:
    """Return a validator of releases by the standard and the extensions that the packages name."""
    with zipfile.ZipFile(DATA / "standard-1__1__5.zip") as archive:
        schema = json.loads(archive.read("standard-1__1__5/schema/release-schema.json"))
    for name in ("lots", "requirements", "awardCriteriaBreakdown", "selectionCriteria", "enquiry"):
        schema = _merged(schema, json.loads((DATA / "extensions" / name / "release-schema.json").read_text()))
    return Draft4Validator(schema)


def test_releases_are_valid_by_their_extensions(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock, lots=2)
    an_award(tender.ref)
    release = json.loads(client.get(f"/api/ocds/{tender.ref}.json").data)["releases"][0]
    validator = _validator()
    assert [error.message for error in validator.iter_errors(release)] == []
    for section, name, value in (("lots", "value", "much"), ("lots", "awardCriteria", {})):
        broken = json.loads(json.dumps(release))
        broken["tender"][section][0][name] = value
        assert list(validator.iter_errors(broken)) != []
    assert [one["x_sunseal"]["sha256"] for one in release["tender"]["documents"] if "x_sunseal" in one] == [
        one.sha256 for one in tender.documents
    ]


def test_a_record_tells_intention_questions_amendments_and_result_in_order(
    app: Flask, client: FlaskClient, clock: FixedClock
) -> None:
    everyone = builders.people(app)
    project = a_project(everyone, a_line(everyone), "announced")
    planned = json.loads(client.get(f"/api/ocds/{project.ref}.json").data)
    assert planned["releases"][0]["tag"] == ["planning"] and _faults(planned) == []
    clock.forward(days=31)
    budget: dict[str, Any] = {"budget": 1_000_000_00, "plan_ref": project.ref}
    ref = a_tender(everyone, clock, closes_in=timedelta(hours=3), **budget).ref
    asked = ask(everyone.suppliers[0], ref, "灯具是否含安装？")
    with as_officer(everyone) as act:
        questions.answer(act, tenders.by_ref(ref), [questions.Answer(asked, "", "含安装。")])
    closes_at = clock.now() + timedelta(hours=5)
    with as_officer(everyone) as act:
        operations.amend(act, tenders.by_ref(ref), text="延长投标截止时间。", closes_at=closes_at)
    record = json.loads(client.get(f"/api/ocds/records/{ref}.json").data)
    assert _record_faults(record) == []
    steps = record["records"][0]["releases"]
    assert [one["tag"] for one in steps] == [["tender"], ["tenderUpdate"], ["tenderAmendment"]]
    assert {one["ocid"] for one in steps} == {f"{ocds.PREFIX}-{ref}"}
    validator = _validator()
    assert [error.message for one in steps for error in validator.iter_errors(one)] == []
    amendment = steps[2]["tender"]["amendments"][0]
    assert (amendment["amendsReleaseID"], amendment["releaseID"]) == (steps[1]["id"], steps[2]["id"])
    assert amendment["rationale"] == "延长投标截止时间。"
    deadlines = [datetime.fromisoformat(one["tender"]["tenderPeriod"]["endDate"]) for one in steps]
    assert deadlines[1] < deadlines[2] == closes_at
    enquiry = steps[2]["tender"]["enquiries"][0]
    assert (enquiry["description"], enquiry["answer"]) == ("灯具是否含安装？", "含安装。") and "author" not in enquiry
    compiled = record["records"][0]["compiledRelease"]
    assert compiled["tag"] == ["compiled"] and compiled["planning"]["budget"]["projectID"] == project.ref
    assert compiled["relatedProcesses"][0]["identifier"] == planned["releases"][0]["ocid"]
    text = json.dumps(record, ensure_ascii=False)
    assert not any(one.name in text or one.ref in text for one in everyone.suppliers)
    assert client.get("/api/ocds/records/P-2026-999999.json").status_code == 404


def test_the_stages_of_a_procurement_are_one_process_and_name_nobody_invited(
    app: Flask, client: FlaskClient, clock: FixedClock
) -> None:
    everyone = builders.people(app)
    ref = a_stage(everyone, clock, "consultation").ref
    bid_all(tenders.by_ref(ref), everyone, (0, 1, 2))
    open_and_judge(everyone, clock, tenders.by_ref(ref))
    second = next_stage(everyone, clock, tenders.by_ref(ref), "last_offer")
    first = tenders.by_ref(ref)
    record = json.loads(client.get(f"/api/ocds/records/{second.ref}.json").data)
    assert _record_faults(record) == []
    found = record["records"][0]
    assert {one["ocid"] for one in found["releases"]} == {f"{ocds.PREFIX}-{first.ref}"} == {found["ocid"]}
    begun = [one for one in found["releases"] if one["tender"]["id"] == second.ref]
    assert [one["tag"] for one in begun] == [["tender"]] and found["releases"][0]["tag"] == ["tender"]
    tender = begun[0]["tender"]
    assert (tender["procurementMethod"], tender["x_sunseal"]["procedure"]) == ("limited", "consultation")
    assert tender["x_sunseal"]["ground"]["id"] == "complex" and tender["procurementMethodRationale"]
    assert tender["x_sunseal"]["invitees"].keys() == {"commitment"}
    assert not any(one.name in json.dumps(begun, ensure_ascii=False) for one in everyone.suppliers)


def test_the_checker_can_find_a_fault(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock)
    package = json.loads(client.get(f"/api/ocds/{tender.ref}.json").data)
    package["releases"][0]["tender"]["status"] = "sleeping"
    del package["releases"][0]["ocid"]
    assert _faults(package) != []


def test_before_an_opening_nothing_tells_of_tenderers(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock)
    text = client.get(f"/api/ocds/{tender.ref}.json").get_data(as_text=True)
    assert "tenderer" not in text and "numberOf" not in text


@pytest.mark.parametrize("text", ["0", "1.5", "2386800.00", "9999999999999.99", "0.000001"])
def test_amounts_stay_exact(text: str) -> None:
    assert Decimal(json.dumps(ocds.number(text))) == Decimal(text)


def test_an_amount_that_no_number_carries_is_our_fault() -> None:
    with pytest.raises(HouseFault):
        ocds.number("12345678901234567.89")
