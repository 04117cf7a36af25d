import pytest

from evals.config import Statistics
from evals.stats import compare, share, stderr


def flags(right: int, total: int) -> list[bool]:
    return [index < right for index in range(total)]


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        (7, 12, 0.31952, 0.80673),  # Wilson's formula by hand: centre 0.56313, half width 0.24361
        (0, 10, 0.0, 0.27753),  # z^2 / (n + z^2)
        (10, 10, 0.72247, 1.0),
    ],
)
def test_interval_is_wilsons(right: int, total: int, low: float, high: float) -> None:
    got = share(flags(right, total))
    assert (got.low, got.high) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))
    assert got.value == right / total


def test_stderr_of_a_single_answer_is_zero() -> None:
    assert stderr([1.0]) == 0.0


def test_stderr_is_the_sample_deviation_over_the_root_of_n() -> None:
    assert stderr([1.0, 1.0, 0.0, 0.0]) == pytest.approx((1 / 3) ** 0.5 / 2)


def test_p_value_is_exact_mcnemar() -> None:
    # 10 gained, 2 lost: 2 * (1 + 12 + 66) / 2**12.
    before = [False] * 10 + [True] * 2 + [True] * 5
    after = [True] * 10 + [False] * 2 + [True] * 5
    pair = compare("base", before, "tuned", after, Statistics())
    assert (pair.gained, pair.lost, pair.n) == (10, 2, 17)
    assert pair.p_value == pytest.approx(158 / 4096)
    assert pair.difference == pytest.approx(8 / 17)
    assert pair.low < 8 / 17 < pair.high


def test_models_that_never_differ_have_no_evidence_between_them() -> None:
    pair = compare("a", flags(3, 6), "b", flags(3, 6), Statistics())
    assert (pair.p_value, pair.difference, pair.low, pair.high) == (1.0, 0.0, 0.0, 0.0)


def test_bootstrap_interval_agrees_with_the_normal_one_on_many_questions() -> None:
    before = flags(400, 1000)
    after = [not flag if index % 5 == 0 else flag for index, flag in enumerate(before)]
    pair = compare("a", before, "b", after, Statistics())
    deviation = stderr([float(new) - float(old) for old, new in zip(before, after, strict=True)])
    assert pair.low == pytest.approx(pair.difference - 1.96 * deviation, abs=0.003)
    assert pair.high == pytest.approx(pair.difference + 1.96 * deviation, abs=0.003)


def test_comparison_is_the_same_every_time() -> None:
    arguments = ("a", flags(2, 9), "b", [index % 2 == 0 for index in range(9)], Statistics())
    assert compare(*arguments) == compare(*arguments)
