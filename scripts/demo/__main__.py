"""What `make demo` plays: the whole story on a throw-away instance, through HTTP and a real Chromium, then verified.

One bid is sealed in Chromium, the others by the Python packer; one late and one malformed bid are refused; three
experts score; the award is decided; and outside tools that are present judge the papers. It prints a line for each step
and ends with DEMO OK and exit code 0, or with the first failure and 1. ``DEMO_OUT=dir`` keeps the papers.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from foundation.clock import Clock
from scripts.demo.bids import Bidding
from scripts.demo.judging import Judging
from scripts.demo.stage import Failed, say
from scripts.demo.tendering import Tendering
from scripts.demo.verifying import Verifying
from scripts.visiting import Refused


class Demo(Tendering, Bidding, Judging, Verifying):
    """The whole story, in its order."""

    def play(self) -> None:
        """Play everything."""
        self.people()
        with self.server():
            say(f"✓ a throw-away instance serves on {self.base}")
            self.publish()
            self.bid_in_chromium(1)
            for number in (2, 3):
                self.bid_by_packer(number)
            self.malformed(4)
            waiting = self._upload(4)
            self.nothing_told()
            say(f"… waiting for the deadline, {max(0, round((self.closes_at - Clock().now()).total_seconds()))} s")
            self.late(*waiting)
            self.opening()
            self.judge()
            self.award()
            self.verify()


def main() -> int:
    """Play the demonstration and return the exit code."""
    begin = time.monotonic()
    kept = os.environ.get("DEMO_OUT")
    with tempfile.TemporaryDirectory(prefix="sunseal-demo-") as folder:
        out = Path(kept).absolute() if kept else Path(folder) / "out"
        out.mkdir(parents=True, exist_ok=True)
        try:
            Demo(Path(folder), out).play()
        except (Failed, Refused) as error:
            print(f"  ✗ {error}\nDEMO FAILED", flush=True)
            return 1
    if kept:
        say(f"papers in {out}")
    say(f"{time.monotonic() - begin:.0f} s in all")
    print("DEMO OK", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
