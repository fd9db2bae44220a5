"""Suppliers register themselves; their numbers bind after verification; nobody learns who is here."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from foundation.models import OutboxMail
from identity import operations, queries, tokens
from identity.models import OneTimeToken, Organisation
from supervision.trail.act import Actor, acting
from supervision.trail.models import Entry
from tests.builders.people import PASSWORD, log_in, people
from tests.identity.test_log_in import sign_in, token_of, words

NEW = {
    "organisation": "云州新材家具厂",
    "number": "9133 0100 MA27XL5G9P",
    "enterprise_size": "micro",
    "address": "云州市工业路 8 号",
    "phone": "0571-0000000",
    "name": "周新",
    "email": "zhou@example.test",
    "password": PASSWORD,
}


def register(client: FlaskClient, **changes: str):
    """Send the registration form."""
    return client.post("/register", data={**NEW, **changes, "csrf_token": token_of(client, "/register")})


def mails() -> list[OutboxMail]:
    """Return all mails, oldest first."""
    db.session.rollback()
    return list(db.session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars())


def link_in(mail: OutboxMail) -> str:
    """Return the path of the link in a mail."""
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail.body).group(1)


def test_register_confirm_sign_in_and_be_verified(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/mail-sent/register")
    assert client.get(answer.location).status_code == 200
    assert "确认" in words(sign_in(client, NEW["email"]))
    [mail] = mails()
    link = link_in(mail)
    assert client.get(link).status_code == 200
    assert queries.account_by_email(NEW["email"]).email_verified_at is None, "a look at the link must not use it up"
    assert client.post(link, data={"csrf_token": token_of(client, link)}).status_code == 200
    assert client.post(link, data={"csrf_token": token_of(client)}).status_code == 409
    assert sign_in(client, NEW["email"]).status_code == 303
    made = queries.account_by_email(NEW["email"]).memberships[0].organisation
    assert (made.number, made.claimed_number, made.state) == (None, "91330100MA27XL5G9P", "claimed")
    inspector = log_in(app.test_client(), found.inspector)
    page = inspector.get("/organisations").get_data(as_text=True)
    assert made.name in page
    done = inspector.post(
        f"/organisations/{made.ref}/verify", data={"csrf_token": token_of(inspector, f"/organisations/{made.ref}")}
    )
    assert done.status_code == 303
    made = queries.organisation_by_ref(made.ref)
    assert (made.number, made.state) == ("91330100MA27XL5G9P", "verified")
    assert made.verified_at is not None
    assert mails()[-1].to == NEW["email"]


def test_the_answer_does_not_tell_whether_an_address_is_known(app: Flask, client: FlaskClient) -> None:
    people(app)
    fresh, known = register(client), register(client, email="bidder0@example.test")
    assert (fresh.status_code, fresh.location) == (known.status_code, known.location)
    assert [mail.to for mail in mails()] == [NEW["email"], "bidder0@example.test"]
    assert "/reset/" in mails()[1].body
    assert db.session.execute(select(Organisation).where(Organisation.name == NEW["organisation"])).scalars().one()
    assert queries.account_by_email("bidder0@example.test").name == "投标人1"


def test_the_answer_does_not_tell_whether_a_number_is_known(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    taken = found.suppliers[0].number
    answer = register(client, number=taken)
    assert (answer.status_code, answer.location) == (303, "/mail-sent/register")
    claim = queries.account_by_email(NEW["email"]).memberships[0].organisation
    assert (claim.number, claim.claimed_number) == (None, taken)
    with acting(Actor("operator")) as act:
        account = queries.account_by_email(NEW["email"])
        account.email_verified_at = act.now
        act.record("account.verify_email", operations.subject_of(account))
    log_in(client, queries.account_by_email(NEW["email"]))
    for path in ("/members", "/account", "/members/organisation"):
        page = client.get(path).get_data(as_text=True)
        assert found.suppliers[0].name not in page
        assert found.suppliers[0].ref not in page
    assert client.get(f"/organisations/{found.suppliers[0].ref}").status_code == 403
    inspector = log_in(app.test_client(), found.inspector)
    assert found.suppliers[0].name in inspector.get(f"/organisations/{claim.ref}").get_data(as_text=True)
    refused = inspector.post(
        f"/organisations/{claim.ref}/verify", data={"csrf_token": token_of(inspector, f"/organisations/{claim.ref}")}
    )
    assert refused.status_code == 409
    assert queries.organisation_by_ref(claim.ref).number is None


def test_a_refused_claim_is_corrected_and_made_again(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    register(client)
    ref = queries.account_by_email(NEW["email"]).memberships[0].organisation.ref
    inspector = log_in(app.test_client(), found.inspector)
    page = f"/organisations/{ref}"
    assert inspector.post(page, data={"reason": " ", "csrf_token": token_of(inspector, page)}).status_code == 422
    inspector.post(page, data={"reason": "名称与登记不符。", "csrf_token": token_of(inspector, page)})
    db.session.expire_all()
    assert queries.organisation_by_ref(ref).state == "refused"
    assert "名称与登记不符。" in mails()[-1].body
    log_in(client, queries.account_by_email(NEW["email"]))
    assert "名称与登记不符。" in client.get("/members").get_data(as_text=True)
    form = {**NEW, "contact": "周新", "name": "云州新材家具有限公司"}
    path = "/members/organisation"
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 303
    claim = queries.organisation_by_ref(ref)
    assert (claim.state, claim.name, claim.refusal_reason) == ("claimed", "云州新材家具有限公司", "")
    assert claim in queries.claims()


def test_a_verified_name_and_number_stay(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.suppliers[0])
    path = "/members/organisation"
    form = {"name": "别的名称", "number": "X1", "address": "新址", "enterprise_size": "small"}
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 422
    form |= {"name": found.suppliers[0].name, "number": found.suppliers[0].number}
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 303
    assert found.suppliers[0].address == "新址"


def test_a_refused_form_keeps_what_was_typed_but_never_the_password(app: Flask, client: FlaskClient) -> None:
    answer = register(client, email="not an address", password="short but private")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "云州新材家具厂" in page
    assert "not an address" in page
    assert "short but private" not in page
    assert 'aria-invalid="true"' in page
    assert 'href="#email"' in page


def test_a_password_is_set_anew_by_mail_and_ends_every_session(app: Flask, client: FlaskClient) -> None:
    people(app)
    sign_in(client, "officer@example.test")
    stranger = app.test_client()
    form_token = token_of(stranger, "/forgot")
    first = stranger.post("/forgot", data={"email": "officer@example.test", "csrf_token": form_token})
    second = stranger.post("/forgot", data={"email": "none@example.test", "csrf_token": form_token})
    assert (first.status_code, first.location) == (second.status_code, second.location)
    [mail] = mails()
    link = link_in(mail)
    token = link.rsplit("/", 1)[1]
    [row] = db.session.execute(select(OneTimeToken)).scalars()
    assert row.token_digest == tokens.digest(token)
    form = {"password": "123456789012", "csrf_token": token_of(stranger, link)}
    assert stranger.post(link, data=form).status_code == 422
    form["password"] = "an entirely new secret"
    assert stranger.post(link, data=form).status_code == 200
    assert client.get("/account").status_code == 302
    assert sign_in(stranger, "officer@example.test").status_code == 422
    assert sign_in(stranger, "officer@example.test", "an entirely new secret").status_code == 303
    again = app.test_client()
    assert again.get(link).status_code == 409


def test_links_expire(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    people(app)
    client.post("/forgot", data={"email": "officer@example.test", "csrf_token": token_of(client, "/forgot")})
    link = link_in(mails()[0])
    clock.forward(hours=1)
    assert client.get(link).status_code == 409
    assert client.get("/reset/unknown").status_code == 404
    assert client.get(link.replace("/reset/", "/confirm/")).status_code == 404


def test_nobody_floods_a_mailbox(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    people(app)
    for _ in range(3):
        client.post("/forgot", data={"email": "officer@example.test", "csrf_token": token_of(client, "/forgot")})
    assert len(mails()) == 1
    clock.forward(minutes=6)
    client.post("/forgot", data={"email": "officer@example.test", "csrf_token": token_of(client, "/forgot")})
    assert len(mails()) == 2


def test_mails_speak_the_language_of_their_reader(app: Flask, client: FlaskClient) -> None:
    people(app)
    client.get("/register?lang=en")
    register(client)
    register(client, email="lin@example.test", organisation="林氏")
    assert "Confirm your address" in mails()[0].subject
    client.get("/register?lang=zh-TW")
    register(client, email="chen@example.test", organisation="陳氏")
    assert "電子郵件" in mails()[-1].subject


def test_the_trail_names_nobody(app: Flask, client: FlaskClient) -> None:
    people(app)
    register(client)
    account = queries.account_by_email(NEW["email"])
    bodies = b"\n".join(db.session.execute(select(Entry.body)).scalars()).decode()
    for secret in (NEW["email"], NEW["name"], NEW["organisation"], "91330100MA27XL5G9P", NEW["phone"], "李经办", "@"):
        assert secret not in bodies
    assert account.ref in bodies
    assert operations.digest_of_account(account) in bodies


def test_a_person_is_erased_and_the_digests_lose_their_salt(app: Flask, client: FlaskClient) -> None:
    people(app)
    account = queries.account_by_email("bidder2@example.test")
    ref, salt = account.ref, account.salt
    log_in(client, account)
    path = "/account/erase"
    form = {"present": "wrong wrong wrong", "sure": "y", "csrf_token": token_of(client, path)}
    assert client.post(path, data=form).status_code == 422
    assert client.post(path, data={**form, "present": PASSWORD}).status_code == 303
    assert client.get("/account").status_code == 302
    db.session.expire_all()
    gone = queries.account_by_ref(ref)
    assert (gone.name, gone.password_hash, gone.salt, gone.is_active) == ("", "", "", False)
    assert "bidder2" not in gone.email
    dump = "\n".join(
        str(row)
        for table in db.metadata.sorted_tables
        if table.name != "trail_entry"
        for row in db.session.execute(select(table)).all()
    )
    assert "bidder2@" not in dump
    assert "投标人3" not in dump
    assert salt not in dump


def test_the_last_officer_cannot_vanish(app: Flask) -> None:
    found = people(app)
    with pytest.raises(Refusal, match=r"membership\.last"), acting(Actor("operator")) as act:
        operations.erase_person(act, found.officer)
    assert found.officer.name == "李经办"
