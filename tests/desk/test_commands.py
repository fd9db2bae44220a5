"""Verify, export, back up and restore: a restored older trail is a declared fork or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from foundation.clock import FixedClock
from foundation.database import db
from foundation.errors import Refusal
from procurement.notices import operations as notices
from supervision.trail import export, operations, queries, verify
from supervision.trail.act import PLATFORM, acting
from supervision.trail.notes import Verifier
from tests.postgres import OWNER, SERVING
from tests.trail.test_act import fill, rewrite
from wsgi import create_app, prepare

ROOT = Path(__file__).parents[2]


@pytest.fixture
def runner(app: Flask, clock: FixedClock) -> FlaskCliRunner:
    """The command line of an instance with a little history."""
    fill(20)
    with acting(PLATFORM) as act:
        for number in (1, 2):
            notices.publish(act, kind="tender", tender_ref="T-2026-000001", title="采购", content={"n": number})
    operations.publish_checkpoint(clock.now())
    fill(300)
    return app.test_cli_runner()


@pytest.fixture
def second(tmp_path: Path, request: pytest.FixtureRequest, engine: str, clock: FixedClock) -> Iterator[Flask]:
    """A second, empty instance to restore into."""
    values = {"SUNSEAL_INSTANCE": str(tmp_path / "second")}
    if engine == "postgresql":
        server = request.getfixturevalue("postgres")
        name = server.database()
        values["SUNSEAL_DATABASE_URL"] = server.url(name, SERVING)
        values["SUNSEAL_DATABASE_OWNER_URL"] = server.url(name, OWNER)
    # A restore comes after its backup: this instance begins a day later.
    other = create_app(values, clock=FixedClock(clock.moment + timedelta(days=1)))
    prepare(other)
    yield other
    with other.app_context():
        db.engine.dispose()


def test_an_intact_database_verifies(runner: FlaskCliRunner) -> None:
    ended = runner.invoke(args=["trail", "verify"])
    assert ended.exit_code == 0 and ended.output.startswith("INTACT: 322 entries"), ended.output


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE trail_entry SET subject = 'x' WHERE \"index\" = 7", "entry 7 says something else"),
        ("UPDATE trail_entry SET actor = 'x' WHERE \"index\" = 7", "entry 7 says something else"),
        ("DELETE FROM trail_entry WHERE \"index\" = 9", "entry 9 is missing"),
        ("DELETE FROM trail_entry WHERE \"index\" = 321", "missing from the end"),
        ("UPDATE notice SET sha256 = 'ff' WHERE id = 1", "notice N-2026-000001 is not the one"),
        ("UPDATE notice SET entry_index = 3 WHERE id = 1", "notice N-2026-000001 is not the one"),
    ],
)
def test_a_changed_database_is_named(runner: FlaskCliRunner, app: Flask, statement: str, told: str) -> None:
    rewrite(app, statement, "notice" if "notice" in statement else "trail_entry")
    db.session.rollback()
    ended = runner.invoke(args=["trail", "verify"])
    assert ended.exit_code == 1
    assert told in ended.output, ended.output


def test_the_export_verifies_outside_and_refuses_a_changed_byte(runner: FlaskCliRunner, tmp_path: Path) -> None:
    folder, key = tmp_path / "export", tmp_path / "log-key"
    assert runner.invoke(args=["trail", "export", str(folder)]).exit_code == 0
    key.write_text(runner.invoke(args=["trail", "log-key"]).output)
    command = [sys.executable, "-m", "supervision.trail.verify", str(folder)]
    trusted = subprocess.run([*command, "--log-key", str(key)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert trusted.returncode == 0, trusted.stdout
    unchecked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert unchecked.returncode == 0 and "not checked" in unchecked.stdout
    notice = next(folder.glob("notices/*.json"))
    notice.write_bytes(notice.read_bytes().replace(b'"n":1', b'"n":7').replace(b'"n":2', b'"n":8'))
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and notice.name in refused.stdout


def test_a_trail_rewritten_and_signed_with_the_real_key_is_caught(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    """The operator changes entry 3, recomputes everything and signs it anew; an earlier receipt tells."""
    receipt = json.dumps(queries.receipt(3)).encode()
    bodies = list(queries.bodies())
    bodies[3] = bodies[3].replace(b"test/3", b"test/9")
    export.write(
        tmp_path / "forged", origin=queries.tip().origin, log_signer=queries.signer(), entries=bodies, files=[],
        checkpoints=[], created_at="2026-11-20T02:00:00.000000Z",
    )
    key = [queries.signer().verifier]
    report = verify.verify(tmp_path / "forged", key, receipts=[("receipt.json", receipt)])
    assert report.verdict == "refused"
    assert any("receipt" in finding.rule for finding in report.findings)


def test_backup_and_restore_keep_everything_and_freeze(
    runner: FlaskCliRunner, second: Flask, tmp_path: Path, app: Flask
) -> None:
    before, last = queries.tip(), tmp_path / "checkpoint"
    last.write_bytes(queries.checkpoint())
    assert runner.invoke(args=["backup", str(tmp_path / "kept"), "--with-keys"]).exit_code == 0
    assert not list((tmp_path / "kept").rglob("development-kek"))
    with second.app_context():
        restored = second.test_cli_runner().invoke(args=["restore", str(tmp_path / "kept")])
        assert restored.exit_code == 0, restored.output
        assert (queries.tip().size, queries.tip().root) == (before.size, before.root)
        with pytest.raises(Refusal, match="trail.frozen"):
            fill(1)
        # The keys came with the backup; a new process reads them.
        second.extensions["log_signer"] = app.extensions["log_signer"]
        goes_on = second.test_cli_runner().invoke(args=["trail", "unfreeze", str(last)])
        assert goes_on.exit_code == 0, goes_on.output
        fill(1)
        assert second.test_cli_runner().invoke(args=["trail", "verify"]).exit_code == 0
        with acting(PLATFORM) as act:
            third = notices.publish(act, kind="tender", tender_ref="T-2026-000001", title="x", content={})
            assert third.ref == "N-2026-000003"


def test_a_restored_older_trail_is_a_declared_fork(
    runner: FlaskCliRunner, second: Flask, tmp_path: Path, app: Flask
) -> None:
    assert runner.invoke(args=["backup", str(tmp_path / "kept"), "--with-keys"]).exit_code == 0
    fill(5)
    (tmp_path / "newest").write_bytes(queries.checkpoint())
    with second.app_context():
        command = second.test_cli_runner()
        assert command.invoke(args=["restore", str(tmp_path / "kept")]).exit_code == 0
        second.extensions["log_signer"] = app.extensions["log_signer"]
        lost = command.invoke(args=["trail", "unfreeze", str(tmp_path / "newest")])
        assert lost.exit_code == 1 and "trail.not_the_latest" in lost.output
        forked = command.invoke(args=["trail", "declare-fork", "sunseal.example/trail-2", "--reason", "disk lost"])
        assert forked.exit_code == 0, forked.output
        assert queries.tip().origin == "sunseal.example/trail-2"
        fill(1)
        said = json.loads(queries.by_index(322).body)["facts"]
        assert Verifier.from_text(said["old_key"]).name == said["old_origin"] == "sunseal.example/trail"
        assert command.invoke(args=["trail", "export", str(tmp_path / "after")]).exit_code == 0
    report = verify.verify(tmp_path / "after", [Verifier.from_text(said["new_key"]), Verifier.from_text(said["old_key"])])
    assert report.verdict == "trusted", report.lines("en")


def test_a_damaged_backup_restores_nothing(runner: FlaskCliRunner, second: Flask, tmp_path: Path) -> None:
    assert runner.invoke(args=["backup", str(tmp_path / "kept")]).exit_code == 0
    table = tmp_path / "kept" / "tables" / "notice.jsonl"
    table.write_bytes(table.read_bytes()[:-40])
    with second.app_context():
        refused = second.test_cli_runner().invoke(args=["restore", str(tmp_path / "kept")])
        assert refused.exit_code == 1 and "backup.damaged" in refused.output
        assert db.session.execute(text("SELECT COUNT(*) FROM trail_entry")).scalar() == 0
