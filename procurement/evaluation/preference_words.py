"""Why a bid gets no deduction, or is out by its own declaration: the words in three languages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from procurement.rules.rule import Rule
from procurement.rules.ruleset import RuleSet
from procurement.rules.wording import Text

_SME = Text("小微企业", "小微企業", "small and micro enterprises")
_PARTNERS = Text("含小微企业的联合体或分包", "含小微企業的聯合體或分包", "small partners")
NAMES = {
    "policy.sme_deduction": _SME,
    "policy.sme_works_deduction": _SME,
    "policy.sme_consortium_deduction": _PARTNERS,
    "policy.sme_works_consortium_deduction": _PARTNERS,
    "policy.domestic_deduction": Text("本国产品", "本國產品", "domestic products"),
}

CAUSES = {
    "reserved": Text(
        "本项目为预留项目，不再给予价格扣除",
        "本項目為預留項目，不再給予價格扣除",
        "the tender is reserved, so nothing is deducted",
    ),
    "not_declared": Text("投标未作此项声明", "投標未作此項聲明", "the bid makes no such declaration"),
    "item_not_declared": Text("标的{item}未作声明", "標的{item}未作聲明", "item {item} is not in the declaration"),
    "item_not_small": Text(
        "标的{item}不是由小微企业制造或承接",
        "標的{item}不是由小微企業製造或承接",
        "item {item} is not made or carried out by a small or micro enterprise",
    ),
    "bidder_not_small": Text(
        "投标人不是小微企业", "投標人不是小微企業", "the bidder is not a small or micro enterprise"
    ),
    "partner_not_small": Text(
        "联合体成员或分包单位{name}不是小微企业",
        "聯合體成員或分包單位{name}不是小微企業",
        "the partner {name} is not a small or micro enterprise",
    ),
    "no_partners": Text(
        "未与小微企业组成联合体或向其分包",
        "未與小微企業組成聯合體或向其分包",
        "there is no consortium or subcontract with small or micro enterprises",
    ),
    "all_small": Text(
        "各方均为小微企业，已按小微企业扣除",
        "各方均為小微企業，已按小微企業扣除",
        "all are small, and the deduction for small enterprises is given",
    ),
    "partners_share": Text(
        "小微企业承担{share}%，低于规定的{least}%",
        "小微企業承擔{share}%，低於規定的{least}%",
        "small enterprises perform {share} %, below the {least} % required",
    ),
    "not_domestic": Text("所投不是本国产品", "所投不是本國產品", "no domestic product is offered"),
    "cost_unknown": Text(
        "成本占比未声明或合计不为100%",
        "成本佔比未聲明或合計不為100%",
        "the parts of the cost are not stated or do not sum to 100 %",
    ),
    "cost_share": Text(
        "本国产品成本占{share}%，低于规定的{least}%",
        "本國產品成本佔{share}%，低於規定的{least}%",
        "domestic products are {share} % of the cost, below the {least} % required",
    ),
    "no_competition": Text(
        "没有非本国产品参与竞争", "沒有非本國產品參與競爭", "no other than domestic products compete"
    ),
    "rate": Text("扣除率不在规定范围内", "扣除率不在規定範圍內", "the rate is outside the range of the rule"),
    # Why a bid is out of a reserved tender.
    "size_large": Text(
        "投标人声明为大型企业", "投標人聲明為大型企業", "the bidder declares that it is a large enterprise"
    ),
    "item_large": Text(
        "标的{item}由大型企业制造或承接",
        "標的{item}由大型企業製造或承接",
        "item {item} is made or carried out by a large enterprise",
    ),
    "no_size": Text(
        "未提供中小企业声明函", "未提供中小企業聲明函", "there is no declaration of small and medium enterprises"
    ),
    "reserved_share": Text(
        "中小企业承担{share}%，低于预留的{least}%",
        "中小企業承擔{share}%，低於預留的{least}%",
        "small and medium enterprises perform {share} %, below the {least} % reserved",
    ),
}


def said(entry: Mapping[str, Any], locale: str) -> str:
    """Return in words why a deduction was not given, from an entry of `Preference.refused`."""
    return CAUSES[entry["cause"]].template(locale).format(**entry.get("facts", {}))


def reason(rule: Rule, facts: Mapping[str, Any], locale: str) -> str:
    """Return why a bid is invalid in words; `facts` are those of ``x_facts``."""
    told = {name: said(value, locale) if name == "cause" else value for name, value in facts.items()}
    return rule.sentence(locale, **told)


def invalidity(document: Mapping[str, Any], bid: str, rules: RuleSet, locale: str) -> str | None:
    """Return in a language why a bid's own declarations exclude it; None where something else does."""
    for one in document["bids"]:
        why = one.get("invalid") or {}
        if one["bid"] == bid and "x_facts" in why and why["rule"] in rules:
            return reason(rules.rule(why["rule"]), why["x_facts"], locale)
    return None


def favours(document: Mapping[str, Any], locale: str, cite: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """Return for each ranked bid that a deduction was asked about: ``{"bid", "lines"}``, for a page.

    A line is ``{"name", "article", "rate", "base", "amount", "why"}``; `why` tells why there is none.
    """
    refused = {one["bid"]: one.get("x_not_deducted") or () for one in document["bids"]}
    found = []
    for bid in document["result"]["bids"]:
        lines = [
            {**_line(one, locale, cite), "base": bid["price"], "why": "", **_figures(one)} for one in bid["deductions"]
        ]
        lines += [{**_line(one, locale, cite), "why": said(one, locale)} for one in refused.get(bid["bid"], ())]
        if lines and bid["status"] == "ranked":
            found.append({"bid": bid, "lines": lines})
    return found


def _line(entry: Mapping[str, Any], locale: str, cite: Callable[[str], str]) -> dict[str, str]:
    name = NAMES.get(entry["rule"])
    return {
        "name": name.template(locale) if name is not None else entry["rule"],
        "article": cite(entry["article"]) if entry.get("article") else "",
    }


def _figures(entry: Mapping[str, Any]) -> dict[str, str]:
    return {name: entry[name] for name in ("rate", "amount", "base") if name in entry}
