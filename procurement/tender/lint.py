"""The lint of a draft: what its fields and documents say that the law forbids, less what somebody set aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from procurement.rules.findings import Finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the lint found and nobody set aside."""
    yield from ()
