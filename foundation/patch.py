"""Changes of a JSON value as a list of operations, after JSON Patch (RFC 6902): ``replace``, ``add``, ``remove``.

`changes` is the list that leads from one value to another, `apply` goes that way. Paths are JSON Pointers (RFC 6901).
Lists of equal length are compared place by place; a list that grew or shrank is replaced as a whole, so that no
operation moves the places that another one names. The browser applies the same list (``static/seal/versions.js``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

OPERATIONS = ("replace", "add", "remove")


class PatchFault(ValueError):
    """A list of changes does not fit the value it is applied to."""


def changes(before: Any, after: Any, at: str = "") -> list[dict[str, Any]]:
    """Return what leads from `before` to `after`: ``{"op", "path", "value"}``, without a value for ``remove``."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[dict[str, Any]] = []
        for name in sorted({*before, *after}):
            path = f"{at}/{_escaped(name)}"
            if name not in after:
                found.append({"op": "remove", "path": path})
            elif name not in before:
                found.append({"op": "add", "path": path, "value": after[name]})
            else:
                found += changes(before[name], after[name], path)
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [one for place, (old, new) in pairs for one in changes(old, new, f"{at}/{place}")]
    # Python takes 1 and True for equal, JSON does not.
    if before == after and isinstance(before, bool) == isinstance(after, bool):
        return []
    return [{"op": "replace", "path": at, "value": after}]


def apply(value: Any, operations: Iterable[Mapping[str, Any]]) -> Any:
    """Return a copy of `value` with the operations applied in order. Raises PatchFault where one does not fit."""
    whole = [deepcopy(value)]
    for one in operations:
        _apply(whole, one)
    return whole[0]


def _apply(whole: list[Any], operation: Mapping[str, Any]) -> None:
    path, op = operation.get("path"), operation.get("op")
    if not isinstance(path, str) or op not in OPERATIONS or (path and not path.startswith("/")):
        raise PatchFault(f"no operation: {op} {path}")
    if (op == "remove") == ("value" in operation):
        raise PatchFault(f"{op} {path}: value")
    names = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    # The value stands in a list of one, so that replacing all of it is no special case.
    holder: Any = whole
    last: Any = 0
    for name in names:
        if isinstance(holder, dict) and last not in holder:
            raise PatchFault(f"{path}: there is no {last}")
        holder = holder[last]
        last = _place(holder, name, path)
    if isinstance(holder, dict):
        if (op == "add") == (last in holder):
            raise PatchFault(f"{op} {path}: {'is there' if op == 'add' else 'is not there'}")
    elif op != "replace":
        raise PatchFault(f"{op} {path}: places of a list are only replaced")
    if op == "remove":
        del holder[last]
    else:
        holder[last] = deepcopy(operation["value"])


def _place(holder: Any, name: str, path: str) -> Any:
    """Return the key or place that a part of a path names; what stands on the way must be there."""
    if isinstance(holder, dict):
        return name
    is_number = name.isascii() and name.isdecimal() and len(name) < 10 and str(int(name)) == name
    if isinstance(holder, list) and is_number and int(name) < len(holder):
        return int(name)
    raise PatchFault(f"{path}: there is no {name}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
