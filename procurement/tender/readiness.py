"""All that stands in the way of publishing a tender, at once, each with article, remedy and earliest lawful time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from procurement.rules.calendar import china
from procurement.rules.counting import Counted, due_on, earliest_deadline
from procurement.rules.findings import Finding, finding
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text
from procurement.scoring.method import FORMULA, LOWEST_PRICE, POINTS, PRICE, REQUIREMENT
from procurement.tender import criteria, lint, planned, policies, procedures, terms
from procurement.tender.law import rule_set_of
from procurement.tender.models import Criterion, Lot, Tender

__all__ = ["earliest", "issues", "rule_set_of"]

Look = Callable[[Tender, RuleSet, datetime], Iterable[Finding]]

_CONTENTS, _NOTICE = "tender.contents", "notice.tender_contents"
_MIN_PERIOD, _DOCUMENT_PERIOD = "tender.min_period", "tender.document_period"
_FURTHER: list[Look] = []


def also(look: Look) -> Look:
    """Let a room above look at drafts too, as framework agreements do at their call-offs. May be a decorator."""
    if look not in _FURTHER:
        _FURTHER.append(look)
    return look


def earliest(tender: Tender, now: datetime) -> Counted | None:
    """Return the earliest lawful deadline if it were published now, and how it was counted; None where none is set."""
    ruleset = rule_set_of(tender)
    return earliest_deadline(now, ruleset) if _MIN_PERIOD in ruleset else None


def issues(tender: Tender, now: datetime) -> list[Finding]:
    """Return every finding, those that block first; an empty list means that the tender may be published."""
    ruleset = rule_set_of(tender)
    found = [*_kind(tender, ruleset), *_contents(tender, ruleset), *_lots(tender, ruleset)]
    found += [*_times(tender, ruleset, now), *_money(tender, ruleset)]
    # A stage that is judged by its requirements announces how the award will be judged.
    found += _criteria(tender, procedures.judging(tender, ruleset))
    ours = (procedures.findings, criteria.findings, policies.findings, terms.findings, planned.findings, lint.findings)
    for look in (*ours, *_FURTHER):
        found += look(tender, ruleset, now)
    return sorted(found, key=lambda one: not one.blocks)


def _kind(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    if tender.category not in ruleset.kinds:
        yield finding(ruleset.rule("procedure.kinds"), "/category", kind=_category(tender.category))
    if tender.currency != ruleset.currency:
        yield _lacks(ruleset, "/currency", _in_currency(tender.currency, ruleset.currency))
    method, allowed = tender.method.get("id", ""), procedures.judging(tender, ruleset).rule("method.allowed")
    if not isinstance(allowed.value, tuple) or method not in allowed.value:
        yield finding(allowed, "/method/id", method=method)


def _contents(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    authority = tender.authority
    held: dict[str, tuple[str, bool]] = {
        "title": ("/title", bool(tender.title)),
        "lots": ("/lots", bool(tender.lots)),
        "budget": ("/budget", tender.budget > 0),
        "requirement": ("/description", bool(tender.description)),
        "qualifications": ("/qualifications", bool(tender.qualifications)),
        "criteria": ("/criteria", bool(tender.criteria)),
        "method": ("/method/id", bool(tender.method)),
        # The tender document is made from the draft itself where the rule set knows its parts.
        "documents": ("/documents", bool(tender.documents) or "document.contents" in ruleset),
        "deadline": ("/closes_at", tender.closes_at is not None),
    }
    for name, (pointer, given) in held.items():
        if not given:
            yield _lacks(ruleset, pointer, name)
    for name, (pointer, given) in {
        "buyer": ("/authority", bool(authority.name and authority.address)),
        "contact": (
            "/contact",
            bool((tender.contact or authority.contact) and (tender.phone or authority.phone)),
        ),
    }.items():
        if not given:
            yield _lacks(ruleset, pointer, name, _NOTICE)


def _lots(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    for index, lot in enumerate(tender.lots):
        at = f"/lots/{index}"
        if not lot.title:
            yield _lacks(ruleset, f"{at}/title", "title")
        if lot.ceiling <= 0:
            yield _lacks(ruleset, f"{at}/ceiling", "ceiling")
        if not lot.items:
            yield _lacks(ruleset, f"{at}/items", "items")
        for place, item in enumerate(lot.items):
            for name in ("title", "quantity", "unit"):
                if not getattr(item, name):
                    yield _lacks(ruleset, f"{at}/items/{place}/{name}", "items")


def _times(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    deadline = tender.closes_at
    if deadline is None:
        return
    if deadline <= now:
        yield finding(ruleset.rule("tender.deadline_ahead"), "/closes_at", deadline=deadline)
    if _MIN_PERIOD in ruleset and deadline < (first := earliest_deadline(now, ruleset).ends_at):
        yield finding(ruleset.rule(_MIN_PERIOD), "/closes_at", deadline=deadline, earliest=first)
    # Documents are open to everyone from publication until the deadline, and stay so afterwards.
    if _DOCUMENT_PERIOD in ruleset:
        rule = ruleset.rule(_DOCUMENT_PERIOD)
        available = due_on(rule, now).ends_at
        if deadline < available:
            yield finding(rule, "/closes_at", until=deadline, earliest=available)
    rule = ruleset.rule("tender.deadline_workday")
    if not china().is_workday(deadline.astimezone(rule.zone).date()):
        yield finding(rule, "/closes_at", deadline=deadline)


def _money(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    if tender.budget <= 0:
        return
    budget = _yuan(tender.budget)
    for index, lot in enumerate(tender.lots):
        if lot.ceiling > tender.budget:
            rule = ruleset.rule("tender.ceiling_within_budget")
            yield finding(rule, f"/lots/{index}/ceiling", ceiling=_yuan(lot.ceiling), budget=budget)
    total = sum(lot.ceiling for lot in tender.lots)
    if len(tender.lots) > 1 and total > tender.budget:
        yield finding(ruleset.rule("tender.lot_ceilings"), "/lots", total=_yuan(total), budget=budget)


def _criteria(tender: Tender, ruleset: RuleSet) -> Iterator[Finding]:
    if not tender.criteria:
        return
    lots = tuple(lot.number for lot in tender.lots) or ("1",)
    lowest = tender.method.get("id") == LOWEST_PRICE
    kinds = Counter(one.kind for one in tender.criteria)
    scored = [one for one in tender.criteria if one.kind != REQUIREMENT]
    points = tuple(one.title or one.code for one in tender.criteria if one.kind in (POINTS, FORMULA))
    if lowest and points:
        yield finding(ruleset.rule("method.lowest_without_points"), "/criteria", criteria=points)
    if "criteria.single_price" in ruleset and (kinds[PRICE] > 1 or (not lowest and kinds[PRICE] == 0)):
        yield finding(ruleset.rule("criteria.single_price"), "/criteria", lot=lots, count=kinds[PRICE])
    weights = sum((Decimal(one.weight) for one in scored), Decimal(0))
    if "criteria.weights_sum" in ruleset and scored and weights != 100 and not (lowest and points):
        yield finding(ruleset.rule("criteria.weights_sum"), "/criteria", lot=lots, sum=_plain(weights))
    for index, one in enumerate(tender.criteria):
        yield from _criterion(one, f"/criteria/{index}", ruleset)
        floor = f"criteria.price_floor_{tender.category}"
        if one.kind == PRICE and not lowest and floor in ruleset:
            rule = ruleset.rule(floor)
            weight = Decimal(one.weight)
            if isinstance(rule.value, Decimal) and weight < rule.value:
                yield finding(rule, f"/criteria/{index}/weight", lot=lots, weight=_plain(weight))
        most = f"criteria.price_ceiling_{tender.category}"
        if one.kind == PRICE and not lowest and most in ruleset and Decimal(one.weight) > ruleset.rule(most).decimal:
            weight = _plain(Decimal(one.weight))
            yield finding(ruleset.rule(most), f"/criteria/{index}/weight", lot=lots, weight=weight)
    yield from _substantive(tender.lots, ruleset)


def _criterion(one: Criterion, at: str, ruleset: RuleSet) -> Iterator[Finding]:
    name = one.title or one.code
    if not one.title or (one.kind == REQUIREMENT and not one.guidance):
        place = "guidance" if one.title else "title"
        yield finding(ruleset.rule("criteria.has_words"), f"{at}/{place}", criterion=name)
    if one.kind == POINTS and not one.guidance and not one.bands:
        yield finding(ruleset.rule("criteria.quantified"), f"{at}/guidance", criterion=name)
    if one.kind != REQUIREMENT and Decimal(one.weight) <= 0:
        rule = ruleset.rule("criteria.weight_positive")
        yield finding(rule, f"{at}/weight", criterion=name, weight=_plain(Decimal(one.weight)))


def _substantive(lots: list[Lot], ruleset: RuleSet) -> Iterator[Finding]:
    """A line marked ★ without words would exclude bids by nothing that anyone can read."""
    for index, lot in enumerate(lots):
        for place, item in enumerate(lot.items):
            if item.is_substantive and not item.spec:
                rule = ruleset.rule("criteria.has_words")
                yield finding(rule, f"/lots/{index}/items/{place}/spec", criterion=item.title or item.number)


def _lacks(ruleset: RuleSet, pointer: str, missing: str | Text, rule_id: str = _CONTENTS) -> Finding:
    rule: Rule = ruleset.rule(rule_id)
    words: Any = rule.label_text(missing) if isinstance(missing, str) else missing
    return finding(rule, pointer, missing=(words,))


def _in_currency(given: str, wanted: str) -> Text:
    return Text(
        f"以{wanted}计的预算和最高限价（现为{given}）",
        f"以{wanted}計的預算和最高限價（現為{given}）",
        f"budget and ceilings in {wanted} (they are in {given})",
    )


def _category(kind: str) -> Any:
    words = {
        "goods": Text("货物", "貨物", "goods"),
        "services": Text("服务", "服務", "services"),
        "works": Text("工程", "工程", "works"),
    }
    return words.get(kind, kind)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100 + Decimal("0.00")


def _plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros, so that 30.0 is told as 30."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
