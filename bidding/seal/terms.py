"""The terms of one lot, read from the bytes of a tender notice: what a bid is measured against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from bidding.seal.declarations import Asked, asked
from bidding.seal.reading import RECIPIENT, decimal_text
from bidding.seal.versions import in_force, read_notice
from foundation import canonical
from foundation.errors import Refusal

MOST_LAYERS = 127
MOST_RECIPIENTS = 32
KINDS = ("requirement", "price", "points", "formula")

T = TypeVar("T")


@dataclass(frozen=True)
class Criterion:
    """One criterion of the lot: `kind` is "requirement", "price", "points" or "formula".

    The bidder states a value for a formula. `evidence` are the titles of what must be proved by a file.
    """

    criterion: str
    kind: str
    is_mandatory: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One layer of the key policy: any one of `recipients` opens it."""

    name: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What the notice says of one lot and one envelope. Amounts are exact, in the main unit.

    A lot that is not priced takes no items and no ceiling; `asked` is what its policies want declared.
    """

    notice: str
    tender: str
    lot: str
    envelope: int
    currency: str
    ceiling: Decimal | None
    quantities: Mapping[str, Decimal]
    criteria: Mapping[str, Criterion]
    layers: tuple[Layer, ...]
    is_priced: bool = True
    asked: Asked = field(default_factory=Asked)
    # Counts the amendments that may affect bids; `notice` stays the digest of the original.
    version: int = 1


def terms_of(notice: bytes, lot: str, envelope: int = 1, amendments: Sequence[bytes] = ()) -> Terms:
    """Read the terms of `lot` from the canonical bytes of a signed notice and of its signed amendments, in order.

    The signatures are checked by whoever fetched them. Raises `Refusal` with ``notice.malformed``,
    ``notice.not_canonical``, ``notice.amendment``, ``notice.unknown_lot`` or ``notice.unknown_envelope``.
    """
    digest = canonical.digest(notice)
    document, version = in_force(read_notice(notice), digest, [read_notice(one) for one in amendments])
    try:
        return replace(_terms(document, digest, lot, envelope), version=version)
    except (KeyError, TypeError, AttributeError) as fault:
        raise Refusal("notice.malformed", at=str(fault)[:100]) from fault


def _terms(document: Any, digest: str, lot: str, envelope: int) -> Terms:
    # Every stage of a procedure has a kind of notice of its own; those that take bids name envelopes.
    if document["format"] != "sunseal-notice/1":
        raise Refusal("notice.malformed", at="format")
    tender = document["tender"]
    here = [one for one in tender["lots"] if one["lot"] == lot]
    if len(here) != 1:
        raise Refusal("notice.unknown_lot", lot=lot)
    sealed = [one for one in document["envelopes"] if one["lot"] == lot and one["envelope"] == envelope]
    if len(sealed) != 1:
        raise Refusal("notice.unknown_envelope", lot=lot, envelope=envelope)
    is_priced = here[0].get("priced", True) is not False
    ceiling = here[0].get("ceiling") if is_priced else None
    return Terms(
        notice=digest,
        tender=_text(tender["ref"]),
        lot=lot,
        envelope=envelope,
        currency=_text(here[0].get("currency") or tender.get("currency") or "CNY"),
        ceiling=None if ceiling is None else _number(ceiling, "ceiling"),
        quantities=_unique(
            (_text(one["item"]), _number(one["quantity"], "quantity")) for one in here[0]["items"]
        ),
        criteria=_unique((_text(one["criterion"]), _criterion(one)) for one in here[0]["criteria"]),
        layers=_layers(sealed[0]["layers"]),
        is_priced=is_priced,
        asked=asked(tender, here[0]),
    )


def _layers(given: Any) -> tuple[Layer, ...]:
    layers = tuple(
        Layer(_text(one["name"]), tuple(_recipient(r) for r in one["recipients"])) for one in given
    )
    if not 1 <= len(layers) <= MOST_LAYERS or any(
        not 1 <= len(x.recipients) <= MOST_RECIPIENTS for x in layers
    ):
        raise Refusal("notice.malformed", at="layers")
    return layers


def _criterion(given: Any) -> Criterion:
    kind = given["kind"]
    if kind not in KINDS:
        raise Refusal("notice.malformed", at="criteria.kind")
    evidence = tuple(one["title"] for one in given.get("evidence") or () if one.get("required") is True)
    return Criterion(given["criterion"], kind, given.get("mandatory", False) is True, evidence)


def _unique(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    listed = list(pairs)
    found = dict(listed)
    if len(found) != len(listed):
        raise Refusal("notice.malformed", at="a name stands twice")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text")
    return value


def _recipient(value: Any) -> str:
    if not isinstance(value, str) or not RECIPIENT.match(value):
        raise Refusal("notice.malformed", at="recipients")
    return value


def _number(value: Any, at: str) -> Decimal:
    number = decimal_text(value, whole=15, places=6)
    if number is None:
        raise Refusal("notice.malformed", at=at)
    return number
