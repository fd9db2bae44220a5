"""What stands in the way of a panel: its composition as a whole, and each person who may not sit. All at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from identity import queries as identity
from identity.models import Account
from identity.rights import Role
from procurement.panel import queries
from procurement.panel.models import PanelMember
from procurement.rules.findings import Finding, blocking, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender

EXPERT, REPRESENTATIVE = "expert", "representative"
CAPACITIES = (EXPERT, REPRESENTATIVE)

_SUPERVISING = frozenset({Role.INSPECTOR.value, Role.AUDITOR.value})


def findings(tender: Tender, members: Sequence[PanelMember]) -> list[Finding]:
    """Return every rule of composition that the panel breaks: size, odd number, share of experts, draw."""
    return list(_composition(tender, members, queries.rule_set(tender)))


def is_complete(tender: Tender, members: Sequence[PanelMember]) -> bool:
    """Tell whether the panel may decide: nothing that blocks is found."""
    return not blocking(findings(tender, members))


def exclusions(tender: Tender, account: Account, capacity: str, now: datetime) -> list[Finding]:
    """Return every reason why this person may not sit on this panel in this capacity.

    Who bids is looked at only when every lot has passed its opening: before it nobody may know.
    """
    rules = queries.rule_set(tender)
    rule = rules.rule("panel.excluded")
    return [
        finding(rule, "/panel", name=account.name, reason=rule.label_text(reason))
        for reason in rule.items
        if reason in set(_reasons(tender, account, capacity, rules, now))
    ]


def is_of_this_tender(tender: Tender, account: Account) -> bool:
    """Tell whether the person drafted or submitted this tender, or is an approver of its authority."""
    if account.id in {tender.created_by_id, tender.submitted_by_id}:
        return True
    return any(
        one.organisation_id == tender.authority_id and one.role == Role.APPROVER
        for one in identity.memberships(account)
    )


def recusal_since(rules: RuleSet, now: datetime) -> datetime:
    """Return the moment from which relations with a bidder count (条例9)."""
    year = now.year - rules.rule("panel.recusal_years").whole
    try:
        return now.replace(year=year)
    except ValueError:
        return now.replace(year=year, day=28)


def _composition(tender: Tender, members: Sequence[PanelMember], rules: RuleSet) -> Iterator[Finding]:
    """A rule that the tender's stage does not have demands nothing (a single source purchase has no panel by law)."""
    count = len(members)
    experts = sum(one.capacity == EXPERT for one in members)
    large = "panel.large_budget" in rules and _yuan(tender) >= rules.rule("panel.large_budget").decimal
    size = "panel.large_min_size" if large else "panel.min_size"
    if size in rules and count < rules.rule(size).whole:
        yield finding(rules.rule(size), "/panel", count=count)
    if "panel.odd" in rules and rules.rule("panel.odd").is_on and count % 2 == 0:
        yield finding(rules.rule("panel.odd"), "/panel", count=count)
    if "panel.expert_share" in rules and count and Fraction(experts, count) < rules.rule("panel.expert_share").share:
        yield finding(rules.rule("panel.expert_share"), "/panel", count=count, experts=experts)
    if "panel.random_draw" in rules and rules.rule("panel.random_draw").is_on and experts:
        chosen = tuple(one.account.name for one in members if one.capacity == EXPERT)
        yield finding(rules.rule("panel.random_draw"), "/panel", name=chosen)


def _yuan(tender: Tender) -> Decimal:
    return Decimal(tender.budget) / 100


def _reasons(tender: Tender, account: Account, capacity: str, rules: RuleSet, now: datetime) -> Iterator[str]:
    places = identity.memberships(account)
    if any(one.role in _SUPERVISING for one in places):
        yield "finance_supervisor"
    if capacity == EXPERT and any(one.organisation_id == tender.authority_id for one in places):
        yield "buyer_as_expert"
    if queries.ties(account, queries.bidders(tender), recusal_since(rules, now)):
        yield "bidder_related"
    if any(one.account_id == account.id for one in queries.seats(tender)):
        yield "duplicate"
