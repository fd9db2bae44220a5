"""One tender from the first word to the signed award, through the pages, and then judged by outside tools."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from bidding.box import duties as box
from foundation.clock import FixedClock
from procurement.evaluation import duties as evaluation
from procurement.notices import duties as notices
from procurement.tender import queries as tenders
from supervision.trail import operations as trail
from tests.box.carrier import Carrier, an_envelope
from tests.builders.people import People, people
from tests.builders.tenders import PDF
from tests.journeys.visitors import ROOT, Person, export_of, verified
from tests.tender.test_pages import typed

# Price of the one item, and what each of the three experts gives; the winner has 40 + 58.
BIDS = (("500.00", "50"), ("450.00", "55.5"), ("400.00", "58"))


def published(app: Flask, who: People, folder: Path) -> str:
    """Let the officer write and submit the tender, and the approver publish it; return its reference."""
    officer, approver = Person(app, who.officer), Person(app, who.approver)
    (folder / "招标文件.pdf").write_bytes(PDF)
    form = typed(closes_at="2026-11-20 10:00")
    with (folder / "招标文件.pdf").open("rb") as document:
        made = officer.send("/office/tenders/new", has="title", document=document, document_title="招标文件", **form)
    show: str = made.location
    assert "Nothing stands in the way of publication" in officer.page(show)
    officer.send(show, action="/submit")
    officer.page(f"{show}/approve", status=403)
    approver.send(f"{show}/approve", action="/publish")
    return show.rpartition("/")[2]


def sealed(app: Flask, who: People, ref: str, folder: Path) -> list[Path]:
    """Let three suppliers hand in a bid each, and keep their receipts."""
    receipts = []
    for number, (price, _points) in enumerate(BIDS):
        supplier = who.suppliers[number]
        envelope = an_envelope(tenders.by_ref(ref), supplier, folder / str(number), prices={"1": price})
        answer = Carrier(app.test_client(), supplier, tenders.by_ref(ref)).hand_in(envelope)
        assert answer.status_code == 201, answer.get_json()
        receipts.append(folder / f"receipt-{number}.json")
        receipts[-1].write_text(json.dumps(answer.get_json()["receipt"]))
    return receipts


def judged(app: Flask, who: People, ref: str, letters: dict[str, str]) -> None:
    """Let three experts be seated, declare, score each bid alone and sign off."""
    officer, panel = Person(app, who.officer), f"/office/tenders/{ref}/panel"
    for expert in who.experts[:3]:
        officer.send(panel, has="account", account=expert.ref, capacity="expert", reason="照明专业，高级工程师")
    for number in range(3):
        expert = Person(app, who.experts[number])
        expert.send(f"/judging/{ref}/declaration", action="/declaration")
        for supplier, (_price, points) in zip(who.suppliers, BIDS, strict=False):
            sheet = f"/judging/{ref}/1/{letters[supplier.name]}"
            assert supplier.name not in expert.page(sheet)
            marks = {"verdict-R1": "yes", "points-C2": points, "reason-C2": f"技术方案第 {number} 页", "go": "save"}
            expert.send(sheet, has="points-C2", **marks)
        expert.send(f"/judging/{ref}/1/sign", action="/sign")
    evaluation.complete_due()


def test_from_the_draft_to_the_signed_award(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    who, public = people(app), Person(app)
    ref = published(app, who, tmp_path)
    receipts = sealed(app, who, ref, tmp_path)
    assert not any(supplier.name in public.page(f"/openings/{ref}/1") for supplier in who.suppliers)
    trail.publish_checkpoint(clock.now())
    clock.forward(hours=1)
    box.open_due()
    opened = json.loads(notice(public, ref, "opening"))
    assert [one["price"] for one in sorted(opened["bids"], key=lambda one: one["price"])] == [
        "1920000.00",
        "2160000.00",
        "2400000.00",
    ]
    letters = {one["supplier"]["name"]: one["letter"] for one in opened["bids"]}
    judged(app, who, ref, letters)
    award, officer = f"/office/tenders/{ref}/lots/1/award", Person(app, who.officer)
    best = letters[who.suppliers[2].name]
    officer.send(award, action="/propose", **{"propose-bid": best})
    assert "/decide" not in officer.page(award)
    Person(app, who.approver).send(award, action="/decide")
    body = notice(public, ref, "award")
    said = json.loads(body)
    winner = said["award"]["winner"]
    assert (winner["name"], winner["amount"]) == (who.suppliers[2].name, "1920000.00")
    while b"%PDF" not in papers(public, said["ref"]):
        notices.render_waiting()
    signed_by_the_platform(public, said["ref"], body, tmp_path)
    release = json.loads(public.data(f"/api/ocds/{ref}.json"))["releases"][-1]
    assert release["awards"][0]["suppliers"][0]["name"] == who.suppliers[2].name
    loser = Person(app, who.bidders[0])
    own = loser.page(f"/bids/{ref}/1/result")
    # 40 × 400 ÷ 500 = 32 for the price, and 50 from each expert.
    assert "82.00" in own and "98.00" in own and "You do not agree?" in own
    assert "95.50" not in own and "91.06" not in own
    (tmp_path / "evaluation.json").write_bytes(public.data(f"/evaluations/{ref}/1.json"))
    ran("-m", "procurement.evaluation.recompute", str(tmp_path / "evaluation.json"))
    code, told = verified(export_of(app, tmp_path), "--receipt", *receipts)
    assert code == 0, told


def notice(public: Person, ref: str, kind: str) -> bytes:
    """Return the bytes of the tender's public notice of a kind, found on the tender's own page."""
    found = sorted(set(re.findall(r"/notices/(N-[0-9-]+)", public.page(f"/tenders/{ref}"))))
    bodies = [public.data(f"/notices/{one}.json") for one in found]
    return next(body for body in bodies if json.loads(body)["kind"] == kind)


def papers(public: Person, ref: str) -> bytes:
    """Return the paper of a notice, or what says that it is not printed yet."""
    return public.client.get(f"/notices/{ref}.pdf").data


def signed_by_the_platform(public: Person, ref: str, body: bytes, folder: Path) -> None:
    """Let openssl judge the notice and pdfsig its paper."""
    files = {"award.json": body, "award.p7s": public.data(f"/notices/{ref}.p7s"), "award.pdf": papers(public, ref)}
    for name, data in {**files, "ca.pem": public.data("/trail/platform-ca.pem")}.items():
        (folder / name).write_bytes(data)
    given: tuple[Any, ...] = ("-in", "award.p7s", "-content", "award.json", "-CAfile", "ca.pem", "-out", "judged")
    command = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", *given, "-purpose", "any")
    # The clock of the test is not the machine's, and the seal is valid from the moment it was made.
    subprocess.run((*command, "-no_check_time"), cwd=folder, check=True, capture_output=True)
    assert (folder / "judged").read_bytes() == body
    told = subprocess.run(("pdfsig", "-nocert", "award.pdf"), cwd=folder, capture_output=True, text=True, check=False)
    assert "Signature is Valid" in told.stdout, told.stdout


def ran(*words: str) -> None:
    """Run a Python command of the house that must end well."""
    ended = subprocess.run((sys.executable, *words), cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
