"""Suspicions of splitting: the figures of an authority's year under the law, and what a person decided on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from foundation.errors import Refusal
from identity.models import Organisation
from procurement.plan import law, queries
from procurement.plan.models import Project, SplittingDecision
from procurement.plan.readiness import applies, yuan
from procurement.plan.splitting import Figures, Purchase, figures
from procurement.rules.findings import Finding, finding
from procurement.rules.ruleset import RuleSet
from supervision.trail.act import Act

DECISIONS = ("justified", "combine")
RULE, CODE, THRESHOLD = "plan.splitting", "plan.splitting_code", "procedure.open_threshold"


def of_year(
    authority: Organisation, year: int, others: Sequence[Purchase], now: datetime, *, along: Project | None = None
) -> tuple[Figures, ...]:
    """Return the figures of every group of a year, the suspicious first; none where no law in force asks for them.

    `others` are purchases that the plan does not know, such as published tenders without a project: whoever stands
    above the plan gives them. `along` is a draft that is to be looked at with the rest.
    """
    ruleset = law_now(now)
    if ruleset is None:
        return ()
    limits = {}
    for kind in law.KINDS:
        own = law.usual(kind, now) or ruleset
        if applies(own, THRESHOLD, kind):
            limits[kind] = int(own.rule(THRESHOLD).decimal * 100)
    return figures(
        [*queries.purchases(authority, year, along=along), *others],
        authority=authority.ref,
        year=year,
        length=ruleset.rule(CODE).whole,
        open_procedures=ruleset.rule(RULE).items,
        limits=limits,
    )


def about(project: Project, others: Sequence[Purchase], now: datetime) -> Figures | None:
    """Return the figures of the group in which a project counts, or None where they are no suspicion."""
    for one in of_year(project.authority, project.year, others, now, along=project):
        if one.is_suspicious and any(each.ref == project.ref for each in one.counted):
            return one
    return None


def told(found: Figures, now: datetime) -> Finding:
    """Return a suspicion as a finding, with its article and figures."""
    ruleset = law_now(now)
    if ruleset is None or found.limit is None:
        raise ValueError("figures without law are no suspicion")
    return finding(
        ruleset.rule(RULE),
        "/splitting",
        year=str(found.year),
        group=found.group,
        count=len(found.counted),
        sum=yuan(found.sum),
        limit=yuan(found.limit),
    )


def law_now(now: datetime) -> RuleSet | None:
    """Return the rule set by which purchases are added up today, or None where none knows the check."""
    found = (law.usual(kind, now) for kind in law.KINDS)
    return next((one for one in found if one is not None and RULE in one and CODE in one), None)


def decide(
    act: Act,
    authority: Organisation,
    *,
    year: int,
    group: str,
    shown: str,
    others: Sequence[Purchase],
    decision: str,
    reason: str,
) -> SplittingDecision:
    """Record what a person decided on the figures whose digest was `shown`.

    Refuses ``splitting.changed`` (409) where they are others by now, ``splitting.none`` where they are no suspicion,
    ``splitting.decided``, ``splitting.reason``, ``splitting.choice`` and ``splitting.by_a_second_person``.
    """
    words = reason.strip()
    if decision not in DECISIONS:
        raise Refusal("splitting.choice")
    if not words:
        raise Refusal("splitting.reason")
    wanted = [one for one in of_year(authority, year, others, act.now) if one.group == group]
    if not wanted or wanted[0].digest() != shown:
        raise Refusal("splitting.changed", 409)
    found = wanted[0]
    if not found.is_suspicious:
        raise Refusal("splitting.none", 409)
    if found.digest() in queries.decisions(authority, year):
        raise Refusal("splitting.decided", 409)
    if act.account_id is None or act.account_id in queries.authors(authority, [one.ref for one in found.counted]):
        raise Refusal("splitting.by_a_second_person", 409)
    rule = told(found, act.now).rule
    made = SplittingDecision(
        authority_id=authority.id,
        year=year,
        classification=group,
        figures={**found.as_json(), "rule": rule.id, "article": rule.article},
        sha256=found.digest(),
        decision=decision,
        reason=words[:4000],
        decided_by_id=act.account_id,
        decided_at=act.now,
    )
    act.session.add(made)
    act.session.flush()
    facts = {"figures": made.sha256, "decision": decision, "year": year, "group": group}
    act.record("splitting.decide", f"plan/{authority.ref}", facts)
    return made


def demand_decided(project: Project, others: Sequence[Purchase], now: datetime) -> None:
    """Refuse (409) a project about which a suspicion is open, or for which it was decided to combine."""
    found = about(project, others, now)
    if found is None:
        return
    decided = queries.decisions(project.authority, project.year).get(found.digest())
    if decided is None or decided.decision != "justified":
        rule = "plan.splitting_undecided" if decided is None else "plan.to_be_combined"
        one = told(found, now)
        total, limit = f"{yuan(found.sum):,}", f"{yuan(found.limit or 0):,}"
        raise Refusal(rule, 409, reasons=(one,), article=one.article, sum=total, limit=limit)
