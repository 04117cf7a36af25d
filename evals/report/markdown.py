"""report.md: the table and the comparisons, short enough for a README."""

from collections.abc import Sequence

from evals.config import EvalConfig
from evals.report.text import COLUMNS, NOTES, cells, remarks, sentence
from evals.summary import Comparison, Row


def render_markdown(config: EvalConfig, rows: Sequence[Row], comparisons: Sequence[Comparison]) -> str:
    """Return the report as Markdown."""
    lines = [f"# {config.title or config.run}", "", how(config), "", *_table(rows), ""]
    lines += [f"- {_plain(sentence(pair, config.statistics.confidence))}" for pair in comparisons]
    lines += [f"- {_plain(remark)}" for row in rows for remark in remarks(row)]
    lines += ["", *(f"- *{heading}*: {note}." for heading, note in NOTES.items())]
    return "\n".join(lines) + "\n"


def how(config: EvalConfig) -> str:
    """Return one sentence on how the completions were made."""
    generation = config.generation
    penalty = "" if generation.repetition_penalty == 1 else f", repetition penalty {generation.repetition_penalty}"
    return (
        f"Questions of {config.questions}; every model with the same arguments: greedy, at most "
        f"{generation.max_new_tokens} new tokens, {generation.dtype}, batches of {generation.batch_size}{penalty}."
    )


def _table(rows: Sequence[Row]) -> list[str]:
    heading = "| " + " | ".join(COLUMNS.values()) + " |"
    rule = "| --- |" + " ---: |" * (len(COLUMNS) - 1)
    return [heading, rule, *("| " + " | ".join(map(_plain, cells(row).values())) + " |" for row in rows)]


def _plain(text: str) -> str:
    """Text from a config or an exception, without what Markdown or HTML would act on."""
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\n", " ")):
        text = text.replace(sign, safe)
    return text
