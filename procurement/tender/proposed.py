"""A tender as a form would make it, without a row changed: what content and readiness read, before anything is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from procurement.tender.attaching import current
from procurement.tender.models import ATTACHMENT, Tender

# What a form may change of an open tender. Who buys, under which law and procedure, and which lots there are, stays.
CHANGEABLE = (
    "title", "description", "qualifications", "budget", "closes_at", "contact", "phone", "accepts_consortium",
    "policies", "terms", "method",
)


class _Proposed:
    """Answers like its tender, with the form's values where the form has them."""

    def __init__(self, tender: Tender, values: dict[str, Any]) -> None:
        self._tender, self._values = tender, values

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__["_values"]
        return values[name] if name in values else getattr(self.__dict__["_tender"], name)


def proposed(tender: Tender, form: Mapping[str, Any], files: Sequence[Mapping[str, Any]] = ()) -> Tender:
    """Return `tender` as it would read with this form (`drafting.checked`) and these files. For reading only."""
    rows = {lot.number: lot for lot in tender.lots}
    values: dict[str, Any] = {name: form[name] for name in CHANGEABLE}
    values["lots"] = [
        SimpleNamespace(
            id=rows[lot["number"]].id,
            number=lot["number"],
            title=lot["title"],
            ceiling=lot["ceiling"],
            state=rows[lot["number"]].state,
            items=[SimpleNamespace(id=None, **item) for item in lot["items"]],
        )
        for lot in form["lots"]
    ]
    values["criteria"] = [
        SimpleNamespace(id=None, position=position, **one) for position, one in enumerate(form["criteria"])
    ]
    values["documents"] = _documents(tender, files)
    return cast(Tender, _Proposed(tender, values))


def in_force(tender: Tender) -> list[Any]:
    """Return the attachments in force in their places; the generated document follows the notices and is in none."""
    found: list[Any] = list(current(tender.documents))
    return found


def _documents(tender: Tender, files: Sequence[Mapping[str, Any]]) -> list[Any]:
    found: list[Any] = in_force(tender)
    for number, file in enumerate(files, start=1):
        made = SimpleNamespace(
            id=None, ref=f"new-{number}", kind=ATTACHMENT, version=1, ended_at=None, replaces_id=None, **file
        )
        places = [at for at, one in enumerate(found) if one.ref == file["replaces"]]
        if places:
            made.title = file["title"] or found[places[0]].title
            found[places[0]] = made
        else:
            found.append(made)
    return found
