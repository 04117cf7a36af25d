"""People against the automatic scores: does the answer that scores higher win?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.review.ratings import AXES, OVERALL, Rating
from evals.review.report.preferences import Share, share_over_questions, value_of
from evals.review.run import ReviewRun

_NO_SCORES = ("id", "sample", "tokens")


@dataclass(frozen=True)
class ScoreFigures:
    """Of one score of `scores.jsonl`."""

    score: str
    wins: Share | None
    """Overall: wins of the answer with the higher score, among the ratings that prefer one and where scores differ,
    with its interval over the questions."""
    correlations: Mapping[str, float | None]
    """Axis to Spearman's rank correlation of the difference in score, right less left, with the preference for the
    right (1, a half, 0), over the ratings; None where one of them never varies."""
    n: int
    """Ratings of two answers that both have the score."""


def score_figures(ratings: Sequence[Rating], run: ReviewRun, confidence: float, seed: int) -> list[ScoreFigures]:
    """Return the figures of every numeric score, those of which most is known of the preference first."""
    # The harness keeps what it reports under `metrics`; a row without them is taken as a whole.
    flat = {
        name: {id: flatten(row.get("metrics", row)) for id, row in rows.items()} for name, rows in run.scores.items()
    }
    left = [flat.get(rating.left, {}).get(rating.question, {}) for rating in ratings]
    right = [flat.get(rating.right, {}).get(rating.question, {}) for rating in ratings]
    names = dict.fromkeys(name for row in (*left, *right) for name in row)
    found = []
    for name in names:
        both = [place for place in range(len(ratings)) if name in left[place] and name in right[place]]
        differences = [right[place][name] - left[place][name] for place in both]
        if any(differences):
            found.append(_figures(name, [ratings[place] for place in both], differences, confidence, seed))
    return sorted(found, key=lambda figures: (-abs(figures.correlations[OVERALL] or 0), figures.score))


def flatten(row: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the numbers and flags of a row of scores, those within mappings under dotted names."""
    found: dict[str, float] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= flatten(value, f"{prefix}{name}.")
        elif isinstance(value, bool | int | float) and prefix + name not in _NO_SCORES:
            found[prefix + name] = float(value)
    return found


def _figures(
    name: str, ratings: Sequence[Rating], differences: Sequence[float], confidence: float, seed: int
) -> ScoreFigures:
    values = {axis: [value_of(rating, axis, rating.right) for rating in ratings] for axis in AXES}
    decided = [
        (rating.question, float((value == 1) == (difference > 0)))
        for rating, value, difference in zip(ratings, values[OVERALL], differences, strict=True)
        if value != 0.5 and difference
    ]
    correlations = {axis: correlation(differences, values[axis]) for axis in AXES}
    return ScoreFigures(name, share_over_questions(decided, confidence, seed), correlations, len(ratings))


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation, by scipy; None where one of the two never varies."""
    from scipy.stats import spearmanr

    if len(set(first)) < 2 or len(set(second)) < 2:
        return None
    found: Any = spearmanr(first, second)
    return float(found.statistic)
