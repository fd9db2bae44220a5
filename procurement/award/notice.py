"""What the award notice says (条例43, 87令69), and what it may not lack. Pure: plain values in, plain values out.

The format is ``docs/formats/notice.md``, kind ``award``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procurement.award import declared
from procurement.award.standing import Standing, standings
from procurement.rules.counting import Counted, Standstill
from procurement.rules.ruleset import RuleSet
from procurement.scoring.sentences import sentence


@dataclass(frozen=True)
class Party:
    """An organisation as a notice names it."""

    ref: str
    name: str
    number: str
    address: str
    contact: str
    phone: str

    def as_json(self) -> dict[str, str]:
        """Return the JSON form."""
        return {
            "ref": self.ref,
            "name": self.name,
            "number": self.number,
            "address": self.address,
            "contact": self.contact,
            "phone": self.phone,
        }


@dataclass(frozen=True)
class Winner:
    """Who wins: the party, what its declaration says, its opened offer (`sunseal-offer/2`) and its amount as text."""

    party: Party
    bid: str
    amount: str
    offer: Mapping[str, Any]

    @property
    def enterprise_size(self) -> str:
        """Return the size the bid itself declares; what was declared elsewhere does not count."""
        return str((self.offer.get("declarations") or {}).get("enterprise_size") or "")


def content(
    *,
    tender: Mapping[str, Any],
    lot: Mapping[str, Any],
    issuer: Party,
    winner: Winner,
    document: Mapping[str, Any],
    evaluation_sha256: str,
    experts: Sequence[Mapping[str, str]],
    panel: Sequence[Mapping[str, Any]],
    documents: Sequence[Mapping[str, str]],
    reason: str,
    ruleset: RuleSet,
    standstill: Standstill,
) -> dict[str, Any]:
    """Return the content of the award notice. `tender` and `lot` are those of the tender notice in force."""
    item_of = {one["item"]: one for one in lot["items"]}
    found = standings(document)
    return {
        "issuer": issuer.as_json(),
        "demonstration": ruleset.demonstration,
        "rule_set": {"id": ruleset.id, "digest": ruleset.digest()},
        "award": {
            "tender": {"ref": tender["ref"], "title": tender["title"], "category": tender["category"]},
            "lot": {"lot": lot["lot"], "title": lot["title"]},
            "currency": tender["currency"],
            "method": document["method"]["id"],
            "winner": {
                "ref": winner.party.ref,
                "bid": winner.bid,
                "name": winner.party.name,
                "number": winner.party.number,
                "address": winner.party.address,
                "amount": winner.amount,
                "enterprise_size": winner.enterprise_size,
                "items": [_item(line, item_of.get(line["item"], {})) for line in winner.offer.get("items") or []],
                **declared.published(
                    winner.offer, bid=winner.bid, tender=tender, lot=lot, document=document, rules=ruleset
                ),
            },
            "ranking": [_ranked(one, winner.bid) for one in found if one.is_ranked],
            "excluded": [
                {"bid": one.bid, "bidder": one.supplier, "reason": why_excluded(one, document, "zh-CN")}
                for one in found
                if not one.is_ranked
            ],
            "experts": [dict(one) for one in experts],
            # Every seat with its salt, so that the trail's digests about the panel can be opened by anyone.
            "panel": [dict(one) for one in panel],
            # The platform charges nobody, and no agency stands between.
            "fee": None,
            "reason": reason or None,
            "period": _period(standstill.notice),
            "standstill_ends_on": standstill.ends_on.isoformat(),
            "challenge": challenge_of(standstill, ruleset),
            "evaluation": {"sha256": evaluation_sha256},
            "documents": [dict(one) for one in documents],
        },
    }


def challenge_of(standstill: Standstill, ruleset: RuleSet) -> dict[str, Any]:
    """Return until when a decision can be challenged, with the article, as a notice says it."""
    return {
        **_period(standstill.challenge),
        "article": ruleset.rule("challenge.period").article,
        "estimate": standstill.estimate,
    }


def why_excluded(one: Standing, document: Mapping[str, Any], locale: str) -> str:
    """Return in words why a bid was not ranked; the experts' or the opening's own reason stands behind it."""
    titles = {each["criterion"]: each.get("title") or each["criterion"] for each in document["criteria"]}
    said = []
    for reason in one.reasons:
        facts = {"criterion": titles.get(reason.get("criterion"), reason.get("criterion") or "")}
        words = reason.get("reason") or sentence(reason["rule"], facts, locale)
        said.append(words if words.endswith(("。", ".")) else words + ("." if locale == "en" else "。"))
    return (" " if locale == "en" else "").join(said)


def lacking(said: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    """Return the keys of the rule ``notice.award_contents`` that a content does not fulfil, in the rule's order."""
    award, issuer = said["award"], said["issuer"]
    winner = award["winner"]
    there = {
        "buyer": all(issuer[name] for name in ("name", "address")) and bool(issuer["contact"] or issuer["phone"]),
        "title": bool(award["tender"]["ref"] and award["tender"]["title"]),
        "winner": bool(winner["name"] and winner["address"]),
        "amount": bool(winner["amount"]),
        "items": bool(winner["items"]),
        "experts": bool(award["experts"]),
        "notice_period": bool(award["period"]["ends_on"]),
        "documents": bool(award["documents"]),
        # Only who was favoured must have declared, inside the sealed offer, what it was favoured for.
        "declaration": declared.is_backed(winner, helped=_was_helped(award)),
    }
    return [name for name in wanted if not there.get(name, True)]


def _was_helped(award: Mapping[str, Any]) -> bool:
    return any(one["outcome"] == "won" and one["price"] != one["evaluated_price"] for one in award["ranking"])


def _item(line: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, str]:
    return {
        "item": line["item"],
        "title": wanted.get("title", line["item"]),
        "brand": line.get("brand") or "",
        "model": line.get("model") or "",
        "spec": line.get("spec") or wanted.get("spec", ""),
        "quantity": wanted.get("quantity", ""),
        "unit": wanted.get("unit", ""),
        "unit_price": line["unit_price"],
        "amount": line["amount"],
    }


def _ranked(one: Standing, winner: str) -> dict[str, Any]:
    return {
        "bid": one.bid,
        "rank": one.rank,
        "bidder": one.supplier,
        "price": one.price,
        "evaluated_price": one.evaluated_price,
        "total": one.total,
        "outcome": "won" if one.bid == winner else "lost",
    }


def _period(counted: Counted) -> dict[str, Any]:
    """Return a counted period; `workdays` stands only where the period is one, since a demonstration counts minutes."""
    found: dict[str, Any] = {
        "number": counted.number,
        "unit": counted.unit,
        "ends_on": counted.ends_on.isoformat(),
        "ends_at": _text(counted.ends_at),
    }
    if counted.unit == "workdays":
        found["workdays"] = counted.number
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
