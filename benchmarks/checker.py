"""`python -m benchmarks checker`: outlines a second that the checker holds against the contract, on one core.

The outlines are those of `python -m evals.validity` that are as long as answers are (1,000 to 1,800 characters), those
of a file if one is named, and what a model writes when it has run into a loop of the shortest lines there are. Beside
the check stands the reading alone. Times are CPU seconds, so that other work on the machine tells little.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from rich.table import Table

from benchmarks.scenario import write_result
from evals.validity.mutations import Case, draw_case
from evals.validity.surface import CANONICAL
from outline import StructureSpec, check_compliance, parse_outline
from settings import UserError, console, output, read_jsonl

LENGTHS = range(1000, 1801)
"""Characters: outlines that a hosted model wrote of real consultations have 1,369 on average."""
LOOPS = "loops"
WANTED = {"canonical": 1000}
WANTED_OF_ANY = 300
"""Outlines a CPU second."""
_LOOPED = ("-\n", "-\n*\n", "- -\n", "- *\n", "1.\n", "a\n", "- a\n", "- a\n\n", "> a\n", "<b>\n", "#\n", "a\n=\n")
_DISTINCT = 17
"""One more than the parser remembers: nothing measured is remembered."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/checker.json`; 1 where a group is slower than wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks checker", description="Outlines a second on one core.")
    parser.add_argument("file", nargs="?", help="JSONL with outlines, to be measured too")
    parser.add_argument("--field", default="outline", help="its field with the outline (default: %(default)s)")
    parser.add_argument(
        "--cases", type=int, default=6000, help="outlines to make and choose from (default: %(default)s)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="interleaved rounds (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    if chosen.repeats < 1:
        raise UserError(f"--repeats must be at least 1, got {chosen.repeats}")
    spec = StructureSpec.load()
    texts = groups([draw_case(Random(f"0:{number}"), spec) for number in range(chosen.cases)])
    if chosen.file:
        texts["the file"] = [str(row.get(chosen.field) or "") for row in read_jsonl(chosen.file)]
    for name, group in texts.items():
        if len(set(group)) < _DISTINCT:
            raise UserError(f"{name}: {_DISTINCT} different outlines are needed, got {len(set(group))}", hint="--cases")
    rounds = []
    for number in range(chosen.repeats):
        console.print(f"round {number + 1} of {chosen.repeats}")
        rounds.append({name: _measure(group, spec) for name, group in texts.items()})
    rows = {name: _summary(texts[name], [found[name] for found in rounds]) for name in texts}
    output.print(_table(rows))
    console.print(f"written to {write_result('checker', rows)}", highlight=False)
    return int(any(row["checks"] < WANTED.get(name, WANTED_OF_ANY) for name, row in rows.items()))


def groups(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Return the texts of answer's length by how they are written."""
    found: dict[str, list[str]] = {"canonical": [], "other forms": [], "broken": []}
    for case in cases:
        if len(case.text) not in LENGTHS:
            continue
        canonical = case.surface.startswith(CANONICAL.name) and case.kind == "unchanged"
        kept = "canonical" if canonical else "other forms"
        found[kept if case.truth.compliant else "broken"].append(case.text)
    loops = [(line * LENGTHS.stop)[:length] for line in _LOOPED for length in (LENGTHS.start, LENGTHS.stop - 1)]
    return {**found, LOOPS: loops}


def _measure(texts: Sequence[str], spec: StructureSpec) -> dict[str, float]:
    return {
        "checks": _rate(lambda text: check_compliance(text, spec), texts),
        "readings": _rate(parse_outline, texts),
    }


def _rate(do: Callable[[str], Any], texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        do(text)
    return len(texts) / (time.process_time() - started)


def _summary(texts: Sequence[str], rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    medians = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
    return {
        "outlines": len(texts),
        "characters": statistics.fmean(map(len, texts)),
        "lines": statistics.fmean(len(text.splitlines()) for text in texts),
        **medians,
    }


def _table(rows: dict[str, dict[str, float]]) -> Table:
    columns = ("outlines", "characters", "lines", "checks a second", "readings a second")
    table = Table("", *columns, title="medians, of one core's CPU seconds", title_justify="left")
    for name, row in rows.items():
        table.add_row(name, *(f"{figure:,.0f}" for figure in row.values()))
    return table
