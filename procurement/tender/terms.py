"""The commercial and contractual terms of a draft as plain data, for the tender document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from procurement.rules.findings import Finding
from procurement.rules.ruleset import RuleSet
from procurement.tender.models import Tender
from procurement.tender.reader import Reader


def read(reader: Reader) -> dict[str, Any]:
    """Return the terms with their defaults filled in."""
    return {}


def findings(tender: Tender, ruleset: RuleSet, now: datetime) -> Iterator[Finding]:
    """Yield what the terms of a draft lack or break."""
    yield from ()
