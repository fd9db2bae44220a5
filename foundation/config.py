"""Settings from the environment, read once at start, with all faults told at once.

`SETTINGS` is the one table of names: the reader below, `docs/running.md` and its test are made from it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from foundation.storage import write_whole


@dataclass(frozen=True)
class Setting:
    """One name in the environment, its default as text, and what it is for."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("HOST", "127.0.0.1", "Address to listen on."),
    Setting("PORT", "8000", "Port to listen on, 1 to 65535."),
    Setting("SUNSEAL_MODE", "development", "`development` or `production`; production refuses every shortcut below."),
    Setting("SUNSEAL_INSTANCE", "instance", "Folder of the SQLite database, the keys and the files."),
    Setting("SUNSEAL_DATABASE_URL", "", "Database for serving; empty means SQLite in the instance folder."),
    Setting("SUNSEAL_DATABASE_OWNER_URL", "", "Database address of the owner, for migrations; empty means the same."),
    Setting("SUNSEAL_DEMO", "0", "`1` loads the demonstration on `make run`: sample accounts, short periods."),
    Setting("SUNSEAL_BASE_URL", "", "Address that people use, for mails and QR codes; empty means http://HOST:PORT."),
    Setting("SUNSEAL_KEK_FILE", "", "File with the key-encryption key (64 hexadecimal digits), outside the instance."),
    Setting("SUNSEAL_SECRET_KEY", "", "Secret for cookies and forms, at least 32 characters; empty makes one."),
    Setting("SUNSEAL_LOG_ORIGIN", "sunseal.example/trail", "Name of the trail in its checkpoints (C2SP origin)."),
    Setting("SUNSEAL_SMTP_URL", "", "smtp://user:password@host:587 or smtps://…; empty: mails show at the console."),
    Setting("SUNSEAL_MAIL_FROM", "sunseal@localhost", "Sender of mails."),
    Setting("SUNSEAL_MOST_UPLOAD", "536870912", "Largest sealed bid in bytes."),
    Setting("SUNSEAL_MOST_DOCUMENT", "524288000", "Largest tender document in bytes."),
    Setting("SUNSEAL_TIME_ZONE", "Asia/Shanghai", "Time zone of dates shown and of days counted."),
    Setting("SUNSEAL_THREADS", "16", "Threads that answer requests."),
)


class SettingsFault(SystemExit):
    """The environment is wrong; `faults` holds every sentence. Where nobody catches it, it ends the program."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Sunseal cannot start:\n- " + "\n- ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """The house's settings after validation."""

    host: str
    port: int
    is_production: bool
    instance: Path
    database_url: str
    database_owner_url: str
    demo: bool
    base_url: str
    key_encryption_key: bytes
    secret_key: str
    log_origin: str
    smtp_url: str
    mail_from: str
    most_upload: int
    most_document: int
    time_zone: ZoneInfo
    threads: int

    @property
    def files(self) -> Path:
        """Return the folder of stored files."""
        return self.instance / "files"

    @property
    def keys(self) -> Path:
        """Return the folder of the server's keys."""
        return self.instance / "keys"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the environment. Raises `SettingsFault` with all faults at once."""
    source = os.environ if environ is None else environ
    given = {setting.name: source.get(setting.name, setting.default) for setting in SETTINGS}
    faults: list[str] = []
    production = given["SUNSEAL_MODE"] == "production"
    if given["SUNSEAL_MODE"] not in ("development", "production"):
        faults.append("SUNSEAL_MODE must be development or production.")
    if given["SUNSEAL_DEMO"] not in ("0", "1"):
        faults.append("SUNSEAL_DEMO must be 0 or 1.")
    port = _whole(given, "PORT", 1, 65535, faults)
    most_upload = _whole(given, "SUNSEAL_MOST_UPLOAD", 1 << 16, 1 << 41, faults)
    most_document = _whole(given, "SUNSEAL_MOST_DOCUMENT", 1 << 20, 1 << 41, faults)
    threads = _whole(given, "SUNSEAL_THREADS", 1, 256, faults)
    instance = Path(given["SUNSEAL_INSTANCE"]).absolute()
    database_url = given["SUNSEAL_DATABASE_URL"] or f"sqlite:///{instance / 'sunseal.db'}"
    owner_url = given["SUNSEAL_DATABASE_OWNER_URL"] or database_url
    for name, url in (("SUNSEAL_DATABASE_URL", database_url), ("SUNSEAL_DATABASE_OWNER_URL", owner_url)):
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            faults.append(f"{name} must begin with sqlite:/// or postgresql+psycopg://.")
    base_url = (given["SUNSEAL_BASE_URL"] or f"http://{given['HOST']}:{given['PORT']}").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https"):
        faults.append("SUNSEAL_BASE_URL must begin with http:// or https://.")
    if given["SUNSEAL_SMTP_URL"] and urlsplit(given["SUNSEAL_SMTP_URL"]).scheme not in ("smtp", "smtps"):
        faults.append("SUNSEAL_SMTP_URL must begin with smtp:// or smtps://.")
    try:
        time_zone = ZoneInfo(given["SUNSEAL_TIME_ZONE"])
    except (KeyError, ValueError):
        faults.append("SUNSEAL_TIME_ZONE is no name of the time zone database, such as Asia/Shanghai.")
        time_zone = ZoneInfo("UTC")
    if "\n" in given["SUNSEAL_LOG_ORIGIN"] or "+" in given["SUNSEAL_LOG_ORIGIN"] or not given["SUNSEAL_LOG_ORIGIN"]:
        faults.append("SUNSEAL_LOG_ORIGIN must be a name without spaces, plus signs or line ends.")
    if production:
        faults += _shortcuts(given, instance, base_url)
    if faults:
        raise SettingsFault(faults)
    secret = given["SUNSEAL_SECRET_KEY"] or _kept_secret(instance / "keys" / "development-secret")
    return Settings(
        host=given["HOST"],
        port=port,
        is_production=production,
        instance=instance,
        database_url=database_url,
        database_owner_url=owner_url,
        demo=given["SUNSEAL_DEMO"] == "1",
        base_url=base_url,
        key_encryption_key=_key_encryption_key(given["SUNSEAL_KEK_FILE"], instance),
        secret_key=secret,
        log_origin=given["SUNSEAL_LOG_ORIGIN"],
        smtp_url=given["SUNSEAL_SMTP_URL"],
        mail_from=given["SUNSEAL_MAIL_FROM"],
        most_upload=most_upload,
        most_document=most_document,
        time_zone=time_zone,
        threads=threads,
    )


def _shortcuts(given: Mapping[str, str], instance: Path, base_url: str) -> list[str]:
    """Return what production refuses, each with what to do."""
    faults = []
    if given["SUNSEAL_DEMO"] == "1":
        faults.append("Production refuses demonstration accounts and the demonstration rule set: set SUNSEAL_DEMO=0.")
    if len(given["SUNSEAL_SECRET_KEY"]) < 32:
        faults.append("Production refuses a development key: set SUNSEAL_SECRET_KEY to at least 32 random characters.")
    if not given["SUNSEAL_KEK_FILE"]:
        faults.append("Production needs SUNSEAL_KEK_FILE, a key-encryption key outside the instance folder.")
    elif Path(given["SUNSEAL_KEK_FILE"]).resolve().is_relative_to(instance.resolve()):
        faults.append(
            "Production refuses a key-encryption key inside the instance folder: a stolen backup would open every "
            "bid. Move SUNSEAL_KEK_FILE elsewhere."
        )
    if urlsplit(base_url).scheme != "https":
        faults.append("Production refuses cookies over plain http: set SUNSEAL_BASE_URL to an https:// address.")
    return faults


def _whole(given: Mapping[str, str], name: str, least: int, most: int, faults: list[str]) -> int:
    try:
        value = int(given[name])
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        faults.append(f"{name} must be a whole number from {least} to {most}.")
        return least
    return value


def _kept_secret(path: Path) -> str:
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode())
    return path.read_text()


def _key_encryption_key(file: str, instance: Path) -> bytes:
    path = Path(file) if file else instance / "keys" / "development-kek"
    if not file and not path.exists():
        write_whole(path, secrets.token_hex(32).encode())
    try:
        value = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        value = b""
    if len(value) != 32:
        raise SettingsFault([f"SUNSEAL_KEK_FILE must be a readable file of 64 hexadecimal digits: {path}"])
    return value
