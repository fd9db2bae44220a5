"""The demonstration of `make run`: invented organisations and people, and tenders in every stage.

The history is played by the house's own operations under a clock that moves from forty days ago to now, so that its
tenders follow the real rule set with its real periods. Only the tender that closes about ten minutes after the start
follows the demonstration rule set.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from bidding.box import queries as bids
from bidding.box import uploads
from bidding.box.blinded import box_keys
from bidding.seal.platform import unwrap_identity
from foundation import documents
from foundation.clock import Clock, FixedClock
from foundation.database import db
from identity import operations as identities
from identity import passwords
from identity.rights import Role
from procurement.tender import queries as tender_queries
from procurement.tender.models import Tender
from scripts import demo_history as history
from scripts.demo_acts import Acts, a_paper, account_of, unit_price
from scripts.demo_stages import Stages
from scripts.demo_story import EXPERTS, SUPPLIERS
from supervision.trail.act import Actor, acting

__all__ = ["PASSWORD", "a_paper", "account_of", "is_loaded", "load", "make_people", "unit_price", "what_to_try"]

PASSWORD = "sunseal-demo-2026"  # noqa: S105 - printed at start; production refuses the demonstration.
HISTORY = timedelta(days=76)
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
        make_people()
        history.play(Stages(clock), clock.moment + HISTORY)
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
            story = Acts(None)
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
        f"  5. As officer: the plan on {address}/plan, a draft with findings and a question on {address}/office.\n"
        f"     As approver: decide on a suspicion of splitting on {address}/plan/splitting.\n"
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


def load(app: Flask) -> None:
    """Play the history of an empty instance whose clock stands in the past, then set the real clock."""
    clock = app.extensions["clock"]
    if isinstance(clock, FixedClock):
        play_history(app, clock)
        app.extensions["clock"] = Clock()
    keep_one_closing_soon(app)
