"""The operator's console and the commands at the machine."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from foundation import mail
from foundation.clock import FixedClock
from foundation.database import db, noting
from identity import duties, queries, sessions, tokens
from identity.models import FailedLogin, LoginSession, OneTimeToken
from supervision.trail.models import Entry
from tests.builders.people import log_in, people
from tests.identity.test_log_in import sign_in, token_of
from tests.identity.test_registration import link_in, mails

# What pages and files say is the same on both engines.
pytestmark = pytest.mark.one_engine


def test_the_console_shows_the_machine_and_reading_a_mail_is_an_act(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.operator)
    mail.queue("officer@example.test", "一封邮件", "正文只给收件人")
    page = client.get("/operator").get_data(as_text=True)
    assert "一封邮件" in page
    assert "正文只给收件人" not in page
    action = re.search(r"/operator/mails/[^\"]+", page).group(0)
    read = client.post(action, data={"csrf_token": token_of(client, "/operator")})
    assert "正文只给收件人" in read.get_data(as_text=True)
    last = db.session.execute(select(Entry).order_by(Entry.index.desc())).scalars().first()
    assert (last.kind, last.subject) == ("mail.read", f"account/{found.officer.ref}")
    assert client.post("/operator/mails/1", data={"csrf_token": token_of(client, "/operator")}).status_code == 404


def test_with_smtp_no_mail_is_shown(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    mail.queue("officer@example.test", "一封邮件", "正文只给收件人")
    log_in(client, found.operator)
    handle = re.search(r"/operator/mails/[^\"]+", client.get("/operator").get_data(as_text=True)).group(0)
    object.__setattr__(app.config["SETTINGS"], "smtp_url", "smtp://mail.example.test")
    assert "一封邮件" not in client.get("/operator").get_data(as_text=True)
    assert client.post(handle, data={"csrf_token": token_of(client, "/operator")}).status_code == 409


def test_the_operator_adds_an_authority_and_invites_its_first_member(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.operator)
    path = "/operator/organisations"
    form = {"kind": "authority", "name": "新区管委会", "number": found.authority.number, "email": "first@example.test"}
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 422
    form["number"] = "11100000000019999X"
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 303
    made = queries.organisations("authority")[-1]
    assert (made.name, made.state) == ("新区管委会", "verified")
    assert made.name in app.test_client().get(link_in(mails()[-1])).get_data(as_text=True)
    form |= {"kind": "supplier", "number": "Z"}
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 422


def test_the_first_operator_is_made_by_command(app: Flask, client: FlaskClient) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["operator", "create", "op@example.test", "--name", "孙运维"], input="an operator's long secret\n")
    assert done.exit_code == 0, done.output
    assert sign_in(client, "op@example.test", "an operator's long secret").status_code == 303
    assert client.get("/operator").status_code == 200
    weak = run(args=["operator", "create", "op2@example.test", "--name", "x"], input="short\n")
    assert weak.exit_code == 1
    assert "12 characters" in weak.output
    linked = run(args=["operator", "create", "op3@example.test", "--invite"])
    link = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", linked.output).group(1)
    assert app.test_client().get(link).status_code == 200
    assert len(queries.organisations("platform")) == 1


def test_organisations_are_made_by_command(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    made = ["organisation", "create", "--kind", "authority", "--name", "示例市教育局", "--number", "N1", "--first"]
    done = run(args=[*made, "chief@example.test", "--role", "approver"])
    assert done.exit_code == 0, done.output
    assert "/invitations/" in done.output
    assert run(args=[*made, "chief@example.test", "--role", "auditor"]).exit_code == 1
    assert len(queries.organisations("authority")) == 1
    ref = queries.organisations("authority")[0].ref
    assert "/invitations/" in run(args=["organisation", "invite", ref, "b@example.test", "officer"]).output
    assert "no organisation O-9" in run(args=["organisation", "invite", "O-9", "b@example.test", "officer"]).output


@pytest.mark.parametrize("days", [0, 40])
def test_what_ended_is_removed(app: Flask, client: FlaskClient, clock: FixedClock, days: int) -> None:
    found = people(app)
    log_in(client, found.officer)
    tokens.issue(found.officer.id, "password", clock.now())
    sessions.note_failure("f" * 64, clock.now())
    clock.forward(days=days, minutes=1)
    db.session.rollback()
    duties.clean_up()
    with noting() as session:
        left = [len(session.execute(select(table)).all()) for table in (LoginSession, OneTimeToken, FailedLogin)]
    assert left == ([1, 1, 1] if days == 0 else [0, 0, 0])
