"""Writes the report of a run into its folder, and says the same in short on standard output."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.comparisons import Compared
from evals.config import EvalConfig
from evals.harness import Evaluation
from evals.report.card import cards
from evals.report.comparing import sentences
from evals.report.contents import Contents
from evals.report.html import render_html
from evals.report.judged import REVIEW, missing
from evals.report.leads import alone
from evals.report.markdown import render_markdown
from evals.report.remarks import remarks
from evals.report.terminal import render_tables
from evals.summary import Row, as_json
from outline import StructureSpec
from settings import UserError, console, output, write_text


def write_report(
    config: EvalConfig,
    evaluation: Evaluation,
    rows: list[Row],
    compared: Compared,
    *,
    judge: Mapping[str, Any] | None = None,
) -> None:
    """Write report.html, report.md, summary.json and the model cards into the run's folder, and print the figures.

    `judge` is `JudgeSummary.as_json()`. What people said is read from review.json, where it lies in the folder.
    """
    spec = StructureSpec.load(config.spec)
    contents = Contents(config, spec, evaluation, rows, compared, judge, _review(config.out / REVIEW))
    known = {name: asdict(found) for name, found in evaluation.knowledge.items()}
    summary = as_json(config, rows, compared) | {"judge": judge, "knowledge": known}
    write_text(config.out / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    write_text(config.out / "report.md", render_markdown(contents))
    write_text(config.out / "report.html", render_html(contents))
    for path, card in cards(contents).items():
        write_text(config.out / path, card)
    _print(contents)


def _review(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}: this is no JSON: {error}", hint="make it again with `just review-report`, or delete it"
        ) from error


def _print(contents: Contents) -> None:
    for table in render_tables(contents):
        output.print(table)
    said = sentences(contents) or [alone(contents)]
    for line in filter(None, (*said, *remarks(contents), missing(contents))):
        output.print(line, highlight=False, markup=False)
    console.print(f"report: {contents.config.out / 'report.html'}", highlight=False, markup=False)
