"""Amendments of a test, made as people make them: an officer writes, an approver publishes what may affect bids."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from procurement.notices import queries as notices
from procurement.notices.models import Notice
from procurement.tender import amending, content, queries
from tests.builders.people import People
from tests.builders.tenders import as_approver, as_officer


def form_of(ref: str) -> dict[str, Any]:
    """Return the form of an open tender, to be changed and given to `saved`."""
    return deepcopy(content.form_of(queries.by_ref(ref)))


def saved(people: People, ref: str, form: dict[str, Any], *, affects_bids: bool = False, **more: Any) -> None:
    """Keep a change as its officer."""
    with as_officer(people) as act:
        more.setdefault("text", "现对招标文件作如下更正。")
        amending.save(act, queries.by_ref(ref), form=form, affects_bids=affects_bids, **more)


def proposed(people: People, ref: str) -> None:
    """Hand the change that is being prepared to the second person."""
    with as_officer(people) as act:
        amending.propose(act, waiting(ref))


def published(people: People, ref: str, *, closes_at: datetime | None = None) -> Notice:
    """Publish the change that waits, as the approver."""
    with as_approver(people) as act:
        number = amending.publish(act, waiting(ref), closes_at=closes_at).ref
    return notices.by_ref(number)


def amended(people: People, ref: str, form: dict[str, Any], *, affects_bids: bool = True, **more: Any) -> Notice:
    """Write, propose and publish a change that may affect bids."""
    saved(people, ref, form, affects_bids=affects_bids, **more)
    proposed(people, ref)
    return published(people, ref)


def waiting(ref: str) -> Any:
    """Return the change of a tender that is being prepared or waits."""
    found = queries.amendment_of(queries.by_ref(ref))
    assert found is not None
    return found
