"""The rows of a metric that compares answers with references."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from outline import extract_answer
from settings import UserError

INPUTS = (
    "predictions: list of str, think blocks included; references: list of str, empty where there is none; "
    "contexts: list of str, the questions (optional)"
)


class Example(NamedTuple):
    """An answer without its think block, its reference (None: unchecked), and the question."""

    answer: str
    reference: str | None
    context: str
    answered: bool
    """False when a think block never closed: what was never said holds no fault, and is not the better for it."""


def examples_of(
    metric: str,
    predictions: Sequence[str],
    references: Sequence[str | None],
    contexts: Sequence[str] | None = None,
) -> Iterator[Example]:
    """Yield the rows; raises `UserError` for lists of different lengths and where no row has a reference."""
    contexts = [""] * len(predictions) if contexts is None else contexts
    lengths = {"predictions": len(predictions), "references": len(references), "contexts": len(contexts)}
    if len(set(lengths.values())) > 1:
        raise UserError(f"{metric}: the lists must be of one length, got {lengths}")
    references = [reference if reference and reference.strip() else None for reference in references]
    if not any(references):
        raise UserError(f"{metric}: there is nothing to compare: none of {len(references)} predictions has a reference")
    for prediction, reference, context in zip(predictions, references, contexts, strict=True):
        answer = extract_answer(prediction)
        yield Example(answer or "", reference, context or "", answer is not None)
