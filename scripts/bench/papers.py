"""One award notice: signed, rendered and sealed, beside a bare page of the same renderer."""

from __future__ import annotations

from datetime import UTC, datetime

from foundation.canonical import canonical
from foundation.papers import award_notice_pdf
from foundation.signing import sign_detached
from scripts.bench.machines import Machines
from scripts.bench.measuring import Spent, tell, times
from tests.documents.award import a_notice

LOCALES = ("zh-Hans", "en")
COUNT = 9


def measure(machines: Machines) -> None:
    """Tell the milliseconds of one award notice in Chinese and in English."""
    seal = machines.app("sqlite").extensions["seal"]
    # Imported late: the fonts' place must be known first, and the app sets it.
    import weasyprint

    at = datetime.now(UTC).replace(microsecond=0)
    body = canonical(a_notice())
    rows = "<tr><td>云州市直属学校教室照明改造灯具采购</td><td>2,386,800.00</td></tr>" * 25
    page = f"<style>body {{ font-family: sans-serif }}</style><h1>中标公告</h1><table>{rows}</table>"

    def notice(lang: str) -> bytes:
        signature = sign_detached(body, seal, at)
        return award_notice_pdf(body, signature, seal, lang=lang, verify_url="https://sunseal.example/verify", at=at)

    def bare(_: int = 0) -> None:
        weasyprint.HTML(string=page).write_pdf()

    for lang in LOCALES:
        notice(lang)
        bare()
        ours, theirs, cpu = [], [], 0.0
        for _ in range(COUNT):
            one = times(lambda _, lang=lang: notice(lang), 1)  # type: ignore[misc]
            ours += one.wall
            cpu += one.cpu
            theirs += times(bare, 1).wall
        tell("award.notice", Spent(ours, cpu / COUNT).percentile(50), "ms", "one bare WeasyPrint page, ms",
             Spent(theirs, 0.0).percentile(50), lang=lang, count=COUNT, cpu_ms=cpu / COUNT)
