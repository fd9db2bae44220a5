"""From the JSON of ``sunseal-evaluation/1`` to an `Evaluation`, or every problem of the document at once.

The format is specified in ``docs/formats/evaluation.md``; rule names and pointers given here are part of it.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from procurement.scoring import method as terms
from procurement.scoring.arithmetic import DecimalRefused, exact_text, parse_decimal
from procurement.scoring.fields import REQUIRED, Fields, pointer
from procurement.scoring.formula import Formula
from procurement.scoring.formula_reading import FORMULA_MEMBERS, read_formula
from procurement.scoring.gates import missing_parts
from procurement.scoring.method import (
    BidInput,
    Criterion,
    Deduction,
    Evaluation,
    EvaluationRefused,
    Expert,
    Invalidity,
    Method,
    Problem,
    Rounding,
    Sheet,
)
from procurement.scoring.words import STEPS

LONGEST_ID = 64

_DOCUMENT = (
    "format", "tender", "lot", "currency", "ceiling", "method", "criteria", "experts", "bids", "result",
    "title", "notice", "rule_set", "evaluated_at", "note",
)  # fmt: skip
_METHOD = ("id", "rounding", "order_by", "tie_break", "requirement_fails_by", "articles", "note")
_ROUNDING = ("places", "mode", "stage")
_CRITERION = (
    "criterion", "kind", "title", "weight", "max", "step", "formula", "mandatory", "technical", "guidance", "evidence",
    "note",
)  # fmt: skip
_EXPERT = ("expert", "name", "role", "signed_at", "sheets", "replaces", "note")
_SHEET = ("bid", "scores", "verdicts", "reasons", "signed_at", "note")
_BID = ("bid", "supplier", "price", "values", "deductions", "invalid", "source", "note")
_SUPPLIER = ("name", "number")
_DEDUCTION = ("rule", "rate", "article", "base", "note")
_INVALID = ("rule", "reason", "article")


def read(document: object) -> Evaluation:
    """Read one evaluation document (parsed JSON). Raises `EvaluationRefused` with all problems found."""
    problems: list[Problem] = []
    fields = Fields(document, "", problems, _DOCUMENT)
    if not fields.is_object:
        raise EvaluationRefused(tuple(problems))
    if fields.value.get("format") != terms.FORMAT:
        fields.refuse("format.unknown", "format", expected=terms.FORMAT)
    tender, lot = fields.text("tender"), fields.text("lot")
    currency = fields.text("currency", "CNY")
    ceiling = fields.decimal("ceiling", None)
    if ceiling is not None and ceiling <= 0:
        fields.refuse("ceiling.not_positive", "ceiling")
    method = _method(Fields(fields.value.get("method", {}), "/method", problems, _METHOD))
    criteria = _criteria(fields, method)
    bids = _bids(fields, method, {one.id for one in criteria if one.kind == terms.FORMULA})
    experts = _experts(fields, criteria, {bid.id for bid in bids})
    if not experts and any(criterion.kind != terms.PRICE for criterion in criteria):
        fields.refuse("experts.none", "experts")
    evaluation = Evaluation(tender, lot, currency, ceiling, method, criteria, experts, bids)
    # A part can only be called missing when it is certain which bids and criteria there are.
    if not problems:
        problems.extend(missing_parts(evaluation))
    if problems:
        raise EvaluationRefused(tuple(problems))
    return evaluation


def problems_of_rules(method: object, criteria: object) -> tuple[Problem, ...]:
    """Return what is wrong with a method and its criteria alone, as readiness asks before any bid exists.

    Pointers begin with ``/method`` and ``/criteria``.
    """
    problems: list[Problem] = []
    read_method = _method(Fields(method, "/method", problems, _METHOD))
    _criteria(Fields({"criteria": criteria}, "", problems, ("criteria",)), read_method)
    return tuple(problems)


def _method(fields: Fields) -> Method:
    method_id = fields.choice("id", terms.METHODS)
    rounding = fields.below("rounding", _ROUNDING)
    tie_break = tuple(fields.items("tie_break", ())) if fields.has("tie_break") else ("price",)
    for index, rule in enumerate(tie_break):
        if not isinstance(rule, str) or rule not in terms.TIE_BREAKS:
            fields.refuse("choice.unknown", "tie_break", index, allowed=", ".join(terms.TIE_BREAKS))
        elif rule in tie_break[:index]:
            fields.refuse("tie_break.twice", "tie_break", index, value=rule)
        elif rule == "draw" and index != len(tie_break) - 1:
            fields.refuse("tie_break.draw_not_last", "tie_break", index)
    articles = fields.below("articles", STEPS)
    return Method(
        id=method_id,
        rounding=Rounding(
            places=rounding.whole("places", 0, terms.MAX_PLACES, 2),
            mode=rounding.choice("mode", terms.MODES, "half_up"),
            stage=rounding.choice("stage", terms.STAGES, "each"),
        ),
        order_by=fields.choice("order_by", terms.ORDERS, "rounded"),
        tie_break=tuple(str(rule) for rule in tie_break),
        requirement_fails_by=fields.choice("requirement_fails_by", terms.FAILS_BY, "majority"),
        articles={step: articles.text(step) for step in articles.value if step in STEPS},
    )


def _criteria(fields: Fields, method: Method) -> tuple[Criterion, ...]:
    before = len(fields.problems)
    rows = fields.each("criteria", _CRITERION)
    criteria = tuple(_criterion(row, method) for row in rows)
    _unique(rows, "criterion")
    prices = [row for row, criterion in zip(rows, criteria, strict=True) if criterion.kind == terms.PRICE]
    for row in prices[1:]:
        row.refuse("criteria.second_price")
    if len(fields.problems) > before:
        return criteria
    if method.id == terms.QUALIFICATION and not criteria:
        fields.refuse("criteria.no_requirement", "criteria")
    if method.id == terms.WEIGHTED_POINTS and not prices:
        fields.refuse("criteria.no_price", "criteria")
    weights = sum((c.weight for c in criteria if c.kind != terms.REQUIREMENT), Fraction(0))
    if (method.id == terms.WEIGHTED_POINTS or prices) and weights != terms.FULL_WEIGHT:
        fields.refuse("criteria.weights", "criteria", sum=exact_text(weights))
    return criteria


def _criterion(row: Fields, method: Method) -> Criterion:
    kind = row.choice("kind", terms.KINDS)
    points = method.id == terms.WEIGHTED_POINTS
    if kind != terms.REQUIREMENT and method.id == terms.QUALIFICATION:
        row.refuse("criteria.only_requirements", "kind")
    elif kind in (terms.POINTS, terms.FORMULA) and not points:
        row.refuse("criteria.points_not_allowed", "kind")
    absent = {terms.REQUIREMENT: Fraction(0)}.get(kind, REQUIRED if points else terms.FULL_WEIGHT)
    weight = row.decimal("weight", absent)
    if kind == terms.REQUIREMENT and weight:
        row.refuse("criterion.weight_not_allowed", "weight")
    elif kind != terms.REQUIREMENT and weight is not None and weight <= 0:
        row.refuse("criterion.weight_not_positive", "weight")
    for name in ("max", "step"):
        if kind != terms.POINTS and row.has(name):
            row.refuse("criterion.not_scored_by_experts", name)
    most = row.decimal("max", weight)
    step = row.decimal("step", None)
    if most is not None and most <= 0 and row.has("max"):
        row.refuse("criterion.max_not_positive", "max")
    if step is not None and step <= 0:
        row.refuse("criterion.step_not_positive", "step")
        step = None
    formula = None
    if kind == terms.FORMULA:
        formula = _formula(row, weight)
    elif row.has("formula"):
        row.refuse("criterion.formula_not_allowed", "formula")
    return Criterion(
        id=row.text("criterion", longest=LONGEST_ID),
        kind=kind,
        title=row.optional_text("title") or row.text("criterion", "-"),
        weight=weight or Fraction(0),
        max=most or Fraction(0),
        step=step,
        mandatory=row.flag("mandatory", True),
        technical=row.flag("technical", True),
        formula=formula,
    )


def _formula(row: Fields, weight: Fraction | None) -> Formula | None:
    if not row.has("formula"):
        row.refuse("field.missing", "formula")
        return None
    fields = row.below("formula", FORMULA_MEMBERS)
    return read_formula(fields, weight) if fields.is_object else None


def _bids(fields: Fields, method: Method, formulas: Collection[str]) -> tuple[BidInput, ...]:
    rows = fields.each("bids", _BID)
    if not rows and isinstance(fields.value.get("bids"), list):
        fields.refuse("bids.none", "bids")
    bids = tuple(_bid(row, method, formulas) for row in rows)
    _unique(rows, "bid")
    return bids


def _bid(row: Fields, method: Method, formulas: Collection[str]) -> BidInput:
    bid_id = row.text("bid", longest=LONGEST_ID)
    supplier = row.below("supplier", _SUPPLIER)
    invalid = _invalidity(row.below("invalid", _INVALID)) if row.has("invalid") else None
    is_priced = invalid is None and method.id != terms.QUALIFICATION
    price = row.decimal("price", REQUIRED if is_priced else None)
    if price is not None and price <= 0 and invalid is None:
        row.refuse("bid.price_not_positive", "price", bid=bid_id, price=exact_text(price))
    deductions = tuple(_deduction(part, price) for part in row.each("deductions", _DEDUCTION, ()))
    if sum((deduction.rate for deduction in deductions), Fraction(0)) >= 100:
        row.refuse("bid.deductions_too_large", "deductions", bid=bid_id)
    return BidInput(
        id=bid_id,
        supplier=supplier.text("name", bid_id or "-"),
        number=supplier.optional_text("number"),
        price=price,
        deductions=deductions,
        invalid=invalid,
        source=row.optional_text("source"),
        values=_values(row, bid_id, formulas),
    )


def _values(row: Fields, bid_id: str, formulas: Collection[str]) -> dict[str, Fraction]:
    values: dict[str, Fraction] = {}
    for criterion_id, value in row.mapping("values").items():
        if criterion_id not in formulas:
            row.refuse("value.no_such_criterion", "values", criterion_id, bid=bid_id)
            continue
        try:
            values[criterion_id] = parse_decimal(value)
        except DecimalRefused as refused:
            row.refuse(refused.rule, "values", criterion_id)
    return values


def _invalidity(fields: Fields) -> Invalidity:
    return Invalidity(
        fields.text("rule", "bid.invalid"), fields.text("reason"), fields.optional_text("article")
    )


def _deduction(fields: Fields, price: Fraction | None) -> Deduction:
    rate = fields.decimal("rate")
    if rate is not None and not 0 <= rate < 100:
        fields.refuse("deduction.rate_range", "rate", rate=exact_text(rate))
        rate = Fraction(0)
    base = fields.decimal("base", None)
    if base is not None and (base < 0 or (price is not None and base > price)):
        fields.refuse("deduction.base_range", "base", base=exact_text(base))
    return Deduction(fields.text("rule"), rate or Fraction(0), fields.optional_text("article"), base)


def _experts(fields: Fields, criteria: tuple[Criterion, ...], bids: Collection[str]) -> tuple[Expert, ...]:
    rows = fields.each("experts", _EXPERT, ())
    experts = tuple(_expert(row, criteria, bids) for row in rows)
    _unique(rows, "expert")
    return experts


def _expert(row: Fields, criteria: tuple[Criterion, ...], bids: Collection[str]) -> Expert:
    expert_id = row.text("expert", longest=LONGEST_ID)
    name = row.text("name", expert_id or "-")
    if not row.has("signed_at"):
        row.refuse("expert.unsigned", "signed_at", expert=expert_id, name=name)
    sheets: dict[str, Sheet] = {}
    for part in row.each("sheets", _SHEET, ()):
        bid = part.text("bid", longest=LONGEST_ID)
        if bid and bids and bid not in bids:
            part.refuse("sheet.unknown_bid", "bid", name=name, bid=bid)
        if bid in sheets:
            part.refuse("sheet.twice", "bid", name=name, bid=bid)
        sheets[bid] = Sheet(expert_id, bid, _scores(part, name, criteria), _verdicts(part, name, criteria))
    return Expert(expert_id, name, row.text("signed_at", "-"), sheets)


def _scores(sheet: Fields, name: str, criteria: tuple[Criterion, ...]) -> dict[str, Fraction]:
    known = {criterion.id: criterion for criterion in criteria}
    scores: dict[str, Fraction] = {}
    for criterion_id, value in sheet.mapping("scores").items():
        criterion = known.get(criterion_id)
        if criterion is None or criterion.kind != terms.POINTS:
            sheet.refuse("score.no_such_criterion", "scores", criterion_id, name=name)
            continue
        try:
            score = parse_decimal(value)
        except DecimalRefused as refused:
            sheet.refuse(refused.rule, "scores", criterion_id)
            continue
        if not 0 <= score <= criterion.max:
            facts = {"name": name, "score": exact_text(score), "most": exact_text(criterion.max)}
            sheet.refuse("score.out_of_range", "scores", criterion_id, **facts)
        elif criterion.step and score % criterion.step:
            facts = {"name": name, "score": exact_text(score), "step": exact_text(criterion.step)}
            sheet.refuse("score.off_step", "scores", criterion_id, **facts)
        scores[criterion_id] = score
    return scores


def _verdicts(sheet: Fields, name: str, criteria: tuple[Criterion, ...]) -> dict[str, bool]:
    known = {one.id for one in criteria if one.kind in (terms.REQUIREMENT, terms.FORMULA)}
    verdicts: dict[str, bool] = {}
    for criterion_id, value in sheet.mapping("verdicts").items():
        if criterion_id not in known:
            sheet.refuse("verdict.no_such_requirement", "verdicts", criterion_id, name=name)
        elif not isinstance(value, bool):
            sheet.refuse("field.type", "verdicts", criterion_id, expected="true or false")
        else:
            verdicts[criterion_id] = value
    return verdicts


def _unique(rows: list[Fields], name: str) -> None:
    seen: set[str] = set()
    for row in rows:
        value = row.value.get(name)
        if isinstance(value, str) and value in seen:
            row.problems.append(Problem("id.twice", pointer(row.at, name), {"value": value}))
        elif isinstance(value, str):
            seen.add(value)
