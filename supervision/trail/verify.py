"""The stand-alone verifier of an export of the trail: ``python -m supervision.trail.verify EXPORT``.

It needs the standard library and `cryptography` only. The trusted key of the log is given from outside with
``--log-key``; without it the best verdict is "intact, origin not checked", for a key inside the export proves
nothing. An earlier receipt or checkpoint (``--receipt``, ``--checkpoint``) catches even the holder of the
real key who rewrote the trail and signed it again. Exit codes: 0 intact, 1 refused, 2 usage or unreadable
input.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from supervision.trail import messages, notes
from supervision.trail.compare import Finding
from supervision.trail.faults import TrailError
from supervision.trail.inspection import Inspection, Named, Step, read_keys

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict over one export and the steps that led to it; `origin`, `size`, `root` as its checkpoint
    says.
    """

    verdict: str
    steps: tuple[Step, ...]
    origin: str = ""
    size: int = -1
    root: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether nothing was refused."""
        return self.verdict != "refused"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found, step by step."""
        return tuple(each for step in self.steps for each in step.findings)

    def lines(self, language: str) -> list[str]:
        """Return the report for people: one numbered line a step, what was found under it, and the
        verdict.
        """
        say = messages.say
        lines = []
        for number, step in enumerate(self.steps, 1):
            word = {True: "ok", False: "no", None: "not_taken"}[step.ok]
            facts = (step.facts or {}).items()
            counts = [say(messages.COUNTS, name, language, n=value) for name, value in facts]
            name = say(messages.STEPS, step.name, language)
            line = f"{number:2}. {name}: {say(messages.WORDS, word, language)}"
            lines.append(f"{line} ({', '.join(counts)})" if counts and step.ok else line)
            lines += [f"    - {sentence(each, language)}" for each in step.findings[:SHOWN]]
            if len(step.findings) > SHOWN:
                more = say(messages.WORDS, "more", language, count=len(step.findings) - SHOWN)
                lines.append(f"    - {more}")
        verdict = say(messages.VERDICTS, self.verdict, language)
        lines.append(f"{say(messages.WORDS, 'verdict', language)}: {verdict}")
        if self.verdict == "unchecked":
            lines.append(say(messages.WORDS, "hint", language))
        return lines

    def value(self, language: str) -> dict[str, Any]:
        """Return the report as JSON: stable codes beside the words of one language."""
        steps = [
            {
                "number": number,
                "name": step.name,
                "ok": step.ok,
                "facts": step.facts or {},
                "findings": [{**asdict(each), "words": sentence(each, language)} for each in step.findings],
            }
            for number, step in enumerate(self.steps, 1)
        ]
        words = messages.say(messages.VERDICTS, self.verdict, language)
        head = {"origin": self.origin, "size": self.size, "root": self.root}
        return {"verdict": self.verdict, "words": words, **head, "steps": steps}


def sentence(finding: Finding, language: str) -> str:
    """Return the sentence of a finding in one of the three languages."""
    return messages.say(messages.FINDINGS, finding.rule, language, **finding.facts)


def verify(
    folder: str | Path,
    log_keys: Sequence[notes.Verifier] | None = None,
    *,
    receipts: Iterable[Named] = (),
    checkpoints: Iterable[Named] = (),
) -> Report:
    """Judge the export in `folder`; `receipts` and `checkpoints` are (name, bytes) kept from earlier.

    The verdict is ``trusted`` (`log_keys` given and all holds), ``unchecked`` (all holds under the key that
    the export itself carries) or ``refused``. Raises `OSError` where the folder cannot be read.
    """
    inspection = Inspection(Path(folder), log_keys, receipts, checkpoints)
    steps = tuple(inspection.run())
    head = inspection.head
    verdict = "refused"
    if all(step.ok for step in steps):
        verdict = "unchecked" if log_keys is None else "trusted"
    if head is None:
        return Report(verdict, steps)
    return Report(verdict, steps, head.origin, head.size, head.root.hex())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="supervision.trail.verify", description="Judge an export of the trail."
    )
    parser.add_argument("export", metavar="EXPORT", type=Path, help="the folder of the export")
    parser.add_argument("--log-key", metavar="FILE", type=Path, help="the log's verifier keys, one on a line")
    parser.add_argument("--receipt", metavar="FILE", type=Path, nargs="+", action="extend", default=[])
    parser.add_argument("--checkpoint", metavar="FILE", type=Path, nargs="+", action="extend", default=[])
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--lang", choices=messages.LANGUAGES, default="en")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode must not end the verifier with a traceback.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        if not options.export.is_dir():
            raise NotADirectoryError(f"{options.export} is not a folder")
        keys = read_keys(options.log_key.read_bytes()) if options.log_key else None
        report = verify(
            options.export,
            keys,
            receipts=[(path.name, path.read_bytes()) for path in options.receipt],
            checkpoints=[(path.name, path.read_bytes()) for path in options.checkpoint],
        )
    except (OSError, TrailError) as error:
        print(f"supervision.trail.verify: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report.value(options.lang), ensure_ascii=False, indent=1))
    else:
        print("\n".join(report.lines(options.lang)))
    return 0 if report.is_intact else 1


if __name__ == "__main__":
    sys.exit(main())
