"""Many comparisons at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from evals.stats.paired import Comparison, ScoreComparison

Pair = TypeVar("Pair", "Comparison", "ScoreComparison")


def holm(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the comparisons of one family, in their order, with `p_holm` set.

    Holm, A simple sequentially rejective multiple test procedure (1979): below alpha for any of them holds the chance
    of a single false finding in the whole family below alpha, however the comparisons depend on each other.
    """
    from statsmodels.stats.multitest import multipletests

    if not pairs:
        return []
    corrected: Any = multipletests([pair.p_value for pair in pairs], method="holm")[1]
    return [replace(pair, p_holm=float(p_value)) for pair, p_value in zip(pairs, corrected, strict=True)]
