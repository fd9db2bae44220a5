"""The papers lie in the public export, and the stand-alone verifier finds each in the trail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flask import Flask

from foundation.clock import FixedClock
from foundation.database import db
from supervision.desk import export
from supervision.trail import queries as trail
from tests.builders import awards
from tests.builders.judging import judged
from tests.builders.people import people
from tests.notices.test_rendering import ring_until_done

ROOT = Path(__file__).parents[2]


def verify(folder: Path, key: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "supervision.trail.verify", str(folder), "--log-key", str(key)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_export_with_papers_is_intact_and_a_foreign_paper_is_named(
    app: Flask, clock: FixedClock, tmp_path: Path
) -> None:
    everyone = people(app)
    lot = judged(everyone, clock)
    awards.propose(everyone, lot.tender.ref, awards.the_best(awards.the_lot(lot.tender.ref)))
    notice = awards.decide(everyone, awards.the_lot("T-2026-000001").tender.ref)
    ref = notice.ref
    ring_until_done(app)
    db.session.rollback()
    folder, key = tmp_path / "export", tmp_path / "log-key"
    export.write(folder)
    key.write_text(trail.signer().verifier.text() + "\n")
    assert {path.name for path in (folder / "notices").glob(f"{ref}*")} == {
        f"{ref}.json",
        f"{ref}.p7s",
        f"{ref}.zh-CN.pdf",
        f"{ref}.zh-TW.pdf",
        f"{ref}.en.pdf",
    }
    answer = verify(folder, key)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    paper = folder / "notices" / f"{ref}.en.pdf"
    paper.write_bytes(paper.read_bytes()[:-1] + b"\x00")
    answer = verify(folder, key)
    assert answer.returncode == 1 and f"notices/{ref}.en.pdf: no entry names this document" in answer.stdout
