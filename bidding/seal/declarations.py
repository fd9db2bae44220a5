"""What a bidder declares of itself and its goods, as far as the notice's policies ask.

The forms behind it are the declaration of small and medium enterprises (财库〔2020〕46号), that of domestic products
(国办发〔2025〕34号) and the lists of labelled products (财库〔2019〕9号). The law's figures are not here: whether a
declaration earns a deduction is for the evaluation, with the tender's frozen rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bidding.seal.reading import Fields, Problems, decimal_text

ENTERPRISE_SIZES = ("large", "medium", "small", "micro")
LABELS = ("energy", "environment")
NAMES = ("enterprise_size", "sme", "domestic", *LABELS, "imported", "consortium")
MOST_MEMBERS = 20
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Asked:
    """Which declarations a lot takes. What is `demanded` must be there, the rest may; anything else is not asked.

    `items` are the item numbers by label for which a certificate is demanded; `is_reserved` tells that only small and
    medium enterprises may win; `may_import` that imported goods are approved.
    """

    names: frozenset[str] = frozenset({"enterprise_size"})
    demanded: frozenset[str] = frozenset()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_reserved: bool = False
    may_import: bool = True


@dataclass(frozen=True)
class SmeLine:
    """Who makes an item (goods) or carries it out (services, works), and of which size in which industry it is.

    `staff`, `revenue` and `assets` are what the declaration's form states besides, in persons and in 10,000 yuan.
    """

    item: str
    name: str
    size: str
    industry: str
    staff: Decimal | None = None
    revenue: Decimal | None = None
    assets: Decimal | None = None


@dataclass(frozen=True)
class DomesticLine:
    """Whether an item is a domestic product; `share` is its part of the cost of all items, in per cent."""

    item: str
    is_domestic: bool
    share: Decimal | None


@dataclass(frozen=True)
class Certificate:
    """The certificate of a label for one item."""

    item: str
    certificate: str


@dataclass(frozen=True)
class Member:
    """Another member of the consortium, or a subcontractor; `share` is its part of the contract in per cent."""

    name: str
    number: str
    share: Decimal
    enterprise_size: str


@dataclass(frozen=True)
class Declarations:
    """All declarations of one offer; what was not declared is None or empty."""

    enterprise_size: str | None = None
    sme: tuple[SmeLine, ...] = ()
    domestic: tuple[DomesticLine, ...] = ()
    energy: tuple[Certificate, ...] = ()
    environment: tuple[Certificate, ...] = ()
    imported: Mapping[str, bool] = field(default_factory=dict)
    members: tuple[Member, ...] = ()

    @property
    def given(self) -> frozenset[str]:
        """Return the names of what was declared."""
        found = {name for name in ("sme", "domestic", *LABELS, "imported") if getattr(self, name)}
        found |= {"enterprise_size"} if self.enterprise_size else set()
        return frozenset(found | ({"consortium"} if self.members else set()))


def asked(tender: Mapping[str, Any], lot: Mapping[str, Any]) -> Asked:
    """Return what a lot asks bidders to declare, from the notice's own words.

    A notice without policies, such as those of the first version, takes the size of the enterprise and demands
    nothing. Raises KeyError, TypeError or AttributeError for a notice that is not of its form.
    """
    policies = tender.get("policies")
    if policies is None:
        return Asked()
    is_priced = lot.get("priced", True) is not False
    is_goods = is_priced and tender.get("category") == "goods"
    reserve = policies.get("sme_reserve", "none")
    is_for_sme = reserve != "none" or (is_priced and _any(policies, "sme_rate", "sme_consortium_rate"))
    names, demanded, items = {"enterprise_size"}, set(), {}
    if is_for_sme:
        demanded.add("enterprise_size")
        names |= {"sme"} if is_priced else set()
    if reserve == "whole" and is_priced:
        demanded.add("sme")
    if tender.get("consortium") is True or reserve == "part" or _any(policies, "sme_consortium_rate"):
        names.add("consortium")
    if is_goods:
        names.add("imported")
        names |= {"domestic"} if policies.get("domestic_rate") else set()
        names |= {label for label in LABELS if policies.get(label, "none") != "none"}
        for label in LABELS:
            if policies.get(label) == "mandatory":
                demanded.add(label)
                items[label] = _labelled(policies.get(f"{label}_items") or (), lot)
    return Asked(
        frozenset(names),
        frozenset(demanded),
        items,
        is_reserved=reserve == "whole",
        may_import=policies.get("imported", "no") == "approved",
    )


def _any(policies: Mapping[str, Any], *names: str) -> bool:
    return any(policies.get(name) for name in names)


def _labelled(listed: Any, lot: Mapping[str, Any]) -> tuple[str, ...]:
    """Return those items of the lot that a list of "lot/item" names; an empty list names all."""
    return tuple(one["item"] for one in lot["items"] if not listed or f"{lot['lot']}/{one['item']}" in listed)


def parse_declarations(
    value: Any, items: Mapping[str, Any], problems: Problems, *, names: tuple[str, ...] = NAMES
) -> Declarations:
    """Read the member ``declarations`` of an offer, whose lines are about `items`.

    Notes ``offer.malformed``, ``offer.missing_field``, ``offer.unknown_field``, ``offer.unknown_item`` and
    ``offer.item_twice``.
    """
    top = Fields(value, (), problems, "offer.malformed", "declarations", optional=names)
    lines = _Lines(top, items, problems)
    at = "declarations.consortium"
    members = Fields(top.value.get("consortium", {"members": []}), ("members",), problems, "offer.malformed", at)
    return Declarations(
        enterprise_size=_size(top, "enterprise_size") if top.value.get("enterprise_size") is not None else None,
        sme=tuple(
            SmeLine(
                item,
                row.text("name"),
                _size(row, "size"),
                row.text("industry", longest=100),
                *(_number(row, name, places) for name, places in _FIGURES.items()),
            )
            for item, row in lines.of("sme", ("name", "size", "industry"), tuple(_FIGURES))
        ),
        domestic=tuple(
            DomesticLine(item, _flag(row, "domestic"), _percent(row) if "share" in row.value else None)
            for item, row in lines.of("domestic", ("domestic",), ("share",))
        ),
        energy=_certificates(lines, "energy"),
        environment=_certificates(lines, "environment"),
        imported={item: _flag(row, "imported") for item, row in lines.of("imported", ("imported",))},
        members=tuple(_members(members)),
    )


_FIGURES = {"staff": 0, "revenue": 2, "assets": 2}


class _Lines:
    """The lists whose lines are about an item of the lot, each item once."""

    def __init__(self, top: Fields, items: Mapping[str, Any], problems: Problems) -> None:
        self.top, self.items, self.problems = top, items, problems

    def of(self, list_name: str, names: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[tuple[str, Fields]]:
        """Return item and fields of each line of one list; an absent list has none."""
        if list_name not in self.top.value:
            return []
        found: dict[str, Fields] = {}
        for number, value in enumerate(self.top.items(list_name, most=10_000), start=1):
            at = f"declarations.{list_name}.{number}"
            row = Fields(value, ("item", *names), self.problems, "offer.malformed", at, optional=optional)
            item = row.text("item", longest=64)
            if item and item not in self.items:
                self.problems.add("offer.unknown_item", item=item)
            elif item in found:
                self.problems.add("offer.item_twice", item=item)
            elif item:
                found[item] = row
        return list(found.items())


def _certificates(lines: _Lines, name: str) -> tuple[Certificate, ...]:
    return tuple(Certificate(item, row.text("certificate")) for item, row in lines.of(name, ("certificate",)))


def _members(fields: Fields) -> list[Member]:
    found = []
    for number, value in enumerate(fields.items("members", most=MOST_MEMBERS), start=1):
        at = f"declarations.consortium.members.{number}"
        row = Fields(value, ("name", "number", "share", "enterprise_size"), fields.problems, "offer.malformed", at)
        member = Member(row.text("name"), row.text("number", longest=64), _percent(row), _size(row, "enterprise_size"))
        found.append(member)
    return found


def _size(row: Fields, name: str) -> str:
    size = row.value.get(name)
    if size not in ENTERPRISE_SIZES:
        row.wrong(name, "one of " + ", ".join(ENTERPRISE_SIZES))
        return ""
    return str(size)


def _flag(row: Fields, name: str) -> bool:
    value = row.value.get(name)
    if not isinstance(value, bool):
        row.wrong(name, "true or false")
    return value is True


def _percent(row: Fields) -> Decimal:
    share = decimal_text(row.value.get("share"), whole=3, places=6)
    if share is None or share > WHOLE:
        row.wrong("share", "a decimal from 0 to 100")
    return share or Decimal(0)


def _number(row: Fields, name: str, places: int) -> Decimal | None:
    if name not in row.value:
        return None
    number = decimal_text(row.value[name], whole=15, places=places or 1)
    if number is None or (not places and "." in row.value[name]):
        row.wrong(name, "a number that is not negative")
    return number


def problems_with(given: Declarations, wanted: Asked, items: Mapping[str, Any], problems: Problems) -> None:
    """Note what a readable set of declarations lacks or says that the lot does not admit.

    ``offer.declaration_missing`` (facts `declaration`, `item`), ``offer.declaration_not_asked`` (`declaration`),
    ``offer.not_sme`` and ``offer.imported`` (`item`), ``offer.shares`` (`declaration`, `sum`).
    """
    for name in NAMES:
        if name in given.given and name not in wanted.names:
            problems.add("offer.declaration_not_asked", declaration=name)
    if "enterprise_size" in wanted.demanded and given.enterprise_size is None:
        problems.add("offer.declaration_missing", declaration="enterprise_size", item="")
    # A declaration that is begun is made for every item: one item left out would spoil it.
    for name, lines in (("sme", given.sme), ("domestic", given.domestic)):
        named = {one.item for one in lines}
        if name in wanted.names and (lines or name in wanted.demanded):
            for item in items:
                if item not in named:
                    problems.add("offer.declaration_missing", declaration=name, item=item)
    for label in LABELS:
        certified = {one.item for one in getattr(given, label)}
        for item in wanted.items.get(label, ()):
            if item not in certified:
                problems.add("offer.declaration_missing", declaration=label, item=item)
    if wanted.is_reserved:
        large = [one.item for one in given.sme if one.size == "large"]
        large += [""] if not given.sme and given.enterprise_size == "large" else []
        for item in large:
            problems.add("offer.not_sme", item=item)
    if not wanted.may_import:
        for item, is_imported in given.imported.items():
            if is_imported:
                problems.add("offer.imported", item=item)
    _check_shares(given, problems)


def _check_shares(given: Declarations, problems: Problems) -> None:
    if len(given.domestic) > 1:
        total = sum((one.share or Decimal(0) for one in given.domestic), Decimal(0))
        if total != WHOLE:
            problems.add("offer.shares", declaration="domestic", sum=plain(total))
    total = sum((one.share for one in given.members), Decimal(0))
    if total > WHOLE or (given.members and total == 0):
        problems.add("offer.shares", declaration="consortium", sum=plain(total))


def plain(number: Decimal) -> str:
    """Return a decimal as text without trailing zeros: "100", "82.5"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
