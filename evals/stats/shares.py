"""A share of yes answers with its standard error and interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev


@dataclass(frozen=True)
class Share:
    """A share of yes answers, from 0 to 1, with its standard error and interval."""

    value: float
    stderr: float
    low: float
    high: float


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
