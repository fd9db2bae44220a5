"""What keeps a bid from being ranked, and what must be there before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from procurement.scoring.fields import pointer
from procurement.scoring.method import (
    FORMULA,
    POINTS,
    REQUIREMENT,
    BidInput,
    Criterion,
    Evaluation,
    Invalidity,
    Problem,
)
from procurement.scoring.scored import Stated


@dataclass(frozen=True)
class RequirementOutcome:
    """How the panel judged one requirement of one bid: verdicts by expert, and whether the bid passes it."""

    criterion: Criterion
    verdicts: dict[str, bool]
    passed: bool

    @property
    def not_met(self) -> int:
        """Return how many experts found the requirement not met."""
        return sum(not met for met in self.verdicts.values())


@dataclass(frozen=True)
class Gate:
    """The gates of one bid. It is ranked exactly when no reason stands in the way."""

    bid: BidInput
    invalid: Invalidity | None
    above_ceiling: bool
    requirements: tuple[RequirementOutcome, ...]

    @property
    def failed(self) -> tuple[RequirementOutcome, ...]:
        """Return the mandatory requirements that the bid fails."""
        return tuple(one for one in self.requirements if one.criterion.mandatory and not one.passed)

    @property
    def is_open(self) -> bool:
        """Say whether the bid is ranked."""
        return not (self.invalid or self.above_ceiling or self.failed)


def passes(not_met: int, experts: int, fails_by: str) -> bool:
    """Say whether a requirement is passed.

    It fails by ``majority`` when more than half of the experts find it not met (an even split passes), by
    ``any`` when one does, by ``all`` when every one does.
    """
    if fails_by == "any":
        return not_met == 0
    return not_met < experts if fails_by == "all" else 2 * not_met <= experts


def gate(evaluation: Evaluation, bid: BidInput) -> Gate:
    """Judge one bid before any score: declared invalid, above the ceiling, failing a requirement.

    The ceiling is compared with the price as offered; equal to the ceiling is allowed. A bid that
    is invalid or above the ceiling is not judged further, so its requirements are empty.
    """
    above = bid.price is not None and evaluation.ceiling is not None and bid.price > evaluation.ceiling
    outcomes = () if bid.invalid or above else tuple(_outcomes(evaluation, bid))
    return Gate(bid, bid.invalid, above, outcomes)


def _outcomes(evaluation: Evaluation, bid: BidInput) -> Iterator[RequirementOutcome]:
    for criterion in evaluation.of_kind(REQUIREMENT):
        verdicts = {expert.id: expert.sheets[bid.id].verdicts[criterion.id] for expert in evaluation.experts}
        not_met = sum(not met for met in verdicts.values())
        passed = passes(not_met, len(verdicts), evaluation.method.requirement_fails_by)
        yield RequirementOutcome(criterion, verdicts, passed)


def stated(evaluation: Evaluation, bid: BidInput) -> dict[str, Stated]:
    """Return what a bid states for each formula criterion, and whether the panel accepts it.

    Verdicts count by the rule of the requirements. What is not stated needs no verdict and is not accepted.
    """
    found: dict[str, Stated] = {}
    for criterion in evaluation.of_kind(FORMULA):
        value = bid.values.get(criterion.id)
        verdicts: dict[str, bool] = {}
        if value is not None:
            verdicts = {one.id: one.sheets[bid.id].verdicts[criterion.id] for one in evaluation.experts}
        against = sum(not accepts for accepts in verdicts.values())
        accepted = passes(against, len(verdicts), evaluation.method.requirement_fails_by)
        found[criterion.id] = Stated(criterion, value, verdicts, value is not None and accepted)
    return found


def missing_parts(evaluation: Evaluation) -> list[Problem]:
    """Return every sheet, verdict and score that is still missing.

    Each expert judges every requirement of every bid that is neither invalid nor above the ceiling,
    and scores every points criterion of each of those that passes its requirements, and says of every value that such
    a bid states whether it is accepted.
    """
    problems: list[Problem] = []
    for bid in evaluation.bids:
        above = bid.price is not None and evaluation.ceiling is not None and bid.price > evaluation.ceiling
        if bid.invalid or above:
            continue
        requirements = [(one, "verdict.missing") for one in evaluation.of_kind(REQUIREMENT)]
        gaps = list(_gaps(evaluation, bid, requirements))
        if not gaps and gate(evaluation, bid).is_open:
            gaps = list(_gaps(evaluation, bid, _to_score(evaluation, bid)))
        problems.extend(gaps)
    return problems


def _to_score(evaluation: Evaluation, bid: BidInput) -> list[tuple[Criterion, str]]:
    stated = [one for one in evaluation.of_kind(FORMULA) if one.id in bid.values]
    return [(one, "score.missing") for one in evaluation.of_kind(POINTS)] + [(one, "verdict.value") for one in stated]


def _gaps(evaluation: Evaluation, bid: BidInput, needed: Sequence[tuple[Criterion, str]]) -> Iterator[Problem]:
    for index, expert in enumerate(evaluation.experts):
        facts = {"expert": expert.id, "name": expert.name, "bid": bid.id}
        at = pointer("", "experts", index)
        sheet = expert.sheets.get(bid.id)
        if sheet is None and needed:
            yield Problem("sheet.missing", pointer(at, "sheets"), facts)
        elif sheet is not None:
            given = {*sheet.verdicts, *sheet.scores}
            for criterion, rule in needed:
                if criterion.id not in given:
                    yield Problem(rule, pointer(at, "sheets"), {**facts, "criterion": criterion.id})
