"""Locks carry hashes and no address, and no committed file names a registry or a path of one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    """Return the files that git tracks, or all files of a tree without git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
        return [path for path in names if path.is_file()]
    skipped = {".venv", "instance", "build", "node_modules", ".git"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)]


def test_locks_hold_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        assert "://" not in text, f"{lock.name} holds an address"
        pinned = re.findall(r"^[a-z0-9._-]+==", text, re.M)
        assert pinned and text.count("--hash=sha256:") >= len(pinned)
    npm = ROOT / "package-lock.json"
    if npm.exists():
        assert '"resolved"' not in npm.read_text()


def test_no_file_names_a_registry() -> None:
    registry = re.compile(rb"://[^/ ]*(?:py" + rb"pi|npm" + rb"js|debian|mirror|proxy)[^ ]*")
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in (".lock", ".in", ".json", ".sh", ".toml", "") and registry.search(path.read_bytes())
    ]
    assert wrong == []


def test_every_requirement_is_in_its_lock() -> None:
    for part in ("run", "dev", "uv"):
        wanted = re.findall(r"^([a-zA-Z0-9][a-zA-Z0-9-]*)", (ROOT / "requirements" / f"{part}.in").read_text(), re.M)
        lock = (ROOT / "requirements" / f"{part}.lock").read_text()
        assert [name for name in wanted if f"\n{name.lower()}==" not in f"\n{lock}"] == []
