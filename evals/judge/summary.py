"""The figures of a judge: each model's mean grades, each pair's wins and losses, and how far to trust the judge."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from evals.judge.pairwise import Compared
from evals.judge.pointwise import NO_ANSWER, Rated
from evals.judge.verdicts import AXES, Preference, Rating, Unscored


@dataclass(frozen=True)
class Grade:
    """The mean of one axis, from 1 to 5, and its standard error; that is None for a single grade."""

    mean: float
    stderr: float | None


@dataclass(frozen=True)
class Graded:
    """One model by the rubric."""

    model: str
    n: int
    """Answers with a verdict."""
    unscored: Mapping[str, int]
    """Answers without one, by reason; they count neither for nor against the model."""
    axes: Mapping[str, Grade]
    """Empty where n is 0."""


@dataclass(frozen=True)
class Proportion:
    """A share from 0 to 1 of `n`, with Wilson's interval (Probable inference, 1927); None of nothing."""

    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Preferred:
    """One pair of models, counted for the first."""

    first: str
    second: str
    wins: int
    losses: int
    ties: int
    """Both orders said so."""
    identical: int
    """Both models gave one text: a tie that the judge was not asked about."""
    inconsistent: int
    """The two orders contradict each other: no preference."""
    unscored: Mapping[str, int]
    win_rate: Proportion
    """Wins and half of all that is neither won nor lost. A tie is less than a toss of a coin, so where there are many
    the interval is wider than it need be."""
    p_value: float
    """Exact sign test of wins against losses, two-sided; 1 where there are neither."""
    agreement: Proportion
    """Of the pairs that were asked about in both orders, those with the same verdict in both."""
    first_position: Proportion
    """Of the single verdicts of these pairs that name a winner, those for the answer that stands first; without bias
    about 0.5."""


@dataclass(frozen=True)
class JudgeSummary:
    """Everything that a judge said, in figures; `usage` and `cost` (US dollars) are of all runs on the journal."""

    model: str
    questions: int
    pointwise: Sequence[Graded]
    pairwise: Sequence[Preferred]
    usage: Mapping[str, int]
    cost: float
    cost_of_this_run: float

    def unscored(self) -> dict[str, int]:
        """Return how many answers and pairs have no verdict, by reason."""
        reasons: Counter[str] = Counter()
        for row in (*self.pointwise, *self.pairwise):
            reasons.update(row.unscored)
        return dict(reasons.most_common())

    def as_json(self) -> dict[str, Any]:
        """Return the summary as JSON values."""
        return asdict(self)


def read_verdicts(found: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    """Return how many verdicts of a summary (`as_json`) could be read, and by reason how many were asked for in vain.

    A verdict is the grades of one answer, or both orders of one pair; one that nobody was asked for is neither.
    """
    read = sum(row["n"] for row in found["pointwise"])
    read += sum(row[result] for row in found["pairwise"] for result in ("wins", "losses", "ties", "inconsistent"))
    reasons: Counter[str] = Counter()
    for row in (*found["pointwise"], *found["pairwise"]):
        reasons.update(row["unscored"])
    del reasons[NO_ANSWER.reason]
    return read, dict(reasons.most_common())


def summarize_models(rated: Sequence[Rated]) -> list[Graded]:
    """Return the figures of each model, in the order in which they come."""
    models = dict.fromkeys(one.model for one in rated)
    return [_graded(model, [one for one in rated if one.model == model]) for model in models]


def _graded(model: str, rated: Sequence[Rated]) -> Graded:
    ratings = [one.verdict for one in rated if isinstance(one.verdict, Rating)]
    axes = {axis: _grade([rating.grades()[axis] for rating in ratings]) for axis in AXES} if ratings else {}
    return Graded(model, len(ratings), _reasons(one.verdict for one in rated), axes)


def summarize_pairs(compared: Sequence[Compared], confidence: float) -> list[Preferred]:
    """Return the figures of each pair of models, in the order in which they come."""
    pairs = dict.fromkeys((one.first, one.second) for one in compared)
    return [
        _preferred(pair, [one for one in compared if (one.first, one.second) == pair], confidence) for pair in pairs
    ]


def _preferred(pair: tuple[str, str], compared: Sequence[Compared], confidence: float) -> Preferred:
    from scipy.stats import binomtest

    scored = [one for one in compared if not isinstance(one.result, Unscored)]
    results = Counter(one.result for one in scored)
    wins, losses = results["win"], results["loss"]
    undecided = results["tie"] + results["identical"] + results["inconsistent"]
    asked = wins + losses + results["tie"] + results["inconsistent"]
    # Of whole pairs only: one order alone would count its better answer as its first.
    winners = Counter(verdict.winner for one in scored for verdict in one.verdicts if isinstance(verdict, Preference))
    return Preferred(
        first=pair[0],
        second=pair[1],
        wins=wins,
        losses=losses,
        ties=results["tie"],
        identical=results["identical"],
        inconsistent=results["inconsistent"],
        unscored=_reasons(one.result for one in compared),
        win_rate=_proportion(wins + undecided / 2, wins + losses + undecided, confidence),
        p_value=float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0,
        agreement=_proportion(asked - results["inconsistent"], asked, confidence),
        first_position=_proportion(winners["A"], winners["A"] + winners["B"], confidence),
    )


def _grade(grades: Sequence[int]) -> Grade:
    from scipy.stats import sem

    return Grade(fmean(grades), float(sem(grades)) if len(grades) > 1 else None)


def _proportion(count: float, n: int, confidence: float) -> Proportion:
    from statsmodels.stats.proportion import proportion_confint

    if not n:
        return Proportion(0, None, None, None)
    interval: Any = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
    low, high = interval
    return Proportion(n, count / n, float(low), float(high))


def _reasons(verdicts: Iterable[object]) -> dict[str, int]:
    reasons = Counter(verdict.reason for verdict in verdicts if isinstance(verdict, Unscored))
    return dict(reasons.most_common())
