"""The library: versions that stay, an authority's own, two side by side, into a draft and out of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from foundation.canonical import canonical, digest
from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from identity.rights import Role
from procurement.library import content, operations, queries, shelf
from procurement.library.models import Piece
from procurement.rules import ruleset
from procurement.rules.lint import Passage, look
from procurement.scoring.reading import problems_of_rules
from procurement.tender import criteria, terms
from procurement.tender import queries as tenders
from procurement.tender.reader import Reader
from supervision.trail.models import Entry
from tests.builders.filled import fields_of
from tests.builders.people import People, people
from tests.builders.tenders import a_tender, acting_as, as_officer

PAYMENT = {"terms": {"payment": "验收合格后 30 日内付款。\n预付款 30%。"}}
WARRANTY: dict[str, Any] = {
    "kind": "formula",
    "title": "质保期",
    "weight": "10",
    "formula": {"type": "steps", "unit": "年", "direction": "higher", "steps": [{"least": "5", "points": "10"}]},
    "evidence": [{"title": "质保承诺书", "required": True}],
}


@pytest.mark.parametrize("template", shelf.templates(), ids=lambda one: one.id)
def test_templates_of_the_house_are_whole_and_lawful(template: shelf.Template) -> None:
    problems: list[Any] = []
    read = [criteria.read(Reader(one, "", problems), at, "") for at, one in enumerate(template.content["criteria"])]
    assert problems == []
    rows = [
        {"criterion": one["code"], "kind": one["kind"], "title": one["title"], "evidence": one["evidence"]}
        | ({} if one["kind"] == "requirement" else {"weight": one["weight"]})
        | ({"formula": one["formula"]} if one["kind"] == "formula" else {})
        for one in read
    ]
    assert problems_of_rules({"id": "weighted_points"}, rows) == ()
    for one in read:
        assert one["kind"] == "price" or one["guidance"]
        # Bands end at the weight and leave no half point out.
        if one["bands"]:
            ends = [(float(band["least"]), float(band["most"])) for band in one["bands"]]
            assert ends[0][1] == float(one["weight"]) and ends[-1][0] == 0
            assert all(low - below == 0.5 for (low, _), (_, below) in zip(ends, ends[1:], strict=False))
    law = ruleset.load("cn-gp-2026")
    floor = law.rule("criteria.price_floor_services" if template.category == "services" else "criteria.price_floor_goods")
    assert next(float(one["weight"]) for one in read if one["kind"] == "price") >= float(floor.decimal)
    texts = [Passage("/qualifications", "qualification", template.content["qualifications"])]
    for one in read:
        place = "requirement" if one["kind"] == "requirement" else "scored"
        said = [one["title"], one["guidance"], *(band["text"] for band in one["bands"])]
        texts += [Passage("/criteria", place, text) for text in said]
    assert look(texts, [rule.id for rule in law.rules]) == []
    assert all(template.name(language) and template.note(language) for language in ("zh_Hans", "zh_Hant", "en"))


def test_a_clause_has_the_places_of_the_terms() -> None:
    assert set(content.PLACES) == {content.QUALIFICATIONS, *terms.TEXTS}


def test_two_pieces_side_by_side(app: Flask) -> None:
    right = {"terms": {"payment": "验收合格后 15 日内付款。\n预付款 30%。\n质保金 3%。"}}
    with app.test_request_context("/?lang=en"):
        rows = content.compared(PAYMENT, right, "en")
    assert [row.kind for row in rows] == ["same", "changed", "same", "new"]
    assert [text for kind, text in rows[1].left if kind == "gone"] == ["30"]
    assert [text for kind, text in rows[1].right if kind == "new"] == ["15"]
    assert rows[3].left == () and rows[3].right == (("new", "质保金 3%。"),)


def _keep(everyone: People, title: str, found: dict[str, Any], kind: str = content.CLAUSE, **more: Any) -> Piece:
    with as_officer(everyone) as act:
        return operations.keep(
            act, authority=everyone.authority, account=everyone.officer, kind=kind, title=title, content=found, **more
        )


def test_a_change_is_a_new_version_and_the_old_one_stays(app: Flask) -> None:
    everyone = people(app)
    ref = _keep(everyone, "付款", PAYMENT).ref
    assert _keep(everyone, " 付款 ", PAYMENT).version == 1
    later = {"terms": {"payment": "验收合格后 15 日内付款。"}}
    assert _keep(everyone, "付款方式", later, ref=ref, category="goods").version == 2
    assert _keep(everyone, "付款方式", PAYMENT, category="goods").version == 3
    assert _keep(everyone, "质保", {"criteria": [WARRANTY]}, content.CRITERION).ref != ref
    authority = everyone.authority
    assert [one.version for one in queries.versions(queries.by_ref(authority, ref))] == [3, 2, 1]
    assert queries.by_ref(authority, ref, 2).content == later
    assert [one.title for one in queries.current(authority, words="付")] == ["付款方式"]
    assert [one.kind for one in queries.current(authority, category="services")] == [content.CRITERION]
    entries = db.session.execute(select(Entry).where(Entry.subject == f"library/{ref}")).scalars().all()
    told = [json.loads(one.body)["facts"] for one in entries]
    kept = {"title": "付款", "content": PAYMENT}
    assert told[0] == {"version": 1, "kind": "clause", "sha256": digest(canonical(kept))}
    assert [one["version"] for one in told] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "title", "found", "rule"),
    [
        ("poem", "付款", PAYMENT, "library.kind"),
        ("clause", " ", PAYMENT, "library.title"),
        ("clause", "付\x00款", PAYMENT, "library.title"),
        ("clause", "付款", {"terms": {"payment": "  "}}, "library.content"),
        ("clause", "付款", {"terms": {"payment": "a", "other": "b"}}, "library.content"),
        ("clause", "付款", {"terms": {"payment": "长" * 20001}}, "library.content"),
        ("criterion", "质保", PAYMENT, "library.content"),
        ("template", "全部", {"criteria": [{**WARRANTY, "guidance": "长" * 4000}] * 60}, "library.too_large"),
    ],
)
def test_what_cannot_be_kept_is_refused(kind: str, title: str, found: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refusal) as refused:
        content.checked(kind, "", title, found)
    assert refused.value.rule == rule


def test_another_authority_has_another_library(app: Flask, client: FlaskClient) -> None:
    everyone = people(app)
    ref = _keep(everyone, "付款", PAYMENT).ref
    supplier, account = everyone.suppliers[0], everyone.officer
    with pytest.raises(Refusal) as refused, acting_as(account, supplier, Role.OFFICER) as act:
        operations.keep(act, authority=supplier, account=account, kind="clause", title="x", content=PAYMENT)
    assert refused.value.rule == "library.not_an_authority"
    with pytest.raises(Refusal) as unknown:
        queries.by_ref(supplier, ref)
    assert unknown.value.status == 404


def _token(client: FlaskClient, place: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(place).get_data(as_text=True))
    assert found is not None
    return found.group(1)


def test_the_pages(app: Flask) -> None:
    everyone = people(app)
    client = everyone.log_in(app.test_client(), everyone.officer)
    assert "Nothing kept yet" in client.get("/office/library?lang=en").text
    place = "/office/library/clauses/new"
    form = {"title": "付款", "place": "payment", "category": "", "text": "验收后付款。", "csrf_token": _token(client, place)}
    refused = client.post(place, data={**form, "text": " "})
    assert refused.status_code == 422 and "There is nothing to keep" in refused.text
    page = client.get(client.post(place, data=form).headers["Location"]).text
    ref = re.findall(r"L-\d{4}-\d{6}", page)[0]
    assert "验收后付款。" in page and "【Payment】" in page
    place = f"/office/library/{ref}/edit"
    assert 'value="付款"' in client.get(place).text
    form |= {"text": "验收合格后付款。", "csrf_token": _token(client, place)}
    assert client.post(place, data=form).status_code == 303
    other = _keep(everyone, "质保", {"criteria": [WARRANTY]}, content.CRITERION).ref
    compared = client.get(f"/office/library/compare?left={ref}@1&right={ref}@2").text
    assert "1 line differs" in compared and 'put in: </span>合格<span' in compared
    assert client.get(f"/office/library/compare?left={ref}@9&right={ref}").status_code == 404
    old = client.get(f"/office/library/{ref}?version=1").text
    assert "Old version" in old and "验收后付款。" in old
    page = client.get(f"/office/library/{other}").text
    assert "≥ 5 年: 10 points" in page and "Proof, must be uploaded: 质保承诺书" in page
    assert client.get(f"/office/library/{other}/edit").status_code == 303
    assert "质保" in client.get("/office/library?q=质保&kind=criterion").text
    assert "Nothing found" in client.get("/office/library?q=没有").text
    assert "甲醛" in client.get("/office/library/templates/furniture").text
    assert client.get("/office/library/templates/poems").status_code == 404


def test_into_a_draft_and_out_of_it(app: Flask, clock: FixedClock) -> None:
    everyone = people(app)
    tender = a_tender(everyone, clock, open=False).ref
    client = everyone.log_in(app.test_client(), everyone.officer)
    _keep(everyone, "付款", PAYMENT)
    ref = _keep(everyone, "质保", {"criteria": [WARRANTY]}, content.CRITERION).ref
    place = f"/office/tenders/{tender}/edit?lang=en"
    page = client.get(f"{place}&use={ref}").text
    assert "Taken from the library" in page and "≥ 5 → 10" in page and "质保承诺书" in page
    fields = fields_of(page)
    fields |= {"do": "keep-criterion-2", "criteria-2-title": "技术方案（改）", "title": "未保存的标题"}
    page = client.post(place, data=fields).text
    kept = queries.titled(everyone.authority, content.CRITERION, "技术方案（改）")
    assert kept is not None and kept.ref in page and "未保存的标题" in page
    assert kept.content["criteria"][0]["bands"][0]["text"] == "全部参数有检测报告" and kept.category == "goods"
    refused = client.post(place, data={**fields, "do": "keep-criterion-2", "criteria-2-bands": "好"})
    assert refused.status_code == 422 and "This line cannot be read: 好" in refused.text
    page = client.post(place, data={**fields, "do": "use", "piece": "furniture"}).text
    assert "样图与工艺说明" in page and "未保存的标题" in page
    assert page.count('value="price" selected') + page.count('selected value="price"') == 1
    page = client.post(place, data={**fields, "do": "use", "piece": "L-2026-999999"}).text
    assert "Your library has no such piece." in page and "未保存的标题" in page
    client.post(place, data={**fields, "do": "save", "criteria-1-weight": "30"})
    saved = tenders.by_ref(tender)
    assert [one.kind for one in saved.criteria] == ["requirement", "price", "points", "points", "formula"]
    assert saved.criteria[4].formula == WARRANTY["formula"] and saved.criteria[4].evidence == WARRANTY["evidence"]
    assert client.get(f"/office/tenders/{tender}/preview?lang=en").status_code == 200
