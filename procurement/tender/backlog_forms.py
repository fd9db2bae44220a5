"""Rows of a backlog as the forms of the rooms, each with the way back from a pointer to its cell. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foundation.reader import Problem
from procurement.scoring.formula import HIGHER, LINEAR, MIN_MAX, STEPS
from procurement.scoring.method import FORMULA, POINTS, PRICE, REQUIREMENT, WEIGHTED_POINTS
from procurement.tender.backlog_reading import Fault, Row, Rows
from procurement.tender.criterion_fields import read_bands, read_steps

_PROJECT = (
    "year", "title", "need", "category", "classification", "quantity", "unit", "amount", "begins_on", "sme_reserve",
    "sme_share", "sme_small", "sme_reason", "urgency",
)  # fmt: skip
_TENDER = (
    "title", "description", "qualifications", "category", "procedure", "ground", "ground_reason", "budget", "closes_at",
    "contact", "phone", "accepts_consortium",
)  # fmt: skip
_POLICIES = ("industry", "sme_reserve", "sme_share", "sme_small", "sme_reason", "sme_rate")
_TERMS = ("delivery_place", "delivery_time", "payment")
_ITEM = ("title", "quantity", "unit", "spec", "is_substantive")
SCHEME = "CN-GPC"


@dataclass(frozen=True)
class Draft:
    """One form with the row it begins in; `places` leads from pointers into the form to a row and a column."""

    row: Row
    form: Mapping[str, Any]
    places: Mapping[str, tuple[Row, str]]

    def place_of(self, pointer: str) -> tuple[Row, str]:
        """Return the cell of a pointer: its own, or that of the nearest thing around it."""
        while pointer:
            if pointer in self.places:
                return self.places[pointer]
            pointer = pointer.rpartition("/")[0]
        return self.row, ""


def lines_of(rows: Rows) -> list[Draft]:
    """Return the forms of budget lines (`plan.drafting.line`)."""
    return [_plain(row, ("year", "code", "title", "funding", "amount")) for row in rows["budget"]]


def projects_of(rows: Rows) -> list[Draft]:
    """Return the forms of projects (`plan.drafting.project`), without their budget lines."""
    found = []
    for row in rows["plan"]:
        draft = _plain(row, _PROJECT)
        form = {**draft.form, **_given(row, ("procedure",))}
        found.append(Draft(row, form, {**draft.places, "/procedure": (row, "procedure")}))
    return found


def drafts_of(rows: Rows, faults: list[Fault]) -> list[Draft]:
    """Return the forms of tenders with their lots, items and criteria; a row that names no tender becomes a fault."""
    found = []
    numbers = {row.get("number") for row in rows["tenders"] if row.get("number")}
    for key in ("items", "criteria"):
        for row in rows[key]:
            if row.get("tender") and row.get("tender") not in numbers:
                faults.append(row.fault("backlog.reference", "tender", named=row.get("tender")))
    for row in rows["tenders"]:
        draft = _plain(row, _TENDER)
        places = dict(draft.places)
        places |= {f"/policies/{key}": (row, key) for key in _POLICIES}
        places |= {f"/terms/{key}": (row, key) for key in _TERMS}
        places |= {"/method": (row, "method"), "/plan_ref": (row, "plan")}
        number = row.get("number")
        form = {
            **draft.form,
            "method": {"id": row.get("method", WEIGHTED_POINTS)},
            "policies": _given(row, _POLICIES),
            "terms": _given(row, _TERMS),
            "lots": _lots([one for one in rows["items"] if number and one.get("tender") == number], places, faults),
            "criteria": _criteria(
                [one for one in rows["criteria"] if number and one.get("tender") == number], places, faults
            ),
        }
        found.append(Draft(row, form, places))
    return found


def _plain(row: Row, keys: tuple[str, ...]) -> Draft:
    return Draft(row, _given(row, keys), {f"/{key}": (row, key) for key in keys})


def _given(row: Row, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: row.values[key] for key in keys if row.values.get(key) is not None}


def _lots(rows: list[Row], places: dict[str, tuple[Row, str]], faults: list[Fault]) -> list[dict[str, Any]]:
    lots: dict[str, dict[str, Any]] = {}
    for row in rows:
        number = row.get("lot", "1")
        lot = lots.setdefault(number, {"number": number, "title": "", "ceiling": 0, "items": []})
        at = f"/lots/{list(lots).index(number)}"
        places.setdefault(at, (row, "lot"))
        for key, name in (("lot_title", "title"), ("ceiling", "ceiling")):
            said = row.get(key)
            places.setdefault(f"{at}/{name}", (row, key))
            if said and lot[name] and said != lot[name]:
                faults.append(row.fault("backlog.differs", key, lot=number))
            elif said:
                lot[name] = said
                places[f"{at}/{name}"] = (row, key)
        item = f"{at}/items/{len(lot['items'])}"
        places[item] = (row, "item")
        places |= {f"{item}/{key}": (row, key) for key in (*_ITEM, "classification")}
        places[f"{item}/number"] = (row, "item")
        code = row.get("classification")
        lot["items"].append(
            {
                **_given(row, _ITEM),
                "number": row.get("item") or str(len(lot["items"]) + 1),
                **({"scheme": SCHEME, "classification": code} if code else {}),
            }
        )
    for lot in lots.values():
        if not lot["title"] and lot["items"]:
            lot["title"] = lot["items"][0].get("title", "")
    return list(lots.values())


def _criteria(rows: list[Row], places: dict[str, tuple[Row, str]], faults: list[Fault]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    letters = {REQUIREMENT: 0, "other": 0}
    for at, row in enumerate(rows):
        kind, place, problems = row.get("kind"), f"/criteria/{at}", list[Problem]()
        group = REQUIREMENT if kind == REQUIREMENT else "other"
        letters[group] += 1
        usual = f"{'R' if kind == REQUIREMENT else 'C'}{letters[group]}"
        places[place] = (row, "title")
        for key in ("code", "kind", "title", "guidance", "weight", "step", "bands", "formula", "evidence"):
            places[f"{place}/{key}"] = (row, key)
        for key in ("direction", "unit", "steps", "zero", "full"):
            places[f"{place}/formula/{key}"] = (row, key)
        one = {**_given(row, ("kind", "title", "guidance")), "code": row.get("code", usual)}
        one |= _given(row, ("weight",)) if kind != REQUIREMENT else {}
        one["evidence"] = [
            {"title": line.strip(), "required": key == "evidence"}
            for key in ("evidence", "evidence_optional")
            for line in str(row.get(key)).splitlines()
            if line.strip()
        ]
        if kind == POINTS:
            one |= _given(row, ("step",))
            one["bands"] = read_bands(row.get("bands"), f"{place}/bands", problems)
        if kind == FORMULA:
            one["formula"] = _formula(row, f"{place}/formula", problems)
        faults += [row.fault(each.rule, each.pointer.rpartition("/")[2], **dict(each.facts)) for each in problems]
        faults += [row.fault("backlog.not_for_kind", key) for key in _foreign(row, kind)]
        found.append(one)
    return found


def _foreign(row: Row, kind: str) -> list[str]:
    """Return the filled columns that a criterion of this kind does not have."""
    own = {
        REQUIREMENT: {"evidence", "evidence_optional"},
        PRICE: {"weight"},
        POINTS: {"weight", "step", "bands", "evidence", "evidence_optional"},
        FORMULA: {"weight", "formula", "direction", "unit", "steps", "zero", "full", "evidence", "evidence_optional"},
    }.get(kind)
    if own is None:
        return []
    general = {"tender", "code", "kind", "title", "guidance"}
    return [key for key, value in row.values.items() if value is not None and key not in own | general]


def _formula(row: Row, at: str, problems: list[Problem]) -> dict[str, Any]:
    kind = row.get("formula", STEPS)
    found: dict[str, Any] = {"type": kind, "unit": row.get("unit")}
    if kind == LINEAR:
        return found | _given(row, ("zero", "full"))
    found["direction"] = row.get("direction", HIGHER)
    if kind != MIN_MAX:
        found["steps"] = read_steps(row.get("steps"), found["direction"], f"{at}/steps", problems)
    return found
