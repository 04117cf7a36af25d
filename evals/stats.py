"""Intervals of a share and paired comparisons, by scipy."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from evals.config import Statistics


@dataclass(frozen=True)
class Share:
    """A share of yes answers, from 0 to 1, with its standard error and interval."""

    value: float
    stderr: float
    low: float
    high: float


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


def share(flags: Sequence[bool], confidence: float = 0.95) -> Share:
    """Return the share of true flags; raises ValueError without any.

    The standard error is lm-eval's (sample standard deviation over the root of n), the interval is Wilson's
    (Probable inference, 1927), which stays within 0 and 1 and does not vanish at either.
    """
    from scipy.stats import binomtest

    interval = binomtest(sum(flags), len(flags)).proportion_ci(confidence, method="wilson")
    return Share(fmean(flags), stderr(flags), float(interval.low), float(interval.high))


def stderr(values: Sequence[float]) -> float:
    """Return the standard error of the mean; 0 for a single value, as lm-eval has it."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0


def compare(first: str, before: Sequence[bool], second: str, after: Sequence[bool], options: Statistics) -> Comparison:
    """Compare two models' flags on the same questions, in the same order.

    The p-value is McNemar's exact test (1947): the pairs that differ are tosses of a fair coin. The interval of the
    difference is a percentile bootstrap over the questions. It collapses to a point when every pair differs alike.
    """
    from scipy.stats import binomtest

    gained = sum(new and not old for old, new in zip(before, after, strict=True))
    lost = sum(old and not new for old, new in zip(before, after, strict=True))
    p_value = float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
    differences = [float(new) - float(old) for old, new in zip(before, after, strict=True)]
    low, high = _bootstrap(differences, options)
    return Comparison(first, second, len(differences), fmean(differences), low, high, gained, lost, p_value)


def _bootstrap(differences: Sequence[float], options: Statistics) -> tuple[float, float]:
    import numpy as np
    from scipy.stats import bootstrap

    if len(differences) < 2:
        return -1.0, 1.0  # one question says nothing about the next
    result = bootstrap(
        (differences,),
        np.mean,
        n_resamples=options.resamples,
        confidence_level=options.confidence,
        method="percentile",
        rng=np.random.default_rng(options.seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
