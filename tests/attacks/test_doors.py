"""Forged forms, foreign tokens, stolen and fixed sessions, lying hosts, and what every answer carries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from foundation import mail
from foundation.clock import FixedClock
from foundation.database import db
from foundation.models import OutboxMail
from identity import operations as identity
from identity import queries as people_of
from identity.door import local_path
from identity.guard import COOKIE
from identity.models import Account, LoginSession, Membership, Organisation
from identity.rights import RIGHTS, Role
from procurement.tender import queries as tenders
from procurement.tender.models import Tender
from supervision.trail import queries as trail
from supervision.trail.act import Actor, acting
from tests.attacks.tokens import TOKEN, token_of, with_token
from tests.builders.people import PASSWORD, People, log_in, people
from tests.builders.tenders import a_tender
from tests.house.test_doors import sample
from wsgi import create_app

# Doors and pages are the same on both engines.
pytestmark = pytest.mark.one_engine

ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\x00//evil.example", " //evil.example", "@evil.example",
)


@pytest.fixture
def who(app: Flask) -> People:
    return people(app)


@pytest.mark.parametrize("role", list(Role))
def test_no_change_without_the_token_of_the_session(app: Flask, clock: FixedClock, who: People, role: Role) -> None:
    tender = a_tender(who, clock, open=False).ref
    client = app.test_client()
    stranger = token_of(app.test_client(), "/login")
    if role is not Role.PUBLIC:
        log_in(client, who.of_role(role))
    parts = {"ref": tender, "tender": tender, "lot": "1", "number": 1, "letter": "A", "file": "bid.age", "why": "forgot"}
    size, asked, wrong = trail.tip().size, 0, []
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "open_to", frozenset()) & RIGHTS[role]:
            continue
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "DELETE", "PATCH"}):
            path = rule.build({name: parts.get(name) or sample(rule, name) for name in rule.arguments})
            assert path is not None
            for data, headers in (
                ({}, {}),
                ({"csrf_token": stranger}, {}),
                ({}, {"X-CSRFToken": stranger}),
                ({"csrf_token": "x" * 99}, {"Content-Type": "text/plain"}),
            ):
                for query in ("", "?lang=en"):
                    answer = client.open(path[1] + query, method=method, data=data, headers=headers)
                    asked += 1
                    if answer.status_code != 403 or "form.stale" not in answer.get_data(as_text=True):
                        wrong.append(f"{method} {path[1]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 32
    db.session.rollback()
    assert trail.tip().size == size, "nothing may change without a token"


def test_no_login_leads_elsewhere(app: Flask, who: People) -> None:
    for target in ELSEWHERE:
        assert local_path(target) == "", target
    app.config["WTF_CSRF_ENABLED"] = False
    for target in ELSEWHERE[:4]:
        client = app.test_client()
        answer = client.post(
            "/login", query_string={"next": target}, data={"email": "officer@example.test", "password": PASSWORD}
        )
        assert answer.status_code == 303 and answer.location == "/office"
        assert client.get("/login", query_string={"next": target}).location == "/account"


def test_a_session_brought_along_is_never_used(app: Flask, who: People) -> None:
    """Fixation: an attacker plants a token, or a session of his own, and waits for the victim to sign in."""
    client = app.test_client()
    log_in(client, who.bidders[3])
    planted = client.get_cookie(COOKIE)
    assert planted is not None
    before = token_of(client, "/account")
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/login", data={"email": "bidder0@example.test", "password": PASSWORD})
    fresh = client.get_cookie(COOKIE)
    assert fresh is not None and fresh.value != planted.value
    attacker = app.test_client()
    attacker.set_cookie(COOKIE, planted.value)
    assert attacker.get("/account").status_code == 302, "the session that was replaced has ended"
    app.config["WTF_CSRF_ENABLED"] = True
    assert token_of(client, "/account") != before
    stale = client.post("/logout", data={"csrf_token": before})
    assert stale.status_code == 403


@pytest.mark.parametrize("how", ["logout", "end", "password", "membership", "closed"])
def test_an_ended_session_opens_nothing(app: Flask, clock: FixedClock, who: People, how: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client, again = log_in(app.test_client(), who.experts[0]), log_in(app.test_client(), who.experts[0])
    stolen = client.get_cookie(COOKIE)
    assert stolen is not None
    if how == "logout":
        client.post("/logout")
    elif how == "end":
        again.post("/account/sessions/others/end")
    elif how == "password":
        again.post("/account/password", data={"present": PASSWORD, "password": "another quite long secret 7"})
    else:
        with acting(Actor("operator")) as act:
            account = people_of.account_by_ref(who.experts[0].ref)
            if how == "membership":
                identity.end_membership(act, people_of.memberships(account)[0])
            else:
                identity.erase_person(act, account)
    thief = app.test_client()
    thief.set_cookie(COOKIE, stolen.value)
    assert thief.get("/judging").status_code == 302


def test_forms_set_only_their_own_fields(app: Flask, clock: FixedClock, who: People) -> None:
    """Mass assignment: fields that no form has change nothing, whatever they are called."""
    app.config["WTF_CSRF_ENABLED"] = False
    extra = {
        "role": "operator", "kind": "authority", "state": "verified", "is_active": "1", "verified": "1", "verified_at": "2026",
        "email_verified_at": "2026", "id": "1", "ref": "O-000001", "organisation_id": "1", "authority_id": "1",
        "created_by_id": "1", "submitted_by_id": "1", "published_at": "2026", "notice_ref": "N", "rule_set": "{}",
        "claimed_number": "1", "password_hash": "x", "salt": "x", "account_id": "1", "membership_id": "1",
    }
    client = app.test_client()
    register = {
        "organisation": "新公司", "number": "9111", "name": "某人", "email": "new@example.test",
        "password": "a long enough secret 43", "enterprise_size": "",
    }
    assert client.post("/register", data={**extra, **register}).status_code == 303
    db.session.rollback()
    account = db.session.execute(select(Account).where(Account.email == "new@example.test")).scalar_one()
    place = db.session.execute(select(Membership).where(Membership.account_id == account.id)).scalar_one()
    assert (place.role, place.organisation.kind, place.organisation.state) == ("supplier", "supplier", "claimed")
    assert place.organisation.number is None and account.email_verified_at is None
    officer = with_token(log_in(app.test_client(), who.officer))
    draft = a_tender(who, clock, open=False).ref
    page = officer.get(f"/office/tenders/{draft}/edit").get_data(as_text=True)
    assert "demo-2026" in page
    form = {
        "title": "改名", "category": "goods", "method": "weighted_points", "places": "2", "stage": "each",
        "fails_by": "majority", "currency": "CNY", "rule_set_id": "demo-2026", "do": "save",
    }
    assert officer.post(f"/office/tenders/{draft}/edit", data={**extra, **form}).status_code == 303
    found = tenders.by_ref(draft)
    assert (found.title, found.state, found.published_at, found.notice_ref) == ("改名", "draft", None, None)
    assert found.created_by_id == who.officer.id and found.authority_id == who.authority.id
    supplier = log_in(app.test_client(), who.bidders[0])
    details = {"name": who.suppliers[0].name, "number": str(who.suppliers[0].number), "address": "新址"}
    assert supplier.post("/members/organisation", data={**extra, **details}).status_code == 303
    changed = db.session.execute(select(Organisation).where(Organisation.address == "新址")).scalar_one()
    assert (changed.kind, changed.ref) == ("supplier", who.suppliers[0].ref)


@pytest.mark.parametrize(
    ("account", "roles"),
    [("officer", ["approver", "operator", "inspector", "supplier"]), ("bidders", ["officer", "operator", "expert"]),
     ("inspector", ["operator", "officer", "supplier"]), ("approver", ["operator", "expert"])],
)
def test_nobody_invites_into_a_role_that_is_not_theirs_to_give(
    app: Flask, who: People, account: str, roles: list[str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    person = who.bidders[0] if account == "bidders" else getattr(who, account)
    client = log_in(app.test_client(), person)
    for role in roles:
        assert client.post("/members", data={"email": "me@example.test", "role": role}).status_code == 422
    assert not db.session.execute(select(OutboxMail)).scalars().all()


def test_mails_name_the_house_whatever_the_request_says(app: Flask, who: People) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    app.test_client().post("/forgot", data={"email": "officer@example.test"}, headers=lies)
    log_in(client := app.test_client(), who.bidders[0])
    del lies["Host"]
    client.post("/members", data={"email": "new@example.test", "role": "supplier"}, headers=lies)
    mails = db.session.execute(select(OutboxMail)).scalars().all()
    base = app.config["SETTINGS"].base_url
    assert len(mails) == 2 and all(f"{base}/" in one.body and "evil" not in one.body for one in mails)


def test_a_name_cannot_write_a_mails_header(
    app: Flask, who: People, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    """A line end in an organisation's name stood in a subject: the mail could not be written, and all others waited."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post(
        "/register",
        data={
            "organisation": "公司\r\nBcc: all@evil.example\u202e", "number": "9111", "name": "某\u2028人",
            "email": "new@example.test", "password": "a long enough secret 43", "enterprise_size": "",
        },
    )
    made = db.session.execute(select(Organisation).where(Organisation.name.contains("Bcc"))).scalar_one()
    assert made.name == "公司 Bcc: all@evil.example" and made.contact == "某 人"
    sent: list[str] = []

    class Server:
        def __init__(self, *_args: object, **_more: object) -> None: ...
        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None: ...
        def has_extn(self, _name: str) -> bool:
            return False

        def send_message(self, message: object) -> None:
            sent.append(str(message))

    monkeypatch.setattr("foundation.mail.smtplib.SMTP", Server)
    object.__setattr__(app.config["SETTINGS"], "smtp_url", "smtp://127.0.0.1:9")
    mail.queue("a@example.test", "公司\r\nBcc: all@evil.example", "text")
    mail.queue("a@example.test\r\nBcc: all@evil.example", "subject", "text")
    mail.queue("b@example.test", "subject", "text")
    mail.send_waiting()
    assert not any(re.search(r"^Bcc:", one, re.M) for one in sent)
    assert any("Bcc" in one and "a@example.test" in one for one in sent), "the name stands in the subject's one line"
    assert any("b@example.test" in one for one in sent), "one mail that cannot be written keeps no other from leaving"


PRODUCTION = {
    "SUNSEAL_MODE": "production",
    "SUNSEAL_DEMO": "0",
    "SUNSEAL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "SUNSEAL_BASE_URL": "https://tenders.example",
}


def test_cookies_and_transport_in_production(environ: dict[str, str], tmp_path: Path, clock: FixedClock) -> None:
    kek = tmp_path / "kek"
    kek.write_text("ab" * 32)
    app = create_app({**environ, **PRODUCTION, "SUNSEAL_KEK_FILE": str(kek)}, clock=clock)
    app.config["TESTING"] = True
    with app.app_context():
        who = people(app)
        email = who.officer.email
    client = app.test_client()
    page = client.get("/login?lang=en", base_url="https://tenders.example")
    token = TOKEN.search(page.get_data(as_text=True))
    assert token
    answer = client.post(
        "/login", base_url="https://tenders.example", headers={"Referer": "https://tenders.example/login"},
        data={"email": email, "password": PASSWORD, "csrf_token": token[1]},
    )
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert {one.partition("=")[0] for one in cookies} >= {COOKIE, "session", "sunseal_known", "sunseal_language"}
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= flags, cookie
        assert not any(flag.startswith("domain") for flag in flags)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    elsewhere = client.post(
        "/logout", base_url="https://tenders.example", headers={"Referer": "https://evil.example/"},
        data={"csrf_token": token[1]},
    )
    assert elsewhere.status_code == 403
    stranger = client.get("//evil.example/login", base_url="https://evil.example")
    assert stranger.status_code == 400 and "evil.example" not in stranger.headers.get("Location", "")


def test_every_answer_carries_the_headers(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock).ref
    document = tenders.by_ref(tender).documents[0].ref
    app.config["SHOW_FAULT_PAGE"] = True
    client = app.test_client()
    answers = {
        path: client.get(path)
        for path in ("/", "/tenders", f"/tenders/{tender}", "/static/house.css", "/none", "/static/none", "/account",
                     f"/documents/{document}", "/trail/checkpoint", "/api/ocds/releases.json", "/trail/tile/none",
                     f"/openings/{tender}/1/state", "/login")
    }
    answers["405"] = client.delete("/login")
    answers["403"] = client.post("/logout")
    kind = "application/x-www-form-urlencoded"
    huge = {"CONTENT_LENGTH": str(1 << 40)}
    answers["413"] = client.post("/verify", data=b"x" * 10, content_type=kind, environ_overrides=huge)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.view_functions, "portal.about", broken := _broken)
        broken.open_to = frozenset(RIGHTS[Role.PUBLIC])  # type: ignore[attr-defined]
        answers["500"] = client.get("/about")
    assert answers["500"].status_code == 500 and answers["413"].status_code == 413
    for path, answer in answers.items():
        answer.close()
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy, path
        assert "*" not in policy and "http:" not in policy and "https:" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        if "sandbox" not in policy:
            assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, path
    assert "a secret of the house" not in answers["500"].get_data(as_text=True)


def _broken() -> str:
    raise RuntimeError("a secret of the house")


def test_personal_answers_are_kept_nowhere(app: Flask, clock: FixedClock, who: People) -> None:
    draft = a_tender(who, clock, open=False)
    document = draft.documents[0].ref
    asked = {
        "officer": ["/office", f"/office/tenders/{draft.ref}", f"/office/tenders/{draft.ref}/documents/{document}"],
        "bidder": ["/bids", "/account", "/members", "/bids/uploads/none", "/none", "/office"],
        "inspector": ["/desk", "/desk/trail", "/desk/log-key", "/organisations"],
        "operator": ["/operator"],
    }
    for name, paths in asked.items():
        client = log_in(app.test_client(), who.bidders[0] if name == "bidder" else getattr(who, name))
        for path in paths:
            answer = client.get(path)
            answer.close()
            assert answer.headers.get("Cache-Control") == "no-store", (path, answer.headers.get("Cache-Control"))


def test_the_seal_page_loosens_nothing(app: Flask, clock: FixedClock, who: People) -> None:
    tender = a_tender(who, clock, title="</script><script>alert(1)</script>").ref
    client = log_in(app.test_client(), who.bidders[0])
    answer = client.get(f"/bids/{tender}/1/seal")
    assert answer.status_code == 200 and "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_templates_have_no_inline_script_or_style() -> None:
    folder = Path(__file__).parents[2] / "templates"
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\son\w+=\"|\sstyle=\"|<style", re.I)
    found = [
        f"{path.name}: {hit[0]}"
        for path in folder.rglob("*.html")
        if "documents" not in path.parts
        for hit in inline.finditer(path.read_text())
    ]
    assert not found, found


def test_an_approver_by_role_switching_cannot_approve_the_own_draft(
    app: Flask, clock: FixedClock, who: People
) -> None:
    """One account with both memberships drafts as officer, changes its role, and is still the same person."""
    app.config["WTF_CSRF_ENABLED"] = False
    with acting(Actor("operator")) as act:
        account = people_of.account_by_ref(who.officer.ref)
        identity.add_member(act, account, people_of.organisation_by_ref(who.authority.ref), Role.APPROVER)
    draft = a_tender(who, clock, open=False).ref
    client = log_in(app.test_client(), who.officer)
    assert client.post(f"/office/tenders/{draft}/submit").status_code == 303
    assert client.post("/account/membership", data={"place": f"{who.authority.ref}/approver"}).status_code == 303
    assert client.post(f"/office/tenders/{draft}/publish").status_code == 409
    assert tenders.by_ref(draft).state == "submitted"
    assert log_in(app.test_client(), who.approver).post(f"/office/tenders/{draft}/publish").status_code == 303
    again = log_in(app.test_client(), who.approver).post(f"/office/tenders/{draft}/publish")
    assert again.status_code == 409, "published once"
    published = db.session.execute(select(Tender).where(Tender.ref == draft)).scalar_one()
    assert published.state == "open"


def test_a_token_of_the_old_role_is_dead_after_switching(app: Flask, who: People) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with acting(Actor("operator")) as act:
        account = people_of.account_by_ref(who.officer.ref)
        identity.add_member(act, account, people_of.organisation_by_ref(who.authority.ref), Role.APPROVER)
    client = log_in(app.test_client(), who.officer)
    old = client.get_cookie(COOKIE)
    assert old is not None
    client.post("/account/membership", data={"place": f"{who.authority.ref}/approver"})
    thief = app.test_client()
    thief.set_cookie(COOKIE, old.value)
    assert thief.get("/office").status_code == 302
    assert db.session.execute(select(LoginSession).where(LoginSession.revoked_at.is_(None))).scalars().all()
