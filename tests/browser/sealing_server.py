"""A small HTTP server that speaks the box's upload protocol, for the tests of the sealing page alone.

It serves the page with the headers the box sends, keeps parts in memory, and can drop connections or hold answers
as a bad network does. It knows no tender, no login and no clock of the house; the journeys test those with the app.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import Flask, Response, jsonify, render_template, request
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from werkzeug.serving import make_server

from bidding.seal.bundle import load_bundle

ROOT = Path(__file__).resolve().parents[2]
PART = 4 * 1024 * 1024
CSRF = "token-of-this-session"
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
BASE = """<!doctype html><html lang="{{ lang }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{% block title %}{% endblock %}</title>
<link rel="icon" href="/static/mark.svg"><link rel="stylesheet" href="/static/house.css">
{% block head %}{% endblock %}</head><body>
<a class="skip" href="#content">skip</a>
<main id="content"><div class="wrap">{% block crumbs %}{% endblock %}{% block main %}{% endblock %}</div></main>
{% block scripts %}{% endblock %}</body>
</html>"""


@dataclass
class Upload:
    """The parts of one upload, and what was claimed of it."""

    claims: dict[str, Any]
    parts: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def state(self, name: str) -> dict[str, Any]:
        """Return what the protocol answers about this upload."""
        return {
            "upload": name,
            "part_size": PART,
            "files": {
                file: {
                    "parts": -(-claim["size"] // PART),
                    "have": sorted(index for held, index in self.parts if held == file),
                }
                for file, claim in self.claims["files"].items()
            },
        }

    def content(self, file: str) -> bytes:
        """Return the bytes of one file, its parts in order."""
        return b"".join(self.parts[key] for key in sorted(self.parts) if key[0] == file)


class SealingServer:
    """Serves the sealing page of `data` on a free port of this machine while the `with` block lasts."""

    def __init__(self, data: dict[str, Any], closes_at: datetime, static: Path = ROOT / "static") -> None:
        self.data, self.closes_at, self.static = data, closes_at, static
        self.uploads: dict[str, Upload] = {}
        self.puts: list[tuple[str, int]] = []
        self.drop_once: set[tuple[str, int]] = set()
        self.hold: Callable[[str, int], None] = lambda file, index: None
        self.problem: tuple[int, dict[str, Any]] | None = None
        self.submitted: list[str] = []
        self.violations: list[str] = []
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> SealingServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def page(self, lang: str = "en") -> str:
        """Return the address of the sealing page in a language."""
        return f"{self.origin}/{lang}/seal"

    def _app(self) -> Flask:
        app = Flask("sealing", static_folder=str(self.static), static_url_path="/static")
        app.jinja_env.add_extension("jinja2.ext.i18n")
        app.jinja_loader = ChoiceLoader([DictLoader({"base.html": BASE}), FileSystemLoader(ROOT / "templates")])
        app.add_url_rule("/<lang>/seal", view_func=self._page)
        app.add_url_rule("/bids/uploads", view_func=self._begin, methods=["POST"])
        app.add_url_rule("/bids/uploads/<name>", view_func=self._state)
        app.add_url_rule("/bids/uploads/<name>/<file>/<int:index>", view_func=self._part, methods=["PUT"])
        app.add_url_rule("/bids/submit", view_func=self._submit, methods=["POST"])
        app.add_url_rule("/bids/B-1/receipt", view_func=lambda: "<!doctype html><title>Receipt</title>")
        app.after_request(self._headers)
        return app

    def _headers(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _page(self, lang: str) -> str:
        words = translations(lang)
        client = load_bundle(self.static)
        data = self.data | {"csrf": CSRF, "server_now": datetime.now(self.closes_at.tzinfo).isoformat()}
        data |= {"closes_at": self.closes_at.isoformat(), "uploads_url": "/bids/uploads", "submit_url": "/bids/submit"}
        return render_template(
            "box/seal.html",
            _=lambda text, **values: words.get(text, text) % values if values else words.get(text, text),
            lang=lang,
            tender={"ref": "T-2026-000123", "title": "办公家具采购", "url": "/tenders/T-2026-000123"},
            lot={"lot": data["lot"], "title": "学生桌椅"},
            closes_at=self.closes_at,
            client=client,
            client_base=f"/static/{client.folder}/",
            seal_data=data,
        )

    def _begin(self) -> Any:
        if request.headers.get("X-CSRFToken") != CSRF:
            return self._no(403, {"rule": "csrf", "title": "No token"})
        if self.problem:
            return self._no(*self.problem)
        name = secrets.token_hex(8)
        self.uploads[name] = Upload(json.loads(request.data))
        return jsonify(self.uploads[name].state(name)), 201

    def _state(self, name: str) -> Any:
        if name not in self.uploads:
            return self._no(404, {"rule": "upload.unknown", "title": "Unknown upload"})
        return jsonify(self.uploads[name].state(name))

    def _part(self, name: str, file: str, index: int) -> Any:
        body = request.get_data()
        self.puts.append((file, index))
        self.hold(file, index)
        if (file, index) in self.drop_once:
            self.drop_once.discard((file, index))
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return "", 204
        expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if request.headers.get("Content-Digest") != f"sha-256=:{expected}:" or len(body) > PART:
            return self._no(422, {"rule": "upload.digest", "title": "Digest mismatch"})
        self.uploads[name].parts[file, index] = body
        return "", 204

    def _submit(self) -> Any:
        if self.problem:
            return self._no(*self.problem)
        name = request.get_json()["upload"]
        for file, claim in self.uploads[name].claims["files"].items():
            content = self.uploads[name].content(file)
            if len(content) != claim["size"] or hashlib.sha256(content).hexdigest() != claim["sha256"]:
                return self._no(422, {"rule": "upload.incomplete", "title": "Parts are missing"})
        self.submitted.append(name)
        return jsonify({"receipt": {"entry": 7}, "location": "/bids/B-1/receipt"}), 201

    def _no(self, status: int, problem: dict[str, Any]) -> Response:
        body = json.dumps(problem | {"status": status})
        return Response(body, status, content_type="application/problem+json")


def translations(lang: str) -> dict[str, str]:
    """Return the sealing page's sentences in a language; English is the key itself."""
    path = ROOT / "translations" / lang.replace("-", "_") / "box_seal.po"
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        return {str(one.id): str(one.string) for one in read_po(stream) if one.id}
