"""What is served to browsers is what the manifests say: third-party code, its licences, the frozen client bundle."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from bidding.seal.bundle import bundle_digest, bundle_files, load_bundle
from foundation import canonical
from foundation.errors import Refusal

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
MANIFEST: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
LOCK: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text("utf-8"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_vendor_files_are_what_the_manifest_says(entry: dict[str, Any]) -> None:
    assert _sha256(VENDOR / entry["file"]) == entry["sha256"]
    assert entry["packages"]
    for package in entry["packages"]:
        assert (VENDOR / package["licence_file"]).stat().st_size > 500
        locked = [one for path, one in LOCK["packages"].items() if path.endswith(f"node_modules/{package['name']}")]
        assert (package["version"], package["integrity"], package["licence"]) in [
            (one["version"], one["integrity"], one["license"]) for one in locked
        ]


def test_no_vendor_file_is_unlisted() -> None:
    listed = {entry["file"] for entry in MANIFEST["files"]} | {"manifest.json"}
    listed |= {package["licence_file"] for entry in MANIFEST["files"] for package in entry["packages"]}
    assert {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} == listed


def test_the_npm_lock_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    assert "://" not in text
    assert "resolved" not in text
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8").split()


def test_the_current_bundle_is_frozen_from_the_sources() -> None:
    bundle = load_bundle(STATIC)
    assert bundle.files == bundle_files(STATIC)
    for one in bundle.files:
        assert _sha256(STATIC / one.path) == one.sha256, f"Run scripts/vendor.sh --freeze: {one.path} has changed."
    sources = {path.relative_to(STATIC).as_posix() for path in STATIC.glob("seal/*.js")}
    assert {one.path for one in bundle.files if one.path.startswith("seal/")} == sources
    assert "seal/seal-worker.js" not in {one.path for one in bundle.page_files}
    assert "vendor/pkijs.js" in {one.path for one in bundle.page_files}


def test_every_kept_bundle_is_whole() -> None:
    kept = [path for path in (STATIC / "seal" / "dist").iterdir() if path.is_dir()]
    assert kept
    for folder in kept:
        digest = _sha256(folder / "bundle.json")
        assert folder.name == digest[:12]
        bundle = load_bundle(STATIC, digest)
        assert {one.path for one in bundle.files} | {"bundle.json"} == {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }


def test_a_changed_script_is_refused(tmp_path: Path) -> None:
    shutil.copytree(STATIC / "seal", tmp_path / "seal")
    bundle = load_bundle(tmp_path)
    script = tmp_path / bundle.folder / "seal" / "seal-worker.js"
    script.write_bytes(script.read_bytes() + b"\n")
    with pytest.raises(Refusal) as damaged:
        load_bundle(tmp_path)
    assert (damaged.value.rule, damaged.value.facts["path"]) == ("bundle.damaged", "seal/seal-worker.js")
    listing = tmp_path / bundle.folder / "bundle.json"
    value = canonical.parse(listing.read_bytes())
    value["files"]["seal/seal-worker.js"] = _sha256(script)
    listing.write_bytes(canonical.canonical(value))
    with pytest.raises(Refusal) as swapped:
        load_bundle(tmp_path)
    assert swapped.value.facts["path"] == "bundle.json"
    with pytest.raises(Refusal) as unknown:
        load_bundle(tmp_path, "0" * 64)
    assert unknown.value.rule == "bundle.unknown"
    assert bundle_digest(tmp_path) == bundle.digest


def test_every_sentence_of_the_scripts_is_in_the_page() -> None:
    page = (ROOT / "templates" / "box" / "seal.html").read_text("utf-8")
    known = set(re.findall(r'"([a-z_.]+)": _\(', page))
    asked: set[str] = set()
    for script in STATIC.glob("seal/*.js"):
        text = script.read_text("utf-8")
        asked |= set(re.findall(r'(?:say\(|Fault\(|new Error\(|\? |: )"([a-z]+\.[a-z_]+)"', text))
        asked |= {"phase." + phase for phase in re.findall(r'#setPhase\("([a-z]+)"\)', text)}
    assert len(asked) > 40
    assert asked - known == {"offer.json"}
