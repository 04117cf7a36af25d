"""Who wins how often: shares with intervals, by pair of conditions and by axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.review.ratings import Rating

RESAMPLES = 2000
"""Of a bootstrap over the questions."""


@dataclass(frozen=True)
class Share:
    """A share, from 0 to 1, of `n` ratings, with its interval."""

    value: float
    low: float | None
    high: float | None
    """None where the interval is one over questions and there is a single one."""
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
    """Wins of `second` among the ratings that prefer one, with its interval over the questions; None without any."""
    score: float
    """Mean of 1 for a win of `second`, a half for a tie or both bad, 0 for a loss."""
    low: float | None
    high: float | None
    """Of `score`, over the questions; None with a single one."""


def share(count: int, n: int, confidence: float) -> Share | None:
    """Return `count` of `n` independent ratings with Wilson's interval; None of nothing."""
    return Share(count / n, *_wilson(count, n, confidence), n) if n else None


def share_over_questions(said: Sequence[tuple[int, float]], confidence: float, seed: int) -> Share | None:
    """Return the mean of values from 0 to 1, each given with its question, and its interval; None of nothing.

    Several raters of one question are no independent witnesses: the interval is a percentile bootstrap of whole
    questions. Where all questions have one mean (all are won, or all are ties) that would be a point, so Wilson's
    interval stands in, with the questions for its n.
    """
    if not said:
        return None
    values: dict[int, list[float]] = {}
    for question, value in said:
        values.setdefault(question, []).append(value)
    low, high = _by_question(values, confidence, seed)
    return Share(sum(value for _, value in said) / len(said), low, high, len(said))


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
    values = [(rating.question, value_of(rating, axis, second)) for rating in ratings]
    score = share_over_questions(values, confidence, seed)
    assert score is not None
    return Preference(
        first=first,
        second=second,
        axis=axis,
        n=len(said),
        won=said.count(second),
        lost=said.count(first),
        tied=said.count("tie"),
        both_bad=said.count("both_bad"),
        decided=share_over_questions([each for each in values if each[1] != 0.5], confidence, seed),
        score=score.value,
        low=score.low,
        high=score.high,
    )


def _by_question(
    values: Mapping[int, Sequence[float]], confidence: float, seed: int
) -> tuple[float | None, float | None]:
    import numpy as np

    if len(values) < 2:
        return None, None
    sums = np.array([sum(some) for some in values.values()])
    counts = np.array([len(some) for some in values.values()])
    means = set(sums / counts)
    if len(means) == 1:
        return _wilson(means.pop() * len(values), len(values), confidence)
    drawn = resample(len(values), RESAMPLES, seed)
    return interval(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), confidence)


def _wilson(count: float, n: int, confidence: float) -> tuple[float, float]:
    """Wilson, Probable inference (1927), by statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    bounds: Any = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
    return float(bounds[0]), float(bounds[1])


def resample(size: int, times: int, seed: int) -> Any:
    """Return `times` draws of `size` of the numbers below `size`, with replacement: an array (times, size)."""
    import numpy as np

    return np.random.default_rng(seed).integers(0, size, (times, size))


def interval(values: Any, confidence: float) -> tuple[float, float]:
    """Return the percentile interval of an array of resampled figures."""
    import numpy as np

    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
