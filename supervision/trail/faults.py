"""The one error of the trail's pure files.

They run in a stand-alone verifier with nothing but the standard library and `cryptography`, so they raise no
`Refusal` of the web application; whoever calls them there turns a `TrailError` into one by its rule name.
"""

from __future__ import annotations

from typing import Any


class TrailError(ValueError):
    """Something of the trail is not what it must be.

    `rule` is a stable dotted name such as ``note.malformed``; `facts` are the values that a sentence for
    people needs.
    """

    def __init__(self, rule: str, **facts: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.facts = facts

    def __str__(self) -> str:
        if not self.facts:
            return self.rule
        return f"{self.rule} ({', '.join(f'{name}={value}' for name, value in self.facts.items())})"
