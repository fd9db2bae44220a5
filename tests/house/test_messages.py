"""Every sentence people may read has a true translation in both Chinese scripts, with the same places for facts."""

from __future__ import annotations

import re

import pytest

from foundation.messages import merge
from scripts.messages import LOCALES, ROOT, sentences, translations

ALL = sentences()
# The character sets of the two scripts: what one holds and the other lacks was written in the wrong script.
SCRIPTS = {"zh_Hans": ("gb2312", "big5"), "zh_Hant": ("big5", "gb2312")}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_is_translated(locale: str) -> None:
    known = translations(locale)
    assert [f"{each.id!r} ({each.place})" for each in ALL if each.id not in known] == []


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\([a-z_]+\)[sd]|\{[a-z_]*[^{}]*\}", text))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_names_the_same_facts(locale: str) -> None:
    known = translations(locale)
    wrong = []
    for each in ALL:
        said = known.get(each.id, each.text)
        last = each.text if isinstance(each.text, str) else each.text[-1]
        wrong += [text for text in ([said] if isinstance(said, str) else said) if _places(text) != _places(last)]
    assert wrong == []


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _has(charset: str, character: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("locale", LOCALES)
def test_no_character_of_the_other_script(locale: str) -> None:
    own, other = SCRIPTS[locale]
    found = {}
    for message in merge(ROOT / "translations", locale):
        text = message.string if isinstance(message.string, str) else "".join(message.string or ())
        wrong = [each for each in text if _is_ideograph(each) and _has(other, each) and not _has(own, each)]
        if wrong:
            found[str(message.id)] = "".join(wrong)
    assert found == {}


def test_no_two_rooms_disagree() -> None:
    for locale in LOCALES:
        assert len(merge(ROOT / "translations", locale)) > 50


def test_a_percent_sign_is_always_part_of_a_place() -> None:
    # Templates and gettext fill in with %, so that a bare sign would fail on the page.
    for locale in LOCALES:
        for said in translations(locale).values():
            for text in [said] if isinstance(said, str) else said:
                assert not re.search(r"%(?!\([a-z_]+\)[sd]|%)", text), text
    for each in ALL:
        assert not re.search(r"%(?!\([a-z_]+\)[sd]|%)", each.id), each
