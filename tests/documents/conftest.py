"""One seal, one signed notice and its three papers for the tests of this folder; the papers are made once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation import canonical
from foundation.certificates import Seal, open_seal
from foundation.documents import prepare_fonts
from foundation.papers import award_notice_pdf
from foundation.signing import sign_detached
from tests.documents.award import a_notice

URL = "https://sunseal.example/verify/N-2026-000412"


@dataclass(frozen=True)
class Case:
    """A folder with the seal, the notice's bytes, their signature and the sealed PDF per language."""

    folder: Path
    seal: Seal
    body: bytes
    signature: bytes
    at: datetime
    papers: dict[str, bytes]


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("documents")
    prepare_fonts(folder / "fonts")
    # The real time, because openssl and poppler judge certificates by the machine's clock.
    at = datetime.now(UTC).replace(microsecond=0)
    seal = open_seal(folder / "seal", now=at)
    body = canonical.canonical(a_notice())
    signature = sign_detached(body, seal, at)
    papers = {
        lang: award_notice_pdf(body, signature, seal, lang=lang, verify_url=URL, at=at, entry=1209815)
        for lang in ("zh-Hans", "zh-Hant", "en")
    }
    for lang, pdf in papers.items():
        (folder / f"award-{lang}.pdf").write_bytes(pdf)
    (folder / "notice.json").write_bytes(body)
    (folder / "notice.json.p7s").write_bytes(signature)
    yield Case(folder, seal, body, signature, at, papers)
