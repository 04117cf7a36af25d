from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.config import Statistics
from evals.stats import all_of_k, at_k, pass_at_k, share

FEW = Statistics(resamples=200)
COUNTS = [(right, samples, k) for samples in (1, 4, 7) for right in range(samples + 1) for k in range(1, samples + 1)]


def chen(n: int, c: int, k: int) -> float:
    """The estimator as Chen et al. print it (2021, figure 3)."""
    return 1.0 if n - c < k else float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


@pytest.mark.parametrize(("right", "samples", "k"), COUNTS)
def test_both_are_the_share_of_all_choices_of_k_samples(right: int, samples: int, k: int) -> None:
    chosen = list(combinations([index < right for index in range(samples)], k))
    assert pass_at_k(right, samples, k) == pytest.approx(sum(map(any, chosen)) / len(chosen))
    assert pass_at_k(right, samples, k) == pytest.approx(chen(samples, right, k))
    assert all_of_k(right, samples, k) == pytest.approx(sum(map(all, chosen)) / len(chosen))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=9))
def test_more_samples_pass_no_less_and_hold_no_more(flags: list[list[bool]]) -> None:
    found = at_k(flags, FEW)
    assert [one.k for one in found] == [1, 2, 3, 4]
    mean = float(np.mean(flags))
    assert found[0].passed.value == pytest.approx(mean)
    assert found[0].all.value == pytest.approx(mean)
    for one, more in pairwise(found):
        assert more.passed.value >= one.passed.value - 1e-12
        assert more.all.value <= one.all.value + 1e-12
    for interval in (interval for one in found for interval in (one.passed, one.all)):
        assert 0 <= interval.low <= interval.value + 1e-12
        assert interval.value - 1e-12 <= interval.high <= 1


def test_what_always_passes_keeps_wilsons_interval() -> None:
    passed = at_k([[True, True]] * 10, FEW)[0].passed
    assert (passed.value, passed.low, passed.high) == (1.0, share([True] * 10).low, 1.0)


def test_k_goes_no_further_than_the_question_with_fewest_samples() -> None:
    assert [one.k for one in at_k([[True, False, True], [False, True]], FEW)] == [1, 2]


@pytest.mark.parametrize("flags", [[], [[True], []]])
def test_a_question_without_samples_is_an_error(flags: list[list[bool]]) -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        at_k(flags, FEW)


@pytest.mark.parametrize(("right", "samples", "k"), [(1, 4, 5), (1, 4, 0), (5, 4, 1)])
def test_k_beyond_the_samples_is_an_error(right: int, samples: int, k: int) -> None:
    for estimate in (pass_at_k, all_of_k):
        with pytest.raises(ValueError, match=f"got k={k}"):
            estimate(right, samples, k)
