"""The one error of this room.

It carries a stable rule name and every fault that was found, never only the first.
"""

from __future__ import annotations


class RulesError(ValueError):
    """A rule set, a calendar file, a count or a text was asked for something it cannot lawfully give.

    `rule` is a stable dotted name such as ``rules.bad_file``; `faults` lists each fault as one sentence.
    """

    def __init__(self, rule: str, *faults: str) -> None:
        super().__init__(f"{rule}: {'; '.join(faults)}" if faults else rule)
        self.rule = rule
        self.faults = tuple(faults)
