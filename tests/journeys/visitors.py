"""People at the pages of the app under test: they sign in, fill in forms as served, and send them with their token."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from identity.models import Account
from scripts.visiting import Form, forms_of
from tests.builders.people import PASSWORD

ROOT = Path(__file__).parents[2]


class Person:
    """One person's browser without scripts, signed in through the form."""

    def __init__(self, app: Flask, account: Account | None = None) -> None:
        self.client = app.test_client()
        if account is not None:
            self.send("/login", has="password", email=account.email, password=PASSWORD)

    def page(self, path: str, status: int = 200) -> str:
        """Return the text of a page in English."""
        answer = self.client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == status, f"{path} answered {answer.status_code}"
        return answer.get_data(as_text=True)

    def data(self, path: str) -> bytes:
        """Return the bytes of a file."""
        with self.client.get(path) as answer:
            assert answer.status_code == 200, f"{path} answered {answer.status_code}"
            return answer.data

    def form(self, path: str, *, action: str = "", has: str = "") -> Form:
        """Return the form of a page whose action ends with `action`, or which has a field `has`."""
        for form in forms_of(self.page(path)):
            where = urlsplit(form.action or path).path
            if (action and where.endswith(action)) or (has and has in form.names):
                form.action = form.action or path
                return form
        raise AssertionError(f"{path} shows no form for {action or has}")

    def send(self, path: str, *, action: str = "", has: str = "", status: int = 0, **values: Any) -> TestResponse:
        """Fill in a form of the page at `path` and send it; without `status` a redirect is expected."""
        form = self.form(path, action=action, has=has)
        answer = self.client.post(
            form.action, data={**form.values, **values}, headers={"Accept-Language": "en"}
        )
        expected = (status,) if status else (302, 303)
        assert answer.status_code in expected, f"{form.action}: {answer.status_code} {answer.get_data(as_text=True)}"
        return answer


def export_of(app: Flask, folder: Path) -> Path:
    """Write the public export and the log's key into `folder`, as an operator does; return the export."""
    runner = app.test_cli_runner()
    written = runner.invoke(args=["trail", "export", str(folder / "export")])
    assert written.exit_code == 0, written.output
    (folder / "log-key").write_text(runner.invoke(args=["trail", "log-key"]).output)
    return folder / "export"


def verified(export: Path, *more: str | Path) -> tuple[int, str]:
    """Run the stand-alone verifier in a process of its own; return its exit code and what it prints."""
    command = [sys.executable, "-m", "supervision.trail.verify", export, "--log-key", export.parent / "log-key", *more]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr
