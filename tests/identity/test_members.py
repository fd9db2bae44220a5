"""Memberships: invitations by link, who may give which role, and going on in another role."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity import operations, queries
from identity.guard import COOKIE
from supervision.trail.act import Actor, acting
from tests.builders.people import PASSWORD, log_in, people
from tests.identity.test_log_in import sign_in, token_of
from tests.identity.test_registration import link_in, mails


def invite(client: FlaskClient, email: str, role: str):
    """Send the form of the members' page."""
    return client.post("/members", data={"email": email, "role": role, "csrf_token": token_of(client, "/members")})


def test_invite_accept_and_end(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.approver)
    assert invite(client, "neu@example.test", "officer").status_code == 303
    link = link_in(mails()[-1])
    guest = app.test_client()
    assert "示例市教育局" in guest.get(link).get_data(as_text=True)
    form = {"name": "新经办", "password": "short", "csrf_token": token_of(guest, link)}
    assert guest.post(link, data=form).status_code == 422
    assert guest.post(link, data={**form, "password": PASSWORD}).status_code == 303
    assert guest.get("/members").status_code == 200
    assert app.test_client().get(link).status_code == 409
    made = queries.account_by_email("neu@example.test")
    assert made.email_verified_at is not None
    page = f"/members/{made.ref}/officer/end"
    assert client.post(page, data={"csrf_token": token_of(client, "/members")}).status_code == 303
    assert guest.get("/members").status_code == 302
    assert [place for place in queries.memberships(made)] == []


def test_an_invited_account_accepts_by_signing_in_and_goes_on_in_either_role(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.approver)
    invite(client, "approver@example.test", "officer")
    invite(client, "expert0@example.test", "approver")
    own, other = link_in(mails()[-2]), link_in(mails()[-1])
    guest = app.test_client()
    assert guest.post(own, data={"csrf_token": token_of(guest), "name": "x", "password": PASSWORD}).status_code == 403
    assert client.post(other, data={"csrf_token": token_of(client, "/account")}).status_code == 403
    assert client.post(own, data={"csrf_token": token_of(client, "/account")}).status_code == 303
    assert "采购经办人" in client.get("/account").get_data(as_text=True)
    before = client.get_cookie(COOKIE).value
    form = {"place": f"{found.authority.ref}/approver", "csrf_token": token_of(client, "/account")}
    assert client.post("/account/membership", data=form).status_code == 303
    assert client.get_cookie(COOKIE).value != before, "new rights need a new token"
    form["place"] = f"{found.supervisor.ref}/inspector"
    assert client.post("/account/membership", data=form).status_code == 404


def test_an_officer_makes_no_approver(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    log_in(client, found.officer)
    assert invite(client, "second@example.test", "approver").status_code == 422
    assert invite(client, "second@example.test", "inspector").status_code == 422
    assert invite(client, "second@example.test", "officer").status_code == 303
    page = f"/members/{found.approver.ref}/approver/end"
    assert client.post(page, data={"csrf_token": token_of(client, "/members")}).status_code == 403


def test_members_of_others_are_out_of_reach(app: Flask, client: FlaskClient) -> None:
    found = people(app)
    with acting(Actor("operator")) as act:
        token = operations.invite(act, found.supervisor, "a@example.test", "expert", by=None)
    handle = queries.invitation_by_token(token).token_digest[:16]
    log_in(client, found.suppliers[0])
    form = {"csrf_token": token_of(client, "/members")}
    assert client.post(f"/members/{found.bidders[1].ref}/supplier/end", data=form).status_code == 404
    assert client.post(f"/members/invitations/{handle}/cancel", data=form).status_code == 404
    page = client.get("/members").get_data(as_text=True)
    assert "bidder1@" not in page


def test_an_invitation_taken_back_or_too_old_is_over(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    found = people(app)
    log_in(client, found.inspector)
    invite(client, "a@example.test", "expert")
    invite(client, "b@example.test", "auditor")
    first, second = link_in(mails()[-2]), link_in(mails()[-1])
    handle = re.findall(r"/members/invitations/([0-9a-f]{16})/cancel", client.get("/members").get_data(as_text=True))[0]
    client.post(f"/members/invitations/{handle}/cancel", data={"csrf_token": token_of(client, "/members")})
    assert client.get(first).status_code == 409
    clock.forward(days=7)
    assert client.get(second).status_code == 409


@pytest.mark.parametrize("role", ["officer", "approver", "inspector", "operator"])
def test_the_last_of_a_role_stays(app: Flask, role: str) -> None:
    found = people(app)
    with pytest.raises(Refusal, match=r"membership\.last"), acting(Actor("operator")) as act:
        operations.end_membership(act, queries.memberships(getattr(found, role))[0])
    assert len(queries.memberships(getattr(found, role))) == 1


def test_a_role_must_suit_the_kind_of_organisation(app: Flask) -> None:
    found = people(app)
    with pytest.raises(Refusal, match="role_of_kind"), acting(Actor("operator")) as act:
        operations.add_member(act, found.officer, found.suppliers[0], "officer")
    with pytest.raises(Refusal, match="role_of_kind"), acting(Actor("operator")) as act:
        operations.invite(act, found.authority, "x@example.test", "inspector", by=None)


def test_a_number_binds_to_one_organisation(app: Flask) -> None:
    found = people(app)
    with acting(Actor("operator")) as act:
        twin = operations.create_organisation(act, kind="supplier", name="冒用", number=found.suppliers[0].number).ref
    with pytest.raises(Refusal, match="number_is_free"), acting(Actor("operator")) as act:
        operations.verify_organisation(act, queries.organisation_by_ref(twin))
    with pytest.raises(Refusal, match="number_is_given"), acting(Actor("operator")) as act:
        operations.create_organisation(act, kind="supplier", name="无号", verified=True)
    assert queries.organisation_by_ref(twin).verified_at is None


def test_the_password_changes_with_the_present_one_only(app: Flask, client: FlaskClient) -> None:
    people(app)
    other = app.test_client()
    sign_in(client, "officer@example.test")
    sign_in(other, "officer@example.test")
    form = {"present": "wrong", "password": "an entirely new secret"}
    path = "/account/password"
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 422
    form["present"] = PASSWORD
    assert client.post(path, data={**form, "csrf_token": token_of(client, path)}).status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    db.session.rollback()
    assert mails()[-1].to == "officer@example.test"
