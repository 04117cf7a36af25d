"""What the figures of a condition do not show by themselves."""

from collections.abc import Sequence

from evals.report.contents import Contents, words
from evals.summary import Row

_SHOWN = 12


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return the remarks on all rows."""
    return [remark for row in rows for remark in of_row(row)]


def of_row(row: Row) -> list[str]:
    """Return the remarks on one row: a grammar, answers that were cut or never ended, think blocks, missing answers."""
    said = words()["remarks"]
    found = [said["constrained"].format(name=row.name)] if row.constrained and row.n else []
    if row.constrained and row.broken_truncated:
        shown = ", ".join(str(id + 1) for id in row.broken_truncated[:_SHOWN])
        more = ", ..." if len(row.broken_truncated) > _SHOWN else ""
        count = len(row.broken_truncated)
        found.append(said["broken_truncated"].format(name=row.name, count=count, questions=shown + more))
    for key in ("compliant_truncated", "unanswered"):
        if count := getattr(row, key):
            found.append(said[key].format(name=row.name, count=count))
    if row.error or row.unscored:
        key = "error" if row.error else "unscored"
        found.append(said[key].format(name=row.name, unscored=row.unscored, error=row.error))
    return found


def how(contents: Contents) -> str:
    """Return in a sentence or two how the completions were made."""
    generation, said = contents.config.generation, words()
    values = generation.model_dump()
    sampling = said["sampled"] if generation.temperature else said["greedy"]
    penalty = "" if generation.repetition_penalty == 1 else said["penalty"]
    return said["how"].format(
        **values,
        questions=contents.config.questions,
        precision=said["precision"].get(generation.dtype, generation.dtype),
        sampling=sampling.format(**values),
        penalty=penalty.format(**values),
    )
