"""Tenders of a test, made by the house's own operations: an officer drafts and submits, an approver publishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from foundation.clock import FixedClock
from foundation.storage import Stored
from identity.models import Account, Organisation
from identity.rights import Role
from procurement.tender import operations, queries
from procurement.tender.models import Tender
from supervision.trail.act import Act, Actor, acting
from tests.builders.people import People

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

WEIGHTED = [
    {"code": "R1", "kind": "requirement", "title": "交货期", "guidance": "合同签订后 45 日内交货。"},
    {"code": "C1", "kind": "price", "title": "价格", "guidance": "最低评审价除以评审价乘以权重。", "weight": "40"},
    {
        "code": "C2",
        "kind": "points",
        "title": "技术方案",
        "guidance": "按响应程度分档评分。",
        "weight": "45",
        "step": "0.5",
        "bands": [
            {"least": "36", "most": "45", "text": "全部参数有检测报告"},
            {"least": "20", "most": "35.5", "text": "主要参数有检测报告"},
            {"least": "0", "most": "19.5", "text": "仅作承诺"},
        ],
    },
    {"code": "C3", "kind": "points", "title": "售后服务", "guidance": "每延长一年质保得 3 分。", "weight": "15"},
]
LOWEST = [
    {"code": "R1", "kind": "requirement", "title": "交货期", "guidance": "合同签订后 45 日内交货。"},
    {"code": "C1", "kind": "price", "title": "价格", "guidance": "评审价最低者排名第一。", "weight": "100"},
]


def a_form(
    closes_at: datetime | None, *, lots: int = 1, method: str = "weighted_points", **more: Any
) -> dict[str, Any]:
    """Return a form that is ready under the demonstration rule set. `more` replaces fields of it."""
    rows = [
        {
            "number": str(number),
            "title": f"教室灯具 {number}",
            "ceiling": 1_000_000_00,
            "items": [
                {
                    "number": "1",
                    "title": "LED 护眼教室灯",
                    "quantity": "4800",
                    "unit": "套",
                    "spec": "36 W，Ra ≥ 95",
                    "is_substantive": True,
                },
                {"number": "2", "title": "智能照明控制器", "quantity": "400", "unit": "台", "spec": "开放协议"},
            ],
        }
        for number in range(1, lots + 1)
    ]
    return {
        "title": "云州市直属学校教室照明改造灯具采购",
        "description": "为 86 所学校更换教室照明。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "goods",
        "policies": {"sme_rate": "10", "industry": "industry"},
        "budget": lots * 1_000_000_00,
        "closes_at": closes_at,
        "rule_set_id": "demo-2026",
        "terms": {"delivery_place": "云州市教育局指定的学校", "delivery_time": "合同签订后 30 日内"},
        "method": {"id": method},
        "lots": rows,
        "criteria": WEIGHTED if method == "weighted_points" else LOWEST,
        **more,
    }


@contextmanager
def acting_as(account: Account, organisation: Organisation, role: Role) -> Iterator[Act]:
    """Run an act in the name of an account, as `identity.guard.act_now` does for a visitor."""
    account_id = account.id
    with acting(Actor("account", account.ref, role.value, organisation.ref)) as act:
        act.account_id = account_id
        yield act


def as_officer(people: People) -> Any:
    """Return an act of the authority's officer."""
    return acting_as(people.officer, people.authority, Role.OFFICER)


def as_approver(people: People) -> Any:
    """Return an act of the authority's approver."""
    return acting_as(people.approver, people.authority, Role.APPROVER)


def store_pdf(people: People, data: bytes = PDF) -> Stored:
    """Put a small PDF into the store, as an upload does before its act."""
    stored: Stored = people.app.extensions["store"].put([data], most=1 << 20)
    return stored


def a_tender(
    people: People,
    clock: FixedClock,
    *,
    open: bool = True,
    lots: int = 1,
    method: str = "weighted_points",
    closes_in: timedelta = timedelta(hours=1),
    documents: int = 1,
    **more: Any,
) -> Tender:
    """Return a tender under the demonstration rule set, open by default, else a complete draft.

    `more` replaces fields of the form (`a_form`).
    """
    form = a_form(clock.now() + closes_in, lots=lots, method=method, **more)
    files = [store_pdf(people) for _ in range(documents)]
    with as_officer(people) as act:
        tender = operations.create(act, authority=people.authority, account=people.officer, data=form)
        for number, stored in enumerate(files, start=1):
            operations.add_document(
                act, tender, f"招标文件 {number}", f"tender-{number}.pdf", "application/pdf", stored
            )
        ref = tender.ref
    if open:
        publish(people, ref)
    return queries.by_ref(ref)


def publish(people: People, ref: str) -> Tender:
    """Submit a draft as its officer and publish it as the approver."""
    with as_officer(people) as act:
        operations.submit(act, queries.by_ref(ref))
    prepared = operations.prepare_publication(queries.by_ref(ref))
    with as_approver(people) as act:
        operations.publish(act, queries.by_ref(ref), prepared)
    return queries.by_ref(ref)
