"""What the notices about a framework agreement say: its result, the end of a member, the summary. Pure.

The format is ``docs/formats/notice.md``, kinds ``agreement``, ``termination`` and ``agreement_summary``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any


def member_of(rank: int, letter: str, party: Mapping[str, str], prices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a member as the notice names it; its unit prices are the ceilings of all call-offs."""
    return {
        "rank": rank,
        "bid": letter,
        "ref": party["ref"],
        "name": party["name"],
        "number": party["number"],
        "address": party["address"],
        "items": [dict(one) for one in prices],
    }


def prices_of(offer: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the unit prices of an opened offer beside what the tender notice says of each item."""
    known = {one["item"]: one for one in items}
    return [
        {
            "item": one["item"],
            "title": known.get(one["item"], {}).get("title", one["item"]),
            "unit": known.get(one["item"], {}).get("unit", ""),
            "brand": one.get("brand") or "",
            "model": one.get("model") or "",
            "spec": one.get("spec") or known.get(one["item"], {}).get("spec", ""),
            "unit_price": one["unit_price"],
        }
        for one in offer.get("items") or []
    ]


def content(
    *,
    head: Mapping[str, Any],
    ref: str,
    title: str,
    tender: Mapping[str, Any],
    lot: Mapping[str, Any],
    currency: str,
    starts_on: date,
    ends_on: date,
    ways: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
    not_selected: Sequence[Mapping[str, Any]],
    experts: Sequence[Mapping[str, str]],
    panel: Sequence[Mapping[str, Any]],
    evaluation_sha256: str,
    selection: Mapping[str, Any],
    challenge: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the content of the notice ``agreement`` (入围结果公告). `ways` are ``{"id", "name"}``."""
    return {
        **head,
        "agreement": {
            "ref": ref,
            "title": title,
            "tender": dict(tender),
            "lot": dict(lot),
            "currency": currency,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
            "ways": [dict(one) for one in ways],
            "members": [dict(one) for one in members],
            "not_selected": [dict(one) for one in not_selected],
            "experts": [dict(one) for one in experts],
            "panel": [dict(one) for one in panel],
            "evaluation": {"sha256": evaluation_sha256},
            "selection": dict(selection),
            "challenge": dict(challenge),
        },
    }


def lacking(said: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    """Return the keys of the rule ``notice.agreement_contents`` that a content does not fulfil, in its order."""
    issuer, agreement = said["issuer"], said["agreement"]
    there = {
        "buyer": bool(issuer["name"] and issuer["address"]),
        "contact": bool(issuer["contact"] or issuer["phone"]),
        "title": bool(agreement["title"]),
        "suppliers": bool(agreement["members"]) and all(one["address"] for one in agreement["members"]),
        "ceiling_prices": all(one["items"] for one in agreement["members"]),
        "second_stage": bool(agreement["ways"]),
        "period": bool(agreement["starts_on"] and agreement["ends_on"]),
        "experts": bool(agreement["experts"]),
    }
    return [name for name in wanted if not there.get(name, True)]


def ended_member(
    *, head: Mapping[str, Any], ref: str, title: str, member: Mapping[str, Any], reason: str
) -> dict[str, Any]:
    """Return the content of the notice ``termination`` that ends one member's place."""
    return {**head, "agreement": {"ref": ref, "title": title}, "member": dict(member), "reason": reason}


def summary(
    *,
    head: Mapping[str, Any],
    ref: str,
    title: str,
    starts_on: date,
    ends_on: date,
    calls: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the content of the notice ``agreement_summary``: every call-off with its award, or how it ended."""
    return {
        **head,
        "agreement": {
            "ref": ref,
            "title": title,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
        },
        "calls": [dict(one) for one in calls],
    }
