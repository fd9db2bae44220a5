"""What an evaluation is made of: method, criteria, bids and the experts' sheets, as frozen values.

Numbers are exact fractions. Prices are in units of the currency (yuan, not fen), weights and scores
in points, rates in per cent. The JSON form of each value and its defaults are specified in
``docs/formats/evaluation.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from procurement.scoring.formula import Formula

FORMAT = "sunseal-evaluation/1"

LOWEST_PRICE = "lowest_price"
WEIGHTED_POINTS = "weighted_points"
# Requirements alone decide; stages of a procedure use it, nobody chooses it for an award.
QUALIFICATION = "qualification"
METHODS = (WEIGHTED_POINTS, LOWEST_PRICE, QUALIFICATION)

REQUIREMENT = "requirement"
PRICE = "price"
POINTS = "points"
FORMULA = "formula"
KINDS = (POINTS, PRICE, REQUIREMENT, FORMULA)

STAGES = ("each", "end")
MODES = ("half_up",)
ORDERS = ("rounded", "exact")
TIE_BREAKS = ("price", "bid_price", "technical", "draw")
FAILS_BY = ("majority", "any", "all")

FULL_WEIGHT = Fraction(100)
MAX_PLACES = 10


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way: a stable rule name, a JSON pointer and the facts for the sentence."""

    rule: str
    pointer: str
    facts: Mapping[str, str]


class EvaluationRefused(ValueError):
    """An input cannot be evaluated. `problems` holds everything found, in the order of the document."""

    rule = "evaluation.refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.rule} at {problem.pointer or '/'}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Rounding:
    """How scores are rounded: `places` decimals, half-up, each criterion's score or only the total."""

    places: int = 2
    mode: str = "half_up"
    stage: str = "each"


@dataclass(frozen=True)
class Method:
    """The rules of the notice. `articles` names, per step of the explanation, the rule it follows."""

    id: str
    rounding: Rounding
    order_by: str
    tie_break: tuple[str, ...]
    requirement_fails_by: str
    articles: Mapping[str, str]


@dataclass(frozen=True)
class Criterion:
    """One rule of judgement. All but a requirement have a `weight`; `max` and `step` are for what experts give."""

    id: str
    kind: str
    title: str
    weight: Fraction
    max: Fraction
    step: Fraction | None
    mandatory: bool
    technical: bool
    formula: Formula | None = None

    @property
    def is_technical(self) -> bool:
        """Say whether its score counts among the technical points."""
        return self.technical and self.kind in (POINTS, FORMULA)


@dataclass(frozen=True)
class Deduction:
    """A policy deduction: `rate` per cent off the original price, for evaluation only.

    `base` is the part of the original price on which it counts; None is the whole price.
    """

    rule: str
    rate: Fraction
    article: str | None
    base: Fraction | None = None

    def amount(self, price: Fraction) -> Fraction:
        """Return what is taken off a price."""
        return (price if self.base is None else self.base) * self.rate / 100


@dataclass(frozen=True)
class Invalidity:
    """Why the panel or the opening declared a bid invalid before any score counts."""

    rule: str
    reason: str
    article: str | None


@dataclass(frozen=True)
class BidInput:
    """One bid. `price` is None where it is declared invalid (and maybe never opened) or where no price is asked.

    `values` are what it states for formula criteria, by criterion.
    """

    id: str
    supplier: str
    number: str | None
    price: Fraction | None
    deductions: tuple[Deduction, ...]
    invalid: Invalidity | None
    source: str | None
    values: Mapping[str, Fraction]


@dataclass(frozen=True)
class Sheet:
    """What one expert said about one bid: scores by criterion; verdicts by requirement (met or not) and by formula
    criterion (the stated value is accepted or not)."""

    expert: str
    bid: str
    scores: Mapping[str, Fraction]
    verdicts: Mapping[str, bool]


@dataclass(frozen=True)
class Expert:
    """One member of the panel with the signed sheets, by bid."""

    id: str
    name: str
    signed_at: str
    sheets: Mapping[str, Sheet]


@dataclass(frozen=True)
class Evaluation:
    """A complete input: everything that decides the result and nothing else."""

    tender: str
    lot: str
    currency: str
    ceiling: Fraction | None
    method: Method
    criteria: tuple[Criterion, ...]
    experts: tuple[Expert, ...]
    bids: tuple[BidInput, ...]

    def of_kind(self, kind: str) -> tuple[Criterion, ...]:
        """Return the criteria of one kind in the notice's order."""
        return tuple(criterion for criterion in self.criteria if criterion.kind == kind)
