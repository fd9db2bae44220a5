"""OCDS 1.1 of the plan: a notice of intention as the planning section of a release, and such a release as a project.

Out from the signed notice and nothing else; in as the form of a draft (`drafting.project`) with what had no place in
it. The mapping is described in ``docs/formats/ocds.md``. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from foundation import ocds
from foundation.errors import Refusal
from foundation.ocds_reader import Node
from foundation.reader import Problem
from procurement.plan.drafting import CATEGORIES, SCHEME

Address = Callable[..., str]
CURRENCY = "CNY"
# Of the standard's methods those that one procedure of the house stands for; "limited" has several.
_PROCEDURES = {"open": "open", "selective": "selective", "direct": "single_source"}
_TENDER = frozenset(
    {"id", "title", "description", "mainProcurementCategory", "status", "value", "procurementMethod", "tenderPeriod"}
    | {"items", "procuringEntity", "x_sunseal"}
)
_PLANNING = frozenset({"rationale", "budget", "x_sunseal"})


def planning_of(notice: Mapping[str, Any], address: Address) -> dict[str, Any]:
    """Return the section ``planning`` that a notice of intention gives (``docs/formats/notice.md``)."""
    plan = notice["plan"]
    milestones = []
    if plan.get("begins"):
        milestones.append(
            {
                "id": "begins",
                "title": "预计采购月份",
                "type": "preProcurement",
                "dueDate": _first_moment(notice),
                "status": "scheduled",
            }
        )
    if notice.get("period"):
        milestones.append(
            {
                "id": "intention",
                "title": "采购意向公开期满",
                "type": "preProcurement",
                "dueDate": notice["period"]["ends_at"],
                "status": "scheduled",
            }
        )
    return {
        "budget": {
            "amount": ocds.value(plan["budget"], plan["currency"]),
            "project": plan["title"],
            "projectID": plan["ref"],
        },
        **({"rationale": plan["need"]} if plan["need"] else {}),
        "documents": [
            ocds.document(
                notice["ref"],
                "plannedProcurementNotice",
                plan["title"],
                address("portal.notice", ref=notice["ref"]),
                format="text/html",
                datePublished=notice["issued_at"],
            )
        ],
        **({"milestones": milestones} if milestones else {}),
        "x_sunseal": {"smeShare": plan["sme_share"], "procedure": plan["procedure"]},
    }


def tender_of(notice: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return the planned tender of a notice of intention; `method` is the standard's word for its procedure."""
    plan = notice["plan"]
    item: dict[str, Any] = {"id": "1", "description": plan["title"]}
    if plan["quantity"]:
        item["quantity"] = ocds.number(plan["quantity"])
    if plan["unit"]:
        item["unit"] = {"name": plan["unit"]}
    if plan.get("classification"):
        item["classification"] = dict(plan["classification"])
    return {
        "id": plan["ref"],
        "title": plan["title"],
        "status": "planned",
        "mainProcurementCategory": plan["category"],
        "procurementMethod": method,
        "value": ocds.value(plan["budget"], plan["currency"]),
        "items": [item],
        **({"tenderPeriod": {"startDate": _first_moment(notice)}} if plan.get("begins") else {}),
        "x_sunseal": {"ruleSet": notice["rule_set"]["id"]},
    }


def is_planning(release: Mapping[str, Any]) -> bool:
    """Tell whether a release speaks of a plan and not yet of a tender."""
    tender = release.get("tender")
    status = tender.get("status") if isinstance(tender, Mapping) else None
    tags = release.get("tag")
    if isinstance(tags, list) and any(one in ("planning", "planningUpdate") for one in tags):
        return "tender" not in tags
    return "planning" in release and status in (None, "planning", "planned")


def from_release(release: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the form of a project, and pointers to what the release says that has no place in it.

    Raises `Refusal` ``plan.invalid`` with every field that is not what OCDS says it is.
    """
    problems: list[Problem] = []
    planning = Node(release.get("planning"), "/planning", problems)
    tender = Node(release.get("tender"), "/tender", problems)
    budget, ours = planning.node("budget"), planning.node("x_sunseal")
    left = [*planning.unread(_PLANNING), *tender.unread(_TENDER)]
    left += budget.unread({"amount", "project", "projectID"})
    began = tender.node("tenderPeriod").moment("startDate")
    dated = began or Node(release, "", problems).moment("date")
    words = [planning.text("rationale") or budget.text("description"), tender.text("description")]
    form: dict[str, Any] = {
        "title": (tender.text("title") or budget.text("project"))[:300],
        "need": "\n\n".join(dict.fromkeys(one for one in words if one))[:4000],
        "year": dated.year if dated is not None else 0,
        "category": _category(tender),
        "amount": _amount(tender, budget, left),
        "begins_on": date(began.year, began.month, 1) if began is not None else None,
        **_procedure(tender, ours, left),
        **_item(tender, left),
        **_reserve(ours),
    }
    if not form["year"]:
        problems.append(Problem("plan.year", "/tender/tenderPeriod/startDate"))
    if problems:
        raise Refusal("plan.invalid", reasons=tuple(problems), count=len(problems))
    return form, left


def _first_moment(notice: Mapping[str, Any]) -> str:
    """Return the first moment of the month in which it begins, in the time zone of the notice."""
    return f"{notice['plan']['begins']}-01T00:00:00{notice['issued_at'][19:]}"


def _category(tender: Node) -> str:
    found = tender.text("mainProcurementCategory") or "goods"
    if found not in CATEGORIES:
        tender.refuse("mainProcurementCategory", f"one of {', '.join(CATEGORIES)}")
    return found


def _amount(tender: Node, budget: Node, left: list[str]) -> int:
    """Return whole fen; the plan counts in one currency, so an amount in another is told and not taken."""
    for node in (tender.node("value"), budget.node("amount")):
        fen = node.fen("amount")
        if fen and (node.text("currency") or CURRENCY) == CURRENCY:
            return fen
        if fen:
            left.append(node.at)
    return 0


def _procedure(tender: Node, ours: Node, left: list[str]) -> dict[str, str]:
    rules = tender.node("x_sunseal").text("ruleSet")
    method = tender.text("procurementMethod")
    found = ours.text("procedure") or _PROCEDURES.get(method, "")
    if method and not found:
        left.append(f"{tender.at}/procurementMethod")
    return {"procedure": found or "open", **({"rule_set_id": rules} if rules else {})}


def _item(tender: Node, left: list[str]) -> dict[str, str]:
    items = tender.nodes("items")
    left += [one.at for one in items[1:]]
    if not items:
        return {}
    kind, quantity = items[0].node("classification"), items[0].number("quantity")
    is_ours = kind.text("scheme") == SCHEME
    if kind.text("id") and not is_ours:
        left.append(kind.at)
    return {
        "quantity": f"{quantity.normalize():f}" if quantity else "",
        "unit": items[0].node("unit").text("name")[:40],
        "classification": kind.text("id") if is_ours else "",
    }


def _reserve(ours: Node) -> dict[str, str]:
    share = ours.text("smeShare")
    if share in ("", "0"):
        return {}
    return {"sme_reserve": "whole"} if share == "100" else {"sme_reserve": "part", "sme_share": share}
