"""Money in figures and in capitals. The reader below turns capitals back into fen by its own rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refusal
from foundation.money import capitals, from_text, grouped, grouped_text, to_text

# The examples marked PBC stand in the rules themselves (正确填写票据和结算凭证的基本规定, items 4 and 5).
KNOWN = [
    ("0", "零元整"),
    ("0.01", "壹分"),
    ("0.10", "壹角整"),
    ("0.05", "伍分"),
    ("0.15", "壹角伍分"),
    ("1", "壹元整"),
    ("10", "壹拾元整"),
    ("10.05", "壹拾元零伍分"),
    ("10.50", "壹拾元伍角整"),
    ("1409.50", "壹仟肆佰零玖元伍角整"),  # PBC
    ("6007.14", "陆仟零柒元壹角肆分"),  # PBC
    ("1680.32", "壹仟陆佰捌拾元叁角贰分"),  # PBC (the form without the optional 零)
    ("107000.53", "壹拾万柒仟元伍角叁分"),  # PBC (the form without the optional 零)
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),  # PBC
    ("325.04", "叁佰贰拾伍元零肆分"),  # PBC
    ("1000100", "壹佰万零壹佰元整"),
    ("100000001.00", "壹亿零壹元整"),
    ("100010000.00", "壹亿零壹万元整"),
    ("1000000000000", "壹万亿元整"),
    ("1234500000000", "壹万贰仟叁佰肆拾伍亿元整"),
    ("2386800.00", "贰佰叁拾捌万陆仟捌佰元整"),
    ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ("-3.20", "负叁元贰角整"),
]


@pytest.mark.parametrize(("text", "words"), KNOWN)
def test_capitals(text: str, words: str) -> None:
    assert capitals(from_text(text)) == words


def test_traditional_capitals() -> None:
    assert capitals(from_text("2386800.00"), traditional=True) == "貳佰參拾捌萬陸仟捌佰元整"


def read_capitals(words: str) -> int:
    """Read capitals back into fen, unit by unit from the right meaning of each character."""
    words = words.removesuffix("整")
    fen = 0
    if "元" in words:
        yuan, words = words.split("元")
        total, part, digit = 0, 0, 0
        for char in yuan:
            if char in "零壹贰叁肆伍陆柒捌玖":
                digit = "零壹贰叁肆伍陆柒捌玖".index(char)
            elif char in "拾佰仟":
                part += digit * {"拾": 10, "佰": 100, "仟": 1000}[char]
                digit = 0
            elif char == "万":
                total += (part + digit) * 10**4
                part = digit = 0
            else:
                assert char == "亿"
                total = (total + part + digit) * 10**8
                part = digit = 0
        fen = (total + part + digit) * 100
    words = words.removeprefix("零")
    while words:
        fen += "零壹贰叁肆伍陆柒捌玖".index(words[0]) * {"角": 10, "分": 1}[words[1]]
        words = words[2:]
    return fen


@given(st.one_of(st.integers(0, 10**18 - 1), st.integers(0, 10**7), st.integers(0, 10**10).map(lambda n: n * 10**6)))
def test_capitals_read_back(fen: int) -> None:
    words = capitals(fen)
    assert read_capitals(words) == fen
    assert "零零" not in words and "零元" not in words.replace("零元整", "") and not words.startswith("零壹")


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_text_and_fen_are_inverse(fen: int) -> None:
    assert from_text(to_text(fen)) == fen
    assert grouped(fen).replace(",", "") == to_text(fen)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "+1", "1e3", "1,000", "01", "1.", ".5", "1.234", "１", "NaN", "1_000", "--1", "1\n", "٣"],
)
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        from_text(text)
    assert refused.value.rule == "money.malformed"


def test_too_large_for_words() -> None:
    with pytest.raises(Refusal, match=r"money\.too_large"):
        capitals(10**18)


def test_figures_for_people() -> None:
    assert grouped(238680000) == "2,386,800.00"
    assert grouped_text("4800") == "4,800"
    assert grouped_text("1234567.123456") == "1,234,567.123456"
    assert grouped_text("-1000.5") == "-1,000.5"
    with pytest.raises(Refusal):
        grouped_text("1,000")
