"""Family × tuning: does tuning gain more in one family of models than in the other?"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from statistics import fmean
from typing import Any

from evals.config import Statistics
from evals.stats.intervals import bootstrap_mean
from evals.stats.power import fewest_pairs

Cell = tuple[str, bool]
"""A family's name, and whether its model is tuned."""


def cell_name(cell: Cell) -> str:
    """Return what a cell is called."""
    family, tuned = cell
    return f"{family} {'tuned' if tuned else 'untuned'}"


@dataclass(frozen=True)
class OddsRatio:
    """By how much the odds gained by tuning in the second family exceed those gained in the first; 1 is no more."""

    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Interaction:
    """The 2×2 of two families, each untuned and tuned, on the same questions."""

    families: tuple[str, str]
    n: int
    """Questions that all four cells have a flag for."""
    shares: Mapping[Cell, float]
    """The share of each cell, 0 to 1."""
    gains: tuple[float, float]
    """Tuned minus untuned in each family, -1 to 1."""
    difference: float
    """The gain of the second family minus that of the first, -2 to 2."""
    low: float | None
    high: float | None
    """Both None where there are too few questions, or where every question says the same."""
    odds_ratio: OddsRatio | None
    notes: tuple[str, ...] = ()
    """Why an interval or the odds ratio is missing, and which cell is several seeds."""


def interaction(cells: Mapping[Cell, Mapping[int, float]], options: Statistics) -> Interaction:
    """Return what tuning gains in each of two families, and how these gains differ, on two scales.

    In shares: the difference of the differences, with a percentile bootstrap over the questions. In odds: the
    interaction of a logistic model by generalized estimating equations (Liang and Zeger, Longitudinal data analysis
    using generalized linear models, 1986), exchangeable within a question, with standard errors robust to that
    clustering and corrected for few clusters (Mancl and DeRouen, 2001). The two may disagree: from 80% to 90% and
    from 40% to 60% are different gains in shares and the same in odds. `cells` has a flag by question id for
    the four cells, or the share of its seeds and samples that have it, from 0 to 1; raises ValueError for others, or
    without a question in common.
    """
    families = tuple(dict.fromkeys(family for family, _ in cells))
    if len(families) != 2 or len(cells) != 4:
        raise ValueError(f"the 2×2 needs two families, each untuned and tuned; got {sorted(cells)}")
    ids = sorted(set.intersection(*(set(flags) for flags in cells.values())))
    if not ids:
        raise ValueError("there is no question that all four models have answered")
    columns = {cell: [float(flags[id]) for id in ids] for cell, flags in cells.items()}
    first, second = (
        [new - old for old, new in zip(columns[family, False], columns[family, True], strict=True)]
        for family in families
    )
    differences = [after - before for before, after in zip(first, second, strict=True)]
    interval, few = _interval(differences, options)
    shares = {cell: fmean(flags) for cell, flags in columns.items()}
    separated = _separated(shares, len(ids))
    return Interaction(
        families=(families[0], families[1]),
        n=len(ids),
        shares=shares,
        gains=(fmean(first), fmean(second)),
        difference=fmean(differences),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        odds_ratio=None if separated or few else _odds_ratio(columns, families[1], options.confidence),
        notes=tuple(filter(None, (few, separated))),
    )


def _interval(differences: list[float], options: Statistics) -> tuple[tuple[float, float] | None, str]:
    least = fewest_pairs(1 - options.confidence)
    if len(differences) < least:
        return None, f"refused: {len(differences)} questions cannot carry an interaction; at least {least} are needed"
    if len(set(differences)) == 1:
        return None, "no interval: every question says the same, so that a resample of them cannot differ"
    return bootstrap_mean(differences, options), ""


def _separated(shares: Mapping[Cell, float], n: int) -> str:
    """Say which cells have no odds: with a parameter for each cell, one of them alone makes the estimate infinite."""
    ends = [f"{cell_name(cell)} has {round(value * n)} of {n}" for cell, value in shares.items() if value in (0.0, 1.0)]
    return f"the odds ratio has no finite estimate: {', '.join(ends)}" if ends else ""


def _odds_ratio(columns: Mapping[Cell, list[float]], second: str, confidence: float) -> OddsRatio:
    import numpy as np
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    rows = [
        (question, flag, 1, tuned, family == second, tuned and family == second)
        for (family, tuned), flags in columns.items()
        for question, flag in enumerate(flags)
    ]
    rows.sort(key=lambda row: row[0])
    table = np.array(rows, dtype=float)
    model = GEE(table[:, 1], table[:, 2:], groups=table[:, 0], family=Binomial(), cov_struct=Exchangeable())
    found: Any = model.fit(cov_type="bias_reduced")
    low, high = found.conf_int(alpha=1 - confidence)[-1]
    return OddsRatio(exp(found.params[-1]), exp(low), exp(high), float(found.pvalues[-1]))
