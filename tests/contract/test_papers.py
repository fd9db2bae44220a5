"""Each notice of a selection or an agreement as a page and as a paper in three languages."""

from __future__ import annotations

import pytest
from flask import Flask

from foundation.clock import FixedClock
from procurement.contract import operations, queries
from procurement.notices import queries as notices
from procurement.notices import rendering
from tests.builders.frameworks import concluded
from tests.builders.people import people
from tests.builders.tenders import as_approver
from tests.journeys.visitors import Person

pytestmark = pytest.mark.one_engine


def test_members_prices_and_the_end_of_one_are_printed(app: Flask, clock: FixedClock) -> None:
    who = people(app)
    ref = concluded(who, clock).ref
    with as_approver(who) as act:
        operations.end_member(act, queries.member_at(queries.by_ref(ref), 2), "两次拒绝供货。")
    printed = {}
    for notice in notices.of_tender(ref):
        for locale in rendering.LOCALES:
            printed[notice.kind, locale] = rendering.paper_of(notice, locale).html
        page = Person(app).page(f"/notices/{notice.ref}")
        assert who.suppliers[1].name in page and ref in page
    for name in [one.name for one in who.suppliers]:
        assert name in printed["agreement", "zh-CN"]
    assert "直接选定" in printed["agreement", "zh-CN"] and "Direct selection" in printed["agreement", "en"]
    assert "取消资格" not in printed["agreement", "zh-CN"] and "两次拒绝供货" in printed["termination", "zh-TW"]
