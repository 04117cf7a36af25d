import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from evals.config import Statistics
from evals.stats import combine_seeds, share

OPTIONS = Statistics()
Run = dict[int, bool]


def runs(seeds: int, n: int, seed_spread: float, rng: np.random.Generator) -> list[Run]:
    """Flags of models whose log odds are spread by seed and by question."""
    odds = rng.normal(0, seed_spread, (seeds, 1)) + rng.normal(0, 1, (1, n))
    return [dict(enumerate(row)) for row in (rng.random((seeds, n)) < 1 / (1 + np.exp(-odds))).tolist()]


def test_mean_and_deviation_are_those_of_the_seeds() -> None:
    row = combine_seeds([{0: True, 1: True}, {0: True, 1: False}, {0: False, 1: False}], OPTIONS)
    assert (row.seeds, row.n, row.mean, row.deviation) == (3, 2, 0.5, 0.5)


def test_questions_that_a_seed_lacks_do_not_count() -> None:
    assert combine_seeds([{0: True, 1: True}, {1: False, 2: True}], OPTIONS).n == 1


def test_half_width_is_that_of_statsmodels_mean_squares() -> None:
    flags = runs(4, 30, 0.5, np.random.default_rng(3))
    cells = [(seed, question, float(flag)) for seed, run in enumerate(flags) for question, flag in run.items()]
    fit = ols("flag ~ C(seed) + C(question)", pd.DataFrame(cells, columns=["seed", "question", "flag"])).fit()
    between, among, rest = anova_lm(fit)["mean_sq"]
    assert between > rest < among
    total = between + among - rest
    freedom = total**2 / (between**2 / 3 + among**2 / 29 + rest**2 / 87)
    half = t.ppf(0.975, freedom) * (total / 120) ** 0.5
    row = combine_seeds(flags, OPTIONS)
    assert (row.low, row.high) == (pytest.approx(row.mean - half), pytest.approx(row.mean + half))


@pytest.mark.parametrize("seeds", [1, 2])
def test_fewer_than_three_seeds_have_no_interval(seeds: int) -> None:
    row = combine_seeds([{0: True, 1: False}] * seeds, OPTIONS)
    assert (row.low, row.high) == (None, None)
    assert row.note == f"no interval: {seeds} of at least 3 seeds"


def test_seeds_alike_leave_the_t_interval_of_the_questions() -> None:
    flags = {id: id % 3 == 0 for id in range(60)}
    row = combine_seeds([flags] * 3, OPTIONS)
    half = t.ppf(0.975, 59) * np.std(list(flags.values()), ddof=1) / 60**0.5
    assert (row.low, row.high) == (pytest.approx(1 / 3 - half), pytest.approx(1 / 3 + half))


def test_questions_alike_leave_the_t_interval_of_the_seeds() -> None:
    # On questions that do not matter, what differs is the seed.
    rng = np.random.default_rng(2)
    shares = [0.3, 0.5, 0.7, 0.6]
    row = combine_seeds([dict(enumerate((rng.random(400) < share).tolist())) for share in shares], OPTIONS)
    assert row.deviation is not None
    assert row.low is not None
    half = t.ppf(0.975, 3) * row.deviation / 4**0.5
    assert row.mean - row.low == pytest.approx(half, rel=0.05)


def test_nothing_that_differs_leaves_wilsons_interval() -> None:
    row = combine_seeds([dict.fromkeys(range(20), True)] * 3, OPTIONS)
    assert (row.low, row.high) == (share([True] * 20).low, 1.0)
    assert "questions only" in row.note


@pytest.mark.parametrize("flags", [(False, True, True), (True, True, True)])
def test_a_single_question_has_no_interval(flags: tuple[bool, ...]) -> None:
    row = combine_seeds([{4: flag} for flag in flags], OPTIONS)
    assert (row.seeds, row.n, row.mean, row.low, row.high) == (3, 1, np.mean(flags), None, None)
    assert row.note == "no interval: 1 question says nothing about the next"


def test_no_common_question_is_an_error() -> None:
    for wrong in ([], [{0: True}, {1: True}]):
        with pytest.raises(ValueError, match="no question"):
            combine_seeds(wrong, OPTIONS)


def test_the_interval_holds_the_true_share_about_as_often_as_it_says() -> None:
    # By symmetry the true share is one half. Resampling three seeds (a bootstrap) held it in about 85% of the trials.
    rng = np.random.default_rng(11)
    rows = [combine_seeds(runs(3, 24, 1.0, rng), OPTIONS) for _ in range(400)]
    held = np.mean([row.low is not None and row.high is not None and row.low <= 0.5 <= row.high for row in rows])
    assert 0.93 <= held <= 0.995
