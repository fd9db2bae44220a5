"""Rule sets: complete in three languages, frozen without loss, refused with every fault of a file."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.canonical import canonical, digest
from procurement.rules.faults import RulesError
from procurement.rules.ruleset import Rule, RuleSet, available, for_tender, load
from procurement.rules.wording import LOCALES, locale_of

CN, DEMO = load("cn-gp-2026"), load("demo-2026")
WORKS, DEMO_WORKS = load("cn-works-2026"), load("demo-works-2026")
SETS = (CN, DEMO, WORKS, DEMO_WORKS)

# The numbers of the law, typed from the domain file once more, so that a slip in the data is seen.
NUMBERS = {
    "tender.min_period": (20, "days"),
    "tender.document_period": (5, "workdays"),
    "notice.period": (5, "workdays"),
    "clarification.before_deadline": (15, "days"),
    "opening.min_bids": (3, "count"),
    "evaluation.min_effective": (3, "count"),
    "evaluation.report": (2, "workdays"),
    "award.decision": (5, "workdays"),
    "award.notice": (2, "workdays"),
    "award.notice_period": (1, "workdays"),
    "challenge.period": (7, "workdays"),
    "challenge.answer": (7, "workdays"),
    "complaint.period": (15, "workdays"),
    "inquiry.answer": (3, "workdays"),
    "contract.period": (30, "days"),
    "contract.publish": (2, "workdays"),
    "contract.file": (7, "workdays"),
    "criteria.weights_sum": (Decimal("100"), "percent"),
    "criteria.price_floor_goods": (Decimal("30"), "percent"),
    "criteria.price_floor_services": (Decimal("10"), "percent"),
    "panel.min_size": (5, "count"),
    "panel.large_min_size": (7, "count"),
    "panel.large_budget": (Decimal("10000000"), "amount"),
    "panel.expert_share": (Fraction(2, 3), "share"),
    "bond.bid_cap": (Decimal("2"), "percent"),
    "bond.performance_cap": (Decimal("10"), "percent"),
    "abnormal.mean": (Decimal("50"), "percent"),
    "abnormal.second": (Decimal("50"), "percent"),
    "abnormal.ceiling": (Decimal("45"), "percent"),
    "abnormal.most": (Decimal("65"), "percent"),
    "abnormal.explanation": (30, "minutes"),
    "archive.period": (15, "years"),
}


@pytest.mark.parametrize("id", NUMBERS)
def test_the_numbers_of_the_law(id: str) -> None:
    assert (CN.rule(id).value, CN.rule(id).unit) == NUMBERS[id]


def test_ranges_include_their_bounds() -> None:
    deduction = CN.rule("policy.sme_deduction").range
    assert Decimal("10") in deduction and Decimal("20") in deduction
    assert Decimal("9.99") not in deduction and Decimal("20.01") not in deduction


@pytest.mark.parametrize("ruleset", SETS, ids=lambda one: one.id)
def test_every_rule_speaks_three_languages_and_names_its_article(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        speaks_three_languages(rule)


def speaks_three_languages(rule: Rule) -> None:
    facts = {name: f"<{name}>" for name in rule.facts()}
    for locale in LOCALES:
        for words in (rule.title(locale), rule.sentence(locale, **facts), rule.remedy(locale, **facts)):
            assert words.strip() and "{" not in words
        assert rule.cite(locale).strip()
    for name in facts:
        assert f"<{name}>" in rule.sentence("en", **facts) + rule.remedy("en", **facts)
    assert rule.title("zh-CN") != rule.title("en")
    assert rule.title("en").replace("★", "").replace("×", "").isascii()
    assert rule.cite("en").isascii()
    assert rule.article.strip() and rule.confidence in ("read", "secondary", "to_confirm")
    assert rule.effective_from <= date(2026, 11, 20)


def test_traditional_texts_have_no_simplified_letters() -> None:
    simplified = set("开标时间购评审应为专业单价约质个这发证签订办规则项组织经营车见长门问题")
    for ruleset in SETS:
        for rule in ruleset.rules:
            words = (
                rule.titles.zh_Hant + rule.sentences.zh_Hant + rule.remedies.zh_Hant + rule.articles.zh_Hant
            )
            words += "".join(label.zh_Hant for _key, label in rule.labels)
            assert not set(words) & simplified, rule.id


def test_no_letter_of_the_other_script_in_any_text() -> None:
    """What GB 2312 holds and Big5 lacks was written in the wrong script."""

    def only_simplified(letter: str) -> bool:
        try:
            letter.encode("big5")
        except UnicodeEncodeError:
            return "\u3400" <= letter <= "\u9fff" and bool(letter.encode("gb2312", "ignore"))
        return False

    def texts(value):
        if isinstance(value, dict):
            yield from [value["zh_Hant"]] if "zh_Hant" in value else ()
            for inner in value.values():
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    for ruleset in SETS:
        wrong = {text for text in texts(ruleset.as_json()) if any(map(only_simplified, text))}
        assert wrong == set()


def test_frozen_json_loses_nothing() -> None:
    for ruleset in SETS:
        text = json.dumps(ruleset.as_json(), ensure_ascii=False)
        again = RuleSet.from_json(json.loads(text))
        assert again == ruleset
        assert again.digest() == ruleset.digest() == digest(canonical(ruleset.as_json()))
    assert CN.digest() != DEMO.digest()


def test_a_changed_value_changes_the_digest() -> None:
    data = CN.as_json()
    next(rule for rule in data["rules"] if rule["id"] == "tender.min_period")["value"] = 19
    assert RuleSet.from_json(data).digest() != CN.digest()


def test_rule_sets_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        CN.rule("tender.min_period").value = 1  # type: ignore[misc]


@pytest.mark.parametrize(("demo", "law"), [(DEMO, CN), (DEMO_WORKS, WORKS)], ids=["gp", "works"])
def test_the_demonstration_set_has_the_same_rules_and_says_what_it_is(demo: RuleSet, law: RuleSet) -> None:
    assert demo.demonstration and not law.demonstration
    assert [rule.id for rule in demo.rules] == [rule.id for rule in law.rules]
    assert demo.procedures == law.procedures
    for rule in demo.rules:
        if rule != law.rule(rule.id):
            assert rule.article.startswith("演示") and rule.cite("en").startswith("demonstration"), rule.id


def test_the_demonstration_keeps_what_is_no_period() -> None:
    assert DEMO.rule("opening.min_bids").whole == 3
    assert DEMO.rule("panel.min_size").whole == 3
    assert DEMO.rule("tender.min_period").unit == "minutes"


def test_the_set_for_a_tender() -> None:
    today = date(2026, 11, 20)
    assert for_tender("goods", today) is CN and for_tender("services", today) is CN
    assert for_tender("goods", today, demonstration=True) is DEMO
    assert for_tender("works", today) is WORKS and for_tender("works", today, demonstration=True) is DEMO_WORKS
    assert [one.id for one in available(today)] == ["cn-gp-2026", "cn-works-2026", "demo-2026", "demo-works-2026"]
    assert available(date(2026, 1, 31)) == ()
    for kind, on in (("boats", today), ("goods", date(2026, 1, 31))):
        with pytest.raises(RulesError, match=r"rules\.none_for_kind"):
            for_tender(kind, on)


def test_unknown_names_are_refused() -> None:
    for call, rule in (
        (lambda: load("../cn-gp-2026"), "rules.unknown_set"),
        (lambda: CN.rule("tender.none"), "rules.unknown_rule"),
        (lambda: CN.rule("method.allowed").label("auction", "en"), "rules.unknown_key"),
        (lambda: CN.rule("method.allowed").whole, "rules.wrong_value"),
        (
            lambda: CN.rule("tender.min_period").sentence("fr", deadline="", earliest=""),
            "wording.unknown_locale",
        ),
        (lambda: CN.rule("tender.min_period").sentence("en"), "wording.missing_facts"),
    ):
        with pytest.raises(RulesError) as refused:
            call()
        assert refused.value.rule == rule


def test_moments_in_sentences_are_told_in_the_set_s_time_zone() -> None:
    sentence = CN.rule("bid.late").sentence(
        "en",
        received=datetime(2026, 11, 20, 1, 30, 5, tzinfo=UTC),
        deadline=datetime(2026, 11, 20, 1, 30, tzinfo=UTC),
    )
    assert "Fri 20 November 2026, 09:30:05" in sentence and "Fri 20 November 2026, 09:30, so" in sentence
    with pytest.raises(RulesError, match=r"wording\.naive"):
        CN.rule("bid.late").sentence("en", received=datetime(2026, 11, 20), deadline="")
    with pytest.raises(RulesError, match=r"wording\.float"):
        CN.rule("bid.late").sentence("en", received=1.5, deadline="")


@pytest.mark.parametrize(
    ("name", "house"),
    [
        ("zh-CN", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("zh_TW", "zh_Hant"),
        ("zh-Hant-HK", "zh_Hant"),
        ("en-GB", "en"),
    ],
)
def test_locales(name: str, house: str) -> None:
    assert locale_of(name) == house


def faults_of(**changes) -> tuple[str, ...]:
    data = CN.as_json()
    rule = next(rule for rule in data["rules"] if rule["id"] == "tender.min_period")
    for name, value in changes.items():
        if value is ...:
            del rule[name]
        else:
            rule[name] = value
    with pytest.raises(RulesError) as refused:
        RuleSet.from_json(data)
    assert refused.value.rule == "rules.bad_file"
    return refused.value.faults


WORDS = {"zh_Hans": "一", "zh_Hant": "一", "en": "one"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"value": "20"}, "value of days is not a whole number"),
        ({"value": 0}, "value of days is not a whole number"),
        ({"value": True}, "value of days is not a whole number"),
        ({"value": 2.5}, "value of days is not a whole number"),
        ({"unit": "weeks"}, "unit is not one of"),
        ({"unit": "percent", "value": 30, "counting": None}, "value of percent is not an exact number"),
        ({"unit": "percent", "value": "130", "counting": None}, "a percentage is above 100"),
        (
            {"unit": "percent", "value": {"least": "20", "most": "10"}, "counting": None},
            "the range is upside down",
        ),
        ({"counting": None}, "counting of days must be elapsed or full_days"),
        ({"unit": "workdays"}, "workdays cannot be counted as elapsed"),
        ({"unit": "minutes", "counting": "full_days"}, "minutes cannot be counted as full_days"),
        ({"bound": "about"}, "bound is not one of"),
        ({"confidence": "sure"}, "confidence is not one of"),
        ({"severity": "fatal"}, "severity is not one of"),
        ({"source": "hearsay"}, "source 'hearsay' is not listed"),
        ({"article": ...}, "article is missing"),
        ({"sentence": {"zh_Hans": "一", "en": "one"}}, "sentence has no zh_Hant"),
        ({"sentence": WORDS | {"fr": "un"}}, "unknown field fr"),
        ({"sentence": WORDS | {"en": "{deadline}"}}, "sentence has different fields in its languages"),
        ({"remedy": WORDS | {"en": "{a.__class__}"}}, "is not a plain name"),
        ({"remedy": WORDS | {"en": "{a!r}"}}, "is not a plain name"),
        ({"remedy": WORDS | {"en": "{"}}, "remedy in en"),
        ({"title": {name: "{deadline}" for name in LOCALES}}, "the title needs facts: deadline"),
        ({"title": {name: "{least}" for name in LOCALES}}, "title uses {least}"),
        ({"id": "Tender"}, "id is not written like"),
        ({"id": "opening.min_bids"}, "the rule opening.min_bids stands twice"),
        ({"labels": {"a": WORDS}}, "a is a key without label or a label without key"),
        ({"kinds": ["boats"]}, "kinds is not a list of goods, services, works"),
        ({"effective_from": "2026-13-01"}, "effective_from is not a date"),
        ({"effective_until": "2010-01-01"}, "effective_until is before effective_from"),
        ({"colour": "red"}, "unknown field colour"),
    ],
)
def test_a_faulty_rule_is_refused(changes, fault: str) -> None:
    assert any(fault in found for found in faults_of(**changes)), faults_of(**changes)


def test_all_faults_are_told_at_once() -> None:
    faults = faults_of(value=-1, bound="", confidence="", article=..., colour="red")
    assert len(faults) == 5
    assert all(fault.startswith("tender.min_period: ") for fault in faults)


def a_folder(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "sets"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id = ", "bad.toml"),
        ('extends = "nothing"', "does not exist"),
        ('extends = "../cn-gp-2026"', "does not exist"),
        ("[[override]]\nid='a.b'", "overrides without extending"),
        ("", "format is not sunseal-rule-set/2"),
        ("", "rules is not a list of tables"),
        ('time_zone = "Mars/Olympus"', "time_zone Mars/Olympus is unknown"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(RulesError) as refused:
        load("bad", a_folder(tmp_path, "bad", text))
    assert refused.value.rule == "rules.bad_file"
    assert any(fault in found for found in refused.value.faults), refused.value.faults


def test_extending_sets_name_only_what_exists(tmp_path: Path) -> None:
    from procurement.rules.wording import DATA

    a_folder(tmp_path, "cn-gp-2026", (DATA / "sets" / "cn-gp-2026.toml").read_text(encoding="utf-8"))
    override = '[[override]]\nid = "panel.min_size"\nvalue = 3\n'
    folder = a_folder(
        tmp_path,
        "mine",
        f'extends = "cn-gp-2026"\nid = "mine"\n{override}{override}[[override]]\nid = "x.y"\n',
    )
    with pytest.raises(RulesError) as refused:
        load("mine", folder)
    assert refused.value.faults == (
        "mine.toml: panel.min_size is overridden twice",
        "mine.toml: override of x.y, which the extended set does not have",
    )
    a_folder(tmp_path, "yours", f'extends = "cn-gp-2026"\nid = "ours"\n{override}')
    with pytest.raises(RulesError, match="holds the rule set ours"):
        load("yours", folder)
