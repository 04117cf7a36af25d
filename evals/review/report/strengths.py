"""Bradley-Terry strengths of all conditions together, by choix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.review.ratings import Rating
from evals.review.report.preferences import interval, resample, value_of

_RESAMPLES = 500
_PRIOR = 0.01
"""Added to each rate of choix's Markov chain, so that the strength of a condition that never lost is finite."""


@dataclass(frozen=True)
class Strength:
    """A condition's place: log-odds of the expected score against the mean condition; 1 is a score of 73% against it.

    A score is what `Preference.score` is: wins, and half of the ties and both bad. Many ties draw strengths to 0.
    """

    condition: str
    value: float
    low: float | None
    high: float | None
    """By a percentile bootstrap over the questions; None with a single one."""
    n: int
    """Ratings it was part of."""


def strengths(ratings: Sequence[Rating], axis: str, confidence: float, seed: int) -> list[Strength]:
    """Return the strengths, strongest first.

    A tie, or both bad, counts as half a win each way: the same statistics as in the model with ties of Davidson (1970),
    which choix does not have, but not its strengths. Those are of a win, and lie farther apart the more ties there are;
    these are of the score. Strengths of conditions that no chain of comparisons links say nothing of each other: see
    `linked`.
    """
    import numpy as np

    names = conditions_of(ratings)
    numbers = {name: number for number, name in enumerate(names)}
    wins: dict[int, Any] = {}
    for rating in ratings:
        table = wins.setdefault(rating.question, np.zeros((len(names), len(names))))
        left, right, value = numbers[rating.left], numbers[rating.right], value_of(rating, axis, rating.left)
        table[left, right] += value
        table[right, left] += 1 - value
    tables = np.array(list(wins.values()))
    values = _fit(tables.sum(axis=0))
    lows: Sequence[float | None] = [None] * len(names)
    highs: Sequence[float | None] = [None] * len(names)
    if len(tables) > 1:
        drawn = np.array([_fit(tables[some].sum(axis=0)) for some in resample(len(tables), _RESAMPLES, seed)])
        lows, highs = zip(*(interval(column, confidence) for column in drawn.T), strict=True)
    counts = [sum(name in (rating.left, rating.right) for rating in ratings) for name in names]
    found = [Strength(*each) for each in zip(names, map(float, values), lows, highs, counts, strict=True)]
    return sorted(found, key=lambda strength: -strength.value)


def conditions_of(ratings: Sequence[Rating]) -> list[str]:
    """Return the names of the conditions, in alphabetical order."""
    return sorted({name for rating in ratings for name in (rating.left, rating.right)})


def linked(ratings: Sequence[Rating]) -> bool:
    """Whether a chain of comparisons leads from every condition to every other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names = conditions_of(ratings)
    rows = [names.index(rating.left) for rating in ratings]
    columns = [names.index(rating.right) for rating in ratings]
    graph = coo_array(([1] * len(rows), (rows, columns)), shape=(len(names), len(names)))
    return connected_components(graph, directed=False)[0] == 1


def _fit(wins: Any) -> Any:
    """Log-odds with mean 0; `wins[i, j]` counts the wins of i against j."""
    import choix

    values = choix.ilsr_pairwise_dense(wins, alpha=_PRIOR, max_iter=10_000)
    return values - values.mean()
