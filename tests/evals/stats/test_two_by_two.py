import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from evals.config import Statistics
from evals.stats import Interaction, interaction, mean_of_seeds

OPTIONS = Statistics(resamples=2000)
ORDER = (("qwen", False), ("qwen", True), ("deepseek", False), ("deepseek", True))


def table(n: int, odds: tuple[float, float, float, float], seed: int = 1) -> dict[tuple[str, bool], dict[int, bool]]:
    """Flags of the four cells at these log odds; the questions differ in how hard they are."""
    rng = np.random.default_rng(seed)
    hardness = rng.normal(0, 1, n)
    cells = [(rng.random(n) < 1 / (1 + np.exp(-(centre + hardness)))).tolist() for centre in odds]
    return {cell: dict(enumerate(flags)) for cell, flags in zip(ORDER, cells, strict=True)}


def found(*odds: float, n: int = 120) -> Interaction:
    return interaction(table(n, odds), OPTIONS)  # type: ignore[arg-type]


def test_difference_is_the_difference_of_the_gains() -> None:
    both = found(-2, 0, -2, 2)
    gains = [both.shares[family, True] - both.shares[family, False] for family in both.families]
    assert both.families == ("qwen", "deepseek")
    assert both.gains == pytest.approx(gains)
    assert both.difference == pytest.approx(gains[1] - gains[0])
    assert both.low is not None
    assert both.high is not None
    assert 0 < both.low < both.difference < both.high


def test_odds_ratio_is_that_of_the_cells() -> None:
    # One parameter a cell: the point estimate is the ratio of the odds ratios, whatever is assumed of the clusters.
    both = found(-2, 0, -1, 2)
    odds = {cell: share / (1 - share) for cell, share in both.shares.items()}
    assert both.odds_ratio is not None
    expected = (odds[ORDER[3]] / odds[ORDER[2]]) / (odds[ORDER[1]] / odds[ORDER[0]])
    assert both.odds_ratio.value == pytest.approx(expected, rel=1e-3)


def test_a_cell_of_several_seeds_counts_by_its_shares() -> None:
    cells: dict[tuple[str, bool], dict[int, float]] = {**table(120, (-2, 0, -1, 2))}
    seeds = [table(120, (-2, 0, -1, odds), seed)[ORDER[3]] for seed, odds in enumerate((1.5, 2, 2.5))]
    cells[ORDER[3]] = mean_of_seeds(seeds)
    both = interaction(cells, OPTIONS)
    assert both.shares[ORDER[3]] == pytest.approx(np.mean([list(flags.values()) for flags in seeds]))
    odds = {cell: share / (1 - share) for cell, share in both.shares.items()}
    expected = (odds[ORDER[3]] / odds[ORDER[2]]) / (odds[ORDER[1]] / odds[ORDER[0]])
    assert both.odds_ratio is not None
    assert both.odds_ratio.value == pytest.approx(expected, rel=1e-3)


def test_errors_are_those_of_statsmodels_formula() -> None:
    cells = table(80, (-1, 0, -1, 1))
    rows = [
        (question, family == "deepseek", tuned, flag)
        for (family, tuned), flags in cells.items()
        for question, flag in flags.items()
    ]
    frame = pd.DataFrame(rows, columns=["question", "family", "tuned", "flag"]).astype(int).sort_values("question")
    model = smf.gee(
        "flag ~ family * tuned",
        "question",
        frame,
        cov_struct=sm.cov_struct.Exchangeable(),
        family=sm.families.Binomial(),
    ).fit(cov_type="bias_reduced")
    got = interaction(cells, OPTIONS).odds_ratio
    assert got is not None
    assert got.value == pytest.approx(np.exp(model.params["family:tuned"]), rel=1e-6)
    assert got.p_value == pytest.approx(model.pvalues["family:tuned"], rel=1e-4)
    low, high = np.exp(model.conf_int().loc["family:tuned"])
    assert (got.low, got.high) == (pytest.approx(low, rel=1e-4), pytest.approx(high, rel=1e-4))


def test_families_that_gain_alike_show_no_interaction() -> None:
    both = found(-1, 1, -1, 1, n=200)
    assert both.low is not None
    assert both.high is not None
    assert both.low < 0 < both.high
    assert both.odds_ratio is not None
    assert both.odds_ratio.low < 1 < both.odds_ratio.high


def test_separation_is_told_in_words() -> None:
    cells = table(30, (-1, 1, -1, 1))
    cells["qwen", False] = dict.fromkeys(range(30), False)
    cells["deepseek", True] = dict.fromkeys(range(30), True)
    both = interaction(cells, OPTIONS)
    assert both.odds_ratio is None
    assert both.low is not None
    assert both.notes == (
        "the odds ratio has no finite estimate: qwen untuned has 0 of 30, deepseek tuned has 30 of 30",
    )


def test_five_questions_are_refused() -> None:
    both = found(-1, 1, -1, 1, n=5)
    assert (both.low, both.high, both.odds_ratio) == (None, None, None)
    assert both.notes[0] == "refused: 5 questions cannot carry an interaction; at least 6 are needed"


def test_questions_that_all_say_the_same_have_no_interval() -> None:
    both = interaction({cell: dict.fromkeys(range(9), tuned) for cell in ORDER for tuned in [cell[1]]}, OPTIONS)
    assert (both.difference, both.low, both.odds_ratio) == (0.0, None, None)
    assert both.notes[0].startswith("no interval: every question says the same")


def test_only_questions_of_all_four_count() -> None:
    cells = table(30, (-1, 1, -1, 1))
    del cells["qwen", True][3]
    assert interaction(cells, OPTIONS).n == 29


def test_other_than_two_families_are_an_error() -> None:
    cells = table(9, (-1, 1, -1, 1))
    with pytest.raises(ValueError, match="two families, each untuned and tuned"):
        interaction({cell: cells[cell] for cell in ORDER[:3]}, OPTIONS)
    with pytest.raises(ValueError, match="no question"):
        interaction({cell: {at: True} for at, cell in enumerate(ORDER)}, OPTIONS)
