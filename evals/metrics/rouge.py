"""What the `rouge_l` metric computes: ROUGE-L of the outlines' points, importable without `evaluate`."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean
from typing import Any

from evals.metrics import examples
from outline import is_english, parse_outline
from outline.words import tokens

DESCRIPTION = "ROUGE-L F1 of the points of an outline against a reference, list markers and headings' marks aside."
CITATION = "Lin, ROUGE: A Package for Automatic Evaluation of Summaries (2004)"
INPUTS = f"{examples.INPUTS}; use_stemmer: bool"


def compute(
    predictions: Sequence[str], references: Sequence[str | None], use_stemmer: bool = False
) -> dict[str, float | list[float | None]]:
    """Return `rouge_l`, the mean F1 (0 to 1) over rows with a reference, and `rouge_l_per_example` (None without).

    By Google's `rouge_score`, as `evaluate.load("rouge")` has it, which needs the hub. Raises `UserError` for lists
    of different lengths and where no row has a reference.
    """
    rows = examples.examples_of("rouge_l", predictions, references)
    scores = [None if row.reference is None else rouge_l(row.answer, row.reference, use_stemmer) for row in rows]
    return {
        "rouge_l": fmean(score for score in scores if score is not None),
        "rouge_l_per_example": scores,
    }


def rouge_l(answer: str, reference: str, use_stemmer: bool = False) -> float:
    """Return the ROUGE-L F1, 0 to 1, of two texts, each by its points where it is an outline.

    Google's tokenizer knows the letters a to z and no others; of a reference that is not English `outline.words` parts
    the words, and no stemmer is used.
    """
    scorer = _scorer(use_stemmer, is_english(reference))
    return scorer.score(words_of(reference), words_of(answer))["rougeL"].fmeasure


def words_of(text: str) -> str:
    """Return the texts of an outline's points and of what stands beside them, in order; numbering is left out."""
    outline = parse_outline(text)
    lines = [(node.line, node.text) for _, _, node in outline.walk()]
    return "\n".join(line for _, line in sorted([*lines, *outline.prose], key=lambda line: line[0]))


class _Words:
    """A tokenizer as `rouge_score` takes one."""

    @staticmethod
    def tokenize(text: str) -> list[str]:
        return tokens(text)


@lru_cache(maxsize=4)
def _scorer(use_stemmer: bool, english: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], use_stemmer=use_stemmer, tokenizer=None if english else _Words())
