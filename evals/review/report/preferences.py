"""Who wins how often: shares with intervals, by pair of conditions and by axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.review.ratings import Rating

RESAMPLES = 2000
"""Of a bootstrap over the questions."""


@dataclass(frozen=True)
class Share:
    """A share, from 0 to 1, of `n`, with its Wilson interval (1927)."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Preference:
    """Two conditions on one axis; what is said of `second` holds against `first`."""

    first: str
    second: str
    axis: str
    n: int
    won: int
    lost: int
    tied: int
    both_bad: int
    decided: Share | None
    """Wins of `second` among the ratings that prefer one; None without any."""
    score: float
    """Mean of 1 for a win of `second`, a half for a tie or both bad, 0 for a loss."""
    low: float | None
    high: float | None
    """Of `score`, by a percentile bootstrap over the questions: several raters of one question are no independent
    witnesses. None with a single question."""


def share(count: int, n: int, confidence: float) -> Share | None:
    """Return `count` of `n` with its interval, by statsmodels; None of nothing."""
    from statsmodels.stats.proportion import proportion_confint

    if n == 0:
        return None
    bounds: Any = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
    return Share(count / n, float(bounds[0]), float(bounds[1]), n)


def value_of(rating: Rating, axis: str, condition: str) -> float:
    """Return 1 where `condition` is preferred, 0 where the other one is, and a half for a tie or both bad."""
    preferred = rating.preferred(axis)
    if preferred in ("tie", "both_bad"):
        return 0.5
    return float(preferred == condition)


def preference(
    ratings: Sequence[Rating], first: str, second: str, axis: str, confidence: float, seed: int
) -> Preference:
    """Return the figures of the ratings, at least one, of a pair of conditions."""
    said = [rating.preferred(axis) for rating in ratings]
    won, lost = said.count(second), said.count(first)
    values: dict[int, list[float]] = {}
    for rating in ratings:
        values.setdefault(rating.question, []).append(value_of(rating, axis, second))
    low, high = _by_question(values, confidence, seed)
    return Preference(
        first=first,
        second=second,
        axis=axis,
        n=len(said),
        won=won,
        lost=lost,
        tied=said.count("tie"),
        both_bad=said.count("both_bad"),
        decided=share(won, won + lost, confidence),
        score=sum(map(sum, values.values())) / len(said),
        low=low,
        high=high,
    )


def _by_question(
    values: Mapping[int, Sequence[float]], confidence: float, seed: int
) -> tuple[float | None, float | None]:
    import numpy as np

    if len(values) < 2:
        return None, None
    sums = np.array([sum(some) for some in values.values()])
    counts = np.array([len(some) for some in values.values()])
    drawn = resample(len(values), RESAMPLES, seed)
    return interval(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), confidence)


def resample(size: int, times: int, seed: int) -> Any:
    """Return `times` draws of `size` of the numbers below `size`, with replacement: an array (times, size)."""
    import numpy as np

    return np.random.default_rng(seed).integers(0, size, (times, size))


def interval(values: Any, confidence: float) -> tuple[float, float]:
    """Return the percentile interval of an array of resampled figures."""
    import numpy as np

    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
