"""What the parts of the tender document are made of: words in one or two languages, and blocks of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# Lines that carry a number of their own are not numbered a second time.
_NUMBERED = re.compile(r"\s*[(（]?\s*(\d{1,3}\s*[.、．)）]|[一二三四五六七八九十]{1,3}\s*[、）)])")


@dataclass(frozen=True)
class Said:
    """The same words in Chinese and, where the document is bilingual, in English; "" leaves a language out."""

    zh: str
    en: str = ""

    def fill(self, **facts: object) -> Said:
        """Return the words with facts put in."""
        return Said(self.zh.format(**facts), self.en.format(**facts))


@dataclass(frozen=True)
class Block:
    """What a part is made of.

    `kind` is ``heading`` or ``line`` (`said`), ``text`` (`zh`, `en`: lines of texts that somebody wrote, in order or
    `numbered`), ``facts`` (`rows`: label and value) or ``table`` (`head`, `rows`; `sizes` are the columns' kinds: ``n``
    a figure, ``c`` short, "" words). A cell is text as it stands in the notice, or `Said`.
    """

    kind: str
    said: Said | None = None
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    numbered: bool = False
    head: tuple[Said, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    sizes: tuple[str, ...] = ()


def text_block(zh: str, en: str = "") -> Block:
    """Return a text that somebody wrote, line by line; numbered where it has several lines and no numbers yet."""
    lines = tuple(line.strip() for line in zh.splitlines() if line.strip())
    english = tuple(line.strip() for line in en.splitlines() if line.strip())
    numbered = len(lines) > 1 and not any(_NUMBERED.match(line) for line in lines + english)
    return Block("text", zh=lines, en=english, numbered=numbered)
