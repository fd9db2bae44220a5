"""The top of the house: `create_app()` wires rooms, duties, commands and errors. Nothing imports it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from foundation import commands, documents, mail, migrate, scheduler, web
from foundation.certificates import open_seal
from foundation.clock import Clock
from foundation.config import Settings, read_settings
from foundation.database import db, set_up_engine
from foundation.keys import kept_text
from foundation.lifecycle import refusal_sentences
from foundation.messages import compile_catalogues
from foundation.storage import Store
from identity import guard
from supervision.trail.notes import Signer
from supervision.trail.start import prepare

__all__ = ["create_app", "prepare"]

ROOT = Path(__file__).parent


def create_app(
    environ: Mapping[str, str] | None = None, *, clock: Clock | None = None, settings: Settings | None = None
) -> Flask:
    """Return the app. Raises `SettingsFault` with every fault of the environment at once."""
    settings = settings or read_settings(environ)
    for folder in (settings.instance, settings.keys, settings.files):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("sunseal", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        WTF_CSRF_SSL_STRICT=settings.is_production,
        MAX_CONTENT_LENGTH=64 << 20,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        BABEL_DEFAULT_LOCALE="zh_Hans",
        BABEL_DEFAULT_TIMEZONE=str(settings.time_zone),
        TEMPLATES_AUTO_RELOAD=False,
    )
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    if settings.is_production:
        # A name of ours only: what werkzeug redirects to must not echo a stranger's Host header.
        app.config["TRUSTED_HOSTS"] = [urlsplit(settings.base_url).hostname]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    compile_catalogues(ROOT / "translations")
    db.init_app(app)
    with app.app_context():
        set_up_engine(db.engine)
    app.extensions["clock"] = clock or Clock()
    app.extensions["store"] = Store(settings.files)
    app.extensions["log_signer"] = Signer.from_text(
        kept_text(settings.keys / "log.key", lambda: Signer.generate(settings.log_origin).text())
    )
    # The fonts' place must be known before WeasyPrint is imported by whoever renders first.
    documents.prepare_fonts(settings.instance / "fonts")
    app.extensions["seal"] = open_seal(settings.keys / "seal", now=app.extensions["clock"].now())
    migrate.set_up(app)
    web.set_up(app)
    wire(app)
    return app


# Every room, lowest rung first. The same file names mean the same thing in each of them.
ROOMS = (
    "supervision.trail",
    "identity",
    "procurement.notices",
    "procurement.plan",
    "procurement.library",
    "procurement.tender",
    "procurement.clarification",
    "bidding.box",
    "procurement.panel",
    "procurement.evaluation",
    "procurement.award",
    "procurement.contract",
    "supervision.desk",
    "procurement.portal",
)


def wire(app: Flask) -> None:
    """Attach what each room brings: tables, pages, duties, commands, sentences and lifecycles."""
    guard.set_up(app)
    scheduler.register(app, (), (mail.send_waiting,))
    for command in commands.COMMANDS:
        app.cli.add_command(command)
    for room in ROOMS:
        for part in ("models", "views", "duties", "commands", "sentences", "lifecycle"):
            if find_spec(f"{room}.{part}") is None:
                continue
            module = import_module(f"{room}.{part}")
            if part == "views":
                app.register_blueprint(module.blueprint)
            elif part == "duties":
                scheduler.register(app, module.DUTIES, getattr(module, "SLOW_DUTIES", ()))
            elif part == "commands":
                for command in module.COMMANDS:
                    app.cli.add_command(command)
            elif part == "sentences":
                web.explain(module.SENTENCES)
            elif part == "lifecycle":
                web.explain(refusal_sentences(module.LIFECYCLES))


def _engine_options(settings: Settings) -> dict[str, Any]:
    # A fault's log lines must not hold what a statement was given: before an opening it may tell who was at the box.
    if settings.database_url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "pool_size": settings.threads + 8,
            "max_overflow": 8,
            "connect_args": {"check_same_thread": False},
        }
    return {
        "hide_parameters": True,
        "pool_size": settings.threads + 4,
        "max_overflow": 8,
        "isolation_level": "READ COMMITTED",
    }
