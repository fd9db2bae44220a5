"""Money: whole fen between the database, decimal text, grouped figures and the capitals of Chinese documents
(大写).

Capitals follow the People's Bank of China's rules for filling in bills (正确填写票据和结算凭证的基本规定,
支付结算办法 annex 1): 整 after 元 and after 角, none after 分; 零 for a gap inside the number and before 分
where 角 is nought.
"""

from __future__ import annotations

import re

from foundation.errors import Refusal

_PLAIN = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,2}))?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_LIMIT = 10**16  # yuan; beyond it the capitals would need units that no document uses


def from_text(text: str) -> int:
    """Return the fen of a decimal text such as ``"2386800.00"``, ``"10.5"`` or ``"10"``.

    Signs other than a leading minus, exponents, grouping, leading zeros and more than two places are refused
    with ``money.malformed``, since two readers must never see two amounts.
    """
    found = _PLAIN.fullmatch(text)
    if not found:
        raise Refusal("money.malformed", text=text[:40])
    sign, whole, part = found.groups()
    fen = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -fen if sign else fen


def to_text(fen: int) -> str:
    """Return fen as the decimal text used in signed JSON: always two places, no grouping (``"2386800.00"``)."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def grouped(fen: int) -> str:
    """Return fen as a figure for people, with thousands separators: ``"2,386,800.00"``."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def grouped_text(text: str) -> str:
    """Return any exact decimal text with thousands separators and its own places: ``"4800"`` → ``"4,800"``."""
    sign, plain = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, part = plain.partition(".")
    if not whole.isascii() or not whole.isdigit():
        raise Refusal("money.malformed", text=text[:40])
    return f"{sign}{int(whole):,}{dot}{part}"


def capitals(fen: int, *, traditional: bool = False) -> str:
    """Return fen in Chinese capitals: 238680000 → 贰佰叁拾捌万陆仟捌佰元整 (贰 … 萬 … 貳 … 億 when
    `traditional`).

    Amounts of 10**16 yuan and more are refused with ``money.too_large``.
    """
    yuan, part = divmod(abs(fen), 100)
    if yuan >= _LIMIT:
        raise Refusal("money.too_large")
    jiao, cents = divmod(part, 10)
    words = f"{_whole(yuan)}元" if yuan or not part else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if cents:
        words += ("零" if yuan and not jiao else "") + f"{_DIGITS[cents]}分"
    else:
        words += "整"
    words = ("负" if fen < 0 else "") + words
    return words.translate(_TRADITIONAL) if traditional else words


_TRADITIONAL = str.maketrans("贰叁陆万亿负", "貳參陸萬億負")


def _whole(number: int) -> str:
    """Words of a whole number; the large units split it, and 零 marks a lower part that does not fill its
    places.
    """
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return f"{_whole(high)}{unit}{gap}{_whole(low) if low else ''}"
    return _below_ten_thousand(number)


def _below_ten_thousand(number: int) -> str:
    if number == 0:
        return "零"
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return words
