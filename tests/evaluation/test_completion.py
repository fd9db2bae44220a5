"""From signed sheets to a published evaluation: recomputable to the byte, complete exactly once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from bidding.seal.manifest import Supplier
from foundation.canonical import canonical, digest
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from procurement.evaluation import completion, duties, operations, queries
from procurement.evaluation.models import Evaluation, Scoresheet
from procurement.notices import queries as notices
from procurement.panel import operations as panels
from procurement.panel import queries as panel
from procurement.scoring.ranking import evaluate
from procurement.tender import operations as drafts
from procurement.tender import queries as tenders
from procurement.tender.models import Lot
from supervision.trail import queries as trail
from supervision.trail.act import PLATFORM, acting
from supervision.trail.blinding import is_opened_by
from tests.builders.bids import a_bid, an_opened_tender, open_lot
from tests.builders.judging import (
    a_panel,
    as_expert,
    declare,
    full_marks,
    judge,
    judged,
    score,
    score_all,
    sign,
)
from tests.builders.people import People, people
from tests.builders.tenders import a_form, a_tender, as_officer, publish, store_pdf

ROOT = Path(__file__).parents[2]


def lot_of(ref: str, number: str = "1") -> Lot:
    return tenders.lot_of(tenders.by_ref(ref), number)


def the_evaluation(ref: str, number: str = "1") -> Evaluation:
    found = queries.evaluation_of(lot_of(ref, number))
    assert found is not None
    return found


def kinds(subject: str) -> list[str]:
    return [one.kind for one in trail.of_subject(subject)]


def recompute(file: Path) -> int:
    command = [sys.executable, "-m", "procurement.evaluation.recompute", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def test_the_served_bytes_recompute_to_the_same_result(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    everyone = people(app)
    lot = judged(everyone, clock)
    ref = lot.tender.ref
    assert lot.state == "evaluated"
    client = everyone.log_in(app.test_client(), everyone.officer)
    body = client.get(f"/evaluations/{ref}/1.json").data
    evaluation = the_evaluation(ref)
    assert digest(body) == evaluation.sha256 and body == canonical(evaluation.document)
    entry = json.loads(trail.by_index(evaluation.entry_index).body)
    assert (entry["kind"], entry["facts"]["sha256"]) == ("evaluation.complete", evaluation.sha256)
    file = tmp_path / "evaluation.json"
    file.write_bytes(body)
    assert recompute(file) == 0
    document = json.loads(body)
    assert canonical(evaluate({k: v for k, v in document.items() if k != "result"})) == canonical(document["result"])
    document["experts"][0]["sheets"][0]["scores"]["C2"] = "45"
    file.write_bytes(canonical(document))
    assert recompute(file) == 1


def test_the_document_opens_what_the_trail_committed_to(app: Flask, clock: FixedClock) -> None:
    ref = judged(people(app), clock).tender.ref
    for expert in the_evaluation(ref).document["experts"]:
        signed = expert["x_sign_off"]
        entry = json.loads(trail.by_index(signed["entry"]).body)
        assert entry["actor"] == {"kind": "expert", "ref": f"seat-{expert['expert'][1:]}"}
        assert is_opened_by(entry["facts"]["sheets"], signed["salt"], expert["sheets"])


def test_prices_and_sheets_come_from_the_opened_bids(app: Flask, clock: FixedClock) -> None:
    lot = judged(people(app), clock)
    document = the_evaluation(lot.tender.ref).document
    bids = {bid.letter: bid for bid in queries.bids_to_judge(lot, queries.terms_of(lot))}
    assert {one["bid"]: one["price"] for one in document["bids"]} == {
        letter: f"{(bid.price or 0) / 100:.2f}" for letter, bid in bids.items()
    }
    named = [bid.supplier.name for bid in bids.values() if bid.supplier]
    assert [one["supplier"]["name"] for one in document["bids"]] == named and len(named) == 3
    assert len(document["experts"]) == 3 and all(len(one["sheets"]) == 3 for one in document["experts"])
    mean = next(one for one in document["result"]["bids"] if one["bid"] == "A")["criteria"][1]["mean"]
    # 41, 40.5 and 41 by the three experts.
    assert mean["exact"] == "245/6" and mean["rounded"] == "40.83"


def test_a_bid_that_cannot_be_opened_is_out_without_a_judge(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = a_tender(everyone, clock).ref
    # The first names another supplier inside its envelope, so it cannot be opened as its own.
    other = Supplier(everyone.suppliers[2].name, everyone.suppliers[2].number or "")
    for number in range(4):
        a_bid(tenders.by_ref(ref), "1", everyone.suppliers[number], named=None if number else other)
    open_lot(clock, tenders.by_ref(ref))
    lot = judge(everyone, tenders.by_ref(ref))
    document = the_evaluation(ref).document
    out = [one for one in document["result"]["bids"] if one["status"] == "excluded"]
    assert [(one["bid"], one["reasons"][0]["rule"]) for one in out] == [("X1", "bid.other_supplier")]
    assert lot.state == "evaluated" and len(document["result"]["ranking"]) == 3


def test_too_few_effective_bids_fail_the_lot_with_a_signed_notice(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    lot = judged(everyone, clock, failing=("B",))
    ref = lot.tender.ref
    assert lot.state == "failed"
    said = notices.content(notices.of_tender(ref, kind="failure")[-1])
    assert (said["rule"]["id"], said["rule"]["value"]) == ("evaluation.min_effective", 3)
    assert said["bids_effective"] == 2 and "36" in said["rule"]["article"]["zh_Hans"]
    assert said["evaluation"]["sha256"] == the_evaluation(ref).sha256
    assert "lot.fail" in kinds(f"tender/{ref}/lot/1")
    assert people_can_read(app, everyone, ref) == {"officer": 200, "public": 404, "supplier": 404}


def people_can_read(app: Flask, everyone: People, ref: str) -> dict[str, int]:
    address = f"/evaluations/{ref}/1"
    return {
        "officer": everyone.log_in(app.test_client(), everyone.officer).get(address).status_code,
        "public": app.test_client().get(address).status_code,
        "supplier": everyone.log_in(app.test_client(), everyone.suppliers[0]).get(address).status_code,
    }


def test_one_failing_of_four_leaves_enough(app: Flask, clock: FixedClock) -> None:
    lot = judged(people(app), clock, bids=4, failing=("B",))
    assert lot.state == "evaluated"
    out = [one for one in the_evaluation(lot.tender.ref).document["result"]["bids"] if one["status"] == "excluded"]
    assert [(one["bid"], one["reasons"][0]["rule"]) for one in out] == [("B", "bid.requirement_failed")]


def test_the_lowest_price_method_needs_verdicts_only(app: Flask, clock: FixedClock) -> None:
    lot = judged(people(app), clock, method="lowest_price")
    result = the_evaluation(lot.tender.ref).document["result"]
    prices = [one["evaluated_price"] for one in result["bids"]]
    assert lot.state == "evaluated" and [float(one) for one in prices] == sorted(float(one) for one in prices)


def test_a_small_enterprise_is_favoured_only_where_the_notice_says_so(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    plain = judged(everyone, clock).tender.ref
    assert [one["deductions"] for one in the_evaluation(plain).document["bids"]] == [[], [], []]
    form = a_form(clock.now() + timedelta(hours=1))
    form["method"]["x_sme_rate"] = "10"
    with as_officer(everyone) as act:
        tender = drafts.create(act, authority=everyone.authority, account=everyone.officer, data=form)
        stored = store_pdf(everyone)
        drafts.add_document(act, tender, "招标文件", "tender.pdf", "application/pdf", stored)
        ref = tender.ref
    publish(everyone, ref)
    for number, size in enumerate(("small", "micro", "large")):
        declared = {"enterprise_size": size}
        a_bid(tenders.by_ref(ref), "1", everyone.suppliers[number], declarations=declared)
    open_lot(clock, tenders.by_ref(ref))
    judge(everyone, tenders.by_ref(ref))
    found = {one["supplier"]["name"]: one["deductions"] for one in the_evaluation(ref).document["bids"]}
    deduction = [{"rule": "policy.sme_deduction", "rate": "10", "article": "财库〔2022〕19号"}]
    assert [found[one.name] for one in everyone.suppliers[:3]] == [deduction, deduction, []]


def test_whoever_never_signs_is_replaced_on_the_record(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    for number in (0, 1):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
        sign(everyone, tenders.by_ref(ref), everyone.experts[number])
    score(everyone, tenders.by_ref(ref), everyone.experts[2], "A", full_marks(lot_of(ref), ("1", "1")))
    duties.complete_due()
    assert lot_of(ref).state == "opened"
    with as_officer(everyone) as act:
        panels.replace(act, panel.seat(tenders.by_ref(ref), 3), everyone.experts[3], "逾期未签署")
    with pytest.raises(Refusal, match=r"panel\.not_a_member"):
        sign(everyone, tenders.by_ref(ref), everyone.experts[2])
    declare(everyone, tenders.by_ref(ref), everyone.experts[3])
    score_all(everyone, tenders.by_ref(ref), everyone.experts[3])
    sign(everyone, tenders.by_ref(ref), everyone.experts[3])
    duties.complete_due()
    document = the_evaluation(ref).document
    assert [(one["expert"], one.get("replaces")) for one in document["experts"]] == [
        ("E1", None),
        ("E2", None),
        ("E4", "E3"),
    ]
    old = db.session.execute(select(Scoresheet).where(Scoresheet.member_id == panel.seat(tenders.by_ref(ref), 3).id))
    assert old.scalars().one().scores[1].points == "1"
    assert "panel.replace" in kinds(f"tender/{ref}")


def test_no_sign_off_counts_before_the_panel_is_complete(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref), size=2)
    score_all(everyone, tenders.by_ref(ref), everyone.experts[0])
    with pytest.raises(Refusal, match=r"panel\.incomplete") as refused:
        sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    assert {one.rule_id for one in refused.value.reasons} == {"panel.min_size", "panel.odd"}


def test_everything_that_is_missing_is_told_at_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    score(everyone, tenders.by_ref(ref), everyone.experts[0], "B", {"C2": {"points": "40", "reason": "第 3 页"}})
    with pytest.raises(Refusal, match=r"evaluation\.marks_missing") as refused:
        sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    assert [(one.bid, one.criterion) for one in refused.value.reasons] == [
        *(("A", code) for code in ("R1", "C2", "C3")),
        *(("B", code) for code in ("R1", "C3")),
        *(("C", code) for code in ("R1", "C2", "C3")),
    ]


def test_nothing_changes_after_the_sign_off(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    score_all(everyone, tenders.by_ref(ref), everyone.experts[0])
    sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    with pytest.raises(Refusal, match=r"evaluation\.signed"):
        score(everyone, tenders.by_ref(ref), everyone.experts[0], "A", {"C3": {"points": "1", "reason": "x"}})
    with pytest.raises(Refusal, match=r"evaluation\.signed"):
        sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    with pytest.raises(Refusal, match=r"panel\.not_declared"), as_expert(everyone, everyone.experts[3]) as act:
        panel_ref = tenders.by_ref(ref)
        act.session.add(
            panels.PanelMember(
                tender_id=panel_ref.id,
                account_id=everyone.experts[3].id,
                number=9,
                reason="x",
                salt="0" * 64,
                assigned_at=act.now,
            )
        )
        act.session.flush()
        lot = lot_of(ref)
        member = panel.member_of(lot.tender, everyone.experts[3])
        operations.save_marks(act, member, queries.bids_to_judge(lot, queries.terms_of(lot))[0], {})


def test_an_evaluation_prepared_from_other_inputs_is_computed_anew(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    for number in range(3):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
        sign(everyone, tenders.by_ref(ref), everyone.experts[number])
    right = completion.prepare(lot_of(ref))
    wrong = completion.Prepared("0" * 64, {"format": "x", "result": {"ranking": []}})
    with acting(PLATFORM) as act:
        made = operations.complete(act, lot_of(ref), wrong).sha256
    assert made == digest(canonical(right.document))
    with acting(PLATFORM) as act:
        assert operations.complete(act, lot_of(ref)).sha256 == made
        act.record("test.again", "test")


def test_two_last_signatures_at_once_complete_the_lot_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    for number in range(3):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
    sign(everyone, tenders.by_ref(ref), everyone.experts[0])
    together, faults = threading.Barrier(2), []

    def finish(number: int) -> None:
        with app.app_context():
            try:
                person = everyone.experts[number]
                db.session.rollback()
                together.wait()
                sign(everyone, tenders.by_ref(ref), person)
                duties.settle(ref, "1")
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=finish, args=(number,)) for number in (1, 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Evaluation)).scalar_one() == 1
    told = kinds(f"tender/{ref}/lot/1")
    assert told.count("evaluation.complete") == 1 and told.count("lot.evaluate") == 1
    assert told.count("evaluation.sign_off") == 3 and lot_of(ref).state == "evaluated"


def test_many_settlements_at_once_complete_the_lot_once(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock).ref
    a_panel(everyone, tenders.by_ref(ref))
    for number in range(3):
        score_all(everyone, tenders.by_ref(ref), everyone.experts[number])
        sign(everyone, tenders.by_ref(ref), everyone.experts[number])
    db.session.rollback()
    together, faults = threading.Barrier(4), []

    def finish() -> None:
        with app.app_context():
            try:
                together.wait()
                duties.complete_due()
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=finish) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    assert kinds(f"tender/{ref}/lot/1").count("evaluation.complete") == 1


def test_lots_are_judged_one_by_one(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    ref = an_opened_tender(everyone, clock, lots=2).ref
    open_lot(clock, tenders.by_ref(ref))
    assert judge(everyone, tenders.by_ref(ref), lot="2").state == "evaluated"
    assert lot_of(ref).state == "opened" and queries.evaluation_of(lot_of(ref)) is None
    assert judge(everyone, tenders.by_ref(ref), lot="1").state == "evaluated"
