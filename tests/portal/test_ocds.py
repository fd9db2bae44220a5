"""Open data: the releases pass the standard's own checker, and say nothing before its time."""

from __future__ import annotations

import hashlib
import json
import zipfile
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
from tests.builders import people as builders
from tests.builders.tenders import a_tender
from tests.portal.test_pages import an_award

DATA = Path(__file__).parents[1] / "data" / "ocds"


def _faults(package: dict[str, Any]) -> list[Any]:
    """Return what the checker of the Open Contracting Partnership finds, without the network."""
    config = LibCoveOCDSConfig()
    config.config["context"] = "api"
    config.config["standard_zip"] = f"file://{DATA / 'standard-1__1__5.zip'}"
    # The extension's schema is merged in the test below; the checker would fetch it.
    value = {**package, "extensions": []}
    found = ocds_json_output(json_data=value, schema_version="1.1", lib_cove_ocds_config=config, record_pkg=False)
    unknown = {each["field"] for each in found["additional_fields"]} - {"lots", "relatedLot", "relatedLots"}
    codes = {**found["additional_closed_codelist_values"], **found["additional_open_codelist_values"]}
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


def test_lots_are_valid_by_their_extension(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    tender = a_tender(builders.people(app), clock, lots=2)
    an_award(tender.ref)
    release = json.loads(client.get(f"/api/ocds/{tender.ref}.json").data)["releases"][0]
    with zipfile.ZipFile(DATA / "standard-1__1__5.zip") as archive:
        schema = json.loads(archive.read("standard-1__1__5/schema/release-schema.json"))
    schema = _merged(schema, json.loads((DATA / "extensions/lots/release-schema.json").read_text()))
    validator = Draft4Validator(schema)
    assert [error.message for error in validator.iter_errors(release)] == []
    release["tender"]["lots"][0]["value"] = "much"
    assert list(validator.iter_errors(release)) != []


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
