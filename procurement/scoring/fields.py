"""Reading JSON fields strictly, gathering every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Any, Final

from procurement.scoring.arithmetic import DecimalRefused, parse_decimal
from procurement.scoring.method import Problem

MAX_TEXT: Final = 1000
REQUIRED: Final = object()


def pointer(base: str, *names: str | int) -> str:
    """Extend a JSON pointer (RFC 6901) by names or indices."""
    return base + "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def _is_plain(sign: str) -> bool:
    """Say whether a character may stand in a signed line: no control character and no lone surrogate."""
    return ord(sign) >= 32 and ord(sign) != 127 and not 0xD800 <= ord(sign) <= 0xDFFF


class Fields:
    """Reads one JSON object of an input; problems go to the shared list, and a harmless default stands in."""

    def __init__(self, value: Any, at: str, problems: list[Problem], known: Collection[str]) -> None:
        self.at = at
        self.problems = problems
        self.is_object = isinstance(value, dict)
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        if not self.is_object:
            self.refuse("field.type", expected="object")
        for name in self.value:
            # A misspelt optional field would silently change a result, so only "x_" names are ignored.
            if name not in known and not name.startswith("x_"):
                self.refuse("field.unknown", name)

    def refuse(self, rule: str, *names: str | int, **facts: str) -> None:
        """Note one problem at this object or at a field below it."""
        named = {"field": str(names[-1])} if names else {}
        self.problems.append(Problem(rule, pointer(self.at, *names), {**named, **facts}))

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self.value.get(name) is not None

    def _raw(self, name: str, default: object) -> Any:
        found = self.value.get(name)
        if found is None and default is REQUIRED and self.is_object:
            self.refuse("field.missing", name)
        return found

    def text(self, name: str, default: object = REQUIRED, longest: int = MAX_TEXT) -> str:
        """Read a non-empty text without control characters; null and absent give the default."""
        found = self._raw(name, default)
        if found is None:
            return str(default) if default is not REQUIRED else ""
        if not isinstance(found, str):
            self.refuse("field.type", name, expected="string")
            return ""
        if not found.strip() or len(found) > longest or not all(map(_is_plain, found)):
            self.refuse("text.form", name, longest=str(longest))
            return ""
        return found

    def optional_text(self, name: str) -> str | None:
        """Read a text that may be absent."""
        return self.text(name, "") if self.has(name) else None

    def decimal(self, name: str, default: object = REQUIRED) -> Fraction | None:
        """Read a decimal string; None where it is absent or unreadable (which is then a problem)."""
        found = self._raw(name, default)
        if found is None:
            return default if isinstance(default, Fraction) else None
        try:
            return parse_decimal(found)
        except DecimalRefused as refused:
            self.refuse(refused.rule, name)
            return None

    def choice(self, name: str, allowed: tuple[str, ...], default: object = REQUIRED) -> str:
        """Read one of the allowed words; a problem gives the first of them."""
        found = self._raw(name, default)
        if found is None:
            return str(default) if default is not REQUIRED else allowed[0]
        if not isinstance(found, str) or found not in allowed:
            self.refuse("choice.unknown", name, allowed=", ".join(allowed))
            return allowed[0]
        return found

    def flag(self, name: str, default: bool) -> bool:
        """Read true or false."""
        found = self.value.get(name)
        if found is None:
            return default
        if not isinstance(found, bool):
            self.refuse("field.type", name, expected="true or false")
            return default
        return found

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        """Read a JSON integer within bounds."""
        found = self.value.get(name)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int):
            self.refuse("field.type", name, expected="integer")
            return default
        if not least <= found <= most:
            self.refuse("number.range", name, least=str(least), most=str(most))
            return default
        return found

    def below(self, name: str, known: Collection[str]) -> Fields:
        """Return the reader of an object field; absent is an empty object."""
        found = self.value.get(name)
        return Fields({} if found is None else found, pointer(self.at, name), self.problems, known)

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object field whose names are data (ids); absent is empty."""
        found = self.value.get(name)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.refuse("field.type", name, expected="object")
            return {}
        return found

    def items(self, name: str, default: object = REQUIRED) -> list[Any]:
        """Return a list field; absent gives the default or, where required, a problem."""
        found = self._raw(name, default)
        if found is None:
            return []
        if not isinstance(found, list):
            self.refuse("field.type", name, expected="array")
            return []
        return found

    def each(self, name: str, known: Collection[str], default: object = REQUIRED) -> list[Fields]:
        """Return a reader for every object of a list field."""
        at = pointer(self.at, name)
        items = self.items(name, default)
        return [Fields(item, pointer(at, index), self.problems, known) for index, item in enumerate(items)]
