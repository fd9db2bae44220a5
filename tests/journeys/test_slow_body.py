"""The last byte decides: a submission whose body ends after the deadline is late, however early it began."""

from __future__ import annotations

import http.client
import json
import re
import socket
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from identity import queries as identity
from identity import sessions
from identity.guard import COOKIE
from procurement.tender import queries as tenders
from tests.builders.bids import owner_of, sealed, upload
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.instances import a_server, in_the_past


class Browser:
    """Cookies and token of a signed-in supplier at the real server."""

    def __init__(self, port: int, token: str, tender: str) -> None:
        self.port, self.cookies = port, {COOKIE: token}
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", f"/bids/{tender}/1/seal?lang=en", headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.split(";")[0]
            page = answer.read().decode()
        found = re.search(r'"csrf": ?"([^"]+)"', page)
        assert found
        self.csrf = found[1]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def submit_slowly(self, ref: str, last_byte_at: datetime) -> tuple[int, dict[str, Any]]:
        """Send all but the last byte of the submission at once, and the last one at a moment."""
        body = json.dumps({"upload": ref}).encode()
        head = (
            f"POST /bids/submit HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {self.csrf}\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire:
            wire.sendall(head + body[:-1])
            time.sleep(max(0.0, (last_byte_at - datetime.now(UTC)).total_seconds()))
            wire.sendall(body[-1:])
            with closing(http.client.HTTPResponse(wire)) as answer:
                answer.begin()
                return answer.status, json.loads(answer.read())


def test_the_last_byte_decides(environ: dict[str, str]) -> None:
    with a_server(environ) as port, in_the_past(environ, by=timedelta(hours=1)) as (app, clock):
        who = people(app)
        closes_in = datetime.now(UTC) + timedelta(seconds=20) - clock.now()
        ref = a_tender(who, clock, closes_in=closes_in).ref
        uploads, browsers = [], []
        for number in range(2):
            supplier = who.suppliers[number]
            with tempfile.TemporaryDirectory() as folder:
                envelope = sealed(tenders.by_ref(ref), "1", supplier, Path(folder))
                uploads.append(upload(owner_of(supplier), envelope).ref)
            member = identity.members(who.suppliers[number])[0]
            token = sessions.start(member.account_id, member.id, datetime.now(UTC))
            browsers.append(Browser(port, token, ref))
        closes_at = tenders.by_ref(ref).closes_at
        assert closes_at is not None
        assert datetime.now(UTC) < closes_at - timedelta(seconds=2), "the set-up took too long"
        status, answer = browsers[0].submit_slowly(uploads[0], datetime.now(UTC) + timedelta(seconds=0.5))
        assert status == 201, answer
        status, answer = browsers[1].submit_slowly(uploads[1], closes_at + timedelta(milliseconds=5))
        assert (status, answer["rule"]) == (409, "bid.late"), answer
