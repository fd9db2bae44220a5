"""The papers of notices: a PDF per language, rendered and sealed outside any act, its digest recorded afterwards.

The signed JSON is the notice; the PDF shows it, carries it along and names where to check it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext, lazy_gettext
from sqlalchemy import func, select

from foundation import canonical, papers, web
from foundation.database import db
from foundation.documents import Attached, render_html_to_pdf, sign_pdf
from foundation.messages import TONGUES
from foundation.paper_words import WORDS
from foundation.storage import Stored
from procurement.notices import changed
from procurement.notices.models import Notice, Rendition
from procurement.notices.operations import subject_of
from procurement.notices.queries import STAGE_KINDS
from procurement.scoring.formula_words import criterion_lines
from supervision.trail.act import Act

# The languages in which every notice is printed; the first is the one that counts where words differ.
LOCALES = ("zh-CN", "en", "zh-TW")
MOST_PDF = 32 << 20

_HEADINGS = {
    "tender": lazy_gettext("Invitation to tender"),
    "prequalification": lazy_gettext("Prequalification notice"),
    "invitation": lazy_gettext("Invitation to bid"),
    "round": lazy_gettext("Invitation to the next round"),
    "call_off": lazy_gettext("Call-off"),
    "single_source": lazy_gettext("Single source publicity"),
    "amendment": lazy_gettext("Amendment notice"),
    "clarification": lazy_gettext("Answers to questions"),
    "cancellation": lazy_gettext("Cancellation notice"),
    "failure": lazy_gettext("Notice that a lot failed"),
    "opening": lazy_gettext("Opening record"),
    "intention": lazy_gettext("Notice of intention"),
    "correction": lazy_gettext("Correction notice"),
    "termination": lazy_gettext("Termination notice"),
    "agreement_summary": lazy_gettext("Summary of the orders under a framework agreement"),
    "agreement": lazy_gettext("Notice of who is admitted to a framework agreement"),
    "shortlist": lazy_gettext("Notice of who goes on"),
}
_CATEGORIES = {"goods": lazy_gettext("Goods"), "services": lazy_gettext("Services"), "works": lazy_gettext("Works")}
# Members that a kind may leave out, so that a template's misspelt name stays an error.
_OPTIONAL = ("number", "lot", "rule_set", "client", "closed_at_before")
# Records that an opening notice tells for earlier stages; few have any.
_MANY = {"earlier": ()}
_PARTY = {"address": "", "contact": "", "phone": ""}


@dataclass(frozen=True)
class Printed:
    """A rendered paper in the store, not yet recorded."""

    notice_id: int
    locale: str
    stored: Stored


def waiting(after: int, *, most: int = 200) -> list[tuple[Notice, str]]:
    """Return notices above the key `after` and the languages they lack, the newest notice first.

    `most` bounds the notices looked at; the first language comes first for each.
    """
    complete = (
        select(func.count()).select_from(Rendition).where(Rendition.notice_id == Notice.id).correlate(Notice)
    ).scalar_subquery()
    wanted = select(Notice).where(Notice.id > after, complete < len(LOCALES)).order_by(Notice.id.desc()).limit(most)
    found = []
    for notice in db.session.execute(wanted).scalars():
        there = {one.locale for one in notice.renditions}
        found += [(notice, locale) for locale in LOCALES if locale not in there]
    return found


def newest() -> int:
    """Return the key of the newest notice, 0 where there is none."""
    return db.session.execute(select(func.coalesce(func.max(Notice.id), 0))).scalar_one()


def print_notice(notice: Notice, locale: str) -> Printed:
    """Render, seal and store the paper of a notice in a language of `LOCALES`. To be called outside an act."""
    data = pdf_of(notice, locale, at=current_app.extensions["clock"].now())
    return Printed(notice.id, locale, current_app.extensions["store"].put([data], most=MOST_PDF))


def record(act: Act, printed: Printed) -> Rendition | None:
    """Record a paper; None, without an entry, where another worker was first (its file is then nobody's)."""
    notice = act.session.get_one(Notice, printed.notice_id)
    if any(one.locale == printed.locale for one in notice.renditions):
        return None
    facts = {"notice": notice.ref, "locale": printed.locale, "sha256": printed.stored.sha256}
    rendition = Rendition(
        notice_id=notice.id,
        locale=printed.locale,
        storage_key=printed.stored.key,
        size=printed.stored.size,
        sha256=printed.stored.sha256,
        entry_index=act.record("notice.render", subject_of(notice.tender_ref, notice.ref), facts),
    )
    act.session.add(rendition)
    act.session.flush()
    return rendition


def pdf_of(notice: Notice, locale: str, *, at: datetime) -> bytes:
    """Return the sealed PDF/A-3a of a notice; `at` is the moment of the seal. The same input gives the same bytes."""
    seal = current_app.extensions["seal"]
    address = verify_address(notice)
    if notice.kind == "award":
        return papers.award_notice_pdf(
            notice.body, notice.signature, seal, lang=locale, verify_url=address, at=at, entry=notice.entry_index
        )
    sheet = paper_of(notice, locale)
    plain = render_html_to_pdf(
        sheet.html,
        sheet.css,
        title=sheet.title,
        lang=sheet.lang,
        static=papers.STATIC,
        moment=notice.issued_at,
        identifier=f"{notice.ref} {sheet.lang}",
        attachments=[
            Attached("notice.json", notice.body, "application/json", "Source"),
            Attached("notice.json.p7s", notice.signature, "application/pkcs7-signature", "Supplement"),
        ],
    )
    place = _shown(notice)["issuer"]["name"]
    return sign_pdf(plain, seal, moment=at, reason=WORDS[sheet.lang]["seal_reason"], location=place)


def paper_of(notice: Notice, locale: str) -> papers.Paper:
    """Return the paper of any notice but an award, in a language of `LOCALES`."""
    shown = _shown(notice)
    with force_locale(TONGUES[locale][0]):
        heading = str(_HEADINGS.get(notice.kind, lazy_gettext("Notice")))
        rule = shown["rule"] if isinstance(shown.get("rule"), dict) else {}
        return papers.paper(
            "notice",
            lang=locale,
            title=lambda words: f"{shown['matter']['title']}{words['comma'] if locale == 'en' else ' '}{heading}",
            notice=shown,
            heading=heading,
            follows=shown["follows"],
            changes=changed.shown(changed.of_amendment(notice)),
            categories={name: str(word) for name, word in _CATEGORIES.items()},
            tongue=TONGUES[locale][0],
            starred=_is_starred(shown),
            formula_said=lambda one: criterion_lines(one, locale),
            tender_url=f"{current_app.config['SETTINGS'].base_url}/tenders/{notice.tender_ref}",
            article=((rule or shown.get("period") or {}).get("article") or {}).get(TONGUES[locale][0], ""),
            cause=_cause(),
            stage_kinds=STAGE_KINDS,
            named=lambda text: text.get(TONGUES[locale][0], ""),
            _=gettext,
            sha256=notice.sha256,
            verify_url=verify_address(notice),
            entry=notice.entry_index,
        )


def verify_address(notice: Notice) -> str:
    """Return where a reader of the paper can check it."""
    return f"{current_app.config['SETTINGS'].base_url}/verify?notice={notice.ref}"


def _shown(notice: Notice) -> dict[str, Any]:
    """Return the notice with every optional member present; what a follow-up leaves out comes from the invitation."""
    said: dict[str, Any] = canonical.parse(notice.body)
    head = said
    if "issuer" not in said or "rule_set" not in said:
        first = select(Notice).where(Notice.tender_ref == notice.tender_ref, Notice.kind.in_(STAGE_KINDS)).limit(1)
        invitation = db.session.execute(first.order_by(Notice.id)).scalar_one_or_none()
        head = canonical.parse(invitation.body) if invitation is not None else said
    rules = said.get("rule_set") or head.get("rule_set") or {}
    issuer = {**(head.get("issuer") or {}), **(said.get("issuer") or {})}
    found = dict.fromkeys(_OPTIONAL) | _MANY | said
    about = (said.get(name) for name in ("tender", "plan", "agreement"))
    matter: dict[str, Any] = next((one for one in about if one), {"ref": notice.tender_ref})
    return found | {
        "issuer": _PARTY | {"name": ""} | issuer,
        "demonstration": bool(said.get("demonstration") or rules.get("demonstration")),
        # These follow an earlier notice without correcting it, so the base paper says nothing of a correction.
        "previous": None,
        "follows": said.get("previous"),
        # What it is about, whatever that is: a tender, a project of a plan or an agreement.
        "matter": {"title": notice.title} | matter,
        "tender": {"description": "", "qualifications": ""} | matter | _lots(said),
    }


def _lots(said: dict[str, Any]) -> dict[str, Any]:
    lots = []
    for lot in (said.get("tender") or {}).get("lots") or []:
        absent: dict[str, Any] = {"weight": "", "guidance": "", "x_bands": [], "evidence": []}
        criteria = [absent | one for one in lot.get("criteria") or []]
        items = [{"spec": "", "substantive": False} | one for one in lot.get("items") or []]
        lots.append(lot | {"criteria": criteria, "items": items})
    return {"lots": lots}


def _is_starred(shown: dict[str, Any]) -> bool:
    return any(item["substantive"] for lot in shown["tender"]["lots"] for item in lot["items"])


def _cause() -> Callable[[str], str]:
    return lambda rule: web.sentence(rule, {}) if rule in web.SENTENCES else rule
