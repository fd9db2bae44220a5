"""Acts in the names of the people of the demonstration, each done by the house's own operations."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app

from bidding.box import duties as box_duties
from bidding.box import operations as box
from bidding.box import queries as bids
from bidding.box import uploads
from bidding.box.blinded import Owner
from bidding.seal.claims import FILES
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, seal
from foundation import documents
from foundation.clock import FixedClock
from identity import queries as people
from identity.models import Account, Organisation
from procurement.award import operations as awards
from procurement.evaluation import duties as evaluation_duties
from procurement.evaluation import operations as evaluation
from procurement.evaluation import queries as evaluations
from procurement.notices import queries as notices
from procurement.panel import operations as panel
from procurement.panel import queries as panels
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from scripts.demo_story import OFFERS, POLICIES, SUPPLIERS, declarations
from scripts.demo_tenders import TENDERS
from supervision.trail.act import Act, Actor, acting


def account_of(email: str) -> Account:
    """Return a person of the demonstration."""
    found = people.account_by_email(email)
    if found is None:
        raise ValueError(f"The demonstration has no {email}.")
    return found


class Acts:
    """Plays acts in the names of the people of the demonstration."""

    def __init__(self, clock: FixedClock | None) -> None:
        self.clock = clock
        self.now = current_app.extensions["clock"].now

    @contextmanager
    def acting_as(self, email: str) -> Iterator[Act]:
        """Run an act in somebody's name, as `identity.guard.act_now` does for a visitor."""
        account = account_of(email)
        membership = account.memberships[0]
        who = Actor("account", account.ref, membership.role, membership.organisation.ref)
        account_id = account.id
        with acting(who) as act:
            act.account_id = account_id
            yield act

    # --- one tender ---------------------------------------------------------------------------------------------

    def draft(self, name: str, *, closes_at: datetime | None, rule_set: str = "cn-gp-2026") -> str:
        """Write a draft from the story, with two documents; return its reference."""
        form = {"closes_at": closes_at, "rule_set_id": rule_set, **written(name)}
        files = papers()
        with self.acting_as("officer@demo.example") as act:
            authority = people.organisation_by_ref(act.actor.organisation)
            account = people.account_by_ref(act.actor.ref)
            tender = tenders.create(act, authority=authority, account=account, data=form)
            for title, file_name, stored in files:
                tenders.add_document(act, tender, title, file_name, "application/pdf", stored)
            return tender.ref

    def submit(self, ref: str) -> None:
        with self.acting_as("officer@demo.example") as act:
            tenders.submit(act, tender_queries.by_ref(ref))

    def tender(self, name: str, *, closes_at: datetime, rule_set: str = "cn-gp-2026") -> str:
        """Draft, submit and publish; return the reference."""
        ref = self.draft(name, closes_at=closes_at, rule_set=rule_set)
        self.publish(ref)
        return ref

    def publish(self, ref: str) -> None:
        """Submit a draft and publish it as a second person."""
        self.submit(ref)
        prepared = tenders.prepare_publication(tender_queries.by_ref(ref))
        with self.acting_as("approver@demo.example") as act:
            tenders.publish(act, tender_queries.by_ref(ref), prepared)

    def bid(self, ref: str, number: int, lot: str = "1", share: str = "") -> None:
        """Seal, upload and submit the offer of supplier `number` with the Python packer; `share` is of the ceiling."""
        account = account_of(f"supplier{number}@demo.example")
        organisation = account.memberships[0].organisation
        owner = Owner(organisation.ref, account.ref)
        notice = notices.by_ref(str(tender_queries.by_ref(ref).notice_ref)).body
        changes = [one.body for one in tender_queries.amendments_of(tender_queries.by_ref(ref))]
        with tempfile.TemporaryDirectory() as folder:
            papers = []
            for title in ("技术方案", "商务文件"):
                path = Path(folder) / f"{title}.pdf"
                path.write_bytes(a_paper(title))
                papers.append(PackFile.at(path))
            whose = Supplier(organisation.name, organisation.number or organisation.claimed_number)
            offer = self.offer(notice, number, organisation, share)
            envelope = seal(notice, lot, offer, papers, whose, Path(folder) / "out", amendments=changes)
            upload = box.start_upload(owner, json.dumps(envelope.claims.as_json()).encode())
            for name, path in zip(FILES, (envelope.bid_path, envelope.key_path), strict=True):
                data = path.read_bytes()
                for part in range(uploads.parts_of(upload, name)):
                    piece = data[part * uploads.PART_SIZE : (part + 1) * uploads.PART_SIZE]
                    sha256 = base64.b64encode(hashlib.sha256(piece).digest()).decode()
                    box.put_part(upload, name, part, io.BytesIO(piece), f"sha-256=:{sha256}:")
            whole = uploads.make_whole(uploads.by_ref(owner, upload.ref))
        with self.acting_as(f"supplier{number}@demo.example") as act:
            box.submit(act, whole, owner)

    def offer(self, notice: bytes, number: int, organisation: Organisation, share: str = "") -> dict[str, Any]:
        """Return what supplier `number` offers for the first lot of a notice."""
        tender = json.loads(notice)["tender"]
        lot = tender["lots"][0]
        given = OFFERS[number - 1]
        share = share or given["share"]
        return {
            "items": [
                {
                    "item": item["item"],
                    "unit_price": unit_price(lot, item, share),
                    "brand": given["brand"],
                    "model": f"{given['model']}-{item['item']}",
                    "spec": item.get("spec", "")[:200],
                }
                for item in lot["items"]
            ],
            "answers": [
                {
                    "criterion": one["criterion"],
                    "answer": given["answers"].get(one["kind"], ""),
                    "complies": True,
                    **({"value": given["value"]} if one["kind"] == "formula" else {}),
                }
                for one in lot["criteria"]
                if one["kind"] != "price"
            ],
            "declarations": declarations(tender, lot, number, organisation.enterprise_size or "medium"),
        }

    # --- opening and judging ------------------------------------------------------------------------------------

    def open(self, ref: str) -> None:
        """Let the deadline pass and ring the duty that opens."""
        closes_at = tender_queries.by_ref(ref).closes_at
        if self.clock is None or closes_at is None:
            raise ValueError("Only history can be opened here.")
        self.clock.set(max(self.clock.moment, closes_at + timedelta(seconds=1)))
        box_duties.open_due()

    def seat(self, ref: str, size: int) -> None:
        """Name the first `size` experts."""
        for number in range(1, size + 1):
            with self.acting_as("officer@demo.example") as act:
                expert = account_of(f"expert{number}@demo.example")
                panel.assign(
                    act,
                    tender_queries.by_ref(ref),
                    expert,
                    capacity="expert",
                    reason="照明与教育装备专业，副高级职称；与投标人无利害关系。",
                )

    def judge(self, ref: str, signing: Sequence[int]) -> None:
        """Have each expert declare and score; those in `signing` also sign off."""
        members = [member.id for member in panels.members(tender_queries.by_ref(ref))]
        for number in range(1, len(members) + 1):
            email = f"expert{number}@demo.example"
            with self.acting_as(email) as act:
                panel.declare(act, self._member(ref, number))
            lot = tender_queries.lot_of(tender_queries.by_ref(ref), "1")
            for letter in [bid.letter for bid in bids.opened_bids(lot)]:
                with self.acting_as(email) as act:
                    lot = tender_queries.lot_of(tender_queries.by_ref(ref), "1")
                    bid = evaluations.bid_to_judge(lot, evaluations.terms_of(lot), letter)
                    evaluation.save_marks(act, self._member(ref, number), bid, self.marks(lot, bid, number))
            if number in signing:
                with self.acting_as(email) as act:
                    lot = tender_queries.lot_of(tender_queries.by_ref(ref), "1")
                    evaluation.sign_off(act, self._member(ref, number), lot)
            if self.clock is not None:
                self.clock.forward(minutes=17)
        evaluation_duties.complete_due()

    def _member(self, ref: str, number: int) -> Any:
        account = account_of(f"expert{number}@demo.example")
        return panels.member_of(tender_queries.by_ref(ref), account)

    def marks(self, lot: Any, bid: Any, expert: int) -> dict[str, dict[str, Any]]:
        """Return one expert's marks: each supplier's quality, and half a point of temperament."""
        names = [one["name"] for one in SUPPLIERS]
        quality = OFFERS[names.index(bid.supplier.name)]["quality"]
        found: dict[str, dict[str, Any]] = {}
        judged = {one.code for one in evaluations.measures(evaluations.terms_of(lot))}
        for criterion in (one for one in lot.tender.criteria if one.code in judged):
            if criterion.kind in ("requirement", "formula"):
                found[criterion.code] = {"verdict": True, "reason": "检测报告齐全。"}
            elif criterion.kind == "points":
                halves = round(float(criterion.weight) * quality * 2) - (2 * expert + int(criterion.code[1:])) % 5
                found[criterion.code] = {
                    "points": f"{halves // 2}.{5 * (halves % 2)}",
                    "reason": "依据技术方案第 12 至 31 页，分批安排明确，应急措施具体。",
                }
        return found

    def award(self, ref: str) -> None:
        """Propose the first in rank and decide on it as a second person."""
        with self.acting_as("officer@demo.example") as act:
            lot = tender_queries.lot_of(tender_queries.by_ref(ref), "1")
            awards.propose(act, lot, self._first(lot))
        if self.clock is not None:
            self.clock.forward(hours=20)
        with self.acting_as("approver@demo.example") as act:
            awards.decide(act, tender_queries.lot_of(tender_queries.by_ref(ref), "1"))

    def _first(self, lot: Any) -> Any:
        found = evaluations.evaluation_of(lot)
        if found is None:
            raise ValueError("The evaluation of the demonstration is not complete.")
        winner = next(one["bid"] for one in found.document["result"]["bids"] if one.get("rank") == 1)
        return bids.bid_of_letter(lot, winner)


def papers() -> list[tuple[str, str, Any]]:
    """Store the two documents that every tender of the story has: title, file name, what was stored."""
    return [
        (title, f"{title}.pdf", uploads.files().put([a_paper(title)], most=1 << 24))
        for title in ("招标文件（正文）", "采购需求与技术参数")
    ]


def written(name: str) -> dict[str, Any]:
    """Return the form of a tender of the story, with the terms and policies that all have."""
    terms = {"delivery_place": "云州市各直属单位指定地点", "delivery_time": "合同签订后 45 日内"}
    return {"terms": terms, "policies": POLICIES[TENDERS[name]["category"]], **TENDERS[name]}


def workday(moment: datetime, hour_utc: int) -> datetime:
    """Return a whole hour of a working day at or after the day of `moment`."""
    found = moment.replace(hour=hour_utc, minute=30, second=0, microsecond=0)
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


def unit_price(lot: dict[str, Any], item: dict[str, Any], share: str) -> str:
    """Return a unit price so that the whole offer is about `share` of the ceiling."""
    part = Decimal(lot["ceiling"]) * Decimal(share) / len(lot["items"])
    return str((part / Decimal(item["quantity"])).quantize(Decimal("0.01"), rounding=ROUND_DOWN))


@cache
def a_paper(title: str) -> bytes:
    """Return a real page of PDF in Chinese; without Pango, the same words as plain text."""
    lines = [f"{n}．{title}第 {n} 条：供货、安装、调试与质保按采购需求执行，资料真实完整。" for n in range(1, 9)]
    if documents.available() is not None:
        return "\n".join([title, *lines]).encode()
    from weasyprint import HTML

    style = '@page{size:A4;margin:25mm}body{font:12pt "Noto Sans SC"}'
    body = "".join(f"<p>{line}</p>" for line in lines)
    page = f'<html lang="zh"><title>{title}</title><style>{style}</style><h1>{title}</h1>{body}</html>'
    return bytes(HTML(string=page).write_pdf())
