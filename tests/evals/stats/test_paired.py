from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

from evals.config import Statistics
from evals.stats import compare, compare_pairs, compare_score_pairs, compare_scores, holm

FEW = Statistics(resamples=200)
EXACT = Statistics(resamples=5000)
FLAGS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(FLAGS)
def test_swapping_the_models_turns_the_difference_and_keeps_the_p_value(pairs: list[tuple[bool, bool]]) -> None:
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    there, back = compare("a", before, "b", after, FEW), compare("b", after, "a", before, FEW)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.difference == -back.difference
    assert (there.gained, there.lost) == (back.lost, back.gained)
    there, back = compare_scores("a", before, "b", after, EXACT), compare_scores("b", after, "a", before, EXACT)
    assert there.p_value == pytest.approx(back.p_value)


@pytest.mark.parametrize(("gained", "lost"), [(10, 2), (0, 6), (5, 5), (1, 0), (0, 0)])
def test_p_value_is_that_of_tossing_a_fair_coin(gained: int, lost: int) -> None:
    pair = compare("a", [False] * gained + [True] * lost + [True], "b", [True] * gained + [False] * lost + [True], FEW)
    assert pair.p_value == pytest.approx(binomtest(gained, gained + lost).pvalue if gained + lost else 1.0)
    assert pair.discordance == (gained + lost) / (gained + lost + 1)


def test_permutation_of_scores_is_exact_for_few_questions() -> None:
    # All 2**8 ways to set the signs, by hand: how many have a mean as far from 0.
    before, after = [3.0, 2.0, 4.0, 1.0, 3.0, 2.0, 5.0, 1.0], [4.0, 4.0, 4.5, 3.0, 2.0, 5.0, 6.0, 2.5]
    differences = [new - old for old, new in zip(before, after, strict=True)]
    means = [
        sum(sign * value for sign, value in zip(signs, differences, strict=True))
        for signs in product((-1, 1), repeat=8)
    ]
    as_far = sum(abs(mean) >= abs(sum(differences)) - 1e-9 for mean in means)
    pair = compare_scores("a", before, "b", after, Statistics())
    assert pair.p_value == pytest.approx(as_far / 2**8)
    assert pair.low is not None
    assert pair.high is not None
    assert pair.difference == 1.25
    assert pair.low < 1.25 < pair.high


def test_scores_that_never_differ_have_no_evidence_between_them() -> None:
    pair = compare_scores("a", [3.0, 2.0], "b", [3.0, 2.0], FEW)
    assert (pair.p_value, pair.difference, pair.low, pair.high) == (1.0, 0.0, 0.0, 0.0)


def test_one_question_has_no_interval_of_scores() -> None:
    pair = compare_scores("a", [3.0], "b", [2.0], FEW)
    assert (pair.p_value, pair.low, pair.high, pair.deviation) == (1.0, None, None, 0.0)


def test_holm_corrects_the_published_example() -> None:
    # en.wikipedia.org/wiki/Holm-Bonferroni_method: p = 0.01, 0.04, 0.03, 0.005 reject the first and the last at 0.05.
    pair = compare("a", [True], "b", [True], FEW)
    pairs = [type(pair)(**{**vars(pair), "p_value": value}) for value in (0.01, 0.04, 0.03, 0.005)]
    assert [found.p_holm for found in holm(pairs)] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([pair])[0].p_holm == pair.p_value
    assert holm([]) == []


MODELS = {
    "base": dict.fromkeys(range(20), False) | {20: True},
    "few shot": {id: id % 2 == 0 for id in range(20)},
    "tuned": {id: id < 17 for id in range(3, 23)},
}


def test_every_pair_is_compared_on_the_questions_that_both_have() -> None:
    pairs = compare_pairs(MODELS, FEW)
    assert [(pair.first, pair.second, pair.n) for pair in pairs] == [
        ("base", "few shot", 20),
        ("base", "tuned", 18),
        ("few shot", "tuned", 17),
    ]
    raw = [pair.p_value for pair in pairs]
    corrected = [pair.p_holm for pair in pairs if pair.p_holm is not None]
    assert corrected == pytest.approx(list(multipletests(raw, method="holm")[1]))
    assert all(holm >= value for holm, value in zip(corrected, raw, strict=True))
    assert [raw.index(value) for value in sorted(raw)] == [corrected.index(value) for value in sorted(corrected)]


def test_pairs_without_a_common_question_are_left_out() -> None:
    assert compare_pairs({"a": {1: True}, "b": {2: True}}, FEW) == []
    assert [pair.n for pair in compare_score_pairs({"a": {1: 3.0, 2: 1.0}, "b": {2: 4.0}}, FEW)] == [1]


def test_a_score_that_always_differs_is_found_among_however_many_models() -> None:
    models = {f"model {number}": dict.fromkeys(range(20), number / 100) for number in range(24)}
    pairs = compare_score_pairs(models, Statistics(resamples=100))
    assert len(pairs) == 276
    assert all(pair.p_holm is not None and pair.p_holm < 0.05 for pair in pairs)
