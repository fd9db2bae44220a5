"""Where a framework admits by quality first the draft's form asks for it, and its method keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from foundation.clock import FixedClock
from procurement.tender import queries as tenders
from procurement.tender.procedures import KNOCK_OUT
from tests.builders.frameworks import FRAMEWORK
from tests.builders.people import people
from tests.builders.tenders import a_tender
from tests.journeys.visitors import Person


@pytest.mark.one_engine
def test_quality_first_is_ticked_in_the_draft(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    plain, framed = a_tender(who, clock, open=False).ref, a_tender(who, clock, open=False, **FRAMEWORK).ref
    officer = Person(app, who.officer)
    assert "quality_first" not in officer.page(f"/office/tenders/{plain}/edit")
    assert tenders.by_ref(framed).stage == "admission"
    ticked: dict[str, Any] = {"quality_first": "y", "do": "save"}
    officer.send(f"/office/tenders/{framed}/edit", has="quality_first", **ticked)
    assert tenders.by_ref(framed).method[KNOCK_OUT] == "quality"
    form = officer.form(f"/office/tenders/{framed}/edit", has="quality_first")
    form.values.pop("quality_first")
    officer.client.post(form.action, data={**form.values, "do": "save"})
    assert KNOCK_OUT not in tenders.by_ref(framed).method
