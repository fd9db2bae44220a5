"""The demonstration of `make run`: invented organisations and people, and tenders in every stage.

The history is played by the house's own operations under a clock that moves from forty days ago to now, so that its
tenders follow the real rule set with its real periods. Only the tender that closes about ten minutes after the start
follows the demonstration rule set.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from bidding.box import duties as box_duties
from bidding.box import operations as box
from bidding.box import queries as bids
from bidding.box import uploads
from bidding.box.blinded import Owner, box_keys
from bidding.seal.claims import FILES
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, seal
from bidding.seal.platform import unwrap_identity
from foundation import documents
from foundation.clock import Clock, FixedClock
from foundation.database import db
from identity import operations as identities
from identity import passwords
from identity import queries as people
from identity.models import Account, Organisation
from identity.rights import Role
from procurement.award import operations as awards
from procurement.evaluation import duties as evaluation_duties
from procurement.evaluation import operations as evaluation
from procurement.evaluation import queries as evaluations
from procurement.notices import queries as notices
from procurement.panel import operations as panel
from procurement.panel import queries as panels
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from procurement.tender.models import Tender
from scripts.demo_story import EXPERTS, OFFERS, POLICIES, SUPPLIERS, TENDERS, declarations
from supervision.trail.act import Act, Actor, acting

PASSWORD = "sunseal-demo-2026"  # noqa: S105 - printed at start; production refuses the demonstration.
HISTORY = timedelta(days=45)
MARK = "demonstration"
SOON = timedelta(minutes=10)

log = logging.getLogger("sunseal.demo")


@dataclass(frozen=True)
class Login:
    """A person of the demonstration: e-mail, name, role, organisation."""

    email: str
    name: str
    role: Role
    organisation: str


LOGINS = (
    Login("officer@demo.example", "林书禾", Role.OFFICER, "authority"),
    Login("approver@demo.example", "陈砚", Role.APPROVER, "authority"),
    *(
        Login(f"supplier{n}@demo.example", one["person"], Role.SUPPLIER, f"supplier{n}")
        for n, one in enumerate(SUPPLIERS, 1)
    ),
    *(Login(f"expert{n}@demo.example", name, Role.EXPERT, "supervisor") for n, name in enumerate(EXPERTS, 1)),
    Login("inspector@demo.example", "贺明远", Role.INSPECTOR, "supervisor"),
    Login("auditor@demo.example", "罗见微", Role.AUDITOR, "supervisor"),
    Login("operator@demo.example", "运维值班", Role.OPERATOR, "platform"),
)


def is_loaded(instance: Path) -> bool:
    """Tell whether this instance holds the demonstration already."""
    return (instance / MARK).exists()


def play_history(app: Flask, clock: FixedClock) -> None:
    """Fill an empty instance; `clock` stands at its beginning and is left at the present."""
    with app.app_context():
        _Story(clock).play()
        db.session.remove()
    (app.config["SETTINGS"].instance / MARK).touch()


def keep_one_closing_soon(app: Flask) -> None:
    """See to it that one tender closes in about ten minutes, with two sealed bids in it already."""
    with app.app_context():
        now = app.extensions["clock"].now()
        waiting = select(Tender.id).where(
            Tender.state == "open", Tender.rule_set_id == "demo-2026", Tender.closes_at > now + SOON / 2
        )
        if db.session.execute(waiting.limit(1)).first() is None:
            story = _Story(None)
            ref = story.tender("soon", closes_at=now + SOON, rule_set="demo-2026")
            for number in (2, 3):
                story.bid(ref, number)
            story.seat(ref, 3)
        db.session.remove()


def what_to_try(app: Flask, address: str) -> str:
    """Return what `make run` prints: the address, a login per role, and what to try first."""
    with app.app_context():
        soon = (
            db.session.execute(
                select(Tender.ref)
                .where(Tender.rule_set_id == "demo-2026", Tender.state == "open")
                .order_by(Tender.id.desc())
            )
            .scalars()
            .first()
        )
    shown = {login.role: login for login in reversed(LOGINS)}
    rows = "\n".join(f"  {role.value:<10} {shown[role].email}" for role in Role if role in shown)
    trial = f"{address}/tenders/{soon}" if soon else f"{address}/tenders"
    reason = documents.available()
    return (
        f"\nSunseal 明封 serves on {address}\n\n"
        f"Logins, all with the password {PASSWORD}\n{rows}\n\n"
        "What to try first\n"
        f"  1. Open {trial} : it closes in about ten minutes.\n"
        "  2. Sign in as supplier1@demo.example there, seal a bid in your browser and keep the receipt.\n"
        "  3. Watch it open by itself, then score it as expert1, expert2 and expert3@demo.example.\n"
        f"  4. Drop the receipt on {address}/verify, or read a finished case on {address}/results.\n"
        + (f"\nPDF is off: {reason}\n" if reason else "")
    )


def make_people() -> None:
    """Create the organisations and people of the demonstration in one act."""
    hashed = passwords.hashed(PASSWORD)
    with acting(Actor("operator")) as act:
        organisations = {
            "authority": identities.create_organisation(
                act,
                kind="authority",
                name="云州市教育局",
                number="11350100MB0000001A",
                address="云州市府前路 6 号",
                contact="林书禾",
                phone="000-555 0106",
                verified=True,
            ),
            "supervisor": identities.create_organisation(
                act,
                kind="supervisor",
                name="云州市财政局",
                number="11350100MB0000002B",
                verified=True,
            ),
            "platform": identities.platform(act),
        }
        for number, one in enumerate(SUPPLIERS, 1):
            organisations[f"supplier{number}"] = identities.create_organisation(
                act,
                kind="supplier",
                name=one["name"],
                number=one["number"],
                address=one["address"],
                contact=one["person"],
                phone=one["phone"],
                enterprise_size=one["size"],
                verified=one["verified"],
            )
        for login in LOGINS:
            account = identities.create_account(
                act, email=login.email, name=login.name, password=hashed, email_verified=True
            )
            identities.add_member(act, account, organisations[login.organisation], login.role)


def account_of(email: str) -> Account:
    """Return a person of the demonstration."""
    found = people.account_by_email(email)
    if found is None:
        raise ValueError(f"The demonstration has no {email}.")
    return found


class _Story:
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
        terms = {"delivery_place": "云州市各直属单位指定地点", "delivery_time": "合同签订后 45 日内"}
        policies = POLICIES[TENDERS[name]["category"]]
        form = {"terms": terms, "policies": policies, **TENDERS[name], "closes_at": closes_at, "rule_set_id": rule_set}
        files = [
            (title, f"{title}.pdf", uploads.files().put([a_paper(title)], most=1 << 24))
            for title in ("招标文件（正文）", "采购需求与技术参数")
        ]
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
        self.submit(ref)
        prepared = tenders.prepare_publication(tender_queries.by_ref(ref))
        with self.acting_as("approver@demo.example") as act:
            tenders.publish(act, tender_queries.by_ref(ref), prepared)
        return ref

    def bid(self, ref: str, number: int, lot: str = "1") -> None:
        """Seal, upload and submit the offer of supplier `number` with the Python packer."""
        account = account_of(f"supplier{number}@demo.example")
        organisation = account.memberships[0].organisation
        owner = Owner(organisation.ref, account.ref)
        notice = notices.by_ref(str(tender_queries.by_ref(ref).notice_ref)).body
        with tempfile.TemporaryDirectory() as folder:
            papers = []
            for title in ("技术方案", "商务文件"):
                path = Path(folder) / f"{title}.pdf"
                path.write_bytes(a_paper(title))
                papers.append(PackFile.at(path))
            whose = Supplier(organisation.name, organisation.number or organisation.claimed_number)
            envelope = seal(notice, lot, self.offer(notice, number, organisation), papers, whose, Path(folder) / "out")
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

    def offer(self, notice: bytes, number: int, organisation: Organisation) -> dict[str, Any]:
        tender = json.loads(notice)["tender"]
        lot = tender["lots"][0]
        given = OFFERS[number - 1]
        share = given["share"]
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
                {"criterion": one["criterion"], "answer": given["answers"].get(one["kind"], ""), "complies": True}
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
                    bid = bids.bid_of_letter(lot, letter)
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
        for criterion in lot.tender.criteria:
            if criterion.kind == "requirement":
                found[criterion.code] = {"verdict": True, "reason": "检测报告齐全。"}
            elif criterion.kind == "points":
                halves = round(float(criterion.weight) * quality * 2) - (2 * expert + int(criterion.code[1:])) % 5
                found[criterion.code] = {
                    "points": f"{halves // 2}.{5 * (halves % 2)}",
                    "reason": "依据技术方案第 12 至 31 页，分批安排明确，应急措施具体。",
                }
        return found

    def award(self, ref: str) -> None:
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

    # --- everything ---------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Play the whole history."""
        if self.clock is None:
            raise ValueError("History needs a clock that moves.")
        begin = self.clock.moment
        present = begin + HISTORY
        make_people()
        self.clock.set(present - timedelta(days=43))
        lights = self.tender("lights", closes_at=workday(present - timedelta(days=15), 1))
        failing = self.tender("library", closes_at=workday(present - timedelta(days=12), 2))
        for number in (1, 2, 3, 4):
            self.clock.forward(hours=5)
            self.bid(lights, number)
        for number in (2, 4):
            self.bid(failing, number)
        self.clock.set(present - timedelta(days=30))
        judging = self.tender("tablets", closes_at=workday(present - timedelta(days=4), 3))
        for number in (1, 3, 4):
            self.bid(judging, number)
        self.seat(lights, 5)
        self.open(lights)
        self.judge(lights, signing=range(1, 6))
        self.clock.forward(hours=26)
        self.award(lights)
        self.open(failing)
        self.seat(judging, 5)
        self.clock.set(present - timedelta(days=7))
        self.tender("heating", closes_at=workday(present + timedelta(days=19), 2))
        self.open(judging)
        self.judge(judging, signing=(1, 2))
        self.clock.set(present - timedelta(days=2))
        self.draft("desks", closes_at=present + timedelta(days=6))
        waiting = self.draft("network", closes_at=workday(present + timedelta(days=26), 2))
        self.submit(waiting)
        self.clock.set(present)


def released_envelope(ref: str) -> tuple[Path, Path, str]:
    """Return the two files of one opened bid and the platform's identity that its opening released."""
    lot = tender_queries.lot_of(tender_queries.by_ref(ref), "1")
    bid = bids.opened_bids(lot)[0]
    if bids.opening_of(lot) is None:
        raise ValueError("This lot has not been opened.")
    key = lot.keys[0]
    identity = unwrap_identity(
        box_keys(), key.wrapped or b"", tender=ref, lot=lot.number, envelope=key.envelope, recipient=key.recipient
    )
    return uploads.files().path(bid.bid_key), uploads.files().path(bid.key_key), identity


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


def load(app: Flask) -> None:
    """Play the history of an empty instance whose clock stands in the past, then set the real clock."""
    clock = app.extensions["clock"]
    if isinstance(clock, FixedClock):
        play_history(app, clock)
        app.extensions["clock"] = Clock()
    keep_one_closing_soon(app)
