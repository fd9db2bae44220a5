"""Signing in, counted failures, sessions that can be revoked, and answers that tell nothing."""

from __future__ import annotations

import hashlib
import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database import db
from identity import operations, queries, sessions
from identity.door import local_path
from identity.guard import COOKIE
from identity.models import FailedLogin, LoginSession
from identity.passwords import Hashed
from supervision.trail.act import Actor, acting
from supervision.trail.models import Entry
from tests.builders.people import PASSWORD, log_in, people

BIDDER = "bidder0@example.test"
WRONG = "a wrong secret of length"


def token_of(client: FlaskClient, path: str = "/login") -> str:
    """Read the form token out of a page, as a browser sends it back."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None
    return found.group(1)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/login"):
    """Send the log-in form the way a browser does."""
    return client.post(
        path, data={"email": email, "password": password, "csrf_token": token_of(client)}, follow_redirects=False
    )


def words(response) -> str:
    """Return the text of the error summary."""
    found = re.search(r'<div class="errors".*?</div>', response.get_data(as_text=True), re.S)
    return re.sub(r"<[^>]+>", " ", found.group(0)).strip() if found else ""


def test_the_right_password_begins_a_session_known_by_a_digest_only(app: Flask, client: FlaskClient) -> None:
    people(app)
    answer = sign_in(client, " BIDDER0@example.test ")
    assert answer.status_code == 303
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    token = client.get_cookie(COOKIE).value
    [row] = db.session.execute(select(LoginSession)).scalars()
    assert row.token_digest != token
    assert len(row.token_digest) == 64
    assert "投标人1" in client.get("/account").get_data(as_text=True)


def test_production_sends_the_cookie_over_https_only(app: Flask, client: FlaskClient) -> None:
    people(app)
    object.__setattr__(app.config["SETTINGS"], "is_production", True)
    answer = sign_in(client, BIDDER)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(COOKIE))
    assert "Secure" in cookie


def test_a_session_brought_along_is_never_taken_over(app: Flask, client: FlaskClient) -> None:
    people(app)
    client.set_cookie(COOKIE, "planted-by-someone")
    sign_in(client, BIDDER)
    assert client.get_cookie(COOKIE).value != "planted-by-someone"
    first = client.get_cookie(COOKIE).value
    form_token = token_of(client, "/account")
    client.post("/login", data={"email": BIDDER, "password": PASSWORD, "csrf_token": form_token})
    assert client.get_cookie(COOKIE).value != first
    thief = app.test_client()
    thief.set_cookie(COOKIE, first)
    assert thief.get("/account").status_code == 302


def test_the_form_needs_its_token(app: Flask, client: FlaskClient) -> None:
    people(app)
    answer = client.post("/login", data={"email": BIDDER, "password": PASSWORD})
    assert answer.status_code == 403
    assert client.get_cookie(COOKIE) is None


def test_unknown_address_and_wrong_password_get_the_same_answer(app: Flask, client: FlaskClient) -> None:
    people(app)
    known, unknown = sign_in(client, BIDDER, WRONG), sign_in(client, "nobody@example.test", WRONG)
    assert known.status_code == unknown.status_code == 422
    assert words(known) == words(unknown) != ""
    assert 'value="bidder0@example.test"' in known.get_data(as_text=True)


@pytest.mark.parametrize("email", [BIDDER, "nobody@example.test"])
def test_after_five_failures_tries_wait_and_the_wait_ends(app: Flask, clock: FixedClock, email: str) -> None:
    people(app)
    stranger = app.test_client()
    for _ in range(sessions.PACE.failures):
        assert "15" not in words(sign_in(stranger, email, WRONG))
    waiting = sign_in(stranger, email)
    assert waiting.status_code == 422
    assert "15" in words(waiting)
    clock.forward(minutes=15, seconds=1)
    assert sign_in(stranger, email).status_code == (303 if email == BIDDER else 422)


def test_a_browser_that_signed_in_before_is_not_made_to_wait_by_others(app: Flask) -> None:
    people(app)
    mine, other = app.test_client(), app.test_client()
    assert sign_in(mine, BIDDER).status_code == 303
    mine.post("/logout", data={"csrf_token": token_of(mine, "/account")})
    for _ in range(sessions.PACE.failures + 1):
        sign_in(other, BIDDER, WRONG)
    assert "15" in words(sign_in(other, BIDDER))
    assert sign_in(mine, BIDDER).status_code == 303
    # The cookie opens nothing by itself, and its failures are counted too.
    again = app.test_client()
    again.set_cookie("sunseal_known", "forged", path="/login")
    assert "15" in words(sign_in(again, BIDDER))


def test_failures_are_counted_by_a_digest_that_names_nobody(app: Flask, client: FlaskClient) -> None:
    people(app)
    sign_in(client, BIDDER, WRONG)
    [row] = db.session.execute(select(FailedLogin)).scalars()
    assert re.fullmatch("[0-9a-f]{64}", row.email_digest)
    assert row.email_digest != hashlib.sha256(BIDDER.encode()).hexdigest()


def test_a_right_password_forgets_the_failures(app: Flask, client: FlaskClient) -> None:
    people(app)
    for _ in range(4):
        sign_in(client, BIDDER, WRONG)
    assert sign_in(client, BIDDER).status_code == 303
    assert db.session.execute(select(FailedLogin)).first() is None


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: FlaskClient) -> None:
    people(app)
    sign_in(client, BIDDER)
    token = client.get_cookie(COOKIE).value
    client.post("/logout", data={"csrf_token": token_of(client, "/account")})
    client.set_cookie(COOKIE, token)
    assert client.get("/account").status_code == 302


def test_eight_idle_hours_end_a_session_and_use_keeps_it(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    log_in(client, people(app).suppliers[0])
    for _ in range(3):
        clock.forward(hours=7)
        assert client.get("/account").status_code == 200
    clock.forward(hours=8, minutes=21)
    assert client.get("/account").status_code == 302


def test_rows_of_sessions_tell_no_moment_finer_than_ten_minutes(
    app: Flask, client: FlaskClient, clock: FixedClock
) -> None:
    clock.forward(minutes=7, seconds=31)
    log_in(client, people(app).suppliers[0])
    clock.forward(minutes=26, seconds=3)
    client.get("/account")
    [row] = db.session.execute(select(LoginSession)).scalars()
    assert (row.created_at.minute, row.created_at.second) == (0, 0)
    assert (row.seen_at.minute, row.seen_at.second) == (30, 0)


def test_another_session_can_be_ended_from_the_account_page(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    other = app.test_client()
    log_in(client, found.officer)
    log_in(other, found.officer)
    page = client.get("/account").get_data(as_text=True)
    handles = re.findall(r"/account/sessions/([0-9a-f]{16})/end", page)
    assert len(handles) == 2
    client.post("/account/sessions/others/end", data={"csrf_token": token_of(client, "/account")})
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_nobody_ends_another_persons_session(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    other = app.test_client()
    log_in(client, found.officer)
    log_in(other, found.approver)
    handle = re.findall(r"/account/sessions/([0-9a-f]{16})/end", other.get("/account").get_data(as_text=True))[0]
    client.post(f"/account/sessions/{handle}/end", data={"csrf_token": token_of(client, "/account")})
    assert other.get("/account").status_code == 200


def test_the_log_in_leads_back_but_never_elsewhere(app: Flask, client: FlaskClient) -> None:
    people(app)
    answer = client.get("/members?x=1")
    assert answer.location == "/login?next=/members?x%3D1"
    assert sign_in(client, "officer@example.test", path="/login?next=/members?x%3D1").location == "/members?x=1"


@pytest.mark.parametrize(
    "target",
    ["//evil.test", "https://evil.test", "\\\\evil.test", "/\\evil.test", "javascript:alert(1)", "evil", "/a\r\nb", ""],
)
def test_only_paths_of_the_house_are_targets(target: str) -> None:
    assert local_path(target) == ""
    assert local_path("/members?x=1#y") == "/members?x=1#y"


def test_a_weaker_hash_is_renewed_at_log_in(app: Flask, client: FlaskClient) -> None:
    people(app)
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    with acting(Actor("operator")) as act:
        operations.rehash_password(act, queries.account_by_email(BIDDER), Hashed(weak))
    assert sign_in(client, BIDDER).status_code == 303
    stored = queries.account_by_email(BIDDER).password_hash
    assert stored != weak
    assert PasswordHasher().verify(stored, PASSWORD)
    assert not PasswordHasher().check_needs_rehash(stored)


def test_an_account_without_place_or_closed_does_not_come_in(app: Flask, client: FlaskClient) -> None:
    people(app)
    with acting(Actor("operator")) as act:
        operations.create_account(
            act, email="alone@example.test", name="无单位", password="a long enough secret 43", email_verified=True
        )
        operations.erase_person(act, queries.account_by_email("bidder3@example.test"))
    assert sign_in(client, "alone@example.test", "a long enough secret 43").status_code == 422
    assert words(sign_in(client, "bidder3@example.test")) == words(sign_in(client, "nobody@example.test"))
    assert client.get_cookie(COOKIE) is None


def test_log_ins_leave_no_entry(app: Flask, client: FlaskClient) -> None:
    people(app)
    before = db.session.execute(select(Entry.index).order_by(Entry.index.desc())).scalars().first()
    sign_in(client, BIDDER, WRONG)
    sign_in(client, BIDDER)
    assert client.get("/account").status_code == 200
    assert db.session.execute(select(Entry.index).order_by(Entry.index.desc())).scalars().first() == before


def test_a_session_revoked_while_the_page_was_open_changes_nothing_any_more(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.officer)
    token = token_of(client, "/account/profile")
    sessions.end(found.officer.id, app.extensions["clock"].now())
    answer = client.post("/account/profile", data={"name": "x", "locale": "en", "csrf_token": token})
    assert answer.status_code == 403
    db.session.expire_all()
    assert found.officer.name == "李经办"
