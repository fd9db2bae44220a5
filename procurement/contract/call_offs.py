"""Call-offs: an order under a framework agreement becomes the draft of an invited tender and runs to a signed award.

Direct selection names a member with a reason, a second price round asks all members, a rotation asks the one whose turn
it is. What the agreement allows is looked at three times: when the call-off is made, when its draft is published
(`findings`), and when its bids are judged (`invalidity`), because drafts are edited, members end and time passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bidding.box.models import Bid
from foundation.errors import Refusal
from identity.models import Organisation
from procurement.award.parts import reason_of
from procurement.contract import framework, queries
from procurement.contract.models import Agreement, AgreementMember, CallOff
from procurement.contract.operations import subject_of
from procurement.evaluation import completion
from procurement.rules.findings import Finding, finding
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.scoring.method import LOWEST_PRICE, PRICE
from procurement.tender import content, readiness, stages
from procurement.tender import operations as tenders
from procurement.tender.models import Tender
from procurement.tender.ownership import demand_member
from supervision.trail.act import Act

DIRECT, SECOND_PRICE, ROTATION = "direct", "second_price", "rotation"
PERIOD, MEMBERS, ITEMS, PRICES = (
    "framework.call_period",
    "framework.call_members",
    "framework.call_items",
    "framework.call_prices",
)
LEAST_ASKED = "invitees.min"
# A call-off is judged by its price alone; what members must be able to do was judged at the admission.
_CRITERION = {"code": "C1", "kind": PRICE, "title": "价格", "guidance": "报价最低者成交。", "weight": "100"}
_MOST_QUANTITY = Decimal(10) ** 12


def call_off(
    act: Act,
    agreement: Agreement,
    *,
    way: str,
    quantities: Mapping[str, str],
    closes_at: datetime | None = None,
    reason: str = "",
    member: AgreementMember | None = None,
) -> CallOff:
    """Begin the draft of a call-off: `quantities` by item number, `member` for a direct selection.

    Refuses 409 ``agreement.not_in_force``, ``call_off.member_ended``, ``call_off.wrong_turn``,
    ``call_off.nobody_left``, ``call_off.too_few_members``; 422 ``call_off.way_not_agreed``,
    ``call_off.member_missing``, ``call_off.reason_missing``, ``call_off.no_items``, ``call_off.unknown_item``,
    ``call_off.quantity``.
    """
    demand_member(act, agreement.authority)
    if not queries.is_in_force(agreement, queries.today(act.now)):
        begins, ends = agreement.starts_on.isoformat(), agreement.ends_on.isoformat()
        raise Refusal("agreement.not_in_force", 409, starts_on=begins, ends_on=ends)
    if way not in agreement.ways:
        raise Refusal("call_off.way_not_agreed", way=way)
    said = reason_of(reason)
    asked, position = _asked(agreement, way, member, said)
    wanted = _quantities(agreement, quantities)
    lot = agreement.lot
    invitees: list[Organisation] = [one.organisation for one in asked]
    later = stages.follow_up(
        act, lot.tender, stage=way, invitees=invitees, closes_at=closes_at, lots=[lot.number]
    )
    _narrow(act, agreement, later, wanted)
    made = CallOff(
        agreement_id=agreement.id, tender_id=later.id, way=way, position=position, reason=said, made_at=act.now
    )
    act.session.add(made)
    # Neither who is asked nor why: until the opening that is between the authority and whom it asks.
    act.record("agreement.call_off", subject_of(agreement), {"tender": later.ref, "way": way})
    act.session.flush()
    act.session.expire(agreement, ["call_offs"])
    return made


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the draft of a call-off asks for that its agreement does not give."""
    # A call-off is a tender of its own from the act that makes it, so a form that was never kept is none.
    found = queries.call_off_of(tender) if tender.id is not None else None
    if found is None:
        return
    agreement = found.agreement
    days = [queries.today(moment) for moment in (now, tender.closes_at) if moment is not None]
    if PERIOD in ruleset and not all(queries.is_in_force(agreement, day) for day in days):
        yield finding(ruleset.rule(PERIOD), "/closes_at", agreement=agreement.ref, ends_on=agreement.ends_on)
    inside = {one.organisation_id for one in queries.listed(agreement)}
    for one in tender.invitees:
        if MEMBERS in ruleset and one.organisation_id not in inside:
            yield finding(ruleset.rule(MEMBERS), "/invitees", supplier=one.organisation.name)
    allowed = framework.highest([one.prices for one in queries.listed(agreement)])
    for index, lot in enumerate(tender.lots):
        unknown = [item for item in lot.items if item.number not in allowed]
        if ITEMS in ruleset:
            for item in unknown:
                place = f"/lots/{index}/items/{lot.items.index(item)}/title"
                yield finding(ruleset.rule(ITEMS), place, item=item.title or item.number)
        known = {item.number: item.quantity for item in lot.items if item.quantity and item.number in allowed}
        most = framework.amount(known, allowed)
        if PRICES in ruleset and not unknown and lot.ceiling > most:
            facts = {"item": lot.title or lot.number, "price": _yuan(lot.ceiling), "ceiling": _yuan(most)}
            yield finding(ruleset.rule(PRICES), f"/lots/{index}/ceiling", **facts)


def invalidity(bid: Bid, ruleset: RuleSet) -> dict[str, str] | None:
    """Return why a bid of a call-off does not count: its bidder is not in the agreement, or asks more than agreed."""
    found = queries.call_off_of(bid.lot.tender)
    if found is None:
        return None
    agreement = found.agreement
    member = next((one for one in agreement.members if one.organisation_id == bid.supplier_id), None)
    if member is None or member.state != queries.LISTED:
        return _because(ruleset.rule(MEMBERS), supplier=bid.supplier.name if bid.supplier is not None else bid.letter)
    titles = {one["item"]: one["title"] for one in member.prices}
    over = framework.above((bid.offer or {}).get("items") or [], framework.ceilings(member.prices))
    if over:
        first = over[0]
        facts = {"item": titles.get(first.item, first.item), "price": first.price, "ceiling": first.ceiling}
        return _because(ruleset.rule(PRICES), **facts)
    return None


def _asked(
    agreement: Agreement, way: str, member: AgreementMember | None, reason: str
) -> tuple[Sequence[AgreementMember], int | None]:
    inside = queries.listed(agreement)
    if not inside:
        raise Refusal("call_off.nobody_left", 409)
    if member is not None and member.agreement_id != agreement.id:
        raise Refusal("agreement.no_such_member", 404)
    if member is not None and member.state != queries.LISTED:
        raise Refusal("call_off.member_ended", 409, name=member.organisation.name)
    if way == DIRECT:
        if member is None:
            raise Refusal("call_off.member_missing")
        if not reason:
            raise Refusal("call_off.reason_missing")
        return [member], None
    if way == ROTATION:
        turn = queries.next_in_turn(agreement)
        if turn is None:
            raise Refusal("call_off.nobody_left", 409)
        if member is not None and member.id != turn.id:
            raise Refusal("call_off.wrong_turn", 409, name=turn.organisation.name)
        return [turn], turn.position
    rules = queries.rule_set_of(agreement).under(agreement.lot.tender.procedure, way)
    if LEAST_ASKED in rules and len(inside) < rules.rule(LEAST_ASKED).whole:
        rule = rules.rule(LEAST_ASKED)
        raise Refusal("call_off.too_few_members", 409, least=rule.whole, article=rule.article)
    return inside, None


def _quantities(agreement: Agreement, given: Mapping[str, str]) -> dict[str, str]:
    known = {item.number for item in agreement.lot.items}
    found = {}
    for number, text in given.items():
        plain = text.strip().replace(",", "").replace("，", "")
        if not plain:
            continue
        if number not in known:
            raise Refusal("call_off.unknown_item", item=number)
        try:
            quantity = Decimal(plain)
        except InvalidOperation:
            raise Refusal("call_off.quantity", item=number) from None
        if not quantity.is_finite() or not 0 < quantity < _MOST_QUANTITY or plain != f"{quantity:f}":
            raise Refusal("call_off.quantity", item=number)
        found[number] = plain
    if not found:
        raise Refusal("call_off.no_items")
    return found


def _narrow(act: Act, agreement: Agreement, later: Tender, wanted: Mapping[str, str]) -> None:
    """Leave in the draft only what is called off, with the highest price that any member may ask."""
    allowed = framework.highest([one.prices for one in queries.listed(agreement)])
    most = framework.amount(wanted, allowed)
    form = content.form_of(later)
    lot = form["lots"][0]
    lot["items"] = [{**item, "quantity": wanted[item["number"]]} for item in lot["items"] if item["number"] in wanted]
    lot["ceiling"] = most
    form |= {
        "title": agreement.title,
        "budget": most,
        "lots": [lot],
        "criteria": [dict(_CRITERION)],
        "method": {"id": LOWEST_PRICE},
    }
    tenders.update(act, later, form)


def _because(rule: Rule, **facts: Any) -> dict[str, str]:
    return {"rule": rule.id, "reason": rule.sentence("zh_Hans", **facts), "article": rule.article}


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100 + Decimal("0.00")


# The rooms below ask nobody above: the agreement's rules are pushed down to where a call-off passes.
readiness.also(findings)
completion.also(invalidity)
