"""Builders for the envelope's tests: a notice, an offer, and files, as plain values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bidding.seal.layers import new_identity
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, Sealed, seal
from foundation import canonical

VECTORS = Path(__file__).parent.parent / "vectors"
SUPPLIER = Supplier("示范家具有限公司", "91310000MA1FL0000X")


def vectors() -> dict[str, Any]:
    """Return the vectors that Python and the browser code share."""
    found: dict[str, Any] = json.loads((VECTORS / "envelope.json").read_text("utf-8"))
    return found


def keys(count: int) -> list[tuple[str, str]]:
    """Return fresh pairs of identity and recipient."""
    return [new_identity() for _ in range(count)]


def a_notice(layers: Sequence[Sequence[str]], **lot: Any) -> bytes:
    """Return the notice of the vectors with these recipients (outermost first) and a changed first lot."""
    notice = vectors()["notice"]["value"]
    named = [{"name": f"layer {number}", "recipients": list(one)} for number, one in enumerate(layers, 1)]
    notice["envelopes"] = [
        {"lot": "1", "envelope": 1, "layers": named},
        {"lot": "2", "envelope": 1, "layers": named},
    ]
    notice["tender"]["lots"][0].update(lot)
    return canonical.canonical(notice)


def a_draft(**changes: Any) -> dict[str, Any]:
    """Return an offer as a supplier writes it by hand: prices and answers only."""
    draft: dict[str, Any] = {
        "items": [
            {"item": "1", "unit_price": "386.00"},
            {"item": "2", "unit_price": "4450"},
            {"item": "3", "unit_price": "0.01"},
        ],
        "answers": [{"criterion": "C1", "answer": "见附件"}],
        "declarations": {"enterprise_size": "small"},
    }
    return draft | changes


def some_files(folder: Path) -> list[PackFile]:
    """Write three files, one of them empty, and return them."""
    contents = {
        "技术方案.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40,
        "空.txt": b"",
        "图纸.bin": b"\x00" * 512,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [PackFile.at(folder / name) for name in contents]


def a_sealed(tmp_path: Path, notice: bytes, files: Sequence[PackFile] | None = None) -> Sealed:
    """Seal the usual offer for lot 1 into tmp_path/sealed."""
    given = some_files(tmp_path / "own") if files is None else files
    return seal(notice, "1", a_draft(), given, SUPPLIER, tmp_path / "sealed")
