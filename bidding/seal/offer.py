"""The offer: what a supplier offers for one lot, checked to the last fen against the lot of the notice.

Each amount is quantity × unit price rounded half up to two places, and the total is the sum of the rounded
amounts. Arithmetic is exact (`fractions.Fraction`); no binary floating point takes part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bidding.seal.declarations import ENTERPRISE_SIZES, NAMES, Declarations, parse_declarations, problems_with
from bidding.seal.manifest import MOST_FILES, Manifest, SealedFile, Supplier, parse_files, parse_supplier
from bidding.seal.reading import Fields, Problems, decimal_text, read_json
from bidding.seal.terms import Terms
from foundation.errors import Refusal

FORMAT = "sunseal-offer/2"
FORMAT_1 = "sunseal-offer/1"
LARGEST_OFFER = 4 * 1024 * 1024
MOST_ITEMS = 10_000
MOST_ANSWERS = 1_000

__all__ = ["ENTERPRISE_SIZES", "FORMAT", "Answer", "Offer", "OfferItem", "complete", "parse_offer", "remarks_on"]


@dataclass(frozen=True)
class OfferItem:
    """One priced item. `unit_price` has up to six places, `amount` two."""

    item: str
    unit_price: Decimal
    amount: Decimal
    brand: str
    model: str
    spec: str


@dataclass(frozen=True)
class Answer:
    """The answer to one criterion; `complies` is None where the criterion asks for no yes or no.

    `value` is what the bidder states for a formula; `files` are the paths of the files that prove the answer.
    """

    criterion: str
    answer: str
    complies: bool | None
    value: Decimal | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """An offer whose form and arithmetic are right."""

    tender: str
    lot: str
    currency: str
    supplier: Supplier
    items: tuple[OfferItem, ...]
    total: Decimal
    answers: tuple[Answer, ...]
    declarations: Declarations
    files: tuple[SealedFile, ...]

    @property
    def enterprise_size(self) -> str | None:
        """Return the size that the bidder declares for itself."""
        return self.declarations.enterprise_size


def amount_of(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return quantity × unit price, rounded half up to two places. Both are at least zero."""
    cents = (Fraction(quantity) * Fraction(unit_price) * 200 + 1) // 2
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01")) if cents < 10**26 else _too_large()


def total_of(amounts: Sequence[Decimal]) -> Decimal:
    """Return the exact sum of amounts of two places."""
    cents = sum(int(Fraction(one) * 100) for one in amounts)
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01")) if cents < 10**26 else _too_large()


def parse_offer(data: bytes, terms: Terms) -> Offer:
    """Parse the bytes of offer.json, of this format or the first one, against the terms of its lot.

    Raises `Refusal` with the rule of the first problem and all of them in `reasons`: ``offer.malformed``,
    ``offer.missing_field``, ``offer.unknown_field``, ``offer.lot``, ``offer.currency``,
    ``offer.unknown_item``, ``offer.item_twice``, ``offer.item_missing``, ``offer.unit_price``,
    ``offer.amount``, ``offer.total``, ``offer.zero``, ``offer.unpriced``, ``offer.unknown_criterion``,
    ``offer.answer_twice``, ``offer.value``, ``offer.value_not_asked``, ``offer.answer_files``.
    """
    value = read_json(data, "offer.malformed", limit=LARGEST_OFFER)
    problems = Problems()
    names = (
        "format",
        "tender",
        "lot",
        "currency",
        "supplier",
        "items",
        "total",
        "answers",
        "declarations",
        "files",
    )
    top = Fields(value, names, problems, "offer.malformed")
    is_first = top.value.get("format") == FORMAT_1
    if not is_first:
        top.constant("format", FORMAT)
    if (top.value.get("tender"), top.value.get("lot")) != (terms.tender, terms.lot):
        problems.add("offer.lot", expected=f"{terms.tender}/{terms.lot}")
    if top.value.get("currency") != terms.currency:
        problems.add("offer.currency", expected=terms.currency)
    items = _items(top.items("items", most=MOST_ITEMS), terms, problems)
    known = ("enterprise_size",) if is_first else NAMES
    extra = () if is_first else ("value", "files")
    offer = Offer(
        tender=terms.tender,
        lot=terms.lot,
        currency=terms.currency,
        supplier=parse_supplier(top.value.get("supplier"), problems, "offer.malformed"),
        items=items,
        total=_total(top, items, terms, problems),
        answers=_answers(top.items("answers", most=MOST_ANSWERS), terms, problems, extra),
        declarations=parse_declarations(top.value.get("declarations"), terms.quantities, problems, names=known),
        files=parse_files(top.items("files", most=MOST_FILES), problems, "offer.malformed"),
    )
    paths = {one.path for one in offer.files}
    for one in offer.answers:
        if len(set(one.files)) < len(one.files) or not paths.issuperset(one.files):
            problems.add("offer.answer_files", criterion=one.criterion)
    problems.stop()
    return offer


def remarks_on(offer: Offer, terms: Terms) -> tuple[Refusal, ...]:
    """Return what the panel has to decide about a readable offer, as refusals that nobody raised.

    ``offer.ceiling`` (fact `ceiling`), ``offer.answer_missing`` and ``offer.requirement_not_met`` (fact
    `criterion`, mandatory criteria only), ``offer.value_missing``, ``offer.evidence_missing``, and those of
    `declarations.problems_with`. The packer refuses such an offer before sealing; an opening reads it out all the
    same.
    """
    problems = Problems()
    if terms.ceiling is not None and offer.total > terms.ceiling:
        problems.add("offer.ceiling", total=str(offer.total), ceiling=str(terms.ceiling))
    given = {one.criterion: one for one in offer.answers}
    for name, criterion in terms.criteria.items():
        if criterion.kind == "price":
            continue
        answer = given.get(name)
        if criterion.is_mandatory and answer is None:
            problems.add("offer.answer_missing", criterion=name)
        elif criterion.is_mandatory and criterion.kind == "requirement" and answer and answer.complies is not True:
            problems.add("offer.requirement_not_met", criterion=name)
        if criterion.kind == "formula" and (answer is None or answer.value is None):
            problems.add("offer.value_missing", criterion=name)
        if criterion.evidence and (answer is None or not answer.files):
            problems.add("offer.evidence_missing", criterion=name)
    problems_with(offer.declarations, terms.asked, terms.quantities if terms.is_priced else {}, problems)
    return tuple(problems.found)


def check_against_manifest(offer: Offer, manifest: Manifest) -> None:
    """Refuse with ``offer.supplier`` or ``offer.files`` an offer that names others than its manifest does."""
    if offer.supplier != manifest.supplier:
        raise Refusal("offer.supplier")
    if offer.files != manifest.files:
        raise Refusal("offer.files")


def complete(
    draft: Mapping[str, Any], terms: Terms, supplier: Supplier, files: Sequence[SealedFile]
) -> dict[str, Any]:
    """Fill in what follows from notice and arithmetic: format, tender, lot, currency, amounts, total, files.

    What the draft states itself is kept, so that `parse_offer` refuses a wrong amount instead of hiding it.
    Item and answer fields left out become empty texts (`complies` true).
    """
    items = [
        _completed(dict(one), terms) if isinstance(one, Mapping) else one
        for one in _listed(draft.get("items"))
    ]
    amounts = [
        decimal_text(one.get("amount"), whole=24, places=2) for one in items if isinstance(one, Mapping)
    ]
    answers = [
        {"answer": "", "complies": True} | dict(one) if isinstance(one, Mapping) else one
        for one in _listed(draft.get("answers"))
    ]
    filled: dict[str, Any] = {
        "format": FORMAT,
        "tender": terms.tender,
        "lot": terms.lot,
        "currency": terms.currency,
        "supplier": supplier.as_json(),
        "total": str(total_of([one for one in amounts if one is not None])),
        "declarations": {},
        "files": [one.as_json() for one in files],
    }
    return filled | dict(draft) | {"items": items, "answers": answers}


def _completed(item: dict[str, Any], terms: Terms) -> dict[str, Any]:
    price = decimal_text(item.get("unit_price"), whole=12, places=6)
    name = item.get("item")
    quantity = terms.quantities.get(name) if isinstance(name, str) else None
    if price is not None and quantity is not None:
        item.setdefault("amount", str(amount_of(quantity, price)))
    return {"brand": "", "model": "", "spec": ""} | item


def _items(values: list[Any], terms: Terms, problems: Problems) -> tuple[OfferItem, ...]:
    found: dict[str, OfferItem] = {}
    if not terms.is_priced:
        if values:
            problems.add("offer.unpriced")
        return ()
    for number, value in enumerate(values, start=1):
        names = ("item", "unit_price", "amount", "brand", "model", "spec")
        fields = Fields(value, names, problems, "offer.malformed", f"items.{number}")
        name = fields.text("item", longest=64)
        if not name:
            continue
        if name not in terms.quantities:
            problems.add("offer.unknown_item", item=name)
            continue
        if name in found:
            problems.add("offer.item_twice", item=name)
            continue
        price = decimal_text(fields.value.get("unit_price"), whole=12, places=6)
        if price is None and "unit_price" in fields.value:
            problems.add("offer.unit_price", item=name)
        amount = decimal_text(fields.value.get("amount"), whole=24, places=2, exact=True)
        if price is not None and "amount" in fields.value:
            right = amount_of(terms.quantities[name], price)
            if amount != right:
                problems.add("offer.amount", item=name, expected=str(right))
        found[name] = OfferItem(
            name,
            price or Decimal(0),
            amount or Decimal(0),
            fields.text("brand", longest=5_000, empty=True, lines=True),
            fields.text("model", longest=5_000, empty=True, lines=True),
            fields.text("spec", longest=50_000, empty=True, lines=True),
        )
    for name in terms.quantities:
        if name not in found:
            problems.add("offer.item_missing", item=name)
    return tuple(found.values())


def _total(top: Fields, items: Sequence[OfferItem], terms: Terms, problems: Problems) -> Decimal:
    given = decimal_text(top.value.get("total"), whole=24, places=2, exact=True)
    right = total_of([amount_of(terms.quantities[one.item], one.unit_price) for one in items])
    # No total can be right beside a price that is not there: it would be told as a second problem.
    if {"offer.unit_price", "offer.unknown_item", "offer.item_missing"} & {
        one.rule for one in problems.found
    }:
        return right
    if "total" in top.value and given != right:
        problems.add("offer.total", expected=str(right))
    elif terms.is_priced and given is not None and given == 0:
        problems.add("offer.zero")
    return right


def _answers(
    values: list[Any], terms: Terms, problems: Problems, optional: tuple[str, ...]
) -> tuple[Answer, ...]:
    found: dict[str, Answer] = {}
    for number, value in enumerate(values, start=1):
        names = ("criterion", "answer", "complies")
        fields = Fields(value, names, problems, "offer.malformed", f"answers.{number}", optional=optional)
        name = fields.text("criterion", longest=64)
        complies = fields.value.get("complies")
        if complies is not None and not isinstance(complies, bool):
            fields.wrong("complies", "true, false or null")
            complies = None
        answer = Answer(name, fields.text("answer", longest=50_000, empty=True, lines=True), complies)
        if optional:
            answer = replace(answer, value=_value(fields, terms, problems), files=_paths(fields))
        if name and name not in terms.criteria:
            problems.add("offer.unknown_criterion", criterion=name)
        elif name in found:
            problems.add("offer.answer_twice", criterion=name)
        found[name] = answer
    return tuple(found.values())


def _value(fields: Fields, terms: Terms, problems: Problems) -> Decimal | None:
    """Return the value stated for a formula; null is the same as an absent one."""
    given = fields.value.get("value")
    if given is None:
        return None
    name = fields.value.get("criterion")
    criterion = terms.criteria.get(name) if isinstance(name, str) else None
    if criterion is not None and criterion.kind != "formula":
        problems.add("offer.value_not_asked", criterion=name)
    value = decimal_text(given, whole=15, places=6)
    if value is None:
        problems.add("offer.value", criterion=name)
    return value


def _paths(fields: Fields) -> tuple[str, ...]:
    if "files" not in fields.value:
        return ()
    listed = fields.items("files", most=MOST_FILES)
    if not all(isinstance(one, str) for one in listed):
        fields.wrong("files", "a list of paths such as files/1")
        return ()
    return tuple(listed)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _too_large() -> Decimal:
    raise Refusal("offer.malformed", expected="amounts below 10^24")
