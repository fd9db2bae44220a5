"""What keeps a bid from being ranked, and what must be there before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from procurement.scoring.fields import pointer
from procurement.scoring.method import (
    POINTS,
    REQUIREMENT,
    BidInput,
    Criterion,
    Evaluation,
    Invalidity,
    Problem,
)


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


def missing_parts(evaluation: Evaluation) -> list[Problem]:
    """Return every sheet, verdict and score that is still missing.

    Each expert judges every requirement of every bid that is neither invalid nor above the ceiling,
    and scores every points criterion of each of those that passes its requirements.
    """
    problems: list[Problem] = []
    for bid in evaluation.bids:
        above = bid.price is not None and evaluation.ceiling is not None and bid.price > evaluation.ceiling
        if bid.invalid or above:
            continue
        gaps = list(_gaps(evaluation, bid, REQUIREMENT, "verdict.missing"))
        if not gaps and gate(evaluation, bid).is_open:
            gaps = list(_gaps(evaluation, bid, POINTS, "score.missing"))
        problems.extend(gaps)
    return problems


def _gaps(evaluation: Evaluation, bid: BidInput, kind: str, rule: str) -> Iterator[Problem]:
    criteria = evaluation.of_kind(kind)
    for index, expert in enumerate(evaluation.experts):
        facts = {"expert": expert.id, "name": expert.name, "bid": bid.id}
        at = pointer("", "experts", index)
        sheet = expert.sheets.get(bid.id)
        if sheet is None and criteria:
            yield Problem("sheet.missing", pointer(at, "sheets"), facts)
        elif sheet is not None:
            given = {*sheet.verdicts, *sheet.scores}
            for criterion in criteria:
                if criterion.id not in given:
                    yield Problem(rule, pointer(at, "sheets"), {**facts, "criterion": criterion.id})
