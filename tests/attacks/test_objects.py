"""Other people's things: every address that names one answers a stranger as if it were not there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bidding.box import queries as box
from bidding.box.models import BidFile
from foundation.clock import FixedClock
from foundation.database import db
from identity import operations as identity
from identity import queries as people_of
from identity import sessions
from identity.guard import COOKIE
from identity.models import Invitation, Membership
from identity.rights import Role
from procurement.tender import queries as tenders
from supervision.trail.act import Actor, acting
from tests.attacks.tokens import with_token
from tests.box.carrier import Carrier, an_envelope
from tests.builders.bids import a_bid, an_opened_tender, owner_of
from tests.builders.judging import a_panel, full_marks, score_all, sign
from tests.builders.people import People, log_in, one_hash, people
from tests.builders.tenders import a_tender
from tests.house.test_doors import sample

DRAFT = {
    "title": "自己的", "category": "goods", "method": "weighted_points", "places": "2", "stage": "each",
    "fails_by": "majority", "currency": "CNY", "rule_set_id": "demo-2026", "do": "save",
}


@pytest.fixture
def who(app: Flask) -> People:
    app.config.update(WTF_CSRF_ENABLED=False)
    return people(app)


def strangers(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """Return the signed-in officer and approver of another authority."""
    with acting(Actor("operator")) as act:
        other = identity.create_organisation(act, kind="authority", name="邻市教育局", number="113", verified=True)
        for role in (Role.OFFICER, Role.APPROVER):
            made = identity.create_account(
                act, email=f"other-{role}@example.test", name="邻", password=one_hash(), email_verified=True
            )
            identity.add_member(act, made, other, role)
        ref = other.ref
    found = []
    for membership in people_of.members(people_of.organisation_by_ref(ref)):
        client = app.test_client()
        now = app.extensions["clock"].now()
        client.set_cookie(COOKIE, sessions.start(membership.account_id, membership.id, now))
        found.append(with_token(client))
    return found[0], found[1]


def test_another_authority_reaches_no_tender(app: Flask, clock: FixedClock, who: People) -> None:
    opened = an_opened_tender(who, clock).ref
    draft, submitted = a_tender(who, clock, open=False).ref, a_tender(who, clock).ref
    officer, approver = strangers(app)
    wrong, asked = [], 0
    for ref in (draft, submitted, opened):
        document = tenders.by_ref(ref).documents[0].ref
        parts = {"ref": ref, "lot": "1", "number": 1, "document": document}
        for rule in app.url_map.iter_rules():
            if not rule.rule.startswith("/office/tenders/<ref>"):
                continue
            for client in (officer, approver):
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    path = rule.build({name: parts.get(name) or sample(rule, name) for name in rule.arguments})
                    assert path is not None
                    answer, asked = client.open(path[1], method=method, data={"reason": "x", "text": "x"}), asked + 1
                    # The door of another role is shut before anything is looked up.
                    if answer.status_code not in (403, 404):
                        wrong.append(f"{method} {path[1]}: {answer.status_code}")
                    assert "教室照明" not in answer.get_data(as_text=True)
    assert not wrong, "\n".join(wrong)
    assert asked > 90
    assert tenders.by_ref(draft).state == "draft" and tenders.by_ref(submitted).state == "open"


def test_a_document_is_reached_under_its_own_tender_alone(app: Flask, clock: FixedClock, who: People) -> None:
    draft = a_tender(who, clock, open=False).ref
    document = tenders.by_ref(draft).documents[0].ref
    officer, _approver = strangers(app)
    made = officer.post("/office/tenders/new", data=DRAFT)
    own = made.location.rpartition("/")[2]
    assert officer.get(f"/office/tenders/{own}").status_code == 200
    assert officer.get(f"/office/tenders/{own}/documents/{document}").status_code == 404
    assert officer.post(f"/office/tenders/{own}/documents/{document}/remove").status_code == 404
    assert officer.get(f"/documents/{document}").status_code == 404
    answer = log_in(app.test_client(), who.officer).get(f"/office/tenders/{draft}/documents/{document}")
    answer.close()
    assert answer.status_code == 200


def test_another_supplier_reaches_no_bid_receipt_upload_or_file(
    app: Flask, clock: FixedClock, who: People, tmp_path: Path
) -> None:
    tender = a_tender(who, clock).ref
    first = Carrier(app.test_client(), who.suppliers[0], tenders.by_ref(tender))
    envelope = an_envelope(tenders.by_ref(tender), who.suppliers[0], tmp_path)
    upload = first.begin(envelope.claims.as_json()).get_json()["upload"]
    bid = a_bid(tenders.by_ref(tender), "1", who.suppliers[0]).ref
    second = Carrier(app.test_client(), who.suppliers[1], tenders.by_ref(tender))
    for address in (f"/bids/{bid}/receipt", f"/bids/{bid}/receipt.json", f"/bids/{bid}/withdraw"):
        assert first.client.get(address).status_code == 200, address
        shown = second.client.get(address)
        assert shown.status_code == 404
        none = second.client.get(address.replace(bid, "0" * 32))
        assert none.status_code == 404 and len(none.data) == len(shown.data), "another's is as unknown as none"
    assert second.client.post(f"/bids/{bid}/withdraw").status_code == 404
    assert box.by_ref(bid).state == "sealed"
    assert second.client.get(f"/bids/uploads/{upload}").status_code == 404
    assert second.put(upload, "bid.key.age", 0, b"x").status_code == 404
    assert second.submit(upload).status_code == 404
    assert bid not in second.client.get("/bids").get_data(as_text=True)
    for name in ("officer", "approver", "inspector", "auditor", "operator", "experts"):
        account = who.experts[0] if name == "experts" else getattr(who, name)
        client = log_in(app.test_client(), account)
        for address in (f"/bids/{bid}/receipt", f"/bids/{bid}/receipt.json", f"/bids/uploads/{upload}"):
            assert client.get(address).status_code == 403, (name, address)


def test_a_file_of_an_opened_bid_is_for_those_entitled(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock).ref
    a_panel(who, tenders.by_ref(tender))
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    bid = next(one for one in box.opened_bids(lot) if one.supplier_id == who.suppliers[0].id)
    file = db.session.execute(select(BidFile.ref).where(BidFile.bid_id == bid.id)).scalars().first()
    letter, answers = bid.letter, {}
    for name, account in {
        "own": who.bidders[0], "rival": who.bidders[1], "officer": who.officer, "approver": who.approver,
        "operator": who.operator, "member": who.experts[0], "other expert": who.experts[4], "auditor": who.auditor,
    }.items():
        client = log_in(app.test_client(), account)
        found = client.get(f"/bids/files/{file}").status_code
        sheet = client.get(f"/judging/{tender}/1/{letter}/files/{file}").status_code
        answers[name] = (found, sheet)
    assert answers == {
        "own": (200, 403), "rival": (403, 403), "officer": (403, 403), "approver": (403, 403),
        "operator": (403, 403), "member": (403, 200), "other expert": (403, 403), "auditor": (200, 403),
    }
    # A member asks for a file of one bid under the letter of another.
    other = next(one.letter for one in box.opened_bids(tenders.lot_of(tenders.by_ref(tender), "1")) if one.letter != letter)
    client = log_in(app.test_client(), who.experts[0])
    assert client.get(f"/judging/{tender}/1/{other}/files/{file}").status_code == 404
    assert app.test_client().get(f"/bids/files/{file}").status_code in (302, 403)


def test_an_expert_reaches_no_sheet_but_the_own(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock).ref
    a_panel(who, tenders.by_ref(tender))
    lot = tenders.lot_of(tenders.by_ref(tender), "1")
    marks = full_marks(lot, ("41", "13"))
    form = {f"points-{code}": "41" if code == "C2" else "13" for code in marks if code != "R1"}
    form |= {f"reason-{code}": "独有的理由" for code in marks} | {"verdict-R1": "yes"}
    mine = log_in(app.test_client(), who.experts[0])
    assert mine.post(f"/judging/{tender}/1/A", data=form).status_code == 302
    assert "独有的理由" in mine.get(f"/judging/{tender}/1/A").get_data(as_text=True)
    for account in (who.experts[1], who.experts[4], who.officer, who.approver, who.operator, who.bidders[0]):
        client = log_in(app.test_client(), account)
        for address in (
            f"/judging/{tender}/1/A", f"/judging/{tender}/1/B?beside=A", f"/judging/{tender}/1/sign", "/judging",
            f"/evaluations/{tender}/1", f"/evaluations/{tender}/1.json", f"/office/tenders/{tender}/panel",
            f"/office/tenders/{tender}/lots/1/award", f"/desk/tenders/{tender}/lots/1/sheets", f"/tenders/{tender}",
        ):
            assert "独有的理由" not in client.get(address).get_data(as_text=True), address
    outsider = log_in(app.test_client(), who.experts[4])
    for method in ("GET", "POST"):
        assert outsider.open(f"/judging/{tender}/1/A", method=method, data=form).status_code == 403
        assert outsider.open(f"/judging/{tender}/1/sign", method=method).status_code == 403
        assert outsider.open(f"/judging/{tender}/declaration", method=method).status_code == 403


def test_signed_is_signed(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock).ref
    a_panel(who, tenders.by_ref(tender))
    score_all(who, tenders.by_ref(tender), who.experts[0])
    sign(who, tenders.by_ref(tender), who.experts[0])
    client = log_in(app.test_client(), who.experts[0])
    answer = client.post(
        f"/judging/{tender}/1/A", data={"points-C2": "1", "reason-C2": "后悔"}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.get_json()["rule"]) == (409, "evaluation.signed")
    assert client.post(f"/judging/{tender}/1/sign").status_code == 409


def test_members_and_invitations_of_another_organisation(app: Flask, clock: FixedClock, who: People) -> None:
    with acting(Actor("operator")) as act:
        account = people_of.account_by_ref(who.bidders[0].ref)
        identity.invite(act, people_of.organisation_by_ref(who.suppliers[0].ref), "new@example.test", "supplier", by=account)
    handle = db.session.execute(select(Invitation.token_digest)).scalar_one()[:16]
    victim = who.bidders[0].ref
    for account in (who.bidders[1], who.officer, who.inspector):
        client = log_in(app.test_client(), account)
        assert client.post(f"/members/invitations/{handle}/cancel").status_code == 404
        assert client.post(f"/members/{victim}/supplier/end").status_code == 404
        assert "new@example.test" not in client.get("/members").get_data(as_text=True)
    db.session.rollback()
    assert db.session.execute(select(Invitation.expires_at)).scalar_one() > clock.now()
    assert log_in(app.test_client(), who.bidders[0]).post(f"/members/invitations/{handle}/cancel").status_code == 303


def test_an_officer_ends_nothing_that_only_an_approver_gives(app: Flask, clock: FixedClock, who: People) -> None:
    with acting(Actor("operator")) as act:
        found = people_of.organisation_by_ref(who.authority.ref)
        identity.invite(act, found, "second@example.test", "approver", by=people_of.account_by_ref(who.approver.ref))
    handle = db.session.execute(select(Invitation.token_digest)).scalar_one()[:16]
    officer = log_in(app.test_client(), who.officer)
    assert officer.post(f"/members/invitations/{handle}/cancel").status_code == 403
    assert officer.post(f"/members/{who.approver.ref}/approver/end").status_code == 403
    assert officer.post("/members", data={"email": "x@example.test", "role": "approver"}).status_code == 422
    assert log_in(app.test_client(), who.approver).post(f"/members/invitations/{handle}/cancel").status_code == 303


def test_sessions_of_another_account(app: Flask, clock: FixedClock, who: People) -> None:
    mine, other = log_in(app.test_client(), who.bidders[0]), log_in(app.test_client(), who.bidders[1])
    token = mine.get_cookie(COOKIE)
    assert token is not None
    handle = hashlib.sha256(token.value.encode()).hexdigest()[:16]
    other.post(f"/account/sessions/{handle}/end")
    assert mine.get("/account").status_code == 200
    place = f"{who.suppliers[0].ref}/supplier"
    assert other.post("/account/membership", data={"place": place}).status_code == 404
    assert other.post("/account/memberships/end", data={"place": place}).status_code == 404
    kept = db.session.execute(select(Membership).where(Membership.account_id == who.bidders[0].id)).scalar_one()
    assert kept.ended_at is None


def test_a_losers_result_is_its_own(app: Flask, clock: FixedClock, who: People) -> None:
    tender = an_opened_tender(who, clock).ref
    assert log_in(app.test_client(), who.bidders[0]).get(f"/bids/{tender}/1/result").status_code == 200
    assert log_in(app.test_client(), who.bidders[3]).get(f"/bids/{tender}/1/result").status_code == 404


def test_references_cannot_be_counted(app: Flask, clock: FixedClock, who: People, tmp_path: Path) -> None:
    """What exists before the opening has random references: no number of them tells how many there are."""
    tender = a_tender(who, clock).ref
    refs = [a_bid(tenders.by_ref(tender), "1", supplier).ref for supplier in who.suppliers[:3]]
    carrier = Carrier(app.test_client(), who.suppliers[3], tenders.by_ref(tender))
    envelope = an_envelope(tenders.by_ref(tender), who.suppliers[3], tmp_path)
    for _ in range(2):
        refs.append(carrier.begin(envelope.claims.as_json()).get_json()["upload"])
    assert all(len(ref) == 32 and set(ref) <= set("0123456789abcdef") for ref in refs) and len(set(refs)) == 5
    numbers = sorted(int(ref, 16) for ref in refs)
    assert min(b - a for a, b in zip(numbers, numbers[1:], strict=False)) > 1 << 64
    assert json.dumps(owner_of(who.suppliers[0]).organisation) not in json.dumps(refs)
