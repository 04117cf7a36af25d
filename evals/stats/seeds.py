"""Several training seeds of one config as one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from evals.config import Statistics
from evals.stats.intervals import mean_interval

FEWEST = 3
"""Seeds below which there is no interval: the spread of two says next to nothing about that of the next."""


@dataclass(frozen=True)
class SeedRow:
    """A config over its training seeds; shares from 0 to 1."""

    seeds: int
    n: int
    """Questions that every seed has answered."""
    mean: float
    deviation: float | None
    """Sample standard deviation of the seeds' means; None for a single seed."""
    low: float | None
    high: float | None
    """The interval for a new seed's share on new questions of the kind; None below three seeds, and for a single
    question."""
    note: str = ""
    """Why there is no interval, or what it holds."""


def combine_seeds(runs: Sequence[Mapping[int, float]], options: Statistics) -> SeedRow:
    """Return the row of a config from a flag by question id for each of its seeds, or a share of samples, 0 to 1.

    Every seed answers the same questions, so both are crossed random effects. The variance of the mean is
    (MS seeds + MS questions - MS rest) / (seeds * questions), each of the first two no smaller than the rest, with
    Satterthwaite's degrees of freedom: Searle, Casella and McCulloch, Variance Components (1992), chapter 4. A
    bootstrap over so few seeds is too narrow: resampling three never leaves the range of the three. Raises ValueError
    without a seed or without a question in common.
    """
    ids = sorted(set.intersection(*(set(run) for run in runs))) if runs else []
    if not ids:
        raise ValueError("there is no question that every seed has answered")
    rows = [[float(run[id]) for id in ids] for run in runs]
    means = [fmean(row) for row in rows]
    mean, deviation = fmean(means), stdev(means) if len(means) > 1 else None
    if len(rows) < FEWEST:
        note = f"no interval: {len(rows)} of at least {FEWEST} seeds"
        return SeedRow(len(rows), len(ids), mean, deviation, None, None, note)
    if len(ids) == 1:
        note = "no interval: 1 question says nothing about the next"
        return SeedRow(len(rows), 1, mean, deviation, None, None, note)
    if len({value for row in rows for value in row}) == 1:
        # Nothing differs: what is left is how few the questions are.
        only = mean_interval(rows[0], options)
        note = "nothing differs between seeds: the interval holds the choice of questions only"
        return SeedRow(len(rows), len(ids), mean, deviation, only.low, only.high, note)
    half = _half_width(rows, options.confidence)
    return SeedRow(len(rows), len(ids), mean, deviation, max(0.0, mean - half), min(1.0, mean + half))


def mean_of_seeds(runs: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Return the mean of the seeds, 0 to 1, on each question; those that a seed lacks are left out."""
    return {id: fmean(run[id] for run in runs) for id in sorted(set.intersection(*(set(run) for run in runs)))}


def _half_width(rows: Sequence[Sequence[float]], confidence: float) -> float:
    from scipy.stats import t

    seeds, questions = len(rows), len(rows[0])
    between, among, rest = _mean_squares(rows)
    parts = [(max(between, rest), seeds - 1), (max(among, rest), questions - 1)]
    total = sum(square for square, _ in parts) - rest
    parts.append((rest, (seeds - 1) * (questions - 1)))
    freedom = total**2 / sum(square**2 / degrees for square, degrees in parts)
    return float(t.ppf((1 + confidence) / 2, freedom)) * (total / (seeds * questions)) ** 0.5


def _mean_squares(rows: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """The mean squares of the seeds, of the questions and of the rest in a two-way layout with one value a cell.

    statsmodels' `anova_lm` gives the same by a fit whose time grows with the cube of the questions.
    """
    import numpy as np

    cells = np.array(rows, dtype=float)
    seeds, questions = cells.shape
    by_seed, by_question = cells.mean(axis=1, keepdims=True), cells.mean(axis=0, keepdims=True)
    rest = ((cells - by_seed - by_question + cells.mean()) ** 2).sum() / ((seeds - 1) * (questions - 1))
    return questions * float(by_seed.var(ddof=1)), seeds * float(by_question.var(ddof=1)), float(rest)
