"""The evaluation as a document: notice, opened offers and signed sheets in the format ``sunseal-evaluation/1``.

Everything that goes in is frozen by then, so the heavy work runs before the act; the act compares the fingerprint of
what was read with what is there under its lock, and begins anew only where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app

from bidding.box import queries as box
from bidding.box.models import Bid
from foundation.canonical import canonical, digest
from foundation.errors import HouseFault
from foundation.money import to_text
from procurement.evaluation import queries
from procurement.evaluation.marks import sheet_value
from procurement.evaluation.models import SignOff
from procurement.evaluation.preferences import SMALL, Preference, preferences
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.rules.ruleset import RuleSet
from procurement.scoring.method import FORMAT, QUALIFICATION, EvaluationRefused
from procurement.scoring.ranking import evaluate
from procurement.tender import queries as tenders
from procurement.tender.content import local_text
from procurement.tender.models import Lot

UNOPENABLE = "The envelope could not be opened"

Check = Callable[[Bid, RuleSet], dict[str, str] | None]
_FURTHER: list[Check] = []


def also(check: Check) -> Check:
    """Let a room above say why an opened bid does not count: ``{"rule", "reason", "article"}``, None where it counts.

    A framework agreement says so of offers above the agreed price. May be used as a decorator.
    """
    if check not in _FURTHER:
        _FURTHER.append(check)
    return check


@dataclass(frozen=True)
class Prepared:
    """An evaluation computed outside the act: the fingerprint of its inputs, and the document with its result."""

    fingerprint: str
    document: dict[str, Any]


def prepare(lot: Lot) -> Prepared:
    """Compute the evaluation of a lot that everyone on the panel has signed."""
    return Prepared(fingerprint(lot), document_of(lot))


def fingerprint(lot: Lot) -> str:
    """Return a digest over what decides and could still change: who sits, what was signed, which bids count."""
    members, rules = panel.members(lot.tender), panel.rule_set(lot.tender)
    signed = queries.sign_offs(lot, members)
    bids = box.bids_of_lot_after_opening(lot)
    return digest(
        canonical(
            {
                "lot": f"{lot.tender.ref}/{lot.number}",
                "notice": lot.tender.notice_ref,
                "seats": [[one.number, signed[one.id].sheets_sha256 if one.id in signed else ""] for one in members],
                "bids": [[bid.ref, bid.state, bid.letter] for bid in bids],
                "invalid": [_invalidity(bid, rules) for bid in bids],
            }
        )
    )


def document_of(lot: Lot) -> dict[str, Any]:
    """Return the document with its result. Raises `HouseFault` where the inputs do not give one."""
    tender, terms = lot.tender, queries.terms_of(lot)
    content = tenders.notice_content(tender)
    members = panel.members(tender)
    signed = queries.sign_offs(lot, members)
    bids = queries.bids_to_judge(lot, terms)
    opening = box.opening_of(lot)
    source = opening.notice_ref if opening is not None else None
    ceiling = queries.ceiling_of(terms)
    rules = panel.rule_set(tender)
    document: dict[str, Any] = {
        "format": FORMAT,
        "tender": tender.ref,
        "lot": lot.number,
        "title": terms["title"],
        "currency": content["tender"]["currency"],
        "method": terms["method"],
        "criteria": terms["criteria"],
        "experts": [_expert(one, signed[one.id], lot, bids) for one in members],
        "bids": _bids(lot, terms, rules, source),
        "notice": content["ref"],
        "rule_set": content["rule_set"]["id"],
        "evaluated_at": _local(_evaluated_at(lot, [one.signed_at for one in signed.values()])),
        **({"ceiling": to_text(ceiling)} if ceiling is not None else {}),
    }
    try:
        return {**document, "result": evaluate(document)}
    except EvaluationRefused as refused:
        raise HouseFault(f"The evaluation of {tender.ref}/{lot.number} cannot be computed: {refused}") from refused


def _evaluated_at(lot: Lot, signed: Sequence[datetime]) -> datetime:
    """Return the moment of the last signature; where nobody has to judge, that of the opening record."""
    opening = box.opening_of(lot)
    if signed or opening is None or opening.recorded_at is None:
        return max(signed)
    return opening.recorded_at


def _expert(member: PanelMember, signed: SignOff, lot: Lot, bids: Sequence[Bid]) -> dict[str, Any]:
    sheets = queries.sheets_of(member, lot)
    number = {one.id: one.number for one in panel.seats(lot.tender)}
    return {
        "expert": f"E{member.number}",
        "name": member.account.name or f"E{member.number}",
        "role": member.capacity,
        "signed_at": _local(signed.signed_at),
        "sheets": [sheet_value(bid.letter, queries.marks_of(sheets.get(bid.id))) for bid in bids],
        # With these salts the entries `panel.assign` and `evaluation.sign_off` of the trail can be opened.
        "x_account": {"ref": member.account.ref, "salt": member.salt},
        "x_sign_off": {"entry": signed.entry_index, "sha256": signed.sheets_sha256, "salt": signed.salt},
        **({"replaces": f"E{number[member.replaces_id]}"} if member.replaces_id is not None else {}),
    }


def _bids(lot: Lot, terms: dict[str, Any], rules: RuleSet, source: str | None) -> list[dict[str, Any]]:
    found, shut = [], 0
    favours = _preferences(lot, terms, rules)
    for bid in box.bids_of_lot_after_opening(lot):
        supplier = _supplier(bid)
        favoured = favours.get(bid.letter, Preference())
        if bid.state != "opened":
            shut += 1
            invalid = {"rule": bid.cause or "bid.invalid", "reason": UNOPENABLE}
            found.append({"bid": f"X{shut}", "supplier": supplier, "invalid": invalid})
            continue
        one: dict[str, Any] = {"bid": bid.letter, "supplier": supplier}
        if terms.get("priced", True) and terms["method"]["id"] != QUALIFICATION:
            assert bid.price is not None, "An opened bid has a price."
            one |= {"price": to_text(bid.price), "deductions": _deductions(bid, terms, rules) or favoured.deductions}
            if favoured.refused:
                one["x_not_deducted"] = favoured.refused
        why = _invalidity(bid, rules) or favoured.invalid
        if why is not None:
            one["invalid"] = why
        values = queries.values(terms, bid)
        if values:
            one["values"] = values
        if source:
            one["source"] = f"{source} {bid.letter}"
        found.append(one)
    return found


def _preferences(lot: Lot, terms: dict[str, Any], rules: RuleSet) -> dict[str, Preference]:
    """Return what the tender's policies make of the opened bids, by letter."""
    content = tenders.notice_content(lot.tender)
    offers = {bid.letter: bid.offer or {} for bid in box.opened_bids(lot)}
    issued_on = date.fromisoformat(content["issued_at"][:10])
    return preferences(offers, tender=content["tender"], lot=terms, rules=rules, on=issued_on)


def _invalidity(bid: Bid, rules: RuleSet) -> dict[str, str] | None:
    found = [said for said in (check(bid, rules) for check in _FURTHER) if said is not None]
    return found[0] if found else None


def _supplier(bid: Bid) -> dict[str, str]:
    named = (bid.offer or {}).get("supplier") or {}
    organisation = bid.supplier
    name = named.get("name") or (organisation.name if organisation is not None else "")
    number = named.get("number") or (organisation.number if organisation is not None else "")
    return {key: value for key, value in (("name", name), ("number", number)) if value}


def _deductions(bid: Bid, terms: dict[str, Any], rules: RuleSet) -> list[dict[str, str]]:
    """Return the deduction of a tender from before there were policies, whose method names a rate for small bidders."""
    rate = terms["method"].get("x_sme_rate")
    size = ((bid.offer or {}).get("declarations") or {}).get("enterprise_size")
    if not rate or size not in SMALL or "policy.sme_deduction" not in rules:
        return []
    rule = rules.rule("policy.sme_deduction")
    if Decimal(rate) not in rule.range:
        return []
    return [{"rule": rule.id, "rate": rate, "article": rule.article}]


def _local(moment: Any) -> str:
    return local_text(moment, current_app.config["SETTINGS"].time_zone) or ""
