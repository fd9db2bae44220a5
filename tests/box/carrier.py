"""A supplier's browser in tests: speaks the upload protocol over HTTP, with the CSRF token of the session."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bidding.box.uploads import PART_SIZE
from bidding.seal.claims import FILES
from bidding.seal.pack import Sealed
from identity.models import Organisation
from procurement.tender.models import Tender
from tests.builders.bids import content_digest, sealed
from tests.builders.people import log_in

ACCEPT = "application/json, application/problem+json"


class Carrier:
    """A signed-in supplier with the sealing page of one lot open."""

    def __init__(self, client: FlaskClient, supplier: Organisation, tender: Tender, lot: str = "1") -> None:
        self.client = log_in(client, supplier)
        page = client.get(f"/bids/{tender.ref}/{lot}/seal?lang=en").get_data(as_text=True)
        found = re.search(r'id="seal-data">(.*?)</script>', page, re.S)
        assert found, page
        self.data: dict[str, Any] = json.loads(found[1])
        self.headers = {"X-CSRFToken": self.data["csrf"], "Accept": ACCEPT}

    def begin(self, claims: dict[str, Any] | bytes) -> TestResponse:
        data = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        return self.client.post("/bids/uploads", data=data, headers=self.headers, content_type="application/json")

    def put(self, upload: str, file: str, number: int, part: bytes, digest: str | None = None) -> TestResponse:
        headers = {**self.headers, "Content-Digest": digest if digest is not None else content_digest(part)}
        address = f"/bids/uploads/{upload}/{file}/{number}"
        return self.client.put(address, data=part, headers=headers, content_type="application/octet-stream")

    def carry(self, claims: dict[str, Any], contents: dict[str, bytes]) -> str:
        """Upload all parts and return the upload's reference."""
        began = self.begin(claims)
        assert began.status_code == 201, began.get_data(as_text=True)
        upload: str = began.get_json()["upload"]
        for name in FILES:
            for number in range(began.get_json()["files"][name]["parts"]):
                part = contents[name][number * PART_SIZE : (number + 1) * PART_SIZE]
                assert self.put(upload, name, number, part).status_code == 204
        return upload

    def submit(self, upload: Any) -> TestResponse:
        body = json.dumps({"upload": upload})
        return self.client.post("/bids/submit", data=body, headers=self.headers, content_type="application/json")

    def hand_in(self, envelope: Sealed) -> TestResponse:
        """Upload and submit an envelope."""
        return self.submit(self.carry(envelope.claims.as_json(), contents_of(envelope)))


def contents_of(envelope: Sealed) -> dict[str, bytes]:
    """Return the bytes of an envelope by file name."""
    return {"bid.age": envelope.bid_path.read_bytes(), "bid.key.age": envelope.key_path.read_bytes()}


def an_envelope(tender: Tender, supplier: Organisation, folder: Path, **more: Any) -> Sealed:
    """Seal a bid of a supplier for lot 1."""
    return sealed(tender, "1", supplier, folder, **more)
