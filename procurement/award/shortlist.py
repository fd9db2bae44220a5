"""What is said of a selection: the value that the trail's digest commits to, and the notice ``shortlist``. Pure.

The format is ``docs/formats/notice.md``. Where the opening record of a stage is withheld until the following one is
opened (an invited tender after its prequalification), nobody may learn who goes on, nor how many: the notice then holds
the digest alone, and the award notice of the following stage opens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from procurement.rules.procedure import Stage

FORMAT = "sunseal-selection/1"
# Why a bid does not go on: the evaluation excluded it, the knock-out of a framework, or the officer's own reason.
CAUSES = ("evaluation", "knock_out", "officer")


def committed(
    ref: str, tender: str, lot: str, selected: Sequence[Mapping[str, Any]], left_out: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the value a selection commits to: letters of bids in their order, and why the others stay behind."""
    return {
        "format": FORMAT,
        "selection": ref,
        "tender": tender,
        "lot": lot,
        "selected": [one["bid"] for one in selected],
        "left_out": [{"bid": one["bid"], "cause": one["cause"], "reason": one["reason"]} for one in left_out],
    }


def content(
    *,
    head: Mapping[str, Any],
    tender: Mapping[str, Any],
    lot: Mapping[str, Any],
    stage: Stage,
    selection: str,
    commitment: str,
    evaluation_sha256: str,
    selected: Sequence[Mapping[str, Any]],
    left_out: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    challenge: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the content of the notice. `names` are the suppliers by their bid's letter."""
    said: dict[str, Any] = {
        **head,
        "tender": {"ref": tender["ref"], "title": tender["title"], "category": tender["category"]},
        "lot": {"lot": lot["lot"], "title": lot["title"]},
        "stage": {"id": stage.id, "name": stage.name.as_json()},
        "selection": {"ref": selection, "commitment": commitment},
        "challenge": dict(challenge),
    }
    if stage.record == "withheld":
        return said
    said["selected"] = [{"bid": one["bid"], "bidder": names[one["bid"]]} for one in selected]
    said["not_selected"] = [
        {"bid": one["bid"], "bidder": names[one["bid"]], "cause": one["cause"], "reason": one["reason"]}
        for one in left_out
    ]
    said["evaluation"] = {"sha256": evaluation_sha256}
    return said
