from itertools import pairwise, product
from math import comb

import numpy as np
import pytest
from scipy.stats import ttest_1samp
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from evals.config import Statistics
from evals.stats import ScoreComparison, compare, compare_scores, detectable, detectable_of
from evals.stats.power import mcnemar_power


def p_value(gained: int, lost: int) -> float:
    return float(mcnemar([[0, gained], [lost, 0]], exact=True).pvalue)


@pytest.mark.parametrize(("n", "discordance", "difference"), [(9, 0.8, 0.6), (12, 0.5, 0.5), (12, 0.7, 0.0)])
def test_power_is_that_of_all_tables_that_can_come(n: int, discordance: float, difference: float) -> None:
    win, lose = (discordance + difference) / 2, (discordance - difference) / 2
    chance = sum(
        comb(n, won) * comb(n - won, lost) * win**won * lose**lost * (1 - discordance) ** (n - won - lost)
        for won, lost in product(range(n + 1), repeat=2)
        if won + lost <= n and p_value(won, lost) < 0.05
    )
    assert mcnemar_power(n, discordance, difference, 0.05) == pytest.approx(chance)


@pytest.mark.parametrize(("n", "discordance"), [(48, 0.2), (48, 0.5), (150, 0.1)])
def test_the_detectable_difference_is_found_as_often_as_claimed(n: int, discordance: float) -> None:
    effect = detectable(n, discordance)
    assert effect.value is not None
    share = max(discordance, effect.value)
    tables = np.random.default_rng(7).multinomial(
        n, [(share + effect.value) / 2, (share - effect.value) / 2, 1 - share], size=3000
    )
    tried = {(won, lost): p_value(won, lost) < 0.05 for won, lost, _ in set(map(tuple, tables.tolist()))}
    found = np.mean([tried[won, lost] for won, lost, _ in tables.tolist()])
    assert found == pytest.approx(0.8, abs=0.025)  # more than three standard errors of 3,000 tosses


@pytest.mark.parametrize("discordance", [0.0, 0.1, 0.4, 1.0])
def test_more_questions_detect_less(discordance: float) -> None:
    values = [detectable(n, discordance).value for n in (12, 24, 48, 100, 332, 1000)]
    assert all(one is not None and other is not None and one > other for one, other in pairwise(values))


def test_five_questions_detect_nothing_and_six_at_most_a_reversal() -> None:
    assert detectable(5, 0.5).value is None
    assert detectable(6, 0.5).value == pytest.approx(0.8 ** (1 / 6), abs=1e-5)  # all six must differ alike


def test_a_family_of_comparisons_detects_less_than_one() -> None:
    alone, among_ten = detectable(48, 0.3).value, detectable(48, 0.3, family=10).value
    assert alone is not None
    assert among_ten is not None
    assert alone < among_ten
    assert detectable(48, 0.3, alpha=0.005).value == among_ten


def test_a_comparison_detects_by_its_own_discordance() -> None:
    before, after = [False] * 10 + [True] * 30, [True] * 6 + [False] * 10 + [True] * 24
    pair = compare("a", before, "b", after, Statistics(resamples=100))
    assert detectable_of(pair, 0.05, 0.8) == detectable(40, 12 / 40)


def test_scores_detect_by_a_paired_t_test() -> None:
    before, after = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.5, 2.0, 4.0, 3.5, 6.0, 6.5]
    pair = compare_scores("a", before, "b", after, Statistics(resamples=100))
    value = detectable_of(pair, 0.05, 0.8).value
    assert value is not None
    assert TTestPower().power(value / pair.deviation, nobs=6, alpha=0.05) == pytest.approx(0.8)


@pytest.mark.parametrize(("n", "family"), [(20, 435), (51, 190), (100, 435)])
def test_scores_in_a_large_family_are_detected_as_often_as_claimed(n: int, family: int) -> None:
    pair = ScoreComparison("a", "b", n, 0.0, None, None, deviation=1.0, p_value=1.0)
    value = detectable_of(pair, 0.05, 0.8, family).value
    assert value is not None
    differences = np.random.default_rng(3).normal(value, 1.0, size=(4000, n))
    found = np.mean(ttest_1samp(differences, 0.0, axis=1).pvalue < 0.05 / family)
    assert found == pytest.approx(0.8, abs=0.025)


@pytest.mark.parametrize("after", [[2.0] * 9, [2.0, 3.0, 1.0, 4.0, 2.0]])
def test_scores_that_differ_alike_or_are_too_few_tell_nothing(after: list[float]) -> None:
    pair = compare_scores("a", [1.0] * len(after), "b", after, Statistics(resamples=100))
    assert detectable_of(pair, 0.05, 0.8).value is None
