"""Words for the codes that stand in notices and entries, said in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from supervision.desk import words as desk

CATEGORIES: dict[str, Any] = {"goods": _("Goods"), "services": _("Services"), "works": _("Works")}

METHODS: dict[str, Any] = {
    "weighted_points": _("Weighted points"),
    "lowest_price": _("Lowest evaluated price"),
    "qualification": _("Judged by requirements alone"),
}

CRITERIA: dict[str, Any] = {
    "requirement": _("Requirement: pass or fail"),
    "price": _("Price: computed"),
    "points": _("Points: judged by experts"),
    "formula": _("Formula: computed from a stated value"),
}

NOTICES: dict[str, Any] = {
    "tender": _("Tender notice"),
    "prequalification": _("Prequalification notice"),
    "invitation": _("Invitation to bid"),
    "round": _("Invitation to the next round"),
    "call_off": _("Call-off"),
    "single_source": _("Single source publicity"),
    "amendment": _("Amendment"),
    "clarification": _("Answers to questions"),
    "cancellation": _("Cancellation notice"),
    "opening": _("Opening record"),
    "failure": _("Failed lot"),
    "evaluation": _("Evaluation"),
    "award": _("Award notice"),
    "intention": _("Notice of intention"),
    "correction": _("Correction notice"),
    "termination": _("Termination notice"),
    "agreement_summary": _("Summary of the orders under a framework agreement"),
    "agreement": _("Notice of who is admitted to a framework agreement"),
    "shortlist": _("Notice of who goes on"),
    "candidates": _("Notice of the candidates for the award"),
}

# Kinds of entry in the trail, as the desk says them.
ENTRIES: dict[str, Any] = desk.KINDS

READERS: dict[str, Any] = {
    "public": _("The public"),
    "suppliers": _("Other suppliers"),
    "authority": _("The authority"),
    "experts": _("Experts"),
    "inspectors": _("Inspectors"),
    "server": _("Whoever has full power over the server"),
}

# What someone can see → words, and whether an eye is open: "shut", "eye" or "warning".
SIGHTS: dict[str, tuple[Any, str]] = {
    "nothing": (_("Nothing, not even how many"), "shut"),
    "own_copy": (_("Only their own bid"), "shut"),
    "technically_possible": (_("Could read with effort"), "warning"),
    "opening_record": (_("The opening record"), "eye"),
    "offers": (_("The offers"), "eye"),
    "all_logged": (_("Everything; each reading is recorded"), "eye"),
    "scores": (_("Scores and reasons"), "eye"),
    "all": (_("Everything"), "eye"),
}


def word(table: dict[str, Any], code: str) -> str:
    """Return the word for a code, or the code itself where the table does not know it."""
    return str(table.get(code, code))
