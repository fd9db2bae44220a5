"""Questions: asked unseen, answered to everyone by a signed notice, due by the rule; nobody finds who asked."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from bidding.box import queries as box
from foundation.canonical import parse
from foundation.clock import FixedClock
from foundation.database import Base, db
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.clarification import asked, duties, operations, queries
from procurement.clarification.models import Question
from procurement.clarification.operations import Answer
from procurement.notices import queries as notices
from procurement.notices.models import Notice
from procurement.rules.ruleset import load
from procurement.tender import queries as tenders
from supervision.trail import proofs
from supervision.trail import queries as trail
from supervision.trail.blinding import is_opened_by
from tests.builders.amending import amended, form_of
from tests.builders.bids import a_bid, as_supplier, open_lot, owner_of
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender, as_officer

WORDS = "第 3 页要求的显色指数是否可以为 90？"


def ask(supplier: Organisation, ref: str, words: str = WORDS) -> str:
    """Ask as a supplier and return the question's reference."""
    with as_supplier(supplier) as act:
        return operations.ask(act, tenders.by_ref(ref), owner_of(supplier), words).ref


def reply(who: People, ref: str, *answers: Answer, amendment: str = "") -> Notice:
    """Answer as the officer."""
    with as_officer(who) as act:
        number = operations.answer(act, tenders.by_ref(ref), answers, amendment=amendment).ref
    return notices.by_ref(number)


def the(ref: str) -> Question:
    """Return a question by its reference."""
    return db.session.execute(db.select(Question).where(Question.ref == ref)).scalar_one()


def test_an_answer_goes_to_everyone_and_explains_the_sealed_entry(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    first = ask(who.suppliers[0], ref)
    second = ask(who.suppliers[1], ref, "我公司“示例家具”的产品可以吗？")
    entry = parse(trail.by_index(the(first).entry_index).body)
    assert (entry["kind"], entry["subject"], entry["actor"]) == ("sealed", "sealed", {"kind": "sealed"})
    assert set(entry["facts"]) == {"commitment"}
    with pytest.raises(Refusal, match=r"clarification\.none"):
        reply(who, ref)
    with pytest.raises(Refusal, match=r"clarification\.answer_missing"):
        reply(who, ref, Answer(first, WORDS, "  "))
    with pytest.raises(Refusal, match=r"clarification\.amendment"):
        reply(who, ref, Answer(first, WORDS, "可以。"), amendment="N-2026-999999")
    changed = amended(who, ref, {**form_of(ref), "description": "显色指数改为不低于 90。"})
    notice = reply(
        who, ref, Answer(first, "", "可以，见更正。"), Answer(second, "这样的产品可以吗？", "可以。"), amendment=changed.ref
    )
    said = notices.content(notice)
    assert (notice.kind, said["amendment"]["sha256"]) == ("clarification", changed.sha256)
    assert [(one["words"], one["edited"]) for one in said["answers"]] == [(WORDS, False), ("这样的产品可以吗？", True)]
    assert "示例家具" not in json.dumps(said, ensure_ascii=False) and the(second).text.startswith("我公司")
    for one in said["answers"]:
        body = parse(trail.by_index(one["entry"]).body)
        assert is_opened_by(body["facts"]["commitment"], one["salt"], one["value"])
    one, two = said["answers"]
    assert one["value"]["words"] == asked.words_digest(WORDS, one["words_salt"])
    # What was taken out cannot be found by guessing: the salt of its words is not told.
    assert "words_salt" not in two
    with pytest.raises(Refusal, match=r"question\.answer\.not_now"):
        reply(who, ref, Answer(first, "", "再答一次。"))
    assert [one.state for one in queries.of_tender(tenders.by_ref(ref))] == ["answered", "answered"]


def test_who_asked_is_found_nowhere(app: Flask, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    caplog.set_level(logging.DEBUG)
    sizes = {one: _rows(one) for one in Base.metadata.tables}
    client = log_in(app.test_client(), who.suppliers[0])
    for words in (WORDS, "售后服务网点是否必须在本市？"):
        page = client.get(f"/tenders/{ref}/ask")
        token = page.get_data(as_text=True).split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        answer = client.post(f"/tenders/{ref}/ask", data={"csrf_token": token, "text": words})
        assert answer.status_code == 303
    mine = client.get(f"/tenders/{ref}/ask").get_data(as_text=True)
    assert WORDS in mine and "Q-2026-000001" in mine
    supplier, account = who.suppliers[0], who.bidders[0]
    secrets = [supplier.ref, supplier.name, supplier.number or "-", account.ref, account.email]
    # No new row but the asker's own session and questions, and none of them names anybody.
    grown = {one for one in Base.metadata.tables if _rows(one) != sizes[one]}
    assert grown <= {"question", "trail_entry", "trail_tile", "trail_head", "login_session", "counter"}
    rows = db.session.execute(text("SELECT * FROM question")).mappings().all()
    said = [str(value) for row in rows for value in row.values()]
    # Not even that two questions are of the same hand.
    assert len(rows) == 2 and len({row["owner_tag"] for row in rows}) == 2
    bodies = [one.body.decode() for one in trail.of_subject("sealed")]
    assert len(bodies) == 2 and len({len(body) for body in bodies}) == 1
    logs = caplog.text
    for secret in secrets:
        assert secret not in " ".join(said) and secret not in " ".join(bodies) and secret not in logs
    for reader in (who.officer, who.approver, who.inspector, who.auditor):
        page = log_in(app.test_client(), reader).get(f"/office/tenders/{ref}/questions")
        words = page.get_data(as_text=True)
        assert page.status_code == 200 and WORDS in words
        for secret in (supplier.ref, supplier.name, account.ref, account.email):
            assert secret not in words
    for reader, status in ((who.operator, 403), (who.experts[0], 403), (account, 403)):
        assert log_in(app.test_client(), reader).get(f"/office/tenders/{ref}/questions").status_code == status
    # Another supplier sees neither the question nor its receipt.
    other = log_in(app.test_client(), who.suppliers[1])
    assert WORDS not in other.get(f"/tenders/{ref}/ask").get_data(as_text=True)
    assert other.get(f"/tenders/{ref}/ask/Q-2026-000001/receipt.json").status_code == 404
    receipt = client.get(f"/tenders/{ref}/ask/Q-2026-000001/receipt.json")
    status = proofs.verify(json.loads(receipt.data), trail.signer().verifier)
    assert status.reveals and status.intact and supplier.ref not in receipt.get_data(as_text=True)


def _rows(table: str) -> int:
    return int(db.session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def test_questions_end_where_bidding_ends_and_have_a_quota(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    deadline = tenders.by_ref(ref).closes_at
    assert deadline is not None
    # The same words sent twice are one question; after that each is one more, up to the quota.
    assert ask(who.suppliers[0], ref) == ask(who.suppliers[0], ref)
    for number in range(asked.MOST_QUESTIONS - 1):
        ask(who.suppliers[0], ref, f"问题 {number}")
    with pytest.raises(Refusal, match=r"question\.too_many"):
        ask(who.suppliers[0], ref, "再问一次")
    for wrong, rule in (("  ", r"question\.text_missing"), ("长" * 4001, r"question\.text_too_long")):
        with pytest.raises(Refusal, match=rule):
            ask(who.suppliers[1], ref, wrong)
    bids = [a_bid(tenders.by_ref(ref), "1", supplier) for supplier in who.suppliers[:3]]
    clock.set(deadline)
    with pytest.raises(Refusal, match=r"question\.closed"):
        ask(who.suppliers[1], ref)
    with pytest.raises(Refusal, match=r"clarification\.closed"):
        reply(who, ref, Answer("Q-2026-000001", "", "可以。"))
    duties.lapse_unanswered()
    assert {one.state for one in queries.of_tender(tenders.by_ref(ref))} == {"lapsed"}
    # Its end explains the sealed entry without telling who; the opening's record tells the bids alone.
    ended = [parse(one.body) for one in trail.of_subject(f"tender/{ref}/question/Q-2026-000001")]
    facts = ended[-1]["facts"]
    assert is_opened_by(parse(trail.by_index(facts["entry"]).body)["facts"]["commitment"], facts["salt"], facts["value"])
    assert len(box.opened_bids(open_lot(clock, tenders.by_ref(ref)))) == len(bids)


def test_the_clock_of_an_answer_is_the_rule_sets(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    ask(who.suppliers[0], ref)
    one = queries.waiting(tenders.by_ref(ref), clock.now())[0]
    assert (one.due, one.is_overdue) == (date(2026, 11, 20), False)
    clock.forward(minutes=5)
    assert queries.waiting(tenders.by_ref(ref), clock.now())[0].is_overdue
    # In real law three workdays before the deadline an answer may come too late, and the page says so.
    rules = load("cn-gp-2026")
    assert (rules.rule("question.before_deadline").whole, rules.rule("inquiry.answer").whole) == (3, 3)
    counted = operations.last_moment(tenders.by_ref(ref))
    assert counted is not None and counted.ends_at == tenders.by_ref(ref).closes_at - timedelta(minutes=5)
    page = log_in(app.test_client(), who.officer).get(f"/office/tenders/{ref}/questions?lang=en").get_data(as_text=True)
    assert "Overdue since" in page


def test_what_the_officer_types_survives_a_fault(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = a_tender(who, clock, closes_in=timedelta(hours=2)).ref
    number = ask(who.suppliers[0], ref)
    client = log_in(app.test_client(), who.officer)
    address = f"/office/tenders/{ref}/questions?lang=en"
    token = client.get(address).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "question": number, f"words-{number}": "改过的问题", f"answer-{number}": ""}
    page = client.post(address, data=typed)
    assert page.status_code == 422 and "改过的问题" in page.get_data(as_text=True)
    assert "Write the answer to every question you chose." in page.get_data(as_text=True)
    answer = client.post(address, data=typed | {f"answer-{number}": "<b>可以</b>"})
    assert answer.status_code == 303
    public = app.test_client().get(f"/tenders/{ref}?lang=en").get_data(as_text=True)
    assert "改过的问题" in public and "&lt;b&gt;可以&lt;/b&gt;" in public and WORDS not in public
