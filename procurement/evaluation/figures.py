"""The result in words: where every figure of a published evaluation comes from, in the reader's language. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from procurement.scoring.arithmetic import parse_exact, shown_text
from procurement.scoring.method import QUALIFICATION
from procurement.scoring.ranking import evaluate
from procurement.scoring.sentences import sentence
from procurement.scoring.words import STEP_SENTENCES, STEPS, SYMBOLS, TERMS, word

# Beyond this many bids the question "what if one were not there" is left to the recompute command.
MOST_WHAT_IF = 12

Cite = Callable[[str], str]

_SYMBOL = re.compile(r"(?<![A-Za-z])([A-Za-z])(?![A-Za-z])")
_LARGE = re.compile(r"\d{4,}(?=\.)")


@dataclass(frozen=True)
class Shown:
    """One step of a derivation as people read it. `result` is what goes on to the next step."""

    title: str
    sentence: str
    article: str
    formula: str
    numbers: str
    result: str
    note: str = ""


def bid_of(document: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Return one bid of the result by its id."""
    return next((one for one in document["result"]["bids"] if one["bid"] == name), None)


def titles(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the title of each criterion by its id."""
    return {one["criterion"]: one.get("title") or one["criterion"] for one in document["criteria"]}


def keys_of(document: Mapping[str, Any], bid: Mapping[str, Any]) -> list[str]:
    """Return what can be asked about a bid: its scores by criterion, its evaluated price, total and rank."""
    if bid["status"] != "ranked":
        return [bid["status"]]
    scores = [one["criterion"] for one in bid["criteria"]]
    return [*scores, "evaluated_price", *(["total"] if bid["total"] else []), "rank"]


def derivation(
    document: Mapping[str, Any], bid: Mapping[str, Any], key: str, language: str, cite: Cite = str
) -> list[Shown]:
    """Return the steps that lead to one figure of one bid, each with its formula in words and in numbers.

    `cite` turns an article as the document names it into the reader's language.
    """
    kinds = {one["criterion"]: one["kind"] for one in document["criteria"]}
    own, shared = bid["steps"], document["result"]["steps"]
    if key in ("excluded", "qualified"):
        chosen = [one for one in own if one["outcome"] is not None or one["step"] == "price"]
    elif kinds.get(key) == "price":
        chosen = [*_named(own, "price", "evaluated_price"), *_named(shared, "baseline"), *_of_criterion(own, key)]
    elif key in kinds:
        scored = _of_criterion(own, key)
        chosen = [*scored[:-1], *_of_criterion(shared, key), *scored[-1:]]
    elif key == "evaluated_price":
        chosen = _named(own, "price", "ceiling", "evaluated_price")
    elif key == "total":
        chosen = [*(one for one in own if one["step"].endswith("_score")), *_named(own, "total")]
    else:
        chosen = _named(own, "total", "technical", "rank") or _named(own, "evaluated_price", "rank")
    names = titles(document)
    return [one for step in chosen for one in _shown(document, step, names, language, cite)]


def excluded(document: Mapping[str, Any], language: str, cite: Cite = str) -> list[dict[str, Any]]:
    """Return the bids that were not ranked, each with its reasons in words and the experts' own reasons."""
    names = titles(document)
    found = []
    for bid in document["result"]["bids"]:
        if bid["status"] != "excluded":
            continue
        reasons = []
        for one in bid["reasons"]:
            facts = {"criterion": names.get(one["criterion"], one["criterion"] or "")}
            told = sentence(one["rule"], facts, language)
            reasons.append(
                {
                    "sentence": one["reason"] or told,
                    "article": cite(one["article"]) if one["article"] else "",
                    "said": _said(document, bid["bid"], one["criterion"]),
                }
            )
        found.append({"bid": bid, "reasons": reasons})
    return found


def experts(document: Mapping[str, Any], criterion: str) -> list[dict[str, Any]]:
    """Return for a points or formula criterion the rows of its table: bid, its score, reasons by expert."""
    rows = []
    for bid in document["result"]["bids"]:
        score = next((one for one in bid["criteria"] if one["criterion"] == criterion), None)
        if score is not None:
            rows.append({"bid": bid, "score": score, "said": _said(document, bid["bid"], criterion)})
    return rows


def stability(document: Mapping[str, Any]) -> list[str] | None:
    """Return those losers without whom another bid would come first; None where it was not tried.

    A score relative to the lowest price can change when a loser goes away; saying so costs little.
    """
    ranking = document["result"]["ranking"]
    is_ranked = document["method"]["id"] != QUALIFICATION
    if not is_ranked or not 2 <= len(ranking) <= MOST_WHAT_IF or document["result"]["ties"]:
        return None
    return [loser for loser in ranking[1:] if _ranking(without(document, loser))[:1] != ranking[:1]]


def undeducted(document: Mapping[str, Any]) -> list[str] | None:
    """Return the ranking without any policy deduction, or None where there is none to leave out."""
    if document["method"]["id"] == QUALIFICATION or not any(one.get("deductions") for one in document["bids"]):
        return None
    bids = [{name: value for name, value in one.items() if name != "deductions"} for one in document["bids"]]
    return _ranking({**document, "bids": bids})


def without(document: Mapping[str, Any], bid: str) -> dict[str, Any]:
    """Return the document as if one bid had never come."""
    return {
        **document,
        "bids": [one for one in document["bids"] if one["bid"] != bid],
        "experts": [
            {**one, "sheets": [sheet for sheet in one["sheets"] if sheet["bid"] != bid]}
            for one in document["experts"]
        ],
    }


def grouped(text: str) -> str:
    """Return text with thousands separators in its amounts."""
    return _LARGE.sub(lambda found: f"{int(found.group()):,}", text)


def _ranking(document: Mapping[str, Any]) -> list[str]:
    found: list[str] = evaluate({name: value for name, value in document.items() if name != "result"})["ranking"]
    return found


def _said(document: Mapping[str, Any], bid: str, criterion: str | None) -> dict[str, str]:
    found = {}
    for expert in document["experts"]:
        for sheet in expert["sheets"]:
            if sheet["bid"] == bid and criterion in sheet.get("reasons", {}):
                found[expert["expert"]] = sheet["reasons"][criterion]
    return found


def _named(steps: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [one for one in steps if one["step"] in names]


def _of_criterion(steps: list[dict[str, Any]], criterion: str) -> list[dict[str, Any]]:
    return [one for one in steps if one["criterion"] == criterion]


def _shown(
    document: Mapping[str, Any], step: Mapping[str, Any], names: Mapping[str, str], language: str, cite: Cite
) -> Iterator[Shown]:
    title = word(STEPS, step["step"], language)
    # A criterion's score has its own title but for the price; what leads to the score is named for what it is.
    is_score = step["step"] == "requirement" or step["step"].endswith("_score")
    if step["criterion"] and is_score and step["step"] != "price_score":
        title = names.get(step["criterion"], step["criterion"])
    numbers = step["formula"]["numbers"]
    value = shown_text(parse_exact(step["value"])) if step["value"] and "/" in step["value"] else step["value"] or ""
    result = value if value != numbers else ""
    if step["outcome"] is not None:
        result = word(TERMS, "yes" if step["outcome"] else "no", language)
    origin = next((one["origin"] for one in step["inputs"] if "origin" in one), "")
    articles = dict.fromkeys(filter(None, [step["article"], *(one.get("article") for one in step["inputs"])]))
    # Rounding is a step of its own only where something is rounded off; else the places are only written out.
    is_rounded = step["rounded"] is not None and step["used"] == "rounded"
    is_cut = is_rounded and parse_exact(step["rounded"]) != parse_exact(step["value"])
    if is_rounded and not is_cut:
        result = step["rounded"]
    yield Shown(
        title,
        word(STEP_SENTENCES, step["step"], language),
        ("; " if language == "en" else "；").join(cite(one) for one in articles),
        "" if step["step"] == "price" else _in_words(step["formula"]["symbols"], language),
        grouped(numbers),
        grouped(result),
        origin,
    )
    if is_cut:
        rounding = document["method"].get("rounding") or {}
        places = f"{rounding.get('places', 2)} {word(TERMS, 'places', language)}"
        stage = word(TERMS, rounding.get("stage", "each"), language)
        how = f"{word(TERMS, rounding.get('mode', 'half_up'), language)}, {places} ({stage})"
        if language != "en":
            how = how.replace(", ", "，").replace(" (", "（").replace(")", "）")
        yield Shown(word(TERMS, "rounding", language), how, "", "", "", step["rounded"])


def _in_words(symbols: str, language: str) -> str:
    return _SYMBOL.sub(lambda found: word(SYMBOLS, found.group(1), language), symbols)
