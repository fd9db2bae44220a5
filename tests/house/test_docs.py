"""Docs are true: generated pages are current, links lead somewhere, the README's commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_generated_pages_are_current() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.print_docs", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_files_and_modules_exist(page: Path) -> None:
    """A path or a `python -m` module that a page names must be there."""
    if page.name == "CHANGELOG.md":
        return
    text = page.read_text()
    for module in re.findall(r"python -m ([a-z_.]+[a-z_])", text):
        path = ROOT / Path(*module.split("."))
        assert path.with_suffix(".py").exists() or path.is_dir(), f"{page.name} names the module {module}"
    tops = "foundation|identity|procurement|bidding|supervision|static|templates|tests|docs|scripts|migrations"
    for named in re.findall(rf"`((?:{tops})/[A-Za-z0-9_./-]+\.[a-z]+)`", text):
        assert (ROOT / named).exists(), f"{page.name} names {named}"


def test_make_targets_that_pages_name_exist() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z]+)", page.read_text()))
        assert named <= known, f"{page.name} names {named - known}"


def test_ci_calls_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert re.search(r"^make check$", (ROOT / ".ci" / "run").read_text(), re.M)
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.M)
