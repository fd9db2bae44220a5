"""Words by which people search, Chinese ones too: overlapping bigrams made here, an index of a room behind them.

A run of ideographs becomes its overlapping pairs and its last character; letters and digits stay whole words.
"""

from __future__ import annotations

import re
import unicodedata

_IDEOGRAPHS = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"([{_IDEOGRAPHS}]+)|([^\W_{_IDEOGRAPHS}]+)")
MOST_ASKED = 24


def tokens(words: str) -> list[str]:
    """Return the tokens of a text, each once, in order: 教室照明 LED → 教室, 室照, 照明, 明, led."""
    found: dict[str, None] = {}
    for ideographs, word in _RUN.findall(_folded(words)):
        if word:
            found[word] = None
            continue
        found.update(dict.fromkeys(ideographs[at : at + 2] for at in range(len(ideographs) - 1)))
        found[ideographs[-1]] = None
    return list(found)


def indexed(words: str) -> str:
    """Return a text as a search column holds it: its tokens, parted by single spaces."""
    return " ".join(tokens(words))


def asked(words: str) -> list[tuple[str, bool]]:
    """Return the tokens a query asks for, each with whether it is only the beginning of one.

    A single ideograph and a word of letters or digits match every token that begins with it; pairs match exactly.
    """
    found: dict[str, bool] = {}
    for ideographs, word in _RUN.findall(_folded(words)):
        if word:
            found[word] = True
        elif len(ideographs) == 1:
            found[ideographs] = True
        else:
            found.update(dict.fromkeys((ideographs[at : at + 2] for at in range(len(ideographs) - 1)), False))
    return list(found.items())[:MOST_ASKED]


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
