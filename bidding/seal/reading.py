"""Strict reading of JSON: all problems at once, exact types, known names, one meaning for every reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from foundation import canonical
from foundation.errors import Refusal

HEX64 = re.compile(r"[0-9a-f]{64}\Z")
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}\Z")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}\Z")
MEDIA_TYPE = re.compile(r"([A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})?\Z")
LARGEST_SIZE = 2**53 - 1
"""The largest integer that RFC 8785 and a browser hold exactly."""

_MISSING = object()


class Problems:
    """All that is wrong with one document, told together."""

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def add(self, rule: str, **facts: Any) -> None:
        """Keep one problem: `rule` is the stable name, `facts` say where."""
        self.found.append(Refusal(rule, **facts))

    def stop(self) -> None:
        """Raise what was found, if anything was: the rule and facts of the first, `reasons` with all."""
        if self.found:
            first = self.found[0]
            raise Refusal(first.rule, first.status, reasons=tuple(self.found), **first.facts)


class Fields:
    """One JSON object, read name by name: a value of the right type, or `rule` noted with the path."""

    def __init__(
        self,
        value: Any,
        names: Iterable[str],
        problems: Problems,
        rule: str,
        at: str = "",
        optional: Iterable[str] = (),
    ) -> None:
        self.problems, self.rule, self.at = problems, rule, at
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            problems.add(rule, at=at or "$", expected="object")
            return
        wanted = tuple(names)
        for name in wanted:
            if name not in value:
                problems.add(f"{_family(rule)}.missing_field", at=self.path(name))
        for name in value:
            if name not in wanted and name not in tuple(optional):
                problems.add(f"{_family(rule)}.unknown_field", at=self.path(name)[:200])

    def path(self, name: str) -> str:
        """Return the dotted place of `name` in the document."""
        return f"{self.at}.{name}" if self.at else name

    def wrong(self, name: str, expected: str) -> None:
        """Note that the field is there and is not what it has to be; a missing one is noted already."""
        if name in self.value:
            self.problems.add(self.rule, at=self.path(name), expected=expected)

    def text(self, name: str, *, longest: int = 200, empty: bool = False, lines: bool = False) -> str:
        """Return a text of at most `longest` characters that `is_clean`."""
        value = self.value.get(name, _MISSING)
        if (
            isinstance(value, str)
            and len(value) <= longest
            and (value or empty)
            and is_clean(value, lines=lines)
        ):
            return value
        self.wrong(name, f"text of {0 if empty else 1} to {longest} characters")
        return ""

    def match(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        """Return a text that `pattern` matches from its beginning."""
        value = self.value.get(name, _MISSING)
        if isinstance(value, str) and pattern.match(value):
            return value
        self.wrong(name, expected)
        return ""

    def constant(self, name: str, wanted: str) -> None:
        """Check a field that has only one right value."""
        if self.value.get(name, _MISSING) != wanted:
            self.wrong(name, wanted)

    def whole(self, name: str, *, least: int = 0, most: int = LARGEST_SIZE) -> int:
        """Return an integer between `least` and `most`; true and false are not integers here."""
        value = self.value.get(name, _MISSING)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(name, f"integer from {least} to {most}")
        return least

    def items(self, name: str, *, most: int) -> list[Any]:
        """Return a list of at most `most` values."""
        value = self.value.get(name, _MISSING)
        if isinstance(value, list) and len(value) <= most:
            return value
        self.wrong(name, f"list of at most {most}")
        return []


def read_json(data: bytes, rule: str, *, limit: int) -> Any:
    """Parse UTF-8 JSON of at most `limit` bytes without duplicate names, or refuse with `rule`.

    A byte order mark and other encodings are refused, since the standard parser would guess them silently.
    """
    if len(data) > limit:
        raise Refusal(rule, expected=f"at most {limit} bytes", size=len(data))
    try:
        if data.startswith(b"\xef\xbb\xbf") or b"\0" in data:
            raise ValueError("byte order mark or zero byte")
        data.decode("utf-8")
        return canonical.parse(data)
    except (ValueError, RecursionError) as fault:
        raise Refusal(rule, expected="UTF-8 JSON with unique names") from fault


def is_clean(text: str, *, lines: bool = False) -> bool:
    """Tell whether a text is storable and, unless `lines`, shows on one line as it is written.

    Free text (`lines`) may hold all but lone surrogates and zero characters; a name may hold no control,
    line or direction-overriding character.
    """
    if lines:
        return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
    return not any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
        for c in text
    )


def decimal_text(value: Any, *, whole: int, places: int, exact: bool = False) -> Decimal | None:
    """Return the Decimal of a plain decimal text such as "386.00", or None where it is not one.

    At most `whole` digits before the point and `places` after it (`exact`: precisely so many); no sign, no
    exponent, no leading zero.
    """
    point = rf"\.[0-9]{{{places}}}" if exact else rf"(\.[0-9]{{1,{places}}})?"
    if isinstance(value, str) and re.fullmatch(rf"(0|[1-9][0-9]{{0,{whole - 1}}}){point}", value):
        return Decimal(value)
    return None


def _family(rule: str) -> str:
    return rule.split(".", 1)[0]
