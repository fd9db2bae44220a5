"""The criteria of a draft as plain data (see `drafting`)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from procurement.scoring.method import KINDS, LOWEST_PRICE, POINTS, PRICE
from procurement.tender.reader import Reader

MOST_CRITERIA, MOST_BANDS, MOST_EVIDENCE = 60, 12, 12

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")


def read(row: Reader, index: int, method_id: str) -> dict[str, Any]:
    """Return one criterion with its defaults filled in."""
    kind = row.choice("kind", KINDS, POINTS)
    # In the lowest-price method the price is all that counts, so its weight is not a question.
    absent = "100" if kind == PRICE and method_id == LOWEST_PRICE else "0"
    return {
        "code": row.matching("code", _NUMBER, f"C{index + 1}", "draft.number"),
        "kind": kind,
        "title": row.line("title", 300),
        "guidance": row.text("guidance", 4000),
        "weight": row.decimal("weight", absent) if kind in (PRICE, POINTS) else "0",
        "step": row.decimal("step", "0.5", positive=True) if kind == POINTS else "0.5",
        "bands": row.each("bands", MOST_BANDS, _band) if kind == POINTS else [],
        "formula": {},
        "evidence": [],
    }


def _band(row: Reader, _index: int) -> dict[str, str]:
    least, most = row.decimal("least", "0"), row.decimal("most", "0")
    if Decimal(least) > Decimal(most):
        row.refuse("draft.bands", "least")
    return {"least": least, "most": most, "text": row.line("text", 500)}
