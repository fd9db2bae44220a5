"""What every answer has in common: security headers, languages, and errors that people understand."""

from __future__ import annotations

import json
import logging
import secrets
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, current_app, g, has_request_context, render_template, request
from flask_babel import Babel, get_locale, gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, SecurityError
from werkzeug.routing import IntegerConverter

from foundation import filters
from foundation.errors import HouseFault, Refusal
from foundation.messages import COOKIE, DEFAULT, TONGUES, choose_tongue

log = logging.getLogger("sunseal")
csrf = CSRFProtect()
babel = Babel()

# Rule name → English sentence with named facts; each room adds its own through `explain`.
SENTENCES: dict[str, str] = {
    "door.shut": "This page is not open to anyone yet.",
    "door.not_yours": "Your role does not include this page. Sign in with the account that has this task.",
    "page.not_found": "There is no page at this address. It may have been mistyped.",
    "request.too_large": "What was sent is too large.",
    "request.method": "This address does not accept this kind of request.",
    "form.stale": "This form was open for too long or comes from another page. Load it again and send it once more.",
    "form.invalid": "Some answers need to be corrected.",
    "session.ended": "You have been signed out. Sign in again.",
    "file.too_large": "The file is larger than {most} bytes.",
    "storage.full": "The server has no room for more files just now. What was accepted before is safe.",
    "trail.frozen": "This system was restored from a backup and waits for its operator to declare a new trail.",
    "trail.no_such_entry": "The trail has no entry {index}.",
    "request.malformed": "The request could not be read.",
    "house.fault": "Something failed on our side. Nothing was half done. Please try again; reference {reference}.",
}

CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


class Asked(Request):
    """A request whose form is of a sensible size and holds no zero characters, which PostgreSQL cannot store.

    Werkzeug bounds the memory of multipart forms only: 64 MiB of ``a&a&a`` would become gigabytes of fields.
    """

    def _load_form_data(self) -> None:
        most = self.max_form_memory_size
        if self.mimetype == "application/x-www-form-urlencoded" and most is not None:
            unstated = self.content_length is None and self.environ.get("wsgi.input_terminated")
            if unstated or (self.content_length or 0) > most:
                raise RequestEntityTooLarge
        super()._load_form_data()
        # A part of a multipart form may come without a name, which no form of ours reads.
        if any(name is None or "\0" in name or "\0" in text for name, text in self.form.items(multi=True)):
            raise BadRequest

    def get_json(self, *_: Any, **__: Any) -> Any:
        """Return nothing: Flask-WTF would take a JSON body for a form, with values that are no text.

        The one interface that takes JSON reads its bytes itself, strictly.
        """
        return {}


class Whole(IntegerConverter):
    """A number in an address that both engines can compare with a key; a longer one is no address of ours."""

    regex = r"[0-9]{1,18}"


def explain(sentences: dict[str, str]) -> None:
    """Add a room's sentences for its rules."""
    SENTENCES.update(sentences)


def sentence(rule: str, facts: dict[str, Any]) -> str:
    """Return the sentence of a rule in the visitor's language."""
    known = SENTENCES.get(rule)
    text = gettext(known) if known else gettext("This is not possible now.")
    shown = {name: filters.moment(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
    try:
        return text.format(**shown)
    except (KeyError, IndexError):
        return text


def wants_problem() -> bool:
    """Tell whether the asker reads problem documents (RFC 9457) rather than pages."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return request.is_json or best in ("application/json", "application/problem+json")


def problem(rule: str, status: int, detail: str, **more: Any) -> Response:
    """Return a problem document."""
    body = {"rule": rule, "title": detail, "detail": detail, "status": status, **more}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")


def set_up(app: Flask) -> None:
    """Attach headers, languages, CSRF and error answers."""
    app.request_class = Asked
    app.url_map.converters["int"] = Whole
    csrf.init_app(app)
    babel.init_app(app, locale_selector=_locale)
    filters.set_up(app)
    app.before_request(_remember_tongue)
    app.after_request(_add_headers)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, lambda _error: _answer("form.stale", 403, {}))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)
    app.context_processor(
        lambda: {
            "tongue": g.get("tongue", "zh-CN"),
            "tongues": TONGUES,
            "page_lang": TONGUES[g.get("tongue", "zh-CN")][1],
            "server_now": current_app.extensions["clock"].now(),
            "locale": str(get_locale()),
        }
    )


def _locale() -> str:
    # Duties and commands speak too, in mails and messages, and have no visitor who chose a language.
    return TONGUES[choose_tongue(request) if has_request_context() else DEFAULT][0]


def _remember_tongue() -> None:
    g.tongue = choose_tongue(request)
    if "\0" in request.path or any("\0" in text for text in request.args.values()):
        raise BadRequest


def _add_headers(response: Response) -> Response:
    # A view may loosen single directives through g.content_policy, as the sealing page does for its worker.
    policy = {**CONTENT_POLICY, **g.get("content_policy", {})}
    response.headers.setdefault("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items()))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["SETTINGS"].is_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Whatever a signed-in visitor is given is personal, problem documents and states of uploads too.
    if request.cookies and request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
    if request.args.get("lang") in TONGUES:
        response.set_cookie(
            COOKIE, choose_tongue(request), max_age=31536000, samesite="Lax", httponly=True,
            secure=current_app.config["SETTINGS"].is_production,
        )
    return response


def _answer(rule: str, status: int, facts: dict[str, Any], reasons: tuple[Any, ...] = ()) -> Any:
    detail = sentence(rule, facts)
    if wants_problem():
        return problem(rule, status, detail)
    return render_template(
        "errors/refusal.html", rule=rule, status=status, detail=detail, reasons=reasons, facts=facts
    ), status


def _refused(error: Refusal) -> Any:
    return _answer(error.rule, error.status, error.facts, error.reasons)


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # Asked under a name that is not ours: no address can be built for a page.
        return Response(status=400)
    rules = {404: "page.not_found", 405: "request.method", 413: "request.too_large"}
    return _answer(rules.get(error.code, "request.malformed"), error.code, {})


def _fault(error: Exception) -> Any:
    reference = secrets.token_hex(4).upper()
    kind = "house fault" if isinstance(error, HouseFault) else "fault"
    # The path is left out on purpose: before an opening a log line must not tell who was at the box.
    log.error("%s %s in %s", kind, reference, request.endpoint, exc_info=error)
    if current_app.testing and not current_app.config.get("SHOW_FAULT_PAGE"):
        raise error
    return _answer("house.fault", 500, {"reference": reference})
