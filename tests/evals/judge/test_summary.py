"""The figures, held against what scipy and plain counting say."""

from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evals.judge.pairwise import Compared
from evals.judge.pointwise import Rated
from evals.judge.summary import summarize_models, summarize_pairs
from evals.judge.verdicts import Preference, Rating, Unscored

A, B, TIE = Preference("A", ""), Preference("B", ""), Preference("tie", "")
VERDICTS = {
    "win": (A, B),
    "loss": (B, A),
    "tie": (TIE, TIE),
    "inconsistent": (A, A),
    "identical": (),
}
LOST = Unscored("no answer")
RESULTS = st.lists(st.sampled_from([*VERDICTS, LOST]), min_size=1, max_size=40)


def compared(results: list) -> list[Compared]:
    return [
        Compared(id, "x", "y", result, (LOST, A) if result is LOST else VERDICTS[result])
        for id, result in enumerate(results)
    ]


@given(RESULTS)
def test_every_pair_is_counted_once(results: list) -> None:
    (pair,) = summarize_pairs(compared(results), 0.95)
    counts = [pair.wins, pair.losses, pair.ties, pair.identical, pair.inconsistent]
    assert sum(counts) == pair.win_rate.n == len(results) - pair.unscored.get("no answer", 0)


@given(RESULTS)
def test_swapping_the_models_turns_the_win_rate_round(results: list) -> None:
    turned = {"win": "loss", "loss": "win"}
    (one,), (other,) = (
        summarize_pairs(compared(given), 0.95)
        for given in (results, [result if result is LOST else turned.get(result, result) for result in results])
    )
    assert one.p_value == other.p_value
    if one.win_rate.share is not None:
        assert one.win_rate.share == pytest.approx(1 - (other.win_rate.share or 0))
        assert one.win_rate.low == pytest.approx(1 - (other.win_rate.high or 0))


def test_without_ties_the_interval_and_the_test_are_those_of_scipy() -> None:
    (pair,) = summarize_pairs(compared(["win"] * 9 + ["loss"] * 3), 0.95)
    expected = binomtest(9, 12)
    interval = expected.proportion_ci(0.95, method="wilson")
    assert (pair.win_rate.low, pair.win_rate.high) == pytest.approx((interval.low, interval.high))
    assert pair.p_value == pytest.approx(expected.pvalue)


def test_what_is_undecided_counts_half() -> None:
    (pair,) = summarize_pairs(compared(["win", "tie", "inconsistent", "identical", LOST]), 0.95)
    assert pair.win_rate.share == pytest.approx((1 + 3 / 2) / 4)
    assert (pair.agreement.n, pair.agreement.share) == (3, pytest.approx(2 / 3))
    assert (pair.first_position.n, pair.first_position.share) == (4, pytest.approx(3 / 4))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.integers(0, 5))
def test_mean_and_error_are_those_of_the_scored_alone(grades: list[int], lost: int) -> None:
    rated = [Rated(id, "x", Rating(grade, 1, 1, 1, "")) for id, grade in enumerate(grades)]
    (row,) = summarize_models([*rated, *(Rated(99, "x", LOST) for _ in range(lost))])
    assert (row.n, row.unscored.get("no answer", 0)) == (len(grades), lost)
    accuracy = row.axes["accuracy"]
    assert accuracy.mean == pytest.approx(fmean(grades))
    if len(grades) == 1:
        assert accuracy.stderr is None
    else:
        assert accuracy.stderr == pytest.approx(stdev(grades) / len(grades) ** 0.5)
