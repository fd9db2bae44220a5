"""Words for rule sets as pages show them: groups of rules, marks of confidence, values, stages and differences."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from procurement.portal.words import CATEGORIES
from procurement.rules.compare import Changed, Difference
from procurement.rules.procedure import Procedure, Stage
from procurement.rules.rule import Range, Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import LOCALES, has_unit, locale_of, period, show

# A heading, and the first words of the ids that stand under it.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Plan and intention"), ("plan", "intention")),
    (_("Procedure and method"), ("procedure", "method", "works", "stage", "invitees")),
    (_("Publication, documents, changes"), ("tender", "document", "notice", "clarification", "termination")),
    (_("Selective tender"), ("prequalification", "selective")),
    (
        _("Negotiation, consultation, inquiry, single source"),
        ("negotiation", "consultation", "quotation", "single_source"),
    ),
    (_("Framework agreements"), ("framework",)),
    (_("Criteria and clauses"), ("criteria", "lint", "brand")),
    (_("Policies"), ("policy",)),
    (_("Bonds"), ("bond",)),
    (_("Bids and opening"), ("bid", "opening")),
    (_("Panel"), ("panel",)),
    (_("Evaluation and prices"), ("evaluation", "price", "ranking", "abnormal")),
    (_("Award, contract, payment"), ("award", "contract", "payment")),
    (_("Questions, challenges, complaints"), ("inquiry", "challenge", "objection", "complaint")),
)
OTHERS: Any = _("Other rules")

# How sure we are of a rule → its word, the kind and sign of its badge, and what the word means.
CONFIDENCE: dict[str, tuple[Any, str, str, Any]] = {
    "read": (_("Text read"), "ok", "check", _("The text of the law or regulation was read in full.")),
    "secondary": (
        _("Secondary source"),
        "info",
        "file",
        _("Known from a secondary source; to be compared with the official text."),
    ),
    "to_confirm": (
        _("To be confirmed"),
        "warn",
        "warning",
        _("General knowledge, still to be confirmed against the official text."),
    ),
}
BOUNDS: dict[str, Any] = {"at_least": _("at least"), "at_most": _("at most"), "exactly": ""}
ADMITS: dict[str, Any] = {
    "all": _("Everyone may bid"),
    "named": _("Only suppliers named"),
    "advanced": _("Only those who passed the stage before"),
    "drawn": _("Only suppliers drawn from those who passed"),
    "agreement": _("Only suppliers of the agreement"),
}
JUDGED: dict[str, Any] = {
    "requirements": _("Judged by requirements: pass or fail"),
    "method": _("Judged by the method of the tender"),
}
OUTCOMES: dict[str, Any] = {
    "award": _("Ends in an award"),
    "advance": _("Ends in a list for the next stage"),
    "agreement": _("Ends in a framework agreement"),
}


def grouped(rules: tuple[Rule, ...]) -> list[tuple[Any, list[Rule]]]:
    """Return the rules under their headings; what belongs nowhere comes last."""
    known = {first: title for title, firsts in GROUPS for first in firsts}
    found: dict[Any, list[Rule]] = {title: [] for title, _firsts in GROUPS}
    found[OTHERS] = []
    for rule in rules:
        found[known.get(rule.id.partition(".")[0], OTHERS)].append(rule)
    return [(title, held) for title, held in found.items() if held]


def value(rule: Rule, currency: str, locale: str) -> str:
    """Return a rule's value with its unit, in words."""
    if isinstance(rule.value, tuple):
        return str(ngettext("%(num)s entry", "%(num)s entries", len(rule.value)))
    if isinstance(rule.value, bool):
        return str(gettext("applies")) if rule.value else str(gettext("does not apply"))
    if isinstance(rule.value, Range):
        least, most = (period(one, rule.unit, locale) for one in (rule.value.least, rule.value.most))
        return str(gettext("%(least)s to %(most)s", least=least, most=most))
    number = show(rule.value, locale, rule.zone)
    if has_unit(rule.unit) and isinstance(rule.value, int | Decimal):
        number = period(rule.value, rule.unit, locale)
    elif rule.unit == "amount":
        number = f"{number} {currency}"
    bound = str(BOUNDS[rule.bound])
    return f"{bound} {number}" if bound else number


def columns(procedure: Procedure) -> list[list[Stage]]:
    """Return the stages from left to right; those that stand for each other share a column."""
    depth: dict[str, int] = {}
    left = list(procedure.stages)
    while left:
        ready = [one for one in left if all(id in depth or id == one.id for id in one.follows)]
        for one in ready or left:
            depth[one.id] = 1 + max((depth[id] for id in one.follows if id in depth), default=-1)
        left = [one for one in left if one.id not in depth]
    return [[one for one in procedure.stages if depth[one.id] == at] for at in range(max(depth.values()) + 1)]


def swapped(ruleset: RuleSet, stage: Stage, locale: str) -> list[tuple[str, str]]:
    """Return what a stage changes in the general rules: the id and the words of the rule that stands in, or none."""
    said = []
    for general, own in stage.rules:
        if own:
            said.append((own, ruleset.rule(own).title(locale)))
        elif general in ruleset:
            missing = ruleset.rule(general).title(locale)
            said.append((general, str(gettext("No demand in this stage: %(rule)s", rule=missing))))
    return said


def told(found: Any, locale: str) -> str:
    """Return one side of a difference as people read it."""
    if found is None:
        return str(gettext("(none)"))
    if isinstance(found, bool):
        return str(gettext("yes")) if found else str(gettext("no"))
    if isinstance(found, dict):
        if set(found) == set(LOCALES):
            return str(found[locale_of(locale)])
        return ", ".join(f"{name}: {told(one, locale)}" for name, one in found.items()) or str(gettext("(none)"))
    if isinstance(found, list):
        return ", ".join(told(one, locale) for one in found) or str(gettext("(none)"))
    return str(CATEGORIES.get(found, found)) or str(gettext("(none)"))


_VALUES = (("value",), ("unit",), ("bound",), ("value", "least"), ("value", "most"))
FIELDS: dict[str, Any] = {
    "id": _("Identifier"),
    "value": _("Value"),
    "unit": _("Unit of the value"),
    "bound": _("Bound"),
    "counting": _("Counting"),
    "kinds": _("Kinds"),
    "article": _("Article"),
    "source": _("Source"),
    "sources": _("Source"),
    "confidence": _("Confidence"),
    "effective_from": _("In force from"),
    "effective_until": _("In force until"),
    "severity": _("Severity"),
    "consequence": _("Consequence"),
    "labels": _("Entry of the list"),
    "note": _("Note"),
    "title": _("Rule in one line"),
    "sentence": _("Sentence"),
    "remedy": _("Remedy"),
    "name": _("Name of the set"),
    "number": _("Number"),
    "regime": _("Regime"),
    "demonstration": _("Demonstration"),
    "grounds": _("Ground"),
    "methods": _("Methods"),
    "stages": _("Stage"),
}


def rows(found: Changed, before: RuleSet, after: RuleSet, locale: str) -> list[tuple[str, str, str]]:
    """Return what changed in a rule or procedure: the field, what it was, what it is.

    Value, unit and bound of a rule are told together, as one value in words.
    """
    said = []
    left = found.differences
    if found.id in before and found.id in after and any(one.path in _VALUES for one in left):
        old, new = (value(one.rule(found.id), one.currency, locale) for one in (before, after))
        if old != new:
            # How it is counted follows from the unit.
            said = [(str(FIELDS["value"]), old, new)]
            left = tuple(one for one in left if one.path not in (*_VALUES, ("counting",)))
    return said + heads(left, locale)


def heads(found: Iterable[Difference], locale: str) -> list[tuple[str, str, str]]:
    """Return differences field by field: the field, what it was, what it is."""
    return [(_field(one), told(one.before, locale), told(one.after, locale)) for one in found]


def _field(difference: Difference) -> str:
    """Return the name of a field; the parts of its path that are names of their own stay as they are."""
    first, *rest = difference.path
    return " · ".join([str(FIELDS.get(first, first)), *rest])
