"""Paired comparisons: two models on the same questions, by yes or no (compliance) or by a score (depth, a rubric)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import ceil, comb
from statistics import fmean
from typing import Any, TypeVar

from evals.config import Statistics
from evals.stats.intervals import bootstrap_mean
from evals.stats.multiplicity import holm

_AT_ONCE = 1000
"""Permutations that are held in memory together."""
_Value = TypeVar("_Value", bound=float)
_Pair = TypeVar("_Pair", "Comparison", "ScoreComparison")


@dataclass(frozen=True)
class Comparison:
    """Two models on the same questions: `second` against `first`."""

    first: str
    second: str
    n: int
    difference: float
    """Share of `second` minus share of `first`."""
    low: float
    high: float
    gained: int
    """Questions that only `second` has right."""
    lost: int
    """Questions that only `first` has right."""
    p_value: float
    p_holm: float | None = None
    """Corrected for the family of comparisons that it stands in; None by itself."""

    @property
    def discordance(self) -> float:
        """The share of questions, from 0 to 1, on which the two differ."""
        return (self.gained + self.lost) / self.n


@dataclass(frozen=True)
class ScoreComparison:
    """Two models' scores on the same questions: `second` against `first`."""

    first: str
    second: str
    n: int
    difference: float
    """Mean score of `second` minus that of `first`, in the score's unit."""
    low: float | None
    high: float | None
    """Both None for a single question."""
    deviation: float
    """Sample standard deviation of the differences; 0 for a single question."""
    p_value: float
    p_holm: float | None = None
    """Corrected for the family of comparisons that it stands in; None by itself."""


def compare(first: str, before: Sequence[bool], second: str, after: Sequence[bool], options: Statistics) -> Comparison:
    """Compare two models' flags on the same questions, in the same order.

    The p-value is McNemar's exact test (1947): the pairs that differ are tosses of a fair coin. The interval of the
    difference is a percentile bootstrap over the questions. It collapses to a point when every pair differs alike, and
    may leave 0 out where the test shows nothing: `verdict` says so.
    """
    from statsmodels.stats.contingency_tables import mcnemar

    gained = sum(new and not old for old, new in zip(before, after, strict=True))
    lost = sum(old and not new for old, new in zip(before, after, strict=True))
    test: Any = mcnemar([[0, gained], [lost, 0]], exact=True)
    differences = _differences(before, after)
    low, high = bootstrap_mean(differences, options) or (-1.0, 1.0)
    return Comparison(first, second, len(differences), fmean(differences), low, high, gained, lost, float(test.pvalue))


def compare_scores(
    first: str, before: Sequence[float], second: str, after: Sequence[float], options: Statistics, family: int = 1
) -> ScoreComparison:
    """Compare two models' scores on the same questions, in the same order.

    The p-value is the paired permutation test of the mean difference (Fisher's randomization of signs): exact up to
    `options.resamples` ways to set the signs, drawn at random beyond that. It cannot be below 2 / (draws + 1), so there
    are enough draws to reach half of what Holm asks of the first of `family` comparisons. The interval is a percentile
    bootstrap.
    """
    import numpy as np
    from scipy.stats import permutation_test

    differences = _differences(before, after)
    p_value = 1.0
    if len(differences) > 1 and any(differences):
        p_value = permutation_test(
            (differences,),
            np.mean,
            permutation_type="samples",
            n_resamples=max(options.resamples, ceil(4 * family / (1 - options.confidence))),
            batch=_AT_ONCE,
            rng=np.random.default_rng(options.seed),
        ).pvalue
    low, high = bootstrap_mean(differences, options) or (None, None)
    deviation = float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0
    return ScoreComparison(first, second, len(differences), fmean(differences), low, high, deviation, float(p_value))


def compare_pairs(models: Mapping[str, Mapping[int, bool]], options: Statistics) -> list[Comparison]:
    """Compare every pair of models, each on the questions that both have a flag for, with Holm's correction.

    `models` has a flag by question id for every model's name. Pairs without a question in common are left out.
    """
    return _compare_every(models, compare, options)


def compare_score_pairs(models: Mapping[str, Mapping[int, float]], options: Statistics) -> list[ScoreComparison]:
    """Compare every pair of models by a score, as `compare_pairs` does by flags."""
    return _compare_every(models, partial(compare_scores, family=comb(len(models), 2)), options)


def _compare_every(
    models: Mapping[str, Mapping[int, _Value]],
    method: Callable[[str, Sequence[_Value], str, Sequence[_Value], Statistics], _Pair],
    options: Statistics,
) -> list[_Pair]:
    pairs = []
    for (first, before), (second, after) in combinations(models.items(), 2):
        if ids := sorted(before.keys() & after.keys()):
            pairs.append(method(first, [before[id] for id in ids], second, [after[id] for id in ids], options))
    return holm(pairs)


def _differences(before: Sequence[float], after: Sequence[float]) -> list[float]:
    return [float(new) - float(old) for old, new in zip(before, after, strict=True)]
