import pytest

from evals.config import Statistics
from evals.stats import Comparison, Detectable, compare, compare_scores, detectable_of, fewest_pairs, holm, verdict

OPTIONS = Statistics(resamples=100)


def pair_of(gained: int, lost: int, same: int) -> Comparison:
    before = [False] * gained + [True] * lost + [True] * same
    after = [True] * gained + [False] * lost + [True] * same
    return compare("base", before, "tuned", after, OPTIONS)


def said(pair: Comparison, family: int = 1) -> str:
    return verdict(pair, detectable_of(pair, 0.05, 0.8, family))


def test_a_significant_difference_is_better_or_worse() -> None:
    assert said(pair_of(20, 2, 26)) == "better"
    assert said(pair_of(2, 20, 26)) == "worse"


def test_fewer_may_be_better() -> None:
    pair = pair_of(20, 2, 26)
    assert verdict(pair, detectable_of(pair, 0.05, 0.8), higher_is_better=False) == "worse"


def test_no_difference_names_what_could_not_be_seen() -> None:
    pair = pair_of(6, 5, 37)
    effect = detectable_of(pair, 0.05, 0.8)
    assert effect.value is not None
    assert verdict(pair, effect) == (
        f"no difference was shown: with 48 questions, differences below {100 * effect.value:.0f} points cannot be seen "
        "(power 80%)"
    )


@pytest.mark.parametrize("pair", [pair_of(0, 0, 48), pair_of(6, 5, 37), pair_of(0, 0, 3), pair_of(5, 0, 20)])
def test_nothing_is_ever_equal(pair: Comparison) -> None:
    assert not {"equal", "same", "identical"} & set(said(pair).split())


@pytest.mark.parametrize("n", range(1, 10))
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.1])
def test_refused_exactly_where_even_agreement_of_all_pairs_is_not_significant(n: int, alpha: float) -> None:
    best = compare("a", [False] * n, "b", [True] * n, OPTIONS)
    unknown = pair_of(0, 0, n)
    refused = verdict(unknown, detectable_of(unknown, alpha, 0.8)).startswith("refused")
    assert refused is (best.p_value >= alpha) is (n < fewest_pairs(alpha))


def test_a_refusal_says_why() -> None:
    assert said(pair_of(5, 0, 0)) == (
        "refused: 5 questions cannot carry a verdict: even if all pairs differed alike the exact test could not reach "
        "p < 0.05"
    )
    assert said(pair_of(1, 0, 5), family=3).endswith("could not reach p < 0.05 after correction for 3 comparisons")


def test_the_corrected_p_value_decides() -> None:
    pairs = holm([pair_of(9, 1, 20), *[pair_of(3, 3, 24)] * 5])
    assert pairs[0].p_value < 0.05
    assert said(pairs[0], family=6).startswith("no difference was shown")


def test_an_interval_without_0_never_stands_beside_no_difference_without_a_word() -> None:
    pair = pair_of(4, 0, 6)
    assert 0 < pair.low < pair.high
    assert pair.p_value == 0.125
    assert said(pair).endswith(
        "; the interval leaves 0 out, but the test decides: a bootstrap is too narrow where few answers differ"
    )
    refused = pair_of(4, 0, 1)
    assert refused.low > 0
    assert "the interval leaves 0 out, but the test decides" in said(refused)
    (corrected, *_) = holm([pair_of(9, 1, 20), *[pair_of(3, 3, 24)] * 5])
    assert corrected.low > 0
    assert said(corrected, family=6).endswith("; the interval leaves 0 out, but is not corrected for 6 comparisons")


@pytest.mark.parametrize("pair", [pair_of(6, 5, 37), pair_of(0, 0, 48), pair_of(5, 0, 0), pair_of(20, 2, 26)])
def test_an_interval_that_agrees_with_the_test_needs_no_word(pair: Comparison) -> None:
    assert "interval" not in said(pair)


def test_a_difference_of_scores_is_told_in_their_unit() -> None:
    pair = compare_scores("a", [3.0, 2.0, 4.0, 3.0, 3.0, 2.0], "b", [3.0, 3.0, 3.0, 3.0, 4.0, 2.0], OPTIONS)
    effect = Detectable(1.234, pair.n, 0.05, 0.8)
    assert "differences below 1.2 cannot" in verdict(pair, effect)
    better = compare_scores("a", [1.0] * 8, "b", [2.0, 3.0] * 4, OPTIONS)
    assert verdict(better, detectable_of(better, 0.05, 0.8)) == "better"


def test_scores_that_never_differ_tell_no_size() -> None:
    pair = compare_scores("a", [3.0] * 9, "b", [3.0] * 9, OPTIONS)
    assert verdict(pair, detectable_of(pair, 0.05, 0.8)) == (
        "no difference was shown: how small a one 9 questions would show cannot be told"
    )
