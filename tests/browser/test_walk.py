"""A walk through every page of the demonstration, for each role, in a real Chromium.

Pages are found by following links from each role's home, so a new page is walked as soon as something links to it. Each
page is looked at wide in Simplified Chinese and narrow in English: axe finds nothing, the console stays silent, nothing
scrolls sideways, and the frame (language, heading, skip link) is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from foundation.clock import Clock, FixedClock
from foundation.database import db
from identity import sessions
from identity.guard import COOKIE
from scripts import demo_data
from tests.house.browsing import chromium, serving
from wsgi import create_app, prepare

PEOPLE = {
    "public": "",
    "supplier": "supplier1",
    "officer": "officer",
    "approver": "approver",
    "expert": "expert3",
    "inspector": "inspector",
    "auditor": "auditor",
    "operator": "operator",
}
# How many addresses of one page type are followed for their links; a tender in each state links to other pages.
FOLLOWED = 4
LOOKS = (("zh-CN", "zh-Hans", 1280), ("en", "en", 390))
# Wide, axe looks at everything; narrow, at what a narrow page can change, since the elements are the same.
NARROW_RULES = ("color-contrast", "target-size", "scrollable-region-focusable", "meta-viewport", "aria-hidden-focus")
NARROWEST = 320
NOWHERE = "/no-such-page"


@dataclass
class Walk:
    """A served demonstration, a token of a session for each role, and everything found wrong on the way."""

    app: Flask
    address: str
    tokens: dict[str, str]
    faults: list[str] = field(default_factory=list)
    axe: Axe = field(default_factory=Axe)
    # Endpoints that give files; one of each is fetched.
    files: set[str] = field(default_factory=set)

    def pages(self, role: str) -> dict[str, str]:
        """Return one address of each page type that links lead this role to, by endpoint."""
        client = self.app.test_client()
        if self.tokens[role]:
            client.set_cookie(COOKIE, self.tokens[role])
        found: dict[str, str] = {}
        count: dict[str, int] = {}
        seen, ahead = {"/"}, ["/"]
        while ahead:
            path = ahead.pop(0)
            if self._endpoint(path) in self.files:
                continue
            links = self._links(client, role, path)
            if links is None:
                continue
            found.setdefault(self._endpoint(path), path)
            for link in links:
                endpoint = self._endpoint(link)
                if link not in seen and endpoint and count.get(endpoint, 0) < FOLLOWED:
                    seen.add(link)
                    count[endpoint] = count.get(endpoint, 0) + 1
                    ahead.append(link)
        return found

    def _links(self, client: FlaskClient, role: str, path: str) -> list[str] | None:
        """Return the paths that a page links to; None for what is no page."""
        with client.get(path, headers={"Accept-Language": "en"}) as answer:
            if answer.status_code in (301, 302, 303):
                return [urlsplit(answer.location).path]
            if answer.status_code != 200:
                self.faults.append(f"{role} is led to {path}, which answers {answer.status_code}")
                return None
            if answer.mimetype != "text/html":
                self.files.add(self._endpoint(path))
                return None
            hrefs = re.findall(r'<a\b[^>]*\bhref="([^"]+)"', answer.get_data(as_text=True))
        here = [urlsplit(urljoin(f"http://here{path}", href)) for href in hrefs]
        return [one.path for one in here if one.netloc == "here"]

    def _endpoint(self, path: str) -> str:
        try:
            endpoint, _ = self.app.url_map.bind("").match(path, "GET")
        except HTTPException:
            self.faults.append(f"a link leads to {path}, where nothing is")
            return ""
        return "" if endpoint == "static" else str(endpoint)

    def look(self, page: Page, role: str, path: str, look: tuple[str, str, int]) -> None:
        """Look at one page in one language and width, and note what is wrong."""
        tag, lang, width = look
        where = f"{role} {path} ({tag}, {width} px)"
        heard: list[str] = []

        def hear(message: object) -> None:
            heard.append(str(message))

        page.set_viewport_size({"width": width, "height": 900})
        page.on("pageerror", hear)
        page.on("console", lambda message: hear(message.text) if message.type in ("error", "warning") else None)
        page.goto(f"{self.address}{path}?lang={tag}")
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        options: dict[str, object] = {"resultTypes": ["violations"]}
        if width < LOOKS[0][2]:
            options["runOnly"] = {"type": "rule", "values": list(NARROW_RULES)}
        found = self.axe.run(page, options=options)
        for violation in found.response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            self.faults.append(f"{where}: axe says {violation['id']}, {violation['help']}: {targets}")
        told = page.evaluate(
            "() => ({lang: document.documentElement.lang, title: document.title.length,"
            " headings: document.querySelectorAll('h1').length})"
        )
        if told["lang"] != lang or told["headings"] != 1 or not told["title"]:
            self.faults.append(f"{where}: language, title or number of first headings: {told}")
        page.evaluate("document.querySelector('.skip').focus()")
        page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.id") != "content":
            self.faults.append(f"{where}: the link past the frame does not lead to the content")
        for narrow in (width, NARROWEST):
            page.set_viewport_size({"width": narrow, "height": 900})
            taken = page.evaluate("document.documentElement.scrollWidth")
            if taken > narrow:
                self.faults.append(f"{where}: takes {taken} px at {narrow} px")
        # A page that is not there is told so by Chromium as well.
        self.faults += [f"{where}: the console says {text}" for text in heard if path != NOWHERE or "404" not in text]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The demonstration of `make run`, on a free port."""
    environ = {"SUNSEAL_INSTANCE": str(tmp_path_factory.mktemp("walk")), "SUNSEAL_DEMO": "1"}
    app = create_app(environ, clock=FixedClock(Clock().now() - demo_data.HISTORY))
    prepare(app)
    demo_data.load(app)
    tokens = {"public": ""}
    with app.app_context():
        for role, name in list(PEOPLE.items())[1:]:
            place = demo_data.account_of(f"{name}@demo.example").memberships[0]
            tokens[role] = sessions.start(place.account_id, place.id, Clock().now())
        db.session.remove()
    with serving(app) as address:
        yield Walk(app, address, tokens)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for the whole walk."""
    with chromium(tmp_path_factory.mktemp("fonts")) as browser:
        yield browser


def test_every_page_for_every_role(walk: Walk, browser: Browser) -> None:
    looked: set[str] = set()
    for role in PEOPLE:
        pages = walk.pages(role) | ({"nowhere": NOWHERE} if role == "public" else {})
        context = browser.new_context()
        if walk.tokens[role]:
            context.add_cookies([{"name": COOKIE, "value": walk.tokens[role], "url": walk.address}])
        for endpoint, path in pages.items():
            if endpoint in looked:
                continue
            looked.add(endpoint)
            for look in LOOKS:
                page = context.new_page()
                walk.look(page, role, path, look)
                page.close()
        context.close()
    assert len(looked) > 50, sorted(looked)
    assert not walk.faults, "\n".join(sorted(set(walk.faults)))
