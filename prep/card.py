"""The dataset card: what is in the folder, what is not, and why."""

from array import array
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from outline import FidelityReport, StructureSpec
from prep.config import PrepConfig
from prep.lengths import Lengths
from prep.splits import SPLITS, Split
from prep.tally import Tally

_SHOWN = 50
"""Row numbers that the card prints of one kind."""


class Quality:
    """Takes the fidelity of kept rows one by one; memory holds 16 bytes a row."""

    def __init__(self) -> None:
        self._faithful = 0
        self._coverage, self._expansion = array("d"), array("d")

    def add(self, report: FidelityReport | None) -> None:
        """Count a kept outline; one without a report adds nothing."""
        if report is None:
            return
        self._faithful += bool(report.faithful)
        if report.coverage is not None:
            self._coverage.append(report.coverage)
        if report.expansion is not None:
            self._expansion.append(report.expansion)

    def figures(self, tally: Tally) -> dict[str, str]:
        """Return the figures on the kept rows for the card."""
        english = tally.kept - tally.not_english
        figures = {
            "no number, amount or negation invented or lost": f"{self._faithful} of {english}",
            "passed at the first try": f"{tally.first_try / max(1, tally.kept):.1%}",
        }
        if tally.not_english:
            figures["not in English: no figure invented or lost, negations not read"] = str(tally.not_english)
        if self._coverage and self._expansion:
            figures["coverage, mean"] = f"{fmean(self._coverage):.2f}"
            figures["coverage, lowest"] = f"{min(self._coverage):.2f}"
            figures["expansion, median"] = f"{np.median(np.array(self._expansion)):.2f}"
        return figures


def render(
    config: PrepConfig,
    spec: StructureSpec,
    tally: Tally,
    split: Split,
    lengths: Lengths,
    quality: Mapping[str, str],
    questions: int,
    pairs: int,
) -> str:
    """Return the card as Markdown with the front matter that a hub reads; the same inputs give the same text."""
    sections = [
        _front_matter(split, questions, english=tally.not_english <= tally.kept / 2),
        f"# Outlined answers from {config.source.name()}",
        f"Each reply was turned into a hierarchical outline by the teacher `{config.teacher.name}`"
        f"{_model(config)}, and kept only if it complies and is faithful. {spec.instruction()}",
        "For research on answer structure. It is no advice, medical or any other, and no expert has reviewed the "
        "outlines. The texts are under the terms of their source.",
        "## Rows\n\n" + _table({"": "rows", **_counts(tally, split, questions, pairs)}),
        _missing("Failed", "the teacher gave no outline that passes the gate", tally.indices["failed"]),
        _missing("Not sent", "there is nothing to convert", tally.indices["skipped"]),
        "## Quality\n\n" + _table({"of the kept rows": "value", **quality}),
        f"The gate: every criterion of the structure; no number, amount or negation invented or lost; coverage at "
        f"least {config.gate.min_coverage:g}; at most {config.gate.max_expansion:g} times the reply's words; "
        f"answers a row: {config.gate.tries} at most. Each outline was checked as it is written here.",
        "## Lengths\n\n" + _lengths(lengths, config.chat.tokenizer),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _front_matter(split: Split, questions: int, english: bool) -> str:
    names = [name for name in SPLITS if split.count(name)] + (["questions"] if questions else [])
    files = "\n".join(f"  - split: {name}\n    path: {name}.jsonl" for name in names)
    fields = [
        *(["language: en"] if english else []),
        "task_categories: [text-generation]",
        "configs:",
        "- config_name: default",
        "  data_files:",
    ]
    return "\n".join(["---", *fields, files, "---"])


def _model(config: PrepConfig) -> str:
    return f" ({config.teacher.model})" if config.teacher.name == "openai" else ""


def _counts(tally: Tally, split: Split, questions: int, pairs: int) -> dict[str, int]:
    return {
        "source": tally.total,
        "kept": tally.kept,
        "failed": tally.failed,
        "not sent": tally.skipped,
        **{f"{name}.jsonl": split.count(name) for name in SPLITS},
        "left out: duplicates of another row": split.count("duplicate"),
        "left out: near-duplicates of a held-out question": split.count("held out"),
        "questions.jsonl (held out, without an answer)": questions,
        "preferences/*.jsonl (the outline against a refused first answer)": pairs,
    }


def _missing(title: str, meaning: str, kinds: Mapping[str, Sequence[int]]) -> str:
    if not kinds:
        return ""
    lines = [f"- {kind}: {len(rows)} (rows {_numbers(rows)})" for kind, rows in sorted(kinds.items())]
    return f"## {title}\n\nRows of the source (0-based) for which {meaning}:\n\n" + "\n".join(lines)


def _numbers(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:_SHOWN]))
    return shown if len(rows) <= _SHOWN else f"{shown} and {len(rows) - _SHOWN} more: see failed.jsonl"


def _lengths(lengths: Lengths, tokenizer: str | None) -> str:
    counted = (
        f"Tokens are those of `{tokenizer}`, without its chat template." if tokenizer else "No tokenizer was given."
    )
    head = "| | median | 95% | longest |\n| --- | ---: | ---: | ---: |\n"
    rows = [f"| {name} | " + " | ".join(str(size) for size in sizes.values()) + " |" for name, sizes in lengths.items()]
    return f"Words are parted by white space; a letter of a script without any is one. {counted}\n\n{head}" + "\n".join(
        rows
    )


def _table(rows: Mapping[str, object]) -> str:
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join([lines[0], "| --- | ---: |", *lines[1:]])
