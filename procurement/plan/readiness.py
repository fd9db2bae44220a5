"""All that stands in the way of a project, at once, each with article and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from procurement.plan import law, queries
from procurement.plan.models import Project
from procurement.rules.findings import Finding, finding
from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text

_KINDS = "procedure.kinds"
_CATEGORIES = {
    "goods": Text("货物", "貨物", "goods"),
    "services": Text("服务", "服務", "services"),
    "works": Text("工程", "工程", "works"),
}


def findings(project: Project, ruleset: RuleSet, now: datetime) -> list[Finding]:
    """Return every finding, those that block first; without one that blocks the project may be submitted.

    A rule that the set does not have demands nothing. `now` is the moment of the look.
    """
    found = [*_contents(project, ruleset), *_money(project, ruleset), *_survey(project, ruleset)]
    found += [*_law(project, ruleset, now), *_procedure(project, ruleset), *_reserve(project, ruleset)]
    return sorted(found, key=lambda one: not one.blocks)


def _contents(project: Project, ruleset: RuleSet) -> Iterator[Finding]:
    held = {
        "need": ("/need", bool(project.need)),
        "classification": ("/classification", bool(project.classification)),
        "quantity": ("/quantity" if not project.quantity else "/unit", bool(project.quantity and project.unit)),
        "amount": ("/amount", project.amount > 0),
        "begins": ("/begins_on", project.begins_on is not None),
        "procedure": ("/procedure", bool(project.procedure)),
    }
    if "plan.contents" not in ruleset:
        return
    rule = ruleset.rule("plan.contents")
    for name in rule.items:
        pointer, given = held.get(name, ("", True))
        if not given:
            yield finding(rule, pointer, missing=(rule.label_text(name),))


def _money(project: Project, ruleset: RuleSet) -> Iterator[Finding]:
    line = project.budget_line
    if line is None or line.year != project.year or line.authority_id != project.authority_id:
        if "plan.budget_line" in ruleset:
            yield finding(ruleset.rule("plan.budget_line"), "/budget_line")
        return
    # Exact in whole fen. The sum is read inside the act, whose lock lets no other act change it meanwhile.
    taken = queries.planned(line, without=project)
    if project.amount > line.amount - taken and "plan.within_budget" in ruleset:
        yield finding(
            ruleset.rule("plan.within_budget"),
            "/amount",
            amount=yuan(project.amount),
            line=line.code,
            left=yuan(line.amount - taken),
            total=yuan(line.amount),
            planned=yuan(taken),
        )


def _survey(project: Project, ruleset: RuleSet) -> Iterator[Finding]:
    if "plan.survey_least" not in ruleset:
        return
    least, count = ruleset.rule("plan.survey_least"), len(project.survey)
    if count >= least.whole:
        return
    if "plan.survey_required" in ruleset:
        rule = ruleset.rule("plan.survey_required")
        if yuan(project.amount) >= rule.decimal:
            amount = yuan(project.amount)
            yield finding(rule, "/survey", amount=amount, count=count, wanted=least.whole)
            return
    yield finding(least, "/survey", count=count)


def _law(project: Project, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Look whether kind and value put the purchase under another law; a demonstration stands in for any."""
    choice = law.chosen(project.category, project.amount, project.procedure, now)
    if choice is None or ruleset.demonstration or choice.ruleset.id == ruleset.id or _KINDS not in ruleset:
        return
    yield finding(ruleset.rule(_KINDS), "/rule_set_id", kind=_CATEGORIES[project.category])


def _procedure(project: Project, ruleset: RuleSet) -> Iterator[Finding]:
    kind: Any = _CATEGORIES.get(project.category, project.category)
    chosen = next((one for one in ruleset.procedures if one.id == project.procedure), None)
    if chosen is None:
        if ruleset.procedures and "procedure.known" in ruleset:
            yield finding(ruleset.rule("procedure.known"), "/procedure", procedure=project.procedure)
        return
    if project.category not in chosen.kinds:
        if _KINDS in ruleset and project.category not in ruleset.rule(_KINDS).items:
            yield finding(ruleset.rule(_KINDS), "/category", kind=kind)
        elif "procedure.own_kinds" in ruleset:
            rule = ruleset.rule("procedure.own_kinds")
            yield finding(rule, "/procedure", procedure=chosen.name, kind=kind, basis=chosen.article)
        return
    if chosen.grounds and applies(ruleset, "procedure.open_threshold", project.category):
        rule = ruleset.rule("procedure.open_threshold")
        # Advice here: the tender names the ground and the approval, and is refused without them.
        if yuan(project.amount) >= rule.decimal:
            yield _advice(rule, "/procedure", amount=yuan(project.amount))


def _reserve(project: Project, ruleset: RuleSet) -> Iterator[Finding]:
    if project.sme_reason:
        return
    amount = yuan(project.amount)
    for id in ("policy.sme_reserve_whole", "policy.sme_reserve_whole_works"):
        if applies(ruleset, id, project.category) and amount <= ruleset.rule(id).decimal:
            if project.sme_reserve != "whole":
                yield finding(ruleset.rule(id), "/sme_reserve", amount=amount)
            return
    share = Decimal({"none": "0", "whole": "100"}.get(project.sme_reserve, project.sme_share or "0"))
    if "policy.sme_reserve" in ruleset and share < ruleset.rule("policy.sme_reserve").decimal:
        pointer = "/sme_share" if project.sme_reserve == "part" else "/sme_reserve"
        yield finding(ruleset.rule("policy.sme_reserve"), pointer, share=share)
        return
    small = Decimal(project.sme_small or "0")
    if "policy.sme_reserve_small" in ruleset and small < ruleset.rule("policy.sme_reserve_small").decimal:
        yield finding(ruleset.rule("policy.sme_reserve_small"), "/sme_small", share=small)


def applies(ruleset: RuleSet, id: str, kind: str) -> bool:
    """Tell whether the set has the rule and it is for purchases of this kind."""
    return id in ruleset and ruleset.rule(id).applies_to(kind)


def yuan(fen: int) -> Decimal:
    """Return whole fen as an exact amount with two places."""
    return Decimal(fen) / 100 + Decimal("0.00")


def _advice(rule: Rule, pointer: str, **facts: Any) -> Finding:
    return finding(replace(rule, severity="warns"), pointer, **facts)
