"""A file of open data becomes a draft: a project of the plan, or a tender; of a file with a fault nothing."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.canonical import digest
from identity.models import Account, Organisation
from procurement.plan import ocds as plan_ocds
from procurement.plan import operations as plan
from procurement.tender import ocds, operations
from supervision.trail.act import Act

PROJECT, TENDER = "project", "tender"


@dataclass(frozen=True)
class Imported:
    """What was made: its kind, its reference, and pointers to what the file said that has no place in it."""

    kind: str
    ref: str
    left_out: tuple[str, ...]


def make(act: Act, data: bytes, *, authority: Organisation, account: Account) -> Imported:
    """Make a draft from the bytes of an OCDS release.

    Refuses ``import.unreadable``, ``import.not_a_release``, ``import.many_releases``, ``import.no_tender``, and
    ``plan.invalid`` or ``tender.invalid`` with all problems at once.
    """
    release = ocds.read(data)
    if plan_ocds.is_planning(release):
        form, left = plan_ocds.from_release(release)
        project = plan.create(act, authority=authority, account=account, data=form)
        return Imported(PROJECT, project.ref, tuple(sorted(left)))
    form = ocds.from_release(release)
    form["source"]["sha256"] = digest(data)
    tender = operations.create(act, authority=authority, account=account, data=form)
    return Imported(TENDER, tender.ref, tuple(form["source"]["left_out"]))
