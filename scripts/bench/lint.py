"""The lint against clauses that people labelled: precision and recall, and how fast it reads a long document."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procurement.rules import lint
from procurement.rules.lint import Passage
from scripts.bench.machines import Machines
from scripts.bench.measuring import rate, tell

# Clauses with the rule each breaks ("" for a lawful one), written by somebody who had not seen the patterns.
CLAUSES = Path(__file__).parents[2] / "tests" / "data" / "lint" / "clauses.toml"


@dataclass(frozen=True)
class Judged:
    """How the lint did: shares of one, and the clauses that were missed or blamed wrongly."""

    precision: float
    recall: float
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def judged(clauses: Sequence[dict[str, Any]]) -> Judged:
    """Compare what the lint finds in labelled clauses with their labels; a hit of another rule is a wrong one."""
    right, missed, wrong = 0, [], []
    for clause in clauses:
        rules = [one.rule for one in lint.load()]
        hits = {one.rule for one in lint.look([Passage("/x", clause["place"], clause["text"])], rules)}
        right += clause["rule"] in hits
        if clause["rule"] and clause["rule"] not in hits:
            missed.append(f"{clause['rule']}: {clause['text']}")
        wrong += [f"{rule}: {clause['text']}" for rule in sorted(hits - {clause["rule"]})]
    return Judged(right / max(1, right + len(wrong)), right / max(1, right + len(missed)), tuple(missed), tuple(wrong))


def measure(_machines: Machines) -> None:
    """Print precision and recall on the labelled clauses, and pages read a second."""
    clauses = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["clauses"]
    # Patterns are mended with the even clauses in view; the odd ones are held out and tell how the lint does elsewhere.
    for name, part in (("all", clauses), ("held out", clauses[1::2])):
        found, bad = judged(part), sum(bool(one["rule"]) for one in part)
        context = {"clauses": len(part), "forbidden": bad, "missed": len(found.missed), "wrong": len(found.wrong)}
        # Blaming every clause would find all of them: what a rule of thumb without reading reaches.
        tell(f"lint precision, {name}", found.precision, "share", "blaming every clause", bad / len(part), **context)
        tell(f"lint recall, {name}", found.recall, "share", "blaming every clause", 1.0, **context)
    page = "".join(one["text"] + "。" for one in clauses)
    rules = [one.rule for one in lint.load()]
    count = iter(range(10**9))
    spent = rate(lambda: lint.look([Passage("/x", "document", f"{page}{next(count)}", 1)], rules))
    tell("lint", spent.per_second * len(page), "signs/s", "reading once through", float(len(page)), cpu_ms=spent.cpu)
