"""What a comparison says, in words: a sample that cannot carry a verdict gets none, and nothing is ever "equal"."""

from evals.stats.paired import Comparison, ScoreComparison
from evals.stats.power import Detectable, fewest_pairs


def verdict(
    pair: Comparison | ScoreComparison, effect: Detectable, higher_is_better: bool = True, points: bool = False
) -> str:
    """Return "better" or "worse" (of `second` against `first`), that no difference was shown, or a refusal.

    It goes by `p_holm` where there is one. `effect` is what the comparison could have found (`detectable_of`); its
    alpha is the verdict's. Where no difference was shown and the interval leaves 0 out all the same, it says why.
    `points`: the scores are shares, of several samples; those of yes or no always are.
    """
    p_value = pair.p_value if pair.p_holm is None else pair.p_holm
    if p_value < effect.alpha:
        return "better" if (pair.difference > 0) is higher_is_better else "worse"
    return _unshown(pair, effect, points or isinstance(pair, Comparison)) + _apart(pair, effect)


def _unshown(pair: Comparison | ScoreComparison, effect: Detectable, points: bool) -> str:
    if pair.n < fewest_pairs(effect.alpha / effect.family):
        return (
            f"refused: {_questions(pair.n)} cannot carry a verdict: even if all pairs differed alike the exact test "
            f"could not reach p < {effect.alpha:g}{_corrected(effect.family)}"
        )
    if effect.value is None:
        return f"no difference was shown: how small a one {_questions(pair.n)} would show cannot be told"
    size = f"{100 * effect.value:.0f} points" if points else f"{effect.value:.2g}"
    return (
        f"no difference was shown: with {_questions(pair.n)}, differences below {size} cannot be seen "
        f"(power {100 * effect.power:.0f}%)"
    )


def _apart(pair: Comparison | ScoreComparison, effect: Detectable) -> str:
    """Why an interval that leaves 0 out shows nothing; no text where it holds 0, or is a point and not printed."""
    if pair.low is None or pair.high is None or pair.low == pair.high or pair.low <= 0 <= pair.high:
        return ""
    if pair.p_value < effect.alpha:
        return f"; the interval leaves 0 out, but is not corrected for {effect.family} comparisons"
    return "; the interval leaves 0 out, but the test decides: a bootstrap is too narrow where few answers differ"


def _questions(n: int) -> str:
    return "1 question" if n == 1 else f"{n} questions"


def _corrected(family: int) -> str:
    return f" after correction for {family} comparisons" if family > 1 else ""
