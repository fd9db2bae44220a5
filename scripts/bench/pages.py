"""The list of tenders over HTTP at 1,000 and 100,000 tenders, beside a bare SELECT of the same page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
from flask import Flask
from sqlalchemy import insert, make_url

from foundation.canonical import digest
from foundation.database import db
from identity.models import Account, Organisation
from procurement.tender.models import Tender
from procurement.tender.search import indexed
from scripts.bench.machines import ENGINES, Machines
from scripts.bench.measuring import tell, times
from supervision.trail.act import PLATFORM, acting

SIZES = (1_000, 100_000)
REQUESTS = 100
PLACES = ("云州市", "江北区", "临海县", "南山区", "新城区", "平湖镇", "东港市", "西山县", "长宁区", "海门市")
BUYERS = ("教育局", "人民医院", "公安局", "水务局", "图书馆", "财政局", "第一中学", "体育中心")
GOODS = ("教室照明", "电梯维保", "实验台", "课桌椅", "服务器", "物业服务", "道路养护", "医用耗材", "消防设备", "节水")
COLUMNS = "id, ref, title, budget, currency, state, closes_at, authority_id"


def measure(machines: Machines) -> None:
    """Tell p50 and p99 of the list and of a search, on both engines and for both sizes."""
    for engine in ENGINES:
        app = machines.app(engine)
        with app.app_context():
            parents = _parents()
            db.session.remove()
        there = 0
        for size in SIZES:
            with app.app_context():
                _fill(there, size, parents)
                db.session.remove()
            there = size
            bare, close = _bare(app)
            _tell(app, engine, size, "list", "/tenders", bare("state = 'open' ORDER BY closes_at, id"))
            newest = bare("published_at IS NOT NULL ORDER BY id DESC")
            _tell(app, engine, size, "list.all", "/tenders?state=", newest)
            _tell(app, engine, size, "search", f"/tenders?state=&q={quote('人民医院')}", newest)
            close()


def _tell(app: Flask, engine: str, size: int, name: str, path: str, bare: Callable[[], Any]) -> None:
    client = app.test_client()

    def get(_: int) -> None:
        answer = client.get(path)
        if answer.status_code != 200 or answer.text.count("/tenders/T-") < 20:
            raise SystemExit(f"{path} answered {answer.status_code} without a full page.")

    times(get, 5)
    alone = times(lambda _: bare(), REQUESTS)
    spent = times(get, REQUESTS)
    for percent in (50, 99):
        tell(f"tenders.{name}.p{percent}", spent.percentile(percent), "ms", "bare SELECT of a page, ms",
             alone.percentile(percent), engine=engine, tenders=size, per_second=spent.per_second, cpu_ms=spent.cpu)


def _bare(app: Flask) -> tuple[Callable[[str], Callable[[], Any]], Callable[[], None]]:
    url = make_url(app.config["SETTINGS"].database_url)
    if url.get_backend_name() == "sqlite":
        connection: Any = sqlite3.connect(str(url.database))
    else:
        connection = psycopg.connect(
            host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
        )

    def of(condition: str) -> Callable[[], Any]:
        statement = f"SELECT {COLUMNS} FROM tender WHERE {condition} LIMIT 21"  # noqa: S608
        return lambda: connection.execute(statement).fetchall()

    return of, connection.close


def _parents() -> tuple[int, int]:
    """Return the keys of an authority and of an officer for the rows."""
    now = datetime.now(UTC)
    with acting(PLATFORM) as act:
        authority = Organisation(ref="O-800000", kind="authority", name="云州市教育局", created_at=now)
        officer = Account(
            ref="A-800000", email="bench@example.test", name="李经办", password_hash="-", created_at=now  # noqa: S106
        )
        act.session.add_all([authority, officer])
        act.record("bench.parents", "bench/parents")
        act.session.flush()
        return authority.id, officer.id


def _fill(start: int, stop: int, parents: tuple[int, int]) -> None:
    """Add tenders, a thousand in an act; one in ten takes bids."""
    now = datetime.now(UTC)
    for first in range(start, stop, 1000):
        rows = [_row(number, now, parents) for number in range(first, min(first + 1000, stop))]
        with acting(PLATFORM) as act:
            act.session.execute(insert(Tender), rows)
            act.record("bench.tenders", f"bench/tenders/{first}", {"sha256": digest(rows[0]["ref"].encode())})


def _row(number: int, now: datetime, parents: tuple[int, int]) -> dict[str, Any]:
    place, buyer = PLACES[number % 10], BUYERS[number // 10 % 8]
    title = f"{place}{buyer}{GOODS[number // 7 % 10]}采购项目（第 {number} 号）"
    is_open = number % 10 == 0
    away = timedelta(minutes=30 + number % 40_000)
    return {
        "ref": f"T-2025-{number + 1:06d}",
        "authority_id": parents[0],
        "title": title,
        "rule_set_id": "cn-gp-2026",
        "method": {"id": "weighted_points"},
        "budget": 100_000_00 + number * 100,
        "closes_at": now + away if is_open else now - away,
        "state": "open" if is_open else "closed",
        "created_by_id": parents[1],
        "created_at": now,
        "published_at": now - timedelta(days=30),
        "search": indexed(f"{title} T-2025-{number + 1:06d}"),
    }
