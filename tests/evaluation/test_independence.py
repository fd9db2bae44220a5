"""An expert judges alone: no page, file or entry tells another's marks or reasons before everyone has signed."""

from __future__ import annotations

import json

from flask import Flask
from flask.testing import FlaskClient

from foundation.clock import FixedClock
from identity.rights import Role
from procurement.evaluation import duties, queries
from procurement.tender import queries as tenders
from supervision.trail import queries as trail
from tests.builders.bids import an_opened_tender
from tests.builders.judging import a_panel, full_marks, judged, score, score_all, sign
from tests.builders.people import People, people

SECRET = "独门理由甲乙丙"


def addresses(app: Flask, ref: str) -> list[str]:
    """Return every address of the house that can be read, with each place filled by what could lead to the sheet."""
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    bid = queries.bids_to_judge(lot, queries.terms_of(lot))[0]
    fills = {
        "ref": [ref, bid.ref],
        "tender": [ref],
        "lot": ["1"],
        "letter": ["A", "B"],
        "number": ["1", "2"],
        "file": [bid.files[0].ref],
        "index": ["0", "40"],
    }
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        ways: list[dict[str, str]] = [{}]
        for name in sorted(rule.arguments):
            ways = [{**way, name: value} for way in ways for value in fills.get(name, ["1"])]
        with app.test_request_context():
            for way in ways:
                built = app.url_map.bind("localhost").build(rule.endpoint, way)
                found.append(built)
    return sorted(set(found))


def everything_read(app: Flask, client: FlaskClient, ref: str) -> dict[str, bytes]:
    with app.app_context():
        places = addresses(app, ref)
    assert any(place.startswith("/judging/") for place in places) and len(places) > 10
    return {place: client.get(place).data for place in places}


def telling(found: dict[str, bytes]) -> list[str]:
    return [place for place, body in found.items() if SECRET.encode() in body or SECRET in _unescaped(body)]


def _unescaped(body: bytes) -> str:
    try:
        return body.decode("unicode_escape")
    except UnicodeDecodeError:
        return ""


def visitors(everyone: People) -> dict[str, object]:
    found: dict[str, object] = {role.value: everyone.of_role(role) for role in Role if role != Role.PUBLIC}
    return {**found, "expert": everyone.experts[1], "stranger": everyone.experts[4], "public": None}


def test_nobody_reads_a_sheet_before_all_have_signed(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    score_all(everyone, tenders.by_ref(ref), everyone.experts[0])
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    marks = full_marks(lot, ("41", "13"))
    marks["C2"]["reason"] = SECRET
    score(everyone, tenders.by_ref(ref), everyone.experts[0], "A", marks)
    own = everyone.log_in(app.test_client(), everyone.experts[0])
    assert SECRET in own.get(f"/judging/{ref}/1/A").get_data(as_text=True)

    def nobody_reads() -> None:
        for name, who in visitors(everyone).items():
            client = app.test_client() if who is None else everyone.log_in(app.test_client(), who)  # type: ignore[arg-type]
            assert telling(everything_read(app, client, ref)) == [], name

    nobody_reads()
    sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    for number in (1, 2):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
    sign(everyone, tenders.by_ref(ref), everyone.experts[1])
    duties.complete_due()
    nobody_reads()
    sign(everyone, tenders.by_ref(ref), everyone.experts[2])
    duties.complete_due()
    # Now those who take part read it, and still not the public or a supplier.
    for who, may in (
        (everyone.experts[1], True),
        (everyone.officer, True),
        (everyone.inspector, True),
        (everyone.experts[4], False),
        (everyone.suppliers[0], False),
        (everyone.operator, False),
    ):
        client = everyone.log_in(app.test_client(), who)
        answer = client.get(f"/evaluations/{ref}/1?lang=zh-CN")
        assert (answer.status_code, SECRET in answer.get_data(as_text=True)) == ((200, True) if may else (404, False))
    assert app.test_client().get(f"/evaluations/{ref}/1.json").status_code == 404


def test_the_trail_holds_no_mark(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    score_all(everyone, tenders.by_ref(ref), everyone.experts[0])
    sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    told = [json.loads(one.body) for one in trail.of_subject(f"tender/{ref}/lot/1")]
    facts = [one["facts"] for one in told if one["kind"].startswith("evaluation.")]
    assert len(facts) == 4
    assert all(set(one) in ({"sheet"}, {"sheets"}) and len(next(iter(one.values()))) == 64 for one in facts)
    # The same marks saved again are no new entry, and the same marks on another bid have another digest.
    assert len({json.dumps(one) for one in facts}) == 4
    size = trail.tip().size
    with_same = full_marks(tenders.lot_of(tenders.by_ref(ref), "1"), ("41", "13"))
    score_all(everyone, tenders.by_ref(ref), everyone.experts[1])
    middle = trail.tip().size
    score(everyone, tenders.by_ref(ref), everyone.experts[1], "A", with_same)
    assert (middle, trail.tip().size) == (size + 3, middle)


def test_a_supervisors_reading_before_the_award_is_an_act(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = judged(everyone, clock).tender.ref
    everyone.log_in(app.test_client(), everyone.officer).get(f"/evaluations/{ref}/1")
    size = trail.tip().size
    everyone.log_in(app.test_client(), everyone.auditor).get(f"/evaluations/{ref}/1")
    assert trail.tip().size == size + 1 and trail.by_index(size).kind == "evaluation.read"


def test_sheets_show_letters_and_no_supplier_or_price(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    client = everyone.log_in(app.test_client(), everyone.experts[0])
    pages = [client.get(f"/judging/{ref}/1/{letter}?lang=zh-CN").get_data(as_text=True) for letter in "ABC"]
    pages += [client.get(place).get_data(as_text=True) for place in (f"/judging/{ref}/1/sign", "/judging")]
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    for bid in queries.bids_to_judge(lot, queries.terms_of(lot)):
        assert bid.supplier is not None and bid.offer is not None
        secret = [bid.supplier.name, bid.supplier.number, f"{(bid.price or 0) / 100:,.2f}", bid.offer["total"]]
        secret += [one["unit_price"] for one in bid.offer["items"]]
        assert [word for word in secret for page in pages if word and word in page] == []
    names = client.get(f"/judging/{ref}/declaration").get_data(as_text=True)
    assert all(one.name in names for one in everyone.suppliers[:3])


def test_files_of_bids_are_read_under_the_seats_number(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    lot = tenders.lot_of(tenders.by_ref(ref), "1")
    bid = queries.bids_to_judge(lot, queries.terms_of(lot))[0]
    address, other = (f"/judging/{ref}/1/{letter}/files/{bid.files[0].ref}" for letter in "AB")
    answer = everyone.log_in(app.test_client(), everyone.experts[0]).get(address)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    entry = json.loads(trail.by_index(trail.tip().size - 1).body)
    assert (entry["kind"], entry["actor"]) == ("bid.read", {"kind": "expert", "ref": "seat-1"})
    assert everyone.log_in(app.test_client(), everyone.experts[0]).get(other).status_code == 404
    assert everyone.log_in(app.test_client(), everyone.experts[4]).get(address).status_code == 403
    assert everyone.log_in(app.test_client(), everyone.suppliers[1]).get(address).status_code == 403
