"""The minimum detectable effect: the smallest difference that a comparison of this size would find."""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.stats.paired import Comparison, ScoreComparison


@dataclass(frozen=True)
class Detectable:
    """The smallest difference, in either direction, that a two-sided test finds with a given power."""

    value: float | None
    """In the unit of what is compared (a share: 0 to 1); None where not even the largest difference would be found."""
    n: int
    """Questions."""
    alpha: float
    """The level of the family of comparisons."""
    power: float
    """The chance to find a true difference of `value`."""
    family: int = 1
    """Comparisons that share `alpha`: each is planned at alpha / family, which is what Holm asks of the first."""


def fewest_pairs(alpha: float = 0.05) -> int:
    """Return the fewest questions with which an exact paired test can give p < `alpha`: 6 for 0.05.

    If all n pairs differ alike, McNemar's exact test and the permutation of signs both give p = 2 / 2**n.
    """
    n = 1
    while 2.0 ** (1 - n) >= alpha:
        n += 1
    return n


def detectable(n: int, discordance: float, alpha: float = 0.05, power: float = 0.8, family: int = 1) -> Detectable:
    """Return the smallest difference of two shares that McNemar's exact test finds on the same `n` questions.

    `discordance` is the share of questions on which the models differ, observed or assumed; a larger difference than
    that takes a larger one and is planned with it. The power is exact (`mcnemar_power`). More questions detect less,
    but for ripples of a fraction of a point, because p-values of an exact test come in steps.
    """
    from scipy.optimize import brentq

    def excess(difference: float) -> float:
        return mcnemar_power(n, max(discordance, difference), difference, alpha / family) - power

    root: Any = brentq(excess, 0.0, 1.0, xtol=1e-6) if excess(1.0) >= 0 else None
    return Detectable(root, n, alpha, power, family)


def mcnemar_power(n: int, discordance: float, difference: float, alpha: float) -> float:
    """Return the chance, 0 to 1, that McNemar's exact two-sided test on `n` questions gives p < `alpha`.

    The pairs that differ are Binomial(n, discordance), and of those the second model has won Binomial(pairs,
    (1 + difference / discordance) / 2): the unconditional power of Duffy, Asymptotic and exact power for the McNemar
    test and its analogue with R controls per case (Biometrics 40, 1984). statsmodels has no power of this test.
    """
    import numpy as np
    from scipy.stats import binom

    if not discordance:
        return 0.0
    pairs = np.arange(n + 1)
    chances = binom.pmf(pairs, n, discordance)
    # The most losses (or wins) that are still significant, -1 where none is: ppf is the first to reach alpha / 2.
    most = binom.ppf(alpha / 2, pairs, 0.5) - 1
    winning = min(1.0, (1 + difference / discordance) / 2)
    rejected = binom.cdf(most, pairs, 1 - winning) + binom.cdf(most, pairs, winning)
    return float(chances @ rejected)


def detectable_of(pair: "Comparison | ScoreComparison", alpha: float, power: float, family: int = 1) -> Detectable:
    """Return the smallest difference that a comparison would have found with the discordance that it observed.

    For scores it is that of a paired t-test at the observed deviation of the differences, since the permutation test's
    own power has no formula and approaches it; None where no score differs or the test cannot reach alpha. It is not
    power "at the observed effect", which only restates the p-value (Hoenig and Heisey, The abuse of power, 2001).
    """
    from evals.stats.paired import Comparison

    if isinstance(pair, Comparison):
        return detectable(pair.n, pair.discordance, alpha, power, family)
    value = None
    if pair.n >= fewest_pairs(alpha / family) and pair.deviation:
        value = pair.deviation * _t_test_effect(pair.n, alpha / family, power)
    return Detectable(value, pair.n, alpha, power, family)


def _t_test_effect(n: int, alpha: float, power: float) -> float:
    """The mean difference, in standard deviations, that a two-sided paired t-test of `n` questions finds.

    Not by statsmodels' `solve_power`: its power is NaN in places, from which it returns effects that are far too small
    once a family has a hundred comparisons. That the test may find the wrong direction is left out.
    """
    from scipy.special import nctdtrinc
    from scipy.stats import t

    return float(nctdtrinc(n - 1, 1 - power, t.isf(alpha / 2, n - 1))) / sqrt(n)
