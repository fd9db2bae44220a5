"""Documents: judged by their bytes. What a browser or a computer could run is refused, whatever it is called."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from foundation.errors import Refusal
from procurement.tender.documents import TYPES, admit, clean_name
from tests.builders.tenders import PDF


def archive(*names: str) -> bytes:
    """Return a ZIP file with empty files of these names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as found:
        for name in names:
            found.writestr(name, "")
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
SOUND = [
    ("招标文件.pdf", PDF),
    ("需求.DOCX", DOCX),
    ("清单.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
    ("版式.ofd", archive("OFD.xml", "Doc_0/Document.xml")),
    ("图纸.zip", archive("图纸/1.pdf", "图纸/2.dwg")),
    ("照片.png", b"\x89PNG\r\n\x1a\n rest"),
    ("照片.jpg", b"\xff\xd8\xff\xe0 rest"),
    ("说明.txt", "第一行\n第二行 < 3 % 与 > 5\n".encode()),
    ("清单.csv", "名称,数量\n灯具,4800\n".encode("gb18030")),
]
UNSAFE = [
    ("page.html", b"<!doctype html><script>1</script>"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("run.exe", b"MZ\x90\x00"),
    ("run.js", b"alert(1)"),
    ("tender.pdf", b"MZ\x90\x00 a program"),
    ("tender.pdf", b"<html>%PDF-1.7</html>"),
    ("tender.txt", b"<html><body>words</body></html>"),
    ("tender.txt", b"  \n <SCRIPT>alert(1)</SCRIPT>"),
    ("tender.csv", b"a,b\n<svg onload=alert(1)>,2\n"),
    ("tender.txt", b"#!/bin/sh\nrm -r /\n"),
    ("tender.txt", b"\x00\x01\x02"),
    ("tender.txt", b"\xff\xff\xff\xff"),
    ("tender.png", b"GIF89a"),
    ("tender.docx", archive("xl/workbook.xml")),
    ("tender.docx", archive("word/document.xml", "word/vbaProject.bin")),
    ("tender.docx", DOCX[:40]),
    ("tender.zip", archive("folder/setup.exe")),
    ("tender.zip", archive("index.html")),
    ("tender.zip", b"MZ\x90\x00" + DOCX),
    ("tender.zip", b"PK\x03\x04 but no archive"),
]


@pytest.mark.parametrize(("name", "data"), SOUND, ids=range(len(SOUND)))
def test_what_may_be_a_tender_document(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / "stored"
    file.write_bytes(data)
    clean = clean_name(name)
    assert admit(file, clean) == TYPES[f".{clean.rpartition('.')[2]}"]


@pytest.mark.parametrize(("name", "data"), UNSAFE, ids=range(len(UNSAFE)))
def test_what_may_not(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / "stored"
    file.write_bytes(data)
    with pytest.raises(Refusal, match=r"document\.unsafe_type"):
        admit(file, clean_name(name))


def test_an_empty_file_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "stored"
    file.write_bytes(b"")
    with pytest.raises(Refusal, match=r"document\.empty"):
        admit(file, "x.pdf")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\lin\\招标 文件.PDF", "招标 文件.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("tender\u202egpj.pdf", "tender gpj.pdf"),
        ("a" * 300 + ".pdf", "a" * 180 + ".pdf"),
    ],
)
def test_names_lose_folders_and_hidden_signs(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "tender", ".pdf", "  .pdf"])
def test_a_name_needs_an_ending(given: str) -> None:
    with pytest.raises(Refusal, match=r"document\.file_name"):
        clean_name(given)
