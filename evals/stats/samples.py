"""Several samples a question: is one of k right (pass@k), are all of k (reliability)?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from evals.config import Statistics
from evals.stats.intervals import Interval, mean_interval


@dataclass(frozen=True)
class AtK:
    """What k samples a question come to, as shares of questions from 0 to 1 with intervals over the questions."""

    k: int
    passed: Interval
    """At least one of k samples is right."""
    all: Interval
    """All of k are."""


def pass_at_k(right: int, samples: int, k: int) -> float:
    """Return the unbiased estimate, 0 to 1, of the chance that one of `k` samples is right, from `samples` of them.

    1 - C(n - c, k) / C(n, k) of Chen et al., Evaluating Large Language Models Trained on Code (2021). Raises
    ValueError where k is not from 1 to the number of samples.
    """
    _check(right, samples, k)
    return 1 - comb(samples - right, k) / comb(samples, k)


def all_of_k(right: int, samples: int, k: int) -> float:
    """Return the unbiased estimate, 0 to 1, of the chance that all of `k` samples are right.

    C(c, k) / C(n, k): "pass^k" of Yao et al., tau-bench (2024). Raises ValueError as `pass_at_k` does.
    """
    _check(right, samples, k)
    return comb(right, k) / comb(samples, k)


def at_k(flags: Sequence[Sequence[bool]], options: Statistics) -> list[AtK]:
    """Return both for every k that all questions have samples for; `flags` has one row of samples a question.

    The samples of a question are no independent questions: the intervals resample questions, not samples. Raises
    ValueError without a question, or where a question has no sample.
    """
    most = min(map(len, flags), default=0)
    if not most:
        raise ValueError("every question needs at least one sample")
    counts = [(sum(row), len(row)) for row in flags]
    return [
        AtK(
            k,
            mean_interval([pass_at_k(right, samples, k) for right, samples in counts], options),
            mean_interval([all_of_k(right, samples, k) for right, samples in counts], options),
        )
        for k in range(1, most + 1)
    ]


def _check(right: int, samples: int, k: int) -> None:
    if not (1 <= k <= samples and 0 <= right <= samples):
        raise ValueError(f"k must be from 1 to the number of samples, got k={k}, {right} right of {samples}")
