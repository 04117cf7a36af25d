"""What is measured of an answer, and what each measure is called (measures.yml)."""

from functools import cache
from pathlib import Path
from typing import Literal

from evals.completions import UNKNOWN, Completion
from evals.repetition import repeated_share
from evals.scoring import Score
from outline import extract_answer
from settings import Settings, read_yaml

_TAIL = 80
"""Words at an answer's end within which a loop shows."""


class Measure(Settings):
    """A figure of an answer, and how it is reported."""

    heading: str
    kind: Literal["share", "mean"]
    """share: each answer is a yes or a no."""
    better: Literal["higher", "lower", "neither"]
    columns: bool
    """Whether it stands in the headline table."""
    group: Literal["structure", "pyramid", "accuracy", "safety", "writing"]
    note: str
    scale: Literal["levels", "points", "tokens"] | None = None
    """The unit of a mean; None: from 0 to 1."""


@cache
def measures() -> dict[str, Measure]:
    """Return the measures by key, in the order of the report."""
    rows = read_yaml(Path(__file__).with_name("measures.yml"))
    return {key: Measure.model_validate(row) for key, row in rows.items()}


def figures(score: Score, completion: Completion) -> dict[str, float]:
    """Return the measures of one answer by key; what was not checked is left out."""
    if completion.finish_reason == UNKNOWN:
        return score.metrics()
    cut = completion.finish_reason == "length"
    looping = cut and _loops(extract_answer(completion.completion) or completion.completion)
    written = {"truncated": float(cut), "loops": float(looping)}
    if completion.tokens or not completion.completion:  # somebody may have saved it without their number
        written["tokens"] = float(completion.tokens)
    return score.metrics() | written


def _loops(text: str) -> bool:
    """Whether the end of a text mostly repeats itself."""
    return repeated_share(" ".join(text.split()[-_TAIL:])) > 0.5
