"""What inspectors and auditors see: all after the opening, nothing of bids before it, each reading on record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bidding.box import operations as box
from foundation.clock import FixedClock
from foundation.database import db
from identity.models import Account
from identity.rights import Role
from procurement.rules.ruleset import load
from procurement.tender import operations as tender_operations
from procurement.tender import queries as tenders
from procurement.tender.models import FrozenRules
from supervision.desk import periods, queries, words
from supervision.trail import operations, proofs
from supervision.trail import queries as trail
from supervision.trail.act import PLATFORM, acting
from supervision.trail.models import Entry
from tests.builders.bids import a_bid, an_opened_tender, open_lot
from tests.builders.judging import judged
from tests.builders.people import People, log_in, people
from tests.builders.tenders import a_tender, as_officer
from tests.trail.test_act import rewrite

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def who(app: Flask) -> People:
    """Everyone."""
    return people(app)


@pytest.fixture
def desk(client: FlaskClient, who: People) -> FlaskClient:
    """An inspector's browser, in English."""
    log_in(client, who.inspector)
    client.get("/desk?lang=en")
    return client


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """Return a page, which must answer with `status`."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def read(client: FlaskClient, path: str) -> str:
    """Press the button of the page that asks, and return what it leads to."""
    token = TOKEN.search(text_of(client, path).partition("<main")[2])
    assert token, "The page that asks has a form."
    answer = client.post(path, data={"csrf_token": token.group(1)})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    return text_of(client, path)


def readings() -> list[tuple[str, str, dict[str, str]]]:
    """Return subject, actor and facts of every reading on record, oldest first."""
    found = db.session.query(Entry).filter(Entry.kind == "desk.read").order_by(Entry.index)
    return [(one.subject, one.actor, json.loads(one.body)["facts"]) for one in found]


def main_of(page: str) -> str:
    """Return what a page itself says, without its frame."""
    return page.partition("<main")[2].partition("</main>")[0]


PAGES = (
    "/desk", "/desk/tenders/{ref}", "/desk/tenders/{ref}/panel", "/desk/tenders/{ref}/lots/1/offers",
    "/desk/tenders/{ref}/lots/1/sheets", "/desk/trail", "/desk/trail/3", "/desk/trail/3/receipt", "/desk/readings",
    "/desk/checking", "/desk/checkpoints/{size}", "/desk/log-key",
)


def test_every_page_is_open_to_supervisors_and_shut_to_everyone_else(
    app: Flask, who: People, clock: FixedClock
) -> None:
    ref = an_opened_tender(who, clock).ref
    operations.publish_checkpoint(clock.now())
    pages = [path.format(ref=ref, size=trail.tip().size) for path in PAGES]
    for role in Role:
        client = app.test_client()
        if role is not Role.PUBLIC:
            log_in(client, who.of_role(role))
        for path in pages:
            status = client.get(path).status_code
            if role in (Role.INSPECTOR, Role.AUDITOR):
                assert status == 200, (role, path)
            else:
                assert status == (302 if role is Role.PUBLIC else 403), (role, path)
        if role not in (Role.INSPECTOR, Role.AUDITOR):
            assert client.post(pages[3]).status_code in (302, 403)
    assert readings() == []


@pytest.mark.parametrize("tag", ["zh-CN", "zh-TW", "en"])
def test_every_page_answers_in_three_languages(desk: FlaskClient, who: People, clock: FixedClock, tag: str) -> None:
    ref = judged(who, clock).tender.ref
    for path in PAGES[:6]:
        page = text_of(desk, f"{path.format(ref=ref)}?lang={tag}")
        assert f'<html lang="{ {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "en": "en"}[tag]}">' in page


def test_before_the_opening_no_page_tells_that_anybody_bids(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    """What the desk says of an open tender is the same to the letter with no bid and with three."""
    ref = a_tender(who, clock).ref
    with acting(PLATFORM) as act:
        box.cover(act, tenders.lot_of(tenders.by_ref(ref), "1"))
    paths = [f"/desk/tenders/{ref}", f"/desk/trail?subject={ref}", "/desk/readings"]
    refused = [f"/desk/tenders/{ref}/lots/1/{matter}" for matter in ("offers", "sheets")]

    def told() -> list[str]:
        pages = [text_of(desk, path) for path in paths] + [text_of(desk, path, 409) for path in refused]
        # The trail's own size, which covers and other tenders move too, is public and stands apart.
        size = f"{trail.tip().size:,}"
        home = main_of(text_of(desk, "/desk")).replace(f'<span class="figure num">{size}</span>', "")
        return [main_of(page).replace(f"{size} entries", "") for page in pages] + [home]

    before = told()
    for supplier in who.suppliers[:3]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    assert told() == before
    for page in before:
        assert not any(supplier.name in page for supplier in who.suppliers)


def test_a_refused_reading_names_article_and_earliest_moment(
    desk: FlaskClient, who: People, clock: FixedClock
) -> None:
    tender = a_tender(who, clock)
    page = text_of(desk, f"/desk/tenders/{tender.ref}/lots/1/offers", 409)
    assert "sealed" in page and "desk.not_opened" in page and "Order 87 art. 39" in page
    assert "20 November 2026 10:00:00" in page
    token = TOKEN.search(page)
    assert token
    answer = desk.post(f"/desk/tenders/{tender.ref}/lots/1/offers", data={"csrf_token": token.group(1)})
    assert answer.status_code == 409 and readings() == []


def test_a_failed_lot_is_told_without_names_and_stays_shut(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    ref = a_tender(who, clock).ref
    for supplier in who.suppliers[:2]:
        a_bid(tenders.by_ref(ref), "1", supplier)
    open_lot(clock, tenders.by_ref(ref))
    page = text_of(desk, f"/desk/tenders/{ref}")
    assert "too few bids" in page and page.count("A sealed bid was received") == 2
    assert not any(supplier.name in page for supplier in who.suppliers)
    assert "desk.stays_shut" in text_of(desk, f"/desk/tenders/{ref}/lots/1/offers", 409)


def test_the_timeline_tells_the_whole_story_newest_first(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    lot = judged(who, clock)
    ref, names = lot.tender.ref, [supplier.name for supplier in who.suppliers[:3]]
    page = main_of(text_of(desk, f"/desk/tenders/{ref}"))
    story = page.partition("What happened</h2>")[2]
    order = [
        "All experts signed", "An expert signed the score sheets", "All bids were opened together",
        "A sealed bid was received", "The tender was approved and published", "The draft was begun",
    ]
    places = [story.index(text) for text in order]
    assert places == sorted(places)
    for name in names:
        assert f"Told at the opening: {name}" in story
    # Every entry of the case has its number and its proof, the revealed bids among them.
    entries = {entry.index for entry in trail.of_subject(f"tender/{ref}")} | set(queries.revealed(tenders.by_ref(ref)))
    linked = {int(index) for index in re.findall(r'href="/desk/trail/(\d+)"', story)}
    assert linked == entries and f"{len(entries)} entries" in page
    assert "Government Procurement Law art. 35" in page
    assert not any(expert.name in page for expert in who.experts)


def test_a_long_story_goes_on_page_by_page(
    desk: FlaskClient, who: People, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = an_opened_tender(who, clock).ref
    whole = re.findall(r'href="/desk/trail/(\d+)"', text_of(desk, f"/desk/tenders/{ref}"))
    monkeypatch.setattr("supervision.desk.views.CASE_PAGE", 4)
    found: list[str] = []
    path: str | None = f"/desk/tenders/{ref}"
    while path:
        page = text_of(desk, path)
        found += re.findall(r'href="/desk/trail/(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else None
    assert sorted(found) == sorted(whole) and len(set(found)) == len(found)


def test_a_reading_is_on_record_before_anything_is_shown(
    app: Flask, desk: FlaskClient, who: People, clock: FixedClock
) -> None:
    tender = an_opened_tender(who, clock)
    path, ref = f"/desk/tenders/{tender.ref}/lots/1/offers", tender.ref
    asked = text_of(desk, path)
    assert "This reading is recorded" in asked and "148.50" not in asked and "技术方案.pdf" not in asked
    assert readings() == []
    shown = read(desk, path)
    assert "技术方案.pdf" in shown and "4,800" in shown
    ((subject, actor, facts),) = readings()
    assert (subject, actor, facts["matter"]) == (f"tender/{ref}/lot/1", who.inspector.ref, "offers")
    # Once for each session and matter.
    text_of(desk, path)
    desk.post(path, data={"csrf_token": TOKEN.search(asked).group(1)})  # type: ignore[union-attr]
    assert len(readings()) == 1
    assert "This reading is recorded" in text_of(desk, f"/desk/tenders/{ref}/lots/1/sheets")
    other = log_in(app.test_client(), who.inspector)
    other.get("/desk?lang=en")
    assert "This reading is recorded" in text_of(other, path)
    read(other, path)
    tags = [facts["session"] for _subject, _actor, facts in readings()]
    assert len(set(tags)) == 2
    third = log_in(app.test_client(), who.auditor)
    third.get("/desk?lang=en")
    read(third, path)
    assert [actor for _subject, actor, _facts in readings()][-1] == who.auditor.ref


def test_a_reading_without_its_token_is_neither_recorded_nor_shown(
    desk: FlaskClient, who: People, clock: FixedClock
) -> None:
    path = f"/desk/tenders/{an_opened_tender(who, clock).ref}/lots/1/offers"
    assert desk.post(path).status_code == 403
    assert readings() == [] and "This reading is recorded" in text_of(desk, path)


def test_sheets_and_panel_show_names_only_after_the_reading(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    ref, expert = judged(who, clock).tender.ref, who.experts[0].name
    for matter in ("lots/1/sheets", "panel"):
        assert expert not in text_of(desk, f"/desk/tenders/{ref}/{matter}")
        assert expert in read(desk, f"/desk/tenders/{ref}/{matter}")
    sheets = text_of(desk, f"/desk/tenders/{ref}/lots/1/sheets")
    assert "40.5" in sheets and "技术方案：见技术方案第 3 页" in sheets and sheets.count("Signed") == 3


def test_who_read_what_is_seen_by_all(app: Flask, desk: FlaskClient, who: People, clock: FixedClock) -> None:
    ref = an_opened_tender(who, clock).ref
    offers = read(desk, f"/desk/tenders/{ref}/lots/1/offers")
    file = re.search(r'href="(/bids/files/[0-9a-f]+)"', offers)
    assert file and desk.get(file.group(1)).status_code == 200
    auditor = log_in(app.test_client(), who.auditor)
    page = text_of(auditor, "/desk/readings?lang=en")
    assert who.inspector.name in page and "the opened offers" in page and ref in page
    assert "A file of an opened bid was read" in page


def indexes(page: str) -> list[int]:
    """Return the entries that a list names, in its order."""
    return [int(index) for index in re.findall(r'href="/desk/trail/(\d+)"', page)]


def of(column: str, *values: str) -> list[int]:
    """Return the entries whose column holds one of `values`, newest first, straight from the table."""
    wanted = db.session.query(Entry.index).filter(getattr(Entry, column).in_(values))
    return [index for (index,) in wanted.order_by(Entry.index.desc())]


def test_the_trail_is_found_by_kind_subject_and_actor(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    ref = a_tender(who, clock).ref
    a_tender(who, clock)
    officer, approver, name = who.officer.ref, who.approver.ref, who.authority.name
    assert indexes(text_of(desk, "/desk/trail?kind=tender.publish")) == of("kind", "tender.publish")
    expected = [entry.index for entry in reversed(trail.of_subject(f"tender/{ref}"))]
    assert indexes(text_of(desk, f"/desk/trail?subject={ref}")) == expected
    assert indexes(text_of(desk, f"/desk/trail?subject=tender/{ref}/lot/1")) == of("subject", f"tender/{ref}/lot/1")
    assert indexes(text_of(desk, f"/desk/trail?actor={officer.lower()}")) == of("actor", officer)
    for words_of_all in (name, who.authority.ref):
        assert indexes(text_of(desk, f"/desk/trail?actor={words_of_all}")) == of("actor", officer, approver)
    both = set(of("kind", "tender.publish")) & set(expected) & set(of("actor", approver))
    assert indexes(text_of(desk, f"/desk/trail?kind=tender.publish&subject={ref}&actor={approver}")) == list(both)
    assert "No entry is like this" in text_of(desk, "/desk/trail?kind=nothing.like.it")
    assert "thing" in text_of(desk, f"/desk/trail?subject={'x' * 121}")


def test_the_trail_is_read_page_by_page(desk: FlaskClient, who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 7)
    monkeypatch.setattr(queries.entries, "__kwdefaults__", {**(queries.entries.__kwdefaults__ or {}), "most": 7})
    found: list[int] = []
    path: str | None = "/desk/trail?actor=operator"
    while path:
        page = text_of(desk, path)
        found += indexes(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else None
    assert found == of("actor", "operator") and len(found) > 20


def test_filters_use_an_index(app: Flask, who: People, engine: str) -> None:
    if engine != "sqlite":
        return
    from sqlalchemy import text

    for condition in ("kind = 'x'", "actor = 'x'", "(subject = 'x' OR subject BETWEEN 'x/' AND 'x0')"):
        statement = f'EXPLAIN QUERY PLAN SELECT * FROM trail_entry WHERE {condition} ORDER BY "index" DESC LIMIT 50'
        plan = " ".join(row[3] for row in db.session.execute(text(statement)))
        assert "USING INDEX ix_trail_entry" in plan, plan


def test_an_entry_is_proved_and_its_receipt_verifies(desk: FlaskClient, who: People) -> None:
    page = text_of(desk, "/desk/trail/5")
    assert "This entry has not been changed" in page
    entry = trail.by_index(5)
    assert entry.leaf_hash.hex() in page and trail.tip().root.hex() in main_of(page)
    answer = desk.get("/desk/trail/5/receipt")
    status = proofs.verify(answer.data, trail.signer().verifier)
    assert status.valid and status.index == 5


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_steps_lead_to_the_root_for_every_entry(desk: FlaskClient, who: People, index: int) -> None:
    size = trail.tip().size
    for place in (index, size - 1 - index):
        assert "This entry has not been changed" in text_of(desk, f"/desk/trail/{place}")


@pytest.mark.parametrize(
    "change",
    [
        'body = (SELECT body FROM trail_entry WHERE "index" = 3)',
        'leaf_hash = (SELECT leaf_hash FROM trail_entry WHERE "index" = 3)',
        "body = leaf_hash",
        "leaf_hash = body",
    ],
)
def test_a_changed_entry_is_told_and_not_hidden(app: Flask, desk: FlaskClient, who: People, change: str) -> None:
    rewrite(app, f'UPDATE trail_entry SET {change} WHERE "index" = 2', "trail_entry")
    db.session.rollback()
    page = text_of(desk, "/desk/trail/2")
    assert "This entry is not what was recorded" in page and "Download the proof" not in page
    assert 2 in indexes(text_of(desk, "/desk/trail?actor=operator&before=10"))


def test_checkpoints_and_key_are_given_as_files(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    operations.publish_checkpoint(clock.now())
    size = trail.tip().size
    assert f"/desk/checkpoints/{size}" in text_of(desk, "/desk/checking")
    given = desk.get(f"/desk/checkpoints/{size}").get_data(as_text=True)
    assert given.splitlines()[1] == str(size)
    assert desk.get("/desk/log-key").get_data(as_text=True) == f"{trail.signer().verifier.text()}\n"


def test_what_is_not_there_is_not_found(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    draft = a_tender(who, clock, open=False).ref
    known = an_opened_tender(who, clock).ref
    for path in (
        "/desk/tenders/T-2026-999999", f"/desk/tenders/{draft}", f"/desk/tenders/{draft}/panel",
        f"/desk/tenders/{known}/lots/9/offers", f"/desk/tenders/{known}/lots/1/prices",
        f"/desk/trail/{trail.tip().size}", f"/desk/trail/{10**30}", f"/desk/trail/{10**30}/receipt",
        "/desk/checkpoints/1", f"/desk/checkpoints/{10**30}",
    ):
        text_of(desk, path, 404)
    for path in ("/desk/trail?before=x", f"/desk/trail?before={'9' * 30}", f"/desk/tenders/{known}?before=-1"):
        text_of(desk, path)


def test_the_overview_shows_each_stage(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    opened = an_opened_tender(who, clock, title="已开标的采购").ref
    a_tender(who, clock, title="正在接收投标的采购", closes_in=timedelta(days=25))
    cancelled = a_tender(who, clock, title="要终止的采购").ref
    from tests.builders.tenders import as_approver

    with as_approver(who) as act:
        tender_operations.cancel(act, tenders.by_ref(cancelled), "预算取消")
    page = main_of(text_of(desk, "/desk"))
    assert "1 tender takes bids" in page
    order = ["Closing soon", "正在接收投标的采购", "Being judged", opened, "Decided lately", cancelled]
    places = [page.index(words_of_it) for words_of_it in order]
    assert places == sorted(places)


def test_every_kind_that_the_house_records_has_words(who: People, clock: FixedClock) -> None:
    judged(who, clock)
    assert [kind for kind in trail.kinds() if kind not in words.KINDS] == []


def tender_under(rules: str, published_at: datetime, closes_at: datetime) -> periods.Tender:
    """Return a tender as periods see it."""
    return periods.Tender(
        ref="T-2026-000001",
        procedure="open",
        stage="bids",
        frozen=FrozenRules(sha256=load(rules).digest(), demonstration=False, body=load(rules).canonical().decode()),
        published_at=published_at,
        closes_at=closes_at,
    )


def told(found: list[periods.Period]) -> Iterator[tuple[str, str]]:
    """Yield rule and state of each period."""
    return ((one.rule.id, one.state) for one in found)


def test_periods_count_workdays_and_tell_what_was_not_kept() -> None:
    published, closes = datetime(2026, 9, 1, 9, tzinfo=SHANGHAI), datetime(2026, 9, 20, 9, tzinfo=SHANGHAI)
    evaluated = datetime(2026, 9, 22, 15, tzinfo=SHANGHAI)
    # From 22 September: the 23rd, 24th, then the Mid-Autumn days off from the 25th on.
    found = periods.of_tender(
        tender_under("cn-gp-2026", published, closes),
        amended=[datetime(2026, 9, 3, tzinfo=SHANGHAI), datetime(2026, 9, 10, tzinfo=SHANGHAI)],
        evaluated={"1": evaluated},
        decided={},
        now=datetime(2026, 9, 24, 12, tzinfo=SHANGHAI),
        zone=SHANGHAI,
    )
    states = list(told(found))
    assert states[0] == ("award.decision", "running") and found[0].passed == 2 and found[0].share == 40
    assert ("tender.min_period", "short") in states
    assert ("notice.period", "over") in states
    assert [state for rule, state in states if rule == "clarification.before_deadline"] == ["doubt", "kept"]


def test_a_decision_that_is_late_is_overdue_and_stays_late() -> None:
    published, closes = datetime(2026, 8, 1, 9, tzinfo=SHANGHAI), datetime(2026, 8, 25, 9, tzinfo=SHANGHAI)
    evaluated, much_later = datetime(2026, 8, 26, 9, tzinfo=SHANGHAI), datetime(2026, 9, 9, 9, tzinfo=SHANGHAI)
    tender = tender_under("cn-gp-2026", published, closes)

    def states(decided: dict[str, datetime]) -> dict[str, str]:
        return dict(
            told(
                periods.of_tender(
                    tender, amended=[], evaluated={"1": evaluated}, decided=decided, now=much_later, zone=SHANGHAI
                )
            )
        )

    assert states({})["award.decision"] == "overdue"
    after = states({"1": datetime(2026, 9, 8, 9, tzinfo=SHANGHAI)})
    assert (after["award.decision"], after["challenge.period"]) == ("late", "running")


def test_an_amendment_is_an_entry_with_its_notice(desk: FlaskClient, who: People, clock: FixedClock) -> None:
    ref = a_tender(who, clock, closes_in=timedelta(days=2)).ref
    with as_officer(who) as act:
        tender_operations.amend(act, tenders.by_ref(ref), text="交货地点改为各学校。")
    page = text_of(desk, f"/desk/tenders/{ref}")
    assert "The tender was amended" in page and "An amendment was signed and published" in page


def test_names_of_readers_are_told_of_supervisors_only(who: People) -> None:
    asked: list[Account] = [who.inspector, who.officer, who.experts[0], who.bidders[0]]
    assert queries.readers([one.ref for one in asked]) == {who.inspector.ref: who.inspector.name}
