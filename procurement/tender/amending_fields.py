"""The form by which an open tender is changed: that of a draft without what must stay, and the words of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from procurement.tender.amending import MOST_TEXT
from procurement.tender.forms import DraftForm, read, shown
from procurement.tender.models import Document
from procurement.tender.proposed import CHANGEABLE
from procurement.tender.reader import Problem

_ = lazy_gettext


class AmendmentForm(DraftForm):
    """A change of an open tender: the whole form as it shall read, and what is said of it."""

    text = TextAreaField(_("What changes, and why"), [Length(max=MOST_TEXT)], render_kw={"rows": 5})
    affects_bids = BooleanField(_("This may affect how bids are prepared"))
    replaces = SelectField(_("What it is"), validate_choice=False)


class PublishForm(FlaskForm):
    """The approver's word: publish, perhaps with a later deadline."""

    closes_at = StringField(_("Deadline and opening"))


def made(given: Mapping[str, Any] | None, documents: list[Document], *, fresh: bool = False) -> AmendmentForm:
    """Return the form with its choices; `fresh` takes nothing from the request."""
    more: dict[str, Any] = {"formdata": None} if fresh else {}
    form = AmendmentForm(data=given, meta={"csrf": False}, **more)
    form.replaces.choices = [
        SelectChoice("", _("A further document")),
        *(SelectChoice(one.ref, _("The next version of: %(title)s", title=one.title)) for one in documents),
    ]
    return form


def shown_as(form: Mapping[str, Any], text: str, affects_bids: bool, zone: ZoneInfo) -> dict[str, Any]:
    """Return a change as the fields show it."""
    return {**shown(form, zone), "text": text, "affects_bids": affects_bids}


def read_change(form: AmendmentForm, own: Mapping[str, Any], zone: ZoneInfo) -> tuple[dict[str, Any], list[Problem]]:
    """Return the whole form as typed, and what could not be read. `own` is the tender's form in force.

    What no change may touch is `own`'s; rows keep their numbers, so that a number means the same to every bidder.
    """
    for name in ("category", "currency", "rule_set_id", "procedure", "ground"):
        form[name].data = own[name]
    data, problems = read(form, zone, own["method"])
    changed = {name: data[name] for name in CHANGEABLE}
    lots = [
        {**lot, "number": kept["number"], "items": renumbered(kept["items"], lot["items"], "number")}
        for kept, lot in zip(own["lots"], data["lots"], strict=False)
    ]
    # A row that is lost on the way is no lot taken away: `amending` refuses another number of lots.
    lots += data["lots"][len(lots) :]
    criteria = renumbered(own["criteria"], data["criteria"], "code")
    mine = tuple(f"/{name}" for name in (*CHANGEABLE, "lots", "criteria"))
    told = [one for one in problems if one.pointer.startswith(mine)]
    return {**own, **changed, "lots": lots, "criteria": criteria}, told


def renumbered(before: list[dict[str, Any]], after: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return the later rows with the names (`key`) of the earlier ones: by title, else by their place among the rest.

    A new row gets a number that no earlier one had, so that no number that bidders know becomes another thing.
    """
    left = list(before)
    found: list[dict[str, Any] | None] = []
    for row in after:
        same = next((one for one in left if one["title"] == row["title"] and _kind(one) == _kind(row)), None)
        if same is not None:
            left.remove(same)
        found.append({**row, key: same[key]} if same is not None else None)
    open_rows = [at for at, one in enumerate(found) if one is None]
    # As many left as open: these were given other titles. Otherwise what is open is new, and what is left is gone.
    if len(open_rows) == len(left):
        for at, old in zip(open_rows, left, strict=True):
            if _kind(old) == _kind(after[at]):
                found[at] = {**after[at], key: old[key]}
    taken = {str(one[key]) for one in before}
    rows = []
    for row, one in zip(after, found, strict=True):
        if one is None:
            letter = "R" if row.get("kind") == "requirement" else "C" if "kind" in row else ""
            one = {**row, key: next(name for n in range(1, 10_000) if (name := f"{letter}{n}") not in taken)}
            taken.add(one[key])
        rows.append(one)
    return rows


def _kind(row: Mapping[str, Any]) -> Any:
    return row.get("kind")
