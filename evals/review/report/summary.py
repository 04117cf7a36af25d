"""All figures of a review together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from evals.review.plan import digest_of
from evals.review.ratings import AXES, OVERALL, Rating
from evals.review.report.agreement import Agreement, RaterFigures, agreement, rater_figures
from evals.review.report.automatic import ScoreFigures, score_figures
from evals.review.report.preferences import Preference, preference
from evals.review.report.strengths import Strength, conditions_of, linked, strengths
from evals.review.run import ReviewRun

CONFIDENCE = 0.95
_SEED = 0


@dataclass(frozen=True)
class Summary:
    """What the ratings of a run say. Second showings count for self-agreement and nothing else."""

    run: str
    task: str
    confidence: float
    ratings: int
    """First showings that were rated."""
    repeats: int
    stale: int
    """Ratings left out: the answers were made anew since, or are gone."""
    comments: int
    questions: int
    linked: bool
    """Whether a chain of comparisons links all conditions; without it strengths do not compare."""
    preferences: tuple[Preference, ...]
    strengths: tuple[Strength, ...]
    """Overall."""
    agreement: tuple[Agreement, ...]
    raters: tuple[RaterFigures, ...]
    scores: tuple[ScoreFigures, ...]


def summarize(run: ReviewRun, ratings: Sequence[Rating]) -> Summary:
    """Return the figures of a run's ratings; those of answers that were made anew since are only counted."""
    current = [rating for rating in ratings if _is_current(run, rating)]
    shown = [rating for rating in current if rating.repeat_of is None]
    repeats = [rating for rating in current if rating.repeat_of is not None]
    return Summary(
        run=run.name,
        task=run.task,
        confidence=CONFIDENCE,
        ratings=len(shown),
        repeats=len(repeats),
        stale=len(ratings) - len(current),
        comments=sum(bool(rating.comment.strip()) for rating in current),
        questions=len({rating.question for rating in shown}),
        linked=not shown or linked(shown),
        preferences=tuple(_preferences(run, shown)),
        strengths=tuple(strengths(shown, OVERALL, CONFIDENCE, _SEED)) if shown else (),
        agreement=tuple(agreement(shown, repeats, axis, CONFIDENCE) for axis in AXES) if shown else (),
        raters=tuple(rater_figures(shown, repeats, CONFIDENCE)),
        scores=tuple(score_figures(shown, run, CONFIDENCE, _SEED)),
    )


def _is_current(run: ReviewRun, rating: Rating) -> bool:
    known = all(rating.question in run.completions.get(name, {}) for name in (rating.left, rating.right))
    if not known or rating.question not in run.questions:
        return False
    return rating.digest == digest_of(run, rating.question, rating.left, rating.right)


def _preferences(run: ReviewRun, ratings: Sequence[Rating]) -> list[Preference]:
    names = conditions_of(ratings)
    ordered = [name for name in run.conditions if name in names]
    found = []
    for first, second in combinations(ordered, 2):
        both = [rating for rating in ratings if {rating.left, rating.right} == {first, second}]
        if both:
            found += [preference(both, first, second, axis, CONFIDENCE, _SEED) for axis in AXES]
    return found


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as JSON values."""
    return asdict(summary)
