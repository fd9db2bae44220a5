"""A person at the pages over real HTTP: signs in, reads forms as they are served, fills them in and sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT = 60


@dataclass
class Form:
    """A form as a page shows it: where it goes, and the values it would send as it stands."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    """Collects the forms of a page with their present values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False
        self._select = self._area = ""
        self._chosen = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "form":
            self.found.append(Form(given.get("action") or ""))
            self._inside = True
        elif not self._inside or not self.found:
            return
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self._select, self._chosen = name, False
            self.found[-1].names.add(name)
        elif tag == "option" and self._select and ("selected" in given or not self._chosen):
            self.found[-1].values[self._select] = given.get("value") or ""
            self._chosen = "selected" in given or self._chosen
        elif tag == "textarea" and name:
            self._area = name
            self.found[-1].names.add(name)
            self.found[-1].values[name] = ""

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        form, kind = self.found[-1], given.get("type") or "text"
        form.names.add(name)
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                form.values[name] = given.get("value") or "on"
        elif kind not in ("file", "submit", "button"):
            form.values[name] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            # The line break after <textarea> is the template's and no part of the value.
            self.found[-1].values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page in their order."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


class Refused(Exception):
    """The server did not do what was asked; the text says what it said."""


class Visitor:
    """One person's browser without scripts."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "en"

    def log_in(self, email: str, password: str) -> Visitor:
        """Sign in through the form."""
        self.send("/login", has="password", email=email, password=password)
        return self

    def get(self, path: str) -> requests.Response:
        """Read a page. Raises `Refused` for anything but 200."""
        answer = self.session.get(urljoin(self.base, path), timeout=TIMEOUT)
        if answer.status_code != 200:
            raise Refused(f"{path} answered {answer.status_code}")
        return answer

    def form(self, path: str, *, action: str = "", has: str = "") -> Form:
        """Return the form of a page whose action ends with `action`, or which has a field `has`."""
        for form in forms_of(self.get(path).text):
            where = urlsplit(form.action).path
            if (action and where.endswith(action)) or (has and has in form.names):
                form.action = form.action or path
                return form
        raise Refused(f"{path} shows no form for {action or has}")

    def send(
        self, path: str, *, action: str = "", has: str = "", files: dict[str, Any] | None = None, **values: str
    ) -> requests.Response:
        """Fill in a form of the page at `path` and send it. Raises `Refused` where it comes back with an error."""
        form = self.form(path, action=action, has=has)
        answer = self.session.post(
            urljoin(self.base, form.action),
            data={**form.values, **values},
            files=files,
            timeout=TIMEOUT,
            headers={"Referer": urljoin(self.base, path)},
        )
        if answer.status_code != 200 or 'class="errors"' in answer.text:
            raise Refused(f"{form.action} answered {answer.status_code}: {_errors(answer.text)}")
        return answer

    def token(self, path: str) -> str:
        """Return the CSRF token of a page."""
        return self.form(path, has="csrf_token").values["csrf_token"]

    def call(self, method: str, path: str, token: str, **more: Any) -> requests.Response:
        """Call the box as the sealing page does."""
        headers = {"X-CSRFToken": token, "Accept": "application/json", "Referer": urljoin(self.base, path)}
        headers |= more.pop("headers", {})
        return self.session.request(method, urljoin(self.base, path), headers=headers, timeout=TIMEOUT, **more)


def _errors(page: str) -> str:
    """Return the words of the page's error summary, or its title."""
    start = page.find('class="errors"')
    part = page[start : start + 1500] if start >= 0 else page[page.find("<h1") : page.find("<h1") + 500]
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = lambda data: words.append(data.strip())  # type: ignore[method-assign]
    parser.feed(part)
    return " ".join(word for word in words if word)[:600]
