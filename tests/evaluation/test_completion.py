"""From signed sheets to a published evaluation: recomputable to the byte, complete exactly once."""

from __future__ import annotations

from flask import Flask

from foundation.clock import FixedClock
from procurement.evaluation import queries
from tests.builders.judging import judged
from tests.builders.people import people


def test_a_judged_lot_has_an_evaluation(app: Flask, clock: FixedClock) -> None:
    lot = judged(people(app), clock)
    assert lot.state == "evaluated"
    assert queries.evaluation_of(lot) is not None
