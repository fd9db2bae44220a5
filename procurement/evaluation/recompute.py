"""Recompute a published evaluation outside the app: ``python -m procurement.evaluation.recompute FILE``.

Reads one JSON file of the format ``sunseal-evaluation/1`` (``docs/formats/evaluation.md``), or a notice that
holds one under the name ``evaluation``; ``-`` reads standard input. Needs no database, server or network.

Exit status: 0 the result in the file is exactly the recomputed one, or there is none to compare (the output
says which); 1 the results differ, each place is named by its JSON pointer; 2 the input cannot be read or
evaluated, every problem is named by its rule.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from foundation.canonical import canonical, parse
from procurement.scoring.arithmetic import exact_text, parse_exact, shown_text
from procurement.scoring.fields import pointer
from procurement.scoring.method import (
    FORMAT,
    REQUIREMENT,
    WEIGHTED_POINTS,
    Evaluation,
    EvaluationRefused,
    Problem,
)
from procurement.scoring.ranking import rank
from procurement.scoring.reading import read
from procurement.scoring.sentences import sentence
from procurement.scoring.words import STEP_SENTENCES, STEPS, SYMBOLS, TERMS, word

EQUAL, DIFFERENT, UNUSABLE = 0, 1, 2

_ABSENT = object()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _options().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    language: str = options.lang
    try:
        document, at = _load(options.file)
        evaluation = _evaluation(document, at)
    except EvaluationRefused as refused:
        print(word(TERMS, "refused", language), file=sys.stderr)
        for problem in refused.problems:
            told = sentence(problem.rule, problem.facts, language)
            print(_plain(f"  {problem.rule}  {problem.pointer or '/'}  {told}"), file=sys.stderr)
        return UNUSABLE
    result = rank(evaluation)
    found = document.get("result") if isinstance(document, dict) else None
    differences = [] if found is None else list(differing(found, result, pointer(at, "result")))
    verdict_stream = sys.stdout
    if options.json:
        print(canonical(result).decode("utf-8"))
        verdict_stream = sys.stderr
    else:
        for line in _report(evaluation, result, language, explained=options.explain):
            print(_plain(line))
    verdict = "nothing" if found is None else "differs" if differences else "equal"
    print(word(TERMS, verdict, language), file=verdict_stream)
    for place, in_file, recomputed in differences:
        old, new = (_short(value, language) for value in (in_file, recomputed))
        labels = word(TERMS, "in_file", language), word(TERMS, "recomputed", language)
        print(_plain(f"  {place}  {labels[0]}: {old}  {labels[1]}: {new}"), file=verdict_stream)
    return DIFFERENT if differences else EQUAL


def differing(found: Any, expected: Any, at: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (JSON pointer, value found, value expected) for every place where two JSON values differ.

    Types count: ``1`` is neither ``true`` nor ``1.0`` nor ``"1"``.
    """
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}):
            yield from differing(found.get(name, _ABSENT), expected.get(name, _ABSENT), pointer(at, name))
    elif isinstance(found, list) and isinstance(expected, list):
        for index in range(max(len(found), len(expected))):
            pair = [values[index] if index < len(values) else _ABSENT for values in (found, expected)]
            yield from differing(pair[0], pair[1], pointer(at, index))
    elif type(found) is not type(expected) or found != expected:
        yield at, found, expected


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m procurement.evaluation.recompute",
        description="Recompute a published evaluation and compare it with the result in the file.",
        epilog="Exit status: 0 equal or nothing to compare, 1 different, 2 unreadable or invalid input.",
    )
    parser.add_argument("file", metavar="FILE", help="evaluation or notice in JSON; - for standard input")
    parser.add_argument("--explain", action="store_true", help="show how every figure came about")
    parser.add_argument("--json", action="store_true", help="print the recomputed result as canonical JSON")
    parser.add_argument(
        "--lang", choices=("zh-CN", "zh-TW", "en"), default="en", help="language of the output"
    )
    return parser


def _load(name: str) -> tuple[object, str]:
    """Return the evaluation document and the JSON pointer at which it stands in the file."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise EvaluationRefused((Problem("file.unreadable", "", {}),)) from error
    try:
        value = parse(data)
    except (ValueError, RecursionError) as error:
        rule = "json.duplicate_name" if str(error) == "json.duplicate_name" else "json.unreadable"
        raise EvaluationRefused((Problem(rule, "", {}),)) from error
    if (
        isinstance(value, dict)
        and value.get("format") != FORMAT
        and isinstance(value.get("evaluation"), dict)
    ):
        return value["evaluation"], "/evaluation"
    return value, ""


def _evaluation(document: object, at: str) -> Evaluation:
    try:
        return read(document)
    except EvaluationRefused as refused:
        placed = (Problem(one.rule, at + one.pointer, one.facts) for one in refused.problems)
        raise EvaluationRefused(tuple(placed)) from refused


def _report(
    evaluation: Evaluation, result: dict[str, Any], language: str, *, explained: bool
) -> Iterator[str]:
    method = evaluation.method
    facts = [
        ("tender", evaluation.tender),
        ("lot", evaluation.lot),
        ("currency", evaluation.currency),
        ("method", word(TERMS, method.id, language)),
    ]
    if evaluation.ceiling is not None:
        facts.append(("ceiling", _grouped(exact_text(evaluation.ceiling, 2))))
    if method.id == WEIGHTED_POINTS:
        stage = word(TERMS, method.rounding.stage, language)
        rounding = f"{word(TERMS, method.rounding.mode, language)}, {method.rounding.places} "
        facts.append(("rounding", f"{rounding}{word(TERMS, 'places', language)}, {stage}"))
    for name, value in facts:
        yield f"{word(TERMS, name, language)}: {value}"
    yield ""
    ranked = [bid for bid in result["bids"] if bid["status"] == "ranked"]
    if ranked:
        yield from _table(_ranked_rows(evaluation, ranked, language))
        yield ""
    for bid in result["bids"]:
        if bid["status"] == "qualified":
            yield f"{word(TERMS, 'qualified', language)}: {bid['bid']} {bid['supplier']['name']}"
    if any(bid["status"] == "qualified" for bid in result["bids"]):
        yield ""
    for bid in result["bids"]:
        if bid["status"] == "excluded":
            yield f"{word(TERMS, 'excluded', language)}: {bid['bid']} {bid['supplier']['name']}"
            for reason in bid["reasons"]:
                told = reason["reason"] or sentence(reason["rule"], reason, language)
                yield f"  {reason['rule']}  {told}{_article(reason['article'])}"
            yield ""
    if explained:
        yield from _explanation(evaluation, result, language)


def _ranked_rows(evaluation: Evaluation, ranked: list[dict[str, Any]], language: str) -> list[list[str]]:
    heads = [word(TERMS, name, language) for name in ("rank", "bid", "supplier", "price", "evaluated_price")]
    scored = [one for one in evaluation.criteria if one.kind != REQUIREMENT] if ranked[0]["criteria"] else []
    heads += [f"{one.title} {exact_text(one.weight)}" for one in scored]
    heads += [word(TERMS, "total", language)] if scored else []
    rows = [[*heads, ""]]
    for bid in ranked:
        prices = [_grouped(bid["price"]), _grouped(bid["evaluated_price"])]
        row = [str(bid["rank"]), bid["bid"], bid["supplier"]["name"], *prices]
        row += [score["score"]["rounded"] for score in bid["criteria"]]
        row += [bid["total"]["rounded"]] if bid["total"] else []
        note = word(TERMS, "tie", language) if bid["tie"] else ""
        if bid["decided_by"] not in (None, "total", "evaluated_price"):
            note = f"{word(TERMS, 'decided_by', language)}: {_tie_break(bid['decided_by'], language)}"
        elif bid["tie"] and "draw" in evaluation.method.tie_break:
            note += f", {word(TERMS, 'draw', language)}"
        rows.append([*row, note])
    return rows


def _tie_break(rule: str, language: str) -> str:
    return word(TERMS, "evaluated_price" if rule == "price" else rule, language)


def _explanation(evaluation: Evaluation, result: dict[str, Any], language: str) -> Iterator[str]:
    titles = {criterion.id: criterion.title for criterion in evaluation.criteria}
    yield f"== {word(TERMS, 'explanation', language)} =="
    used: dict[str, None] = {}
    for group in (result, *result["bids"]):
        if group is not result:
            name = f"{group['bid']} {group['supplier']['name']}"
            yield f"-- {name} ({word(TERMS, group['status'], language)}) --"
        for number, step in enumerate(group["steps"], 1):
            used.update(dict.fromkeys(one["symbol"] for one in step["inputs"]))
            yield from _step(number, step, titles, language)
        yield ""
    for symbol in used:
        yield f"  {symbol} = {word(SYMBOLS, symbol, language)}"
    yield ""


def _step(number: int, step: dict[str, Any], titles: dict[str, str], language: str) -> Iterator[str]:
    title = f": {titles[step['criterion']]}" if step["criterion"] else ""
    yield f"{number}. {word(STEPS, step['step'], language)}{title}{_article(step['article'])}"
    yield f"   {word(STEP_SENTENCES, step['step'], language)}"
    for one in step["inputs"]:
        origin = f" ({one['origin']})" if "origin" in one else ""
        yield f"   {one['symbol']} = {one['value']}  <- {one['source']}{origin}{_article(one.get('article'))}"
    line = f"   {step['formula']['symbols']}:  {step['formula']['numbers']}"
    if step["outcome"] is not None:
        line += f"  -> {word(TERMS, 'yes' if step['outcome'] else 'no', language)}"
    if step["value"] is not None and step["value"] != step["formula"]["numbers"]:
        value: Fraction = parse_exact(step["value"])
        shown = shown_text(value)
        line += f" = {step['value']}" + (f" = {shown}" if "/" in step["value"] else "")
    if step["rounded"] is not None:
        line += f" -> {step['rounded']} ({word(TERMS, 'rounded', language)})"
        if step["used"] == "exact":
            line += f" [{word(TERMS, 'exact', language)}]"
    yield line


def _article(article: str | None) -> str:
    return f"  § {article}" if article else ""


def _grouped(amount: str) -> str:
    whole, _, decimals = amount.partition(".")
    return f"{int(whole):,}.{decimals}"


def _table(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = []
        for column, cell in enumerate(row):
            gap = " " * (widths[column] - _width(cell))
            is_text = column in (1, 2, len(row) - 1)
            cells.append(cell + gap if is_text else gap + cell)
        yield "  ".join(cells).rstrip()
        if index == 0:
            yield "-" * (sum(widths) + 2 * (len(widths) - 1))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _short(value: Any, language: str) -> str:
    if value is _ABSENT:
        return word(TERMS, "absent", language)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _plain(line: str) -> str:
    """Make what a stranger wrote harmless on a terminal: control and direction signs become a mark."""
    return "".join("�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in line)


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        # A reader that stops early (such as head) ends the command quietly, as it ends any other.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
