"""Procedure and stage of a draft: is it lawful for this purchase, is its ground named, who is invited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from procurement.rules.findings import Finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the procedure of a draft lacks or breaks."""
    yield from ()
