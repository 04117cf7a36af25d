"""Do raters agree with each other and with themselves, and do they favour a side?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from statistics import median

from evals.review.ratings import OVERALL, Rating
from evals.review.report.preferences import Share, share


@dataclass(frozen=True)
class Agreement:
    """Of one axis."""

    axis: str
    alpha: float | None
    """Krippendorff's alpha, nominal, over which answer was preferred, a tie or both bad; None where it is undefined:
    no pair with two raters, or everybody always said the same."""
    items: int
    """Pairs that at least two raters have rated."""
    self: Share | None
    """Share of the repeated pairs, sides exchanged, on which a rater preferred the same again."""


@dataclass(frozen=True)
class RaterFigures:
    """Of one rater, who is numbered in the order of first ratings and not named."""

    rater: int
    n: int
    """Ratings, repeats included."""
    self: Share | None
    """Overall: share of the repeated pairs on which the same was preferred again."""
    left: Share | None
    """Overall: share of the left among the ratings that prefer a side; sides are balanced, so 0.5 is expected."""
    seconds: float
    """Median of a rating."""


def agreement(first_showings: Sequence[Rating], repeats: Sequence[Rating], axis: str, confidence: float) -> Agreement:
    """Return the agreement on one axis; `repeats` are second showings, whose first is among the others."""
    table = reliability(first_showings, axis)
    items = sum(sum(value == value for value in column) > 1 for column in zip(*table, strict=True))
    return Agreement(axis, _alpha(table), items, repeated(first_showings, repeats, axis, confidence))


def reliability(ratings: Sequence[Rating], axis: str) -> list[list[float]]:
    """Return krippendorff's reliability data, raters by items, NaN where a rater did not rate an item.

    0 stands for the alphabetically first condition, 1 for the second, 2 for a tie, 3 for both bad.
    """
    raters = sorted({rating.rater for rating in ratings})
    items = sorted({rating.item for rating in ratings})
    table = [[nan] * len(items) for _ in raters]
    for rating in ratings:
        _, first, second = rating.item
        code = [first, second, "tie", "both_bad"].index(rating.preferred(axis))
        table[raters.index(rating.rater)][items.index(rating.item)] = float(code)
    return table


def _alpha(table: Sequence[Sequence[float]]) -> float | None:
    import krippendorff
    import numpy as np

    data = np.array(table)
    shared = data[:, (~np.isnan(data)).sum(axis=0) > 1]
    if shared.size == 0 or len(np.unique(shared[~np.isnan(shared)])) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def repeated(first_showings: Sequence[Rating], repeats: Sequence[Rating], axis: str, confidence: float) -> Share | None:
    """Return the share of repeats that prefer what their first showing did; None without any."""
    before = {(rating.rater, rating.position): rating for rating in first_showings}
    pairs = [(first, again) for again in repeats if (first := before.get((again.rater, again.repeat_of or 0)))]
    same = sum(first.preferred(axis) == again.preferred(axis) for first, again in pairs)
    return share(same, len(pairs), confidence)


def rater_figures(first_showings: Sequence[Rating], repeats: Sequence[Rating], confidence: float) -> list[RaterFigures]:
    """Return the figures of every rater."""
    every = sorted([*first_showings, *repeats], key=lambda rating: (rating.created, rating.rater))
    found = []
    for number, rater in enumerate(dict.fromkeys(rating.rater for rating in every), start=1):
        mine = [rating for rating in every if rating.rater == rater]
        again = [rating for rating in repeats if rating.rater == rater]
        sides = [rating.verdicts[OVERALL] for rating in mine]
        left, right = sides.count("left"), sides.count("right")
        found.append(
            RaterFigures(
                rater=number,
                n=len(mine),
                self=repeated(first_showings, again, OVERALL, confidence),
                left=share(left, left + right, confidence),
                seconds=median(rating.seconds for rating in mine),
            )
        )
    return found
