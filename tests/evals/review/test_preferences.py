"""Several raters of one question are no independent witnesses."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from evals.review.plan import Study
from evals.review.ratings import AXES, Rating
from evals.review.report import as_json, render_markdown, summarize
from evals.review.report.preferences import preference
from evals.review.report.strengths import strengths as strengths_of
from evals.review.run import ReviewRun
from tests.evals.review.results import NAMES
from tests.evals.review.simulated import rating, simulate

OfQuestions = Callable[[Sequence[tuple[int, bool]]], list[Rating]]


@pytest.fixture
def of_questions(study: Study) -> OfQuestions:
    """Ratings of the first condition against the second, from (question, whether the first is preferred)."""
    showing = study.showings("anna")[0]
    rate = {
        preferred: rating(study, "anna", showing, dict.fromkeys(AXES, "left" if preferred else "right"))
        for preferred in (True, False)
    }
    return lambda said: [replace(rate[preferred], question=question) for question, preferred in said]


def test_a_win_rate_of_several_raters_holds_the_true_one_about_as_often_as_it_says(
    of_questions: OfQuestions,
) -> None:
    # Questions favour one side or the other: by symmetry the true rate is one half. Wilson's interval of 100 ratings,
    # as of so many questions, held it in 67% of the trials.
    rng = np.random.default_rng(4)
    held = []
    for _ in range(300):
        chances = 1 / (1 + np.exp(-rng.normal(0, 3, 20)))
        made = of_questions([(id, bool(rng.random() < chance)) for id, chance in enumerate(chances) for _ in range(5)])
        found = preference(made, made[0].right, made[0].left, "overall", 0.95, 0).decided
        assert found
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 0.5 <= found.high)
    assert 0.88 <= np.mean(held) <= 0.98


def test_raters_who_say_the_same_add_no_certainty(run: ReviewRun, study: Study) -> None:
    first = simulate(study, ["anna"], {NAMES[0]: 0.0, NAMES[1]: 2.0}, tie=0.1, seed=3)
    copies = [replace(each, rater=rater) for rater in ("anna", "ben", "cleo") for each in first]
    one, three = summarize(run, first), summarize(run, copies)
    before = [each.decided for each in one.preferences] + [each.wins for each in one.scores]
    after = [each.decided for each in three.preferences] + [each.wins for each in three.scores]
    assert [each and (each.low, each.high) for each in after] == [each and (each.low, each.high) for each in before]
    assert [each and each.n for each in after] == [each and 3 * each.n for each in before]


def test_raters_who_all_prefer_the_same_leave_wilsons_interval_of_the_questions(
    of_questions: OfQuestions,
) -> None:
    made = of_questions([(id, True) for id in range(6) for _ in range(5)])
    found = preference(made, made[0].right, made[0].left, "overall", 0.95, 0)
    assert found.decided
    assert (found.decided.value, found.decided.n) == (1.0, 30)
    expected = proportion_confint(6, 6, method="wilson")
    assert (found.decided.low, found.decided.high) == (found.low, found.high) == pytest.approx(expected)


def test_raters_who_see_no_difference_leave_no_certainty_that_there_is_none(
    run: ReviewRun, of_questions: OfQuestions
) -> None:
    made = [
        replace(each, verdicts=dict.fromkeys(AXES, "tie")) for each in of_questions([(id, True) for id in range(6)])
    ]
    found = preference(made, made[0].right, made[0].left, "overall", 0.95, 0)
    assert (found.decided, found.score) == (None, 0.5)
    assert (found.low, found.high) == pytest.approx(proportion_confint(3, 6, method="wilson"))
    values = as_json(summarize(run, []))
    strengths = [asdict(each) for each in strengths_of(made, "overall", 0.95, 0)]
    assert "+0.00 to" not in render_markdown(values | {"strengths": strengths})


def test_a_single_question_has_a_win_rate_without_an_interval(
    of_questions: OfQuestions,
) -> None:
    made = of_questions([(0, True), (0, True), (0, False)])
    found = preference(made, made[0].right, made[0].left, "overall", 0.95, 0)
    assert found.decided
    assert (found.decided.n, found.decided.low, found.decided.high) == (3, None, None)


def test_strengths_of_two_are_the_odds_of_the_score_ties_and_all(study: Study) -> None:
    made = simulate(study, ["anna", "ben", "cleo"], {NAMES[0]: 0.0, NAMES[1]: 1.0}, tie=0.5, seed=3)
    score = preference(made, *NAMES[:2], "overall", 0.95, 0).score
    values = {each.condition: each.value for each in strengths_of(made, "overall", 0.95, 0)}
    difference = values[NAMES[1]] - values[NAMES[0]]
    assert 1 / (1 + np.exp(-difference)) == pytest.approx(score, abs=0.001)
