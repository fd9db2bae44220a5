"""What the expert's pages show: the state of a lot for one member, an offer without its supplier and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bidding.box.models import Bid, BidFile
from procurement.evaluation import queries
from procurement.evaluation.marks import Mark, Measure, Problem
from procurement.evaluation.values import Worth, worth
from procurement.panel import queries as panel
from procurement.panel.models import PanelMember
from procurement.scoring.arithmetic import parse_decimal
from procurement.tender.models import Lot


@dataclass(frozen=True)
class LotState:
    """Where a member stands with one lot.

    `step` is ``waiting`` (for the opening), ``declare``, ``judging``, ``ready`` (all marks given), ``signed`` (others
    have not), ``done`` or ``failed``.
    """

    lot: Lot
    step: str
    done: int = 0
    total: int = 0
    missing: tuple[Problem, ...] = ()
    signed_at: datetime | None = None
    first: str = ""


def states(member: PanelMember, now: datetime) -> list[LotState]:
    """Return the state of every lot of a member's tender."""
    return [state(member, lot, now) for lot in member.tender.lots]


def state(member: PanelMember, lot: Lot, now: datetime) -> LotState:
    """Return where a member stands with a lot."""
    if lot.state in panel.BEFORE_OPENING:
        return LotState(lot, "waiting")
    if lot.state in ("failed", "cancelled"):
        return LotState(lot, "failed")
    signed = queries.sign_off_of(member, lot)
    signed_at = signed.signed_at if signed is not None else None
    if lot.state != panel.TO_JUDGE:
        return LotState(lot, "done", signed_at=signed_at)
    if member.declared_at is None:
        return LotState(lot, "declare")
    terms = queries.terms_of(lot)
    bids = queries.bids_to_judge(lot, terms)
    found = queries.progress(member, lot, bids, terms)
    step = "signed" if signed is not None else "judging" if found.missing else "ready"
    first = found.missing[0].bid if found.missing else bids[0].letter if bids else ""
    return LotState(lot, step, found.done, found.total, found.missing, signed_at, first)


def following(bids: Sequence[Bid], bid: Bid, found: LotState) -> Bid | None:
    """Return the next bid whose sheet has gaps, looking forward from this one and then from the start."""
    at = [one.id for one in bids].index(bid.id)
    open_letters = {one.bid for one in found.missing}
    return next((one for one in (*bids[at + 1 :], *bids[:at]) if one.letter in open_letters), None)


def answers(bid: Bid) -> dict[str, dict[str, Any]]:
    """Return a bid's answers by criterion: ``{"answer", "complies", "value", "files"}``."""
    return {one["criterion"]: one for one in (bid.offer or {}).get("answers") or ()}


def lines(bid: Bid, terms: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a bid offers for each item beside what the notice asks for, without prices: nobody scores those."""
    offered = {one["item"]: one for one in (bid.offer or {}).get("items") or ()}
    return [{"asked": one, "offered": offered.get(one["item"], {})} for one in terms["items"]]


def worths(bid: Bid, bids: Sequence[Bid], terms: Mapping[str, Any]) -> dict[str, Worth]:
    """Return by criterion what the values that a bid states are worth if they are accepted."""
    criteria = {one["criterion"]: one for one in terms["criteria"]}
    all_values = [queries.values(terms, one) for one in bids]
    found: dict[str, Worth] = {}
    for code, value in queries.values(terms, bid).items():
        among = [one[code] for one in all_values if code in one]
        one = worth(criteria[code], value, among, terms["method"].get("rounding"))
        if one is not None:
            found[code] = one
    return found


def proofs(bid: Bid) -> dict[str, list[BidFile]]:
    """Return by criterion the files that a bid names as proof of its answer."""
    kept = {(one.name, one.sha256): one for one in bid.files}
    listed = {one["path"]: (one["name"], one["sha256"]) for one in (bid.offer or {}).get("files") or ()}
    found = {
        code: [kept.get(listed[path]) for path in answer.get("files") or () if path in listed]
        for code, answer in answers(bid).items()
    }
    return {code: [one for one in files if one is not None] for code, files in found.items()}


def typed(measures: Sequence[Measure], marks: Mapping[str, Mark]) -> dict[str, dict[str, Any]]:
    """Return kept marks in the shape of the form, as `given` reads it."""
    found: dict[str, dict[str, Any]] = {}
    for one in measures:
        mark = marks.get(one.code, Mark())
        found[one.code] = {"reason": mark.reason}
        if one.is_points:
            found[one.code] |= {"points": mark.points or "", "band": _band(one, mark)}
        else:
            found[one.code] |= {"verdict": mark.verdict}
    return found


def given(measures: Sequence[Measure], form: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Read the form of a sheet: ``points-C2``, ``band-C2``, ``verdict-R1`` (yes or no), ``reason-C2``."""
    found: dict[str, dict[str, Any]] = {}
    for one in measures:
        found[one.code] = {"reason": form.get(f"reason-{one.code}", "")}
        if one.is_points:
            found[one.code] |= {
                "points": form.get(f"points-{one.code}", ""),
                "band": form.get(f"band-{one.code}", ""),
            }
        else:
            chosen = form.get(f"verdict-{one.code}")
            found[one.code] |= {"verdict": {"yes": True, "no": False}.get(chosen or "")}
    return found


def _band(measure: Measure, mark: Mark) -> str:
    if mark.points is None:
        return ""
    points = parse_decimal(mark.points)
    return next((str(place) for place, band in enumerate(measure.bands) if band.holds(points)), "")
