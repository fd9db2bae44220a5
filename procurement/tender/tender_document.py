"""The tender document from the structured data: which parts it has by the rule set, and what stands in each. Pure.

A part is a heading and blocks; the template prints blocks and knows nothing of tenders. Everything is taken from the
content of the signed notice (with its amendments), so that whoever has the notice can make the document again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation.money import grouped_text
from procurement.rules.faults import RulesError
from procurement.rules.ruleset import RuleSet
from procurement.tender import document_criteria, document_policies
from procurement.tender.document_blocks import Block, Said, text_block
from procurement.tender.document_words import LAW, NAMES, PARTS, WORDS
from procurement.tender.terms import amount_of

CONTENTS = "document.contents"


@dataclass(frozen=True)
class Part:
    """One part: its key in the rule set, its heading, what the law calls it, its blocks and the law it follows."""

    key: str
    title: Said
    label: Said
    blocks: tuple[Block, ...]
    law: tuple[tuple[Said, Said], ...]


@dataclass(frozen=True)
class Case:
    """What the parts are made from: the notice's content in force, its law in its stage, addresses of the house."""

    content: Mapping[str, Any]
    ruleset: RuleSet
    address: str
    tender_address: str

    @property
    def tender(self) -> Mapping[str, Any]:
        """What the notice says of the tender."""
        found: Mapping[str, Any] = self.content["tender"]
        return found

    @property
    def terms(self) -> Mapping[str, Any]:
        """The terms; empty where the tender has none."""
        return self.tender.get("terms") or {}


def name_of(case: Case) -> Said:
    """Return what the document is called."""
    found = NAMES.get(case.tender.get("stage", "")) or NAMES.get(case.tender.get("procedure", ""))
    return found or NAMES[""]


def parts(case: Case) -> list[Part]:
    """Return the parts that the rule set asks for, in its order; none where it asks for no tender document."""
    if CONTENTS not in case.ruleset:
        return []
    rule = case.ruleset.rule(CONTENTS)
    found = []
    for key in rule.items:
        label = Said(rule.label(key, "zh_Hans"), rule.label(key, "en"))
        build = _BUILDERS.get(key)
        blocks = tuple(build(case)) if build is not None else ()
        found.append(Part(key, PARTS.get(key, label), label, blocks, _law(case.ruleset, key)))
    return found


def _law(ruleset: RuleSet, key: str) -> tuple[tuple[Said, Said], ...]:
    rules = [ruleset.rule(id) for id in LAW.get(key, ()) if id in ruleset]
    return tuple(
        (Said(one.title("zh_Hans"), one.title("en")), Said(one.cite("zh_Hans"), one.cite("en"))) for one in rules
    )


def _heading(word: str) -> Block:
    return Block("heading", said=WORDS[word])


def _line(said: Said) -> Block:
    return Block("line", said=said)


def _facts(rows: list[tuple[str, Any]]) -> Block:
    return Block("facts", rows=tuple((WORDS[word], value) for word, value in rows if value not in ("", None)))


def _term(case: Case, name: str) -> list[Block]:
    """A text of the terms, with its English words or the remark that there are none."""
    zh = case.terms.get(name) or ""
    en = (case.terms.get("english") or {}).get(name) or WORDS["as_typed"].en
    return [text_block(zh, en)] if zh else []


def _invitation(case: Case) -> Iterator[Block]:
    issuer, tender = case.content["issuer"], case.tender
    procedure, stage = _procedure(case)
    yield _facts(
        [
            ("ref", tender["ref"]),
            ("title", tender["title"]),
            ("buyer", issuer["name"]),
            ("address", issuer.get("address") or ""),
            ("contact", " ".join(filter(None, (issuer.get("contact"), issuer.get("phone"))))),
            ("procedure", procedure),
            ("stage", stage),
            ("category", WORDS[tender["category"]]),
            ("plan", tender.get("plan") or ""),
            ("consortium", WORDS["accepted" if tender["consortium"] else "not_accepted"]),
            ("invited", WORDS["invited_only"] if tender.get("invitees") else ""),
            ("documents_at", WORDS["free"].fill(address=case.tender_address)),
            ("notice_period", tender.get("notice_period_ends_on") or ""),
            ("rule_set", Said(case.ruleset.name.zh_Hans, case.ruleset.name.en)),
        ]
    )


def _procedure(case: Case) -> tuple[Any, Any]:
    try:
        procedure = case.ruleset.procedure(case.tender["procedure"])
        stage = procedure.stage(case.tender["stage"])
    except (KeyError, RulesError):
        return "", ""
    shown = Said(stage.name.zh_Hans, stage.name.en) if len(procedure.stages) > 1 else ""
    return Said(procedure.name.zh_Hans, procedure.name.en), shown


def _instructions(case: Case) -> Iterator[Block]:
    yield from _term(case, "instructions")
    if case.terms.get("site_visit"):
        yield _heading("site_visit")
        yield from _term(case, "site_visit")


def _certificates(case: Case) -> Iterator[Block]:
    yield _heading("qualifications")
    yield text_block(case.tender["qualifications"])
    if case.terms.get("certificates"):
        yield _heading("certificates")
        yield from _term(case, "certificates")


def _policies(case: Case) -> Iterator[Block]:
    yield from document_policies.blocks(case.tender.get("policies") or {}, case.ruleset)


def _format(case: Case) -> Iterator[Block]:
    yield from _term(case, "offer_format")
    yield _facts([("currency", case.tender["currency"])])
    budget = Decimal(case.tender["budget"])
    yield from _bond(case.terms.get("bid_bond") or {}, "bid_bond", "of_budget", budget)


def _bond(bond: Mapping[str, Any], name: str, share: str, whole: Decimal | None) -> Iterator[Block]:
    basis = bond.get("basis", "none")
    asked: Any = WORDS["no_bond"]
    if basis == "percent":
        asked = WORDS[share].fill(value=_plain(bond["value"]))
        if whole is not None:
            sum_of = WORDS["yuan"].fill(value=grouped_text(f"{amount_of(bond, whole):.2f}"))
            asked = Said(f"{asked.zh}（{sum_of.zh}）", f"{asked.en} ({sum_of.en})")
    elif basis == "amount":
        asked = WORDS["yuan"].fill(value=grouped_text(f"{Decimal(bond['value']):.2f}"))
    forms = [WORDS["draft_bill" if one == "draft" else one] for one in bond.get("forms") or ()]
    said = Said("、".join(one.zh for one in forms), ", ".join(one.en for one in forms)) if forms else ""
    yield _facts([(name, asked), ("bond_forms", said)])


def _budget(case: Case) -> Iterator[Block]:
    yield _facts([("budget", WORDS["yuan"].fill(value=grouped_text(case.tender["budget"])))])
    rows = tuple((lot["lot"], lot["title"], grouped_text(lot["ceiling"])) for lot in case.tender["lots"])
    head = (WORDS["lot"], WORDS["title"], WORDS["ceiling"])
    yield Block("table", head=head, rows=rows, sizes=("c", "", "n"))


def _technical(case: Case) -> Iterator[Block]:
    yield _heading("need")
    yield text_block(case.tender["description"])
    head = (WORDS["number"], WORDS["item"], WORDS["spec"], WORDS["quantity"])
    starred = False
    for lot in case.tender["lots"]:
        yield _line(WORDS["lot_line"].fill(lot=lot["lot"], title=lot["title"]))
        rows = []
        for item in lot["items"]:
            star = "★ " if item.get("substantive") else ""
            starred = starred or bool(star)
            quantity = f"{grouped_text(item['quantity'])} {item['unit']}" if item["quantity"] else item["unit"]
            rows.append((item["item"], star + item["title"], item.get("spec") or "", quantity))
        yield Block("table", head=head, rows=tuple(rows), sizes=("c", "", "", "n"))
    if starred:
        yield _line(WORDS["starred"])
    yield _heading("acceptance")
    yield from _term(case, "acceptance")


def _contract(case: Case) -> Iterator[Block]:
    yield from _bond(case.terms.get("performance_bond") or {}, "performance_bond", "of_contract", None)
    yield _heading("clauses")
    yield from _term(case, "contract")


def _delivery(case: Case) -> Iterator[Block]:
    for word, name in (("time", "delivery_time"), ("place", "delivery_place")):
        yield _heading(word)
        yield from _term(case, name)


def _method(case: Case) -> Iterator[Block]:
    if case.tender["lots"]:
        first = case.tender["lots"][0]
        yield from document_criteria.blocks(first["method"], first["criteria"])
    award = case.tender.get("award")
    if award:
        yield _heading("award")
        yield from document_criteria.blocks(award["method"], award["criteria"])
    yield _heading("invalidity")
    yield from _term(case, "invalidity")


def _validity(case: Case) -> Iterator[Block]:
    days = case.terms.get("validity_days")
    if days:
        yield _line(WORDS["valid_for"].fill(days=days))


def _deadline(case: Case) -> Iterator[Block]:
    tender = case.tender
    yield _facts(
        [
            ("closes_at", moment_text(tender.get("closes_at"))),
            ("opens_at", moment_text(tender.get("opens_at"))),
            ("opens_where", WORDS["online"].fill(address=case.address)),
        ]
    )
    yield _line(WORDS["late"])
    if case.content.get("mode") == "timed":
        yield _line(WORDS["timed"])


def _other(case: Case) -> Iterator[Block]:
    yield from _term(case, "other")
    amendments = case.content.get("amendments") or []
    if amendments:
        yield _heading("amendments")
        head = (WORDS["ref"], WORDS["published"], WORDS["what_changed"])
        rows = tuple((one["ref"], moment_text(one["issued_at"]), one["text"]) for one in amendments)
        yield Block("table", head=head, rows=rows, sizes=("c", "c", ""))
    if case.content.get("documents"):
        yield _heading("enclosed")
        files = tuple((one["title"], one["file_name"], one["sha256"]) for one in case.content["documents"])
        head = (WORDS["title"], WORDS["file"], WORDS["digest"])
        yield Block("table", head=head, rows=files, sizes=("", "", "digest"))


def _one_term(name: str) -> Callable[[Case], list[Block]]:
    return lambda case: _term(case, name)


_BUILDERS: Mapping[str, Callable[[Case], Any]] = {
    "invitation": _invitation,
    "instructions": _instructions,
    "certificates": _certificates,
    "policies": _policies,
    "format": _format,
    "budget": _budget,
    "technical": _technical,
    "contract": _contract,
    "delivery": _delivery,
    "payment": _one_term("payment"),
    "method": _method,
    "validity": _validity,
    "deadline": _deadline,
    "agency_fee": _one_term("agency_fee"),
    "credit": _one_term("credit_query"),
    "other": _other,
}


def moment_text(text: str | None) -> str:
    """Return a moment of the notice to the second with its own offset, "" where there is none."""
    if not text:
        return ""
    found = datetime.fromisoformat(text)
    return f"{found:%Y-%m-%d %H:%M:%S} (UTC{found:%z})"


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
