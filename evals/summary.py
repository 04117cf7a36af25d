"""The figures of a run: one row a model, and every pair of models on the questions that both answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean, median
from typing import Any

from evals.completions import Completion
from evals.config import EvalConfig, Statistics
from evals.questions import Question
from evals.scoring import Score
from evals.stats import Comparison, Share, compare, share


@dataclass(frozen=True)
class Result:
    """One model's completions and their scores, by question id; a question that is in neither is unscored."""

    name: str
    completions: Mapping[int, Completion]
    scores: Mapping[int, Score]
    error: str | None = None
    """Why the run of this model ended early."""


@dataclass(frozen=True)
class Row:
    """The figures of one model; shares are from 0 to 1, and None where nothing could be measured."""

    name: str
    n: int
    unscored: int
    """Questions without a completion, because the system failed; they count neither for nor against the model."""
    compliance: Share | None
    lenient: Share | None
    criteria: Mapping[str, float]
    depth: float | None
    breadth: float | None
    unsupported: Share | None
    """Share of answers with a number that neither patient nor reference holds; None: unchecked."""
    unsupported_n: int
    """Answers for which that was checked."""
    tokens: float | None
    """Median of a completion."""
    truncated: float | None
    compliant_truncated: int
    """Compliant answers that reached the limit of new tokens: mostly a loop within one point."""
    repetition: float | None
    unanswered: int
    """Think blocks that never closed."""
    seconds: float
    """Time of generation, all completions together."""
    error: str | None = None


def summarize(result: Result, questions: Sequence[Question], confidence: float) -> Row:
    """Return the figures of one model."""
    scores = [result.scores[question.id] for question in questions if question.id in result.scores]
    made = [result.completions[question.id] for question in questions if question.id in result.completions]
    checked = [bool(score.unsupported) for score in scores if score.unsupported is not None]
    return Row(
        name=result.name,
        n=len(scores),
        unscored=len(questions) - len(scores),
        compliance=_share([score.compliant for score in scores], confidence),
        lenient=_share([score.lenient for score in scores], confidence),
        criteria={name: fmean(score.criteria[name] for score in scores) for name in scores[0].criteria}
        if scores
        else {},
        depth=_mean([score.depth for score in scores]),
        breadth=_mean([score.breadth for score in scores]),
        unsupported=_share(checked, confidence),
        unsupported_n=len(checked),
        tokens=median(completion.tokens for completion in made) if made else None,
        truncated=_mean([completion.finish_reason == "length" for completion in made]),
        compliant_truncated=sum(
            result.scores[completion.id].compliant for completion in made if completion.finish_reason == "length"
        ),
        repetition=_mean([score.repetition for score in scores]),
        unanswered=sum(not score.answered for score in scores),
        seconds=sum(completion.seconds for completion in made),
        error=result.error,
    )


def compare_all(results: Sequence[Result], options: Statistics) -> list[Comparison]:
    """Compare every pair of models on strict compliance, over the questions that both have scores for."""
    return [pair for first, second in combinations(results, 2) if (pair := _compare(first, second, options))]


def _compare(first: Result, second: Result, options: Statistics) -> Comparison | None:
    ids = sorted(first.scores.keys() & second.scores.keys())
    before = [first.scores[id].compliant for id in ids]
    after = [second.scores[id].compliant for id in ids]
    return compare(first.name, before, second.name, after, options) if ids else None


def as_json(config: EvalConfig, rows: Sequence[Row], comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return the whole summary as JSON values."""
    return {
        "run": config.run,
        "task": config.task,
        "questions": str(config.questions),
        "generation": config.generation.model_dump(mode="json"),
        "statistics": config.statistics.model_dump(mode="json"),
        "models": [asdict(row) for row in rows],
        "comparisons": [asdict(comparison) for comparison in comparisons],
    }


def _share(flags: Sequence[bool], confidence: float) -> Share | None:
    return share(flags, confidence) if flags else None


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
