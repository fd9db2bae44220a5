"""The packer as a supplier meets it: the command, its refusals, and its memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bidding.seal.claims import parse_claims
from bidding.seal.layers import new_identity
from bidding.seal.opening import open_envelope
from bidding.seal.pack import OUTPUTS, PackFile, main, seal
from foundation import canonical
from foundation.errors import Refusal
from tests.seal.builders import SUPPLIER, a_draft, a_notice, some_files

ROOT = Path(__file__).parent.parent.parent


class Desk:
    """A supplier's folder with notice, offer and files, and the platform's key for the check afterwards."""

    def __init__(self, folder: Path) -> None:
        self.identity, recipient = new_identity()
        self.notice = a_notice([[recipient]])
        self.folder = folder
        (folder / "notice.json").write_bytes(self.notice)
        self.files = some_files(folder / "own")
        self.offer(a_draft())

    def offer(self, offer: Any) -> None:
        """Write offer.json."""
        (self.folder / "offer.json").write_text(json.dumps(offer, ensure_ascii=False), "utf-8")

    def arguments(self, *more: str, lot: str = "1") -> list[str]:
        """Return the command line."""
        files = [part for one in self.files for part in ("--file", str(one.path))]
        return [
            "--notice",
            str(self.folder / "notice.json"),
            "--lot",
            lot,
            "--offer",
            str(self.folder / "offer.json"),
            "--supplier-name",
            SUPPLIER.name,
            "--supplier-number",
            SUPPLIER.number,
            "--out",
            str(self.folder / "out"),
            *files,
            *more,
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A supplier's folder."""
    return Desk(tmp_path)


def test_the_command_seals_and_the_platform_opens(desk: Desk) -> None:
    command = [sys.executable, "-m", "bidding.seal.pack", *desk.arguments()]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "2386800.13" in run.stdout
    out = desk.folder / "out"
    assert sorted(one.name for one in out.iterdir()) == sorted(OUTPUTS)
    claims = parse_claims((out / "claims.json").read_bytes())
    opened = open_envelope(
        out / "bid.age", out / "bid.key.age", [[desk.identity]], claims, desk.notice, desk.folder / "opened"
    )
    assert opened.offer.supplier == SUPPLIER and opened.manifest.bundle == "python-packer"
    assert [one.type for one in opened.files] == ["application/pdf", "text/plain", "application/octet-stream"]
    assert (out / "copy" / "manifest.json").read_bytes() == opened.manifest_bytes


def test_problems_are_told_all_at_once_and_nothing_is_written(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.offer(a_draft(items=[{"item": "1", "unit_price": "386.0000001"}, {"item": "9", "unit_price": "1"}], x=1))
    assert main(desk.arguments()) == 1
    told = capsys.readouterr().err
    for rule in (
        "offer.unknown_field",
        "offer.unit_price",
        "offer.unknown_item",
        "offer.item_missing (item=2)",
    ):
        assert rule in told
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (
            {
                "items": [
                    {"item": "1", "unit_price": "600"},
                    {"item": "2", "unit_price": "1"},
                    {"item": "3", "unit_price": "1"},
                ]
            },
            "offer.ceiling",
        ),
        ({"answers": []}, "offer.answer_missing"),
        ({"answers": [{"criterion": "C1", "answer": "", "complies": False}]}, "offer.requirement_not_met"),
        ({"total": "1.00"}, "offer.total"),
        ({"currency": "USD"}, "offer.currency"),
        ({"lot": "2"}, "offer.lot"),
        ({"items": "none"}, "offer.item_missing"),
    ],
)
def test_refusals_before_sealing(
    desk: Desk, changes: dict[str, Any], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.offer(a_draft(**changes))
    assert main(desk.arguments()) == 1
    assert rule in capsys.readouterr().err
    assert not (desk.folder / "out").exists()


def test_other_refusals(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str, **named: Any) -> str:
        assert main(desk.arguments(*arguments, **named)) == 1
        return capsys.readouterr().err

    assert "pack.file_missing" in told("--file", str(desk.folder / "none.pdf"))
    assert "notice.unknown_lot" in told(lot="7")
    assert "pack.notice_digest" in told("--notice-digest", "0" * 64)
    assert "No such file" in told("--notice", str(desk.folder / "none.json"))
    (desk.folder / "pretty.json").write_text(json.dumps(json.loads(desk.notice), indent=1))
    assert "notice.not_canonical" in told("--notice", str(desk.folder / "pretty.json"))
    assert main(desk.arguments("--notice-digest", canonical.digest(desk.notice))) == 0
    before = (desk.folder / "out" / "bid.age").read_bytes()
    assert "pack.exists" in told()
    assert (desk.folder / "out" / "bid.age").read_bytes() == before


def test_a_file_that_changes_while_it_is_sealed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.files[0].path

    def digest_then_change(one: Path) -> str:
        digest = canonical.digest(one.read_bytes())
        if one == path:
            one.write_bytes(one.read_bytes()[:-1] + b"!")
        return digest

    monkeypatch.setattr("bidding.seal.pack.file_digest", digest_then_change)
    with pytest.raises(Refusal, match=r"^pack.file_changed"):
        seal(desk.notice, "1", a_draft(), desk.files, SUPPLIER, desk.folder / "out")
    assert list((desk.folder / "out").iterdir()) == []


def test_what_the_disk_gave_back_is_checked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidding.seal.pack.file_digest", lambda path: canonical.digest(path.name.encode()))
    with pytest.raises(Refusal, match=r"^pack\.(reread|file_changed)"):
        seal(desk.notice, "1", a_draft(), [], SUPPLIER, desk.folder / "out")


@pytest.mark.parametrize("name", ["a\nb.pdf", "x" * 256, "a\u202efdp.exe"])
def test_names_that_cannot_be_sealed(desk: Desk, name: str) -> None:
    file = PackFile(desk.files[0].path, name, "application/pdf")
    with pytest.raises(Refusal, match=r"^pack.file_name"):
        seal(desk.notice, "1", a_draft(), [file], SUPPLIER, desk.folder / "out")


MEMORY = """
import json, resource, sys
from pathlib import Path
from bidding.seal.opening import open_envelope
from bidding.seal.pack import PackFile, seal
from tests.seal.builders import SUPPLIER, a_draft
folder = Path(sys.argv[1])
notice = (folder / "notice.json").read_bytes()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
sealed = seal(notice, "1", a_draft(), [PackFile.at(folder / "big.bin")], SUPPLIER, folder / "out")
packed = peak()
ids, claims = [[sys.argv[2]]], sealed.claims
opened = open_envelope(sealed.bid_path, sealed.key_path, ids, claims, notice, folder / "opened")
print(json.dumps({"before": before, "packed": packed, "opened": peak(), "size": opened.files[0].size}))
"""


def test_200_megabytes_are_sealed_and_opened_in_constant_memory(desk: Desk) -> None:
    big = desk.folder / "big.bin"
    with big.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
        stream.seek(100 * 1024 * 1024)
        stream.write(b"not all zeros")
    command = [sys.executable, "-c", MEMORY, str(desk.folder), desk.identity]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["size"] == 200 * 1024 * 1024
    assert told["opened"] - told["before"] < 24, told
