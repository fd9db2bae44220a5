"""`make demo`: the whole story over HTTP, with a bid sealed in Chromium, judged by tools that are not ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.visitors import ROOT


def test_the_demonstration_ends_well(tmp_path: Path) -> None:
    environ = {**os.environ, "DEMO_OUT": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert ended.returncode == 0 and ended.stdout.rstrip().endswith("DEMO OK"), ended.stdout + ended.stderr
    assert (tmp_path / "award.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "receipt.json").is_file()
