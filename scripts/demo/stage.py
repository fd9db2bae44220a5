"""The stage of the demonstration: a throw-away instance, its server, its people, and the papers that are kept."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

from foundation.clock import Clock
from foundation.config import SETTINGS
from foundation.database import db
from scripts import demo_data
from scripts.demo_data import PASSWORD
from scripts.visiting import Visitor
from wsgi import create_app, prepare

ROOT = Path(__file__).parents[2]
PART = 4 << 20
# From publication to the deadline: enough for a browser and three packers on a busy machine.
OPEN_FOR = timedelta(seconds=int(os.environ.get("DEMO_SECONDS", "75")))


class Failed(Exception):
    """A step of the demonstration did not hold."""


def say(text: str) -> None:
    """Print one step."""
    print(f"  {text}", flush=True)


def demand(holds: bool, text: str) -> None:
    """Print a step that holds, or fail with it."""
    if not holds:
        raise Failed(text)
    say(f"✓ {text}")


def wait_for(what: str, ready: Callable[[], Any], *, most: float = 60) -> Any:
    """Wait until `ready` returns something true, and return it."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.5)
    raise Failed(f"{what} did not come within {most:.0f} s")


class Stage:
    """What every part of the story stands on."""

    def __init__(self, folder: Path, out: Path) -> None:
        self.folder, self.out = folder, out
        self.instance = folder / "instance"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SUNSEAL_")},
            "SUNSEAL_INSTANCE": str(self.instance),
            "SUNSEAL_MODE": "development",
            "SUNSEAL_DEMO": "0",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self.ref = ""
        self.notice: dict[str, Any] = {}
        self.closes_at = Clock().now()

    # --- set-up ---

    def people(self) -> None:
        """Make the instance with its organisations and people, as an operator's commands do."""
        app = create_app(self.environ)
        prepare(app)
        with app.app_context():
            demo_data.make_people()
            db.session.remove()
            db.engine.dispose()

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        """Serve in a process of its own."""
        log = (self.folder / "server.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=self.environ, stdout=log, stderr=log
        )

        def answers() -> bool:
            if process.poll() is not None:
                raise Failed(f"the server ended: {(self.folder / 'server.log').read_text()[-2000:]}")
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(f"{self.base}/", timeout=10).status_code == 200
            return False

        try:
            wait_for("the server", answers)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            log.close()

    def command(self, *words: str) -> str:
        """Run one of the house's commands and return what it prints."""
        ended = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise Failed(f"flask {' '.join(words)}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def person(self, name: str) -> Visitor:
        """Return somebody who has signed in."""
        return Visitor(self.base).log_in(f"{name}@demo.example", PASSWORD)

    def _notices(self) -> dict[str, str]:
        """Return the tender's public notices: reference → kind."""
        release = requests.get(f"{self.base}/api/ocds/{self.ref}.json", timeout=30)
        if release.status_code != 200:
            return {}
        page = requests.get(f"{self.base}/tenders/{self.ref}", timeout=30).text
        found = {}
        for piece in page.split("/notices/")[1:]:
            ref = piece.split('"')[0].split("?")[0].split(".")[0]
            if ref.startswith("N-") and ref not in found:
                found[ref] = requests.get(f"{self.base}/notices/{ref}.json", timeout=30).json()["kind"]
        return found

    def _kinds(self) -> set[str]:
        return set(self._notices().values())

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    def _runs(self, text: str, *words: str) -> None:
        ended = self._run(*words)
        if ended.returncode:
            raise Failed(f"{text}: {ended.stdout[-1500:]}{ended.stderr[-500:]}")
        say(f"✓ {text}")

    def _keep(self, name: str, data: bytes) -> None:
        (self.out / name).write_bytes(data)


def demo_zone() -> ZoneInfo:
    """Return the time zone in which the pages read what is typed."""
    return ZoneInfo(next(one.default for one in SETTINGS if one.name == "SUNSEAL_TIME_ZONE"))
