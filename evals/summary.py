"""The figures of a run: one row a condition, and every pair of conditions on the questions that both answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from evals.completions import Completion
from evals.conditions import Condition, Subject
from evals.config import EvalConfig, Statistics
from evals.measures import Measure, measures
from evals.scoring import Score
from evals.stats import AtK, at_k, mean_interval, share, stderr
from evals.stats.intervals import bootstrap_mean

Key = tuple[int, int]
"""Question and sample."""


@dataclass(frozen=True)
class Result:
    """The completions of one condition and their scores; a question that is in neither is unscored."""

    condition: Condition
    subject: Subject
    completions: Mapping[Key, Completion]
    scores: Mapping[Key, Score]
    measured: Mapping[Key, Mapping[str, float]]
    """The measures of each answer; what was not checked is absent."""
    error: str | None = None
    """Why the run of this model left something out."""

    def by_question(self, measure: str) -> dict[int, list[float]]:
        """Return a measure's value of each sample, by question; questions where it was not checked are left out."""
        values: dict[int, list[float]] = {}
        for key, numbers in sorted(self.measured.items()):
            if measure in numbers:
                values.setdefault(key[0], []).append(numbers[measure])
        return values


@dataclass(frozen=True)
class Figure:
    """A measure over the questions: its mean with standard error and interval, in the measure's unit."""

    value: float
    stderr: float
    low: float | None
    high: float | None
    n: int
    """Questions for which it was checked."""


@dataclass(frozen=True)
class Row:
    """The figures of one condition."""

    name: str
    model: str
    task: str
    question_set: str
    n: int
    """Questions with at least one completion."""
    unscored: int
    """Completions that are missing, because the system failed; they count neither for nor against the model."""
    figures: Mapping[str, Figure]
    """By measure; one that could not be checked on any answer is absent."""
    criteria: Mapping[str, float]
    at_k: Sequence[AtK]
    """Of compliance, where there are several samples."""
    compliant_truncated: int
    """Compliant answers that reached the limit of new tokens: mostly a loop within one point."""
    broken_truncated: tuple[int, ...]
    """Questions whose answer was cut at the limit and does not comply."""
    unanswered: int
    """Think blocks that never closed."""
    constrained: bool
    seconds: float
    """Time of generation, all completions together."""
    step: int | None = None
    """Of a checkpoint."""
    validation_loss: float | None = None
    error: str | None = None


def summarize(result: Result, asked: int, samples: int, options: Statistics) -> Row:
    """Return the figures of one condition."""
    scores = result.scores
    cut = {key for key, made in result.completions.items() if made.finish_reason == "length"}
    found = {key: figure_of(measure, result.by_question(key), options) for key, measure in measures().items()}
    flags = [[bool(value) for value in row] for row in result.by_question("compliance").values()]
    criteria = next(iter(scores.values())).structure.criteria if scores else {}
    return Row(
        name=result.condition.name,
        model=result.condition.model,
        task=result.condition.task.name,
        question_set=result.condition.task.question_set,
        n=len(flags),
        unscored=asked * samples - len(scores),
        figures={key: figure for key, figure in found.items() if figure},
        criteria={name: fmean(score.structure.criteria[name] for score in scores.values()) for name in criteria},
        at_k=at_k(flags, options) if samples > 1 and flags else (),
        compliant_truncated=sum(scores[key].compliant for key in cut),
        broken_truncated=tuple(sorted({key[0] for key in cut if not scores[key].compliant})),
        unanswered=sum(not score.answered for score in scores.values()),
        constrained=result.subject.entry.constrained,
        seconds=sum(made.seconds for made in result.completions.values()),
        step=result.subject.step,
        validation_loss=result.subject.validation_loss,
        error=result.error,
    )


def figure_of(measure: Measure, by_question: Mapping[int, Sequence[float]], options: Statistics) -> Figure | None:
    """Return a measure over the questions, None where it was checked on none of them.

    A question has one value, the mean of its samples: these are no questions of their own.
    """
    values = [fmean(row) for row in by_question.values()]
    if not values:
        return None
    if measure.kind == "share" and all(value in (0.0, 1.0) for value in values):
        counted = share([bool(value) for value in values], options.confidence)
        return Figure(counted.value, counted.stderr, counted.low, counted.high, len(values))
    if measure.scale:  # a count, which has no bounds for a single value to lie between
        low, high = bootstrap_mean(values, options) or (None, None)
        return Figure(fmean(values), stderr(values), low, high, len(values))
    found = mean_interval(values, options)
    return Figure(found.value, stderr(values), found.low, found.high, len(values))


def as_json(config: EvalConfig, rows: Sequence[Row], compared: Any) -> dict[str, Any]:
    """Return the whole summary as JSON values."""
    return {
        "run": config.run,
        "tasks": list(config.tasks),
        "questions": str(config.questions),
        "generation": config.generation.model_dump(mode="json"),
        "statistics": config.statistics.model_dump(mode="json"),
        "conditions": [asdict(row) for row in rows],
        **compared.as_json(),
    }
