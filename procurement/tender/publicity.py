"""The publicity before a single source purchase: who alone can deliver, why, and which experts said so (条例38).

It is published by a second person while the draft waits for approval. The notice of the purchase itself may follow when
the period is over; a draft that names another supplier, ground or need by then needs a publicity of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from foundation.errors import Refusal
from foundation.money import to_text
from procurement.notices import operations as notices
from procurement.notices.models import Notice
from procurement.rules.counting import due_on
from procurement.rules.findings import blocking, finding
from procurement.rules.ruleset import RuleSet
from procurement.tender import content, law, procedures
from procurement.tender.lifecycle import TENDER
from procurement.tender.models import Tender
from procurement.tender.ownership import demand_member, move_or_refuse, subject_of
from supervision.trail.act import Act

KIND = "single_source"
CONTENTS = "notice.single_source_contents"
OPINION = ("name", "unit", "title", "opinion")
MOST_OPINIONS, MOST_WORDS = 20, 4000


def publicise(act: Act, tender: Tender, *, opinions: Sequence[Mapping[str, str]]) -> Notice:
    """Sign and publish that a submitted draft is to be bought from one supplier. For a second person.

    `opinions` are ``{"name", "unit", "title", "opinion"}`` of each expert. Refuses 409 ``tender.publicise.not_now``,
    ``tender.by_a_second_person``, ``publicity.not_needed``, ``publicity.done``, ``tender.not_ready`` (`reasons` are the
    findings about procedure, ground and supplier), ``publicity.incomplete``; 422 ``publicity.opinion``.
    """
    demand_member(act, tender.authority)
    move_or_refuse(TENDER, tender, "publicise", act)
    ruleset = law.rule_set_of(tender)
    if not procedures.needs_publicity(tender, ruleset):
        raise Refusal("publicity.not_needed", 409)
    if procedures.publicity_of(tender) is not None:
        raise Refusal("publicity.done", 409)
    own = (procedures.PUBLICITY, procedures.PUBLICITY_GROUNDS)
    stopping = [one for one in blocking(procedures.findings(tender, ruleset, act.now)) if one.rule_id not in own]
    if stopping:
        raise Refusal("tender.not_ready", 409, reasons=tuple(stopping), count=len(stopping))
    zone = current_app.config["SETTINGS"].time_zone
    said = content_of(tender, ruleset, checked(opinions), at=act.now, zone=zone)
    missing = lacking(said, ruleset)
    if missing:
        rule = ruleset.rule(CONTENTS)
        found = finding(rule, missing=tuple(rule.label_text(key) for key in missing))
        raise Refusal("publicity.incomplete", 409, reasons=(found,), article=rule.article)
    notice = notices.publish(act, kind=KIND, tender_ref=tender.ref, title=tender.title, content=said)
    facts = {"notice": notice.ref, "sha256": notice.sha256}
    TENDER.make(act, tender, "publicise", subject_of(tender), facts)
    return notice


def checked(opinions: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the opinions with plain words; rows without any word are left out. Refuses ``publicity.opinion``."""
    found = []
    for one in opinions[:MOST_OPINIONS]:
        row = {name: " ".join(str(one.get(name) or "").split()) for name in OPINION}
        if not any(row.values()):
            continue
        if not all(row.values()) or any(len(words) > MOST_WORDS for words in row.values()):
            raise Refusal("publicity.opinion")
        found.append(row)
    return found


def content_of(
    tender: Tender, ruleset: RuleSet, opinions: Sequence[Mapping[str, str]], *, at: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """Return the content of the notice ``single_source`` (``docs/formats/notice.md``)."""
    procedure = ruleset.procedure(tender.procedure)
    due = due_on(ruleset.rule(procedures.PUBLICITY), at, tz=zone)
    return {
        **content.head_of(tender, ruleset),
        "tender": {
            "ref": tender.ref,
            "title": tender.title,
            "category": tender.category,
            "description": tender.description,
            "procedure": tender.procedure,
            "procedure_name": procedure.name.as_json(),
            "budget": to_text(tender.budget),
            "currency": tender.currency,
            "lots": [
                {"lot": lot.number, "title": lot.title, "items": [{"title": item.title} for item in lot.items]}
                for lot in tender.lots
            ],
        },
        "ground": {
            "id": tender.ground,
            "words": procedure.ground(tender.ground).as_json(),
            "reason": tender.ground_reason,
            "article": procedure.article.as_json(),
        },
        "suppliers": [
            {
                "ref": one.organisation.ref,
                "name": one.organisation.name,
                "number": one.organisation.number or "",
                "address": one.organisation.address,
            }
            for one in tender.invitees
        ],
        "opinions": [dict(one) for one in opinions],
        "period": {
            "number": due.number,
            "unit": due.unit,
            "ends_on": due.ends_on.isoformat(),
            "ends_at": due.ends_at.isoformat(timespec="seconds"),
        },
        # What the publicity is about: a purchase of something else is not covered by it.
        "matter": procedures.matter_of(tender),
    }


def lacking(said: Mapping[str, Any], ruleset: RuleSet) -> list[str]:
    """Return the keys of the rule ``notice.single_source_contents`` that a content does not fulfil."""
    if CONTENTS not in ruleset:
        return []
    issuer, about = said["issuer"], said["tender"]
    there = {
        "buyer": bool(issuer["name"] and issuer["address"]),
        "title": bool(about["title"]),
        "description": bool(about["description"]),
        "reason": bool(said["ground"]["reason"]),
        "supplier": bool(said["suppliers"]) and all(one["name"] and one["address"] for one in said["suppliers"]),
        "opinions": bool(said["opinions"]),
        "period": bool(said["period"]["ends_on"]),
        "contact": bool(issuer["contact"] and issuer["phone"]),
    }
    return [name for name in ruleset.rule(CONTENTS).items if not there.get(name, True)]
