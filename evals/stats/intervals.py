"""The mean over questions with a bootstrap interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from evals.config import Statistics
from evals.stats.shares import share


@dataclass(frozen=True)
class Interval:
    """A mean over questions, in the unit of the values, with its interval."""

    value: float
    low: float
    high: float


def mean_interval(values: Sequence[float], options: Statistics) -> Interval:
    """Return the mean of one value a question, each from 0 to 1, with its interval.

    The interval is a percentile bootstrap over the questions (Efron and Tibshirani, An Introduction to the Bootstrap,
    1993). Where all values are 0 or all are 1 that would be a point, so Wilson's interval of a share stands in.
    Raises ValueError without a value.
    """
    if not values:
        raise ValueError("the mean of no question has no interval")
    if set(values) in ({0.0}, {1.0}):
        certain = share([bool(value) for value in values], options.confidence)
        return Interval(certain.value, certain.low, certain.high)
    low, high = bootstrap_mean(values, options) or (0.0, 1.0)
    return Interval(fmean(values), low, high)


def bootstrap_mean(values: Sequence[float], options: Statistics) -> tuple[float, float] | None:
    """Return the percentile bootstrap interval of a mean; None for fewer than two values.

    It collapses to a point when all values are equal.
    """
    import numpy as np
    from scipy.stats import bootstrap

    if len(values) < 2:
        return None  # one question says nothing about the next
    result = bootstrap(
        (values,),
        np.mean,
        n_resamples=options.resamples,
        confidence_level=options.confidence,
        method="percentile",
        rng=np.random.default_rng(options.seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
