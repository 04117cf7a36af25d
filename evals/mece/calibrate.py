"""Takes the thresholds from labelled pairs, and counts how often they err on others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from evals.mece.encoder import Vector
from evals.mece.labelled import POSITIVE, Measure, Pair, measure, of_task, threshold_of
from evals.mece.thresholds import Curve, Thresholds
from evals.stats import share
from settings import UserError, write_text

_MOST_FALSE = {"siblings": 0.02, "parents": 0.1, "facts": 0.1}
"""The highest share of negatives that may be held for positive. An outline has ten to thirty pairs of siblings and
seldom two that say the same, so there a false finding costs most."""

_HEADER = """\
# From which similarity on a pair counts. Written by `python -m evals.mece calibrate`; do not edit by hand.
# How often they err on the labelled pairs set aside: `python -m evals.mece error`.

"""


@dataclass(frozen=True)
class Rate:
    """A share with its Wilson interval."""

    count: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.n


@dataclass(frozen=True)
class Errors:
    """How often a threshold errs on one task: positives missed, negatives held for positive."""

    task: str
    missed: Rate
    false: Rate
    kinds: Mapping[str, tuple[int, int]]
    """Errors and pairs of each kind, in the order of the file."""

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the two shares that are right."""
        return 1 - (self.missed.value + self.false.value) / 2


def calibrate(pairs: Sequence[Pair], vectors: Mapping[str, Vector], encoder: str) -> Thresholds:
    """Return the thresholds with the highest balanced accuracy among those that keep the limits of false findings."""
    measures = {task: [(pair, measure(pair, vectors)) for pair in of_task(task, pairs)] for task in POSITIVE}
    siblings = [(pair.positive, found.value) for pair, found in measures["siblings"] if not found.told_apart]
    belongs = [(not pair.positive, found.own) for pair, found in measures["parents"]]
    middle, slope = _logistic(belongs)
    return Thresholds(
        encoder=encoder,
        siblings=Curve(threshold=_best("siblings", measures), slope=_logistic(siblings)[1]),
        relevance=Curve(threshold=middle, slope=slope),
        misplaced=_best("parents", measures),
        facts=_best("facts", measures),
    )


def count_errors(task: str, pairs: Sequence[Pair], vectors: Mapping[str, Vector], thresholds: Thresholds) -> Errors:
    """Return the errors on a task's pairs."""
    threshold = threshold_of(task, thresholds)
    wrong = [(pair, measure(pair, vectors).says(threshold) != pair.positive) for pair in of_task(task, pairs)]
    kinds = dict.fromkeys(pair.kind for pair, _ in wrong)
    by_kind = {kind: [error for pair, error in wrong if pair.kind == kind] for kind in kinds}
    return Errors(
        task,
        missed=_rate([error for pair, error in wrong if pair.positive]),
        false=_rate([error for pair, error in wrong if not pair.positive]),
        kinds={kind: (sum(errors), len(errors)) for kind, errors in by_kind.items()},
    )


def write_thresholds(thresholds: Thresholds, path: Path) -> None:
    """Write the thresholds as YAML with a header that says where they come from."""
    write_text(path, _HEADER + yaml.safe_dump(thresholds.model_dump(), sort_keys=False))


def _best(task: str, measures: Mapping[str, Sequence[tuple[Pair, Measure]]]) -> float:
    candidates = [step / 100 for step in range(-100, 101)]
    return max(candidates, key=lambda threshold: (*_worth(task, measures[task], threshold), threshold))


def _worth(task: str, measured: Sequence[tuple[Pair, Measure]], threshold: float) -> tuple[bool, float]:
    """Whether the limit of false findings is kept, and the balanced accuracy."""
    hits = [found.says(threshold) for pair, found in measured if pair.positive]
    false = [found.says(threshold) for pair, found in measured if not pair.positive]
    false_share = sum(false) / len(false)
    return false_share <= _MOST_FALSE[task], (sum(hits) / len(hits) + 1 - false_share) / 2


def _logistic(points: Sequence[tuple[bool, float]]) -> tuple[float, float]:
    """Return the middle and the slope of the logistic curve through (label, similarity), by maximum likelihood."""
    import numpy as np
    import statsmodels.api as sm

    labels, values = np.array(points, dtype=float).T
    above, below = values[labels == 1], values[labels == 0]
    if above.mean() <= below.mean() or above.min() > below.max():
        raise UserError(
            f"no curve can be laid through {len(points)} pairs: the similarities of this encoder do not "
            "rise with the labels, or separate them completely",
            hint="calibrate on more pairs, or with another encoder",
        )
    constant, slope = np.asarray(sm.Logit(labels, sm.add_constant(values)).fit(disp=0).params, dtype=float)
    return round(float(-constant / slope), 2), round(float(slope), 1)


def _rate(errors: Sequence[bool]) -> Rate:
    found = share(errors)
    return Rate(sum(errors), len(errors), found.low, found.high)
