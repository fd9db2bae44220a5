"""Printed papers: from a notice's JSON to the HTML of the official document, and from there to the sealed
PDF.

The notice is the document; the paper only shows it. So the templates get the notice's own dictionary, the
words of the language, and what proves it (digest, trail entry, address of the verification page). No Flask in
here.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
import segno
from markupsafe import Markup

from foundation import canonical, money
from foundation.certificates import Seal
from foundation.documents import Attached, render_html_to_pdf, sign_pdf
from foundation.errors import HouseFault
from foundation.paper_words import WORDS

TEMPLATES = Path(__file__).parent.parent / "templates"
STATIC = Path(__file__).parent.parent / "static"

# The interface's languages as documents name them: by script, so that fonts and readers choose well (BCP 47).
_LANGUAGES = {
    "zh": "zh-Hans",
    "zh-CN": "zh-Hans",
    "zh-Hans": "zh-Hans",
    "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-Hant": "zh-Hant",
    "en": "en",
}
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Paper:
    """A document before rendering: whole HTML, its print style sheet, its title and language."""

    html: str
    css: str
    title: str
    lang: str


def language(tag: str) -> str:
    """Return the document language (``zh-Hans``, ``zh-Hant`` or ``en``) for an interface language such as
    ``zh-CN``.
    """
    return _LANGUAGES.get(tag.replace("_", "-"), "en")


def award_notice(body: bytes, *, lang: str, verify_url: str, entry: int | None = None) -> Paper:
    """Return the paper of an award notice, given its canonical JSON bytes (docs/formats/notice.md).

    `verify_url` goes into the QR code, `entry` is the trail entry in which the notice was published. Raises
    `HouseFault` when the bytes are not a canonical award notice.
    """
    notice = canonical.parse(body)
    if notice.get("format") != "sunseal-notice/1" or notice.get("kind") != "award":
        raise HouseFault("An award notice is printed from a sunseal-notice/1 of the kind award.")
    if canonical.canonical(notice) != body:
        raise HouseFault("A notice is printed from the canonical bytes that were signed.")
    return paper(
        "award-notice",
        lang=lang,
        title=lambda words: words["award_title"].format(title=notice["award"]["tender"]["title"]),
        notice=_shown(notice),
        sha256=canonical.digest(body),
        verify_url=verify_url,
        entry=entry,
    )


def award_notice_pdf(
    body: bytes, signature: bytes, seal: Seal, *, lang: str, verify_url: str, at: datetime, entry: int | None = None
) -> bytes:
    """Return the sealed PDF/A-3a of an award notice, with the signed JSON and its CMS signature attached.

    `at` (aware) is the moment of the seal on the paper. The same input gives the same bytes.
    """
    sheet = award_notice(body, lang=lang, verify_url=verify_url, entry=entry)
    notice = canonical.parse(body)
    plain = render_html_to_pdf(
        sheet.html,
        sheet.css,
        title=sheet.title,
        lang=sheet.lang,
        static=STATIC,
        moment=datetime.fromisoformat(notice["issued_at"]),
        identifier=f"{notice['ref']} {sheet.lang}",
        attachments=[
            Attached("notice.json", body, "application/json", "Source"),
            Attached("notice.json.p7s", signature, "application/pkcs7-signature", "Supplement"),
        ],
    )
    words = WORDS[sheet.lang]
    return sign_pdf(plain, seal, moment=at, reason=words["seal_reason"], location=notice["issuer"]["name"])


def paper(name: str, *, lang: str, title: Callable[[dict[str, Any]], str], sheet: str = "", **facts: Any) -> Paper:
    """Fill the template ``documents/<name>.html`` in a language; a name that the facts do not hold is an
    error. `sheet` names a style sheet of the same folder that comes after the common one.
    """
    tag = language(lang)
    words = WORDS[tag]
    text = title(words)
    environment = _environment()
    html = environment.get_template(f"documents/{name}.html").render(
        words=words,
        lang=tag,
        page_title=text,
        numerals=_NUMERALS if tag != "en" else None,
        qr=lambda url, label: _qr(url, label),
        day=lambda value: _day(value, words),
        moment=lambda value: _moment(value),
        capitals=lambda value: money.capitals(money.from_text(value), traditional=tag == "zh-Hant"),
        **facts,
    )
    css = "".join((TEMPLATES / "documents" / one).read_text() for one in ("document.css", sheet) if one)
    return Paper(html, css, text, tag)


def _shown(notice: dict[str, Any]) -> dict[str, Any]:
    """The notice with every optional member present, so that a template's misspelt name stays an error."""
    award = notice["award"]
    winner = {"address": "", "enterprise_size": "", "items": [], **_DECLARED} | award["winner"]
    winner["declarations"] = {
        name: [dict.fromkeys(_OF_A_LINE) | line for line in (winner["declarations"] or {}).get(name) or []]
        for name in ("sme", "domestic", "consortium")
    }
    blank = {"brand": "", "model": "", "spec": ""}
    winner["items"] = [blank | item for item in winner["items"]]
    rules = notice.get("rule_set") or {}
    return (
        dict.fromkeys(("number", "agency", "previous"))
        | notice
        | {
            "demonstration": bool(notice.get("demonstration") or rules.get("demonstration")),
            "issuer": _party(notice["issuer"]),
            "agency": _party(notice["agency"]) if notice.get("agency") else None,
            "award": dict.fromkeys(_OPTIONAL)
            | award
            | {
                "winner": winner,
                "ranking": [{"evaluated_price": None, "total": None} | line for line in award["ranking"]],
                "fee": ({"basis": None} | award["fee"]) if award.get("fee") else None,
                "period": ({"workdays": None} | award["period"]) if award.get("period") else None,
                "challenge": ({"article": None, "unit": None} | award["challenge"]) if award.get("challenge") else None,
                "documents": [one.get("title") or one["name"] for one in award.get("documents") or []],
            },
        }
    )


_OPTIONAL = ("excluded", "reason", "standstill_ends_on", "evaluation")
_DECLARED: dict[str, Any] = {"declarations": None, "deductions": [], "reserved": ""}
_OF_A_LINE = ("industry_name", "industry", "staff", "revenue", "assets", "share")


def _party(party: dict[str, Any]) -> dict[str, Any]:
    return {"address": "", "contact": "", "phone": ""} | party


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = money.grouped_text
    environment.filters["digest"] = _digest
    return environment


def _qr(url: str, label: str) -> Markup:
    """A QR code as inline SVG whose title becomes the picture's description in the tagged PDF."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=0, omitsize=True, svgclass="qr", lineclass=None, title=label
    )
    return Markup(out.getvalue().decode())  # noqa: S704 (segno escapes the title, the rest is its own path)


def _digest(value: str) -> Markup:
    """A digest in groups of eight, so that two can be compared by eye; copied text has no gaps."""
    groups = [value[start : start + 8] for start in range(0, len(value), 8)]
    return Markup("").join(Markup("<span class=group>{}</span>").format(group) for group in groups)


def _day(value: str, words: dict[str, Any]) -> str:
    """A date of the notice (``2026-11-26`` or a full moment) in the prose of the language."""
    found = date.fromisoformat(value[:10])
    months: list[str] = words["months"]
    return str(words["date"]).format(
        year=found.year, month=found.month, day=found.day, name=months[found.month - 1] if months else ""
    )


def _moment(value: str) -> str:
    """A moment of the notice to the second with its own offset; nothing is converted to another clock."""
    found = datetime.fromisoformat(value)
    return f"{found:%Y-%m-%d %H:%M:%S} {found:%z}"[:-2] + ":" + f"{found:%z}"[-2:]
